//! The HTML view of a feed: its entries by day and section, on pages of 50.

use std::cmp::Reverse;

use jiff::civil::Date;
use maud::{Markup, html};

use super::layout::{Place, count, document, label, long_date, plain_date};
use super::paper::{self, Item, TitleLevel};
use super::site::{PageLink, Site};
use crate::domain::announcement::AnnounceType;
use crate::domain::event::Event;
use crate::domain::feed::Feed;
use crate::domain::presentation::TextMode;
use crate::domain::taxonomy::SubjectId;
use crate::render::format::Format;

/// The most items of a page; with their abstracts they take less than 50 KB compressed.
const ITEMS_MAX: usize = 50;

/// The abstracts are open on pages with at most this many items.
const OPEN_MAX: usize = 8;

/// A feed as an HTML page.
#[derive(Clone, Copy, Debug)]
pub struct HtmlView<'a> {
    /// The source of name and addresses.
    pub feed: &'a Feed,
    /// In the feed's order.
    pub events: &'a [Event],
    /// The changes of each replacement, as HTML.
    pub changes: &'a [Option<String>],
    pub text: TextMode,
    /// True to group by day; else the events keep their order.
    pub is_by_day: bool,
    /// The newest known day of the feed's subjects, and the number of calendar days before it.
    pub newest: Date,
    pub days: u32,
    /// The number of the page, from 1.
    pub page: usize,
    pub notices: &'a [Notice],
    /// The address of the form with this feed.
    pub builder: Option<&'a str>,
    pub site: &'a Site,
    /// The folder of the page in an export, such as `subjects/cs.DC`.
    pub folder: &'a str,
}

/// A warning that a subject could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    pub subject: SubjectId,
    /// The verdict and its reason.
    pub words: String,
    /// The newest day that was read.
    pub newest: Option<Date>,
}

/// The three sections of arXiv's own listing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    New,
    CrossLists,
    Replacements,
}

impl Section {
    fn of(event: &Event) -> Self {
        match event.announce_type {
            AnnounceType::New => Self::New,
            AnnounceType::Cross => Self::CrossLists,
            AnnounceType::Replace | AnnounceType::ReplaceCross => Self::Replacements,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::CrossLists => "Cross-lists",
            Self::Replacements => "Replacements",
        }
    }
}

/// The number of pages for this many items.
#[must_use]
pub fn pages(items: usize) -> usize {
    items.div_ceil(ITEMS_MAX).max(1)
}

/// The page of a feed.
#[must_use]
pub fn html_view(reading: &HtmlView<'_>) -> String {
    let feed = reading.feed;
    let changes = reading.changes.iter().map(Option::as_deref).chain(std::iter::repeat(None));
    let mut events: Vec<Item<'_>> =
        reading.events.iter().zip(changes).map(|(event, changes)| Item { event, changes }).collect();
    if reading.is_by_day {
        // A feed of several subjects mixes the sections of a day.
        events.sort_by_key(|item| (Reverse(item.event.listing_date), Section::of(item.event)));
    }
    let pages = pages(events.len());
    let first = reading.page.saturating_sub(1).saturating_mul(ITEMS_MAX).min(events.len());
    let shown = &events[first..events.len().min(first + ITEMS_MAX)];
    let address = |format: Format| feed.base_url.with_extension(format.extension());
    let head = html! {
        @for format in Format::ALL {
            link rel="alternate" type=(format.media_type()) title={ (feed.title) " (" (label(format)) ")" } href=(address(format));
        }
        @if reading.page > 1 { link rel="prev" href=(leaf(reading, reading.page - 1)); }
        @if reading.page < pages { link rel="next" href=(leaf(reading, reading.page + 1)); }
    };
    let body = html! {
        h1 { (feed.title) }
        p.lead { bdi { (feed.description) } "." }
        div.aside {
            ul.ways {
                @for format in Format::ALL { li { a.way href=(address(format)) { (label(format)) } } }
                @if let Some(builder) = reading.builder { li { a.way href=(builder) { "Edit or subscribe" } } }
            }
            @if reading.is_by_day && !events.is_empty() { (calendar(reading, &events)) }
        }
        @for notice in reading.notices { (warning(reading, notice)) }
        @if events.is_empty() { (nothing(reading)) }
        @else if shown.is_empty() {
            p { "This feed has no page " (reading.page) "; "
                a href=(leaf(reading, pages)) { "the last page is " (pages) } "." }
        }
        @if reading.is_by_day { (by_day(reading, &events, first, shown)) }
        @else { @for item in shown { (paper::paper(item, reading.text, TitleLevel::Second, shown.len() <= OPEN_MAX)) } }
        @if pages > 1 { (pager(reading, pages)) }
    };
    document(reading.site, &feed.title, Place::Elsewhere, &head, &body)
}

fn warning(reading: &HtmlView<'_>, notice: &Notice) -> Markup {
    html! {
        p.notice role="note" {
            strong { (notice.subject) " could not be read recently" } ": " bdi { (notice.words) } ". "
            @match notice.newest {
                Some(newest) => { "The entries here are older; the newest are from the mailing of " (plain_date(newest)) "." }
                None => "No older entries exist.",
            }
            " " a href=(reading.site.link("/status")) { "Details on the status page" } "."
        }
    }
}

fn nothing(reading: &HtmlView<'_>) -> Markup {
    html! {
        p { "No matching paper was announced in the " (count(reading.days as usize, "day")) " up to "
            (long_date(reading.newest)) ", the newest mailing read." }
        p { "A feed is empty only when nothing matched; "
            a href=(reading.site.link("/status")) { "the status page" } " shows whether every day was read." }
    }
}

/// The days of the feed with links to each.
fn calendar(reading: &HtmlView<'_>, events: &[Item<'_>]) -> Markup {
    let days = days(events);
    html! {
        @if days.len() > 1 {
            nav.calendar aria-label="Days" {
                ol { @for (date, first, number) in &days {
                    li { a href=(day_address(reading, *date, *first)) {
                        (date.strftime("%a %-d %b")) " " span.number { "(" (number) ")" } } }
                } }
            }
        }
    }
}

/// The days in their order: the index of the first event, and the number of events.
fn days(events: &[Item<'_>]) -> Vec<(Date, usize, usize)> {
    let mut days: Vec<(Date, usize, usize)> = Vec::new();
    for (index, item) in events.iter().enumerate() {
        let listing_date = item.event.listing_date;
        match days.last_mut() {
            Some((date, _, number)) if *date == listing_date => *number += 1,
            _ => days.push((listing_date, index, 1)),
        }
    }
    days
}

fn by_day(reading: &HtmlView<'_>, events: &[Item<'_>], first: usize, shown: &[Item<'_>]) -> Markup {
    let days = days(events);
    let is_open = shown.len() <= OPEN_MAX;
    html! {
        @for (index, (date, start, number)) in days.iter().enumerate() {
            @let here = (*start).max(first)..(start + number).min(first + shown.len());
            @if here.start < here.end {
                section.mailing {
                    div.dayhead {
                        h2 id={ "day-" (date) } { time datetime=(date) { (long_date(*date)) } }
                        p.near {
                            @if *start < first { "continued from the previous page · " }
                            @if let Some((newer, at, _)) = index.checked_sub(1).and_then(|index| days.get(index)) {
                                a href=(day_address(reading, *newer, *at)) rel="prev" { "next day" } " "
                            }
                            @if let Some((older, at, _)) = days.get(index + 1) {
                                a href=(day_address(reading, *older, *at)) rel="next" { "previous day" }
                            }
                        }
                    }
                    @for section in [Section::New, Section::CrossLists, Section::Replacements] {
                        @let of_day = events[*start..start + number].iter().filter(|item| Section::of(item.event) == section).count();
                        @let mut inside = events[here.clone()].iter().filter(|item| Section::of(item.event) == section).peekable();
                        @if inside.peek().is_some() {
                            h3 { (section.name()) " " span.number { "(" (of_day) ")" } }
                            @for item in inside { (paper::paper(item, reading.text, TitleLevel::Fourth, is_open)) }
                        }
                    }
                }
            }
        }
    }
}

fn pager(reading: &HtmlView<'_>, pages: usize) -> Markup {
    let page = reading.page;
    html! {
        nav.pager aria-label="Pages" {
            @if page > 1 { a rel="prev" href=(leaf(reading, (page - 1).min(pages))) { "← Newer" } }
            span { "Page " (page) " of " (pages) }
            @if page < pages { a rel="next" href=(leaf(reading, page + 1)) { "Older →" } }
        }
    }
}

/// The address of a page of this feed, by its number from 1.
fn leaf(reading: &HtmlView<'_>, number: usize) -> String {
    let separator = if reading.feed.base_url.query.is_empty() { '?' } else { '&' };
    let page_url = &reading.feed.page_url;
    reading.site.leaf(PageLink { page_url, separator, folder: reading.folder, number })
}

fn day_address(reading: &HtmlView<'_>, date: Date, first: usize) -> String {
    let page = first / ITEMS_MAX + 1;
    let rest = if page == reading.page { String::new() } else { leaf(reading, page) };
    format!("{rest}#day-{date}")
}
