//! The past days that are still to be read or to be checked again, and when each is due.
//!
//! A day is settled once a later catch-up has shown the same: `/new` may have been short all day, and a catch-up may
//! have been kept empty by a cache for a week. The store keeps when a day was checked, so that it holds over a restart and for
//! whichever replica leads.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::back_off::growing_wait;
use crate::domain::mailing;
use crate::domain::outcome::Day;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// How many days back arXiv gives its catch-up pages, counted from the newest mailing.
const CATCHUP_DAYS_MAX: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The first pause after a past day could not be read; it doubles with each further failure.
const RETRY_PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// The longest such pause.
const RETRY_PAUSE_MAX: SignedDuration = SignedDuration::from_hours(12);

/// The same for a day that is known and only asked for again.
const CHECK_RETRY_PAUSE: SignedDuration = SignedDuration::from_hours(1);
const CHECK_RETRY_PAUSE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// After how many failures a day that is known is not asked for again: more than a cache keeps a page.
const CHECK_FAILURES_MAX: u32 = 12;

/// How long after it was read a day with entries is asked for once more: on the day after `/new` was last looked at.
const CHECK_AFTER: SignedDuration = SignedDuration::from_hours(12);

/// How long after the time before a quiet day is asked for again: after hours, and after a day.
const QUIET_AFTER: [SignedDuration; 2] = [SignedDuration::from_hours(6), SignedDuration::from_hours(12)];

/// The last time: after more than the week for which arXiv's caches keep a page, by the mailings since and by the clock.
const QUIET_AT_LAST: SignedDuration = SignedDuration::from_hours(8 * 24);
const QUIET_AT_LAST_AFTER: SignedDuration = SignedDuration::from_hours(6 * 24);

/// How far a clock may be behind the one that put a moment down before that moment means nothing.
const SKEW_MAX: SignedDuration = SignedDuration::from_hours(1);

/// Days that are planned, the oldest first.
#[derive(Debug, Default)]
pub(super) struct PastDays {
    planned: BTreeMap<(Date, SubjectId), Plan>,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    /// The day is known, and is asked for again to see whether it is still the same.
    is_check: bool,
    failures: u32,
    /// It is due this long after that moment.
    since: Timestamp,
    pause: SignedDuration,
}

impl Plan {
    const UNREAD: Self =
        Self { is_check: false, failures: 0, since: Timestamp::MIN, pause: SignedDuration::ZERO };

    /// What is still to be read of a day before `newest`; none for a day that is settled or lost.
    fn of(date: Date, known: Option<&Day>, newest: Date) -> Option<Self> {
        let Some(day) = known else { return Some(Self::UNREAD) };
        let age = newest.duration_since(date);
        let pause = match (day.verdict, day.checks) {
            _ if PastDays::is_lost(date, newest)
                && (day.verdict.is_proved() || day.verdict == Verdict::Gap) =>
            {
                return None;
            }
            (Verdict::Complete, 0) => CHECK_AFTER,
            (Verdict::Quiet, checks @ 0..=1) => QUIET_AFTER[checks as usize],
            (Verdict::Quiet, 2) if age >= QUIET_AT_LAST => QUIET_AT_LAST_AFTER,
            (Verdict::Complete | Verdict::Quiet, _) => return None,
            // A gap that is within reach was marked by a clock that was ahead.
            _ => return Some(Self::UNREAD),
        };
        Some(Self { is_check: true, failures: 0, since: day.read, pause })
    }

    fn due(&self) -> Timestamp {
        self.since.saturating_add(self.pause).unwrap_or(Timestamp::MAX)
    }

    fn is_due(&self, now: Timestamp) -> bool {
        // What is counted from a moment that is still to come was put down by a clock that was ahead.
        self.due() <= now || self.since.duration_since(now) > SKEW_MAX
    }
}

impl PastDays {
    /// Plans the mailing days before `newest` that are not settled, back to the first known day, and `fill_days`.
    pub(super) fn plan(
        &mut self,
        subject: SubjectId,
        newest: Date,
        known: &BTreeMap<Date, Day>,
        fill_days: u32,
    ) {
        let filled_from = newest.saturating_sub(SignedDuration::from_hours(24 * i64::from(fill_days)));
        let first = known.keys().next().map_or(filled_from, |first| filled_from.min(*first));
        let mut day = newest.yesterday().unwrap_or(Date::MIN);
        while day >= first && day > Date::MIN {
            if mailing::has_mailing(day)
                && let Some(plan) = Plan::of(day, known.get(&day), newest)
            {
                let planned = self.planned.entry((day, subject)).or_insert(plan);
                if planned.is_check != plan.is_check {
                    *planned = plan;
                }
            }
            day = day.yesterday().unwrap_or(Date::MIN);
        }
    }

    /// The day to ask for at `now`: the oldest that is unread and can be had, then one to look at again, then one that
    /// is probably lost.
    pub(super) fn next(&self, now: Timestamp, newest: Date) -> Option<(SubjectId, Date)> {
        let due = self.planned.iter().filter(|(_, plan)| plan.is_due(now));
        let first = due.min_by_key(|((date, subject), plan)| {
            (Self::is_lost(*date, newest), plan.is_check, *date, *subject)
        });
        first.map(|((date, subject), _)| (*subject, *date))
    }

    /// When the next day may be read.
    pub(super) fn next_attempt(&self) -> Option<Timestamp> {
        self.planned.values().map(Plan::due).min()
    }

    /// The subjects of which any day is planned.
    pub(super) fn subjects(&self) -> BTreeSet<SubjectId> {
        self.planned.keys().map(|(_, subject)| *subject).collect()
    }

    /// Gives up the days of all other subjects.
    pub(super) fn keep(&mut self, wanted: &[SubjectId]) {
        self.planned.retain(|(_, subject), _| wanted.contains(subject));
    }

    /// A day is known now, or lost.
    pub(super) fn settled(&mut self, subject: SubjectId, date: Date) {
        self.planned.remove(&(date, subject));
    }

    /// A day could not be read: it is tried again later.
    pub(super) fn failed(&mut self, subject: SubjectId, date: Date, now: Timestamp) {
        let plan = self.planned.entry((date, subject)).or_insert(Plan::UNREAD);
        let (first, most) = if plan.is_check {
            (CHECK_RETRY_PAUSE, CHECK_RETRY_PAUSE_MAX)
        } else {
            (RETRY_PAUSE, RETRY_PAUSE_MAX)
        };
        plan.failures = plan.failures.saturating_add(1);
        (plan.since, plan.pause) = (now, growing_wait(first, 2, plan.failures, most));
        if plan.is_check && plan.failures >= CHECK_FAILURES_MAX {
            plan.pause = SignedDuration::MAX;
        }
    }

    /// A day that could not be read is not asked for again before so much time has passed.
    pub(super) fn put_off(
        &mut self,
        subject: SubjectId,
        date: Date,
        now: Timestamp,
        at_least: SignedDuration,
    ) {
        if let Some(plan) = self.planned.get_mut(&(date, subject)) {
            (plan.since, plan.pause) = (now, plan.pause.max(at_least));
        }
    }

    /// How often a day could not be read in a row.
    pub(super) fn failures(&self, subject: SubjectId, date: Date) -> u32 {
        self.planned.get(&(date, subject)).map_or(0, |plan| plan.failures)
    }

    /// Makes the unread days of a subject due at once, however often they have failed.
    pub(super) fn retry_now(&mut self, subject: SubjectId) {
        for ((_, planned), plan) in &mut self.planned {
            if *planned == subject && !plan.is_check {
                *plan = Plan::UNREAD;
            }
        }
    }

    /// Whether days of this subject are due that have not failed yet.
    pub(super) fn awaits(&self, subject: SubjectId, now: Timestamp) -> bool {
        self.planned
            .iter()
            .any(|((_, planned), plan)| *planned == subject && plan.failures == 0 && plan.is_due(now))
    }

    /// Whether the day is too long past for arXiv to give it.
    ///
    /// Counted from the newest mailing that was seen, and not from the clock, which may be wrong.
    pub(super) fn is_lost(date: Date, newest: Date) -> bool {
        newest.duration_since(date) > CATCHUP_DAYS_MAX
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::outcome::EntryCounts;

    fn subject() -> SubjectId {
        SubjectId::example()
    }

    fn known(days: &[(Date, Verdict)]) -> BTreeMap<Date, Day> {
        let day = |(date, verdict): &(Date, Verdict)| {
            let (counts, read) = (EntryCounts::default(), Timestamp::UNIX_EPOCH);
            let (subject, checks) = (subject(), 9);
            (*date, Day { subject, date: *date, verdict: *verdict, counts, missing: 0, read, checks })
        };
        days.iter().map(day).collect()
    }

    fn check(newest: Date, days: &[(Date, Verdict)], fill_days: u32, expected: &[&str]) {
        assert_eq!(planned(newest, days, fill_days), expected);
    }

    fn planned(newest: Date, days: &[(Date, Verdict)], fill_days: u32) -> Vec<String> {
        let mut past = PastDays::default();
        past.plan(subject(), newest, &known(days), fill_days);
        past.planned.keys().map(|(date, _)| date.to_string()).collect()
    }

    /// When a day that was read at the beginning of 2 March is asked for again.
    fn check_again(verdict: Verdict, checks: u32, newest: Date, expected: Option<&str>) {
        let day = date(2026, 3, 2);
        let mut days = known(&[(day, verdict)]);
        let read: Timestamp = "2026-03-02T03:00:00Z".parse().expect("a time");
        days.entry(day).and_modify(|day| (day.checks, day.read) = (checks, read));
        let due = Plan::of(day, days.get(&day), newest).map(|plan| plan.due().to_string());
        assert_eq!(due.as_deref(), expected, "{verdict} {checks}");
    }

    #[test]
    fn a_day_is_asked_for_once_more_and_a_quiet_one_until_no_cache_can_have_kept_it_empty() {
        let (tuesday, next_week) = (date(2026, 3, 3), date(2026, 3, 10));
        check_again(Verdict::Complete, 0, tuesday, Some("2026-03-02T15:00:00Z"));
        check_again(Verdict::Complete, 1, tuesday, None);
        check_again(Verdict::Quiet, 0, tuesday, Some("2026-03-02T09:00:00Z"));
        check_again(Verdict::Quiet, 1, tuesday, Some("2026-03-02T15:00:00Z"));
        check_again(Verdict::Quiet, 2, tuesday, None);
        check_again(Verdict::Quiet, 2, next_week, Some("2026-03-08T03:00:00Z"));
        check_again(Verdict::Quiet, 3, next_week, None);
        check_again(Verdict::Complete, 0, date(2026, 6, 10), None);
    }

    #[test]
    fn what_a_clock_that_was_ahead_put_down_keeps_no_day_waiting() {
        let day = date(2026, 3, 2);
        let mut days = known(&[(day, Verdict::Complete)]);
        let read: Timestamp = "2026-07-06T12:00:00Z".parse().expect("a time");
        days.entry(day).and_modify(|day| (day.checks, day.read) = (0, read));
        let mut past = PastDays::default();
        past.plan(subject(), date(2026, 3, 3), &days, 0);
        let now: Timestamp = "2026-03-03T02:00:00Z".parse().expect("a time");
        assert_eq!(past.next(now, date(2026, 3, 3)), Some((subject(), day)));
    }

    #[test]
    fn what_can_be_had_comes_before_what_is_known_and_that_before_what_is_lost() {
        let (lost, checked, unread) = (date(2025, 11, 3), date(2026, 3, 2), date(2026, 3, 4));
        let mut past = PastDays::default();
        for (day, plan) in
            [(lost, Plan::UNREAD), (checked, Plan { is_check: true, ..Plan::UNREAD }), (unread, Plan::UNREAD)]
        {
            past.planned.insert((day, subject()), plan);
        }
        for expected in [unread, checked, lost] {
            let next = past.next(Timestamp::UNIX_EPOCH, date(2026, 3, 6));
            assert_eq!(next, Some((subject(), expected)));
            past.settled(subject(), expected);
        }
    }

    #[test]
    fn a_new_subject_is_filled_and_a_gap_is_closed_with_the_mailing_days_in_it() {
        let friday = date(2026, 3, 6);
        check(friday, &[], 7, &["2026-02-27", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]);
        check(friday, &[], 0, &[]);
        let last_week = (date(2026, 2, 26), Verdict::Complete);
        let gap = ["2026-02-27", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"];
        check(friday, &[last_week], 0, &gap);
    }

    #[test]
    fn a_hole_among_known_days_is_closed_however_much_was_read_since() {
        let days = [(date(2026, 3, 2), Verdict::Complete), (date(2026, 3, 5), Verdict::Complete)];
        check(date(2026, 3, 6), &days, 0, &["2026-03-03", "2026-03-04"]);
    }

    #[test]
    fn a_short_day_is_asked_for_again_and_a_lost_one_as_long_as_it_can_be_had() {
        let days = [
            (date(2025, 12, 5), Verdict::Gap),
            (date(2025, 12, 8), Verdict::Gap),
            (date(2026, 3, 3), Verdict::Incomplete),
            (date(2026, 3, 4), Verdict::Gap),
            (date(2026, 3, 5), Verdict::Quiet),
        ];
        let planned = planned(date(2026, 3, 6), &days, 3);
        let known = |day: &&str| days.iter().any(|(date, _)| date.to_string() == **day);
        let planned: Vec<&str> = planned.iter().map(String::as_str).filter(known).collect();
        assert_eq!(planned, ["2025-12-08", "2026-03-03", "2026-03-04"]);
    }

    #[test]
    fn a_day_that_fails_waits_longer_each_time_while_the_others_go_on() {
        let now: Timestamp = "2026-03-06T02:00:00Z".parse().expect("a time");
        let mut past = PastDays::default();
        let friday = date(2026, 3, 6);
        past.plan(subject(), friday, &known(&[]), 2);
        assert_eq!(past.next(now, friday), Some((subject(), date(2026, 3, 4))));
        past.failed(subject(), date(2026, 3, 4), now);
        assert_eq!(past.next(now, friday), Some((subject(), date(2026, 3, 5))));
        assert!(past.awaits(subject(), now));
        past.settled(subject(), date(2026, 3, 5));
        assert_eq!(past.next(now, friday), None);
        assert!(!past.awaits(subject(), now));
        assert_eq!(past.next_attempt(), Some(now + RETRY_PAUSE));
        past.failed(subject(), date(2026, 3, 4), now);
        assert_eq!(past.next_attempt(), Some(now + RETRY_PAUSE * 2));
    }

    #[test]
    fn arxiv_gives_ninety_days() {
        assert!(!PastDays::is_lost(date(2026, 3, 6), date(2026, 6, 4)));
        assert!(PastDays::is_lost(date(2026, 3, 5), date(2026, 6, 4)));
    }
}
