//! How does a paper read as HTML?
//!
//! Only `p`, `br`, `strong` and `a` come out, and `href` is the only attribute: no reader's cleaning takes any of it
//! away. Formulas in `MathML` are the exception, for those who ask for it.

use std::borrow::Cow;

use maud::{Markup, PreEscaped, html};
use url::form_urlencoded::byte_serialize;

use super::doi::dois;
use super::passage::{self, Medium, PROSE_BYTES_MAX, Piece};
use super::plain::{announcement, inline};
use crate::domain::announcement::AnnounceType;
use crate::domain::paper::{Authors, Paper};
use crate::domain::presentation::TextMode;
use crate::domain::prose::{Prose, Span};

/// The most authors that are named; a listing stops at a hundred itself.
const AUTHORS_MAX: usize = 100;

/// Plain text as HTML shows it, or XML: `&`, `<` and `>` become references.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    let mut escaped = String::new();
    let mut rest = text;
    while let Some(at) = rest.as_bytes().iter().position(|byte| matches!(byte, b'&' | b'<' | b'>')) {
        if escaped.is_empty() {
            escaped.reserve(text.len() + text.len() / 8);
        }
        escaped.push_str(&rest[..at]);
        escaped.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[at + 1..];
    }
    if escaped.is_empty() {
        return Cow::Borrowed(text);
    }
    escaped.push_str(rest);
    Cow::Owned(escaped)
}

/// The whole item: authors, subjects, how it was announced, comments, journal reference, abstract and links.
///
/// `cross_list_from` is where the page says that a cross-list is at home.
#[must_use]
pub fn item_html(
    paper: &Paper,
    announce_type: AnnounceType,
    cross_list_from: Option<&str>,
    mode: TextMode,
) -> String {
    let item = html! {
        (authors(&paper.authors, mode))
        p {
            @for (index, subject) in paper.subjects.iter().enumerate() {
                @if index == 0 {
                    strong { (subject.name) " (" (subject.id) ")" }
                } @else {
                    "; " (subject.name) " (" (subject.id) ")"
                }
            }
            @if !paper.subjects.is_empty() { br; }
            (announcement(paper, announce_type, cross_list_from))
        }
        @if let Some(comments) = paper.comments.as_ref().filter(|comments| !comments.is_empty()) {
            p { "Comments: " (lines(comments, mode)) }
        }
        @if let Some(journal_ref) = paper.journal_ref.as_ref().filter(|text| !text.is_empty()) {
            p { "Journal reference: " (journal(&inline(journal_ref, mode))) }
        }
        @if let Some(abstract_text) = &paper.abstract_text {
            @let left = &mut PROSE_BYTES_MAX.clone();
            @for paragraph in &abstract_text.paragraphs {
                @if *left > 0 {
                    p { (spans(paragraph, mode, left)) }
                }
            }
        }
        p {
            a href=(paper.id.abstract_url()) { "Abstract" }
            " · " a href=(paper.id.pdf_url()) { "PDF" }
            @if let Some(html_url) = paper.html_url.as_ref().filter(|url| is_web(url)) {
                " · " a href=(html_url) { "HTML" }
            }
        }
    };
    item.into_string()
}

/// A text of several paragraphs with its links.
#[must_use]
pub fn prose_html(prose: &Prose, mode: TextMode) -> String {
    let mut left = PROSE_BYTES_MAX;
    html! { @for paragraph in &prose.paragraphs { p { (spans(paragraph, mode, &mut left)) } } }.into_string()
}

/// Each author leads to arXiv's search, as on the listing page.
fn authors(authors: &Authors, mode: TextMode) -> Markup {
    let further = authors.names.len().saturating_sub(AUTHORS_MAX);
    html! {
        @if !authors.names.is_empty() {
            p {
                @for (index, name) in authors.names.iter().take(AUTHORS_MAX).enumerate() {
                    @if index > 0 { ", " }
                    (author(name, mode))
                }
                @if further > 0 { ", and " (further) " more" }
                @if authors.et_al { ", et al." }
            }
        }
    }
}

fn author(name: &str, mode: TextMode) -> Markup {
    // The search knows letters and no TeX.
    let plain = inline(name, TextMode::Unicode);
    let address = format!("https://arxiv.org/search/?searchtype=author&query={}", encoded(&plain));
    html! {
        a href=(address) {
            @if mode == TextMode::Tex { (inline(name, mode)) } @else { (plain) }
        }
    }
}

/// A journal reference, whose DOIs lead to the journal.
fn journal(reference: &str) -> Markup {
    let mut end = 0;
    let links: Vec<_> = dois(reference)
        .into_iter()
        .map(|doi| {
            let before = &reference[end..doi.start];
            end = doi.end;
            (before, &reference[doi])
        })
        .collect();
    html! {
        @for (before, doi) in links {
            (before) a href={ "https://doi.org/" (encoded_path(doi)) } { (doi) }
        }
        (reference[end..])
    }
}

/// Paragraphs that stand behind a label, so a line each.
fn lines(prose: &Prose, mode: TextMode) -> Markup {
    let mut left = PROSE_BYTES_MAX;
    html! {
        @for (index, paragraph) in prose.paragraphs.iter().enumerate() {
            @if left > 0 {
                @if index > 0 { br; }
                (spans(paragraph, mode, &mut left))
            }
        }
    }
}

fn spans(paragraph: &[Span], mode: TextMode, left: &mut usize) -> Markup {
    let mut markup = String::new();
    let mut open: Option<Cow<'_, str>> = None;
    for piece in passage::pieces(paragraph, mode, Medium::Markup, left) {
        match piece {
            Piece::Text(text) => markup.push_str(&escape(&text)),
            Piece::Link { href, words } => markup.push_str(&link(href, &words).into_string()),
            Piece::Opens(href) => {
                if is_web(&href) {
                    markup.push_str(&html! { a href=(href) { } }.into_string().replace("</a>", ""));
                }
                open = Some(href);
            }
            Piece::Closes => match open.take() {
                Some(href) if is_web(&href) => markup.push_str("</a>"),
                Some(href) => markup.push_str(&html! { " (" (href) ")" }.into_string()),
                None => {}
            },
            Piece::Formula(formula) => markup.push_str(&formula),
        }
    }
    PreEscaped(markup)
}

/// A feed links over http(s) alone; what is left of ftp is its address as text.
fn link(href: &str, words: &str) -> Markup {
    html! {
        @if is_web(href) {
            a href=(href) { (words) }
        } @else if words == href {
            (href)
        } @else {
            (words) " (" (href) ")"
        }
    }
}

fn is_web(href: &str) -> bool {
    let begins = |scheme: &str| {
        href.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme))
    };
    begins("https://") || begins("http://")
}

/// What would end an address or change its meaning is encoded; a DOI keeps its slash.
fn encoded_path(doi: &str) -> String {
    doi.split('/').map(encoded).collect::<Vec<_>>().join("/").replace('+', "%20")
}

fn encoded(name: &str) -> String {
    byte_serialize(name.as_bytes()).collect()
}

#[cfg(test)]
pub(super) mod tests {
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
            assert_eq!(
                spans(&[span], TextMode::default(), &mut PROSE_BYTES_MAX.clone()).into_string(),
                expected
            );
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
}
