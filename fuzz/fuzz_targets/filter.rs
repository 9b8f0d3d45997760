//! Does any text as a rule make the parser or the matcher fail? `cargo fuzz run filter`.

#![no_main]

use std::sync::{Arc, LazyLock};

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::arxiv_id::ArxivId;
use crosslist::domain::paper::{Authors, Paper, Subject};
use crosslist::domain::prose::Prose;
use crosslist::filter::{Context, Document, Index, Limits, Lists, Mode, explain, parse};
use libfuzzer_sys::fuzz_target;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| document("On multi-agent GPUs, C++ and $\\mathbb{F}_2$"));

fn document(text: &str) -> Document {
    let paper = Paper {
        id: ArxivId::parse("2602.23598").expect("an identifier").0,
        title: text.chars().take(200).collect(),
        authors: Authors { names: vec!["Adrian Del Maestro".to_owned(), "Thorsten Götte".to_owned()], et_al: false },
        comments: Some(Prose::plain("12 pages, https://doi.org/10.1145/3292500")),
        journal_ref: None,
        subjects: vec![Subject { id: "cs.DC".into(), name: "Distributed Computing".into() }],
        abstract_text: Some(Prose::plain(text)),
        html_url: None,
        version: None,
    };
    Document::new(Arc::new(paper), jiff::civil::date(2026, 3, 2))
}

// The rule, and after a line end the text of a paper.
fuzz_target!(|input: &str| {
    let (rule, text) = input.split_once('\n').unwrap_or((input, ""));
    for mode in [Mode::Native, Mode::Compat] {
        let context = Context { lists: &Lists::default(), mode };
        match parse(rule, &Limits::URL, &context) {
            Ok(query) => {
                let own = document(text);
                let mut index = Index::new();
                for paper in [&*DOCUMENT, &own] {
                    let id = index.add(paper);
                    let holds = query.matches(paper, AnnounceType::New);
                    assert_eq!(index.search(&query, |_| Some(AnnounceType::New)).contains(&id), holds);
                    assert_eq!(explain(&query, paper, AnnounceType::New).holds, holds);
                }
                if mode == Mode::Native {
                    let again = parse(query.canonical(), &Limits::CONFIG, &context).expect("the canonical form is a rule");
                    assert_eq!(again.canonical(), query.canonical());
                }
            }
            Err(mistakes) => {
                let length = rule.chars().count();
                for mistake in mistakes.as_slice() {
                    assert!(mistake.position + mistake.length <= length);
                    mistake.with_caret(rule);
                }
            }
        }
    }
});
