//! The mathematical alphabets of Unicode.

/// An alphabet of mathematics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    Blackboard,
    Calligraphic,
    Fraktur,
}

/// The alphabet behind a macro, and whether it is one of TeX's old ones, which have no argument (`{\cal L}`).
pub(super) fn alphabet(name: &str) -> Option<(Alphabet, bool)> {
    Some(match name {
        "mathbb" | "mathds" | "mathbbm" | "mathbbmss" | "symbb" => (Alphabet::Blackboard, false),
        "Bbb" | "bb" | "BBb" => (Alphabet::Blackboard, true),
        "mathcal" | "mathscr" | "EuScript" | "symcal" | "mathpzc" => (Alphabet::Calligraphic, false),
        "cal" | "scr" | "Cal" => (Alphabet::Calligraphic, true),
        "mathfrak" | "symfrak" => (Alphabet::Fraktur, false),
        "frak" | "goth" | "eufrak" => (Alphabet::Fraktur, true),
        _ => return None,
    })
}

/// The letter in that alphabet; itself where there is none.
pub(super) fn letter(alphabet: Alphabet, letter: char) -> char {
    let (upper, lower, digit, exceptions): (u32, u32, Option<u32>, &[(char, char)]) = match alphabet {
        Alphabet::Blackboard => (0x1D538, 0x1D552, Some(0x1D7D8), &BLACKBOARD),
        Alphabet::Calligraphic => (0x1D49C, 0x1D4B6, None, &CALLIGRAPHIC),
        Alphabet::Fraktur => (0x1D504, 0x1D51E, None, &FRAKTUR),
    };
    if let Some((_, exception)) = exceptions.iter().find(|(plain, _)| *plain == letter) {
        return *exception;
    }
    let moved = match letter {
        'A'..='Z' => Some(upper + letter as u32 - 'A' as u32),
        'a'..='z' => Some(lower + letter as u32 - 'a' as u32),
        '0'..='9' => digit.map(|zero| zero + letter as u32 - '0' as u32),
        _ => None,
    };
    moved.and_then(char::from_u32).unwrap_or(letter)
}

const BLACKBOARD: [(char, char); 11] = [
    ('C', 'ℂ'),
    ('H', 'ℍ'),
    ('N', 'ℕ'),
    ('P', 'ℙ'),
    ('Q', 'ℚ'),
    ('R', 'ℝ'),
    ('Z', 'ℤ'),
    ('Γ', 'ℾ'),
    ('Π', 'ℿ'),
    ('γ', 'ℽ'),
    ('π', 'ℼ'),
];
const CALLIGRAPHIC: [(char, char); 11] = [
    ('B', 'ℬ'),
    ('E', 'ℰ'),
    ('F', 'ℱ'),
    ('H', 'ℋ'),
    ('I', 'ℐ'),
    ('L', 'ℒ'),
    ('M', 'ℳ'),
    ('R', 'ℛ'),
    ('e', 'ℯ'),
    ('g', 'ℊ'),
    ('o', 'ℴ'),
];
const FRAKTUR: [(char, char); 5] = [('C', 'ℭ'), ('H', 'ℌ'), ('I', 'ℑ'), ('R', 'ℜ'), ('Z', 'ℨ')];
