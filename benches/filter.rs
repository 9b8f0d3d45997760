//! Times of parsing, folding and searching over the window of all of arXiv.
//!
//! Run with `cargo bench --bench filter`. The papers are made of the words and names of the week in `demo/`, shuffled
//! in the same way every time; one word in fifty gets a number behind it, which makes about 100,000 different words, as
//! many as 25,000 abstracts have going by the growth seen over 2,000 of cs (22,847 words in 358,330, Heaps' exponent 0.54).

use std::fs;
use std::sync::{Arc, LazyLock};

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::arxiv_id::ArxivId;
use crosslist::domain::paper::{Authors, Paper, Subject};
use crosslist::domain::prose::Prose;
use crosslist::domain::taxonomy::SubjectId;
use crosslist::filter::{self, Context, Dialect, DocumentId, Index, Limits, Lists, Query, TokenizedPaper};
use crosslist::parse;
use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::civil::date;

/// Fourteen days of all subjects.
const WINDOW_PAPERS: usize = 25_000;

/// A day of all subjects.
const DAY_PAPERS: usize = 1_500;

const PAGES: [&str; 3] =
    ["cs.DC-new-2026-03-02.html", "cs.DC-new-2026-03-03.html", "cs.DC-new-2026-03-06.html"];

#[allow(clippy::print_stdout)] // A benchmark reports.
fn main() {
    let window = &*WINDOW;
    let text: usize = window.papers.iter().map(|paper| text_bytes(paper)).sum();
    eprintln!(
        "{} papers, {} KiB of text, {} KiB of index",
        window.index.len(),
        text / 1_024,
        window.index.memory_bytes() / 1_024
    );
    divan::main();
}

struct Window {
    papers: Vec<Arc<Paper>>,
    index: Index,
}

static WINDOW: LazyLock<Window> = LazyLock::new(|| {
    let papers = papers(WINDOW_PAPERS, 1);
    let mut index = Index::new();
    for paper in &papers {
        index.add(&TokenizedPaper::new(Arc::clone(paper), date(2026, 3, 2)));
    }
    Window { papers, index }
});

static SOURCES: LazyLock<Vec<Arc<Paper>>> = LazyLock::new(|| {
    let subject = SubjectId::parse("cs.DC").expect("a subject");
    let read = |name: &&str| {
        let page =
            fs::read(format!("{}/demo/{name}", env!("CARGO_MANIFEST_DIR"))).expect("the page is there");
        let listing = parse::listing(&page, None).expect("a listing");
        parse::announcements(vec![listing], subject)
    };
    let announcements = PAGES.iter().flat_map(read);
    announcements.flat_map(|announcement| announcement.entries).map(|entry| entry.paper).collect()
});

fn papers(count: usize, seed: u64) -> Vec<Arc<Paper>> {
    let words: Vec<String> = SOURCES
        .iter()
        .filter_map(|paper| paper.abstract_text.as_ref())
        .flat_map(|prose| prose.to_plain_text().split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let names: Vec<&str> = SOURCES
        .iter()
        .flat_map(|paper| &paper.authors.names)
        .filter_map(|name| name.split_once(' '))
        .map(|(given, _)| given)
        .collect();
    let surnames: Vec<&str> = SOURCES
        .iter()
        .flat_map(|paper| &paper.authors.names)
        .filter_map(|name| name.split_once(' '))
        .map(|(_, surname)| surname)
        .collect();
    let subjects: Vec<SubjectId> =
        SubjectId::all().filter(|subject| !subject.is_archive_of_several()).collect();
    let mut chance = Chance(seed);
    (0..count)
        .map(|number| {
            let title = chance.text(&words, 10);
            let mut own: Vec<Subject> = (0..=chance.below(3))
                .map(|_| subjects[chance.below(subjects.len())])
                .map(|subject| Subject { id: subject.as_str().into(), name: subject.name().into() })
                .collect();
            own.dedup();
            let authors: Vec<String> = (0..=chance.below(7))
                .map(|_| {
                    format!("{} {}", names[chance.below(names.len())], surnames[chance.below(surnames.len())])
                })
                .collect();
            let has_code = chance.below(6) == 0;
            let mut text = chance.text(&words, 170);
            if has_code {
                text.push_str(" Code: https://github.com/x/y");
            }
            Arc::new(Paper {
                id: ArxivId::parse(&format!("2603.{number:05}")).expect("an identifier").0,
                title,
                authors: Authors { names: authors, et_al: false },
                comments: (chance.below(2) == 0)
                    .then(|| Prose::plain("12 pages, 5 figures, accepted at IPDPS 2026")),
                journal_ref: None,
                subjects: own,
                abstract_text: Some(Prose::plain(&text)),
                html_url: None,
                version: None,
            })
        })
        .collect()
}

/// A simple generator, so that every run has the same papers (constants of Knuth's MMIX).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    /// Runs of three words as they stand in an abstract, so that phrases occur.
    fn text(&mut self, words: &[String], count: usize) -> String {
        let mut text = String::new();
        for _ in 0..=count / 3 {
            let start = self.below(words.len() - 3);
            for word in &words[start..start + 3] {
                text.push_str(word);
                if self.below(50) == 0 {
                    text.push_str(&self.below(40_000).to_string());
                }
                text.push(' ');
            }
        }
        text
    }
}

fn text_bytes(paper: &Paper) -> usize {
    let prose = |prose: &Option<Prose>| prose.as_ref().map_or(0, |prose| prose.to_plain_text().len());
    paper.title.len()
        + prose(&paper.abstract_text)
        + prose(&paper.comments)
        + paper.authors.names.iter().map(String::len).sum::<usize>()
        + paper.subjects.iter().map(|subject| subject.name.len()).sum::<usize>()
}

fn query(rule: &str) -> Query {
    let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
    filter::parse(rule, &Limits::CONFIG, &context).expect("a rule")
}

#[allow(clippy::unnecessary_wraps)] // The shape that `search` asks for.
fn as_new(_: DocumentId) -> Option<AnnounceType> {
    Some(AnnounceType::New)
}

#[divan::bench(args = [
    "GPU scheduling",
    "\"distributed training\"",
    "\"of the system\"",
    "\"large language model\"~3",
    "multi-agent",
    "au:\"Chen Wang\"",
    "au:wang_c",
    "au:rashid",
    "schedul* -GPU -cat:cs.AI",
    "GPU -\"large language model\" type:new",
    "primary:cs.* has:code =GPUs",
    "cat:cs.DC ti:/sched.l/i",
    "/GPUs? (memory|clusters)/",
    "/llm|large language/i",
    r"/\bI\/?O\b/",
    r"/\w+tion of \w+s\b/",
    r"/(?:\w+\s){12}zz/",
    r"/(?i)[^a]{0,9}(?:x|.y){20}z/",
])]
fn search(bencher: Bencher<'_, '_>, rule: &str) {
    let index = &WINDOW.index;
    let query = query(rule);
    bencher.bench(|| index.search(&query, as_new));
}

#[divan::bench]
fn parse_a_rule(bencher: Bencher<'_, '_>) {
    bencher.bench(|| query("(ti:GPU OR ti:LLM) AND type:new -cat:cs.AI au:\"Del Maestro, Adrian\""));
}

#[divan::bench(sample_count = 10)]
fn fold_a_day(bencher: Bencher<'_, '_>) {
    let papers = papers(DAY_PAPERS, 3);
    bencher.counter(ItemsCount::new(DAY_PAPERS)).bench(|| {
        let mut index = Index::new();
        for paper in &papers {
            index.add(&TokenizedPaper::new(Arc::clone(paper), date(2026, 3, 4)));
        }
        index
    });
}
