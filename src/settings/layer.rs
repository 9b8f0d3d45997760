//! Layers of settings: one for each file, variable and flag, each a list of dotted keys with their values.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Origin, SettingsDiagnostic, SourceLocation};
use super::raw_value::{RawValue, Value, shown};
use super::secret;

/// The beginning of the names of variables.
pub(super) const VARIABLE_PREFIX: &str = "CROSSLIST_";

/// The settings of one file, variable or flag.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub source: Source,
    /// In the order of the text.
    pub entries: Vec<Entry>,
}

/// Where a layer comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    File { path: String, text: String },
    Variable(String),
    Flag(String),
}

/// A key or a section.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// `server.listen`.
    pub key: String,
    pub key_span: Range<usize>,
    pub raw: RawValue,
    /// A syntax error was reported here, so that the value is a guess.
    pub is_broken: bool,
}

impl Layer {
    /// Parses a TOML text to its end, past its syntax errors.
    pub(super) fn of_text(path: &str, text: String) -> (Self, Vec<SettingsDiagnostic>) {
        let (table, errors) = parsed(&text);
        let broken: Vec<Range<usize>> = errors.iter().map(|(span, _)| broken_by(&text, span.start)).collect();
        let mut entries = Vec::new();
        flatten(&text, table.get_ref(), "", &mut entries);
        for entry in &mut entries {
            let lines =
                line_of(&text, entry.key_span.start).start..entry.raw.span.end.max(entry.key_span.end);
            let is_leaf = !matches!(entry.raw.value, Value::Table);
            entry.is_broken = broken.iter().any(|broken| {
                broken.contains(&entry.key_span.start)
                    || (is_leaf && broken.start < lines.end && lines.start < broken.end)
            });
        }
        entries.sort_by_key(|entry| entry.key_span.start);
        let layer = Self { source: Source::File { path: path.to_owned(), text }, entries };
        let Source::File { text, .. } = &layer.source else { return (layer, Vec::new()) };
        let diagnostic = |(span, message): (Range<usize>, String)| {
            secret::hidden_syntax(layer.diagnostic(&span, message), text, span.start)
        };
        let diagnostics = errors.into_iter().map(diagnostic).collect();
        (layer, diagnostics)
    }

    /// The one key of a variable or a flag.
    pub(super) fn of_value(source: Source, key: &str, plain: &str) -> Self {
        let raw = RawValue::from_plain(plain);
        let entry = Entry { key: key.to_owned(), key_span: 0..0, raw, is_broken: false };
        Self { source, entries: vec![entry] }
    }

    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// A key as this layer writes it, inside `section`.
    pub(super) fn name_of(&self, key: &str, section: &str) -> String {
        match &self.source {
            Source::Variable(_) => variable_of(key),
            Source::File { .. } | Source::Flag(_) => {
                let in_section = key.strip_prefix(section).and_then(|rest| rest.strip_prefix('.'));
                in_section.unwrap_or(key).to_owned()
            }
        }
    }

    /// A diagnostic about these bytes of the layer's text.
    pub(super) fn diagnostic(&self, span: &Range<usize>, message: String) -> SettingsDiagnostic {
        match &self.source {
            Source::File { path, text } => {
                let origin = Origin::Location(SourceLocation::of(path, text, span.start, span.end));
                secret::hidden(SettingsDiagnostic { origin, message }, text, span.start)
            }
            Source::Variable(name) => secret::without_password(SettingsDiagnostic {
                origin: Origin::Variable(name.clone()),
                message,
            }),
            Source::Flag(name) => {
                secret::without_password(SettingsDiagnostic { origin: Origin::Flag(name.clone()), message })
            }
        }
    }
}

/// The contents of a TOML text as far as it can be parsed, and its syntax errors.
pub(super) fn parsed(text: &str) -> (Spanned<DeTable<'_>>, Vec<(Range<usize>, String)>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<(Range<usize>, String)> = errors.iter().map(|error| explain(text, error)).collect();
    errors.sort_by_key(|(span, _)| span.start);
    // One slip breaks the rest of its line, so that only the first error of a line names the cause.
    errors.dedup_by_key(|(span, _)| line_of(text, span.start).start);
    (table, errors)
}

fn flatten(text: &str, table: &DeTable<'_>, section: &str, entries: &mut Vec<Entry>) {
    for (name, value) in table {
        let separator = if section.is_empty() { "" } else { "." };
        let key = format!("{section}{separator}{}", name.get_ref());
        let raw = RawValue::from_toml(text, value.get_ref(), value.span());
        entries.push(Entry { key: key.clone(), key_span: name.span(), raw, is_broken: false });
        if let DeValue::Table(inner) = value.get_ref() {
            flatten(text, inner, &key, entries);
        }
    }
}

/// The name of the variable for a key: `CROSSLIST_SERVER__LISTEN` for `server.listen`.
pub(super) fn variable_of(key: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// The parser's message, with advice.
fn explain(text: &str, error: &toml::de::Error) -> (Range<usize>, String) {
    let span = error.span().unwrap_or(0..0);
    let found = shown(text.get(span.clone()).unwrap_or_default());
    let message = match error.message() {
        "duplicate key" => format!("`{found}` is set twice; keep one"),
        "string values must be quoted, expected literal string" if found.is_empty() => {
            "the value is missing".to_owned()
        }
        message if message.starts_with("string values must be") || message.starts_with("invalid float") => {
            let span = bare_value(text, span.start).unwrap_or(span);
            let found = shown(text.get(span.clone()).unwrap_or_default());
            return (span, format!("`{found}` is not a TOML value; a string needs quotes"));
        }
        message => message.trim_end_matches(", expected nothing").to_owned(),
    };
    (span, message)
}

/// All of the value without quotes at which the parser failed: it takes `127.0.0.1:80` for a wrong float.
fn bare_value(text: &str, at: usize) -> Option<Range<usize>> {
    let line = line_of(text, at);
    let behind_equals = line.start + text.get(line.start..at)?.rfind('=')? + 1;
    let rest = text.get(behind_equals..line.end)?;
    let value = rest.split('#').next()?.trim();
    let start = behind_equals + (rest.len() - rest.trim_start().len());
    (!value.starts_with(['[', '{', '"', '\''])).then_some(start..start + value.len())
}

/// The bytes of the line around `at`, without its end.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let at = text.floor_char_boundary(at);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    start..text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The part of the text that a syntax error at `at` makes doubtful: its line, or all of the section if it is in the heading.
pub(super) fn broken_by(text: &str, at: usize) -> Range<usize> {
    let line = line_of(text, at);
    if !text[line.clone()].trim_start().starts_with('[') {
        return line;
    }
    let end = text[line.end..].find("\n[").map_or(text.len(), |next| line.end + next);
    line.start..end
}
