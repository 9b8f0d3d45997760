//! TeX's names of symbols, and names that only style their argument.

mod table;

use table::SYMBOLS;

/// The symbol behind a name.
pub(super) fn symbol(name: &str) -> Option<&'static str> {
    let known = |name: &str| SYMBOLS.binary_search_by(|(known, _)| (*known).cmp(name)).ok();
    // Greek that stands upright or in a text goes by the letter's name with one of these before it.
    let plain = || {
        ["text", "up", "bm"].iter().find_map(|style| name.strip_prefix(style)).filter(|name| is_greek(name))
    };
    known(name).or_else(|| plain().and_then(known)).map(|index| SYMBOLS[index].1)
}

fn is_greek(name: &str) -> bool {
    let index = SYMBOLS.binary_search_by(|(known, _)| (*known).cmp(name));
    index.is_ok_and(|index| SYMBOLS[index].1.chars().all(|c| ('Α'..='ϖ').contains(&c)))
}

/// Fonts, sizes and boxes: what they hold is read as if they were not there.
pub(super) fn is_unwrapped(name: &str) -> bool {
    UNWRAPPED.binary_search(&name).is_ok()
}

/// Those of them that hold text, also in a formula.
pub(super) fn is_text(name: &str) -> bool {
    TEXT.binary_search(&name).is_ok()
}

/// Names that show nothing themselves.
pub(super) fn is_silent(name: &str) -> bool {
    SILENT.binary_search(&name).is_ok()
}

/// Names that leave room.
pub(super) fn is_space(name: &str) -> bool {
    SPACES.binary_search(&name).is_ok()
}

/// Any name that is one of TeX's own here.
pub(super) fn is_known(name: &str) -> bool {
    symbol(name).is_some()
        || is_unwrapped(name)
        || is_silent(name)
        || super::accents::of_macro(name).is_some()
        || super::alphabets::alphabet(name).is_some()
        || super::words::function(name).is_some()
        || matches!(name, "frac" | "sqrt" | "var")
}

/// Signs that stand between two things, with room on both sides or on none.
pub(super) fn is_operator(symbol: char) -> bool {
    match symbol {
        '∀' | '∃' | '∄' | '∅' | '∆' | '∇' | '∂' | '∏' | '∐' | '∑' | '∞' | '√' | '∛' | '∜' | '∠' | '∡'
        | '∢' => false,
        '∫'..='∳' | '⋀'..='⋃' | '⊤' | '⊥' | '∁' | '⋯' | '⋮' | '⋱' | '⋰' | '∘' | '\u{338}' => {
            symbol == '∘' || symbol == '\u{338}'
        }
        '×' | '÷' | '±' | '·' | '←'..='⇿' | '∀'..='⋿' | '⟰'..='⟿' | '⤀'..='⥿' | '⩀'..='⫿' => {
            true
        }
        _ => false,
    }
}

/// Sorted.
#[rustfmt::skip]
const UNWRAPPED: &[&str] = &[
    "Huge", "LARGE", "Large", "bf", "bfseries", "bm", "bmit", "boldmath", "boldsymbol", "boxed", "centerline",
    "colorbox", "em", "emph", "enquote", "ensuremath", "fbox", "footnotesize", "hbox", "hl", "huge", "it",
    "itshape", "large", "lowercase", "mathbf", "mathbfit", "mathbin", "mathbold", "mathclose", "mathinner",
    "mathit", "mathnormal", "mathop", "mathopen", "mathord", "mathpunct", "mathrel", "mathrm", "mathsf",
    "mathsfit", "mathtt", "mbox", "normalfont", "normalsize", "operatorname", "overbrace", "pmb", "protect",
    "rm", "rmfamily", "sc", "scriptsize", "scshape", "sf", "sffamily", "sl", "slshape", "small", "smash",
    "sout", "substack", "symbf", "symit", "symrm", "symup", "tag", "text", "textbf", "textcolor", "textit",
    "textlf", "textmd", "textnormal", "textquote", "textrm", "textsc", "textsf", "textsl", "texttt", "textup",
    "tiny", "tt", "ttfamily", "ul", "uline", "underbrace", "underline", "uppercase", "upshape", "uwave", "vb",
    "xspace",
];

/// Sorted.
#[rustfmt::skip]
const TEXT: &[&str] = &[
    "centerline", "emph", "enquote", "fbox", "hbox", "hl", "mbox", "sout", "text", "textbf", "textit", "textlf",
    "textmd", "textnormal", "textquote", "textrm", "textsc", "textsf", "textsl", "texttt", "textup", "ul",
    "uline", "underline", "uwave",
];

/// Sorted.
#[rustfmt::skip]
const SILENT: &[&str] = &[
    "Big", "Bigg", "Biggl", "Biggm", "Biggr", "Bigl", "Bigm", "Bigr", "allowbreak", "big", "bigg", "biggl",
    "biggm", "biggr", "bigl", "bigm", "bigr", "break", "centering", "color", "displaystyle", "hfil", "hline",
    "hphantom", "ignorespaces", "label", "leavevmode", "left", "limits", "maketitle", "mathstrut", "middle",
    "newblock", "nobreak", "nolimits", "nonumber", "notag", "null", "phantom", "raggedright", "relax", "right",
    "scriptscriptstyle", "scriptstyle", "strut", "textstyle", "unboldmath", "unskip", "vphantom",
];

/// Sorted.
#[rustfmt::skip]
const SPACES: &[&str] = &[
    "bigskip", "clearpage", "enspace", "hfill", "hspace", "indent", "item", "linebreak", "medskip", "medspace",
    "negthinspace", "newline", "newpage", "nobreakspace", "noindent", "par", "qquad", "quad", "smallskip",
    "space", "thickspace", "thinspace", "vspace",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_so_that_they_can_be_searched() {
        assert!(SYMBOLS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for names in [UNWRAPPED, TEXT, SILENT, SPACES] {
            assert!(names.is_sorted());
        }
    }

    #[test]
    fn relations_and_arrows_stand_between_two_things_and_letters_do_not() {
        for symbol in "≤∈→⇒×±·≈∼⊕⟶⊆∘≠".chars() {
            assert!(is_operator(symbol), "{symbol}");
        }
        for symbol in "α∀∞∑∫√ℏ⟨…|".chars() {
            assert!(!is_operator(symbol), "{symbol}");
        }
    }
}
