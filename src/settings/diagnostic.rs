//! Diagnostics of the settings: what is wrong, and in which line of a file, variable or flag.

use std::fmt;

use crate::filter::Carets;

/// The most diagnostics that are shown; the others are counted.
const WRITTEN_MAX: usize = 100;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsDiagnostic {
    pub origin: Origin,
    /// One line, in lower case: what is wrong, with the value, and what to write instead.
    pub message: String,
}

/// Where the wrong value or key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file that could not be read.
    File {
        path: String,
    },
    Location(SourceLocation),
    /// The environment variable of this name.
    Variable(String),
    /// The command-line flag of this name.
    Flag(String),
}

/// A run of characters on one line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLocation {
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
pub struct SettingsDiagnostics(Vec<SettingsDiagnostic>);

impl SettingsDiagnostics {
    pub(super) fn new(mut diagnostics: Vec<SettingsDiagnostic>) -> Self {
        let mut files: Vec<String> =
            diagnostics.iter().filter_map(SettingsDiagnostic::file).map(str::to_owned).collect();
        files.dedup();
        let file = |path: &str| files.iter().position(|known| known == path).unwrap_or_default();
        diagnostics.sort_by_key(|diagnostic| match &diagnostic.origin {
            Origin::File { .. } => (0, 0, 0, 0),
            Origin::Location(location) => (1, file(&location.path), location.line, location.column),
            Origin::Variable(_) => (2, 0, 0, 0),
            Origin::Flag(_) => (3, 0, 0, 0),
        });
        Self(diagnostics)
    }

    #[must_use]
    pub fn list(&self) -> &[SettingsDiagnostic] {
        &self.0
    }

    /// The diagnostics with the lines that they are about; of many, the first 100 and the number of the others.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        let mut messages: Vec<String> = self.0.iter().take(WRITTEN_MAX).map(ToString::to_string).collect();
        match self.0.len().saturating_sub(WRITTEN_MAX) {
            0 => {}
            more => messages.push(format!("and {more} more")),
        }
        messages
    }
}

impl SettingsDiagnostic {
    /// Hides the value on the line, which may be a secret, and all of a line that is only a value.
    pub(super) fn hide_line(&mut self) {
        if let Origin::Location(location) = &mut self.origin {
            let is_value = location.text.trim_start().starts_with(['"', '\'']);
            let key = location.text.split_once('=').filter(|_| !is_value).map(|(key, _)| key.to_owned());
            location.column = location.column.min(key.as_ref().map_or(1, |key| key.chars().count() + 3));
            location.length = 1;
            location.text = key.map_or_else(|| "…".to_owned(), |key| format!("{key}= …"));
        }
    }

    /// The line that is shown.
    pub(super) fn line(&self) -> Option<&str> {
        match &self.origin {
            Origin::Location(location) => Some(&location.text),
            _ => None,
        }
    }

    fn file(&self) -> Option<&str> {
        match &self.origin {
            Origin::Location(location) => Some(&location.path),
            _ => None,
        }
    }
}

impl SourceLocation {
    /// The location of the bytes `start..end` of `text`.
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

impl fmt::Display for SettingsDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::File { path: name } | Origin::Variable(name) | Origin::Flag(name) => {
                write!(f, "{name}: {}", self.message)
            }
            Origin::Location(location) => {
                let carets = Carets::under(&location.text, location.column - 1, location.length);
                let number = location.line;
                writeln!(f, "{}:{number}:{}: {}", location.path, location.column, self.message)?;
                writeln!(f, "{number:>5} | {}", carets.line.trim_end())?;
                write!(f, "      | {}", carets.drawn(0))
            }
        }
    }
}

impl fmt::Display for SettingsDiagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.messages().join("\n"))
    }
}

impl std::error::Error for SettingsDiagnostics {}
