//! arXiv's own feed of the same morning says the same of the same papers, as far as the two can be compared.
//!
//! The feed holds raw TeX and stored categories; the page has accents converted and aliases folded.

use std::collections::BTreeSet;
use std::path::Path;

use crosslist::domain::announcement::ListingEntry;
use crosslist::domain::prose::Prose;

use super::{entries, listing_of};

fn official() -> rss::Channel {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/official/cs.DC.rss");
    rss::Channel::read_from(&std::fs::read(path).expect("the feed")[..]).expect("RSS")
}

fn announce_type(item: &rss::Item) -> &str {
    item.extensions()["arxiv"]["announce_type"][0].value().expect("a type")
}

/// The first words of a text without TeX: what both spellings have in common.
fn plain_words(text: &str) -> Vec<String> {
    let words = text.split_whitespace().take_while(|word| !word.contains(['\\', '$', '{', '~']));
    words.take(20).map(str::to_owned).collect()
}

fn check(item: &rss::Item, entry: &ListingEntry) {
    let paper = &entry.paper;
    let id = paper.id.as_str();
    assert_eq!(item.link(), Some(paper.id.abstract_url().as_str()));
    assert_eq!(announce_type(item), entry.announce_type.as_str(), "{id}");
    assert_eq!(item.title(), Some(paper.title.as_str()), "{id}");
    let creators = &item.dublin_core_ext().expect("creators").creators()[0];
    assert_eq!(creators.split(", ").count(), paper.authors.names.len(), "{id}: {creators}");
    let categories: BTreeSet<&str> = item.categories().iter().map(rss::Category::name).collect();
    let subjects: BTreeSet<&str> = paper.subjects.iter().map(|subject| &*subject.id).collect();
    assert_eq!(categories, subjects, "{id}");
    assert_eq!(item.categories()[0].name(), &*paper.primary().id, "{id}");
    let (head, text) =
        item.description().expect("a description").split_once("\nAbstract: ").expect("an abstract");
    let page = paper.abstract_text.as_ref().map(Prose::to_plain_text).expect("an abstract");
    assert!(
        page.split_whitespace().map(str::to_owned).collect::<Vec<_>>().starts_with(&plain_words(text)),
        "{id}"
    );
    if let Some(version) = paper.version {
        assert!(head.starts_with(&format!("arXiv:{id}v{version} ")), "{head}");
    }
}

#[test]
fn the_official_feed_holds_the_same_papers_in_the_same_order() {
    let (channel, listing) = (official(), listing_of("cs.DC-new-2026-03-02.html"));
    let entries = entries(&listing);
    assert_eq!(channel.items().len(), entries.len());
    for (item, entry) in channel.items().iter().zip(entries) {
        check(item, entry);
    }
}
