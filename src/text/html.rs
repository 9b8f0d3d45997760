//! A paper as HTML.
//!
//! Only `p`, `br`, `strong` and `a` come out, and `href` is the only attribute: no reader's cleaning takes any of it
//! away. Formulas in `MathML` are the exception, for those who ask for it.

use std::borrow::Cow;

use maud::{Markup, PreEscaped, html};
use url::form_urlencoded::byte_serialize;

use super::doi::dois;
use super::escape::escape;
use super::passage::{self, Medium, PROSE_BYTES_MAX, Piece};
use super::plain::{announcement, inline};
use crate::domain::announcement::AnnounceType;
use crate::domain::paper::{Authors, Paper};
use crate::domain::presentation::TextMode;
use crate::domain::prose::{Prose, Span};

/// The most authors that are named; a listing stops at a hundred itself.
const AUTHORS_MAX: usize = 100;

/// The whole item: authors, subjects, how it was announced, comments, journal reference, abstract and links.
///
/// `cross_list_from` is where the page says that a cross-list is at home.
#[must_use]
pub fn item_html(
    paper: &Paper,
    announce_type: AnnounceType,
    cross_list_from: Option<&str>,
    mode: TextMode,
) -> String {
    let item = html! {
        (authors(&paper.authors, mode))
        p {
            @for (index, subject) in paper.subjects.iter().enumerate() {
                @if index == 0 {
                    strong { (subject.name) " (" (subject.id) ")" }
                } @else {
                    "; " (subject.name) " (" (subject.id) ")"
                }
            }
            @if !paper.subjects.is_empty() { br; }
            (announcement(paper, announce_type, cross_list_from))
        }
        @if let Some(comments) = paper.comments.as_ref().filter(|comments| !comments.is_empty()) {
            p { "Comments: " (lines(comments, mode)) }
        }
        @if let Some(journal_ref) = paper.journal_ref.as_ref().filter(|text| !text.is_empty()) {
            p { "Journal reference: " (journal(&inline(journal_ref, mode))) }
        }
        @if let Some(abstract_text) = &paper.abstract_text {
            @let left = &mut PROSE_BYTES_MAX.clone();
            @for paragraph in &abstract_text.paragraphs {
                @if *left > 0 {
                    p { (spans(paragraph, mode, left)) }
                }
            }
        }
        p {
            a href=(paper.id.abstract_url()) { "Abstract" }
            " · " a href=(paper.id.pdf_url()) { "PDF" }
            @if let Some(html_url) = paper.html_url.as_ref().filter(|url| is_web(url)) {
                " · " a href=(html_url) { "HTML" }
            }
        }
    };
    item.into_string()
}

/// A text of several paragraphs with its links.
#[must_use]
pub fn prose_html(prose: &Prose, mode: TextMode) -> String {
    let mut left = PROSE_BYTES_MAX;
    html! { @for paragraph in &prose.paragraphs { p { (spans(paragraph, mode, &mut left)) } } }.into_string()
}

/// Each author leads to arXiv's search, as on the listing page.
fn authors(authors: &Authors, mode: TextMode) -> Markup {
    let further = authors.names.len().saturating_sub(AUTHORS_MAX);
    html! {
        @if !authors.names.is_empty() {
            p {
                @for (index, name) in authors.names.iter().take(AUTHORS_MAX).enumerate() {
                    @if index > 0 { ", " }
                    (author(name, mode))
                }
                @if further > 0 { ", and " (further) " more" }
                @if authors.et_al { ", et al." }
            }
        }
    }
}

fn author(name: &str, mode: TextMode) -> Markup {
    // The search knows letters and no TeX.
    let plain = inline(name, TextMode::Unicode);
    let address = format!("https://arxiv.org/search/?searchtype=author&query={}", encoded(&plain));
    html! {
        a href=(address) {
            @if mode == TextMode::Tex { (inline(name, mode)) } @else { (plain) }
        }
    }
}

/// A journal reference, whose DOIs lead to the journal.
fn journal(reference: &str) -> Markup {
    let mut end = 0;
    let links: Vec<_> = dois(reference)
        .into_iter()
        .map(|doi| {
            let before = &reference[end..doi.start];
            end = doi.end;
            (before, &reference[doi])
        })
        .collect();
    html! {
        @for (before, doi) in links {
            (before) a href={ "https://doi.org/" (encoded_path(doi)) } { (doi) }
        }
        (reference[end..])
    }
}

/// Paragraphs that stand behind a label, so a line each.
fn lines(prose: &Prose, mode: TextMode) -> Markup {
    let mut left = PROSE_BYTES_MAX;
    html! {
        @for (index, paragraph) in prose.paragraphs.iter().enumerate() {
            @if left > 0 {
                @if index > 0 { br; }
                (spans(paragraph, mode, &mut left))
            }
        }
    }
}

fn spans(paragraph: &[Span], mode: TextMode, left: &mut usize) -> Markup {
    let mut markup = String::new();
    let mut open: Option<Cow<'_, str>> = None;
    for piece in passage::pieces(paragraph, mode, Medium::Markup, left) {
        match piece {
            Piece::Text(text) => markup.push_str(&escape(&text)),
            Piece::Link { href, words } => markup.push_str(&link(href, &words).into_string()),
            Piece::Opens(href) => {
                if is_web(&href) {
                    markup.push_str(&html! { a href=(href) { } }.into_string().replace("</a>", ""));
                }
                open = Some(href);
            }
            Piece::Closes => match open.take() {
                Some(href) if is_web(&href) => markup.push_str("</a>"),
                Some(href) => markup.push_str(&html! { " (" (href) ")" }.into_string()),
                None => {}
            },
            Piece::Formula(formula) => markup.push_str(&formula),
        }
    }
    PreEscaped(markup)
}

/// A feed links over http(s) alone; what is left of ftp is its address as text.
fn link(href: &str, words: &str) -> Markup {
    html! {
        @if is_web(href) {
            a href=(href) { (words) }
        } @else if words == href {
            (href)
        } @else {
            (words) " (" (href) ")"
        }
    }
}

fn is_web(href: &str) -> bool {
    let begins = |scheme: &str| {
        href.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme))
    };
    begins("https://") || begins("http://")
}

/// What would end an address or change its meaning is encoded; a DOI keeps its slash.
fn encoded_path(doi: &str) -> String {
    doi.split('/').map(encoded).collect::<Vec<_>>().join("/").replace('+', "%20")
}

fn encoded(name: &str) -> String {
    byte_serialize(name.as_bytes()).collect()
}

#[cfg(test)]
#[path = "html_tests.rs"]
pub(super) mod tests;
