//! How does a browser see a feed, the service and a mistake?

use jiff::civil::Date;
use maud::{DOCTYPE, Markup, PreEscaped, html};

mod status;

use super::Format;
use crate::domain::feed::{Entry, Feed};
use crate::domain::taxonomy::SubjectId;

pub use status::{Status, SubjectStatus, status};

/// The media type of every page.
pub const CONTENT_TYPE: &str = "text/html; charset=utf-8";

/// Nothing but the one stylesheet and the icon is loaded, and nothing is run.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// The stylesheet of every page, served at `/style.css`.
pub const STYLE: &str = include_str!("../style.css");

/// What the start page tells.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The public address of the service.
    pub base: &'a str,
    /// The subject of the examples.
    pub example: SubjectId,
    pub reads: &'a [Read],
    /// The slugs and titles of the feeds of the configuration.
    pub named: &'a [(&'a str, &'a str)],
}

/// How the last read of a subject ended.
#[derive(Clone, Debug)]
pub struct Read {
    pub subject: SubjectId,
    pub verdict: &'static str,
    pub newest: Option<Date>,
    pub reason: String,
}

/// The start page.
#[must_use]
pub fn start(start: &Start<'_>) -> String {
    let feed = |path: &str| html! { a href={ "/" (path) } { code { (start.base) "/" (path) } } };
    let example = start.example;
    let archives = SubjectId::all().filter(|subject| is_archive(*subject));
    let body = html! {
        h1 { "crosslist" }
        p.lead { "arXiv’s listings as complete feeds: every new paper, cross-list and replacement, once." }
        h2 { "Subscribe" }
        p { "Put one of these into a feed reader, and any other subject in the place of " code { (example) } "." }
        ul.plain {
            @for format in Format::ALL { li { (feed(&format!("subjects/{example}.{format}"))) " " (label(format)) } }
            li { (feed(&format!("subjects/{example}"))) " the same to read here" }
            li { (feed(&format!("subjects/{example}.atom?type=new,cross"))) " without replacements" }
            li { code { (start.base) "/subjects/" (example) "+quant-ph.atom?limit=50" } " two subjects in one, the newest fifty" }
        }
        @if !start.named.is_empty() {
            h2 { "Named feeds" }
            ul.plain {
                @for (slug, title) in start.named {
                    li { (feed(&format!("named/{slug}"))) " " bdi { (title) } }
                }
            }
        }
        @if !start.reads.is_empty() {
            h2 { "Read so far" }
            p { "More of it, and the last days: " a href="/status" { "the status page" } "." }
            table {
                thead { tr { th { "Subject" } th { "Last read" } th { "Newest mailing" } th { "What was found" } } }
                tbody {
                    @for read in start.reads {
                        tr {
                            td { a href={ "/subjects/" (read.subject) } { (read.subject) } }
                            td { span class={ "verdict " (read.verdict) } { (read.verdict) } }
                            td { @if let Some(date) = read.newest { time datetime=(date) { (date) } } }
                            td { (read.reason) }
                        }
                    }
                }
            }
        }
        h2 { "Subjects" }
        p { "Every archive and category of arXiv, in any case, under any of its names; join several with "
            code { "+" } ". How to ask, and what is answered: " a href="/help/http" { "the HTTP help" } "." }
        @for archive in archives {
            details {
                summary { a href={ "/subjects/" (archive) } { (archive) } " " (archive.name()) }
                ul.subjects {
                    @for subject in SubjectId::all().filter(|subject| *subject != archive && in_archive(*subject, archive)) {
                        li { a href={ "/subjects/" (subject) } { (subject) } " " (subject.name()) }
                    }
                }
            }
        }
    };
    document("crosslist: arXiv’s listings as feeds", &html! {}, &body)
}

/// A feed to read, with the way to its three formats.
#[must_use]
pub fn feed(feed: &Feed) -> String {
    let address = |format: Format| feed.base_url.with_extension(format.extension());
    let head = html! {
        @for format in Format::ALL {
            link rel="alternate" type=(format.media_type()) title={ (feed.title) " (" (label(format)) ")" } href=(address(format));
        }
    };
    let body = html! {
        h1 { (feed.title) }
        p.lead { (feed.description) "." }
        p { "Subscribe: "
            @for format in Format::ALL { a href=(address(format)) { (label(format)) } " " }
        }
        @if feed.entries.is_empty() { p { "Nothing was announced in the last days that fits this feed." } }
        @for entry in &feed.entries { (article(entry)) }
    };
    document(&feed.title, &head, &body)
}

fn article(entry: &Entry) -> Markup {
    html! {
        article {
            h2 { a href=(entry.url) { bdi { (entry.title) } } }
            p.date { time datetime=(entry.published) { (entry.published.strftime("%-d %B %Y, %H:%M UTC")) } }
            // The item's markup is made by `text`, which escapes all that came from outside.
            (PreEscaped(&entry.content_html))
        }
    }
}

/// A mistake, said to a person.
#[must_use]
pub fn problem(title: &str, detail: &str) -> String {
    let body = html! {
        h1 { (title) }
        p.lead { (detail) }
        p { a href="/" { "What can be asked here" } }
    };
    document(title, &html! {}, &body)
}

fn document(title: &str, head: &Markup, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/style.css";
                (head)
            }
            body {
                main { (body) }
                footer {
                    "Descriptive metadata by arXiv and its authors, CC0. crosslist is not part of arXiv. "
                    a href="/" { "Start" } " · " a href="/status" { "Status" }
                }
            }
        }
    };
    page.into_string()
}

fn label(format: Format) -> &'static str {
    match format {
        Format::Rss => "RSS",
        Format::Atom => "Atom",
        Format::Json => "JSON Feed",
    }
}

fn is_archive(subject: SubjectId) -> bool {
    !subject.as_str().contains('.')
}

fn in_archive(subject: SubjectId, archive: SubjectId) -> bool {
    subject.as_str().split_once('.').is_some_and(|(prefix, _)| prefix == archive.as_str())
}
