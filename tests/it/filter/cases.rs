//! Rules as people write them find the papers of small pages in arXiv's markup, one page for each kind of writing.
//!
//! `cases.tsv` has a page, a rule, and the items that it finds by their place on the page; `refused` is a diagnostic.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use crosslist::domain::taxonomy::SubjectId;
use crosslist::filter::{DocumentId, Index, TokenizedPaper};
use crosslist::parse;

use super::papers::read;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cases");

fn papers(page: &str) -> Vec<(TokenizedPaper, crosslist::domain::announcement::AnnounceType)> {
    let page = fs::read(format!("{FOLDER}/{page}")).expect("the page is there");
    let listing = parse::listing(&page, None).expect("a listing");
    let announced = parse::announcements(vec![listing], SubjectId::parse("cs.DC").expect("a subject"));
    let entries = announced.iter().flat_map(|day| day.entries.iter().map(|entry| (day.date, entry)));
    entries
        .map(|(day, entry)| (TokenizedPaper::new(Arc::clone(&entry.paper), day), entry.announce_type))
        .collect()
}

#[test]
fn every_rule_finds_its_items_with_and_without_the_index() {
    let cases = fs::read_to_string(format!("{FOLDER}/cases.tsv")).expect("the cases are there");
    let mut pages = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases.lines().skip(1) {
        let fields: Vec<&str> = case.split('\t').collect();
        let [page, rule, wanted] = fields[..] else { panic!("three fields: {case}") };
        let papers = pages.entry(page).or_insert_with(|| papers(page));
        let Ok(query) = read(rule) else {
            wrong.extend((!wanted.starts_with("refused")).then(|| format!("{case}: refused")));
            continue;
        };
        let places: Vec<String> = (1..)
            .zip(papers.iter())
            .filter(|(_, (paper, kind))| query.matches(paper, *kind))
            .map(|(place, _)| place.to_string())
            .collect();
        let mut index = Index::new();
        let ids: Vec<DocumentId> = papers.iter().map(|(paper, _)| index.add(paper)).collect();
        let searched = index.search(&query, |id| ids.iter().position(|own| *own == id).map(|n| papers[n].1));
        let by_index: Vec<String> = (1..)
            .zip(&ids)
            .filter(|(_, id)| searched.contains(id))
            .map(|(place, _)| place.to_string())
            .collect();
        assert_eq!(by_index, places, "{case}");
        wrong.extend((places.join(" ") != wanted).then(|| format!("{case}: {}", places.join(" "))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
