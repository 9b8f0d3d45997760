//! The time to render two thousand entries in each format.
//!
//! Run with `cargo bench --bench render`; each sample is a whole feed, and the rate counts its entries.

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::arxiv_id::ArxivId;
use crosslist::domain::feed::{Feed, FeedEntry, FeedUrl};
use crosslist::domain::paper::{Authors, Paper, Subject};
use crosslist::domain::presentation::{Choice, Profile, TextMode};
use crosslist::domain::prose::{Prose, Span};
use crosslist::{render, text};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use jiff::{Timestamp, ToSpan};

/// The most that a feed holds.
const ENTRIES: u32 = 2_000;

/// As the page has it is what the others are compared with.
const MODES: [&str; 3] = ["tex", "unicode", "mathml"];

/// An abstract of the usual length, about 1,300 characters, with what needs escaping.
const ABSTRACT: &str = "With the increasing importance of distributed scientific workflows, there is a critical need \
    to ensure Quality of Service (QoS) constraints, such as minimizing time or limiting execution to resource subsets. \
    However, the unpredictable nature of workflow behavior, even with similar configurations, makes it difficult to \
    provide QoS guarantees: for n > 10^4 & p < 0.05 the variance of $O(n \\log n)$ runs is at least 27.38%. For \
    effective reasoning about QoS scheduling, we introduce QoSFlow, a performance modeling method that partitions a \
    workflow's execution configuration space into regions with similar behavior. Each region groups configurations \
    with comparable execution times according to a given \"statistical sensitivity\", enabling efficient QoS-driven \
    scheduling through analytical reasoning rather than exhaustive testing. Evaluation on three diverse workflows \
    shows that QoSFlow's execution recommendations outperform the best-performing standard heuristic by 27.38%. \
    Empirical validation confirms that QoSFlow's recommended configurations consistently match measured execution \
    outcomes across different QoS constraints, and that the approach of Poincaré and Müller – known since 1904 – \
    carries over to the distributed case without a loss in accuracy, in memory or in time. Code: ";

fn main() {
    divan::main();
}

#[divan::bench]
fn rss(bencher: Bencher<'_, '_>) {
    measure(bencher, render::rss);
}

#[divan::bench]
fn atom(bencher: Bencher<'_, '_>) {
    measure(bencher, render::atom);
}

#[divan::bench]
fn json(bencher: Bencher<'_, '_>) {
    measure(bencher, render::json);
}

#[divan::bench(args = MODES)]
fn item_html(bencher: Bencher<'_, '_>, mode: &str) {
    let mode = mode_named(mode);
    let papers: Vec<Paper> = (0..ENTRIES).map(paper).collect();
    bencher.counter(ItemsCount::new(ENTRIES)).bench(|| {
        papers.iter().map(|paper| text::item_html(paper, AnnounceType::New, None, mode).len()).sum::<usize>()
    });
}

#[divan::bench(args = MODES)]
fn summary(bencher: Bencher<'_, '_>, mode: &str) {
    let mode = mode_named(mode);
    let papers: Vec<Paper> = (0..ENTRIES).map(paper).collect();
    bencher.counter(ItemsCount::new(ENTRIES)).bench(|| {
        papers.iter().map(|paper| text::summary(paper, AnnounceType::New, None, mode).len()).sum::<usize>()
    });
}

fn mode_named(name: &str) -> TextMode {
    TextMode::named(name).expect("a mode")
}

fn measure(bencher: Bencher<'_, '_>, write: fn(&Feed) -> String) {
    let feed = feed();
    bencher
        .counter(ItemsCount::new(ENTRIES))
        .counter(BytesCount::new(write(&feed).len()))
        .bench(|| write(divan::black_box(&feed)));
}

fn feed() -> Feed {
    let newest: Timestamp = "2026-03-02T01:00:00Z".parse().expect("a time");
    Feed {
        title: "arXiv cs.DC".to_owned(),
        description: "What arXiv announced in Distributed, Parallel, and Cluster Computing".to_owned(),
        page_url: "http://localhost:8080/subjects/cs.DC".to_owned(),
        base_url: FeedUrl { stem: "http://localhost:8080/subjects/cs.DC".to_owned(), query: String::new() },
        id: "http://localhost:8080/subjects/cs.DC".to_owned(),
        hub_url: None,
        icon_url: "http://localhost:8080/favicon.ico".to_owned(),
        profile: Profile::Reader,
        updated: newest,
        entries: (0..ENTRIES)
            .map(|number| entry(paper(number), newest - i64::from(number).seconds()))
            .collect(),
    }
}

fn entry(paper: Paper, published: Timestamp) -> FeedEntry {
    FeedEntry {
        id: paper.id.abstract_url(),
        url: paper.id.abstract_url(),
        published,
        summary: text::summary(&paper, AnnounceType::New, None, TextMode::default()),
        content_html: text::item_html(&paper, AnnounceType::New, None, TextMode::default()).into(),
        announce_type: Some(AnnounceType::New),
        comments: paper.comments.as_ref().map(Prose::to_plain_text),
        pdf_url: paper.id.pdf_url(),
        title: paper.title,
        authors: paper.authors.names,
        subjects: paper.subjects,
        journal_ref: paper.journal_ref,
        html_url: paper.html_url,
        is_pdf_enclosed: false,
    }
}

fn paper(number: u32) -> Paper {
    let id = format!("2602.{:05}", 20_000 + number);
    let subject = |id: &str, name: &str| Subject { id: id.into(), name: name.into() };
    Paper {
        title: format!(
            "QoSFlow {number}: Ensuring Service Quality of Distributed Workflows & Sensitivity < 1"
        ),
        authors: Authors {
            names: (0..5).map(|author| format!("Author{author} B. Müller-{number}")).collect(),
            et_al: false,
        },
        comments: Some(Prose::plain("12 pages, 3 figures; accepted at SC'26")),
        journal_ref: None,
        subjects: vec![
            subject("cs.DC", "Distributed, Parallel, and Cluster Computing"),
            subject("cs.PF", "Performance"),
        ],
        abstract_text: Some(Prose {
            paragraphs: vec![vec![
                Span::Text(ABSTRACT.to_owned()),
                Span::Link { href: "https://example.org/code".to_owned(), text: "this https URL".to_owned() },
            ]],
        }),
        html_url: Some(format!("https://arxiv.org/html/{id}v1")),
        version: Some(1),
        id: ArxivId::parse(&id).expect("an id").0,
    }
}
