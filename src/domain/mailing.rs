//! arXiv's mailing calendar: mailings go out at 20:00 in New York and carry the date of the next day.
//!
//! Source: <https://info.arxiv.org/help/availability.html>.
//! Holidays and deferred mailings are not in it: the date on the page decides, the calendar only says when to read it.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The hour of the announcement, in New York.
const MAILING_HOUR: i8 = 20;

/// New York's time zone, from the compiled-in table.
///
/// # Panics
/// Never: the table is part of the program.
#[must_use]
pub fn new_york() -> TimeZone {
    TimeZone::get("America/New_York").expect("the bundled time zone table holds New York")
}

/// The time of the mailing of a listing date: 20:00 in New York on the day before.
///
/// For a date outside the calendar's range, the nearest representable time.
#[must_use]
pub fn moment(listing_date: Date) -> Timestamp {
    let eve = listing_date.yesterday().unwrap_or(listing_date);
    eve.at(MAILING_HOUR, 0, 0, 0).to_zoned(new_york()).map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}

/// The listing date of the newest mailing that is due at `now`.
#[must_use]
pub fn newest_due(now: Timestamp) -> Date {
    let local = now.to_zoned(new_york());
    let next = |date: Date| date.tomorrow().unwrap_or(date);
    let mut date = if local.hour() >= MAILING_HOUR { next(local.date()) } else { local.date() };
    while !has_mailing(date) {
        date = date.yesterday().unwrap_or(Date::MIN);
    }
    date
}

/// The listing date of the first mailing after `now`.
#[must_use]
pub fn next_due(now: Timestamp) -> Date {
    let mut date = newest_due(now);
    loop {
        date = date.checked_add(1.day()).unwrap_or(Date::MAX);
        if has_mailing(date) || date == Date::MAX {
            return date;
        }
    }
}

/// The previous listing date, weekends skipped.
#[must_use]
pub fn before(listing_date: Date) -> Date {
    let mut date = listing_date;
    loop {
        date = date.yesterday().unwrap_or(Date::MIN);
        if has_mailing(date) || date == Date::MIN {
            return date;
        }
    }
}

/// True for Monday to Friday, the days of the week that listing dates fall on.
#[must_use]
pub fn has_mailing(listing_date: Date) -> bool {
    !matches!(listing_date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(now: &str, newest: &str, next: &str) {
        let now: Timestamp = now.parse().expect("a time");
        assert_eq!(newest_due(now).to_string(), newest, "{now}");
        assert_eq!(next_due(now).to_string(), next, "{now}");
    }

    #[test]
    fn a_mailing_is_due_at_eight_in_new_york_in_summer_and_winter() {
        check("2026-03-02T00:59:59Z", "2026-02-27", "2026-03-02");
        check("2026-03-02T01:00:00Z", "2026-03-02", "2026-03-03");
        check("2026-07-01T23:59:59Z", "2026-07-01", "2026-07-02");
        check("2026-07-02T00:00:00Z", "2026-07-02", "2026-07-03");
    }

    #[test]
    fn no_mailing_is_due_on_friday_and_saturday_evening() {
        check("2026-03-07T12:00:00Z", "2026-03-06", "2026-03-09");
        check("2026-03-08T23:00:00Z", "2026-03-06", "2026-03-09");
        // Clocks in New York went forward on 8 March 2026.
        check("2026-03-09T00:00:00Z", "2026-03-09", "2026-03-10");
    }

    #[test]
    fn the_mailing_is_on_the_evening_before_its_listing_date() {
        assert_eq!(moment(jiff::civil::date(2026, 3, 2)).to_string(), "2026-03-02T01:00:00Z");
        assert_eq!(moment(jiff::civil::date(2026, 3, 9)).to_string(), "2026-03-09T00:00:00Z");
        assert_eq!(moment(jiff::civil::date(2026, 11, 2)).to_string(), "2026-11-02T01:00:00Z");
    }
}
