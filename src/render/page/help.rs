//! The help pages, written from the documents in `docs/`.

use std::collections::HashMap;

use maud::{PreEscaped, html};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::layout::{Place, document};
use super::site::Site;
use crate::render::format::PROJECT_URL;

/// The heading of a table column with rules as examples.
const RULES_COLUMN: &str = "rule";

/// A document of the repository as a page.
///
/// `address` gives the link of an example, from its text and whether it is in a column of rules.
#[must_use]
pub fn help(
    site: &Site,
    markdown: &str,
    is_of_rules: bool,
    address: &dyn Fn(&str, bool) -> Option<String>,
) -> String {
    let events: Vec<Event<'_>> = Parser::new_ext(markdown, Options::ENABLE_TABLES).collect();
    let headings = headings(&events);
    let title = headings.first().map_or("Help", |(_, words, _)| words.as_str()).to_owned();
    let mut contents = String::new();
    pulldown_cmark::html::push_html(&mut contents, linked(site, events, &headings, address).into_iter());
    let body = html! {
        nav.contents.aside aria-label="On this page" {
            ul { @for (level, words, id) in &headings {
                @if *level == HeadingLevel::H2 { li { a href={ "#" (id) } { (words) } } }
            } }
        }
        @if !site.is_service() {
            p.notice role="note" { "This describes crosslist as a service. These are static files: query parameters have no effect." }
        }
        // Trusted: the documents are part of the program.
        div.help { (PreEscaped(contents)) }
    };
    let place = if is_of_rules { Place::Rules } else { Place::Http };
    document(site, &format!("{title} – crosslist"), place, &html! {}, &body)
}

/// The headings in their order: level, text and anchor.
fn headings(events: &[Event<'_>]) -> Vec<(HeadingLevel, String, String)> {
    let mut found: Vec<(HeadingLevel, String, String)> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut under_way: Option<(HeadingLevel, String)> = None;
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, .. }) => under_way = Some((*level, String::new())),
            Event::Text(words) | Event::Code(words) => {
                if let Some((_, heading)) = &mut under_way {
                    heading.push_str(words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((level, words)) = under_way.take() else { continue };
                let name = slug(&words);
                let times = seen.entry(name.clone()).or_default();
                *times += 1;
                let id = if *times == 1 { name } else { format!("{name}-{times}") };
                found.push((level, words, id));
            }
            _ => {}
        }
    }
    found
}

/// The anchor of a heading, as on GitHub.
fn slug(words: &str) -> String {
    let kept = words.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The document with names on its headings, links that lead somewhere here, and examples that run.
fn linked<'a>(
    site: &Site,
    events: Vec<Event<'a>>,
    headings: &[(HeadingLevel, String, String)],
    address: &dyn Fn(&str, bool) -> Option<String>,
) -> Vec<Event<'a>> {
    let mut ids = headings.iter().map(|(_, _, id)| id.clone());
    let mut linked = Vec::with_capacity(events.len());
    let (mut is_head, mut column, mut is_of_rules, mut is_in_link) = (false, 0, false, false);
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let id = ids.next().map(CowStr::from);
                linked.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
                continue;
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                is_in_link = true;
                let dest_url = destination(site, &dest_url).into();
                linked.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                continue;
            }
            Event::End(TagEnd::Link) => is_in_link = false,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                linked.push(Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)));
                continue;
            }
            Event::Start(Tag::TableHead) => (is_head, column) = (true, 0),
            Event::End(TagEnd::TableHead) => is_head = false,
            Event::Start(Tag::TableRow) => column = 0,
            Event::Start(Tag::TableCell) => column += 1,
            Event::Text(ref words) if is_head && column == 1 => is_of_rules = &**words == RULES_COLUMN,
            Event::Code(ref code) if !is_in_link => {
                let is_rule = is_of_rules && column == 1 && !is_head;
                if let Some(address) = address(code, is_rule) {
                    let link = html! { a.example href=(site.link(&address)) { code { (**code) } } };
                    linked.push(Event::InlineHtml(link.into_string().into()));
                    continue;
                }
            }
            Event::End(TagEnd::Table) => (column, is_of_rules) = (0, false),
            _ => {}
        }
        linked.push(event);
    }
    linked
}

/// The target of a document's link on a help page.
fn destination(site: &Site, link: &str) -> String {
    match link.strip_suffix(".md").or_else(|| link.split_once(".md#").map(|(name, _)| name)) {
        Some(name @ ("rules" | "http")) => {
            site.link(&format!("/help/{name}{}", link.trim_start_matches(name).trim_start_matches(".md")))
        }
        _ if link.starts_with('/') => site.link(link),
        _ if link.contains("://") || link.starts_with('#') => link.to_owned(),
        _ => format!("{PROJECT_URL}/blob/main/{}", link.trim_start_matches("../")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(markdown: &str) -> String {
        help(&Site::default(), markdown, true, &|code, is_rule| {
            (is_rule || code.starts_with('/')).then(|| format!("/?q={code}"))
        })
    }

    #[test]
    fn headings_have_names_and_examples_are_links() {
        let page = read(
            "# Rules\n\n## By example\n\n| rule | finds |\n| --- | --- |\n| `GAN` | `gan` |\n\n`x` and `/status`\n",
        );
        assert!(page.contains("<h2 id=\"by-example\">By example</h2>"), "{page}");
        assert!(page.contains("<a href=\"#by-example\">"), "{page}");
        assert!(page.contains("<a class=\"example\" href=\"/?q=GAN\"><code>GAN</code></a>"), "{page}");
        assert!(page.contains("<td><code>gan</code></td>") && page.contains("<code>x</code>"), "{page}");
        assert!(page.contains("href=\"/?q=/status\""), "{page}");
    }

    #[test]
    fn links_between_documents_lead_to_their_pages() {
        assert_eq!(destination(&Site::default(), "rules.md"), "/help/rules");
        assert_eq!(destination(&Site::default(), "http.md#errors"), "/help/http#errors");
        assert_eq!(destination(&Site::default(), "#limits"), "#limits");
        assert_eq!(destination(&Site::default(), "https://arxiv.org"), "https://arxiv.org");
        assert!(
            destination(&Site::default(), "../config/feeds.toml").ends_with("/blob/main/config/feeds.toml")
        );
    }
}
