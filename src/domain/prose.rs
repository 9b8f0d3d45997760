//! Text of several paragraphs with links: an abstract or the authors' comments.

/// Text as the page has it, TeX included, without markup, control characters and unsafe links.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Prose {
    /// No paragraph is empty.
    pub paragraphs: Vec<Vec<Span>>,
}

/// A part of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// Plain text, each run of white space a single space.
    Text(String),
    /// A link to an absolute `http`, `https` or `ftp` address, and its text.
    Link { href: String, text: String },
}

impl Prose {
    /// One paragraph of plain text; no paragraph for a blank text.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let paragraphs = if text.is_empty() { Vec::new() } else { vec![vec![Span::Text(text)]] };
        Self { paragraphs }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    /// The text without links, a blank line between paragraphs.
    #[must_use]
    pub fn to_plain_text(&self) -> String {
        let paragraph = |spans: &Vec<Span>| spans.iter().map(Span::text).collect::<String>();
        self.paragraphs.iter().map(paragraph).collect::<Vec<_>>().join("\n\n")
    }
}

impl Span {
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Link { text, .. } => text,
        }
    }
}
