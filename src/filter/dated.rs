//! `submittedDate:` and `lastUpdatedDate:` of arXiv's query API, as the times of a paper's announcements.
//!
//! A listing page carries no submission date, so these two fields stand for the first and the last announcement that
//! is known of a paper. They exist in [`Dialect::Compat`](super::Dialect::Compat) alone. A rule is matched against one
//! announcement at a time, so [`Query::with_dates`](super::Query::with_dates) puts ids in their place beforehand.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Which announcement of a paper a date is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dated {
    /// `submittedDate:`
    First,
    /// `lastUpdatedDate:`
    Last,
}

impl Dated {
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::First => "submittedDate",
            Self::Last => "lastUpdatedDate",
        }
    }
}

/// Both ends of a range in UTC; they belong to it, and none is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Period {
    #[must_use]
    pub fn contains(&self, moment: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= moment) && self.to.is_none_or(|to| moment <= to)
    }

    /// `[202603020000 TO 202603022359]` without its brackets, as arXiv's API takes it, each end also as a shorter
    /// number (a day, a month, a year) with or without a star, with seconds, with hyphens, in quotes, or `*` for an
    /// open one.
    pub(super) fn of_range(text: &str) -> Option<Self> {
        // Scripts that encode a `+` once more send it for the blank.
        let mut ends = text.split([' ', '\t', '+']).filter(|part| !part.is_empty());
        let (first, to, last) = (ends.next()?, ends.next()?, ends.next()?);
        if !to.eq_ignore_ascii_case("TO") || ends.next().is_some() {
            return None;
        }
        let end = |text: &str| match text.trim_matches('"') {
            "*" => Some(None),
            text => moments(&digits(text.strip_suffix('*').unwrap_or(text))?).map(Some),
        };
        let (first, last) = (end(first)?, end(last)?);
        Some(Self { from: first.map(|first| *first.start()), to: last.map(|last| *last.end()) })
    }

    /// `20260302` or `202603*`: all of that day, month, year, hour or minute.
    pub(super) fn of_word(text: &str) -> Option<Self> {
        let whole = moments(&digits(text.strip_suffix('*').unwrap_or(text))?)?;
        Some(Self { from: Some(*whole.start()), to: Some(*whole.end()) })
    }

    /// Can nothing be in it?
    pub(super) fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if from > to)
    }

    /// `[202603020000 TO *]`; seconds where they are not those of a whole minute.
    pub(super) fn written(&self) -> String {
        let end = |end: Option<Timestamp>, seconds_left_out: i8| match end {
            None => "*".to_owned(),
            Some(end) => {
                let end = TimeZone::UTC.to_datetime(end);
                let form = if end.second() == seconds_left_out { "%Y%m%d%H%M" } else { "%Y%m%d%H%M%S" };
                end.strftime(form).to_string()
            }
        };
        format!("[{} TO {}]", end(self.from, 0), end(self.to, 59))
    }
}

/// The digits of `2026-03-02`, `20260302`, `2026-03-02T10:00` or `202603021000`.
fn digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':' | 'T' | 'Z')).collect();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)
}

/// From the first to the last moment that a number of 4 to 14 digits means: `YYYY[MM[DD[HH[MM[SS]]]]]`, in UTC.
fn moments(digits: &str) -> Option<RangeInclusive<Timestamp>> {
    if !(4..=14).contains(&digits.len()) || !digits.len().is_multiple_of(2) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map(str::parse::<i8>);
    let year: i16 = digits[..4].parse().ok()?;
    let date = |otherwise: bool| -> Option<Date> {
        let month = part(4).map_or(Ok(if otherwise { 12 } else { 1 }), |month| month).ok()?;
        let first = Date::new(year, month, 1).ok()?;
        match part(6) {
            Some(day) => Date::new(year, month, day.ok()?).ok(),
            None if otherwise => Some(first.last_of_month()),
            None => Some(first),
        }
    };
    let moment = |date: Date, otherwise: [i8; 3]| -> Option<Timestamp> {
        let [hour, minute, second] = otherwise;
        let number = |at: usize, otherwise: i8| part(at).map_or(Ok(otherwise), |number| number).ok();
        let (hour, minute, second) = (number(8, hour)?, number(10, minute)?, number(12, second)?);
        // Some write the end of a day as 2400.
        let (hour, minute, second) =
            if (hour, minute) == (24, 0) { (23, 59, 59) } else { (hour, minute, second) };
        let time = DateTime::new(date.year(), date.month(), date.day(), hour, minute, second, 0).ok()?;
        TimeZone::UTC.to_timestamp(time).ok()
    };
    Some(moment(date(false)?, [0, 0, 0])?..=moment(date(true)?, [23, 59, 59])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, expected: Option<&str>) {
        let read = Period::of_range(range);
        assert_eq!(read.map(|period| period.written()).as_deref(), expected, "{range}");
    }

    #[test]
    fn a_range_is_read_as_scripts_write_it() {
        check("202603020600 TO 202603022359", Some("[202603020600 TO 202603022359]"));
        check("20260302 TO 20260303", Some("[202603020000 TO 202603032359]"));
        check("2026-03-02 to *", Some("[202603020000 TO *]"));
        check("20260302* TO 20260303*", Some("[202603020000 TO 202603032359]"));
        check("* TO 202602", Some("[* TO 202602282359]"));
        check("2024+TO+2025", Some("[202401010000 TO 202512312359]"));
        check("\"20260302101530\" TO \"202603022400\"", Some("[20260302101530 TO 202603022359]"));
        check("2026030210 TO 2026-03-02T11:00:00Z", Some("[202603021000 TO 20260302110000]"));
        for wrong in [
            "",
            "20260302",
            "20260302 TO",
            "x TO y",
            "20261302 TO *",
            "202 TO *",
            "1 TO 2 TO 3",
            "20260230 TO *",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_number_without_brackets_is_the_whole_of_what_it_names() {
        let written = |word| Period::of_word(word).map(|period| period.written());
        assert_eq!(written("20260302").as_deref(), Some("[202603020000 TO 202603022359]"));
        assert_eq!(written("202603*").as_deref(), Some("[202603010000 TO 202603312359]"));
        assert_eq!(written("march"), None);
    }
}
