//! What counts as the same word, by example and by property.

use proptest::prelude::*;

use super::*;

use crate::text::tex;

/// The words of a text by their first base forms, apart by spaces.
fn fold(text: &str) -> String {
    let mut folded = Vec::new();
    each_token(&tex::to_unicode(text), |token| {
        if token.role == Role::Word || token.role == Role::Piece {
            folded.push(token.forms[0].clone());
        }
    });
    folded.join(" ")
}

/// Every base form of a word.
fn bases(word: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_token(word, |token| found.extend_from_slice(&token.forms[..token.bases]));
    found
}

fn are_same(left: &str, right: &str) -> bool {
    let right = bases(right);
    bases(left).iter().any(|base| right.contains(base))
}

fn check(text: &str, folded: &str) {
    assert_eq!(fold(text), folded, "{text}");
}

fn joined(text: &str) -> Vec<(String, u32, u32)> {
    let mut found = Vec::new();
    each_token(&tex::to_unicode(text), |token| {
        if token.role == Role::Compound {
            found.push((token.forms[0].clone(), token.position, token.length));
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
    check("$\\rho$ ρ Ρ rho $\\rho_0$", "rho rho rho rho rho 0");
    check("5 μs of µ", "5 mus of mu");
    check("$x_{ij}$", "xij");
    check("{\\it Herschel} and \\emph{Planck}", "herschel and planck");
}

#[test]
fn plurals_fold_but_abbreviations_do_not() {
    check("GPUs CPUs gpus QPUs LLMs APIs OSs GANs", "gpu cpu gpu qpu llm api os gan");
    check("libraries classes processes analysis status class", "library class process analysis status class");
    check("GPS iOS DNS news ties gas Campus", "gps ios dns news tie gas campus");
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
            assert!(!token.forms.is_empty() && (1..=token.forms.len()).contains(&token.bases) && token.length > 0);
        });
        prop_assert!(positions as usize <= text.chars().count() * 18);
    }
}

/// Pairs of words, one pair a line; those of a test that fail.
fn failing(pairs: &str, is_right: impl Fn(&str, &str) -> bool) -> Vec<&str> {
    let is_wrong = |line: &&str| line.split_once('\t').is_none_or(|(left, right)| !is_right(left, right));
    pairs.lines().filter(is_wrong).collect()
}

/// `plurals.tsv` has the nouns and verbs of 4,000 abstracts whose plural, formed by the Python package inflect 7.6.0, is a
/// word of these abstracts too.
#[test]
fn a_noun_and_its_plural_are_the_same_word() {
    assert_eq!(failing(include_str!("words/plurals.tsv"), are_same), EXCEPTIONS);
}

/// Names of fields that share no meaning with an adjective of the same stem, and words that are no nouns.
const EXCEPTIONS: &[&str] = &[
    "analytic\tanalytics",
    "dynamic\tdynamics",
    "economic\teconomics",
    "electronic\telectronics",
    "forensic\tforensics",
    "genetic\tgenetics",
    "genomic\tgenomics",
    "itself\tthemselves",
    "kinematic\tkinematics",
    "kinetic\tkinetics",
    "linguistic\tlinguistics",
    "logistic\tlogistics",
    "mathematic\tmathematics",
    "mine\tours",
    "new\tnews",
    "pragmatic\tpragmatics",
    "robotic\trobotics",
    "semantic\tsemantics",
    "thermodynamic\tthermodynamics",
];

#[test]
fn british_and_american_spellings_are_the_same_word() {
    let plural = |word: &str| format!("{word}s");
    let spellings = include_str!("words/spellings.tsv");
    assert_eq!(failing(spellings, are_same), [""; 0]);
    let has_plural = |left: &str, right: &str| left.ends_with('s') || are_same(&plural(left), right);
    assert_eq!(failing(spellings, has_plural), [""; 0]);
}

#[test]
fn words_that_look_alike_stay_apart() {
    assert_eq!(failing(include_str!("words/apart.tsv"), |left, right| !are_same(left, right)), [""; 0]);
}

#[test]
fn numbers_abbreviations_possessives_and_glued_digits_are_words_as_people_write_them() {
    check("10,000 or 10000 of 1,2345 and 3.14", "10000 or 10000 of 1 2345 and 3 14");
    check("i.i.d. samples of the U.S. and Ph.D. e.g.", "iid sample of the us and ph d eg");
    check("Grover's and Grover’s algorithm, authors' it's", "grover and grover algorithm author it");
    check("CVPR2026 ResNet-50 H2O F2 word2vec GPT4", "cvpr 2026 resnet 50 h2o f2 word2vec gpt 4");
    check("ΛCDM $\\Lambda$CDM μSR $\\nu_e$ αβ", "lambdacdm lambdacdm musr nue alphabeta");
    check(
        "phenomena bases matrices people mice spectra subspectra",
        "phenomenon base matrice person mouse spectrum subspectrum",
    );
}

#[test]
fn a_name_with_a_sign_is_also_found_without_it_and_not_the_other_way_round() {
    let forms = |word: &str| {
        let mut found = Vec::new();
        each_token(word, |token| found.push((token.forms.join(" "), token.bases)));
        found
    };
    assert_eq!(forms("PointNet++"), [("pointnet++ pointnet".to_owned(), 1)]);
    assert_eq!(forms("C++"), [("c++".to_owned(), 1)]);
    assert_eq!(forms("behaviours"), [("behavior behaviours".to_owned(), 1)]);
}
