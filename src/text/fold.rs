//! Tokenizes text and folds its words, so that spellings of one word are equal.

mod letters;

pub use letters::{casefold, umlaut_spelled_out};

use super::tex;

/// The most parts of a hyphenated word that is also taken as one.
const JOINED_PARTS_MAX: usize = 8;

/// The shortest word, in characters, that may lose a plural's `s`: below that it is rather an abbreviation (`GPS`, `iOS`).
const PLURAL_CHARACTERS_MIN: usize = 4;

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// As it is written; none for a hyphenated word as a whole, whose parts come before it.
    pub exact: Option<&'a str>,
    /// Without case, accents, compatibility forms and an acronym's plural; a single Greek letter by its name.
    pub plain: &'a str,
    /// `plain` without the plural: equal for words that count as the same.
    pub folded: &'a str,
    /// How many words come before it.
    pub position: u32,
    /// How many positions it takes: the number of its parts for a hyphenated word as a whole, else 1.
    pub length: u32,
}

/// The words of a text as typed, TeX included, folded and apart by spaces: `$\beta$-Decays of GPUs` gives
/// `beta decay of gpu`. Folding that again changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    each_token(&tex::to_unicode(text), |token| {
        if token.exact.is_some() {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.push_str(token.folded);
        }
    });
    folded
}

/// Shows every word of a text that is free of TeX and composed, as [`tex::to_unicode`] makes it, in its order.
///
/// A word is a run of letters and digits, with `++` or `#` behind it; a hyphenated word comes in parts and then as a
/// whole. The answer is the number of positions.
pub fn each_token(text: &str, mut visit: impl FnMut(Token<'_>)) -> u32 {
    let mut words = Words::default();
    let mut rest = text;
    let mut connected = false;
    while let Some(start) = rest.find(is_word_character) {
        connected &= start == 0;
        if !connected {
            words.end_compound(&mut visit);
        }
        rest = &rest[start..];
        let length = word_length(rest);
        words.word(&rest[..length], &mut visit);
        rest = &rest[length..];
        let connector = rest.chars().next().filter(|c| is_connector(*c));
        connected = connector.is_some();
        rest = &rest[connector.map_or(0, char::len_utf8)..];
    }
    words.end_compound(&mut visit);
    words.position
}

#[derive(Default)]
struct Words {
    position: u32,
    /// The hyphenated word under way: its plain parts together, their number, and whether any is more than a number.
    compound: String,
    parts: usize,
    has_letter: bool,
    plain: String,
    folded: String,
}

impl Words {
    fn word(&mut self, exact: &str, visit: &mut impl FnMut(Token<'_>)) {
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        letters::casefold_into(without_acronym_plural(exact), &mut plain);
        let pieces = || plain.split(' ').filter(|piece| piece.contains(char::is_alphanumeric));
        // One character may fold into several words, as `¼` does; then each of them stands for itself.
        let is_one = pieces().nth(1).is_none();
        for piece in pieces() {
            self.piece(if is_one { exact } else { piece }, piece, visit);
        }
        self.plain = plain;
    }

    fn piece(&mut self, exact: &str, piece: &str, visit: &mut impl FnMut(Token<'_>)) {
        let named = letters::greek_named(piece);
        let plain = named.as_deref().unwrap_or(piece);
        singular_into(plain, &mut self.folded);
        visit(Token { exact: Some(exact), plain, folded: &self.folded, position: self.position, length: 1 });
        self.position = self.position.saturating_add(1);
        self.parts += 1;
        if self.parts <= JOINED_PARTS_MAX {
            self.compound.push_str(plain);
            self.has_letter |= !plain.bytes().all(|byte| byte.is_ascii_digit());
        }
    }

    fn end_compound(&mut self, visit: &mut impl FnMut(Token<'_>)) {
        if (2..=JOINED_PARTS_MAX).contains(&self.parts) && self.has_letter {
            singular_into(&self.compound, &mut self.folded);
            let length = u32::try_from(self.parts).unwrap_or(1);
            visit(Token {
                exact: None,
                plain: &self.compound,
                folded: &self.folded,
                position: self.position.saturating_sub(length),
                length,
            });
        }
        self.parts = 0;
        self.compound.clear();
        self.has_letter = false;
    }
}

/// How many bytes the word at the beginning of the text takes.
fn word_length(text: &str) -> usize {
    let length = text.find(|c| !is_word_character(c)).unwrap_or(text.len());
    let rest = &text[length..];
    length + if rest.starts_with("++") { 2 } else { usize::from(rest.starts_with('#')) }
}

fn is_word_character(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || !c.is_ascii()
            && (c.is_alphanumeric()
                || unicode_normalization::char::is_combining_mark(c)
                || letters::is_ignorable(c))
}

/// Hyphens of every kind, and what is left of TeX's scripts where Unicode has no small letters.
fn is_connector(c: char) -> bool {
    matches!(c, '-' | '_' | '^' | '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2013}')
}

/// `GPUs`, `APIs` and `OSs` lose their `s`, which the rule for words would leave.
fn without_acronym_plural(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(acronym) if acronym.len() >= 2 && acronym.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            acronym
        }
        _ => word,
    }
}

/// Harman's S-stemmer without its rules for `es`: ies→y, s→∅, but not ss, us, is; and `gpus`, which has none of its own.
fn singular_into(word: &str, folded: &mut String) {
    folded.clear();
    let characters = || word.chars().take(PLURAL_CHARACTERS_MIN + 1).count();
    let keeps = !word.ends_with('s')
        || ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending))
            && !(word.ends_with("pus") && characters() == PLURAL_CHARACTERS_MIN)
        || characters() < PLURAL_CHARACTERS_MIN;
    match word.strip_suffix("ies") {
        _ if keeps => folded.push_str(word),
        Some(stem) if characters() > PLURAL_CHARACTERS_MIN => {
            folded.push_str(stem);
            folded.push('y');
        }
        _ => folded.push_str(&word[..word.len() - 1]),
    }
}

#[cfg(test)]
#[path = "fold/fold_tests.rs"]
mod tests;
