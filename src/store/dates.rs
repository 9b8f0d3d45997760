//! Sets the dates of papers: unlike any other, in the order of the page.

use std::collections::HashSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::mailing;

/// How long after a mailing the moment of reading it counts as its date.
///
/// Readers that keep only the time of their last poll pass over what is dated before it; later than this, the day was
/// caught up and gets its own date.
const FRESH: SignedDuration = SignedDuration::from_hours(6);

/// How far below its mailing the seconds of a listing date can lie: more than twenty pages of 2,000.
pub(super) const SPREAD: SignedDuration = SignedDuration::from_hours(24);

/// Hands out the seconds of one announcement, in the page's order.
#[derive(Debug)]
pub(super) struct Dates<'a> {
    base: Timestamp,
    latest: Timestamp,
    taken: &'a mut HashSet<Timestamp>,
}

impl<'a> Dates<'a> {
    /// `seen` is when the page was read; without it the mailing's moment counts, whenever it was read.
    /// `taken` are the seconds that others have.
    pub(super) fn new(
        listing_date: Date,
        seen: Option<Timestamp>,
        taken: &'a mut HashSet<Timestamp>,
    ) -> Self {
        let base = base(listing_date, seen);
        Self { base, latest: base, taken }
    }

    /// The date of a paper that has none: its place, or the next free second below it.
    pub(super) fn next(&mut self, position: u32) -> Timestamp {
        let place = self.base - SignedDuration::from_secs(i64::from(position));
        let mut date = place.min(self.latest);
        while !self.taken.insert(date) {
            date -= SignedDuration::from_secs(1);
        }
        self.latest = date - SignedDuration::from_secs(1);
        date
    }
}

/// What the positions are counted from, in whole seconds.
pub(super) fn base(listing_date: Date, seen: Option<Timestamp>) -> Timestamp {
    let mailed = mailing::moment(listing_date);
    let base = seen.filter(|seen| *seen >= mailed && seen.duration_since(mailed) < FRESH).unwrap_or(mailed);
    Timestamp::from_second(base.as_second()).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn check(seen: &str, expected: &str) {
        let seen = seen.parse().expect("a time");
        assert_eq!(base(date(2026, 3, 2), Some(seen)).to_string(), expected);
    }

    #[test]
    fn a_fresh_reading_counts_from_its_own_moment_and_a_late_one_from_the_mailing() {
        check("2026-03-02T01:00:00Z", "2026-03-02T01:00:00Z");
        check("2026-03-02T01:40:00.75Z", "2026-03-02T01:40:00Z");
        check("2026-03-02T06:59:59Z", "2026-03-02T06:59:59Z");
        check("2026-03-02T07:00:00Z", "2026-03-02T01:00:00Z");
        check("2026-03-20T07:00:00Z", "2026-03-02T01:00:00Z");
        // A clock that is behind never dates a paper before its mailing.
        check("2026-03-01T00:00:00Z", "2026-03-02T01:00:00Z");
        assert_eq!(base(date(2026, 3, 2), None).to_string(), "2026-03-02T01:00:00Z");
    }

    #[test]
    fn no_second_is_given_twice_and_the_order_is_the_pages() {
        let mut taken = HashSet::new();
        let day = date(2026, 3, 2);
        let first: Vec<Timestamp> = {
            let mut dates = Dates::new(day, None, &mut taken);
            (1..=3).map(|position| dates.next(position)).collect()
        };
        let mut dates = Dates::new(day, None, &mut taken);
        let second: Vec<Timestamp> = (1..=3).map(|position| dates.next(position)).collect();
        let all: Vec<Timestamp> = first.into_iter().chain(second).collect();
        assert!(all.windows(2).all(|pair| pair[0] > pair[1]), "{all:?}");
    }
}
