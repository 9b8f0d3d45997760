//! Which characters does Unicode have raised, lowered, or in another alphabet?

/// The longest index of a root, in bytes; anything longer is not one.
pub(super) const INDEX_BYTES_MAX: usize = 16;

/// An alphabet of mathematics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    Blackboard,
    Calligraphic,
    Fraktur,
}

pub(super) fn alphabet(name: &str) -> Option<Alphabet> {
    Some(match name {
        "mathbb" | "mathds" | "Bbb" | "mathbbm" => Alphabet::Blackboard,
        "mathcal" | "mathscr" | "cal" | "scr" => Alphabet::Calligraphic,
        "mathfrak" | "frak" => Alphabet::Fraktur,
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

const BLACKBOARD: [(char, char); 7] =
    [('C', 'ℂ'), ('H', 'ℍ'), ('N', 'ℕ'), ('P', 'ℙ'), ('Q', 'ℚ'), ('R', 'ℝ'), ('Z', 'ℤ')];
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

const RAISED: &str = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻−⁻=⁼(⁽)⁾aᵃbᵇcᶜdᵈeᵉfᶠgᵍhʰiⁱjʲkᵏlˡmᵐnⁿoᵒpᵖrʳsˢtᵗuᵘvᵛwʷxˣyʸzᶻ\
    AᴬBᴮDᴰEᴱGᴳHᴴIᴵJᴶKᴷLᴸMᴹNᴺOᴼPᴾRᴿTᵀUᵁVⱽWᵂβᵝγᵞδᵟφᵠχᵡ";
const LOWERED: &str = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋−₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓβᵦγᵧρᵨφᵩχᵪ";

/// `^2` gives `²`, `_{ij}` gives `_ij`, `^{a + b}` gives `^(a + b)`.
///
/// Several letters stay on the line: small type that a reader's font may lack is worth it for numbers and for one
/// letter, not for words.
pub(super) fn script(sign: char, script: &str) -> String {
    match (sign, script) {
        ('^', "∘" | "°") => return "°".to_owned(),
        (_, "") => return String::new(),
        ('^', "′" | "″" | "*" | "†" | "‡" | "th" | "st" | "nd" | "rd") => return script.to_owned(),
        _ => {}
    }
    let small = if sign == '^' { raised(script) } else { mapped(LOWERED, script) };
    small.unwrap_or_else(|| {
        if script.chars().all(char::is_alphanumeric) {
            format!("{sign}{script}")
        } else {
            format!("{sign}({script})")
        }
    })
}

/// The text as superscript, where every character of it exists as one.
pub(super) fn raised(text: &str) -> Option<String> {
    mapped(RAISED, text)
}

fn mapped(table: &str, text: &str) -> Option<String> {
    if text.chars().filter(|c| c.is_alphabetic()).count() > 1 {
        return None;
    }
    let small = |wanted: char| {
        let mut chars = table.chars();
        while let (Some(plain), Some(small)) = (chars.next(), chars.next()) {
            if plain == wanted {
                return Some(small);
            }
        }
        None
    };
    text.chars().map(small).collect()
}
