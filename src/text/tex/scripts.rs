//! Superscripts and subscripts, as Unicode has them or written with `^` and `_`.

/// The longest index of a root, in bytes; anything longer is not one.
pub(super) const INDEX_BYTES_MAX: usize = 16;

/// The longest run of letters in small type: an index such as `ijk`, but no word.
const SMALL_LETTERS_MAX: usize = 3;

const RAISED: &str = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻−⁻=⁼(⁽)⁾aᵃbᵇcᶜdᵈeᵉfᶠgᵍhʰiⁱjʲkᵏlˡmᵐnⁿoᵒpᵖrʳsˢtᵗuᵘvᵛwʷxˣyʸzᶻ\
    AᴬBᴮDᴰEᴱGᴳHᴴIᴵJᴶKᴷLᴸMᴹNᴺOᴼPᴾRᴿTᵀUᵁVⱽWᵂβᵝγᵞδᵟφᵠχᵡ";
const LOWERED: &str = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋−₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓβᵦγᵧρᵨφᵩχᵪ";

/// Signs that say where they stand, so that they need no `^`: `f′`, `K*`, `π±`.
const RAISED_AS_THEY_ARE: &[&str] =
    &["′", "″", "‴", "*", "⋆", "†", "‡", "±", "∓", "⊥", "th", "st", "nd", "rd", "♯", "♭", "™", "®"];
/// Suns and planets: `M⊙`.
const LOWERED_AS_THEY_ARE: &[&str] = &["⊙", "⊕", "☉", "♃", "⊗"];

/// A script as it reads, and whether a letter behind it would run into it.
///
/// `^2` gives `²`, `_{ij}` gives `ᵢⱼ`, `_{eff}` gives `_eff`, `^{a + b}` gives `^(a + b)`.
pub(super) fn script(sign: char, script: &str) -> (String, bool) {
    match (sign, script) {
        (_, "") => return (String::new(), false),
        ('^', "′′") => return ("″".to_owned(), false),
        ('^', "′′′") => return ("‴".to_owned(), false),
        ('^', "∘" | "°") => return ("°".to_owned(), false),
        ('^', "⊤" | "⊺") => return ("ᵀ".to_owned(), false),
        ('^', signs) if RAISED_AS_THEY_ARE.contains(&signs) => return (signs.to_owned(), false),
        ('_', signs) if LOWERED_AS_THEY_ARE.contains(&signs) => return (signs.to_owned(), false),
        _ => {}
    }
    // `f(n)` is easier to see on the line; `(n)` is not.
    let is_call = script.contains('(') && !script.starts_with('(');
    let small = if sign == '^' { raised(script) } else { mapped(LOWERED, script) };
    if let Some(small) = small.filter(|_| !is_call) {
        return (small, false);
    }
    // A power in an index would read as one of the whole.
    let is_word = script.chars().all(|c| is_word_character(c) && !is_raised(c));
    // `x^ab` could be the product of a power, so several letters up there stand in brackets.
    let is_one =
        script.chars().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).nth(1).is_none();
    if is_word && (sign == '_' || is_one)
        || is_number(script) && !script.contains(',')
        || is_bracketed(script)
        || script.chars().nth(1).is_none()
    {
        (format!("{sign}{script}"), is_word)
    } else {
        (format!("{sign}({script})"), false)
    }
}

/// The text as superscript, where every character of it exists as one.
pub(super) fn raised(text: &str) -> Option<String> {
    // The star of a particle or a dual stands up there by itself: `K*⁰`.
    match text.strip_prefix('*') {
        Some(rest) => mapped(RAISED, rest).map(|rest| format!("*{rest}")),
        None => mapped(RAISED, text),
    }
}

fn mapped(table: &str, text: &str) -> Option<String> {
    let small = |wanted: char| {
        let mut chars = table.chars();
        while let (Some(plain), Some(small)) = (chars.next(), chars.next()) {
            if plain == wanted {
                return Some(small);
            }
        }
        None
    };
    let mut letters = 0;
    let mut script = String::new();
    // Room between the signs of a sum says nothing in small type; between words it does.
    let is_sum = text.contains(['+', '-', '=', '−']);
    for wanted in text.chars().filter(|c| *c != ' ' || !is_sum) {
        letters = if wanted.is_alphabetic() { letters + 1 } else { 0 };
        if letters > SMALL_LETTERS_MAX {
            return None;
        }
        script.push(small(wanted)?);
    }
    Some(script)
}

fn is_word_character(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '′' | '″' | '*' | '⋆')
        || unicode_normalization::char::is_combining_mark(c)
}

fn is_raised(c: char) -> bool {
    !c.is_ascii() && RAISED.chars().skip(1).step_by(2).any(|small| small == c)
}

/// `10.9`, `1,024`.
pub(super) fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// Whether one pair of brackets holds all of it.
pub(super) fn is_bracketed(text: &str) -> bool {
    let closing = match text.chars().next() {
        Some('(') => ')',
        Some('[') => ']',
        Some('⟨') => '⟩',
        Some('|') => return text.len() > 1 && text[1..].find('|') == Some(text.len() - 2),
        _ => return false,
    };
    let opening = text.chars().next().unwrap_or_default();
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        if c == opening {
            depth += 1;
        } else if c == closing {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + c.len_utf8() == text.len();
            }
        }
    }
    false
}

/// One thing, which needs no brackets as part of another: a number, a letter with its scripts, something in brackets.
pub(super) fn is_atom(text: &str) -> bool {
    if is_number(text) || is_bracketed(text) {
        return true;
    }
    let mut chars = text.trim_start_matches(['√', '∛', '∜']).chars();
    let Some(base) = chars.next() else { return true };
    if base.is_ascii_digit() {
        return text.bytes().all(|byte| byte.is_ascii_digit());
    }
    let mut rest = chars.as_str().trim_start_matches(is_small);
    if let Some(tail) = rest.strip_prefix(['_', '^']) {
        rest = tail.trim_start_matches(is_word_character);
    }
    rest.is_empty()
}

/// A character that belongs to the letter before it.
fn is_small(c: char) -> bool {
    matches!(c, '′' | '″' | '‴' | '*' | '⋆' | '†' | '±' | '⊙' | '⊥' | '°')
        || unicode_normalization::char::is_combining_mark(c)
        || !c.is_ascii()
            && [RAISED, LOWERED].iter().any(|table| table.chars().skip(1).step_by(2).any(|small| small == c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_small_or_reads_on_the_line() {
        let check = |sign, text: &str, expected: &str| assert_eq!(script(sign, text).0, expected, "{text}");
        check('^', "2", "²");
        check('_', "ij", "ᵢⱼ");
        check('_', "i = 1", "ᵢ₌₁");
        check('_', "eff", "_eff");
        check('_', "pⁿ", "_(pⁿ)");
        check('^', "μν", "^(μν)");
        check('_', "noise", "_noise");
        check('_', "i,j", "_(i,j)");
        check('_', "3,3", "_(3,3)");
        check('^', "*0", "*⁰");
        check('^', "(k)", "⁽ᵏ⁾");
        check('^', "o(1)", "^(o(1))");
        check('^', "′′", "″");
        check('^', "10.9", "^10.9");
        check('^', "-1/2", "^(-1/2)");
        check('_', "[0.5:0.95]", "_[0.5:0.95]");
        check('^', "⊤", "ᵀ");
        check('_', "⊙", "⊙");
        check('^', "", "");
    }

    #[test]
    fn what_is_one_thing_needs_no_brackets() {
        for atom in ["x", "12.5", "xᵢ²", "x_eff", "(a+b)", "|x|", "√x", "ℓ", "x̂", "10,000"] {
            assert!(is_atom(atom), "{atom}");
        }
        for several in ["ab", "2k", "x+y", "(a)(b)", "a b", "x_a b", "|a||b|", "-x"] {
            assert!(!is_atom(several), "{several}");
        }
    }
}
