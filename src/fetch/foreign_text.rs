//! Prepares foreign text (addresses, header fields, causes of errors) for one line of a message.

use std::error::Error;

use crate::domain::excerpt::excerpt;

/// The longest foreign text in a message, in characters.
const SHOWN_CHARS_MAX: usize = 160;

/// The most causes of an error that are followed; real chains are far shorter.
const CAUSES_MAX: usize = 16;

/// A foreign text for one line between backticks: without controls and backticks, and cut at 160 characters.
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
    excerpt(text, SHOWN_CHARS_MAX).chars().map(tame).collect()
}

/// The innermost cause of an error; the outer ones only say that a request failed.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    for _ in 0..CAUSES_MAX {
        let Some(deeper) = cause.source() else { break };
        cause = deeper;
    }
    plain(&cause.to_string())
}

/// `Connection refused (os error 111)` as `connection refused`; abbreviations such as `CRC` stay.
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
