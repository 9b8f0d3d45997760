//! The beginning of a text that is too long to be repeated whole in a message or on a page.
//!
//! Lengths are in Unicode scalar values.

use std::borrow::Cow;

/// The first `characters_max` characters of a text; all of it where it has no more.
#[must_use]
pub fn beginning(text: &str, characters_max: usize) -> &str {
    text.char_indices().nth(characters_max).map_or(text, |(end, _)| &text[..end])
}

/// The beginning of a text with `…` behind it where something is left out: at most one character more than
/// `characters_max`.
#[must_use]
pub fn excerpt(text: &str, characters_max: usize) -> Cow<'_, str> {
    let shown = beginning(text, characters_max);
    if shown.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(format!("{shown}…")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_marked_only_where_something_is_left_out() {
        assert_eq!((beginning("", 3), beginning("äöü", 3), beginning("äöüß", 3)), ("", "äöü", "äöü"));
        assert_eq!((&*excerpt("äöü", 3), &*excerpt("äöüß", 3), &*excerpt("ä", 0)), ("äöü", "äöü…", "…"));
    }
}
