//! What people send who mean no good, or paste the wrong thing.

use std::time::{Duration, Instant};

use crosslist::filter::{
    Context, DiagnosticCode, Dialect, Index, Limits, Lists, PROGRAMS_BYTES_MAX, Work, cached_programs, parse,
};

use super::papers::{document, paper, query, read};

fn code(rule: &str) -> DiagnosticCode {
    read(rule).expect_err(rule).as_slice()[0].code
}

#[test]
fn ten_thousand_parentheses_are_refused_at_once() {
    for (limits, length) in [(Limits::URL, 1_000), (Limits::CONFIG, 10_000)] {
        for text in [
            "(".repeat(length),
            ")".repeat(length),
            format!("{}a{}", "(".repeat(length / 2), ")".repeat(length / 2)),
            "-(".repeat(length / 2),
            "ti:(".repeat(length / 4),
            "NOT ".repeat(length / 4),
        ] {
            let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
            assert!(parse(&text, &limits, &context).is_err(), "{}", &text[..8]);
        }
    }
    assert_eq!(code(&"(".repeat(10_000)), DiagnosticCode::TooLong);
    assert_eq!(code(&format!("{}a{}", "(".repeat(17), ")".repeat(17))), DiagnosticCode::TooDeep);
    assert!(read(&format!("{}a{}", "(".repeat(16), ")".repeat(16))).is_ok());
    assert!(read(&format!("{}a", "-".repeat(1_000))).is_ok());
}

#[test]
fn every_limit_is_a_refusal_and_just_below_it_is_none() {
    let words = |count: usize| (0..count).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
    assert!(read(&words(64)).is_ok());
    assert_eq!(code(&words(65)), DiagnosticCode::TooManyTerms);
    assert!(read(&"a".repeat(1_024)).is_ok());
    let diagnostics = read(&"é".repeat(513)).expect_err("1,026 bytes");
    assert_eq!(
        (
            diagnostics.as_slice()[0].code,
            diagnostics.as_slice()[0].position,
            diagnostics.as_slice()[0].length
        ),
        (DiagnosticCode::TooLong, 512, 1)
    );
    assert!(read(&format!("/{}/", "a".repeat(200))).is_ok());
    assert_eq!(code(&format!("/{}/", "a".repeat(201))), DiagnosticCode::BadRegex);
    assert!(read(&["/a/"; 8].join(" OR ")).is_ok());
    assert_eq!(code(&["/a/"; 9].join(" OR ")), DiagnosticCode::BadRegex);
    assert!(read("\"a b\"~100").is_ok());
    assert_eq!(code("\"a b\"~101"), DiagnosticCode::BadProximity);
    assert_eq!(code("\"a b\"~99999999999999999999"), DiagnosticCode::BadProximity);
    assert_eq!(code("\"a b\"~"), DiagnosticCode::BadProximity);
}

#[test]
fn a_regex_bomb_is_refused_or_harmless() {
    for bomb in [
        "/(a{1000}){1000}/",
        "/((((((((((a{10}){10}){10}){10}){10}){10}){10}){10}){10}){10}/",
        "/\\w{500}/",
        "/(?:\\p{L}{100}){100}/",
    ] {
        assert_eq!(code(bomb), DiagnosticCode::BadRegex, "{bomb}");
    }
    assert_eq!(code(&format!("/{}a{}/", "(".repeat(90), ")".repeat(90))), DiagnosticCode::BadRegex);
    let long = document(paper(&"a".repeat(100_000), &[], &"a ".repeat(100_000)));
    let start = Instant::now();
    for slow in ["/(a*)*b/", "/(a|aa)+$b/", "/(.*)(.*)(.*)x/", "/(a?){20}b/"] {
        assert!(!query(slow).matches(&long, crosslist::domain::announcement::AnnounceType::New), "{slow}");
    }
    // Backtracking would take longer than anybody lives, whatever the machine.
    assert!(start.elapsed() < Duration::from_mins(5), "{:?}", start.elapsed());
}

/// Texts in which every letter makes a new state of [`HEAVY`].
fn index_of_heavy_texts(papers: usize) -> Index {
    let mut index = Index::new();
    let letters = "thequickbrownfoxjumpsoverthelazydogandrunsaway";
    for number in 0..papers {
        let turned = [&letters[number % 40..], &letters[..number % 40]].concat();
        index.add(&document(paper("Heavy", &["A. Author"], &turned.repeat(20))));
    }
    index
}

const HEAVY: &str = "-abs:/[a-y]\\w{8}[abc].{12}q!/ -abs:/[a-z]\\w{8}[def].{12}q!/";

/// The steps that a rule takes, found by halving.
fn steps(index: &Index, rule: &str) -> usize {
    let (mut least, mut most) = (0, 1 << 40);
    let is_enough = |steps| {
        let work = Work::of(steps, &|| false);
        let as_new = |_| Some(crosslist::domain::announcement::AnnounceType::New);
        index.begin(&query(rule), None, as_new, &work).and_then(|pending| pending.finish(&work)).is_ok()
    };
    while least < most {
        let middle = usize::midpoint(least, most);
        if is_enough(middle) { most = middle } else { least = middle + 1 }
    }
    least
}

#[test]
fn a_rule_takes_steps_by_what_it_does_and_the_same_each_time() {
    let index = index_of_heavy_texts(20);
    let (heavy, plain, word) =
        (steps(&index, HEAVY), steps(&index, "abs:/quick/"), steps(&index, "abs:quick"));
    assert_eq!(steps(&index, HEAVY), heavy);
    assert!(heavy > 5 * plain && plain > 10 * word, "{heavy}, {plain}, {word}");
    // What the index can rule out is not read.
    let narrowed = steps(&index, &format!("ti:nowhere {HEAVY}"));
    assert!(narrowed < 1_000, "{narrowed}");
    let phrases: Vec<String> = (1..=40).map(|near| format!("\"a author\"~{near}")).collect();
    let (phrases, word) = (steps(&index, &phrases.join(" ")), steps(&index, "author"));
    assert!(phrases > 10 * word, "{phrases}, {word}");
}

#[test]
fn a_rule_that_takes_too_much_is_told_with_what_would_work() {
    let index = index_of_heavy_texts(20);
    let rule = query(HEAVY);
    let as_new = |_| Some(crosslist::domain::announcement::AnnounceType::New);
    let work = Work::of(100_000, &|| false);
    let pending = index.begin(&rule, None, as_new, &work).expect("the index does little");
    let refused = pending.finish(&work).expect_err("too much");
    assert_eq!(refused.steps_max, Some(100_000));
    let diagnostic = refused.diagnostic(HEAVY);
    assert_eq!(
        (diagnostic.code, diagnostic.position, diagnostic.length),
        (DiagnosticCode::TooMuchWork, 0, HEAVY.len())
    );
    assert!(diagnostic.hint.contains("cat:"), "{diagnostic}");
    let is_late = Work::of(usize::MAX, &|| true);
    let refused = index.begin(&rule, None, as_new, &is_late).and_then(|pending| pending.finish(&is_late));
    assert_eq!(refused.expect_err("late").steps_max, None);
}

#[test]
fn compiled_expressions_of_addresses_stay_within_their_bound() {
    for number in 0..200 {
        query(&format!("/\\w{{10}}x{number}/"));
    }
    let (count, bytes) = cached_programs();
    assert!(count > 10 && bytes > 1 << 20 && bytes <= PROGRAMS_BYTES_MAX, "{count}, {bytes}");
}

#[test]
fn odd_characters_are_searched_or_refused_and_nothing_else() {
    for (rule, expected) in [
        ("\0", DiagnosticCode::EmptyValue),
        ("ti:\0", DiagnosticCode::EmptyValue),
        ("&", DiagnosticCode::EmptyValue),
        ("\"\"", DiagnosticCode::EmptyValue),
        ("ti:\"\"", DiagnosticCode::EmptyValue),
        ("=", DiagnosticCode::EmptyValue),
        ("=\"\"", DiagnosticCode::EmptyValue),
        ("\"", DiagnosticCode::UnclosedQuote),
        ("\"a b", DiagnosticCode::UnclosedQuote),
        ("a \"b\" \"c", DiagnosticCode::UnclosedQuote),
        ("/", DiagnosticCode::UnclosedRegex),
        ("//", DiagnosticCode::BadRegex),
        ("/a/x", DiagnosticCode::BadRegex),
        ("/\\/", DiagnosticCode::UnclosedRegex),
        ("announced:[", DiagnosticCode::UnclosedRange),
        ("\u{202e}", DiagnosticCode::EmptyValue),
        (":", DiagnosticCode::EmptyValue),
        ("   \t\n", DiagnosticCode::EmptyQuery),
        ("*", DiagnosticCode::BadWildcard),
        ("🦀", DiagnosticCode::EmptyValue),
    ] {
        assert_eq!(code(rule), expected, "{rule:?}");
    }
    assert!(read("a\0b").is_ok());
    assert!(read("gpu\u{a0}llm").is_ok());
}

#[test]
fn long_words_and_many_words_are_searched() {
    let word = "x".repeat(900);
    let found = document(paper(&word, &[&word], &word));
    for rule in [
        word.clone(),
        format!("\"{word}\""),
        format!("={word}"),
        format!("{}*", &word[..800]),
        format!("au:{word}"),
        ["a-"; 400].concat(),
    ] {
        let matches = query(&rule).matches(&found, crosslist::domain::announcement::AnnounceType::New);
        assert_eq!(matches, !rule.starts_with("a-"), "{}", &rule[..8]);
    }
}
