//! When a subject is requested next.
//!
//! After a mailing is due the page is asked for at growing intervals until it shows the new date, and twice more after
//! that, since arXiv corrects a page on the same day; then not before the next mailing.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::back_off::growing_wait;
use crate::domain::mailing;

/// How soon a page is asked for after its mailing is due; arXiv takes up to 90 minutes to show it.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(2);

/// The bounds of the pause while the page still shows the mailing before.
/// In between it is half of the time since the mailing, so that a page that takes ninety minutes is asked for eight
/// times, and one that is held back over a holiday once an hour.
const PAUSE_MIN: SignedDuration = SignedDuration::from_mins(5);
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(1);

/// The first pause after a failure; it doubles with each further one, up to the longest pause.
const FAILURE_PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// When a page that was proved whole is looked at again on its own day, counted from the mailing.
const SECOND_LOOKS: [SignedDuration; 2] = [SignedDuration::from_hours(3), SignedDuration::from_hours(12)];

/// How long after a day was first proved it is looked at once more at the latest: its page may have been half done.
pub const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(3);

/// When to ask next, at `now`, for a subject whose newest proved day is `newest`.
///
/// `failures` counts the reads in a row that proved nothing.
#[must_use]
pub fn next_attempt(now: Timestamp, newest: Option<Date>, failures: u32) -> Timestamp {
    if failures > 0 {
        return now + growing_wait(FAILURE_PAUSE, 2, failures, PAUSE_MAX);
    }
    let due = mailing::newest_due(now);
    let mailed = mailing::moment(due);
    if newest.is_none_or(|newest| newest < due) {
        return next_look(now, due);
    }
    let second_look = SECOND_LOOKS.into_iter().map(|after| mailed + after).find(|look| *look > now);
    second_look.unwrap_or_else(|| mailing::moment(mailing::next_due(now)) + FIRST_LOOK)
}

/// When to look again for a mailing that no page has shown, after a look at `last`, whichever subject that was.
#[must_use]
pub fn next_look(last: Timestamp, due: Date) -> Timestamp {
    let mailed = mailing::moment(due);
    if last < mailed {
        return mailed + FIRST_LOOK;
    }
    last + (last.duration_since(mailed) / 2).clamp(PAUSE_MIN, PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn check(now: &str, newest: Option<Date>, failures: u32, expected: &str) {
        let now: Timestamp = now.parse().expect("a time");
        assert_eq!(next_attempt(now, newest, failures).to_string(), expected);
    }

    #[test]
    fn while_a_mailing_is_due_the_pauses_grow_up_to_a_limit() {
        let friday = Some(date(2026, 2, 27));
        check("2026-03-02T01:02:00Z", friday, 0, "2026-03-02T01:07:00Z");
        check("2026-03-02T02:00:00Z", friday, 0, "2026-03-02T02:30:00Z");
        check("2026-03-02T12:00:00Z", friday, 0, "2026-03-02T13:00:00Z");
    }

    #[test]
    fn failures_are_retried_soon_and_then_less_often() {
        let monday = Some(date(2026, 3, 2));
        check("2026-03-02T12:00:00Z", None, 1, "2026-03-02T12:01:00Z");
        check("2026-03-02T12:00:00Z", monday, 3, "2026-03-02T12:04:00Z");
        check("2026-03-02T12:00:00Z", monday, 40, "2026-03-02T13:00:00Z");
    }

    #[test]
    fn a_day_that_is_read_is_looked_at_twice_more_and_then_left_until_the_next_mailing() {
        let monday = Some(date(2026, 3, 2));
        check("2026-03-02T01:30:00Z", monday, 0, "2026-03-02T04:00:00Z");
        check("2026-03-02T04:00:00Z", monday, 0, "2026-03-02T13:00:00Z");
        check("2026-03-02T13:00:01Z", monday, 0, "2026-03-03T01:02:00Z");
        check("2026-03-07T09:00:00Z", Some(date(2026, 3, 6)), 0, "2026-03-09T00:02:00Z");
    }

    #[test]
    fn an_ordinary_day_costs_at_most_twelve_requests_however_late_the_page_is() {
        for flip_minutes in [0, 10, 30, 60, 90] {
            let mailed: Timestamp = "2026-03-02T01:00:00Z".parse().expect("a time");
            let end: Timestamp = "2026-03-03T01:00:00Z".parse().expect("a time");
            let flip = mailed + SignedDuration::from_mins(flip_minutes);
            let (mut now, mut requests, mut newest) = (mailed + FIRST_LOOK, 0, date(2026, 2, 27));
            while now < end {
                requests += 1;
                newest = if now >= flip { date(2026, 3, 2) } else { newest };
                now = next_attempt(now, Some(newest), 0);
            }
            assert!(requests <= 12, "{requests} requests when the page takes {flip_minutes} minutes");
        }
    }
}
