//! What counts as the same word, by example and by property.

use proptest::prelude::*;

use super::*;

fn check(text: &str, folded: &str) {
    assert_eq!(fold(text), folded, "{text}");
}

fn joined(text: &str) -> Vec<(String, u32, u32)> {
    let mut found = Vec::new();
    each_token(&tex::to_unicode(text), |token| {
        if token.exact.is_none() {
            found.push((token.folded.to_owned(), token.position, token.length));
        }
    });
    found
}

#[test]
fn accents_case_and_special_letters_fold() {
    check(
        "Schr\\\"odinger SCHRÖDINGER Schrödinger Schro\u{308}dinger",
        "schrodinger schrodinger schrodinger schrodinger",
    );
    check("Leszek Gąsieniec", "leszek gasieniec");
    check(
        "Łukasz Øystein Đorđe Straße Æsir Œuvre Þór Işık",
        "lukasz oystein dorde strasse aesir oeuvre thor isik",
    );
    check("ﬁne ＧＰＵ Ǽ", "fine gpu ae");
}

#[test]
fn tex_and_unicode_mathematics_are_the_same_words() {
    for text in ["$\\mathbb{F}_2$", "𝔽₂", "$F_{2}$", "F2", "\\mathbb F_2"] {
        check(text, if text.starts_with('\\') { "f 2" } else { "f2" });
    }
    check("$O(n \\log n)$", "o n log n");
    check("$O(n\\log n)$", "o n log n");
    check("$\\rho$ ρ Ρ rho $\\rho_0$", "rho rho rho rho rho0");
    check("5 μs of µ", "5 μs of mu");
    check("$x_{ij}$", "xij");
    check("{\\it Herschel} and \\emph{Planck}", "herschel and planck");
}

#[test]
fn plurals_fold_but_abbreviations_do_not() {
    check("GPUs CPUs gpus QPUs LLMs APIs OSs GANs", "gpu cpu gpu qpu llm api os gan");
    check(
        "libraries classes processes analysis status class",
        "library classe processe analysis status class",
    );
    check("GPS iOS DNS news ties gas Campus", "gps ios dns new tie gas campus");
}

#[test]
fn plus_and_hash_belong_to_the_word() {
    check("C++, C# and C; c++11, n++1 #5", "c++ c# and c c++ 11 n++ 1 5");
}

#[test]
fn hyphenated_words_are_also_one() {
    assert_eq!(joined("a multi-agent system"), [("multiagent".to_owned(), 1, 2)]);
    assert_eq!(joined("state-of-the-art"), [("stateoftheart".to_owned(), 0, 4)]);
    assert_eq!(
        joined("β-decays Bose--Einstein x_max"),
        [("betadecay".to_owned(), 0, 2), ("boseeinstein".to_owned(), 2, 2), ("xmax".to_owned(), 4, 2)]
    );
    assert_eq!(joined("pages 10-20, news- and -feed, a - b"), []);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn folding_of_latin_greek_and_signs_is_idempotent(text in "[a-zA-Zs0-9 αβΓσςßæøŁÉéöı'+#_^$\\\\{}~-]{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn no_text_makes_it_fail(text in any::<String>()) {
        let positions = each_token(&tex::to_unicode(&text), |token| {
            assert!(!token.folded.is_empty() && token.length > 0);
        });
        prop_assert!(positions as usize <= text.chars().count() * 18);
    }
}
