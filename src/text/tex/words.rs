//! TeX's names that read as words or stand between signs.

/// Functions, which are set as words: `\log`.
pub(super) fn function(name: &str) -> Option<&'static str> {
    FUNCTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(known, word)| if word.is_empty() { *known } else { *word })
}

/// What authors of computer science write for themselves: `\eg`, `\etal`.
pub(super) fn abbreviation(name: &str) -> Option<&'static str> {
    Some(match name {
        "eg" => "e.g.",
        "Eg" => "E.g.",
        "ie" => "i.e.",
        "Ie" => "I.e.",
        "etal" => "et al.",
        "etc" => "etc.",
        "wrt" => "w.r.t.",
        "vs" => "vs.",
        "aka" => "a.k.a.",
        "cf" => "cf.",
        "whp" => "w.h.p.",
        "iid" => "i.i.d.",
        _ => return None,
    })
}

/// References, whose key is all that can be shown.
pub(super) fn is_citation(name: &str) -> bool {
    matches!(
        name,
        "cite"
            | "citep"
            | "citet"
            | "citealp"
            | "citealt"
            | "citeauthor"
            | "citeyear"
            | "parencite"
            | "textcite"
            | "autocite"
            | "ref"
            | "eqref"
            | "autoref"
            | "cref"
            | "Cref"
            | "pageref"
    )
}

/// The signs around the argument of a macro, and the one between two arguments.
pub(super) fn wrapping(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match name {
        "ket" | "Ket" => ("|", "", "⟩"),
        "bra" | "Bra" => ("⟨", "", "|"),
        "braket" | "Braket" | "innerproduct" => ("⟨", "|", "⟩"),
        "ketbra" | "outerproduct" | "dyad" => ("|", "⟩⟨", "|"),
        "expval" | "ev" | "mean" | "vev" | "expectationvalue" => ("⟨", "", "⟩"),
        "abs" | "card" => ("|", "", "|"),
        "norm" => ("‖", "", "‖"),
        "ceil" => ("⌈", "", "⌉"),
        "floor" => ("⌊", "", "⌋"),
        "set" | "Set" => ("{", "", "}"),
        "comm" | "commutator" => ("[", ", ", "]"),
        "SI" | "qty" | "unit" => ("", " ", ""),
        "num" | "si" | "ce" | "ang" => ("", "", ""),
        _ => return None,
    })
}

/// By how often they are met; without a word of their own, the name is the word.
const FUNCTIONS: &[(&str, &str)] = &[
    ("log", ""),
    ("max", ""),
    ("min", ""),
    ("exp", ""),
    ("sin", ""),
    ("cos", ""),
    ("ln", ""),
    ("lim", ""),
    ("sup", ""),
    ("inf", ""),
    ("tan", ""),
    ("det", ""),
    ("dim", ""),
    ("ker", ""),
    ("deg", ""),
    ("gcd", ""),
    ("lg", ""),
    ("arg", ""),
    ("argmin", ""),
    ("argmax", ""),
    ("Pr", ""),
    ("Re", ""),
    ("Im", ""),
    ("Tr", ""),
    ("tr", ""),
    ("hom", "Hom"),
    ("mod", ""),
    ("bmod", "mod"),
    ("limsup", "lim sup"),
    ("liminf", "lim inf"),
    ("varlimsup", "lim sup"),
    ("varliminf", "lim inf"),
    ("varinjlim", "colim"),
    ("injlim", "inj lim"),
    ("varprojlim", "lim"),
    ("projlim", "proj lim"),
    ("sinh", ""),
    ("cosh", ""),
    ("tanh", ""),
    ("coth", ""),
    ("cot", ""),
    ("sec", ""),
    ("csc", ""),
    ("arcsin", ""),
    ("arccos", ""),
    ("arctan", ""),
    ("polylog", ""),
    ("poly", ""),
];
