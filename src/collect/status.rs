//! What is known of every subject and its reads, and which subject is due next.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::mailing;
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::store::Contents;

use super::options::CollectorOptions;
use super::schedule;

/// How long a subject that nobody watches is read after a reader last asked for it.
const ON_DEMAND_KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How many days a subject is filled with because it could not be read, at most: as many as arXiv gives.
const FILL_DAYS_MAX: u32 = 90;

/// How many days of a subject are kept here; as many as can be caught up.
const DAYS_KEPT: usize = 100;

/// How the last read of a subject ended, and when the next one comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadStatus {
    pub outcome: ReadOutcome,
    /// The newest day that was proved whole.
    pub newest: Option<Date>,
    /// When the last read ended.
    pub attempted: Timestamp,
    /// When the last read that proved its page whole ended.
    pub proved: Option<Timestamp>,
    /// Reads in a row that proved nothing.
    pub failures: u32,
    /// When the subject is asked for next without anyone's request.
    pub next_attempt: Timestamp,
}

/// A subject that is watched or was requested, with what is known of it.
#[derive(Clone, Debug, Default)]
pub struct KnownSubject {
    /// When a reader last asked for it.
    pub requested: Option<Timestamp>,
    pub status: Option<ReadStatus>,
    pub days: BTreeMap<Date, Day>,
    /// Past days are still to be read.
    pub is_filling: bool,
    /// When it was first asked for, as far back as the store knows.
    first_attempt: Option<Timestamp>,
}

/// Every subject that is known, and how far the newest mailing has come.
#[derive(Debug)]
pub(super) struct Subjects {
    watch: Vec<SubjectId>,
    known: BTreeMap<SubjectId, KnownSubject>,
    /// The newest listing date that any page has shown, and when that was first seen.
    shown: Option<(Date, Timestamp)>,
    /// The listing date of a page that is not believed although it shows that mailing; its catch-up settles it.
    doubted: BTreeMap<SubjectId, Date>,
}

impl KnownSubject {
    /// The newest day of which anything was read.
    pub fn newest(&self) -> Option<Date> {
        self.days.values().rev().find(|day| day.verdict != Verdict::Gap).map(|day| day.date)
    }

    /// How many calendar days before `newest` the subject is filled with: `fill_days`, counted from the mailing that was
    /// due when it was first asked for. A mailing that came while arXiv could not be read is not before the first read.
    ///
    /// Where days are forgotten after a while, none is filled that would be forgotten at once.
    pub(super) fn fill_days(&self, newest: Date, options: &CollectorOptions) -> u32 {
        let since = self.first_attempt.map_or(newest, mailing::newest_due);
        let waited = u32::try_from(newest.duration_since(since).as_hours() / 24).unwrap_or(0);
        let kept = if options.retention_days == 0 { FILL_DAYS_MAX } else { options.retention_days };
        options.fill_days.saturating_add(waited).min(FILL_DAYS_MAX.min(kept).max(options.fill_days))
    }

    /// The newest day that was proved whole.
    pub(super) fn newest_proved(&self) -> Option<Date> {
        self.days.values().rev().find(|day| day.verdict.is_proved()).map(|day| day.date)
    }
}

impl Subjects {
    /// The subjects that are watched, with what the store remembers.
    pub(super) fn new(watch: &[SubjectId], contents: &Contents, now: Timestamp) -> Self {
        let mut subjects =
            Self { watch: Vec::new(), known: BTreeMap::new(), shown: None, doubted: BTreeMap::new() };
        subjects.watch(watch);
        for (subject, at) in &contents.requests {
            subjects.requested(*subject, *at, now);
        }
        for day in &contents.days {
            subjects.set_day(day.clone());
        }
        for (subject, at) in &contents.first_reads {
            subjects.known.entry(*subject).or_default().first_attempt = Some(*at);
        }
        for (outcome, at) in &contents.reads {
            let known = subjects.known.entry(outcome.subject).or_default();
            known.first_attempt.get_or_insert(*at);
            let newest = known.newest_proved();
            let failures = u32::from(!outcome.verdict.is_proved());
            known.status = Some(ReadStatus {
                outcome: outcome.clone(),
                newest,
                attempted: *at,
                proved: newest.and_then(|newest| known.days.get(&newest)).map(|day| day.read),
                failures,
                // A start is a reason to look, unless all went well and the newest mailing is known already.
                next_attempt: match newest {
                    Some(newest) if failures == 0 && newest >= mailing::newest_due(now) => {
                        schedule::next_attempt(now, Some(newest), 0)
                    }
                    _ => now,
                },
            });
        }
        subjects
    }

    /// Whether the day of a read is later than all that is known of its subject.
    pub(super) fn is_news(&self, outcome: &ReadOutcome) -> bool {
        let newest = self.known.get(&outcome.subject).and_then(KnownSubject::newest);
        outcome.date.is_some_and(|date| newest.is_none_or(|newest| date > newest))
    }

    /// The newest listing date of which any subject's page was proved whole: so far the mailings are out.
    pub(super) fn newest_proved(&self) -> Option<Date> {
        self.known.values().filter_map(KnownSubject::newest_proved).max()
    }

    /// Up to which day, itself not included, a subject's past days can be asked for; none before its first read.
    pub(super) fn newest_out(&self, subject: SubjectId) -> Option<Date> {
        let own = self.known.get(&subject)?.newest()?;
        Some(self.newest_proved().map_or(own, |proved| proved.max(own)))
    }

    /// The newest listing date that any page has shown.
    pub(super) fn newest_shown(&self) -> Option<Date> {
        self.shown.map(|(date, _)| date)
    }

    pub(super) fn get(&self, subject: SubjectId) -> Option<&KnownSubject> {
        self.known.get(&subject)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (SubjectId, &KnownSubject)> {
        self.known.iter().map(|(subject, known)| (*subject, known))
    }

    /// The subjects that are read by themselves at `now`.
    pub(super) fn wanted(&self, now: Timestamp) -> impl Iterator<Item = (SubjectId, &KnownSubject)> {
        self.wanted_of(&self.watch, now)
    }

    /// The same for those who know of these as watched.
    pub(super) fn wanted_of<'a>(
        &'a self,
        watch: &'a [SubjectId],
        now: Timestamp,
    ) -> impl Iterator<Item = (SubjectId, &'a KnownSubject)> {
        self.all().filter(move |(subject, known)| watch.contains(subject) || is_wanted(known, now))
    }

    /// Watches these from now on, and no others; nothing is forgotten of any.
    pub(super) fn watch(&mut self, watch: &[SubjectId]) {
        self.watch = watch.to_vec();
        for subject in watch {
            self.known.entry(*subject).or_default();
        }
    }

    /// Notes that a reader requests subjects; false, and nothing noted, where more unwatched subjects would be read than are
    /// allowed.
    pub(super) fn request(&mut self, subjects: &[SubjectId], on_demand_max: usize, now: Timestamp) -> bool {
        let is_read =
            |subject: &SubjectId| self.known.get(subject).is_some_and(|known| is_wanted(known, now));
        let more = subjects.iter().filter(|subject| !is_read(subject)).count();
        if more > 0 {
            let takes_a_place = |(subject, known): &(SubjectId, &KnownSubject)| {
                !self.watch.contains(subject) && (!is_hopeless(known) || subjects.contains(subject))
            };
            if self.wanted(now).filter(takes_a_place).count() + more > on_demand_max {
                return false;
            }
            let watch = &self.watch;
            self.known.retain(|id, known| watch.contains(id) || subjects.contains(id) || !is_hopeless(known));
        }
        for subject in subjects {
            self.known.entry(*subject).or_default().requested = Some(now);
        }
        true
    }

    /// Puts down that a reader has asked somewhere; the last time counts, and one that is still to come is of a clock
    /// that was ahead.
    pub(super) fn requested(&mut self, subject: SubjectId, at: Timestamp, now: Timestamp) {
        let known = self.known.entry(subject).or_default();
        known.requested = known.requested.max(Some(at.min(now)));
    }

    /// Keeps what is known of a day; a day that was proved stays so.
    pub(super) fn set_day(&mut self, day: Day) {
        if day.verdict != Verdict::Gap && self.shown.is_none_or(|(shown, _)| day.date > shown) {
            self.shown = Some((day.date, day.read));
        }
        let days = &mut self.known.entry(day.subject).or_default().days;
        if days.get(&day.date).is_none_or(|known| day.supersedes(known)) {
            days.insert(day.date, day);
        }
        while days.len() > DAYS_KEPT {
            days.pop_first();
        }
    }

    /// Puts down whether past days are still to be read.
    pub(super) fn set_filling(&mut self, subject: SubjectId, is_filling: bool) {
        if let Some(known) = self.known.get_mut(&subject) {
            known.is_filling = is_filling;
        }
    }

    /// Puts down how a read of the newest mailing ended; nothing is asked before `allowed`.
    pub(super) fn note(&mut self, outcome: &ReadOutcome, now: Timestamp, allowed: Timestamp) {
        let failures = match outcome.verdict {
            Verdict::Complete | Verdict::Quiet | Verdict::Stale => 0,
            _ => self.failures(outcome.subject).saturating_add(1),
        };
        self.put_down(outcome, now, allowed, failures);
    }

    /// Puts down that a subject was not asked for, since nothing is asked before `allowed`; it is no failure of its own,
    /// so that its turn comes as soon as the upstream may be asked again.
    pub(super) fn put_off(&mut self, outcome: &ReadOutcome, now: Timestamp, allowed: Timestamp) {
        let failures = self.failures(outcome.subject).max(1);
        self.put_down(outcome, now, allowed, failures);
    }

    fn failures(&self, subject: SubjectId) -> u32 {
        let status = self.known.get(&subject).and_then(|known| known.status.as_ref());
        status.map_or(0, |status| status.failures)
    }

    fn put_down(&mut self, outcome: &ReadOutcome, now: Timestamp, allowed: Timestamp, failures: u32) {
        let known = self.known.entry(outcome.subject).or_default();
        // A first attempt that lies ahead was made by a clock that was ahead.
        known.first_attempt = Some(known.first_attempt.map_or(now, |first| first.min(now)));
        let before = known.status.as_ref();
        let is_proved = outcome.verdict.is_proved();
        let newest = known.newest_proved();
        let is_first = newest != before.and_then(|status| status.newest);
        let planned = schedule::next_attempt(now, newest, failures);
        let status = ReadStatus {
            outcome: outcome.clone(),
            newest,
            attempted: now,
            proved: if is_proved { Some(now) } else { before.and_then(|status| status.proved) },
            failures,
            next_attempt: if is_first { planned.min(now + schedule::LOOK_AGAIN) } else { planned }
                .max(allowed),
        };
        known.status = Some(status);
        if let Some(date) = outcome.date
            && self.shown.is_none_or(|(shown, _)| date > shown)
        {
            self.shown = Some((date, now));
        }
    }

    /// Puts down that a subject's page shows the mailing of a date and is not believed: it is looked at as rarely as one
    /// that is, for the same page proves no more an hour later.
    pub(super) fn doubt(&mut self, subject: SubjectId, date: Date) {
        self.doubted.insert(subject, date);
    }

    /// The subject whose time has come, and when the next one's comes.
    ///
    /// While no page has shown the mailing that is due, the subjects take turns in looking for it, one request at each
    /// look; as soon as one has found it, all others are due.
    pub(super) fn due(&self, now: Timestamp) -> (Option<SubjectId>, Option<Timestamp>) {
        let mailed = mailing::newest_due(now);
        let is_out = self.shown.is_some_and(|(shown, _)| shown >= mailed);
        let mut times: Vec<(Timestamp, SubjectId)> = Vec::new();
        let mut looking: Vec<&ReadStatus> = Vec::new();
        for (subject, known) in self.wanted(now) {
            let Some(status) = &known.status else {
                times.push((now, subject));
                continue;
            };
            let has_it = status.newest.is_some_and(|newest| newest >= mailed);
            if !has_it
                && self.doubted.get(&subject).is_some_and(|date| *date >= mailed)
                && status.attempted <= now
            {
                times.push((schedule::next_attempt(status.attempted, Some(mailed), 0), subject));
                continue;
            }
            // A moment that is still to come was put down by a clock that was ahead, and says nothing.
            let since = self.shown.map(|(_, since)| since).filter(|since| *since <= now);
            let since = since.unwrap_or(Timestamp::MIN);
            // A read in the future: the clock was set back, and what was planned by it means nothing.
            if status.attempted > now || (is_out && !has_it && status.attempted < since) {
                times.push((now, subject));
            } else if has_it || is_out {
                times.push((status.next_attempt, subject));
            } else {
                looking.push(status);
            }
        }
        let last = looking.iter().max_by_key(|status| status.attempted);
        let longest_ago = looking.iter().min_by_key(|status| (status.attempted, status.outcome.subject));
        if let (Some(last), Some(next)) = (last, longest_ago) {
            times.push((schedule::next_look(last.attempted, mailed), next.outcome.subject));
        }
        let first = times.into_iter().min();
        (first.filter(|(at, _)| *at <= now).map(|(_, subject)| subject), first.map(|(at, _)| at))
    }
}

/// Whether a subject was requested and never could be read: such a subject takes no other's place.
fn is_hopeless(known: &KnownSubject) -> bool {
    known.days.is_empty() && known.status.as_ref().is_some_and(|status| status.failures > 0)
}

fn is_wanted(known: &KnownSubject, now: Timestamp) -> bool {
    known.requested.is_some_and(|requested| now.duration_since(requested) < ON_DEMAND_KEPT)
}

#[cfg(test)]
mod tests;
