//! Digests: one item for each mailing or week.
//!
//! A mailing's item appears when every subject of the feed has been read for it, and a week's when the week is over.
//! Its id and its date depend on the listing date alone, so that what comes in late changes neither.

mod contents;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};

use crate::domain::event::Event;
use crate::domain::feed::FeedEntry;
use crate::domain::mailing;
use crate::domain::presentation::{Digest, Presentation, Sort};
use crate::domain::taxonomy::SubjectId;
use crate::filter::TooMuchWork;
use crate::text;

use super::address::{self, Bases, url};
use super::assemble::{Limit, Selection};
use super::brief::brief;
use super::budget::Budget;
use super::matching::{matching, scores};
use super::searchable::key;
use super::spec::{FeedSpec, Scope};
use super::title::title;
use super::working_set::WorkingSet;
use contents::Papers;

/// After how many later mailings a day is shown although a subject was not read for it: that one is a gap.
const MAILINGS_WAITED: usize = 3;

/// So that the last whole week is in every window.
const WEEKLY_DAYS_MIN: u32 = 14;

/// Who made the item: RFC 4287 §4.2.1 wants an author.
const AUTHOR: &str = "crosslist";

/// The events of whole digests, the newest digest first; in it by primary subject, type, score and date.
///
/// # Errors
/// The work is used up.
pub(super) fn events(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    spec: &FeedSpec,
    digest: Digest,
    budget: &Budget<'_>,
) -> Result<Vec<Event>, TooMuchWork> {
    let Some(newest) = working_set.newest(subjects) else { return Ok(Vec::new()) };
    let named = spec.scope.subjects();
    let reads = Reads::of(working_set, if named.is_empty() { subjects } else { named });
    let whole = FeedSpec {
        selection: Selection {
            days: days(spec.selection.days, newest, digest),
            limit: Limit::Chosen(usize::MAX),
            sort: Sort::Date,
            ..spec.selection.clone()
        },
        ..spec.clone()
    };
    let oldest_kept = newest.saturating_sub(i64::from(working_set.days_kept().min(SPAN_DAYS_MAX)).days());
    let mut events = matching(working_set, subjects, &whole, budget)?;
    events.retain(|event| match digest {
        Digest::Daily => reads.is_whole(event.listing_date),
        Digest::Weekly => {
            monday(event.listing_date) >= oldest_kept && reads.is_week_over(monday(event.listing_date))
        }
    });
    let scores = match &spec.scope {
        Scope::Named(feed) => scores(working_set, &events, &feed.scores)?,
        _ => HashMap::new(),
    };
    events.sort_by_cached_key(|event| {
        let primary = event.paper.primary().id.to_string();
        let is_own = named.iter().any(|subject| subject.as_str() == primary);
        let score = scores.get(&key(event)).copied().unwrap_or_default();
        let place = (Reverse(begin(event.listing_date, digest)), !is_own, primary);
        (place, event.announce_type, Reverse(score), Reverse(event.published))
    });
    let (Limit::Default(limit) | Limit::Chosen(limit)) = spec.selection.limit;
    let begins: BTreeSet<Date> = events.iter().map(|event| begin(event.listing_date, digest)).collect();
    if let Some(first) = begins.iter().rev().nth(limit.saturating_sub(1)) {
        events.retain(|event| event.listing_date >= *first);
    }
    Ok(events)
}

/// No feed goes back further, and dates do not end there.
const SPAN_DAYS_MAX: u32 = 100_000;

/// The days of a window that holds whole weeks.
fn days(days: u32, newest: Date, digest: Digest) -> u32 {
    if digest == Digest::Daily {
        return days;
    }
    let days = days.clamp(WEEKLY_DAYS_MIN, SPAN_DAYS_MAX);
    let oldest = newest.saturating_sub((i64::from(days) - 1).days());
    days + u32::from(oldest.weekday().to_monday_zero_offset().unsigned_abs())
}

fn monday(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
}

/// The first listing date that a digest is of.
fn begin(date: Date, digest: Digest) -> Date {
    if digest == Digest::Daily { date } else { monday(date) }
}

/// Which listing dates each subject was read for.
struct Reads {
    by_subject: Vec<BTreeSet<Date>>,
    all: BTreeSet<Date>,
}

impl Reads {
    fn of(working_set: &WorkingSet, subjects: &[SubjectId]) -> Self {
        let by_subject: Vec<BTreeSet<Date>> = subjects
            .iter()
            .map(|subject| working_set.dates(*subject))
            .filter(|dates| !dates.is_empty())
            .collect();
        let all = by_subject.iter().flatten().copied().collect();
        Self { by_subject, all }
    }

    /// Has every subject been read for that day? One that fell behind before is not waited for.
    fn is_whole(&self, date: Date) -> bool {
        let before = self.all.range(..date).next_back();
        let has_fallen_behind = |dates: &BTreeSet<Date>| dates.last() < before;
        self.all.range(date..).skip(1).count() >= MAILINGS_WAITED
            || self.by_subject.iter().all(|dates| dates.contains(&date) || has_fallen_behind(dates))
    }

    /// Has its last mailing been read?
    fn is_week_over(&self, monday: Date) -> bool {
        let week = monday..=monday.saturating_add(6.days());
        let is_past = self.all.last().is_some_and(|newest| newest > week.end());
        let has_friday = self.all.range(week.clone()).any(|date| date.weekday() == Weekday::Friday);
        (is_past || has_friday) && self.all.range(week).all(|date| self.is_whole(*date))
    }
}

/// The date of the digest that a listing date is in: that of its mailing, or of its week's last mailing.
pub(super) fn published(date: Date, digest: Digest) -> Timestamp {
    mailing::moment(match digest {
        Digest::Daily => date,
        Digest::Weekly => monday(date).saturating_add(4.days()),
    })
}

/// An item for each mailing or week of what [`events`] chose.
pub(super) fn entries(spec: &FeedSpec, events: &[Event], bases: Bases<'_>, digest: Digest) -> Vec<FeedEntry> {
    let same = |a: &Event, b: &Event| begin(a.listing_date, digest) == begin(b.listing_date, digest);
    events.chunk_by(same).map(|events| entry(spec, events, bases, digest)).collect()
}

fn entry(spec: &FeedSpec, events: &[Event], bases: Bases<'_>, digest: Digest) -> FeedEntry {
    let first = begin(events[0].listing_date, digest);
    let (name, when) = match digest {
        Digest::Daily => (first.to_string(), first.strftime("%A, %-d %B %Y").to_string()),
        Digest::Weekly => {
            let week = first.iso_week_date();
            let name = format!("{}-W{:02}", week.year(), week.week());
            (name, first.strftime("week of %-d %B %Y").to_string())
        }
    };
    let papers = Papers { events, mode: spec.presentation.text };
    let shown = &spec.presentation;
    let (summary, content_html) = match shown.brief {
        Some(characters) => {
            let brief = brief(&papers.plain(), characters as usize);
            let content = format!("<p>{}</p>", text::escape(&brief));
            (brief, content)
        }
        None => (papers.summary(shown), papers.html()),
    };
    // What is shown, and how far back, makes no other digest of it.
    let (default, presentation) = spec.default.clone();
    let Selection { days, limit, sort, .. } = default;
    let selection = Selection { days, limit, sort, ..spec.selection.clone() };
    let plain =
        FeedSpec { selection, presentation: Presentation { digest: None, ..presentation }, ..spec.clone() };
    let id = address::id(&plain, bases.ids);
    FeedEntry {
        id: format!("{id}#digest-{name}"),
        url: format!("{}#digest-{name}", address::identity(&url(spec, bases.links))),
        title: format!("{} – {when}", title(&plain)),
        authors: vec![AUTHOR.to_owned()],
        subjects: papers.subjects(),
        announce_type: None,
        published: published(first, digest),
        summary,
        content_html: content_html.into(),
        comments: None,
        journal_ref: None,
        pdf_url: String::new(),
        html_url: None,
        is_pdf_enclosed: false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn reads(by_subject: &[&[i8]]) -> Reads {
        let day = |day: &i8| date(2026, 3, *day);
        let by_subject: Vec<BTreeSet<Date>> =
            by_subject.iter().map(|days| days.iter().map(day).collect()).collect();
        let all = by_subject.iter().flatten().copied().collect();
        Reads { by_subject, all }
    }

    #[test]
    fn a_day_waits_for_every_subject_that_keeps_up() {
        let whole = |by_subject: &[&[i8]], day| reads(by_subject).is_whole(date(2026, 3, day));
        assert!(whole(&[&[2, 3], &[2, 3]], 3));
        assert!(!whole(&[&[2, 3], &[2]], 3));
        // A gap, or a day that is still to be filled.
        assert!(!whole(&[&[2, 3, 4, 5], &[2, 4, 5]], 3));
        assert!(whole(&[&[2, 3, 4, 5, 6], &[2, 4, 5, 6]], 3));
        // Nobody has asked for the second since Monday.
        assert!(whole(&[&[2, 3, 4], &[2]], 4));
        assert!(whole(&[&[2]], 2));
    }

    #[test]
    fn a_week_is_over_when_friday_or_a_later_week_was_read() {
        let over = |by_subject: &[&[i8]]| reads(by_subject).is_week_over(date(2026, 3, 2));
        assert!(!over(&[&[2, 3, 4, 5]]));
        assert!(over(&[&[2, 3, 4, 5, 6]]));
        assert!(!over(&[&[2, 3, 4, 5, 6], &[2, 3, 4, 5]]));
        assert!(over(&[&[2, 3, 4, 5, 9]]));
    }

    #[test]
    fn a_weekly_window_holds_whole_weeks() {
        assert_eq!(days(14, date(2026, 3, 4), Digest::Daily), 14);
        // Back to Thursday, 19 February, and so to Monday the 16th.
        assert_eq!(days(3, date(2026, 3, 4), Digest::Weekly), 17);
        assert_eq!(monday(date(2026, 3, 8)), date(2026, 3, 2));
    }
}
