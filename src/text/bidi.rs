//! Removes characters that would reverse the direction of the text around them.

use std::borrow::Cow;

/// A text without overrides of its direction, and without any control of it where they do not pair.
///
/// Embeddings and isolates have their use in Arabic and Hebrew; an override only ever hides something.
pub(super) fn neutral(text: &str) -> Cow<'_, str> {
    // All of them are three bytes that begin so.
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let may_have = pairs.fold(false, |found, pair| found | matches!(pair, (0xE2, 0x80 | 0x81)));
    if !may_have || !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().filter(|c| !matches!(c, '\u{202D}' | '\u{202E}')).collect();
    // What an override began, its end still ends.
    if text.len() == kept.len() && is_balanced(&kept) {
        return Cow::Owned(kept);
    }
    Cow::Owned(text.chars().filter(|c| !is_control(*c)).collect())
}

fn is_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '\u{202A}' | '\u{202B}' => open.push('\u{202C}'),
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            '\u{202C}' | '\u{2069}' if open.pop() != Some(c) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_turn_its_surroundings_is_taken_out() {
        let check = |text: &str, expected: &str| assert_eq!(neutral(text), expected, "{text:?}");
        check("plain – “text”", "plain – “text”");
        check("a\u{202E}b\u{202C}c", "abc");
        check("a\u{2067}b", "ab");
        check("a\u{2069}b\u{2067}", "ab");
        check("\u{2067}שלום\u{2069}!", "\u{2067}שלום\u{2069}!");
        check("\u{202B}\u{2067}x\u{202C}\u{2069}", "x");
    }
}
