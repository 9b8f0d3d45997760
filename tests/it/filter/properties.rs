//! What must hold of every rule and every paper.

use std::sync::{Arc, LazyLock};

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::paper::Paper;
use crosslist::filter::{Context, explain};
use crosslist::filter::{Dialect, DocumentId, Index, Limits, Lists, Query, TokenizedPaper, parse};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;

use super::papers::{SAMPLES, paper, query, read};

/// Words that occur, spelled in ways that fold alike or do not.
const WORDS: [&str; 22] = [
    "gpu",
    "GPUs",
    "agent",
    "multi",
    "multi-agent",
    "multiagent",
    "Multi-Agents",
    "system",
    "systems",
    "ρ",
    "rho",
    "β-decay",
    "beta",
    "decay",
    "C++",
    "news",
    "F_2",
    "𝔽₂",
    "Schrödinger",
    "the",
    "of",
    "I/O",
];

const NAMES: [&str; 12] = [
    "Adrian Del Maestro",
    "A. Del Maestro",
    "Chen Wang",
    "Wang Chen",
    "Jean-Pierre Serre",
    "J.-P. Serre",
    "Thorsten Götte",
    "Thorsten Goette",
    "John Smith Jr.",
    "Ludwig van Beethoven",
    "G\\\"otz Müller",
    "李明",
];

fn word() -> impl Strategy<Value = String> {
    select(&WORDS[..]).prop_map(str::to_owned)
}

fn text(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 0..most).prop_map(|words| words.join(" "))
}

fn any_paper() -> impl Strategy<Value = Paper> {
    let subjects = prop::collection::vec(
        select(vec!["cs.DC", "cs.LG", "hep-th", "math-ph", "math.MP", "cs.ZZ", "quant-ph"]),
        1..4,
    );
    let names = prop::collection::vec(select(&NAMES[..]), 0..4);
    (text(5), text(14), names, subjects, prop::option::of(text(4))).prop_map(
        |(title, abs, names, subjects, comments)| {
            let mut made = paper(&format!("On {title}"), &names, &abs);
            made.subjects = subjects
                .into_iter()
                .map(|id| crosslist::domain::paper::Subject {
                    id: id.into(),
                    name: "Machine Learning".into(),
                })
                .collect();
            made.comments = comments.map(|text| crosslist::domain::prose::Prose::plain(&text));
            made
        },
    )
}

fn leaf() -> impl Strategy<Value = String> {
    let field = select(vec!["", "ti:", "abs:", "tiabs:", "co:", "all:", "subj:"]);
    let plain = || {
        select(vec![
            "gpu",
            "agent",
            "multi-agent",
            "multiagent",
            "system",
            "rho",
            "β",
            "decay",
            "C++",
            "F2",
            "of",
        ])
    };
    let value = prop_oneof![
        4 => plain().prop_map(str::to_owned),
        1 => word().prop_map(|word| format!("={word}")),
        2 => (word(), word()).prop_map(|(a, b)| format!("\"{a} {b}\"")),
        1 => (word(), word(), word()).prop_map(|(a, b, c)| format!("\"{a} {b} {c}\"")),
        1 => (word(), word()).prop_map(|(a, b)| format!("=\"{a} {b}\"")),
        1 => (word(), word(), 0..6_u32).prop_map(|(a, b, n)| format!("\"{a} {b}\"~{n}")),
        1 => select(vec!["sys*", "multi-a*", "ne*", "news*", "gp*", "de*"]).prop_map(str::to_owned),
        1 => select(vec!["/GPUs?/", "/multi.agent/i", "/^On/", "/\\bof\\b/", "/𝔽/"]).prop_map(str::to_owned),
    ];
    let author = select(vec![
        "au:wang",
        "au:\"Chen Wang\"",
        "au:wang_c",
        "au:del_maestro_a",
        "au:\"Del Maestro, Adrian\"",
        "au:goette",
        "au:götte",
        "au:\"J Serre\"",
        "au:\"Jean-Pierre Serre\"",
        "au:jean-pierre",
        "au:jeanpierre",
        "au:serr*",
        "au:smith",
        "au:\"Smith, J*\"",
        "au:=Chen",
        "au:=\"Chen Wang\"",
        "au:/Wang$/",
        "au:\"van Beethoven, L\"",
        "au:\"Beethoven, Ludwig van\"",
        "au:muller",
        "au:mueller",
        "au:李明",
        "au:\"Del Maes*\"",
        "au:maestro",
    ]);
    let other = select(vec![
        "cat:cs.DC",
        "cat:cs.*",
        "cat:math",
        "primary:cs.DC,hep-th",
        "cross:math-ph",
        "cat:math.MP",
        "quant-ph",
        "type:new",
        "type:cross,replace",
        "has:comments",
        "has:code,doi",
        "id:2603.12345",
        "id:2603.12346",
        "announced:20260302",
        "announced:[20260303 TO *]",
        "announced:[* TO 2026-03-02]",
    ]);
    prop_oneof![
        5 => (field, value).prop_map(|(field, value)| format!("{field}{value}")),
        2 => author.prop_map(str::to_owned),
        2 => other.prop_map(str::to_owned),
    ]
}

fn rule() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} ANDNOT {b})")),
            inner.prop_map(|inner| format!("-{inner}")),
        ]
    })
}

fn kind() -> impl Strategy<Value = AnnounceType> {
    select(&AnnounceType::ALL[..])
}

/// An AND that can never hold is refused; every other rule here is one.
fn parsed(rule: &str) -> Option<Query> {
    read(rule).ok()
}

static DOCUMENTS: LazyLock<Vec<(&'static TokenizedPaper, AnnounceType)>> =
    LazyLock::new(|| SAMPLES.iter().map(|sample| (&sample.document, sample.announce_type)).collect());

fn verdicts(query: &Query) -> Vec<bool> {
    DOCUMENTS.iter().map(|(document, kind)| query.matches(document, *kind)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_canonical_form_reads_as_the_same_rule(rule in rule()) {
        let Some(query) = parsed(&rule) else { return Ok(()) };
        let again = read(query.canonical()).map_err(|diagnostics| TestCaseError::fail(format!("{}: {diagnostics}", query.canonical())))?;
        prop_assert_eq!(again.canonical(), query.canonical(), "{}", rule);
        prop_assert_eq!(again.normalized(), query.normalized(), "{}", rule);
        prop_assert_eq!(verdicts(&again), verdicts(&query));
    }

    #[test]
    fn boolean_algebra_holds((a, b) in (rule(), rule())) {
        let (Some(a), Some(b)) = (parsed(&a), parsed(&b)) else { return Ok(()) };
        prop_assert_eq!(a.negated().negated(), a.clone());
        prop_assert!(verdicts(&a.or(&a.negated())).iter().all(|holds| *holds));
        prop_assert!(!verdicts(&a.and(&a.negated())).iter().any(|holds| *holds));
        let (neither, not_both) = (a.or(&b).negated(), a.and(&b).negated());
        prop_assert_eq!(verdicts(&neither), verdicts(&a.negated().and(&b.negated())));
        prop_assert_eq!(verdicts(&not_both), verdicts(&a.negated().or(&b.negated())));
        prop_assert_eq!(a.and(&b), b.and(&a));
    }

    #[test]
    fn the_index_finds_what_matches_and_the_rule_set_too(
        papers in prop::collection::vec((any_paper(), kind(), 1..4_i8), 1..12),
        rules in prop::collection::vec(rule(), 1..8),
        removed in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let queries: Vec<Query> = rules.iter().filter_map(|rule| parsed(rule)).collect();
        let mut index = Index::new();
        let mut documents: Vec<(DocumentId, TokenizedPaper, AnnounceType)> = Vec::new();
        for (paper, kind, day) in papers {
            let document = TokenizedPaper::new(Arc::new(paper), date(2026, 3, day));
            documents.push((index.add(&document), document, kind));
        }
        for place in removed {
            if !documents.is_empty() {
                let (id, _, _) = documents.remove(place.index(documents.len()));
                prop_assert!(index.remove(id) && !index.remove(id));
            }
        }
        let type_of = |id| documents.iter().find(|(known, _, _)| *known == id).map(|(_, _, kind)| *kind);
        for query in &queries {
            let expected: Vec<DocumentId> =
                documents.iter().filter(|(_, document, kind)| query.matches(document, *kind)).map(|(id, _, _)| *id).collect();
            prop_assert_eq!(index.search(query, type_of), expected, "{}", query.canonical());
        }
    }

    #[test]
    fn another_paper_changes_no_verdict(first in any_paper(), second in any_paper(), rule in rule()) {
        let Some(query) = parsed(&rule) else { return Ok(()) };
        let document = |paper| TokenizedPaper::new(Arc::new(paper), date(2026, 3, 2));
        let (first, second) = (document(first), document(second));
        let found = |documents: &[&TokenizedPaper]| {
            let mut index = Index::new();
            let ids: Vec<DocumentId> = documents.iter().map(|document| index.add(document)).collect();
            index.search(&query, |_| Some(AnnounceType::New)).contains(&ids[0])
        };
        prop_assert_eq!(found(&[&first]), found(&[&first, &second]));
    }

    #[test]
    fn an_explanation_agrees_with_the_verdict(rule in rule()) {
        let Some(query) = parsed(&rule) else { return Ok(()) };
        for (document, kind) in DOCUMENTS.iter() {
            prop_assert_eq!(explain(&query, document, *kind).holds, query.matches(document, *kind));
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), is_compat in any::<bool>()) {
        check_any(&text, is_compat)?;
    }

    #[test]
    fn no_heap_of_signs_makes_the_parser_panic(
        pieces in prop::collection::vec(select(vec![
            "(", ")", "\"", "/", "~", "*", "=", "-", "!", "|", ":", ",", "[", "]", " ", "AND", "OR", "NOT", "ANDNOT", "and", "ti:",
            "au:", "cat:", "type:", "id:", "announced:", "has:", "doi:", "list:", "foo:", "gpu", "new", "cs.DC", "2602.23598", "é", "\0",
            "TO", "20260302", "\\", "_", "10.1145/x", "https://arxiv.org/abs/", "𝔽", "i", "4",
        ]), 0..24),
        is_compat in any::<bool>(),
    ) {
        check_any(&pieces.concat(), is_compat)?;
    }
}

fn check_any(text: &str, is_compat: bool) -> Result<(), TestCaseError> {
    let dialect = if is_compat { Dialect::Compat } else { Dialect::Native };
    match parse(text, &Limits::URL, &Context { lists: &Lists::default(), dialect }) {
        Ok(query) => {
            verdicts(&query);
            let again = parse(
                query.canonical(),
                &Limits::CONFIG,
                &Context { lists: &Lists::default(), dialect: Dialect::Native },
            );
            // What arXiv's reading accepts may be an AND that ours refuses.
            match again {
                Ok(again) => prop_assert_eq!(again.canonical(), query.canonical(), "{:?}", text),
                Err(diagnostics) => {
                    prop_assert!(is_compat, "{:?} gives {:?}: {}", text, query.canonical(), diagnostics);
                }
            }
        }
        Err(diagnostics) => {
            let length = text.chars().count();
            prop_assert!(!diagnostics.as_slice().is_empty());
            for diagnostic in diagnostics.as_slice() {
                prop_assert!(
                    diagnostic.position + diagnostic.length <= length,
                    "{:?}: {:?}",
                    text,
                    diagnostic
                );
                prop_assert!(diagnostic.with_caret(text).contains('^'));
            }
        }
    }
    Ok(())
}

#[test]
fn rules_of_one_meaning_share_their_canonical_form() {
    for (canonical, rules) in [
        ("gpu", &["GPU", "GPUs", "all:gpu", "(gpu)", "NOT NOT gpu", "gpu gpu"][..]),
        ("ti:gpu ti:llm", &["ti:(LLM GPU)", "ti:llm AND ti:gpu", "title:GPUs TITLE:llm"]),
        (
            "type:cross,new",
            &["type:new,cross", "type:new OR type:cross", "type:(cross OR new)", "type:NEW,cross,new"],
        ),
        ("cat:cs.*", &["cat:cs", "cs.*", "CS.*", "cat:CS"]),
        ("cat:hep-ex,hep-lat,hep-ph,hep-th", &["cat:hep", "cat:hep.*", "cat:hep-*"]),
        ("cat:cs.*", &["grp_cs", "cat:grp_cs"]),
        ("cat:math-ph", &["math.MP", "cat:MATH-PH", "math-ph.*"]),
        (
            "id:2602.23598",
            &["2602.23598v2", "https://arxiv.org/pdf/2602.23598v1.pdf", "arXiv:2602.23598", "id:2602.23598"],
        ),
        ("announced:2026-03-02", &["date:20260302", "announced:[2026-03-02 TO 20260302]"]),
        ("au:\"del maestro, a\"", &["au:del_maestro_a", "au:\"Del Maestro, A.\"", "author:DEL_MAESTRO_A"]),
        ("a OR b OR c", &["c OR (b OR a)", "a | b | c", "(a OR b) OR c"]),
        ("a (b OR c) -d", &["(c OR b) AND a ANDNOT d", "a -d (b|c)"]),
        ("/x/im", &["/x/mi", "/x/imi"]),
    ] {
        for rule in rules {
            assert_eq!(query(rule).canonical(), canonical, "{rule}");
        }
    }
}
