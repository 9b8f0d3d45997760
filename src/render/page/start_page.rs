//! The start page: the form for a feed, its addresses, and the preview.

use maud::{Markup, html};

use super::feed_links::{BuildResult, result};
use super::layout::{Place, document, label};
use super::preview::{kind, preview};
use super::site::Site;
use super::subjects;
use crate::domain::announcement::AnnounceType;
use crate::domain::presentation::{Choice, Profile, TextMode};
use crate::domain::preview::Preview;
use crate::domain::taxonomy::SubjectId;
use crate::render::format::Format;

/// The content of the start page.
#[derive(Clone, Copy, Debug)]
pub struct StartPage<'a> {
    pub site: &'a Site,
    pub subjects: &'a [SubjectId],
    /// The text of the field that names no subject.
    pub typed: &'a str,
    pub types: &'a [AnnounceType],
    pub rule: &'a str,
    pub fields: Fields<'a>,
    pub days: &'a str,
    pub days_max: u32,
    pub text: TextMode,
    pub profile: Profile,
    pub mistakes: &'a [FieldDiagnostic],
    pub made: BuildResult<'a>,
    pub preview: Option<&'a Preview>,
    /// Chosen subjects that have not been read yet.
    pub cold: &'a [SubjectId],
    /// The slugs and titles of the named feeds.
    pub named: &'a [(&'a str, &'a str)],
    /// True if the form has any value.
    pub is_begun: bool,
}

/// The rule as fields of the form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields<'a> {
    /// The selected field to search in, one of the names in `PLACES`.
    pub place: &'a str,
    pub words: &'a str,
    pub authors: &'a str,
    pub without: &'a str,
}

/// An error in a field of the form, with its place.
#[derive(Clone, Debug)]
pub struct FieldDiagnostic {
    pub parameter: String,
    /// In Unicode scalar values of the field's text.
    pub position: usize,
    pub length: usize,
    pub message: String,
    pub hint: String,
}

const PLACES: [(&str, &str); 3] = [("tiabs", "title or abstract"), ("ti", "title"), ("all", "anywhere")];

/// The start page.
#[must_use]
pub fn start_page(builder: &StartPage<'_>) -> String {
    let page_url = builder.made.as_ref().ok().map(|made| made.page_url);
    let body = html! {
        h1 { "Build a feed" }
        p.lead { "arXiv’s listings as complete feeds: every new paper, cross-list and replacement, once." }
        @if !builder.is_begun {
            @let address = builder.site.link("/subjects/cs.DC.atom");
            p.quiet { "The feed of a whole subject needs no form: " a href=(address) { code { (address) } }
                "; replace cs.DC with any subject." }
        }
        div.builder {
            (form(builder))
            div.outcome {
                (result(&builder.made, &places(builder)))
                (preview(builder.site, builder.preview, builder.cold, page_url))
            }
        }
        @if !builder.named.is_empty() {
            section.named {
                h2 { "Named feeds" }
                ul { @for (slug, title) in builder.named { li { a href=(builder.site.link(&format!("/named/{slug}"))) { bdi { (title) } } } } }
            }
        }
    };
    let head = html! {
        @if let Ok(made) = &builder.made {
            @for format in Format::ALL {
                link rel="alternate" type=(format.media_type()) title={ (made.title) " (" (label(format)) ")" }
                    href=(made.url.with_extension(format.extension()));
            }
        }
    };
    document(builder.site, "crosslist: arXiv’s listings as feeds", Place::Builder, &head, &body)
}

fn form(builder: &StartPage<'_>) -> Markup {
    let Fields { place, words, authors, without } = builder.fields;
    html! {
        form id="builder" method="get" action=(builder.site.link("/")) {
            fieldset {
                legend { "1. Subjects" }
                (text_field("find", "subjects", "Find a subject, or enter ids", builder.typed, "cs.DC quant-ph"))
                (mistakes(builder, "subjects", builder.typed))
                (subjects::chosen(builder.subjects))
                (subjects::tree(builder.subjects))
                @if builder.subjects.is_empty() { p.quiet id="nosubject" { "No selection means all watched subjects." } }
            }
            fieldset {
                legend { "2. Announcement type" }
                div.row {
                    @for kind_of in AnnounceType::ALL {
                        label.choice {
                            input type="checkbox" name="type" value=(kind_of.as_str()) checked[builder.types.contains(&kind_of)];
                            span { (kind(kind_of)) }
                        }
                    }
                }
                (mistakes(builder, "type", ""))
            }
            fieldset {
                legend { "3. Filter" }
                input type="hidden" name="was" id="was" value=(builder.rule);
                (text_field("words", "words", "Keywords", words, "gpu scheduling, \"leader election\""))
                p.hint { "A comma means “or”; words without a comma between them must all match; quotes make a phrase; schedul* matches a prefix." }
                div.field {
                    label for="place" { "Search in" }
                    select id="place" name="place" {
                        @for (value, name) in PLACES { option value=(value) selected[value == place] { (name) } }
                    }
                }
                (text_field("authors", "authors", "Authors", authors, "Dong Dai, tallent_n"))
                (text_field("without", "without", "Exclude", without, "survey, blockchain"))
                div.field {
                    label for="q" { "Rule (edit freely)" }
                    textarea id="q" name="q" rows="3" spellcheck="false" autocapitalize="off" autocomplete="off"
                        aria-describedby="rule-help" aria-invalid=[has_mistake(builder, "q").then_some("true")] { (builder.rule) }
                    (mistakes(builder, "q", builder.rule))
                    p.hint id="rule-help" { "Editing the rule updates the fields above where they can express it; editing a field rewrites the rule. "
                        a href=(builder.site.link("/help/rules")) { "Rule syntax" } }
                }
            }
            fieldset {
                legend { "4. Options" }
                div.field {
                    label for="days" { "Days back" }
                    input type="number" id="days" name="days" min="1" max=(builder.days_max) value=(builder.days) inputmode="numeric";
                    (mistakes(builder, "days", builder.days))
                }
                div.field {
                    label for="text" { "Mathematics" }
                    select id="text" name="text" {
                        @for mode in TextMode::ALL { option value=(mode.as_str()) selected[*mode == builder.text] { (mode_name(*mode)) } }
                    }
                    (mistakes(builder, "text", ""))
                }
                div.field {
                    label for="profile" { "Target client" }
                    select id="profile" name="profile" {
                        @for profile in Profile::ALL { option value=(profile.as_str()) selected[*profile == builder.profile] { (profile_name(*profile)) } }
                    }
                    (mistakes(builder, "profile", ""))
                }
            }
            (other_mistakes(builder))
            p.submit { button type="submit" { "Update preview" } " " a href=(builder.site.link("/")) { "Reset" } }
        }
    }
}

fn text_field(id: &str, name: &str, label: &str, value: &str, example: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            input type="text" id=(id) name=(name) value=(value) placeholder=(example) autocomplete="off" autocapitalize="off" spellcheck="false";
        }
    }
}

fn has_mistake(builder: &StartPage<'_>, parameter: &str) -> bool {
    builder.mistakes.iter().any(|mistake| mistake.parameter == parameter)
}

/// The errors of a field, each under the characters that cause it.
fn mistakes(builder: &StartPage<'_>, parameter: &str, value: &str) -> Markup {
    let own = builder.mistakes.iter().filter(|mistake| mistake.parameter == parameter);
    html! {
        div.mistakes id={ "mistakes-" (parameter) } role="alert" {
            @for mistake in own { (under(mistake, value)) }
        }
    }
}

fn under(mistake: &FieldDiagnostic, value: &str) -> Markup {
    let part = |from: usize, length: usize| value.chars().skip(from).take(length).collect::<String>();
    let wrong = part(mistake.position, mistake.length);
    html! {
        @if !value.is_empty() {
            p.wrongly { code {
                (part(0, mistake.position))
                span.wrong { @if wrong.is_empty() { " " } @else { (wrong) } }
                (part(mistake.position + mistake.length, usize::MAX))
            } }
        }
        p.mistake {
            @if !value.is_empty() { span.visually-hidden { "At character " (mistake.position + 1) ": " } }
            bdi { (mistake.message) }
            @if !mistake.hint.is_empty() { "; " bdi { (mistake.hint) } }
        }
    }
}

/// All errors in the place of the feed, with links to their fields.
fn places(builder: &StartPage<'_>) -> Markup {
    html! {
        @if !builder.mistakes.is_empty() {
            ul.troubles {
                @for mistake in builder.mistakes {
                    @let field = match mistake.parameter.as_str() { "subjects" => "find", other => other };
                    li { a href={ "#" (field) } { (mistake.parameter) } ": " bdi { (mistake.message) } }
                }
            }
        }
    }
}

/// Errors that belong to no field of the form.
fn other_mistakes(builder: &StartPage<'_>) -> Markup {
    const FIELDS: [&str; 6] = ["subjects", "type", "q", "days", "text", "profile"];
    let others = builder.mistakes.iter().filter(|mistake| !FIELDS.contains(&mistake.parameter.as_str()));
    html! { div.mistakes id="mistakes-others" { @for mistake in others { (under(mistake, "")) } } }
}

fn mode_name(mode: TextMode) -> &'static str {
    match mode {
        TextMode::Unicode => "Unicode: O(n log n), 𝔽₂",
        TextMode::Tex => "TeX, as on arXiv",
        TextMode::Mathml => "MathML, for readers that support it",
    }
}

fn profile_name(profile: Profile) -> &'static str {
    match profile {
        Profile::Reader => "Feed reader",
        Profile::Slack => "Slack",
        Profile::Matrix => "Matrix",
        Profile::Zulip => "Zulip",
        Profile::Mattermost => "Mattermost",
        Profile::Discord => "Discord",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_shown_under_its_characters() {
        let mistake = |position, length| FieldDiagnostic {
            parameter: "q".to_owned(),
            position,
            length,
            message: "unknown `<`".to_owned(),
            hint: "near: cs.DC".to_owned(),
        };
        let html = under(&mistake(4, 5), "cat:cs.DK <gpu>").into_string();
        assert!(html.contains("cat:<span class=\"wrong\">cs.DK</span> &lt;gpu&gt;"), "{html}");
        assert!(html.contains("At character 5: "), "{html}");
        let html = under(&mistake(7, 0), "gpu AND").into_string();
        assert!(html.contains("gpu AND<span class=\"wrong\"> </span>"), "{html}");
    }
}
