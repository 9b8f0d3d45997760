//! The HTML of an item is complete, marked up and escaped.

use super::*;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::paper::Subject;

pub(in crate::text) fn paper() -> Paper {
    Paper {
        id: ArxivId::parse("2602.23598").unwrap().0,
        title: "A title".to_owned(),
        authors: Authors { names: vec!["Ada Lovelace".to_owned()], et_al: false },
        comments: Some(Prose::plain("12 pages")),
        journal_ref: Some("J. ACM 1 (2026)".to_owned()),
        subjects: vec![
            Subject { id: "cs.DC".into(), name: "Distributed, Parallel, and Cluster Computing".into() },
            Subject { id: "cs.PF".into(), name: "Performance".into() },
        ],
        abstract_text: Some(Prose::plain("We show.")),
        html_url: Some("https://arxiv.org/html/2602.23598v1".to_owned()),
        version: Some(1),
    }
}

fn contains(html: &str, part: &str) {
    assert!(html.contains(part), "no {part} in {html}");
}

#[test]
fn an_item_says_all_that_the_listing_says() {
    assert_eq!(
        item_html(&paper(), AnnounceType::New, None, TextMode::default()),
        "<p><a href=\"https://arxiv.org/search/?searchtype=author&amp;query=Ada+Lovelace\">Ada Lovelace</a></p>\
         <p><strong>Distributed, Parallel, and Cluster Computing (cs.DC)</strong>; Performance (cs.PF)\
         <br>New in cs.DC</p>\
         <p>Comments: 12 pages</p>\
         <p>Journal reference: J. ACM 1 (2026)</p>\
         <p>We show.</p>\
         <p><a href=\"https://arxiv.org/abs/2602.23598\">Abstract</a> · \
         <a href=\"https://arxiv.org/pdf/2602.23598\">PDF</a> · \
         <a href=\"https://arxiv.org/html/2602.23598v1\">HTML</a></p>"
    );
}

#[test]
fn what_a_paper_lacks_leaves_no_empty_paragraph() {
    let bare = Paper {
        authors: Authors::default(),
        comments: Some(Prose::default()),
        journal_ref: Some(String::new()),
        subjects: Vec::new(),
        abstract_text: None,
        html_url: None,
        ..paper()
    };
    assert_eq!(
        item_html(&bare, AnnounceType::Replace, None, TextMode::default()),
        "<p>Replacement</p><p><a href=\"https://arxiv.org/abs/2602.23598\">Abstract</a> · \
         <a href=\"https://arxiv.org/pdf/2602.23598\">PDF</a></p>"
    );
}

#[test]
fn nothing_from_the_page_becomes_markup() {
    let mut hostile = paper();
    let evil = "\"><script>alert('1')</script><p onclick=\"x\">";
    hostile.authors.names = vec![evil.to_owned()];
    hostile.comments = Some(Prose::plain(evil));
    hostile.journal_ref = Some(evil.to_owned());
    hostile.abstract_text = Some(Prose {
        paragraphs: vec![vec![
            Span::Text(evil.to_owned()),
            Span::Link { href: format!("https://example.org/{evil}"), text: evil.to_owned() },
            Span::Link { href: "javascript:alert(1)".to_owned(), text: evil.to_owned() },
        ]],
    });
    hostile.subjects[0] = Subject { id: evil.into(), name: evil.into() };
    hostile.html_url = Some("javascript:alert(1)".to_owned());
    let html = item_html(&hostile, AnnounceType::Cross, Some(evil), TextMode::default());
    let tags: Vec<&str> = html.split('<').skip(1).map(|tag| &tag[..tag.find('>').unwrap()]).collect();
    assert!(
        tags.iter().all(|tag| {
            let link = tag.strip_prefix("a href=\"https://").and_then(|rest| rest.strip_suffix('"'));
            link.is_some_and(|rest| !rest.contains('"'))
                || ["p", "/p", "br", "strong", "/strong", "/a"].contains(tag)
        }),
        "{tags:?}"
    );
    contains(&html, "%22%3E%3Cscript%3E");
}

#[test]
fn an_author_search_is_encoded_and_et_al_is_no_author() {
    let mut paper = paper();
    paper.authors = Authors { names: vec!["J. Müller & 李".to_owned(), "B+C".to_owned()], et_al: true };
    let html = item_html(&paper, AnnounceType::New, None, TextMode::default());
    contains(&html, "query=J.+M%C3%BCller+%26+%E6%9D%8E\">J. Müller &amp; 李</a>, ");
    contains(&html, "query=B%2BC\">B+C</a>, et al.</p>");
}

#[test]
fn a_link_shows_its_address_where_arxiv_hid_it() {
    let link = |href: &str, text: &str| Span::Link { href: href.to_owned(), text: text.to_owned() };
    let check = |span, expected: &str| {
        assert_eq!(spans(&[span], TextMode::default(), &mut PROSE_BYTES_MAX.clone()).into_string(), expected);
    };
    check(
        link("https://e.org/?a=1&b=2", "this https URL"),
        "<a href=\"https://e.org/?a=1&amp;b=2\">https://e.org/?a=1&amp;b=2</a>",
    );
    check(link("http://e.org", "data"), "<a href=\"http://e.org\">data</a>");
    check(link("ftp://e.org", "data"), "data (ftp://e.org)");
    check(link("ftp://e.org", "this ftp URL"), "ftp://e.org");
}

#[test]
fn comments_of_several_lines_stay_apart() {
    let mut paper = paper();
    let line = |text: &str| vec![Span::Text(text.to_owned())];
    paper.comments = Some(Prose { paragraphs: vec![line("12 pages"), line("accepted")] });
    contains(
        &item_html(&paper, AnnounceType::New, None, TextMode::default()),
        "<p>Comments: 12 pages<br>accepted</p>",
    );
}

#[test]
fn a_journal_reference_leads_to_the_journal() {
    let check = |text: &str, expected: &str| assert_eq!(journal(text).into_string(), expected);
    check("J. ACM 1 (2026)", "J. ACM 1 (2026)");
    check(
        "PRL 1, doi:10.1103/a<b&c\"d, and 10.1000/(x)1+2.",
        "PRL 1, doi:<a href=\"https://doi.org/10.1103/a\">10.1103/a</a>&lt;b&amp;c&quot;d, and \
         <a href=\"https://doi.org/10.1000/%28x%291%2B2\">10.1000/(x)1+2</a>.",
    );
}

#[test]
fn a_thousand_authors_are_counted_and_not_listed() {
    let mut paper = paper();
    paper.authors = Authors { names: vec!["A. B".to_owned(); 5_000], et_al: false };
    let html = item_html(&paper, AnnounceType::New, None, TextMode::default());
    contains(&html, ">A. B</a>, and 4900 more</p>");
    assert_eq!(html.matches(">A. B</a>").count(), AUTHORS_MAX);
}

#[test]
fn a_formula_is_markup_where_it_is_asked_for_and_text_elsewhere() {
    let mut paper = paper();
    paper.authors.names = vec!["J\\\"urgen $x$".to_owned()];
    paper.abstract_text =
        Some(Prose::plain("Over $\\mathbb{F}_2$, \\href{https://e.org/a\\_b?c=\"}{here $x<y$}"));
    let shown = |mode| item_html(&paper, AnnounceType::New, None, mode);
    contains(
        &shown(TextMode::Unicode),
        "<p>Over 𝔽₂, <a href=\"https://e.org/a_b?c=&quot;\">here x&lt;y</a></p>",
    );
    contains(
        &shown(TextMode::Mathml),
        "<p>Over <math alttext=\"𝔽₂\"><msub><mi>𝔽</mi><mn>2</mn></msub></math>, ",
    );
    contains(&shown(TextMode::Mathml), "query=J%C3%BCrgen+x\">Jürgen x</a>");
    contains(&shown(TextMode::Tex), "query=J%C3%BCrgen+x\">J\\&quot;urgen $x$</a>");
    contains(&shown(TextMode::Tex), "<p>Over $\\mathbb{F}_2$, ");
}

#[test]
fn escaping_touches_nothing_but_the_three() {
    assert_eq!(escape("a < b & \"c\" > 'd'"), "a &lt; b &amp; \"c\" &gt; 'd'");
    assert!(matches!(escape("日本 🦀"), Cow::Borrowed("日本 🦀")));
}
