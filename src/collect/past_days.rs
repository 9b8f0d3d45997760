//! Which past days are still to be read, and when?

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::mailing;
use crate::domain::outcome::Day;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// How many days back arXiv gives its catch-up pages.
const CATCHUP_DAYS_MAX: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The first pause after a past day could not be read; it doubles with each further failure.
const RETRY_PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// The longest such pause.
const RETRY_PAUSE_MAX: SignedDuration = SignedDuration::from_hours(12);

/// Days that are planned and not read yet, the oldest first.
#[derive(Debug, Default)]
pub(super) struct PastDays {
    planned: BTreeMap<(Date, SubjectId), Plan>,
}

#[derive(Debug)]
struct Plan {
    failures: u32,
    not_before: Timestamp,
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
            let is_settled =
                known.get(&day).is_some_and(|day| day.verdict.is_proved() || day.verdict == Verdict::Gap);
            if mailing::has_mailing(day) && !is_settled {
                self.planned
                    .entry((day, subject))
                    .or_insert(Plan { failures: 0, not_before: Timestamp::MIN });
            }
            day = day.yesterday().unwrap_or(Date::MIN);
        }
    }

    /// The oldest day that may be read at `now`.
    pub(super) fn next(&self, now: Timestamp) -> Option<(SubjectId, Date)> {
        // A wait that is longer than any pause was planned by a clock that has been set back since.
        let is_ready = |plan: &Plan| plan.not_before <= now || plan.not_before > now + RETRY_PAUSE_MAX;
        let ready = self.planned.iter().find(|(_, plan)| is_ready(plan));
        ready.map(|((date, subject), _)| (*subject, *date))
    }

    /// When the next day may be read.
    pub(super) fn next_attempt(&self) -> Option<Timestamp> {
        self.planned.values().map(|plan| plan.not_before).min()
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
        let plan = self.planned.entry((date, subject)).or_insert(Plan { failures: 0, not_before: now });
        let pause = (RETRY_PAUSE * (1 << plan.failures.min(10))).min(RETRY_PAUSE_MAX);
        plan.failures = plan.failures.saturating_add(1);
        plan.not_before = now + pause;
    }

    /// Somebody asks for this subject again: its days are due, however often they have failed.
    pub(super) fn hurry(&mut self, subject: SubjectId) {
        for ((_, planned), plan) in &mut self.planned {
            if *planned == subject {
                *plan = Plan { failures: 0, not_before: Timestamp::MIN };
            }
        }
    }

    /// Are days of this subject planned that were not tried yet?
    pub(super) fn awaits(&self, subject: SubjectId) -> bool {
        self.planned.iter().any(|((_, planned), plan)| *planned == subject && plan.failures == 0)
    }

    /// Is the day too long past for arXiv to give it?
    pub(super) fn is_lost(date: Date, now: Timestamp) -> bool {
        now.duration_since(mailing::moment(date)) > CATCHUP_DAYS_MAX
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::outcome::Counts;

    fn subject() -> SubjectId {
        SubjectId::example()
    }

    fn known(days: &[(Date, Verdict)]) -> BTreeMap<Date, Day> {
        let day = |(date, verdict): &(Date, Verdict)| {
            let (counts, read) = (Counts::default(), Timestamp::UNIX_EPOCH);
            (*date, Day { subject: subject(), date: *date, verdict: *verdict, counts, missing: 0, read })
        };
        days.iter().map(day).collect()
    }

    fn check(newest: Date, days: &[(Date, Verdict)], fill_days: u32, expected: &[&str]) {
        let mut past = PastDays::default();
        past.plan(subject(), newest, &known(days), fill_days);
        let planned: Vec<String> = past.planned.keys().map(|(date, _)| date.to_string()).collect();
        assert_eq!(planned, expected);
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
    fn a_short_day_is_asked_for_again_and_a_lost_one_is_not() {
        let days = [
            (date(2026, 3, 3), Verdict::Incomplete),
            (date(2026, 3, 4), Verdict::Gap),
            (date(2026, 3, 5), Verdict::Quiet),
        ];
        check(date(2026, 3, 6), &days, 3, &["2026-03-03"]);
    }

    #[test]
    fn a_day_that_fails_waits_longer_each_time_while_the_others_go_on() {
        let now: Timestamp = "2026-03-06T02:00:00Z".parse().expect("a time");
        let mut past = PastDays::default();
        past.plan(subject(), date(2026, 3, 6), &known(&[]), 2);
        assert_eq!(past.next(now), Some((subject(), date(2026, 3, 4))));
        past.failed(subject(), date(2026, 3, 4), now);
        assert_eq!(past.next(now), Some((subject(), date(2026, 3, 5))));
        assert!(past.awaits(subject()));
        past.settled(subject(), date(2026, 3, 5));
        assert_eq!(past.next(now), None);
        assert!(!past.awaits(subject()));
        assert_eq!(past.next_attempt(), Some(now + RETRY_PAUSE));
        past.failed(subject(), date(2026, 3, 4), now);
        assert_eq!(past.next_attempt(), Some(now + RETRY_PAUSE * 2));
    }

    #[test]
    fn arxiv_gives_ninety_days() {
        let now: Timestamp = "2026-06-04T12:00:00Z".parse().expect("a time");
        assert!(!PastDays::is_lost(date(2026, 3, 7), now));
        assert!(PastDays::is_lost(date(2026, 3, 6), now));
    }
}
