//! Which symbols do TeX's names stand for, and which names only dress their argument?

/// The symbol behind a name.
pub(super) fn symbol(name: &str) -> Option<&'static str> {
    SYMBOLS.binary_search_by(|(known, _)| known.cmp(&name)).ok().map(|index| SYMBOLS[index].1)
}

/// Fonts, sizes and boxes: what they hold is read as if they were not there.
pub(super) fn is_unwrapped(name: &str) -> bool {
    UNWRAPPED.contains(&name)
}

/// Names that show nothing themselves.
pub(super) fn is_silent(name: &str) -> bool {
    SILENT.contains(&name)
}

/// Names that leave room.
pub(super) fn is_space(name: &str) -> bool {
    matches!(
        name,
        "quad"
            | "qquad"
            | "space"
            | "enspace"
            | "thinspace"
            | "medspace"
            | "thickspace"
            | "par"
            | "newline"
            | "hfill"
            | "linebreak"
            | "hspace"
            | "vspace"
            | "smallskip"
            | "medskip"
            | "bigskip"
            | "noindent"
    )
}

#[rustfmt::skip]
const UNWRAPPED: &[&str] = &[
    "Huge", "LARGE", "Large", "bf", "bfseries", "bm", "boldmath", "boldsymbol", "em", "emph", "ensuremath", "fbox",
    "footnotesize", "hbox", "huge", "it", "itshape", "large", "mathbf", "mathit", "mathnormal", "mathop", "mathrm",
    "mathsf", "mathtt", "mbox", "normalfont", "normalsize", "operatorname", "pmb", "rm", "rmfamily", "sc", "scriptsize",
    "scshape", "sf", "sffamily", "sl", "slshape", "small", "sout", "symbf", "symrm", "tag", "text", "textbf", "textit",
    "textmd", "textnormal", "textrm", "textsc", "textsf", "textsl", "textsubscript", "textsuperscript", "texttt",
    "textup", "tiny", "tt", "ttfamily", "uline", "underline", "upshape", "url", "path", "mathbin", "mathrel", "mathord",
    "overbrace", "underbrace", "boxed", "textcolor", "phantom", "vphantom", "hphantom", "smash", "protect", "xspace",
];

#[rustfmt::skip]
const SILENT: &[&str] = &[
    "Big", "Bigg", "Biggl", "Biggr", "Bigl", "Bigr", "big", "bigg", "biggl", "biggr", "bigl", "bigr", "centering",
    "displaystyle", "hline", "left", "limits", "middle", "newblock", "nolimits", "nonumber", "right", "scriptstyle",
    "textstyle", "unboldmath",
];

/// Sorted by name.
#[rustfmt::skip]
const SYMBOLS: &[(&str, &str)] = &[
    ("And", "&"), ("Arrowvert", "‖"), ("BibTeX", "BibTeX"), ("Box", "□"), ("Delta", "Δ"), ("Diamond", "◇"),
    ("Downarrow", "⇓"), ("Gamma", "Γ"), ("Im", "ℑ"), ("LaTeX", "LaTeX"), ("LaTeXe", "LaTeX"),
    ("Lambda", "Λ"), ("Leftarrow", "⇐"), ("Leftrightarrow", "⇔"), ("Longleftarrow", "⟸"),
    ("Longrightarrow", "⟹"), ("Omega", "Ω"), ("P", "¶"), ("Phi", "Φ"), ("Pi", "Π"), ("Psi", "Ψ"),
    ("Re", "ℜ"), ("Rightarrow", "⇒"), ("S", "§"), ("Sigma", "Σ"), ("TeX", "TeX"), ("Theta", "Θ"),
    ("Uparrow", "⇑"), ("Upsilon", "Υ"), ("Vert", "‖"), ("Xi", "Ξ"), ("aleph", "ℵ"), ("alpha", "α"),
    ("amalg", "⨿"), ("angle", "∠"), ("angstrom", "Å"), ("approx", "≈"), ("ast", "∗"), ("asymp", "≍"),
    ("backprime", "‵"), ("backslash", "\\"), ("because", "∵"), ("beta", "β"), ("beth", "ℶ"),
    ("bigcap", "⋂"), ("bigcup", "⋃"), ("bigoplus", "⨁"), ("bigotimes", "⨂"), ("bigsqcup", "⨆"),
    ("bigvee", "⋁"), ("bigwedge", "⋀"), ("blacksquare", "■"), ("bot", "⊥"), ("bowtie", "⋈"),
    ("boxplus", "⊞"), ("boxtimes", "⊠"), ("bullet", "•"), ("cap", "∩"), ("cdot", "·"), ("cdots", "⋯"),
    ("centerdot", "·"), ("checkmark", "✓"), ("chi", "χ"), ("circ", "∘"), ("circlearrowleft", "↺"),
    ("circlearrowright", "↻"), ("clubsuit", "♣"), ("colon", ":"), ("coloneqq", "≔"), ("complement", "∁"),
    ("cong", "≅"), ("coprod", "∐"), ("copyright", "©"), ("cup", "∪"), ("dag", "†"), ("dagger", "†"),
    ("dashv", "⊣"), ("ddag", "‡"), ("ddagger", "‡"), ("ddots", "⋱"), ("degree", "°"), ("delta", "δ"),
    ("diamond", "⋄"), ("diamondsuit", "♦"), ("digamma", "ϝ"), ("div", "÷"), ("doteq", "≐"), ("dots", "…"),
    ("dotsb", "…"), ("dotsc", "…"), ("downarrow", "↓"), ("earth", "⊕"), ("ell", "ℓ"), ("emptyset", "∅"),
    ("epsilon", "ε"), ("equiv", "≡"), ("eta", "η"), ("eth", "ð"), ("euro", "€"), ("exists", "∃"),
    ("female", "♀"), ("flat", "♭"), ("forall", "∀"), ("frown", "⌢"), ("gamma", "γ"), ("ge", "≥"),
    ("geq", "≥"), ("geqslant", "≥"), ("gets", "←"), ("gg", "≫"), ("ggg", "⋙"), ("gimel", "ℷ"),
    ("glqq", "„"), ("grqq", "“"), ("gt", ">"), ("gtrapprox", "⪆"), ("gtrsim", "≳"), ("guillemotleft", "«"),
    ("guillemotright", "»"), ("hbar", "ℏ"), ("heartsuit", "♥"), ("hookleftarrow", "↩"),
    ("hookrightarrow", "↪"), ("hslash", "ℏ"), ("iff", "⇔"), ("iiint", "∭"), ("iint", "∬"), ("implies", "⇒"),
    ("in", "∈"), ("infty", "∞"), ("int", "∫"), ("iota", "ι"), ("kappa", "κ"), ("lVert", "‖"),
    ("lambda", "λ"), ("land", "∧"), ("langle", "⟨"), ("lbrace", "{"), ("lbrack", "["), ("lceil", "⌈"),
    ("ldots", "…"), ("le", "≤"), ("leadsto", "⇝"), ("leftarrow", "←"), ("leftharpoonup", "↼"),
    ("leftrightarrow", "↔"), ("leftrightharpoons", "⇋"), ("leq", "≤"), ("leqslant", "≤"),
    ("lessapprox", "⪅"), ("lesssim", "≲"), ("lfloor", "⌊"), ("ll", "≪"), ("llbracket", "⟦"), ("lll", "⋘"),
    ("lnot", "¬"), ("longleftarrow", "⟵"), ("longleftrightarrow", "⟷"), ("longmapsto", "⟼"),
    ("longrightarrow", "⟶"), ("lor", "∨"), ("lozenge", "◊"), ("lq", "‘"), ("lt", "<"), ("ltimes", "⋉"),
    ("lvert", "|"), ("male", "♂"), ("mapsto", "↦"), ("measuredangle", "∡"), ("micro", "μ"), ("mid", "∣"),
    ("models", "⊨"), ("mp", "∓"), ("mu", "μ"), ("nabla", "∇"), ("natural", "♮"), ("ne", "≠"),
    ("nearrow", "↗"), ("neg", "¬"), ("neq", "≠"), ("nexists", "∄"), ("ngeq", "≱"), ("ni", "∋"),
    ("nleq", "≰"), ("nmid", "∤"), ("notin", "∉"), ("nparallel", "∦"), ("nu", "ν"), ("nwarrow", "↖"),
    ("odot", "⊙"), ("odotsun", "☉"), ("oint", "∮"), ("omega", "ω"), ("omicron", "ο"), ("ominus", "⊖"),
    ("oplus", "⊕"), ("oslash", "⊘"), ("otimes", "⊗"), ("parallel", "∥"), ("partial", "∂"), ("perp", "⊥"),
    ("phi", "φ"), ("pi", "π"), ("pm", "±"), ("pounds", "£"), ("prec", "≺"), ("preceq", "⪯"), ("prime", "′"),
    ("prod", "∏"), ("propto", "∝"), ("psi", "ψ"), ("rVert", "‖"), ("rangle", "⟩"), ("rbrace", "}"),
    ("rbrack", "]"), ("rceil", "⌉"), ("restriction", "↾"), ("rfloor", "⌋"), ("rho", "ρ"),
    ("rightarrow", "→"), ("rightarrowtail", "↣"), ("rightharpoonup", "⇀"), ("rightleftharpoons", "⇌"),
    ("rightsquigarrow", "⇝"), ("rq", "’"), ("rrbracket", "⟧"), ("rtimes", "⋊"), ("rvert", "|"),
    ("searrow", "↘"), ("setminus", "∖"), ("sharp", "♯"), ("sigma", "σ"), ("sim", "∼"), ("simeq", "≃"),
    ("smallsetminus", "∖"), ("smile", "⌣"), ("spadesuit", "♠"), ("sqcap", "⊓"), ("sqcup", "⊔"),
    ("sqsubseteq", "⊑"), ("sqsupseteq", "⊒"), ("square", "□"), ("star", "⋆"), ("subset", "⊂"),
    ("subseteq", "⊆"), ("subsetneq", "⊊"), ("succ", "≻"), ("succeq", "⪰"), ("sum", "∑"), ("sun", "☉"),
    ("supset", "⊃"), ("supseteq", "⊇"), ("supsetneq", "⊋"), ("surd", "√"), ("swarrow", "↙"), ("tau", "τ"),
    ("textasciicircum", "^"), ("textasciitilde", "~"), ("textbackslash", "\\"), ("textbar", "|"),
    ("textbullet", "•"), ("textcopyright", "©"), ("textdegree", "°"), ("textdollar", "$"),
    ("textellipsis", "…"), ("textemdash", "—"), ("textendash", "–"), ("texteuro", "€"),
    ("textgreater", ">"), ("textless", "<"), ("textmu", "μ"), ("textonehalf", "½"),
    ("textordfeminine", "ª"), ("textordmasculine", "º"), ("textperiodcentered", "·"),
    ("textquotedblleft", "“"), ("textquotedblright", "”"), ("textquoteleft", "‘"), ("textquoteright", "’"),
    ("textquotesingle", "'"), ("textregistered", "®"), ("textsterling", "£"), ("texttrademark", "™"),
    ("textunderscore", "_"), ("therefore", "∴"), ("theta", "θ"), ("times", "×"), ("to", "→"), ("top", "⊤"),
    ("triangle", "△"), ("triangleleft", "◁"), ("trianglelefteq", "⊴"), ("triangleq", "≜"),
    ("triangleright", "▷"), ("twoheadrightarrow", "↠"), ("ulcorner", "⌜"), ("uparrow", "↑"),
    ("updownarrow", "↕"), ("upharpoonright", "↾"), ("uplus", "⊎"), ("upsilon", "υ"), ("urcorner", "⌝"),
    ("vDash", "⊨"), ("varDelta", "Δ"), ("varGamma", "Γ"), ("varLambda", "Λ"), ("varOmega", "Ω"),
    ("varPhi", "Φ"), ("varPsi", "Ψ"), ("varSigma", "Σ"), ("varepsilon", "ε"), ("varkappa", "ϰ"),
    ("varnothing", "∅"), ("varphi", "φ"), ("varpi", "ϖ"), ("varpropto", "∝"), ("varrho", "ϱ"),
    ("varsigma", "ς"), ("vartheta", "ϑ"), ("vdash", "⊢"), ("vdots", "⋮"), ("vee", "∨"), ("vert", "|"),
    ("wedge", "∧"), ("wp", "℘"), ("wr", "≀"), ("xi", "ξ"), ("xleftarrow", "←"), ("xrightarrow", "→"),
    ("yen", "¥"), ("zeta", "ζ"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(SYMBOLS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
