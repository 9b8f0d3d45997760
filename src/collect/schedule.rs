//! When is a subject asked for again?
//!
//! After a mailing is due the page is asked at growing intervals until it shows the new date, and twice more after
//! that, since arXiv corrects a page on the same day; then not before the next mailing.

use jiff::{SignedDuration, Timestamp};

use crate::domain::mailing;
use jiff::civil::Date;

/// How soon a page is asked for after its mailing is due: arXiv takes up to 90 minutes to show it.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(2);

/// The first pause while the page still shows the mailing before, or could not be read; it doubles each time.
const PAUSE_FIRST: SignedDuration = SignedDuration::from_mins(5);

/// The longest pause of that kind: over a holiday, eight requests a day.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(3);

/// When a page that was proved whole is looked at again on its own day, counted from the mailing.
const SECOND_LOOKS: [SignedDuration; 2] = [SignedDuration::from_hours(3), SignedDuration::from_hours(12)];

/// When to ask next, at `now`, for a subject whose newest proved day is `newest`.
///
/// `fruitless` counts the reads in a row that brought no newer day though one was due.
#[must_use]
pub fn next_attempt(now: Timestamp, newest: Option<Date>, fruitless: u32) -> Timestamp {
    let due = mailing::newest_due(now);
    if newest.is_none_or(|newest| newest < due) {
        return now + pause(fruitless);
    }
    let mailed = mailing::moment(due);
    let second_look = SECOND_LOOKS.into_iter().map(|after| mailed + after).find(|look| *look > now);
    second_look.unwrap_or_else(|| mailing::moment(mailing::next_due(now)) + FIRST_LOOK)
}

fn pause(fruitless: u32) -> SignedDuration {
    let doublings = fruitless.saturating_sub(1).min(10);
    (PAUSE_FIRST * (1 << doublings)).min(PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn check(now: &str, newest: Option<Date>, fruitless: u32, expected: &str) {
        let now: Timestamp = now.parse().expect("a time");
        assert_eq!(next_attempt(now, newest, fruitless).to_string(), expected);
    }

    #[test]
    fn while_a_mailing_is_due_the_pauses_double_up_to_a_limit() {
        let friday = Some(date(2026, 2, 27));
        check("2026-03-02T01:02:00Z", friday, 1, "2026-03-02T01:07:00Z");
        check("2026-03-02T01:07:00Z", friday, 2, "2026-03-02T01:17:00Z");
        check("2026-03-02T01:17:00Z", friday, 3, "2026-03-02T01:37:00Z");
        check("2026-03-02T01:17:00Z", None, 40, "2026-03-02T04:17:00Z");
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
    fn an_ordinary_day_costs_few_requests() {
        let mut now: Timestamp = "2026-03-02T01:02:00Z".parse().expect("a time");
        let flip: Timestamp = "2026-03-02T02:30:00Z".parse().expect("a time");
        let end: Timestamp = "2026-03-03T01:00:00Z".parse().expect("a time");
        let (mut requests, mut fruitless, mut newest) = (0, 0, date(2026, 2, 27));
        while now < end {
            requests += 1;
            if now >= flip {
                (newest, fruitless) = (date(2026, 3, 2), 0);
            } else {
                fruitless += 1;
            }
            now = next_attempt(now, Some(newest), fruitless);
        }
        assert_eq!(requests, 8);
    }
}
