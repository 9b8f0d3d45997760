//! Writes times in the formats of feeds, in whole seconds: RFC 822 has no fractions.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// `Mon, 02 Mar 2026 01:00:00 GMT`: RFC 822 with the four-digit year of RFC 1123, for RSS.
pub(super) fn rfc_822(moment: Timestamp) -> String {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&whole_seconds(moment))
        .expect("years from 1970 to 9999 have four digits")
}

/// `2026-03-02T01:00:00Z`, for Atom and JSON Feed (RFC 3339).
pub(super) fn rfc_3339(moment: Timestamp) -> String {
    whole_seconds(moment).to_string()
}

/// Times before 1970 become 1970.
fn whole_seconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second().max(0)).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(moment: &str, in_rss: &str, in_atom: &str) {
        let moment: Timestamp = moment.parse().unwrap();
        assert_eq!(rfc_822(moment), in_rss);
        assert_eq!(rfc_3339(moment), in_atom);
    }

    #[test]
    fn the_formats_say_the_same_second() {
        check("2026-03-02T01:00:00Z", "Mon, 02 Mar 2026 01:00:00 GMT", "2026-03-02T01:00:00Z");
        check("2026-12-31T23:59:59.999999999Z", "Thu, 31 Dec 2026 23:59:59 GMT", "2026-12-31T23:59:59Z");
        check("2026-03-01T20:00:00-05:00", "Mon, 02 Mar 2026 01:00:00 GMT", "2026-03-02T01:00:00Z");
    }

    #[test]
    fn no_moment_is_too_early_or_too_late() {
        assert_eq!(rfc_822(Timestamp::MIN), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert!(rfc_822(Timestamp::MAX).contains(" 9999 "));
        assert!(rfc_3339(Timestamp::MAX).starts_with("9999-"));
    }
}
