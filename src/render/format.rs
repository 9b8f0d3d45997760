//! The formats of feeds, and the constants that all documents share.

use std::fmt;

use crate::domain::excerpt::beginning;

/// The version of the program, for the formats' `generator`.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The project's page, which explains the program and its extensions.
pub(super) const PROJECT_URL: &str = env!("CARGO_PKG_REPOSITORY");

/// The language of titles and abstracts; arXiv requires English abstracts.
pub(super) const LANGUAGE: &str = "en";

/// The media type of a paper's pdf.
pub(super) const PDF: &str = "application/pdf";

/// A format of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// RSS 2.0, <https://www.rssboard.org/rss-specification>.
    Rss,
    /// Atom 1.0, RFC 4287.
    Atom,
    /// JSON Feed 1.1, <https://www.jsonfeed.org/version/1.1/>.
    Json,
}

/// The text names no format; it holds the first 64 characters of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{0}`; choose from rss, atom, json")]
pub struct UnknownFormat(pub String);

impl Format {
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// The extension of a feed's address, without its dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
        }
    }

    /// The content type without its charset, for links.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        self.content_type().split(';').next().unwrap_or_default()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.extension() == text)
            .ok_or_else(|| UnknownFormat(beginning(text, 64).to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_found_by_its_extension() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            assert_eq!(format.content_type(), format!("{}; charset=utf-8", format.media_type()));
        }
    }

    #[test]
    fn an_unknown_format_names_the_choices() {
        let error = "RSS".parse::<Format>().unwrap_err();
        assert_eq!(error.to_string(), "unknown format `RSS`; choose from rss, atom, json");
        assert!("x".repeat(1 << 20).parse::<Format>().unwrap_err().0.len() <= 64);
    }
}
