//! Text as a keyboard writes it: straight quotes, `-` for every dash, and no compatibility forms.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// `CO2` for `CO₂`, `Bose-Einstein` for `Bose–Einstein`; none for text that is such already.
#[must_use]
pub fn typeable(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut typed = String::with_capacity(text.len());
    each(text, |_, c| typed.push(c));
    (typed != text).then_some(typed)
}

/// The stretch of a text that a stretch of its typeable form stands for, both in bytes.
#[must_use]
pub fn typed_at(text: &str, stretch: &Range<usize>) -> Range<usize> {
    let (mut at, mut found) = (0, text.len()..text.len());
    each(text, |source, c| {
        if at < stretch.end && stretch.start < at + c.len_utf8() {
            found.start = found.start.min(source.start);
            found.end = source.end;
        }
        at += c.len_utf8();
    });
    found
}

/// Shows each character of the typeable form with the bytes that it stands for.
fn each(text: &str, mut visit: impl FnMut(Range<usize>, char)) {
    for (start, c) in text.char_indices() {
        let source = start..start + c.len_utf8();
        match c {
            '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2bc}' => visit(source, '\''),
            '\u{201c}'..='\u{201f}' | '«' | '»' => visit(source, '"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => visit(source, '-'),
            c if c.is_ascii() => visit(source, c),
            c => std::iter::once(c).nfkc().for_each(|c| visit(source.clone(), c)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_no_keyboard_has_are_written_by_those_that_it_has() {
        let text = "CO₂ and Bose–Einstein’s “x” − ½ é";
        let typed = typeable(text).expect("another form");
        assert_eq!(typed, "CO2 and Bose-Einstein's \"x\" - 1⁄2 é");
        let at = |part: &str| {
            let start = typed.find(part).expect("a part");
            &text[typed_at(text, &(start..start + part.len()))]
        };
        assert_eq!((at("CO2"), at("Bose-Einstein's"), at("2 é")), ("CO₂", "Bose–Einstein’s", "½ é"));
        assert_eq!((typeable("plain"), typeable("é")), (None, None));
    }
}
