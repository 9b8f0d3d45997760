//! The preview of a feed: its first items with what matched, and counts by day and subject.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::domain::event::Event;
use crate::domain::excerpt::{self, beginning};
use crate::domain::presentation::TextMode;
use crate::domain::preview::{HighlightedText, Match, Preview};
use crate::domain::taxonomy::SubjectId;
use crate::filter::{Highlights, PaperPart, TooMuchWork, Warning};
use crate::text;

use super::assemble::{Selection, assemble};
use super::budget::Budget;
use super::choose::choose;
use super::spec::FeedSpec;
use super::working_set::WorkingSet;

/// How many of the items are shown.
const SHOWN_MAX: usize = 20;

/// How many authors are shown, beside those that match.
const AUTHORS_SHOWN_MAX: usize = 8;

/// The longest text that is looked through for what to mark, in characters; arXiv takes 1,920 for an abstract.
const MARKED_CHARACTERS_MAX: usize = 8_000;

/// How much of an abstract is shown, in characters, and how much of that stands before the first mark.
const EXCERPT_CHARACTERS: usize = 240;
const EXCERPT_BEFORE: usize = 80;

/// The first items of a feed with the words that matched, and counts over all its items; subjects of which nothing is known
/// add none.
///
/// # Errors
/// The budget is used up.
pub fn preview(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    spec: &FeedSpec,
    budget: &Budget<'_>,
) -> Result<Preview, TooMuchWork> {
    let events = choose(working_set, subjects, spec, budget)?;
    let query = spec.selection.query.as_ref();
    let highlights = query.map(Highlights::of);
    let mode = match spec.presentation.text {
        TextMode::Tex => TextMode::Tex,
        TextMode::Unicode | TextMode::Mathml => TextMode::Unicode,
    };
    let notes = query.map(|query| {
        let everything = Selection { query: None, aliases: None, ..spec.selection.clone() };
        // Each part by itself takes more than the rule as a whole, where a part leaves little for the others.
        let (_, warnings) = Budget::of_an_address(|budget| {
            working_set.measured(&assemble(working_set, subjects, &everything, budget)?, query, budget)
        })?;
        let note = |warning: Warning| (warning.position, warning.length, warning.message);
        Ok(warnings.into_iter().map(note).collect())
    });
    Ok(Preview {
        total: events.len(),
        days: days(working_set, subjects, spec, &events),
        sources: sources(subjects, &events),
        primaries: primaries(&events),
        notes: notes.transpose()?.unwrap_or_default(),
        matches: events
            .into_iter()
            .take(SHOWN_MAX)
            .map(|event| seen(event, highlights.as_ref(), mode))
            .collect(),
    })
}

fn days(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    spec: &FeedSpec,
    events: &[Event],
) -> Vec<(Date, usize)> {
    let Some(newest) = working_set.newest(subjects) else { return Vec::new() };
    let oldest = newest.saturating_sub(SignedDuration::from_hours(24 * (i64::from(spec.selection.days) - 1)));
    let read = subjects.iter().flat_map(|subject| working_set.dates(*subject)).filter(|date| *date >= oldest);
    let mut days: BTreeMap<Date, usize> = read.map(|date| (date, 0)).collect();
    for event in events {
        *days.entry(event.listing_date).or_default() += 1;
    }
    days.into_iter().collect()
}

fn sources(subjects: &[SubjectId], events: &[Event]) -> Vec<(SubjectId, usize)> {
    let count = |subject| events.iter().filter(|event| event.subject == subject).count();
    subjects.iter().map(|subject| (*subject, count(*subject))).collect()
}

fn primaries(events: &[Event]) -> Vec<(Arc<str>, usize)> {
    let mut counts: HashMap<Arc<str>, usize> = HashMap::new();
    for event in events {
        *counts.entry(event.paper.primary().id.clone()).or_default() += 1;
    }
    let mut primaries: Vec<(Arc<str>, usize)> = counts.into_iter().collect();
    primaries.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    primaries
}

fn seen(event: Event, highlights: Option<&Highlights<'_>>, mode: TextMode) -> Match {
    let paper = &event.paper;
    let marked = |part: PaperPart, text: String| {
        let text = excerpt::excerpt(&text, MARKED_CHARACTERS_MAX).into_owned();
        let marks = highlights.map(|highlights| highlights.in_text(part, &text)).unwrap_or_default();
        HighlightedText { text, marks }
    };
    let mut authors = Vec::new();
    for (index, name) in paper.authors.names.iter().enumerate() {
        let is_wanted = highlights.is_some_and(|highlights| highlights.has_author(name));
        if index < AUTHORS_SHOWN_MAX || is_wanted {
            authors.push((text::inline(name, mode), is_wanted));
        }
    }
    let subjects = paper.subjects.iter().enumerate().map(|(index, subject)| {
        let is_wanted = highlights.is_some_and(|highlights| highlights.has_subject(&subject.id, index == 0));
        (subject.id.clone(), is_wanted)
    });
    let abstract_text =
        paper.abstract_text.as_ref().map(|prose| text::prose(prose, mode)).unwrap_or_default();
    Match {
        title: marked(PaperPart::Title, text::title(paper, mode)),
        authors_left_out: paper.authors.names.len() - authors.len(),
        authors,
        subjects: subjects.collect(),
        excerpt: excerpt(&marked(PaperPart::Abstract, text::one_line(&abstract_text))),
        event,
    }
}

/// The part of a text around its first mark, or its beginning, cut between words.
fn excerpt(whole: &HighlightedText) -> HighlightedText {
    let HighlightedText { text, marks } = whole;
    let before = |end: usize, characters: usize| {
        text[..end].char_indices().rev().nth(characters - 1).map_or(0, |(start, _)| start)
    };
    let mut start = marks.first().map_or(0, |first| before(first.start, EXCERPT_BEFORE));
    if start > 0 {
        let is_inside = |blank: &usize| marks.first().is_none_or(|first| start + blank < first.start);
        start += text[start..].find(' ').filter(is_inside).map_or(0, |blank| blank + 1);
    }
    let mut end = start + beginning(&text[start..], EXCERPT_CHARACTERS).len();
    if end < text.len() {
        end = text[..end].rfind(' ').filter(|blank| *blank > start).unwrap_or(end);
    }
    let lead = if start > 0 { "…" } else { "" };
    let trail = if end < text.len() { "…" } else { "" };
    let shifted = |mark: &Range<usize>| {
        let (from, to) = (mark.start.max(start), mark.end.min(end));
        (from < to).then(|| from - start + lead.len()..to - start + lead.len())
    };
    HighlightedText {
        text: format!("{lead}{}{trail}", &text[start..end]),
        marks: marks.iter().filter_map(shifted).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_the_first_mark_between_whole_words() {
        let text = format!("{}The needle lies in {}", "é straw ".repeat(60), "hay and ".repeat(60));
        let start = text.find("needle").expect("it is there");
        let found = excerpt(&HighlightedText { text, marks: std::iter::once(start..start + 6).collect() });
        assert_eq!(&found.text[found.marks[0].clone()], "needle");
        assert!(found.text.starts_with("…é straw") && found.text.ends_with("hay…"), "{}", found.text);
        assert!(found.text.chars().count() <= EXCERPT_CHARACTERS + 2);
    }

    #[test]
    fn a_short_text_is_its_own_excerpt() {
        let short =
            HighlightedText { text: "We show it.".to_owned(), marks: std::iter::once(3..7).collect() };
        assert_eq!(excerpt(&short), short);
        assert_eq!(excerpt(&HighlightedText::default()), HighlightedText::default());
        let long =
            HighlightedText { text: "x".repeat(10_000), marks: std::iter::once(5_000..5_001).collect() };
        assert_eq!(excerpt(&long).marks.len(), 1);
    }
}
