//! Text of several paragraphs with links in it: an abstract, or an author's comments.

/// Running text as the page has it, TeX included: free of markup, of control characters and of unsafe links.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Prose {
    /// Never an empty paragraph.
    pub paragraphs: Vec<Vec<Span>>,
}

/// A stretch of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// Plain text, white space folded.
    Text(String),
    /// A link that leads somewhere over `http`, `https` or `ftp`, and the words it goes by.
    Link { href: String, text: String },
}

impl Prose {
    /// One paragraph of plain text; none when the text is blank.
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

    /// The words alone: links by their text, paragraphs apart by a blank line.
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
