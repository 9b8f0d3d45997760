//! TeX's names of letters and accents.

use unicode_normalization::char::{compose, is_combining_mark};

/// The combining mark of an accent written with a sign: `\'e`.
pub(super) fn of_symbol(sign: char) -> Option<char> {
    Some(match sign {
        '`' => '\u{300}',
        '\'' => '\u{301}',
        '^' => '\u{302}',
        '~' => '\u{303}',
        '=' => '\u{304}',
        '.' => '\u{307}',
        '"' => '\u{308}',
        _ => return None,
    })
}

/// The combining mark of an accent with a name: `\v{C}`, `\hat{x}`.
pub(super) fn of_macro(name: &str) -> Option<char> {
    Some(match name {
        "grave" => '\u{300}',
        "acute" => '\u{301}',
        "hat" | "widehat" => '\u{302}',
        "tilde" | "widetilde" => '\u{303}',
        "bar" | "overline" | "widebar" => '\u{304}',
        "u" | "breve" => '\u{306}',
        "dot" => '\u{307}',
        "ddot" => '\u{308}',
        "r" | "mathring" => '\u{30a}',
        "H" => '\u{30b}',
        "v" | "check" | "widecheck" => '\u{30c}',
        "d" => '\u{323}',
        "textcommabelow" => '\u{326}',
        "dddot" => '\u{20db}',
        "c" => '\u{327}',
        "k" => '\u{328}',
        "b" | "underbar" => '\u{331}',
        "t" => '\u{361}',
        "vec" | "overrightarrow" | "va" => '\u{20d7}',
        _ => return None,
    })
}

/// A letter with a name: `\ss`, `\o`, `\i`.
pub(super) fn letter(name: &str) -> Option<&'static str> {
    Some(match name {
        "aa" => "å",
        "AA" => "Å",
        "ae" => "æ",
        "AE" => "Æ",
        "oe" => "œ",
        "OE" => "Œ",
        "o" => "ø",
        "O" => "Ø",
        "l" => "ł",
        "L" => "Ł",
        "ss" => "ß",
        "SS" => "SS",
        "i" | "imath" => "ı",
        "j" | "jmath" => "ȷ",
        "dh" => "ð",
        "DH" => "Ð",
        "dj" => "đ",
        "DJ" => "Đ",
        "th" => "þ",
        "TH" => "Þ",
        "ng" => "ŋ",
        "NG" => "Ŋ",
        _ => return None,
    })
}

/// Can the accent stand on this character?
///
/// `\"` also escapes a quotation mark in programs, so it wants a letter that exists with two dots.
pub(super) fn fits(typed: char, base: char, mark: char) -> bool {
    base.is_alphabetic()
        && !is_combining_mark(base)
        && (typed != '"' || compose(dotted(base), mark).is_some())
}

/// Under an accent the dotless letters are the plain ones.
pub(super) fn dotted(letter: char) -> char {
    match letter {
        'ı' => 'i',
        'ȷ' => 'j',
        other => other,
    }
}

/// What an accent without a letter shows.
pub(super) fn sign(typed: char) -> char {
    match typed {
        'm' => ' ',
        other => other,
    }
}
