//! What does a mistake in the settings look like to the person who made it?

use std::fmt;

use crate::filter::Carets;

/// The most mistakes that are written out; the rest is only counted.
const WRITTEN_MAX: usize = 100;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub origin: Origin,
    /// One line, lower case, with the value and what would work.
    pub message: String,
}

/// Where a mistake was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The file as a whole, which could not be read.
    File { path: String },
    /// A place in a file.
    Place(Place),
    /// The environment variable of this name.
    Variable(String),
    /// The command-line flag of this name.
    Flag(String),
}

/// A run of characters on one line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// In characters, at least 1.
    pub length: usize,
    /// The whole line, without its end.
    pub text: String,
}

/// Everything that is wrong with the settings: each file from top to bottom, then variables, then flags; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        let mut files: Vec<String> = mistakes.iter().filter_map(Mistake::file).map(str::to_owned).collect();
        files.dedup();
        let file = |path: &str| files.iter().position(|known| known == path).unwrap_or_default();
        mistakes.sort_by_key(|mistake| match &mistake.origin {
            Origin::File { .. } => (0, 0, 0, 0),
            Origin::Place(place) => (1, file(&place.path), place.line, place.column),
            Origin::Variable(_) => (2, 0, 0, 0),
            Origin::Flag(_) => (3, 0, 0, 0),
        });
        Self(mistakes)
    }

    #[must_use]
    pub fn list(&self) -> &[Mistake] {
        &self.0
    }
}

impl Mistake {
    /// Shows the line as far as its key, for its value is a secret; nothing of one that is only a value.
    pub(super) fn hide_line(&mut self) {
        if let Origin::Place(place) = &mut self.origin {
            let is_value = place.text.trim_start().starts_with(['"', '\'']);
            let key = place.text.split_once('=').filter(|_| !is_value).map(|(key, _)| key.to_owned());
            place.column = place.column.min(key.as_ref().map_or(1, |key| key.chars().count() + 3));
            place.length = 1;
            place.text = key.map_or_else(|| "…".to_owned(), |key| format!("{key}= …"));
        }
    }

    /// The line that it was made on.
    pub(super) fn line(&self) -> Option<&str> {
        match &self.origin {
            Origin::Place(place) => Some(&place.text),
            _ => None,
        }
    }

    fn file(&self) -> Option<&str> {
        match &self.origin {
            Origin::Place(place) => Some(&place.path),
            _ => None,
        }
    }
}

impl Place {
    /// The place of the bytes `start..end` of `text`.
    pub(super) fn of(path: &str, text: &str, start: usize, end: usize) -> Self {
        let start = text.floor_char_boundary(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[line_start..].find('\n').map_or(text.len(), |at| line_start + at);
        let end = text.floor_char_boundary(end.min(line_end)).max(start);
        let whole_line = text[line_start..line_end].trim_start_matches('\u{feff}').trim_end_matches('\r');
        Self {
            path: path.to_owned(),
            line: text[..line_start].matches('\n').count() + 1,
            column: text[line_start..start].trim_start_matches('\u{feff}').chars().count() + 1,
            length: text[start..end].trim_end().chars().count().max(1),
            text: whole_line.to_owned(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::File { path: name } | Origin::Variable(name) | Origin::Flag(name) => {
                write!(f, "{name}: {}", self.message)
            }
            Origin::Place(place) => {
                let carets = Carets::under(&place.text, place.column - 1, place.length);
                let number = place.line;
                writeln!(f, "{}:{number}:{}: {}", place.path, place.column, self.message)?;
                writeln!(f, "{number:>5} | {}", carets.line.trim_end())?;
                write!(f, "      | {}", carets.drawn(0))
            }
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().take(WRITTEN_MAX).enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{mistake}")?;
        }
        match self.0.len().saturating_sub(WRITTEN_MAX) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for Mistakes {}
