//! The parser of the header field `Retry-After` (RFC 9110 §10.2.3).

use std::time::Duration;

/// The longest accepted `Retry-After`: six hours.
/// A longer wait could miss a whole mailing because of one header.
pub const RETRY_AFTER_MAX: Duration = Duration::from_hours(6);

/// The longest accepted header, in bytes; a date takes 29.
const HEADER_BYTES_MAX: usize = 64;

/// The wait that a `Retry-After` requests, in seconds or as a date, at most [`RETRY_AFTER_MAX`].
///
/// `date` is the response's own `Date`: a date is measured against it, so that neither clock needs to be right.
/// All three forms of a date are accepted (§5.6.7).
/// Gives `None` for a date without a `Date`, a wait of zero, a time in the past, and anything else: the caller's own
/// back-off applies then.
#[must_use]
pub fn parse(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let text = retry_after.trim();
    if text.is_empty() || text.len() > HEADER_BYTES_MAX {
        return None;
    }
    let wait = if text.bytes().all(|b| b.is_ascii_digit()) {
        // Only a number too great for 64 bits fails here.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let instant = |text| httpdate::parse_http_date(text).ok();
        instant(text)?.duration_since(instant(date?.trim())?).ok()?
    };
    (!wait.is_zero()).then_some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "Mon, 02 Mar 2026 01:00:00 GMT";

    fn check(retry_after: &str, seconds: Option<u64>) {
        assert_eq!(parse(retry_after, Some(NOW)), seconds.map(Duration::from_secs), "{retry_after}");
    }

    #[test]
    fn seconds_and_dates_are_read() {
        check("7", Some(7));
        check(" 300 ", Some(300));
        check("Mon, 02 Mar 2026 01:00:05 GMT", Some(5));
        check("Mon, 02 Mar 2026 02:00:00 GMT", Some(3600));
        check("Monday, 02-Mar-26 01:10:00 GMT", Some(600));
        check("Mon Mar  2 01:10:00 2026", Some(600));
    }

    #[test]
    fn absurd_waits_are_capped() {
        let cap = Some(RETRY_AFTER_MAX.as_secs());
        check("99999999999999999999", cap);
        check("18446744073709551615", cap);
        check("21601", cap);
        check("Thu, 31 Dec 2099 23:59:59 GMT", cap);
    }

    #[test]
    fn invalid_and_past_values_are_ignored() {
        for text in [
            "",
            "0",
            "-5",
            "-5; soon",
            "soon",
            "1.5",
            "+7",
            "7 s",
            "0x10",
            "Sun, 01 Mar 2026 01:00:00 GMT",
            "Tue, 02 Mar 2026 02:00:00 GMT",
            "Mon, 31 Feb 2026 02:00:00 GMT",
        ] {
            check(text, None);
        }
        check(&"9".repeat(1000), None);
        assert_eq!(parse("Mon, 02 Mar 2026 02:00:00 GMT", None), None);
        assert_eq!(parse("Mon, 02 Mar 2026 02:00:00 GMT", Some("yesterday")), None);
    }
}
