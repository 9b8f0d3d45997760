//! The truth as judge: what the store holds in the end is what arXiv announced, once, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crosslist::domain::event::Event;
use crosslist::domain::mailing;
use crosslist::domain::outcome::Day;
use crosslist::domain::taxonomy::SubjectId;
use crosslist::domain::verdict::Verdict;
use crosslist::store::Contents;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::plan::{Plan, Trouble};
use crate::upstream::Arxiv;
use crate::world::{CATCHUP_DAYS, Entry, World};

/// How long arXiv must have been in order, and the service up, for every day that could be had then to be had.
///
/// A stop after refusals takes up to a day, and a quiet catch-up is asked for again a day later.
const ENOUGH: SignedDuration = SignedDuration::from_hours(72);

const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// The last mailings are not judged: their day after has not come.
const UNJUDGED_MAILINGS: usize = 2;

/// Everything that is wrong with what the store holds.
pub fn complaints(arxiv: &Arxiv, contents: &Contents) -> Vec<String> {
    let mut complaints = arxiv.complaints();
    for subject in arxiv.plan.watch() {
        let case = Case::of(arxiv, contents, subject);
        complaints.extend(case.judge().into_iter().map(|complaint| format!("{subject} {complaint}")));
    }
    complaints
}

/// What is held of one subject.
struct Case<'a> {
    world: &'a World,
    plan: &'a Plan,
    subject: SubjectId,
    events: BTreeMap<Date, &'a [Event]>,
    days: BTreeMap<Date, &'a Day>,
}

impl<'a> Case<'a> {
    fn of(arxiv: &'a Arxiv, contents: &'a Contents, subject: SubjectId) -> Self {
        let events = contents.changes.iter().filter(|change| change.subject == subject);
        let days = contents.days.iter().filter(|day| day.subject == subject);
        Self {
            world: &arxiv.world,
            plan: &arxiv.plan,
            subject,
            events: events.map(|change| (change.listing_date, &change.events[..])).collect(),
            days: days.map(|day| (day.date, day)).collect(),
        }
    }

    fn judge(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let judged = self.world.mailings.len() - UNJUDGED_MAILINGS;
        let first = self.world.newest(self.plan.start).expect("a mailing before the start").date;
        for mailing in &self.world.mailings[..judged] {
            let date = mailing.date;
            let is_known = self.days.get(&date).is_some_and(|day| day.verdict != Verdict::Gap);
            let could_be_had = self.could_be_had(date);
            let found = if could_be_had && (date >= first || is_known) {
                self.judge_day(date)
            } else if date >= first && !could_be_had {
                self.judge_lost_day(date)
            } else {
                None
            };
            complaints.extend(found.map(|found| format!("{date} {found}")));
        }
        for (date, events) in &self.events {
            let truth = self.world.truth(*date, self.subject);
            let truth: BTreeSet<&str> = truth.iter().map(|entry| self.id(entry)).collect();
            let invented: Vec<&str> =
                events.iter().map(|event| event.paper.id.as_str()).filter(|id| !truth.contains(id)).collect();
            if !invented.is_empty() {
                complaints.push(format!("{date} shows {invented:?}, which was not announced"));
            }
        }
        complaints
    }

    /// A day that arXiv gave for long enough: all of it is there, as it was announced.
    fn judge_day(&self, date: Date) -> Option<String> {
        let truth = self.world.truth(date, self.subject);
        let events = self.events.get(&date).copied().unwrap_or_default();
        let verdict = self.days.get(&date).map(|day| day.verdict);
        let missing: Vec<&str> =
            truth.iter().map(|entry| self.id(entry)).filter(|id| find(events, id).is_none()).collect();
        if !missing.is_empty() {
            return Some(format!("lacks {missing:?} of {}, its verdict is {verdict:?}", truth.len()));
        }
        let expected = if truth.is_empty() { Verdict::Quiet } else { Verdict::Complete };
        if verdict != Some(expected) {
            return Some(format!("has the verdict {verdict:?} instead of {expected}"));
        }
        truth.iter().find_map(|entry| {
            let event = find(events, self.id(entry))?;
            if event.announce_type != entry.announce_type {
                return Some(format!(
                    "shows {} as {} instead of {}",
                    self.id(entry),
                    event.announce_type,
                    entry.announce_type
                ));
            }
            let title = &event.paper.title;
            let is_right =
                self.world.is_title_of(entry, date, title) || self.is_slip_for_good(entry, date, title);
            (!is_right).then(|| format!("shows {} as `{title}` instead of `{}`", self.id(entry), entry.title))
        })
    }

    /// Is this a wrong title of which nothing could tell that it was put right?
    ///
    /// The catch-up of the next day tells, unless it shows the title of a later version; what is asked for after that
    /// day may show what arXiv changed without announcing it, and is not taken over.
    fn is_slip_for_good(&self, entry: &Entry, date: Date, title: &str) -> bool {
        let next =
            self.world.mailings.iter().find(|mailing| mailing.date > date).expect("a mailing after").out;
        let until = next + A_DAY;
        let slip = self.world.slip(entry, date, self.subject);
        let (from, own_fault) = if let Some((corrected, _)) = slip.filter(|(_, slip)| *slip == title) {
            (corrected - A_DAY, None)
        } else {
            let garbles = |trouble: &&Trouble| {
                trouble.fault.name == "invalid_utf8"
                    && trouble.from < until
                    && trouble.until > mailing::moment(date)
            };
            let Some(trouble) = self.plan.troubles.iter().find(garbles) else { return false };
            if title != format!("( {}", entry.title) {
                return false;
            }
            (trouble.from - A_DAY, Some((trouble.from, trouble.until)))
        };
        let is_other = |span: &&(Timestamp, Timestamp)| Some(**span) != own_fault;
        let is_disturbed =
            self.wrong().iter().filter(is_other).any(|(begins, ends)| *begins < until && *ends > from);
        is_disturbed || self.world.is_replaced(entry, date, until)
    }

    /// A day that arXiv did not give for long enough: what is not there is a gap.
    fn judge_lost_day(&self, date: Date) -> Option<String> {
        let verdict = self.days.get(&date).map(|day| day.verdict);
        let events = self.events.get(&date).copied().unwrap_or_default();
        let is_gap = verdict == Some(Verdict::Gap);
        let is_silent = events.is_empty() && !self.world.truth(date, self.subject).is_empty();
        (is_silent && !is_gap).then(|| format!("was lost, and its verdict is {verdict:?} instead of a gap"))
    }

    /// Was there a time, once the next mailing was out and within what arXiv gives, in which nothing was wrong for
    /// long enough?
    fn could_be_had(&self, date: Date) -> bool {
        let from =
            self.world.mailings.iter().find(|mailing| mailing.date > date).expect("a mailing after").out;
        let until = mailing::moment(date) + SignedDuration::from_hours(24 * CATCHUP_DAYS);
        let mut free = from.max(self.plan.start);
        for (begins, ends) in self.wrong() {
            if begins >= until {
                break;
            }
            if begins.duration_since(free) >= ENOUGH {
                return true;
            }
            free = free.max(ends);
        }
        until.min(self.end()).duration_since(free) >= ENOUGH
            || free <= self.plan.calm_from() && until >= self.end()
    }

    fn end(&self) -> Timestamp {
        self.world.mailings.last().expect("mailings").out
    }

    /// When anything was wrong, by its beginning.
    fn wrong(&self) -> Vec<(Timestamp, Timestamp)> {
        let troubles = self.plan.troubles.iter().map(|trouble| (trouble.from, trouble.until));
        let outages = self.plan.outages.iter().map(|outage| (outage.from, outage.until));
        let skews = self.plan.skews.iter().map(|skew| (skew.from, skew.until));
        let mut wrong: Vec<_> = troubles.chain(outages).chain(skews).collect();
        wrong.sort_unstable();
        wrong
    }

    fn id(&self, entry: &Entry) -> &'a str {
        &self.world.papers[entry.paper].id
    }
}

fn find<'a>(events: &'a [Event], id: &str) -> Option<&'a Event> {
    events.iter().find(|event| event.paper.id.as_str() == id)
}
