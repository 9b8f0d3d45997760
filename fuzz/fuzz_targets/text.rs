//! Does any text make the reading of TeX, the folding or the writing of an item fail? `cargo fuzz run text`.

#![no_main]

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::arxiv_id::ArxivId;
use crosslist::domain::paper::{Authors, Paper};
use crosslist::domain::presentation::{Choice, TextMode};
use crosslist::domain::prose::{Prose, Span};
use crosslist::text::{self, fold, tex};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|words: &str| {
    let readable = tex::to_unicode(words);
    // Fractions and roots add a little, accents a mark, and a short name may stand for a long word.
    assert!(readable.len() <= 8 * words.len() + 64);
    let once = fold::fold(words);
    assert_eq!(fold::fold(&once), once);
    let short = text::short(&readable);
    assert!(short.chars().count() <= 300);

    let (first, last) = words.split_once('\n').unwrap_or((words, ""));
    let link = Span::Link { href: "https://e.org/".to_owned(), text: "this https URL".to_owned() };
    let spans = vec![Span::Text(first.to_owned()), link, Span::Text(last.to_owned())];
    let paper = Paper {
        id: ArxivId::parse("2602.23598").expect("an identifier").0,
        title: words.to_owned(),
        authors: Authors { names: vec![first.to_owned()], et_al: false },
        comments: Some(Prose::plain(words)),
        journal_ref: Some(words.to_owned()),
        subjects: Vec::new(),
        abstract_text: Some(Prose { paragraphs: vec![spans] }),
        html_url: None,
        version: None,
    };
    for mode in TextMode::ALL {
        text::title(&paper, *mode);
        text::summary(&paper, AnnounceType::New, None, *mode);
        let html = text::item_html(&paper, AnnounceType::New, None, *mode);
        let tags = html.split('<').skip(1);
        assert!(tags.clone().all(|tag| is_allowed(tag)), "{html}");
    }
});

/// Whether what follows `<` is a tag of an item or a formula.
fn is_allowed(tag: &str) -> bool {
    let name = tag.trim_start_matches('/').split(['>', ' ']).next().unwrap_or_default();
    matches!(name, "p" | "br" | "strong" | "a") || name.starts_with('m') && name.bytes().all(|byte| byte.is_ascii_lowercase())
}
