//! The 19 papers of a real page and the four made-up ones of `extra.json`, as documents with their types.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::arxiv_id::ArxivId;
use crosslist::domain::paper::{Authors, Paper, Subject};
use crosslist::domain::prose::Prose;
use crosslist::domain::taxonomy::SubjectId;
use crosslist::filter::{Context, Dialect, Limits, Lists, Query, RuleDiagnostics, TokenizedPaper};
use crosslist::parse;
use jiff::civil::{Date, date};
use serde_json::Value;

const PAGE: &[u8] = include_bytes!("../../../demo/cs.DC-new-2026-03-02.html");
const EXTRA: &str = include_str!("../../fixtures/filter/extra.json");

pub(crate) struct Sample {
    /// As the vectors have it: an arXiv identifier, or X1 to X3.
    pub id: String,
    pub document: TokenizedPaper,
    pub announce_type: AnnounceType,
}

pub(crate) static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let listing = parse::listing(PAGE, None).expect("the page is a listing");
    let subject = SubjectId::parse("cs.DC").expect("a subject");
    let announced = parse::announcements(vec![listing], subject);
    let mut samples: Vec<Sample> = announced[0]
        .entries
        .iter()
        .map(|entry| Sample {
            id: entry.paper.id.to_string(),
            document: TokenizedPaper::new(Arc::clone(&entry.paper), announced[0].date),
            announce_type: entry.announce_type,
        })
        .collect();
    let extra: Vec<Value> = serde_json::from_str(EXTRA).expect("valid JSON");
    samples.extend(extra.iter().map(made_up));
    samples
});

fn made_up(value: &Value) -> Sample {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let list = |key: &str| -> Vec<String> {
        let items = value[key].as_array().into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let id = text("id");
    // X1 to X3 are no identifiers of arXiv's; these stand in.
    let arxiv_id = id.strip_prefix('X').map_or(id.clone(), |number| format!("2603.9000{number}"));
    let links = list("links");
    let day: Date = Date::strptime("%Y%m%d", text("announced")).expect("a date");
    let prose = |key: &str| Some(Prose::plain(&text(key))).filter(|prose| !prose.is_empty());
    let subjects = list("cats")
        .into_iter()
        .map(|id| Subject { name: SubjectId::parse(&id).expect("a subject").name().into(), id: id.into() });
    let paper = Paper {
        id: ArxivId::parse(&arxiv_id).expect("an identifier").0,
        title: text("ti"),
        authors: Authors { names: list("au"), et_al: false },
        comments: prose("co"),
        journal_ref: Some(text("jr")).filter(|text| !text.is_empty()),
        subjects: subjects.collect(),
        abstract_text: prose("abs"),
        html_url: links
            .iter()
            .any(|link| link == "html")
            .then(|| format!("https://arxiv.org/html/{arxiv_id}v1")),
        version: None,
    };
    let announce_type = text("type").parse().expect("a type");
    Sample { id, document: TokenizedPaper::new(Arc::new(paper), day), announce_type }
}

/// A paper of which only some things matter.
pub(crate) fn paper(title: &str, authors: &[&str], abstract_text: &str) -> Paper {
    Paper {
        id: ArxivId::parse("2603.12345").expect("an identifier").0,
        title: title.to_owned(),
        authors: Authors { names: authors.iter().map(|name| (*name).to_owned()).collect(), et_al: false },
        comments: None,
        journal_ref: None,
        subjects: vec![Subject {
            id: "cs.DC".into(),
            name: "Distributed, Parallel, and Cluster Computing".into(),
        }],
        abstract_text: Some(Prose::plain(abstract_text)),
        html_url: None,
        version: None,
    }
}

pub(crate) fn document(paper: Paper) -> TokenizedPaper {
    TokenizedPaper::new(Arc::new(paper), date(2026, 3, 2))
}

pub(crate) fn read(rule: &str) -> Result<Query, RuleDiagnostics> {
    read_as(rule, Dialect::Native)
}

pub(crate) fn read_as(rule: &str, dialect: Dialect) -> Result<Query, RuleDiagnostics> {
    crosslist::filter::parse(rule, &Limits::URL, &Context { lists: &Lists::default(), dialect })
}

pub(crate) fn query(rule: &str) -> Query {
    read(rule).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.with_carets(rule)))
}

/// The ids of the samples that match.
pub(crate) fn ids(query: &Query) -> Vec<&'static str> {
    let matching = SAMPLES.iter().filter(|sample| query.matches(&sample.document, sample.announce_type));
    matching.map(|sample| sample.id.as_str()).collect()
}

/// Where each sample stands in their order.
pub(crate) fn order() -> HashMap<&'static str, usize> {
    SAMPLES.iter().enumerate().map(|(place, sample)| (sample.id.as_str(), place)).collect()
}
