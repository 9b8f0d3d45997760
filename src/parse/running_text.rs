//! Parses an abstract or the authors' comments into paragraphs and links.

use scraper::{ElementRef, Node};
use url::Url;

use crate::domain::prose::{Prose, Span};

use super::characters::{Folded, Style, is_bidi_balanced, is_bidi_control, is_blank, line};
use super::selectors::{attribute, field_of, gather, is_descriptor, is_silent};

/// Parsed running text.
#[derive(Debug, Default)]
pub(super) struct ReadText {
    pub prose: Prose,
    /// True if it has an undecodable character.
    pub has_replacement: bool,
}

/// Parses the text of a field; fields inside it go to `nested`.
pub(super) fn read<'a>(element: ElementRef<'a>, nested: &mut Vec<ElementRef<'a>>) -> ReadText {
    let mut builder = Builder { text: Folded::new(Style::Prose), ..Builder::default() };
    builder.walk(element, nested);
    builder.end_paragraph();
    let prose = Prose { paragraphs: whole(builder.paragraphs) };
    ReadText { prose, has_replacement: builder.text.has_replacement }
}

/// Joins paragraphs that arXiv broke inside a sentence: it breaks before every source line that begins with a blank (one
/// abstract in seven of those seen in 2026).
fn whole(read: Vec<Vec<Span>>) -> Vec<Vec<Span>> {
    let mut paragraphs: Vec<Vec<Span>> = Vec::with_capacity(read.len());
    for mut spans in read {
        match paragraphs.last_mut().filter(|before| !ends_a_sentence(before) && !begins_a_list(&spans)) {
            None => paragraphs.push(spans),
            Some(before) => match (before.last_mut(), spans.first_mut()) {
                (Some(Span::Text(end)), Some(Span::Text(start))) => {
                    end.push(' ');
                    end.push_str(start);
                    before.extend(spans.drain(1..));
                }
                (Some(Span::Text(end)), _) => {
                    end.push(' ');
                    before.append(&mut spans);
                }
                (_, Some(Span::Text(start))) => {
                    start.insert(0, ' ');
                    before.append(&mut spans);
                }
                _ => {
                    before.push(Span::Text(" ".to_owned()));
                    before.append(&mut spans);
                }
            },
        }
    }
    paragraphs
}

fn ends_a_sentence(spans: &[Span]) -> bool {
    let text = spans.last().map_or("", Span::text);
    let closes =
        |c: char| matches!(c, ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '»' | '$') || c.is_whitespace();
    text.trim_end_matches(closes).ends_with(['.', '!', '?', ':', ';', '…', '。', '！', '？'])
}

/// `- one`, `* one`, `(1) one`, `1. one`, `a) one`
fn begins_a_list(spans: &[Span]) -> bool {
    let text = spans.first().map_or("", Span::text).trim_start();
    let is_bullet = ["- ", "* ", "• ", "– ", "— ", "\\item"].iter().any(|bullet| text.starts_with(bullet));
    let numbered = text.strip_prefix('(').unwrap_or(text);
    let number = numbered.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(numbered.len());
    is_bullet
        || (1..=3).contains(&number) && numbered[number..].starts_with([')', '.']) && {
            numbered[number + 1..].starts_with(char::is_whitespace)
        }
}

#[derive(Default)]
struct Builder {
    paragraphs: Vec<Vec<Span>>,
    spans: Vec<Span>,
    text: Folded,
    /// The text so far ends with a line of the source.
    at_line_end: bool,
    has_bidi: bool,
}

impl Builder {
    fn walk<'a>(&mut self, parent: ElementRef<'a>, nested: &mut Vec<ElementRef<'a>>) {
        for child in parent.children() {
            match child.value() {
                Node::Text(words) => {
                    self.text.push(words);
                    self.at_line_end = words.ends_with('\n');
                }
                Node::Element(_) => {
                    if let Some(child) = ElementRef::wrap(child) {
                        self.element(child, nested);
                    }
                }
                _ => {}
            }
        }
    }

    fn element<'a>(&mut self, element: ElementRef<'a>, nested: &mut Vec<ElementRef<'a>>) {
        match element.value().name() {
            // arXiv writes a paragraph as a line end and a `<br>`.
            "br" if self.at_line_end => self.end_paragraph(),
            "br" => self.text.space(),
            "a" => self.link(element, nested),
            _ if field_of(element).is_some() => nested.push(element),
            _ if is_silent(element) || is_descriptor(element) => {}
            _ => self.walk(element, nested),
        }
        self.at_line_end = false;
    }

    /// A link whose text arXiv replaced by «this https URL» gets its address as text.
    fn link<'a>(&mut self, element: ElementRef<'a>, nested: &mut Vec<ElementRef<'a>>) {
        let href = attribute(element, "href").unwrap_or_default().trim();
        let mut words = Folded::new(Style::Prose);
        let mut inside = Vec::new();
        gather(element, &mut words, &mut inside);
        self.text.has_replacement |= words.has_replacement;
        self.has_bidi |= words.has_bidi();
        let mut words = words.take();
        let is_hidden = matches!(words.as_str(), "this https URL" | "this http URL" | "this ftp URL");
        if is_hidden && !href.is_empty() {
            href.clone_into(&mut words);
        }
        if is_blank(&words) || !is_safe(href) {
            if is_hidden { self.text.push(&words) } else { return self.walk(element, nested) }
        } else {
            self.text.close_gap();
            self.flush();
            self.spans.push(Span::Link { href: href.to_owned(), text: words });
            self.text.follow();
        }
        nested.append(&mut inside);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.spans.push(Span::Text(self.text.take()));
        }
    }

    fn end_paragraph(&mut self) {
        self.flush();
        let mut spans = std::mem::take(&mut self.spans);
        if (self.has_bidi || self.text.has_bidi()) && !is_bidi_balanced(spans.iter().map(Span::text)) {
            for span in &mut spans {
                let (Span::Text(text) | Span::Link { text, .. }) = span;
                text.retain(|character| !is_bidi_control(character));
            }
        }
        if !spans.iter().all(|span| is_blank(span.text())) {
            self.paragraphs.push(spans);
        }
        self.text.restart();
        self.has_bidi = false;
    }
}

/// True if the address may become a link: absolute, with a host, without characters that break markup or readers.
///
/// arXiv's link finder includes quotes and brackets of the text in addresses.
fn is_safe(href: &str) -> bool {
    let has_scheme = ["http://", "https://", "ftp://"]
        .iter()
        .any(|scheme| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    has_scheme
        && !href.contains(['"', '\'', '<', '>', '`', '\\', ' '])
        && line(href) == href
        && Url::parse(href).is_ok_and(|url| {
            url.host_str().is_some_and(|host| !host.is_empty())
                && url.username().is_empty()
                && url.password().is_none()
        })
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    fn prose_of(markup: &str) -> Prose {
        let page = Html::parse_fragment(&format!("<div>{markup}</div>"));
        read(page.root_element(), &mut Vec::new()).prose
    }

    /// Paragraphs are separated by `¶`, links are written `[words](address)`.
    fn check(markup: &str, expected: &str) {
        let show = |span: &Span| match span {
            Span::Text(text) => text.clone(),
            Span::Link { href, text } => format!("[{text}]({href})"),
        };
        let paragraphs = prose_of(markup).paragraphs;
        let shown: Vec<String> = paragraphs.iter().map(|spans| spans.iter().map(show).collect()).collect();
        assert_eq!(shown.join("¶"), expected, "{markup}");
    }

    #[test]
    fn a_paragraph_is_a_line_end_and_a_br() {
        check("\n  One\nstill one.\n<br>Two.\n<br>Three.\n  ", "One still one.¶Two.¶Three.");
        check(
            "One\n<br>still <a href=https://a.example>x</a>\n<br>one.\n<br>Two",
            "One still [x](https://a.example) one.¶Two",
        );
        check("We show\n<br>(1) this,\n<br>- that", "We show¶(1) this,¶- that");
        check("One (two.)\n<br>Three $x.$\n<br>Four", "One (two.)¶Three $x.$¶Four");
        check("One<br>still one", "One still one");
        check("\n<br>\n<br>One\n<br>", "One");
        check("  \n ", "");
    }

    #[test]
    fn the_hidden_address_is_put_back() {
        check(
            "code at <a href=\"https://github.com/example/repo\">this https URL</a>, talk",
            "code at [https://github.com/example/repo](https://github.com/example/repo), talk",
        );
        check(
            "<a href=\"ftp://ftp.example.org/x.tar\">this ftp URL</a>",
            "[ftp://ftp.example.org/x.tar](ftp://ftp.example.org/x.tar)",
        );
        check(
            "uses <a href=\"http://xypic.sty\">this http URL</a>",
            "uses [http://xypic.sty](http://xypic.sty)",
        );
    }

    #[test]
    fn a_link_with_words_keeps_them() {
        check(
            "see <a href=\"https://arxiv.org/abs/2401.00001\">arXiv:2401.00001</a>.",
            "see [arXiv:2401.00001](https://arxiv.org/abs/2401.00001).",
        );
        check(
            "<a href=https://a.example>x</a> <a href=https://b.example>y</a>",
            "[x](https://a.example) [y](https://b.example)",
        );
    }

    #[test]
    fn an_unsafe_address_stays_text() {
        check(
            "&lt;a href=&#34;<a href=\"https://evil.example/&#34;&gt;link&lt;/a&gt;\">this https URL</a>, end",
            "<a href=\"https://evil.example/\">link</a>, end",
        );
        for href in [
            "javascript:alert(1)",
            "JaVa\tScRiPt:alert(1)",
            "data:text/html,x",
            "//evil.invalid",
            "/abs/2401.00001",
            "https://",
            "https:x",
            "https://u:p@h.example/",
            "vbscript:x",
            "https://a.example/\u{202e}x",
        ] {
            check(&format!("a <a href='{href}'>b </a>c"), "a b c");
        }
        check("<a href='javascript:x'>this https URL</a>", "javascript:x");
        check("<a>this https URL</a>", "this https URL");
    }

    #[test]
    fn markup_leaves_its_words_and_scripts_leave_nothing() {
        check(
            "ok <script src=//evil.invalid/x.js>var x</script> <img src=x onerror=alert(1)> <b>bold</b>!",
            "ok bold!",
        );
        check("&lt;img src=x&gt; <!-- gone --> <?php echo 1 ?>", "<img src=x>");
        check("$a&lt;b$ ]]&gt;", "$a<b$ ]]>");
    }

    #[test]
    fn direction_controls_stay_only_in_pairs() {
        check("RTL \u{202e}abc\u{202c}", "RTL \u{202e}abc\u{202c}");
        check("RTL \u{202e}abc.\n<br>\u{2067}x\u{2069}", "RTL abc.¶\u{2067}x\u{2069}");
    }
}
