//! Writes XML elements, for formats without a library.

use super::clean;
use crate::text::escape;

/// Names and unescaped values.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

/// A document in progress, one element per line.
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    pub(super) fn new(capacity: usize) -> Self {
        let mut text = String::with_capacity(capacity);
        text.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        Self { text, open: Vec::new() }
    }

    /// Starts an element with children.
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Ends the element that was started last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.end(name);
        }
    }

    /// Writes an element with text.
    pub(super) fn leaf(&mut self, name: &str, attributes: Attributes<'_>, words: &str) {
        self.start(name, attributes);
        self.text.push('>');
        self.text.push_str(&escape(&clean::text(words)));
        self.end(name);
    }

    /// Writes an element without content.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str("/>\n");
    }

    /// The document, with all open elements closed.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn start(&mut self, name: &str, attributes: Attributes<'_>) {
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            // Parsers read a line end in an attribute as a blank.
            let value = escape(&clean::text(value)).replace('"', "&quot;").replace('\n', "&#10;");
            for part in [" ", name, "=\"", &value, "\""] {
                self.text.push_str(part);
            }
        }
    }

    fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }
}

/// The text of a document that a library has written from Rust strings, with one line end.
pub(super) fn document(bytes: Vec<u8>) -> String {
    let mut text = String::from_utf8(bytes).expect("what is written from strings is UTF-8");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_values_are_escaped_and_nothing_stays_open() {
        let mut xml = Xml::new(0);
        xml.open("a", &[("href", "x?y=\"1\"&z=<2>")]);
        xml.open("b", &[]);
        xml.leaf("c", &[], "1 < 2 & ]]> \u{0}3");
        xml.empty("d", &[("e", "f\ng")]);
        let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
            <a href=\"x?y=&quot;1&quot;&amp;z=&lt;2&gt;\">\n<b>\n<c>1 &lt; 2 &amp; ]]&gt; 3</c>\n\
            <d e=\"f&#10;g\"/>\n</b>\n</a>\n";
        assert_eq!(xml.finish(), expected);
    }
}
