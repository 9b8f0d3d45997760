//! A paper on an HTML page.

use std::borrow::Cow;

use maud::{Markup, PreEscaped, html};

use super::layout::count;
use crate::domain::announcement::AnnounceType;
use crate::domain::event::Event;
use crate::domain::excerpt::excerpt;
use crate::domain::paper::{Authors, Paper};
use crate::domain::presentation::TextMode;
use crate::domain::prose::{Prose, Span};
use crate::text;

/// The most authors that are shown.
const AUTHORS_SHOWN_MAX: usize = 40;

/// The longest texts on a page, in characters; arXiv's limit for an abstract is 1,920.
const ABSTRACT_CHARACTERS_MAX: usize = 3_000;
const COMMENTS_CHARACTERS_MAX: usize = 600;
const TITLE_CHARACTERS_MAX: usize = 600;

/// An event, with the changes of a replacement as HTML.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) event: &'a Event,
    pub(super) changes: Option<&'a str>,
}

/// The level of a paper's title among the headings of its page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TitleLevel {
    /// Under the title of the page.
    Second,
    /// Under a day and a section.
    Fourth,
}

/// A paper with its abstract, open or closed.
pub(super) fn paper(item: &Item<'_>, mode: TextMode, heading: TitleLevel, is_open: bool) -> Markup {
    let event = item.event;
    let paper = &event.paper;
    let (title, _) = beginning(&text::title(paper, mode), TITLE_CHARACTERS_MAX);
    let title = html! { a href=(paper.id.abstract_url()) { bdi { (title) } } };
    html! {
        article.paper tabindex="-1" {
            @match heading {
                TitleLevel::Second => h2.title { (title) },
                TitleLevel::Fourth => h4.title { (title) },
            }
            (authors(&paper.authors, mode))
            (facts(event, mode))
            // BuiltFeed by `feeds` of text that `text` has escaped.
            @if let Some(changes) = item.changes { div.changes { (PreEscaped(changes)) } }
            @if let Some(abstract_text) = paper.abstract_text.as_ref().filter(|text| !text.is_empty()) {
                details.abstract open[is_open] {
                    summary { "Abstract" }
                    div.prose { (prose(abstract_text, ABSTRACT_CHARACTERS_MAX, mode, &paper.id.abstract_url())) }
                }
            }
        }
    }
}

fn authors(authors: &Authors, mode: TextMode) -> Markup {
    let left_out = authors.names.len().saturating_sub(AUTHORS_SHOWN_MAX);
    html! {
        @if !authors.names.is_empty() {
            p.authors {
                @for (index, name) in authors.names.iter().take(AUTHORS_SHOWN_MAX).enumerate() {
                    @if index > 0 { ", " }
                    bdi { (text::inline(name, mode)) }
                }
                @if left_out > 0 { " and " (count(left_out, "further author")) }
                @if authors.et_al { ", et al." }
            }
        }
    }
}

/// Subjects, origin, comments, journal reference and links, on one line.
fn facts(event: &Event, mode: TextMode) -> Markup {
    let paper = &event.paper;
    html! {
        p.facts {
            @for (index, subject) in paper.subjects.iter().enumerate() {
                @if index > 0 { " " }
                @if index == 0 { strong title=(subject.name) { (subject.id) } }
                @else { span title=(subject.name) { (subject.id) } }
            }
            @if let Some(words) = origin(event) { span.fact { (words) } }
            @if let Some(comments) = paper.comments.as_ref().filter(|comments| !comments.is_empty()) {
                span.fact { bdi { (beginning(&text::one_line(&text::prose(comments, mode)), COMMENTS_CHARACTERS_MAX).0) } }
            }
            @if let Some(journal_ref) = paper.journal_ref.as_ref().filter(|text| !text.is_empty()) {
                span.fact { bdi { (beginning(&text::inline(journal_ref, mode), COMMENTS_CHARACTERS_MAX).0) } }
            }
            span.fact {
                a href=(paper.id.abstract_url()) { "arXiv:" (paper.id) }
                " " a href=(paper.id.pdf_url()) aria-label={ "PDF of " (paper.id) } { "PDF" }
                @if let Some(address) = html_address(paper) {
                    " " a href=(address) aria-label={ "HTML of " (paper.id) } { "HTML" }
                }
            }
        }
    }
}

/// The primary subject of a cross-list; the heading shows the type.
fn origin(event: &Event) -> Option<String> {
    let home = event.cross_list_from.as_deref().unwrap_or(&event.paper.primary().id);
    match event.announce_type {
        AnnounceType::Cross => Some(format!("from {home}")),
        AnnounceType::ReplaceCross => Some(format!("cross-listed from {home}")),
        AnnounceType::New | AnnounceType::Replace => None,
    }
}

fn html_address(paper: &Paper) -> Option<&str> {
    paper
        .html_url
        .as_deref()
        .filter(|address| address.starts_with("https://") || address.starts_with("http://"))
}

/// A text with its links, or its beginning and a link to the rest.
fn prose(prose: &Prose, characters_max: usize, mode: TextMode, whole: &str) -> Markup {
    let (shown, is_cut) = shortened(prose, characters_max);
    html! {
        (PreEscaped(text::prose_html(&shown, mode)))
        @if is_cut { p { "… " a href=(whole) { "Full text on arXiv" } } }
    }
}

fn shortened(prose: &Prose, characters_max: usize) -> (Prose, bool) {
    let mut room = characters_max;
    let mut shown = Prose::default();
    for paragraph in &prose.paragraphs {
        let mut spans = Vec::new();
        for span in paragraph {
            let (words, is_cut) = beginning(span.text(), room);
            if is_cut {
                spans.push(Span::Text(words));
                shown.paragraphs.push(spans);
                return (shown, true);
            }
            room -= words.chars().count();
            spans.push(span.clone());
        }
        shown.paragraphs.push(spans);
    }
    (shown, false)
}

/// The text or its beginning; true if it was cut.
fn beginning(text: &str, characters_max: usize) -> (String, bool) {
    let shown = excerpt(text, characters_max);
    let is_cut = matches!(shown, Cow::Owned(_));
    (shown.into_owned(), is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_marked() {
        let endless = Prose::plain(&"word ".repeat(300_000));
        let html = prose(&endless, ABSTRACT_CHARACTERS_MAX, TextMode::default(), "https://arxiv.org/abs/1")
            .into_string();
        assert!(html.len() < 10_000 && html.contains("Full text on arXiv"), "{}", html.len());
        let short = prose(&Prose::plain("We show."), 8, TextMode::default(), "x").into_string();
        assert_eq!(short, "<p>We show.</p>");
    }

    #[test]
    fn five_thousand_authors_are_forty_and_a_number() {
        let many = Authors { names: (0..5_000).map(|n| format!("A{n}")).collect(), et_al: false };
        let html = authors(&many, TextMode::default()).into_string();
        assert!(html.contains("and 4960 further authors") && !html.contains("A40<"), "{html}");
    }
}
