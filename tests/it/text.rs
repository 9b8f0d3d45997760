//! How real titles, names and abstracts read, and what becomes of them as HTML.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use ammonia::{Builder, UrlRelative};
use crosslist::domain::announcement::{AnnounceType, ListingEntry};
use crosslist::domain::paper::{Authors, Paper};
use crosslist::domain::presentation::{Choice, TextMode};
use crosslist::domain::prose::{Prose, Span};
use crosslist::parse;
use crosslist::text::{self, tex};

/// Real texts and how they read.
const REAL: &str = include_str!("../fixtures/tex-cases.tsv");
/// Texts made for what the real ones happen not to have.
const MADE: &str = include_str!("../fixtures/tex-made.tsv");

/// What a reader would find in a text that was not read: signs of TeX, but not a sum of money or a power.
const RESIDUE: [char; 5] = ['\\', '{', '}', '^', '$'];

fn cases(table: &'static str) -> Vec<(&'static str, &'static str)> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let (_, texts) = row.split_once('\t').expect("three columns");
        texts.split_once('\t').expect("three columns")
    })
    .collect()
}

/// Every paper of the pages that are listings, once.
fn papers() -> Vec<ListingEntry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pages");
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for entry in std::fs::read_dir(folder).expect("the pages") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let page = std::fs::read(&path).expect("a page");
        let Ok(listing) = parse::listing(&page, Some("utf-8")) else { continue };
        let entries = listing.sections.into_iter().flat_map(|section| section.entries);
        found.extend(entries.filter(|entry| seen.insert(entry.paper.clone())));
    }
    assert!(found.len() > 400, "{} papers", found.len());
    found
}

#[test]
fn real_texts_read_as_they_were_judged_by_eye() {
    let cases = cases(REAL);
    assert!(cases.len() >= 150);
    for (text, reading) in cases {
        assert_eq!(tex::to_unicode(text), reading, "{text}");
    }
}

#[test]
fn texts_of_other_fields_read_as_they_were_judged_by_eye() {
    for (text, reading) in cases(MADE) {
        assert_eq!(tex::to_unicode(text), reading, "{text}");
    }
}

#[test]
fn hardly_anything_of_tex_is_left_in_real_texts() {
    let papers = papers();
    let with = |mode: TextMode| {
        let has_residue = |entry: &&ListingEntry| {
            let summary = text::summary(&entry.paper, entry.announce_type, None, mode);
            text::title(&entry.paper, mode).contains(RESIDUE) || summary.contains(RESIDUE)
        };
        papers.iter().filter(has_residue).count()
    };
    let (before, after) = (with(TextMode::Tex), with(TextMode::Unicode));
    assert!(before > 30, "{before} papers with TeX");
    assert!(after * 6 < before, "{before} papers with TeX, {after} when it is read");
}

/// The tags and attributes that an item may have, for a library that takes away all others.
fn cleaner() -> Builder<'static> {
    let formula = "math mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle \
                   msub msubsup msup mtable mtd mtext mtr munder munderover";
    let attributes = "accent accentunder alttext columnspan depth display displaystyle fence form height largeop \
                      linethickness lspace mathvariant maxsize minsize movablelimits rowspan rspace scriptlevel \
                      separator stretchy symmetric voffset width";
    let mut builder = Builder::empty();
    builder
        .add_tags(["p", "br", "strong", "a"])
        .add_tags(formula.split(' '))
        .add_tag_attributes("a", ["href"])
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None);
    for tag in formula.split(' ') {
        builder.add_tag_attributes(tag, attributes.split(' '));
    }
    builder
}

/// As a browser writes it down again.
fn written(html: &str) -> String {
    html.replace("&quot;", "\"").replace('\u{A0}', "&nbsp;")
}

fn hostile(papers: &mut [ListingEntry]) {
    let evil = "</p><script>alert(1)</script>$x<y\\operatorname{<img src=x onerror=y>}$ \\href{javascript:z}{a}\"' \
                \\href{https://e.org/\"><b>}{<b>} \u{202E}$\\text{</math><script>}$ <!-- ]]> &amp; &lt;";
    for (index, entry) in papers.iter_mut().enumerate().filter(|(index, _)| index % 7 == 0) {
        let paper = Arc::make_mut(&mut entry.paper);
        paper.title.push_str(evil);
        paper.authors.names.push(evil.to_owned());
        paper.journal_ref = Some(format!("{evil} 10.1000/{evil}"));
        let link = Span::Link { href: format!("https://e.org/{index}{evil}"), text: evil.to_owned() };
        let bad = Span::Link { href: "javascript:x".to_owned(), text: "y".to_owned() };
        let text = || Span::Text(evil.to_owned());
        paper.comments = Some(Prose { paragraphs: vec![vec![text(), link, text(), bad]] });
    }
}

#[test]
fn an_item_is_clean_html_whatever_the_page_says() {
    let mut papers = papers();
    hostile(&mut papers);
    let cleaner = cleaner();
    let mut formulas = 0;
    for entry in &papers {
        for mode in TextMode::ALL {
            let html = text::item_html(&entry.paper, entry.announce_type, None, *mode);
            formulas += html.matches("<math ").count();
            let clean = cleaner.clean(&html).to_string();
            assert_eq!(written(&clean), written(&html), "{}", entry.paper.id);
            assert!(!html.contains("style=") && !html.contains("class="), "{html}");
        }
    }
    assert!(formulas > 60, "{formulas} formulas");
}

#[test]
fn an_item_of_any_size_stays_bounded() {
    let mut paper = Paper::clone(&papers().remove(0).paper);
    paper.authors = Authors { names: vec!["A. Bee".to_owned(); 5_000], et_al: false };
    for piece in ["word ", "$x^2$ ", "{", "<", "\\frac{", "&", "漢", "\u{202E}"] {
        let text = piece.repeat(1_000_000 / piece.len());
        paper.abstract_text = Some(Prose::plain(&text));
        for mode in TextMode::ALL {
            let html = text::item_html(&paper, AnnounceType::New, None, *mode);
            assert!(html.len() < 3_000_000, "{piece}: {} bytes", html.len());
            let summary = text::summary(&paper, AnnounceType::New, None, *mode);
            assert!(summary.len() < 500_000, "{piece}: {} bytes", summary.len());
            assert!(text::short(&summary).chars().count() <= 300);
        }
    }
}

#[test]
fn a_short_summary_is_the_beginning_of_the_whole() {
    for entry in papers().iter().filter(|entry| entry.paper.abstract_text.is_some()) {
        let whole =
            text::one_line(&text::summary(&entry.paper, entry.announce_type, None, TextMode::Unicode));
        let short = text::short(&whole);
        assert!(whole.starts_with(short.trim_end_matches('…')), "{short}");
        let ends_well = short == whole || short.ends_with(['.', '!', '?', '…', ')', '”', '"', '’', '\'']);
        assert!(ends_well, "{short}");
    }
}
