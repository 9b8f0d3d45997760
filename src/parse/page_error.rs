//! The error for a page that is not a listing, and what such a page is: a captcha, an error page, another format.

use scraper::{ElementRef, Html};

use crate::domain::excerpt;
use crate::domain::verdict::Verdict;

use super::characters::line;
use super::decode::Decoded;
use super::selectors::{LISTING_ID, has_class, line_of};

/// The longest part of a page's text that an error repeats, in characters.
const EXCERPT_MAX: usize = 120;

/// Only pages with at most this much text, in bytes, are searched for the words of a refusal: such pages are short.
const SHORT_TEXT_MAX: usize = 4096;

/// Words on pages that block robots, in lower case.
const CAPTCHA_WORDS: [&str; 9] = [
    "rate exceeded",
    "just a moment",
    "attention required",
    "captcha",
    "are you human",
    "you are human",
    "are you a robot",
    "not a robot",
    "access denied",
];

/// Words on arXiv's own error pages, in lower case.
const ERROR_WORDS: [&str; 3] =
    ["if you believe this is an error", "if the error persists", "the server cannot process your request"];

/// How an error calls pages of arXiv's former Perl code.
pub(super) const OLD_FORMAT: &str =
    "arXiv's old listing format, in use until 7 May 2024 and on export.arxiv.org still on 23 July 2024";

/// The page is not a listing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found}")]
pub struct PageError {
    /// `Unrecognized` for an unknown layout, `Refused` for a captcha or an error page of arXiv.
    pub verdict: Verdict,
    /// What the page is instead, in one line.
    pub found: String,
}

pub(super) fn unrecognized(found: String) -> PageError {
    PageError { verdict: Verdict::Unrecognized, found }
}

fn refused(found: String) -> PageError {
    PageError { verdict: Verdict::Refused, found }
}

/// The error for a heading that cannot be parsed.
pub(super) fn headed(what: &str, text: &str) -> PageError {
    unrecognized(format!("{what}, headed «{}»", excerpt(text)))
}

/// The beginning of a text on one line.
pub(super) fn excerpt(text: &str) -> String {
    excerpt::excerpt(&line(text), EXCERPT_MAX).into_owned()
}

/// The error for bytes that are not HTML.
pub(super) fn of_text(decoded: &Decoded<'_>) -> Result<(), PageError> {
    let text = decoded.text.trim();
    if text.is_empty() {
        return Err(unrecognized("an empty file".into()));
    }
    if text.starts_with("%PDF-") {
        return Err(unrecognized("a PDF document".into()));
    }
    if text.starts_with(['{', '[']) {
        return Err(unrecognized("JSON".into()));
    }
    if text.starts_with('<') || text.contains("<html") || text.contains("<body") {
        return Ok(());
    }
    if let Some(encoding) = decoded.broken {
        return Err(unrecognized(format!("bytes that are neither HTML nor {encoding}")));
    }
    let found = format!("plain text, «{}»", excerpt(text));
    Err(if keeps_robots_out(text) { refused(found) } else { unrecognized(found) })
}

/// The error for an HTML page without a listing.
pub(super) fn of_page(document: &Html) -> PageError {
    let root = document.root_element();
    let first = |name: &str| {
        let mut elements = root.descendants().filter_map(ElementRef::wrap);
        elements.find(|element| element.value().name() == name).map(|element| excerpt(&line_of(element)))
    };
    let title = first("title").filter(|title| !title.is_empty());
    let heading = first("h1").filter(|heading| !heading.is_empty());
    let body =
        root.descendants().filter_map(ElementRef::wrap).find(|element| element.value().name() == "body");
    let text = body.map(line_of).unwrap_or_default();
    let is_short = text.len() <= SHORT_TEXT_MAX;
    if title.as_deref().is_some_and(keeps_robots_out) || (is_short && keeps_robots_out(&text)) {
        let found = title.or(heading).unwrap_or_else(|| excerpt(&text));
        return refused(format!("a page that keeps robots out, «{found}»"));
    }
    let words = text.to_lowercase();
    if is_short && ERROR_WORDS.iter().any(|error| words.contains(error)) {
        let found = heading.or(title).unwrap_or_else(|| excerpt(&text));
        return refused(format!("an error page of arXiv, «{found}»"));
    }
    let found = match (title, heading) {
        (Some(title), _) => format!("titled «{title}»"),
        (None, Some(heading)) => format!("headed «{heading}»"),
        (None, None) if text.is_empty() => "without text".to_owned(),
        (None, None) => format!("that says «{}»", excerpt(&text)),
    };
    unrecognized(format!("a page without `#{LISTING_ID}`, {found}"))
}

/// True if the page is complete: only white space and comments after `</html>`.
pub(super) fn is_ended(text: &str) -> bool {
    const END: &str = "</html>";
    // Stray bytes after the end hide nothing.
    let mut rest = text.trim_end_matches(|c: char| c.is_whitespace() || c == char::REPLACEMENT_CHARACTER);
    while rest.ends_with("-->") {
        let Some(comment) = rest.rfind("<!--") else { return false };
        rest = rest[..comment].trim_end();
    }
    let start = rest.len().checked_sub(END.len());
    start.and_then(|start| rest.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(END))
}

/// True if the list is from a page of arXiv's former Perl code.
pub(super) fn is_old_format(list: ElementRef<'_>) -> bool {
    list.descendants().filter_map(ElementRef::wrap).any(|element| has_class(element, "list-identifier"))
}

fn keeps_robots_out(text: &str) -> bool {
    let text = text.to_lowercase();
    CAPTCHA_WORDS.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, verdict: Verdict, found: &str) {
        let refusal = super::super::listing(page.as_bytes(), None).expect_err(page);
        assert_eq!((refusal.verdict, refusal.found.as_str()), (verdict, found), "{page}");
    }

    #[test]
    fn a_page_that_blocks_robots_is_refused() {
        check("Rate exceeded.", Verdict::Refused, "plain text, «Rate exceeded.»");
        check(
            "<html><title>Just a moment...</title><script>x()</script><noscript>Enable</noscript></html>",
            Verdict::Refused,
            "a page that keeps robots out, «Just a moment...»",
        );
        check(
            "<html><title>Attention Required</title><form id=captcha>prove you are human</form></html>",
            Verdict::Refused,
            "a page that keeps robots out, «Attention Required»",
        );
    }

    #[test]
    fn a_page_that_is_not_a_listing_is_named() {
        check(" \n", Verdict::Unrecognized, "an empty file");
        check("%PDF-1.4 %%EOF", Verdict::Unrecognized, "a PDF document");
        check("{\"entries\": []}", Verdict::Unrecognized, "JSON");
        check("Come back later", Verdict::Unrecognized, "plain text, «Come back later»");
        let refusal = super::super::listing(b"\x1f\x8b\xff", None).expect_err("no text");
        assert_eq!(refusal.found, "bytes that are neither HTML nor UTF-8");
        check(
            "<html><body><h1>arXiv is down for scheduled maintenance</h1></body></html>",
            Verdict::Unrecognized,
            "a page without `#dlpage`, headed «arXiv is down for scheduled maintenance»",
        );
        check("<html><body></body></html>", Verdict::Unrecognized, "a page without `#dlpage`, without text");
        check("<html><body><dl id='art", Verdict::Unrecognized, "a page without `#dlpage`, without text");
    }

    #[test]
    fn a_page_ends_in_its_end_tag_and_perhaps_a_comment() {
        assert!(is_ended("<html></html>\n"));
        assert!(is_ended("<html></HTML><!-- cached --> <!-- x -->"));
        assert!(!is_ended("<html><p>cut"));
        assert!(!is_ended("<html></html><p>"));
        assert!(!is_ended("-->"));
    }
}
