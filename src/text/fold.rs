//! Tokenizes text and folds its words, so that spellings of one word share a base form.
//!
//! A word stands for every base form that it may have: `bases` for `base` and `basis`. Two words are the same where they
//! share one.

mod forms;
mod letters;
mod number;
mod spelling;
mod token;

pub use letters::{casefold, umlaut_spelled_out};
pub use token::{Role, Token};

use forms::Forms;

/// The most parts of a hyphenated word that is also taken as one.
const JOINED_PARTS_MAX: usize = 8;

/// Shows every word of a text that is free of TeX and composed, as `tex::to_unicode` makes it, in its order.
///
/// A word is a run of letters and digits, with `++` or `#` behind it; digits in groups (`10,000`) and letters with full
/// stops (`U.S.`) are one word, and `'s` behind a word is left out. A hyphenated word comes in parts and then as a whole.
/// Returns the number of positions.
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
        rest = &rest[length + possessive_length(&rest[length..])..];
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
    forms: Forms,
}

impl Words {
    fn word(&mut self, exact: &str, visit: &mut impl FnMut(Token<'_>)) {
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        letters::casefold_into(without_acronym_plural(exact), &mut plain);
        if exact.contains(['.', ',']) {
            plain.retain(|c| c != ' ');
        }
        let pieces = || plain.split(' ').filter(|piece| piece.contains(char::is_alphanumeric));
        // One character may fold into several words, as `¼` does; then each of them stands for itself.
        let is_one = pieces().nth(1).is_none();
        for piece in pieces() {
            let named = letters::greek_named(piece);
            let piece = named.as_deref().unwrap_or(piece);
            self.piece(if is_one { exact } else { piece }, piece, visit);
        }
        self.plain = plain;
    }

    fn piece(&mut self, exact: &str, plain: &str, visit: &mut impl FnMut(Token<'_>)) {
        let Some(letters) = letters::before_digits(plain) else {
            return self.part(Role::Word, exact, plain, visit);
        };
        let position = self.position;
        // Where letters were folded into several, the place of the digits is not known.
        let (first, second) = if exact.is_ascii() && exact.len() == plain.len() {
            exact.split_at(letters)
        } else {
            (exact, exact)
        };
        self.part(Role::Piece, first, &plain[..letters], visit);
        self.part(Role::Piece, second, &plain[letters..], visit);
        self.forms.exactly(exact);
        visit(self.forms.token(Role::Pieces, exact, exact, position, 2));
    }

    fn part(&mut self, role: Role, exact: &str, plain: &str, visit: &mut impl FnMut(Token<'_>)) {
        self.forms.find(plain);
        visit(self.forms.token(role, exact, plain, self.position, 1));
        self.position = self.position.saturating_add(1);
        self.parts += 1;
        if self.parts <= JOINED_PARTS_MAX {
            self.compound.push_str(plain);
            self.has_letter |= !plain.bytes().all(|byte| byte.is_ascii_digit());
        }
    }

    fn end_compound(&mut self, visit: &mut impl FnMut(Token<'_>)) {
        if (2..=JOINED_PARTS_MAX).contains(&self.parts) && self.has_letter {
            self.forms.find(&self.compound);
            let length = u32::try_from(self.parts).unwrap_or(1);
            let position = self.position.saturating_sub(length);
            visit(self.forms.token(Role::Compound, "", &self.compound, position, length));
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
    match rest.as_bytes() {
        [b'+', b'+', ..] => length + 2,
        [b'#', ..] => length + 1,
        [b',', ..] => length + grouped_digits(&text[..length], rest),
        [b'.', ..] => length + abbreviation(&text[..length], rest),
        _ => length,
    }
}

/// The bytes of `,000` behind `10`, as often as they come.
fn grouped_digits(first: &str, rest: &str) -> usize {
    let is_number = (1..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_digit());
    let mut length = 0;
    while is_number
        && let Some(group) = rest.get(length..length + 4)
        && group.starts_with(',')
        && group[1..].bytes().all(|byte| byte.is_ascii_digit())
    {
        length += 4;
    }
    // `1,2345` and `1,000x` are no groups.
    if rest[length..].starts_with(is_word_character) { 0 } else { length }
}

/// The bytes of `.i.d.` behind `i`: single letters, each with a full stop behind it.
fn abbreviation(first: &str, rest: &str) -> usize {
    let is_letter = |text: &str| text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_letter(first) {
        return 0;
    }
    let mut length = 0;
    while let Some(next) = rest.get(length..length + 2)
        && next.starts_with('.')
        && is_letter(&next[1..])
        && !rest[length + 2..].starts_with(is_word_character)
    {
        length += 2;
    }
    // The last stop belongs to it; a letter alone does not.
    if length == 0 { 0 } else { length + usize::from(rest[length..].starts_with('.')) }
}

/// The bytes of `'s` behind a word.
fn possessive_length(rest: &str) -> usize {
    let Some(mark) = rest.chars().next().filter(|c| matches!(c, '\'' | '\u{2019}' | '\u{2bc}')) else {
        return 0;
    };
    let length = mark.len_utf8();
    match rest[length..].strip_prefix(['s', 'S']) {
        Some(behind) if !behind.starts_with(is_word_character) => length + 1,
        _ => 0,
    }
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

#[cfg(test)]
#[path = "fold/fold_tests.rs"]
mod tests;
