//! Parses the headings of a listing: dates, periods, section names and counts.

use jiff::civil::{Date, Weekday, date};

use super::listing::{ListingKind, SectionHeading};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Monday", Weekday::Monday),
    ("Tuesday", Weekday::Tuesday),
    ("Wednesday", Weekday::Wednesday),
    ("Thursday", Weekday::Thursday),
    ("Friday", Weekday::Friday),
    ("Saturday", Weekday::Saturday),
    ("Sunday", Weekday::Sunday),
];

/// `showing N of M entries`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub shown: u32,
    pub of: u32,
}

/// Parses `Monday, 2 March 2026` and `Mon, 02 Mar 2026`; the weekday must be that of the date.
pub(super) fn day(text: &str) -> Option<Date> {
    let (weekday, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split(' ');
    let (number, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || number.len() > 2 || !is_digits(number) {
        return None;
    }
    let found = Date::new(year_of(year)?, month_of(month)?, number.parse().ok()?).ok()?;
    let (_, named) = WEEKDAYS.iter().find(|(name, _)| is_name(weekday, name))?;
    (found.weekday() == *named).then_some(found)
}

/// Parses what follows «Authors and titles for»: `recent submissions`, `March 2026` or `2026`.
pub(super) fn period(text: &str) -> Option<ListingKind> {
    let text = text.trim();
    if text == "recent submissions" {
        return Some(ListingKind::Recent);
    }
    match text.split_once(' ') {
        Some((month, year)) => Some(ListingKind::Month { year: year_of(year)?, month: month_of(month)? }),
        None => Some(ListingKind::Year { year: year_of(text)? }),
    }
}

/// Parses the heading of a section on a page of this kind.
pub(super) fn section(kind: ListingKind, text: &str) -> Option<(SectionHeading, Option<Count>)> {
    let (name, count) = match text.split_once('(') {
        Some((name, rest)) => (name.trim(), Some(count(rest)?)),
        None => (text, None),
    };
    match kind {
        ListingKind::New(_) | ListingKind::Catchup(_) => {
            let heading = match name {
                "New submissions" => SectionHeading::New,
                "Cross submissions" => SectionHeading::Cross,
                "Replacement submissions" => SectionHeading::Replacement,
                _ => return None,
            };
            Some((heading, Some(count?)))
        }
        ListingKind::Recent => Some((SectionHeading::Day(day(name)?), count)),
        ListingKind::Month { .. } | ListingKind::Year { .. } => None,
    }
}

/// Parses `continued, showing last 10 of 700 entries )` after its opening parenthesis.
fn count(text: &str) -> Option<Count> {
    let text = text.strip_prefix("continued, ").unwrap_or(text).strip_prefix("showing ")?;
    let text = text.strip_prefix("first ").or_else(|| text.strip_prefix("last ")).unwrap_or(text);
    let (shown, rest) = text.split_once(" of ")?;
    let (of, rest) = rest.split_once(" entries")?;
    matches!(rest, ")" | " )").then_some(())?;
    Some(Count { shown: number(shown)?, of: number(of)? })
}

/// A count; `u32::MAX` for one that does not fit.
pub(super) fn number(text: &str) -> Option<u32> {
    is_digits(text).then(|| text.parse().unwrap_or(u32::MAX))
}

/// The number at the beginning of a text, and the rest.
pub(super) fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((number(&text[..end])?, &text[end..]))
}

/// The first day of a period, the substitute where a page has no date.
pub(super) fn first_day(year: i16, month: i8) -> Date {
    Date::new(year, month, 1).unwrap_or_else(|_| date(1, 1, 1))
}

fn year_of(text: &str) -> Option<i16> {
    (text.len() == 4 && is_digits(text)).then(|| text.parse().ok()).flatten()
}

fn month_of(text: &str) -> Option<i8> {
    let index = MONTHS.iter().position(|name| is_name(text, name))?;
    i8::try_from(index + 1).ok()
}

/// The full name or its first three letters.
fn is_name(text: &str, name: &str) -> bool {
    text == name || text == &name[..3]
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_day(text: &str, expected: Option<&str>) {
        assert_eq!(day(text).map(|date| date.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn a_date_is_read_in_all_three_spellings() {
        check_day("Monday, 2 March 2026", Some("2026-03-02"));
        check_day("Mon, 2 Mar 2026", Some("2026-03-02"));
        check_day("Mon, 02 Mar 2026", Some("2026-03-02"));
        check_day("Thursday, 29 February 2024", Some("2024-02-29"));
    }

    #[test]
    fn a_date_that_cannot_be_is_none() {
        for text in [
            "Monday, 31 February 2026",
            "Sunday, 2 March 2026",
            "2026-03-02",
            "Montag, 2 March 2026",
            "Monday, 2 March 26",
            "Monday, +2 March 2026",
            "Monday, 2 March 2026 x",
            "",
        ] {
            check_day(text, None);
        }
    }

    #[test]
    fn a_period_is_a_month_a_year_or_the_recent_days() {
        assert_eq!(period("recent submissions"), Some(ListingKind::Recent));
        assert_eq!(period("March 2026 "), Some(ListingKind::Month { year: 2026, month: 3 }));
        assert_eq!(period("1999 "), Some(ListingKind::Year { year: 1999 }));
        assert_eq!(period("Lent 1999"), None);
    }

    fn check_section(kind: ListingKind, text: &str, expected: Option<(SectionHeading, Option<(u32, u32)>)>) {
        let found = section(kind, text);
        let found = found.map(|(heading, count)| (heading, count.map(|count| (count.shown, count.of))));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_section_heading_says_what_is_shown_of_how_many() {
        let new = ListingKind::New(date(2026, 3, 2));
        check_section(
            new,
            "New submissions (showing 6 of 6 entries)",
            Some((SectionHeading::New, Some((6, 6)))),
        );
        check_section(
            new,
            "Replacement submissions (continued, showing last 28 of 807 entries)",
            Some((SectionHeading::Replacement, Some((28, 807)))),
        );
        check_section(
            ListingKind::Recent,
            "Mon, 2 Mar 2026 (showing first 50 of 1200 entries )",
            Some((SectionHeading::Day(date(2026, 3, 2)), Some((50, 1200)))),
        );
        check_section(
            ListingKind::Recent,
            "Thu, 26 Feb 2026",
            Some((SectionHeading::Day(date(2026, 2, 26)), None)),
        );
        check_section(
            new,
            "New submissions (showing 6 of 1000000000000000000 entries)",
            Some((SectionHeading::New, Some((6, u32::MAX)))),
        );
    }

    #[test]
    fn an_unknown_heading_is_not_parsed() {
        let new = ListingKind::New(date(2026, 3, 2));
        for text in [
            "Neue Einreichungen (showing 6 of 6 entries)",
            "New papers (listing 6 of 6 entries)",
            "New submissions",
            "",
        ] {
            check_section(new, text, None);
        }
        check_section(ListingKind::Recent, "Sun, 2 Mar 2026 (showing 1 of 1 entries )", None);
    }
}
