//! The beginning of a text on one line, for summaries of limited length.

use crate::domain::excerpt::beginning;
use crate::text;

/// The beginning of a text on one line, at most that many characters and the sign that there is more.
pub(super) fn brief(text: &str, characters_max: usize) -> String {
    let line = text::one_line(text);
    let shown = beginning(&line, characters_max);
    match shown.rfind(' ') {
        _ if shown.len() == line.len() => line,
        // A word that is cut goes, unless it is all there is.
        Some(blank) if !line[shown.len()..].starts_with(' ') => format!("{}…", &line[..blank]),
        _ => format!("{shown}…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_text_ends_with_a_word() {
        let check = |text: &str, most, expected: &str| assert_eq!(brief(text, most), expected);
        check("one two\n\nthree", 13, "one two three");
        check("one two three", 12, "one two…");
        check("one two three", 7, "one two…");
        check("Übermäßiges", 4, "Über…");
        check("", 4, "");
    }
}
