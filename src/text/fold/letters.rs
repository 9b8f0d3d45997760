//! The plain letters that a letter folds to.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word without case, accents and compatibility forms; what is neither letter nor digit, `++` and `#` aside, is a space.
///
/// `Gąsieniec` gives `gasieniec`, `𝔽₂` gives `f2`, `Straße` gives `strasse`.
#[must_use]
pub fn casefold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    casefold_into(word, &mut folded);
    folded
}

pub(super) fn casefold_into(word: &str, folded: &mut String) {
    if word.is_ascii() {
        folded.extend(word.bytes().map(|byte| match byte {
            b'+' | b'#' => char::from(byte),
            _ if byte.is_ascii_alphanumeric() => char::from(byte.to_ascii_lowercase()),
            _ => ' ',
        }));
        return;
    }
    for c in word.nfkd() {
        push_folded(c, folded);
    }
}

fn push_folded(c: char, folded: &mut String) {
    if is_combining_mark(c) || is_ignorable(c) {
        return;
    }
    if let Some(letters) = spelled_out(c) {
        folded.push_str(letters);
    } else if c.is_alphanumeric() {
        // A capital may fall apart into a letter and a mark.
        for lower in c.to_lowercase().nfkd().filter(|c| !is_combining_mark(*c)) {
            match spelled_out(lower) {
                Some(letters) => folded.push_str(letters),
                None => folded.push(lower),
            }
        }
    } else {
        folded.push(if matches!(c, '+' | '#') { c } else { ' ' });
    }
}

/// Letters that Unicode does not decompose.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' | 'Ł' => "l",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        'ȷ' => "j",
        'ħ' | 'Ħ' => "h",
        'ŧ' | 'Ŧ' => "t",
        'ς' => "σ",
        _ => return None,
    })
}

/// Characters without width that only say where a line may break or how letters join.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// `ö`, `ä` and `ü` as `oe`, `ae` and `ue`; none for a word without them.
#[must_use]
pub fn umlaut_spelled_out(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let composed: Cow<'_, str> = if unicode_normalization::is_nfc(word) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.nfc().collect())
    };
    if !composed.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü']) {
        return None;
    }
    let mut spelled = String::with_capacity(composed.len() + 4);
    for c in composed.chars() {
        match c {
            'ä' | 'Ä' => spelled.push_str("ae"),
            'ö' | 'Ö' => spelled.push_str("oe"),
            'ü' | 'Ü' => spelled.push_str("ue"),
            other => spelled.push(other),
        }
    }
    Some(spelled)
}

/// From how many Greek letters in a row on they are a word of the Greek language.
const GREEK_WORD_LETTERS_MIN: usize = 4;

/// `ρ` as `rho`, `λcdm` as `lambdacdm`, `μsr` as `musr`; none for words without Greek letters and for Greek words.
pub(super) fn greek_named(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let (mut longest, mut row) = (0, 0);
    for c in word.chars() {
        row = if greek_name(c).is_some() { row + 1 } else { 0 };
        longest = longest.max(row);
    }
    if !(1..GREEK_WORD_LETTERS_MIN).contains(&longest) {
        return None;
    }
    let mut named = String::with_capacity(word.len() + 8);
    for c in word.chars() {
        match greek_name(c) {
            Some(name) => named.push_str(name),
            None => named.push(c),
        }
    }
    Some(named)
}

fn greek_name(letter: char) -> Option<&'static str> {
    const NAMES: [&str; 25] = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
        "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi",
        "omega",
    ];
    let index = u32::from(letter).checked_sub(u32::from('α'))?;
    NAMES.get(usize::try_from(index).ok()?).copied()
}

/// The fewest letters before digits that are a word of their own: `CVPR2026`, but not `F2`.
const LETTERS_BEFORE_DIGITS_MIN: usize = 3;

/// Where the digits of `cvpr2026` begin; none where it is not letters and then digits, or too few letters.
pub(super) fn before_digits(plain: &str) -> Option<usize> {
    if !plain.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let letters = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_word = letters.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_word && letters.len() >= LETTERS_BEFORE_DIGITS_MIN).then_some(letters.len())
}
