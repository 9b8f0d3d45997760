//! The preview on the start page: a chart of the days, counts, and the newest matches.

use std::ops::Range;

use jiff::civil::Date;
use maud::{Markup, html};

use super::layout::{count, plain_date};
use super::site::Site;
use crate::domain::announcement::AnnounceType;
use crate::domain::excerpt::beginning;
use crate::domain::preview::{HighlightedText, Match, Preview};
use crate::domain::taxonomy::SubjectId;

/// The number of primary subjects that are shown.
const PRIMARIES_MAX: usize = 8;

/// The dimensions of the chart, in its own units.
const BAR_WIDTH: usize = 22;
const BAR_HEIGHT_MAX: usize = 44;
const LETTERS_HEIGHT: usize = 14;

/// The longest title, in characters.
const TITLE_CHARACTERS_MAX: usize = 600;

pub(super) fn preview(
    site: &Site,
    preview: Option<&Preview>,
    cold: &[SubjectId],
    page_url: Option<&str>,
) -> Markup {
    html! {
        section id="preview" aria-labelledby="preview-title" {
            h2 id="preview-title" { "Preview" }
            @if !cold.is_empty() { (unread(site, cold)) }
            @match preview {
                None => p.quiet role="status" { "The preview returns when the errors are corrected." },
                Some(preview) if preview.days.is_empty() => p.quiet role="status" {
                    @if cold.is_empty() { "Nothing has been read from arXiv yet. Choose a subject: it is read when you subscribe." }
                    @else { "There is no preview until then." }
                },
                Some(preview) => (found(preview, page_url)),
            }
        }
    }
}

fn unread(site: &Site, cold: &[SubjectId]) -> Markup {
    html! {
        p.notice {
            "Not read from arXiv yet: "
            @for (index, subject) in cold.iter().enumerate() {
                @if index > 0 { ", " }
                a href=(site.link(&format!("/subjects/{subject}"))) { (subject) }
            }
            ". It will be read when you subscribe; the link reads it now, which takes up to half a minute."
        }
    }
}

fn found(preview: &Preview, page_url: Option<&str>) -> Markup {
    let newest = preview.days.last().map(|(date, _)| *date);
    html! {
        p.sum role="status" {
            strong { (count(preview.total, "item")) }
            @if let Some(newest) = newest { " in " (count(preview.days.len(), "mailing")) " up to " (plain_date(newest)) }
        }
        (days(&preview.days))
        (tallies(preview))
        @for (_, _, words) in &preview.notes { p.note { "Warning: " bdi { (words) } } }
        @if preview.total == 0 {
            p { "No items match at present. Broader keywords, more announcement types or more days show more." }
        }
        ol.matches { @for paper in &preview.matches { li { (seen(paper)) } } }
        @if let (true, Some(page_url)) = (preview.total > preview.matches.len(), page_url) {
            p { a href=(page_url) { "All " (count(preview.total, "item")) } }
        }
    }
}

/// The number of items of each day, as a chart and in words.
fn days(days: &[(Date, usize)]) -> Markup {
    let most = days.iter().map(|(_, number)| *number).max().unwrap_or(0).max(1);
    let (width, height) = (days.len() * BAR_WIDTH, BAR_HEIGHT_MAX + 2 * LETTERS_HEIGHT);
    let words: Vec<String> =
        days.iter().map(|(date, number)| format!("{} {number}", date.strftime("%-d %B"))).collect();
    html! {
        svg.chart viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) role="img" aria-label={ "Items per day: " (words.join(", ")) } {
            @for (index, (date, number)) in days.iter().enumerate() {
                @let bar = (number * BAR_HEIGHT_MAX).div_ceil(most).min(BAR_HEIGHT_MAX);
                @let (left, top) = (index * BAR_WIDTH, LETTERS_HEIGHT + BAR_HEIGHT_MAX - bar);
                rect.bar x=(left + 3) y=(top) width=(BAR_WIDTH - 6) height=(bar.max(1)) {}
                text x=(left + BAR_WIDTH / 2) y=(top - 3) text-anchor="middle" { (number) }
                text.letter x=(left + BAR_WIDTH / 2) y=(height - 3) text-anchor="middle" { (date.strftime("%-d")) }
            }
        }
    }
}

fn tallies(preview: &Preview) -> Markup {
    let rest = preview.primaries.len().saturating_sub(PRIMARIES_MAX);
    html! {
        dl.tallies {
            @if preview.sources.len() > 1 {
                dt { "Per subject" }
                dd { @for (subject, number) in &preview.sources { span.tally { (subject) " " b { (number) } } " " } }
            }
            @if !preview.primaries.is_empty() {
                dt { "Primary subject" }
                dd {
                    @for (subject, number) in preview.primaries.iter().take(PRIMARIES_MAX) { span.tally { (subject) " " b { (number) } } " " }
                    @if rest > 0 { span.tally { "and " (rest) " more" } }
                }
            }
        }
    }
}

fn seen(found: &Match) -> Markup {
    let event = &found.event;
    html! {
        h3.title { a href=(event.paper.id.abstract_url()) { bdi { (marked(&found.title)) } } }
        @if !found.authors.is_empty() {
            p.authors {
                @for (index, (name, is_wanted)) in found.authors.iter().enumerate() {
                    @if index > 0 { ", " }
                    bdi { @if *is_wanted { mark { (name) } } @else { (name) } }
                }
                @if found.authors_left_out > 0 { " and " (count(found.authors_left_out, "other")) }
            }
        }
        p.facts {
            @for (index, (subject, is_wanted)) in found.subjects.iter().enumerate() {
                @if index > 0 { " " }
                @let id = html! { @if *is_wanted { mark { (subject) } } @else { (subject) } };
                @if index == 0 { strong { (id) } } @else { span { (id) } }
            }
            span.fact { (kind(event.announce_type)) }
            span.fact { time datetime=(event.listing_date) { (event.listing_date.strftime("%-d %B")) } }
        }
        @if !found.excerpt.text.is_empty() { p.excerpt { bdi { (marked(&found.excerpt)) } } }
    }
}

pub(super) fn kind(announce_type: AnnounceType) -> &'static str {
    match announce_type {
        AnnounceType::New => "new",
        AnnounceType::Cross => "cross-list",
        AnnounceType::Replace => "replacement",
        AnnounceType::ReplaceCross => "replaced cross-list",
    }
}

/// A text with its matches marked, cut if it is too long.
fn marked(text: &HighlightedText) -> Markup {
    let end = beginning(&text.text, TITLE_CHARACTERS_MAX).len();
    let marks: Vec<&Range<usize>> = text.marks.iter().filter(|mark| mark.end <= end).collect();
    let ends = std::iter::once(0).chain(marks.iter().map(|mark| mark.end));
    html! {
        @for (before, mark) in ends.clone().zip(&marks) {
            (text.text[before..mark.start])
            mark { (text.text[mark.start..mark.end]) }
        }
        (text.text[ends.last().unwrap_or(0)..end])
        @if end < text.text.len() { "…" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_marked_and_text_never_becomes_markup() {
        let text = HighlightedText { text: "a <b> GPU & c".to_owned(), marks: vec![0..1, 6..9] };
        assert_eq!(marked(&text).into_string(), "<mark>a</mark> &lt;b&gt; <mark>GPU</mark> &amp; c");
        let endless = HighlightedText { text: "é".repeat(10_000), marks: vec![2..4, 15_000..15_002] };
        let html = marked(&endless).into_string();
        assert!(html.ends_with('…') && html.matches("<mark>").count() == 1 && html.len() < 1_300);
    }
}
