//! Selects the events of a feed by subjects, window and types, and orders them newest first.
//!
//! A paper appears once under its own id, at its first new or cross-listed appearance in the feed's subjects, and once
//! for each day on which it was replaced.
//! The first appearance is looked for in all that is known, not in the window alone: otherwise a paper would come back
//! with a later date on the day when its first appearance leaves the window.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::Event;
use crate::domain::presentation::Sort;
use crate::domain::taxonomy::SubjectId;
use crate::filter::{Aliases, Query, TooMuchWork};

use super::budget::Budget;
use super::working_set::WorkingSet;

/// Which of the papers of a feed's subjects it shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selection {
    /// In the order of [`AnnounceType::ALL`], without repetition; all four for no choice.
    pub types: Vec<AnnounceType>,
    /// Calendar days back from the newest listing date, that day included.
    pub days: u32,
    pub limit: Limit,
    /// The rule that a paper must match; every paper matches without one.
    pub query: Option<Query>,
    /// The rule that RSSHub's parameters make, which it must match as well.
    pub aliases: Option<Aliases>,
    pub sort: Sort,
}

impl Selection {
    /// Without a rule.
    #[must_use]
    pub fn of(types: &[AnnounceType], days: u32, limit: Limit) -> Self {
        Self { types: types.to_vec(), days, limit, query: None, aliases: None, sort: Sort::Date }
    }

    /// The memory that it takes beside itself, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        let types = size_of_val(&*self.types);
        let aliases = self.aliases.as_ref().map_or(0, Aliases::memory_bytes);
        types + self.query.as_ref().map_or(0, Query::memory_bytes) + aliases
    }

    /// Every rule that a paper must match.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Query> {
        self.query.iter().chain(self.aliases.iter().map(Aliases::query))
    }
}

/// How many items a feed has at most, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// This many, but never less than the newest mailing as a whole: a reader who comes every day misses nothing.
    Default(usize),
    /// This many, as the reader chose.
    Chosen(usize),
}

/// The events of a feed, newest first; `subjects` of which nothing is known add none.
///
/// # Errors
/// The budget is used up.
pub fn assemble(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    selection: &Selection,
    budget: &Budget<'_>,
) -> Result<Vec<Event>, TooMuchWork> {
    let Some(newest) = working_set.newest(subjects) else { return Ok(Vec::new()) };
    let mut events = known(working_set, subjects, newest, selection);
    for rule in selection.rules() {
        events = working_set.matching(events, rule, budget)?;
    }
    Ok(cut(events, newest, selection.limit))
}

/// The known events of the feed's subjects within its window and of its types, newest first.
///
/// `newest` is the newest listing date of any of the subjects.
pub(super) fn known(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    newest: Date,
    selection: &Selection,
) -> Vec<Event> {
    let is_behind = |subject: &SubjectId| {
        subject.is_archive_of_several()
            && working_set.holds(*subject)
            && !working_set.dates(*subject).contains(&newest)
    };
    let behind: Vec<SubjectId> = subjects.iter().copied().filter(is_behind).collect();
    select(&working_set.days(subjects), newest, &behind, selection)
}

/// The events of `days` within the window and of the types of a selection, newest first.
///
/// `days` are those of all the feed's subjects; `newest` is the newest listing date among them, for which the archives
/// in `behind` have not been read. A paper whose primary subject is in one of these is a cross-list on the pages of
/// other categories only, and new or replaced on the archive's own: it waits for that page, or for the next mailing.
fn select(days: &[Arc<[Event]>], newest: Date, behind: &[SubjectId], selection: &Selection) -> Vec<Event> {
    let waits = |event: &Event| {
        event.listing_date == newest
            && matches!(event.announce_type, AnnounceType::Cross | AnnounceType::ReplaceCross)
            && behind.iter().any(|archive| archive.contains(&event.paper.primary().id))
    };
    let oldest = newest.saturating_sub(SignedDuration::from_hours(24 * (i64::from(selection.days) - 1)));
    let mut firsts: HashMap<&ArxivId, &Event> = HashMap::new();
    let mut replacements: HashMap<(&ArxivId, Date), &Event> = HashMap::new();
    for event in days.iter().flat_map(|day| day.iter()).filter(|event| !waits(event)) {
        let id = &event.paper.id;
        if event.announce_type.is_replacement() {
            prefer(replacements.entry((id, event.listing_date)).or_insert(event), event);
        }
        // What was shown as new goes by the paper's own id, also after a correction to a replacement.
        if !(event.announce_type.is_replacement() && event.first_type.is_replacement()) {
            prefer(firsts.entry(id).or_insert(event), event);
        }
    }
    let chosen =
        |event: &&Event| event.listing_date >= oldest && selection.types.contains(&event.announce_type);
    let first_day = |event: &Event| firsts.get(&event.paper.id).map(|first| first.listing_date);
    // One mailing may replace a paper and cross-list it to another subject; that is one event to a reader of both.
    let shown_that_day = |event: &Event| {
        firsts
            .get(&event.paper.id)
            .is_some_and(|first| first.listing_date == event.listing_date && chosen(first))
    };
    let replacements = replacements.into_values().filter(chosen).filter(|event| !shown_that_day(event));
    let mut events: Vec<&Event> = replacements.chain(firsts.values().copied().filter(chosen)).collect();
    events.sort_unstable_by(|a, b| b.published.cmp(&a.published).then_with(|| a.paper.id.cmp(&b.paper.id)));
    let with_own_id = |event: &Event| {
        // The paper's own id belongs to an earlier event of this feed, which kept this one out until it was corrected.
        let is_taken = first_day(event).is_some_and(|first| first < event.listing_date);
        Event { first_type: if is_taken { event.announce_type } else { event.first_type }, ..event.clone() }
    };
    events.into_iter().map(with_own_id).collect()
}

pub(super) fn cut(mut events: Vec<Event>, newest: Date, limit: Limit) -> Vec<Event> {
    let limit = match limit {
        Limit::Default(limit) => {
            limit.max(events.iter().filter(|event| event.listing_date == newest).count())
        }
        Limit::Chosen(limit) => limit,
    };
    events.truncate(limit);
    events
}

/// Keeps the earlier event; on one day, the type that comes first.
fn prefer<'a>(kept: &mut &'a Event, other: &'a Event) {
    let rank = |event: &Event| (event.listing_date, event.announce_type);
    if rank(other) < rank(kept) {
        *kept = other;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::mailing;
    use crate::domain::paper::{Authors, Paper, Subject};

    fn event(subject: &str, day: Date, announce_type: AnnounceType, id: &str) -> Event {
        let second = id.bytes().last().map_or(0, i64::from);
        Event {
            subject: SubjectId::parse(subject).expect("a subject"),
            listing_date: day,
            announce_type,
            first_type: announce_type,
            cross_list_from: None,
            published: mailing::moment(day) - jiff::SignedDuration::from_secs(second),
            added: mailing::moment(day),
            paper: Arc::new(Paper {
                id: ArxivId::parse(id).expect("an id").0,
                title: id.to_owned(),
                authors: Authors::default(),
                comments: None,
                journal_ref: None,
                subjects: vec![Subject { id: subject.into(), name: subject.into() }],
                abstract_text: None,
                html_url: None,
                version: None,
            }),
            earlier: None,
        }
    }

    fn check(events: &[Event], types: &[AnnounceType], limit: usize, expected: &[&str]) {
        let newest = events.iter().map(|event| event.listing_date).max().expect("an event");
        let selection = Selection::of(types, 14, Limit::Chosen(limit));
        let days: Vec<Arc<[Event]>> = events.iter().map(|event| Arc::from(vec![event.clone()])).collect();
        let shown = cut(select(&days, newest, &[], &selection), newest, selection.limit);
        let shown: Vec<String> = shown
            .iter()
            .map(|event| format!("{} {} {}", event.listing_date, event.announce_type, event.paper.id))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_paper_of_two_subjects_stands_once_at_its_first_appearance() {
        let new = event("cs.LG", date(2026, 2, 26), AnnounceType::New, "2602.00001");
        let cross = event("cs.DC", date(2026, 3, 10), AnnounceType::Cross, "2602.00001");
        let both = [new, cross.clone()];
        check(&both, &AnnounceType::ALL, 9, &["2026-02-26 new 2602.00001"]);
        check(&[cross], &AnnounceType::ALL, 9, &["2026-03-10 cross 2602.00001"]);
        check(&both, &[AnnounceType::Cross], 9, &[]);
    }

    #[test]
    fn a_paper_does_not_come_back_when_its_first_appearance_leaves_the_window() {
        let new = event("cs.LG", date(2026, 2, 20), AnnounceType::New, "2602.00001");
        let cross = event("cs.DC", date(2026, 3, 9), AnnounceType::Cross, "2602.00001");
        check(&[new, cross], &AnnounceType::ALL, 9, &[]);
    }

    #[test]
    fn on_one_day_new_comes_before_cross_and_cross_before_a_replacement() {
        let day = date(2026, 3, 2);
        let cross = event("cs.DC", day, AnnounceType::Cross, "2602.00001");
        let new = event("cs.LG", day, AnnounceType::New, "2602.00001");
        check(&[cross.clone(), new], &AnnounceType::ALL, 9, &["2026-03-02 new 2602.00001"]);
        let replaced = event("cs.LG", day, AnnounceType::Replace, "2602.00001");
        check(&[cross.clone(), replaced.clone()], &AnnounceType::ALL, 9, &["2026-03-02 cross 2602.00001"]);
        check(&[cross, replaced], &[AnnounceType::Replace], 9, &["2026-03-02 replace 2602.00001"]);
    }

    #[test]
    fn a_paper_of_an_archive_is_no_cross_list_while_the_archives_day_is_unread() {
        let (monday, tuesday) = (date(2026, 3, 2), date(2026, 3, 3));
        let of = |subject: &str, day, announce_type, id: &str, primary: &str| {
            let event = event(subject, day, announce_type, id);
            let mut paper = (*event.paper).clone();
            paper.subjects = vec![Subject { id: primary.into(), name: primary.into() }];
            Event { paper: Arc::new(paper), ..event }
        };
        let days = [
            of("cs", monday, AnnounceType::New, "2603.00001", "cs.LG"),
            of("cs.DC", monday, AnnounceType::Cross, "2603.00002", "cs.LG"),
            of("cs.DC", tuesday, AnnounceType::Cross, "2603.00003", "cs.LG"),
            of("cs.DC", tuesday, AnnounceType::ReplaceCross, "2603.00001", "cs.LG"),
            of("cs.DC", tuesday, AnnounceType::Cross, "2603.00004", "math.CO"),
            of("cs.DC", tuesday, AnnounceType::New, "2603.00005", "cs.DC"),
        ];
        let days: Vec<Arc<[Event]>> = days.into_iter().map(|event| Arc::from(vec![event])).collect();
        let ids = |behind: &[SubjectId]| {
            let selection = Selection::of(&AnnounceType::ALL, 14, Limit::Chosen(99));
            let mut shown: Vec<String> = select(&days, tuesday, behind, &selection)
                .iter()
                .map(|event| {
                    format!("{} {} {}", event.listing_date.day(), event.announce_type, event.paper.id)
                })
                .collect();
            shown.sort();
            shown
        };
        let cs = SubjectId::parse("cs").expect("an archive");
        assert_eq!(
            ids(&[cs]),
            ["2 cross 2603.00002", "2 new 2603.00001", "3 cross 2603.00004", "3 new 2603.00005"]
        );
        assert_eq!(ids(&[]).len(), 6);
    }

    #[test]
    fn each_day_of_replacement_is_an_event_of_its_own() {
        let events = [
            event("cs.DC", date(2026, 3, 2), AnnounceType::New, "2602.00001"),
            event("cs.DC", date(2026, 3, 3), AnnounceType::Replace, "2602.00001"),
            event("cs.PF", date(2026, 3, 3), AnnounceType::ReplaceCross, "2602.00001"),
            event("cs.DC", date(2026, 3, 5), AnnounceType::Replace, "2602.00001"),
        ];
        let all =
            ["2026-03-05 replace 2602.00001", "2026-03-03 replace 2602.00001", "2026-03-02 new 2602.00001"];
        check(&events, &AnnounceType::ALL, 9, &all);
        check(&events, &AnnounceType::ALL, 2, &all[..2]);
    }

    #[test]
    fn a_corrected_type_changes_no_id_and_no_two_events_share_one() {
        let (monday, tuesday) = (date(2026, 3, 2), date(2026, 3, 3));
        let corrected =
            |subject, day, from, to| Event { announce_type: to, ..event(subject, day, from, "2602.00001") };
        let ids = |events: &[&Event], types: &[AnnounceType]| -> Vec<String> {
            let days: Vec<Arc<[Event]>> =
                events.iter().map(|event| Arc::from(vec![(*event).clone()])).collect();
            let selection = Selection::of(types, 14, Limit::Chosen(9));
            let shown = select(&days, tuesday, &[], &selection);
            let name = |event: &Event| {
                format!("{} {} {}", event.listing_date.day(), event.announce_type, event.id_suffix())
            };
            shown.iter().map(name).collect()
        };
        let all = &AnnounceType::ALL[..];
        let new = event("cs.DC", monday, AnnounceType::New, "2602.00001");
        let replaced = corrected("cs.DC", tuesday, AnnounceType::New, AnnounceType::Replace);
        assert_eq!(ids(&[&replaced], all), ["3 replace "]);
        assert_eq!(ids(&[&replaced], &[AnnounceType::Replace]), ["3 replace "]);
        assert_eq!(ids(&[&new, &replaced], all), ["3 replace #replaced-2026-03-03", "2 new "]);
        let was_replaced = corrected("cs.DC", tuesday, AnnounceType::Replace, AnnounceType::New);
        assert_eq!(ids(&[&was_replaced], all), ["3 new #replaced-2026-03-03"]);
        assert_eq!(ids(&[&was_replaced], &[AnnounceType::New]), ["3 new #replaced-2026-03-03"]);
        // Of two subjects' entries of a day, that which was shown before.
        let crossed = corrected("cs.PF", tuesday, AnnounceType::Cross, AnnounceType::ReplaceCross);
        let own = event("cs.DC", tuesday, AnnounceType::Replace, "2602.00001");
        assert_eq!(ids(&[&crossed, &own], all), ["3 replace-cross "]);
        // What was shown as new keeps later cross-lists out, whatever it is called now.
        let first = corrected("cs.DC", monday, AnnounceType::New, AnnounceType::Replace);
        let later = event("cs.PF", tuesday, AnnounceType::Cross, "2602.00001");
        assert_eq!(ids(&[&first, &later], all), ["2 replace "]);
    }

    #[test]
    fn the_window_is_counted_from_the_newest_announcement() {
        let events = [
            event("cs.DC", date(2026, 3, 16), AnnounceType::New, "2603.00003"),
            event("cs.DC", date(2026, 3, 3), AnnounceType::New, "2603.00002"),
            event("cs.DC", date(2026, 3, 2), AnnounceType::New, "2603.00001"),
        ];
        check(&events, &AnnounceType::ALL, 9, &["2026-03-16 new 2603.00003", "2026-03-03 new 2603.00002"]);
    }

    #[test]
    fn the_newest_mailing_is_never_cut_unless_the_reader_says_so() {
        let day = date(2026, 3, 2);
        let events: Vec<Event> = (1..=9)
            .map(|number| event("cs.DC", day, AnnounceType::New, &format!("2603.0000{number}")))
            .chain([event("cs.DC", date(2026, 2, 27), AnnounceType::New, "2602.00001")])
            .collect();
        let count = |limit| {
            let selection = Selection::of(&AnnounceType::ALL, 14, limit);
            cut(select(&[Arc::from(events.clone())], day, &[], &selection), day, limit).len()
        };
        assert_eq!(count(Limit::Default(4)), 9);
        assert_eq!(count(Limit::Default(10)), 10);
        assert_eq!(count(Limit::Chosen(4)), 4);
    }
}
