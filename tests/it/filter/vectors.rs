//! The examples that the definition comes with.

use crosslist::domain::announcement::AnnounceType;
use crosslist::filter::{DiagnosticCode, Dialect, DocumentId, Index};
use serde_json::Value;

use super::papers::{SAMPLES, ids, order, query, read, read_as};

const CASES: &str = include_str!("../../fixtures/filter/filter-cases.json");

fn sorted(mut ids: Vec<&str>) -> Vec<&str> {
    let order = order();
    ids.sort_by_key(|id| order.get(id));
    ids
}

fn index() -> Index {
    let mut index = Index::new();
    SAMPLES.iter().for_each(|sample| {
        index.add(&sample.document);
    });
    index
}

fn type_of(index: &Index) -> impl Fn(DocumentId) -> Option<AnnounceType> {
    let ids: Vec<DocumentId> = index.documents().map(|(id, _, _)| id).collect();
    move |id| ids.iter().position(|known| *known == id).map(|place| SAMPLES[place].announce_type)
}

#[test]
fn every_vector_holds_paper_by_paper_and_in_the_index() {
    let cases: Vec<Value> = serde_json::from_str(CASES).expect("valid JSON");
    assert!(cases.len() == 57 && SAMPLES.len() == 23);
    let index = index();
    let mut wrong = Vec::new();
    for case in &cases {
        let rule = case["q"].as_str().expect("a rule");
        let dialect = if case["compat"] == true { Dialect::Compat } else { Dialect::Native };
        let found = read_as(rule, dialect);
        match (&case["ids"], &found) {
            (Value::Array(expected), Ok(query)) => {
                let expected = sorted(expected.iter().filter_map(Value::as_str).collect());
                let by_paper = ids(query);
                let by_index = index.search(query, type_of(&index));
                let by_index: Vec<&str> = by_index
                    .iter()
                    .map(|id| index.documents().position(|(known, _, _)| known == *id).expect("there"))
                    .map(|place| SAMPLES[place].id.as_str())
                    .collect();
                if by_paper != expected || by_index != expected {
                    wrong.push(format!(
                        "{rule}\n  expected {expected:?}\n  paper    {by_paper:?}\n  index    {by_index:?}"
                    ));
                }
            }
            (Value::Null, Err(diagnostics)) => {
                let position = case["pos"].as_u64().map(|position| usize::try_from(position).expect("small"));
                if Some(diagnostics.as_slice()[0].position) != position {
                    wrong.push(format!("{rule}\n  expected a diagnostic at {position:?}, not {diagnostics}"));
                }
            }
            (_, Ok(query)) => {
                wrong.push(format!("{rule}\n  expected a diagnostic, not {}", query.canonical()));
            }
            (_, Err(diagnostics)) => wrong.push(format!("{rule}\n  {}", diagnostics.with_carets(rule))),
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The table of the definition, where it says more than the vectors: how many papers, and which.
#[test]
fn the_table_of_examples_holds() {
    for (rule, count) in [
        ("GAN", 1),
        ("organ", 1),
        ("=GAN", 1),
        ("ti:GPU", 2),
        ("Gasieniec", 2),
        ("au:gasieniec", 1),
        ("au:goette", 1),
        ("Schrödinger", 1),
        ("ti:F_2", 1),
        ("𝔽₂", 2),
        ("\"O(n log n)\"", 1),
        ("federated learning", 1),
        ("ti:quantum computing", 1),
        ("ti:(quantum computing)", 1),
        ("schedul*", 5),
        (r"ti:/\bI\/?O/", 1),
        ("\"load balanced\"~4", 1),
        ("multi-agent", 2),
        ("C++", 1),
        ("au:del_maestro_a", 2),
        ("au:\"Del Maestro, Adrian\"", 2),
        ("primary:cs.DC type:new", 7),
        ("cat:cs.DC -primary:cs.DC", 8),
        ("primary:astro-ph.*", 1),
        ("cat:math.MP", 1),
        ("-cs.LG type:new", 7),
        ("type:new,cross -cat:cs.LG -cat:cs.AI", 9),
        ("ti:GPU OR ti:LLM AND type:new", 2),
        ("(ti:GPU OR ti:LLM) AND type:new", 1),
        ("ti:GPU ANDNOT type:replace AND cat:cs.LG", 1),
        ("-(LLM OR \"large language model\") primary:cs.DC", 10),
        ("subj:\"Computation and Language\"", 1),
        ("ti:learning", 2),
        ("announced:[20260303 TO *]", 3),
        ("https://arxiv.org/abs/2602.23598", 1),
    ] {
        let found = ids(&query(rule));
        assert_eq!(found.len(), count, "{rule}: {found:?}");
    }
}

#[test]
fn the_mistakes_of_the_table_are_told_at_their_place() {
    for (rule, position, code, message) in [
        (
            "*scheduling",
            0,
            DiagnosticCode::BadWildcard,
            "* is allowed at the end of a word only; use /regex/ for more",
        ),
        (
            "cat:cs.DK",
            4,
            DiagnosticCode::UnknownCategory,
            "unknown category 'cs.DK' (near: cs.DB, cs.DC, cs.DL, cs.DM, cs.DS)",
        ),
        (
            "type:(new cross)",
            10,
            DiagnosticCode::Impossible,
            "a paper has one type, so cross AND new never matches; write type:cross,new",
        ),
        (
            "gpu or fpga",
            4,
            DiagnosticCode::LowercaseOperator,
            "operators are uppercase: write OR, or \"or\" in quotes for the word",
        ),
        (
            "submittedDate:[202603010000 TO 202603022359]",
            0,
            DiagnosticCode::UnsupportedField,
            "submittedDate: listing pages carry no submission date; use announced:[…]",
        ),
        ("gpu AND", 7, DiagnosticCode::TermExpected, "query ends where a term was expected"),
        ("ti:", 3, DiagnosticCode::EmptyValue, "ti: needs a value"),
        ("ti: gpu", 3, DiagnosticCode::SpaceAfterColon, "no space after ti:"),
        ("", 0, DiagnosticCode::EmptyQuery, "empty query"),
    ] {
        let diagnostics = read(rule).expect_err(rule);
        let [diagnostic] = diagnostics.as_slice() else { panic!("{rule}: {diagnostics}") };
        assert_eq!((diagnostic.position, diagnostic.code), (position, code), "{rule}");
        assert_eq!(diagnostic.to_string(), message, "{rule}");
    }
}
