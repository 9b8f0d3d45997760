//! What people type and how it should read.

use proptest::prelude::*;

use std::cell::Cell;

use super::*;

thread_local! {
    /// How many characters, groups and macros were read in this thread.
    pub(super) static STEPS: Cell<usize> = const { Cell::new(0) };
}

fn check(tex: &str, readable: &str) {
    assert_eq!(to_unicode(tex), readable, "{tex}");
}

#[test]
fn accents_are_read_in_every_spelling() {
    for tex in ["\\'e", "\\'{e}", "{\\'e}", "\\' e", "{\\'{e}}", "\\acute{e}", "e\u{301}"] {
        check(tex, "é");
    }
    check("\\'{\\i} \\'\\i \\\"{\\i} \\c{c} \\c c \\v{C} {\\v C} \\v C", "í íï ç ç Č Č Č");
    check("\\H{o} \\k{a} \\r{a} \\u{g} \\.{z} \\=a \\d{s} \\b{b}", "ő ą å ğ ż ā ṣ ḇ");
    check(
        "Schr\\\"odinger, Pawe{\\l} Erd\\H{o}s, Gau\\ss, {\\O}rsted, \\AA ngstr\\\"om",
        "Schrödinger, Paweł Erdős, Gauß, Ørsted, Ångström",
    );
    check("Pa\\l ka and \\ae ther {\\aa}", "Pałka and æther å");
    check("S\\~ao Jo\\~{a}o, Fran\\c{c}ois, No\\\"el, na\\\"{\\i}ve", "São João, François, Noël, naïve");
}

#[test]
fn formulas_read_as_unicode() {
    check("$\\mathbb{F}_2$", "𝔽₂");
    check("$O(n \\log n)$ $O(n\\log n)$ $2\\log2$", "O(n log n) O(n log n) 2 log 2");
    check("$\\alpha\\beta$, $\\Omega(n^2)$, $\\varepsilon$", "αβ, Ω(n²), ε");
    check("$x_{ij}$ $x_i$ $x_{i+1}$ $a^{n}$ $10^{-6}$ $10^6$ $x^{a b}$", "xᵢⱼ xᵢ xᵢ₊₁ aⁿ 10⁻⁶ 10⁶ x^(a b)");
    check(
        "$\\mathcal{O}(\\sqrt{x})$, $\\sqrt[3]{x+1}$, $\\frac{a}{b}$, $\\frac{a+1}{2}$",
        "𝒪(√x), ∛(x+1), a/b, (a+1)/2",
    );
    check("$\\mathfrak{g}$ $\\mathbb{R}^n$ $A \\to B$ $a \\leq b$ $a\\in B$", "𝔤 ℝⁿ A → B a ≤ b a∈B");
    check("$\\hat{x}$ $\\tilde{O}(n)$ $\\bar{x}$ $x\\not= y$ $f'$", "x̂ Õ(n) x̄ x≠ y f′");
    check("$45^\\circ$, $n^{th}$, $K^*$, $\\left(x\\right)$", "45°, nth, K*, (x)");
    check("\\(x^2\\) and \\[y^2\\] and $$z^2$$", "x² and y² and z²");
    check("10^6 and H_{2}O and ^{13}C", "10⁶ and H₂O and ¹³C");
}

#[test]
fn formulas_without_a_blank_between_them_are_apart() {
    check("SiO$_2$$\\cdot$H$_2$O Glass", "SiO₂·H₂O Glass");
    check("Mass of 10$^{5}$$M_\\odot$ at $z<1$ and $M>2$", "Mass of 10⁵M⊙ at z<1 and M>2");
    check("$\\alpha$$\\beta$ T cells, $a$$b$$c$ and words", "αβ T cells, abc and words");
    check("costs $5 and $$x^2$$ and {$x$$y$}", "costs $5 and x² and xy");
}

#[test]
fn a_blank_in_a_formula_of_its_own_is_kept() {
    check("21$\\,$cm, 21$\\;$cm, 21$\\ $cm, 21$\\quad$cm, A$~$B", "21 cm, 21 cm, 21 cm, 21 cm, A B");
    check("$5\\,$GeV, $5~$GeV, $5\\ $GeV, $5\\,$.", "5 GeV, 5 GeV, 5 GeV, 5.");
    check("5$\\,\\mu$m and $10\\,$$\\mu$m", "5 μm and 10 μm");
    check("$\\Lambda_s $CDM, $Λ_s $CDM and $n $and", "ΛₛCDM, ΛₛCDM and n and");
    check("$Λ $CDM, $\\beta $decay", "ΛCDM, β decay");
    check("$HOME_DIR $PATH and $A_B $CDEF_G", "$HOME_DIR $PATH and A_BCDEF_G");
}

#[test]
fn what_ends_with_a_blank_of_tex_ends() {
    check("of the universe.\\ ", "of the universe.");
    check("of the universe. \\", "of the universe.");
    check("of the universe\\", "of the universe");
    check("the $C_\\ell$s, $C_\\ell$s and $C_\\ell$sums", "the C_ℓs, C_ℓs and C_ℓ sums");
}

#[test]
fn commands_for_text_are_unwrapped_and_unknown_ones_stay_readable() {
    check(
        "\\emph{a} \\textbf{b} {\\it c} \\text{d} $\\mathrm{e}$ $\\operatorname{rank}(A)$",
        "a b c d e rank(A)",
    );
    check("\\foo and \\foo{bar} and x\\foo", "foo and foo bar and x foo");
    check("100\\% \\& \\$5 a\\_b \\#1 \\{x\\}", "100% & $5 a_b #1 {x}");
    check("Fig.~1, pages 1--2 --- ``quoted'' text", "Fig. 1, pages 1–2 — “quoted” text");
    check("\\href{https://e.org}{here} \\url{https://e.org}", "here (https://e.org) https://e.org");
    check("a\\,b \\quad c", "a b c");
}

#[test]
fn plain_text_keeps_every_character() {
    for plain in [
        "file_name and _private and a__b",
        "C:\\log and D:\\temp\\new",
        "costs $5 and $6",
        "US$5-$6, $HOME and $PATH",
        "~5 GeV, https://e.org/~user, a ~ b",
        "run --help or -v, ---- rule",
        "a `code` and 5'' pipe, don't",
        "x ^ y, a_1, back \\ slash",
        "one } closed, one { open",
        "日本語 العربية 🦀",
    ] {
        check(plain, plain);
    }
    check("\\$5 and \\$6", "$5 and $6");
}

#[test]
fn the_quick_look_takes_nothing_for_composed_that_is_not() {
    for c in (0..=0x0010_FFFF).filter_map(char::from_u32) {
        let text = format!("a{c}b");
        assert_eq!(is_composed(&text), unicode_normalization::is_nfc(&text), "{c:?}");
    }
}

#[test]
fn a_text_of_every_kind_is_read_in_steps_in_proportion_to_its_length() {
    for piece in [
        "{",
        "}",
        "{}",
        "{a}",
        "\\hat",
        "\\frac{",
        "\\frac",
        "^{",
        "_",
        "^",
        "$",
        "$$",
        "$x$ ",
        "\\",
        "\\\\",
        "\\(",
        "\\sqrt[",
        "\\sqrt",
        "\\v ",
        "`",
        "``",
        "''",
        "\\'",
        "C:\\",
        "-",
        "{\\it ",
        "\\not",
        "\\over ",
        "{a\\over ",
        "\\begin{pmatrix}",
        "\\begin{cases}&\\\\",
        "\\verb|",
        "\\href{",
        "\\href{}{",
        "\\url{",
        "\\footnote{",
        "~",
        "http://",
        "$\\text{",
        "\\left(",
        "\\left.",
        "$a \\leq ",
        "\\ket{",
        "\\textcolor{",
        "\\textsc{i",
        "{\\sc i",
        "\\cal A",
        "\\overset{a}",
        "$x_{i}",
        "x^{-",
        "\\cite[",
        "\\alpha ",
        "$\\alpha {",
    ] {
        let read = |bytes: usize| {
            let text = piece.repeat(bytes / piece.len());
            STEPS.set(0);
            let read = to_unicode(&text);
            assert!(read.len() <= text.len() * 4, "{piece}: {} bytes", read.len());
            STEPS.get()
        };
        let (once, twice) = (read(20_000), read(40_000));
        assert!(once <= 24_000 && twice <= 2 * once + 1_000, "{piece}: {once} steps, then {twice}");
    }
}

/// Each byte takes a step at most, but for the few that a group or an argument takes beside its bytes.
fn assert_read_well(text: &str) -> Result<(), TestCaseError> {
    STEPS.set(0);
    let read = to_unicode(text);
    prop_assert!(unicode_normalization::is_nfc(&read), "{text:?} reads as {read:?}");
    prop_assert!(STEPS.get() <= 2 * text.len() + 1, "{} steps for {text:?}", STEPS.get());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_in_few_steps_into_composed_form(text in any::<String>()) {
        assert_read_well(&text)?;
    }

    #[test]
    fn any_heap_of_tex_is_read_in_few_steps_into_composed_form(pieces in proptest::collection::vec(
        prop::sample::select(vec!["\\", "{", "}", "$", "^", "_", "a", " ", "\\frac", "\\'", "\\v", "\\mathbb", "\\sqrt", "[", "]", "é", "\\not", "\\foo", "\\l", "``", "''", "--", "~", "\\(", "\\)", "1", "\\begin", "\\\\"]), 0..40)) {
        assert_read_well(&pieces.concat())?;
    }

    #[test]
    fn text_without_tex_is_untouched(text in "[a-zA-Z0-9 .,:;!?()/<>=+*%&@#\"|-]{0,60}") {
        prop_assume!(!text.contains("--"));
        prop_assert_eq!(&*to_unicode(&text), &*text);
    }

    #[test]
    fn letters_and_digits_of_plain_text_are_never_lost(text in "[a-zA-Z0-9 .,:$_~'`-]{0,60}") {
        let kept = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let read: String = to_unicode(&text).nfkd().collect();
        prop_assert_eq!(kept(&read), kept(&text));
    }

    #[test]
    fn what_was_read_reads_the_same_again(text in "[a-zA-Z0-9 .,:;!?()/<>=+*%&@#|_'-]{0,60}") {
        let once = to_unicode(&text);
        prop_assert_eq!(&*to_unicode(&once), &*once);
    }

    #[test]
    fn formulas_keep_their_letters_and_digits(pieces in proptest::collection::vec(
        prop::sample::select(vec!["x", "12", "{a}", "^{2}", "_{ij}", "_k", "+", " ", "(", ")", "=", "^n", "'", "\\, "]), 0..20)) {
        let text = format!("a ${}$ b", pieces.concat());
        let kept = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let read: String = to_unicode(&text).nfkd().collect();
        prop_assert_eq!(kept(&read), kept(&text), "{}", text);
    }
}
