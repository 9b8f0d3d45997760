//! The text and the HTML of a digest: its papers by primary subject.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::domain::announcement::AnnounceType;
use crate::domain::event::Event;
use crate::domain::paper::Subject;
use crate::domain::presentation::{Presentation, Profile, Summary, TextMode};
use crate::text;

/// How much of the titles stands in a short summary: a chat that cuts at 512 characters shows it whole.
const SHORT_CHARACTERS: usize = 440;

/// How many authors are named.
const AUTHORS: usize = 3;

/// What stands in an item, in order.
pub(super) struct Papers<'a> {
    pub(super) events: &'a [Event],
    pub(super) mode: TextMode,
}

impl Papers<'_> {
    /// The primary subjects, each once.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let mut subjects: Vec<Subject> =
            self.events.iter().map(|event| event.paper.primary().clone()).collect();
        subjects.dedup_by(|a, b| a.id == b.id);
        let mut seen = BTreeSet::new();
        subjects.retain(|subject| seen.insert(subject.id.clone()));
        subjects
    }

    fn by_subject(&self) -> impl Iterator<Item = &[Event]> {
        self.events.chunk_by(|a, b| a.paper.primary().id == b.paper.primary().id)
    }

    /// `12 papers: 5 new, 4 cross-lists, 3 replacements.`
    fn counts(&self) -> String {
        let count = |test: fn(AnnounceType) -> bool| {
            self.events.iter().filter(|event| test(event.announce_type)).count()
        };
        let (new, cross) =
            (count(|kind| kind == AnnounceType::New), count(|kind| kind == AnnounceType::Cross));
        let replaced = count(AnnounceType::is_replacement);
        let one_or_more =
            |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        let parts = [
            (new > 0).then(|| format!("{new} new")),
            (cross > 0).then(|| one_or_more(cross, "cross-list")),
            (replaced > 0).then(|| one_or_more(replaced, "replacement")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("{}: {}.", one_or_more(self.events.len(), "paper"), parts.join(", "))
    }

    fn title(&self, event: &Event) -> String {
        let kind = match event.announce_type {
            AnnounceType::New => "",
            AnnounceType::Cross => " (cross-list)",
            AnnounceType::Replace | AnnounceType::ReplaceCross => " (replacement)",
        };
        text::title(&event.paper, self.mode) + kind
    }

    fn authors(&self, event: &Event) -> String {
        let authors = &event.paper.authors;
        let mut names: Vec<String> =
            authors.names.iter().take(AUTHORS).map(|name| text::inline(name, self.mode)).collect();
        match authors.names.len().saturating_sub(AUTHORS) {
            0 if authors.et_al => names.push("et al.".to_owned()),
            0 => {}
            _ if authors.et_al => names.push("and more".to_owned()),
            more => names.push(format!("and {more} more")),
        }
        names.join(", ")
    }

    pub(super) fn html(&self) -> String {
        let mut html = format!("<p>{}</p>", self.counts());
        for events in self.by_subject() {
            let subject = events[0].paper.primary();
            let heading = text::escape(&format!("{} ({})", subject.name, subject.id)).into_owned();
            let _ = write!(html, "<p><strong>{heading}</strong></p><ul>");
            for event in events {
                let (title, authors) = (self.title(event), self.authors(event));
                let url = event.paper.id.abstract_url();
                let _ = write!(html, "<li><a href=\"{url}\">{}</a>", text::escape(&title));
                if !authors.is_empty() {
                    let _ = write!(html, "<br>{}", text::escape(&authors));
                }
                html.push_str("</li>");
            }
            html.push_str("</ul>");
        }
        html
    }

    pub(super) fn plain(&self) -> String {
        let mut plain = self.counts();
        for events in self.by_subject() {
            let subject = events[0].paper.primary();
            let _ = write!(plain, "\n\n{} ({})", subject.name, subject.id);
            for event in events {
                let _ = write!(plain, "\n• {} {}", self.title(event), event.paper.id.abstract_url());
            }
        }
        plain
    }

    /// As many titles as fit.
    fn short(&self) -> String {
        let mut short = self.counts();
        let mut left = SHORT_CHARACTERS.saturating_sub(short.chars().count());
        for (at, event) in self.events.iter().enumerate() {
            let line = format!("\n• {}", self.title(event));
            let length = line.chars().count();
            if length > left {
                let _ = write!(short, "\nand {} more", self.events.len() - at);
                break;
            }
            left -= length;
            short.push_str(&line);
        }
        short
    }

    pub(super) fn summary(&self, shown: &Presentation) -> String {
        match (shown.summary, shown.profile) {
            (Summary::Full, _) => self.plain(),
            (Summary::Short, _) => self.short(),
            (Summary::None, Profile::Zulip) => self.counts(),
            (Summary::None, _) => String::new(),
        }
    }
}
