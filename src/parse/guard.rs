//! Bounds nesting and the length of tags before the HTML parser sees a page.
//!
//! The parser (html5ever 0.40) searches the stack of open elements for many tags and compares each attribute of a tag
//! with all before it, so that its time grows with the square of both: measured without this scan, one core of 2026, 80 KB
//! of `<dd><li>` take 3.1 s, 160 KB 12 s, 320 KB 47 s; 200 KB of `<div>` 16 s; a tag with 40,000 attributes (348 KB) 0.9 s,
//! four times as long for twice as many. A bound on bytes alone cannot help: arXiv's own pages have up to 6 MB.
//! The scan is linear. It counts open elements by the rules of the HTML standard, where in doubt one too many, and
//! removes the attributes of a tag that is too long.

use std::borrow::Cow;

/// The deepest nesting of elements; arXiv's own pages stay below 20.
pub const NESTING_MAX: usize = 256;

/// The longest tag that keeps its attributes, and the longest comment that is kept, in bytes.
/// The longest tags of arXiv are links of a few hundred bytes.
pub const TAG_BYTES_MAX: usize = 4096;

/// The page nests its elements deeper than [`NESTING_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooDeep;

/// How an element nests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListingKind {
    /// Has no content.
    Void,
    /// Its content is text only.
    Raw,
    /// Closed implicitly by a following element: `p`, `li`, `dt`, `dd`, `td`, `tr`, `option` and the like.
    Implied,
    /// Reopened by the parser until its own end tag.
    Formatting,
    Block,
    /// End tags inside it do not reach beyond it.
    Boundary,
    /// `svg` and `math`, where `/>` closes.
    Foreign,
    Other,
}

#[derive(Clone, Copy)]
struct Open<'a> {
    name: &'a str,
    kind: ListingKind,
}

/// The page, without the attributes of tags that are too long and without comments that are too long.
pub(super) fn guarded(html: &str) -> Result<Cow<'_, str>, TooDeep> {
    let mut scan = Scan { html, open: Vec::new(), reopened: 0, mended: String::new(), copied: 0 };
    let mut at = 0;
    while let Some(offset) = html[at..].find('<') {
        at = scan.tag(at + offset)?;
    }
    if scan.copied == 0 {
        return Ok(Cow::Borrowed(html));
    }
    scan.mended.push_str(&html[scan.copied..]);
    Ok(Cow::Owned(scan.mended))
}

struct Scan<'a> {
    html: &'a str,
    open: Vec<Open<'a>>,
    /// The number of formatting elements that an outer end tag closed; the parser reopens each of them repeatedly.
    reopened: usize,
    mended: String,
    copied: usize,
}

impl Scan<'_> {
    /// Reads the tag, comment or lone `<` at `start`, and returns where the scan continues.
    fn tag(&mut self, start: usize) -> Result<usize, TooDeep> {
        let bytes = self.html.as_bytes();
        match bytes.get(start + 1) {
            Some(b'!') if self.html[start..].starts_with("<!--") => {
                let end = comment_end(bytes, start + 4);
                if end - start > TAG_BYTES_MAX {
                    self.replace(start, end, "");
                }
                Ok(end)
            }
            Some(b'/') if bytes.get(start + 2).is_some_and(u8::is_ascii_alphabetic) => {
                self.close(name_at(self.html, start + 2));
                Ok(tag_end(bytes, start + 2).0)
            }
            Some(b'!' | b'?' | b'/') => Ok(after(bytes, start, b'>')),
            Some(letter) if letter.is_ascii_alphabetic() => self.start_tag(start),
            _ => Ok(start + 1),
        }
    }

    fn start_tag(&mut self, start: usize) -> Result<usize, TooDeep> {
        let name = name_at(self.html, start + 1);
        let (end, is_closed) = tag_end(self.html.as_bytes(), start + 1 + name.len());
        if end - start > TAG_BYTES_MAX {
            self.replace(start + 1 + name.len(), end, if is_closed { "/>" } else { ">" });
        }
        let kind = kind_of(name);
        let in_foreign = self.open.iter().any(|open| open.kind == ListingKind::Foreign);
        if kind == ListingKind::Raw && !in_foreign {
            return Ok(raw_end(self.html, end, name));
        }
        if in_foreign
            && matches!(
                kind,
                ListingKind::Void | ListingKind::Implied | ListingKind::Formatting | ListingKind::Block
            )
            && name != "a"
        {
            self.leave_foreign();
        }
        let closes_itself =
            is_closed && self.open.last().is_some_and(|open| open.kind == ListingKind::Foreign);
        if kind == ListingKind::Void || closes_itself {
            return Ok(end);
        }
        self.close_implied(name, kind);
        self.open.push(Open { name, kind });
        if self.open.len() + self.reopened > NESTING_MAX { Err(TooDeep) } else { Ok(end) }
    }

    fn replace(&mut self, start: usize, end: usize, text: &str) {
        self.mended.push_str(&self.html[self.copied..start]);
        self.mended.push_str(text);
        self.copied = end;
    }

    /// Closes the elements that the start of `name` closes implicitly: a `dt` ends a `dd`, a block ends a `p`.
    fn close_implied(&mut self, name: &str, kind: ListingKind) {
        let is_open = |open: &[Open<'_>], names: &[&str]| {
            open.last().is_some_and(|last| names.iter().any(|name| last.name.eq_ignore_ascii_case(name)))
        };
        if matches!(kind, ListingKind::Block | ListingKind::Implied) && is_open(&self.open, &["p"]) {
            self.open.pop();
        }
        if kind != ListingKind::Implied {
            return;
        }
        let ended: &[&str] = match name.to_ascii_lowercase().as_str() {
            "dt" | "dd" => &["dt", "dd"],
            "li" => &["li"],
            "option" | "optgroup" => &["option"],
            "td" | "th" => &["td", "th"],
            "tr" => &["td", "th", "tr"],
            "tbody" | "thead" | "tfoot" => &["td", "th", "tr", "tbody", "thead", "tfoot"],
            _ => return,
        };
        while is_open(&self.open, ended) {
            self.open.pop();
        }
    }

    /// An end tag closes its own element and all inside it, as far as the standard lets it reach.
    fn close(&mut self, name: &str) {
        let kind = kind_of(name);
        if name.eq_ignore_ascii_case("p") {
            self.leave_foreign();
        }
        let reaches = |open: &&Open<'_>| match kind {
            ListingKind::Boundary | ListingKind::Foreign => true,
            ListingKind::Block | ListingKind::Implied => {
                !matches!(open.kind, ListingKind::Boundary | ListingKind::Foreign)
            }
            _ => !matches!(
                open.kind,
                ListingKind::Boundary | ListingKind::Foreign | ListingKind::Block | ListingKind::Implied
            ),
        };
        let is_same = |open: &Open<'_>| open.name.eq_ignore_ascii_case(name);
        for (inside, open) in self.open.iter().rev().enumerate() {
            if is_same(open) {
                return self.truncate(self.open.len() - inside - 1);
            }
            if !reaches(&open) {
                return;
            }
        }
    }

    fn leave_foreign(&mut self) {
        if let Some(at) = self.open.iter().position(|open| open.kind == ListingKind::Foreign) {
            self.truncate(at);
        }
    }

    fn truncate(&mut self, length: usize) {
        let inside = self.open.get(length + 1..).unwrap_or_default();
        self.reopened += inside.iter().filter(|open| open.kind == ListingKind::Formatting).count();
        self.open.truncate(length);
    }
}

fn kind_of(name: &str) -> ListingKind {
    let mut buffer = [0; 16];
    let Some(lower) = buffer.get_mut(..name.len()) else { return ListingKind::Other };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    match &*lower {
        b"area" | b"base" | b"br" | b"col" | b"embed" | b"hr" | b"img" | b"input" | b"link" | b"meta"
        | b"param" | b"source" | b"track" | b"wbr" => ListingKind::Void,
        b"script" | b"style" | b"title" | b"textarea" | b"xmp" | b"iframe" | b"noembed" | b"noframes"
        | b"noscript" | b"plaintext" => ListingKind::Raw,
        b"p" | b"li" | b"dt" | b"dd" | b"option" | b"optgroup" | b"td" | b"th" | b"tr" | b"tbody"
        | b"thead" | b"tfoot" => ListingKind::Implied,
        b"a" | b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"nobr" | b"ruby" | b"s" | b"small"
        | b"span" | b"strike" | b"strong" | b"sub" | b"sup" | b"tt" | b"u" | b"var" => {
            ListingKind::Formatting
        }
        b"address" | b"article" | b"aside" | b"blockquote" | b"body" | b"center" | b"details" | b"dialog"
        | b"dir" | b"div" | b"dl" | b"fieldset" | b"figcaption" | b"figure" | b"footer" | b"form" | b"h1"
        | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"head" | b"header" | b"hgroup" | b"listing" | b"main"
        | b"menu" | b"nav" | b"ol" | b"pre" | b"search" | b"section" | b"summary" | b"ul" => {
            ListingKind::Block
        }
        b"applet" | b"caption" | b"html" | b"marquee" | b"object" | b"select" | b"table" | b"template" => {
            ListingKind::Boundary
        }
        b"svg" | b"math" => ListingKind::Foreign,
        _ => ListingKind::Other,
    }
}

fn name_at(html: &str, start: usize) -> &str {
    let rest = &html[start..];
    &rest[..rest.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(rest.len())]
}

/// The index after the first `byte` from `start` on, or the end.
fn after(bytes: &[u8], start: usize, byte: u8) -> usize {
    let offset = bytes[start..].iter().position(|found| *found == byte);
    offset.map_or(bytes.len(), |offset| start + offset + 1)
}

/// Where the tag ends whose attributes begin at `at`, and whether it ends in `/>`.
fn tag_end(bytes: &[u8], mut at: usize) -> (usize, bool) {
    // A quote delimits only where a value may begin.
    let mut begins_value = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return (at + 1, bytes[at - 1] == b'/'),
            b'"' | b'\'' if begins_value => {
                at = after(bytes, at + 1, byte);
                begins_value = false;
                continue;
            }
            b'=' => begins_value = true,
            _ if byte.is_ascii_whitespace() => {}
            _ => begins_value = false,
        }
        at += 1;
    }
    (bytes.len(), false)
}

/// The index after `-->` or `--!>`; a comment that opens with `>` or `->` ends at once.
fn comment_end(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..];
    if rest.starts_with(b">") || rest.starts_with(b"->") {
        return after(bytes, start, b'>');
    }
    let mut at = start;
    loop {
        at = after(bytes, at, b'>');
        let before = &bytes[start..at];
        if at == bytes.len() || before.ends_with(b"-->") || before.ends_with(b"--!>") {
            return at;
        }
    }
}

/// The index of the end tag of an element whose content is text, or the end of the page.
fn raw_end(html: &str, start: usize, name: &str) -> usize {
    let mut at = start;
    while let Some(offset) = html[at..].find("</") {
        at += offset;
        if name_at(html, at + 2).eq_ignore_ascii_case(name) {
            return at + 2;
        }
        at += 2;
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth_of(html: &str) -> usize {
        let mut scan = Scan { html, open: Vec::new(), reopened: 0, mended: String::new(), copied: 0 };
        let mut at = 0;
        while let Some(offset) = html[at..].find('<') {
            at = scan.tag(at + offset).expect("not too deep");
        }
        scan.open.len()
    }

    fn check(html: &str, open: usize) {
        assert_eq!(depth_of(html), open, "{html}");
    }

    #[test]
    fn open_elements_are_counted_as_the_standard_keeps_them() {
        check("<div><p>text<br><img src=x></p></div>", 0);
        check("<dl><dt>a<dd>b<div><p>c</div><dt>d<dd>e", 2);
        check("<ul><li>a<li>b</ul>", 0);
        check("<div></div></div></span>", 0);
        check("<DIV><span></DIV>", 0);
        check("<b><div></b>", 2);
        check("<q/><q/>", 2);
        check("<svg><path d='x'/><path/></svg>", 0);
        check("<p><svg onload=alert(1)> <iframe src=x></p>", 0);
        check("a < b and c<3 <!doctype html><?php ?>", 0);
    }

    #[test]
    fn comments_scripts_and_quotes_hide_tags() {
        check("<!-- <div> -- <div> --><!--><!--->", 0);
        check("<!-- never closed <div>", 0);
        check("<script>if (a<b) '<div>'</script><title><div></title>", 0);
        check("<a href='<div>' title=\"<p>\">x</a>", 0);
        check("<style><div>", 0);
    }

    #[test]
    fn a_page_that_nests_too_deep_is_refused() {
        assert_eq!(guarded(&"<div>".repeat(50_000)), Err(TooDeep));
        assert_eq!(guarded(&"<dd><li>".repeat(50_000)), Err(TooDeep));
        assert_eq!(guarded(&"<div/>".repeat(50_000)), Err(TooDeep));
        assert_eq!(guarded(&"<div><b></div>".repeat(50_000)), Err(TooDeep));
        assert!(guarded(&"<dt>a<dd><p>b".repeat(50_000)).is_ok());
        assert!(guarded(&"<div><b></b></div>".repeat(50_000)).is_ok());
    }

    #[test]
    fn a_tag_that_is_too_long_loses_its_attributes() {
        let attributes = (0..10_000).map(|i| format!(" a{i}=1")).collect::<Vec<_>>().concat();
        let page = format!("<p class=x><div{attributes}></div><dl>");
        assert_eq!(guarded(&page).expect("not deep"), "<p class=x><div></div><dl>");
        assert!(matches!(guarded("<p class=x>"), Ok(Cow::Borrowed(_))));
        let page = format!("<p>a<!-- {} -->b<!-- c -->", "<div>".repeat(TAG_BYTES_MAX));
        assert_eq!(guarded(&page).expect("not deep"), "<p>ab<!-- c -->");
    }
}
