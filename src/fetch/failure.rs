//! What is said of a request that brought no page?

use std::error::Error;
use std::time::Duration;

use url::Url;

use super::FetchError;
use super::rate_limiter::Outcome;
use super::counters::Ending;
use super::transport::NoAnswer;
use crate::domain::verdict::Verdict;

/// The most of a foreign text that a reason shows, in characters.
const SHOWN_CHARS_MAX: usize = 160;

/// The most causes below an error that are walked through: no real chain comes near it.
const CAUSES_MAX: usize = 16;

/// What readers are told, and what the pace makes of it.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: FetchError,
    pub outcome: Outcome,
    pub ending: Ending,
    /// The answer says that there is no such page, and nothing else.
    pub is_absence: bool,
}

impl Failure {
    /// No answer, or one that says that the upstream is in trouble.
    pub(super) fn unreachable(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Unreachable, url, found, retry_after),
            outcome: Outcome::Troubled { retry_after },
            ending: Ending::ServerError,
            is_absence: false,
        }
    }

    /// Slow down, whatever is asked for.
    pub(super) fn throttled(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Refused, url, found, retry_after),
            outcome: Outcome::Throttled { retry_after },
            ending: Ending::RateLimited,
            is_absence: false,
        }
    }

    /// There is no such page.
    pub(super) fn absent(url: &Url, found: &str) -> Self {
        Self { is_absence: true, ..Self::unrecognized(url, found) }
    }

    /// The same of so many listings one after the other that it says nothing of any of them.
    pub(super) fn absent_like_others(self, count: usize) -> Self {
        let reason = format!("{}, as did the {} listings before it", self.error.reason, count - 1);
        Self {
            error: FetchError { verdict: Verdict::Refused, reason, ..self.error },
            outcome: Outcome::Throttled { retry_after: None },
            ..self
        }
    }

    /// Not welcome: going on would be an attack in arXiv's eyes.
    pub(super) fn refused(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Refused, url, found, retry_after),
            outcome: Outcome::Refused { retry_after },
            ending: Ending::Refused,
            is_absence: false,
        }
    }

    /// An answer, but no listing.
    pub(super) fn unrecognized(url: &Url, found: &str) -> Self {
        let error = error(Verdict::Unrecognized, url, found, None);
        Self { error, outcome: Outcome::Odd, ending: Ending::Unusable, is_absence: false }
    }

    /// Nothing was asked: the right to do so was gone when the turn came.
    pub(super) fn not_asked(url: &Url, why: &str) -> Self {
        Self {
            error: error(Verdict::Unread, url, &format!("was not asked for: {why}"), None),
            outcome: Outcome::Odd,
            ending: Ending::Unusable,
            is_absence: false,
        }
    }

    /// No listing, and too costly for both sides to be asked for again soon.
    pub(super) fn oversized(url: &Url, page_bytes_max: usize) -> Self {
        let found = format!("sends more than {page_bytes_max} bytes, the most that a page may have");
        Self {
            error: error(Verdict::Unrecognized, url, &found, None),
            outcome: Outcome::Troubled { retry_after: None },
            ending: Ending::TooLong,
            is_absence: false,
        }
    }

    /// The connection failed before the answer's head was complete.
    pub(super) fn unanswered(url: &Url, failure: &NoAnswer) -> Self {
        let found = if failure.is_timeout {
            "did not answer in time".to_owned()
        } else {
            format!("gave no answer: {}", failure.cause)
        };
        let ending = if failure.is_timeout { Ending::Timeout } else { Ending::NoAnswer };
        Self { ending, ..Self::unreachable(url, &found, None) }
    }

    /// The body came to a bad end.
    pub(super) fn broken_off(url: &Url, bytes: usize, cause: &reqwest::Error) -> Self {
        let found = if cause.is_timeout() {
            format!("was not complete in time; {bytes} bytes had come")
        } else {
            format!("broke off after {bytes} bytes: {}", root_cause(cause))
        };
        let ending = if cause.is_timeout() { Ending::Timeout } else { Ending::BrokenOff };
        Self { ending, ..Self::unreachable(url, &found, None) }
    }
}

fn error(verdict: Verdict, url: &Url, found: &str, retry_after: Option<Duration>) -> FetchError {
    FetchError { verdict, reason: format!("`{}` {found}", shown(url.as_str())), retry_after }
}

/// Foreign text made fit for one line between backticks: no controls, no backticks, not long.
pub(super) fn shown(text: &str) -> String {
    let tame = |c: char| match c {
        '`' => '\'',
        c if c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
        {
            '\u{fffd}'
        }
        c => c,
    };
    let mut shown: String = text.chars().take(SHOWN_CHARS_MAX).map(tame).collect();
    if shown.len() < text.len() && text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// The innermost cause alone: the layers above it only say that a request failed.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    for _ in 0..CAUSES_MAX {
        let Some(deeper) = cause.source() else { break };
        cause = deeper;
    }
    plain(&cause.to_string())
}

/// `Connection refused (os error 111)` as `connection refused`; `CRC` stays.
pub(super) fn plain(message: &str) -> String {
    let message = message.split(" (os error ").next().unwrap_or(message);
    let mut rest = message.chars();
    let first = rest.next();
    let is_word = !rest.as_str().starts_with(|c: char| c.is_ascii_uppercase());
    let first = first.map(|c| if is_word { c.to_ascii_lowercase() } else { c });
    shown(&first.into_iter().chain(rest).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_on_one_line_and_short() {
        assert_eq!(shown("a`b\r\nc\u{1b}[31m\u{202e}d"), "a'b\u{fffd}\u{fffd}c\u{fffd}[31m\u{fffd}d");
        let long = shown(&"ä".repeat(10_000));
        assert_eq!(long.chars().count(), SHOWN_CHARS_MAX + 1);
        assert_eq!(shown(&"ä".repeat(SHOWN_CHARS_MAX)).chars().count(), SHOWN_CHARS_MAX);
    }

    #[test]
    fn a_cause_reads_like_the_rest_of_the_line() {
        assert_eq!(plain("Connection refused (os error 111)"), "connection refused");
        assert_eq!(plain("CRC computed does not match"), "CRC computed does not match");
        assert_eq!(plain(""), "");
    }
}
