//! Who says what? One layer per file, variable and flag, each a list of dotted keys with their values.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, Origin, Place};
use super::secret;
use super::value::{Given, Value, shown};

/// What the names of our variables begin with.
pub(super) const VARIABLE_PREFIX: &str = "CROSSLIST_";

/// Settings from one place.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub source: Source,
    pub entries: Vec<Entry>,
}

/// Where a layer comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    File { path: String, text: String },
    Variable(String),
    Flag(String),
}

/// A key, and sections too, in the order of the text.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// `server.listen`.
    pub key: String,
    pub key_span: Range<usize>,
    pub given: Given,
    /// The text is broken here, which was reported: what was read of it is a guess.
    pub is_broken: bool,
}

impl Layer {
    /// Reads a TOML text to its end, also past its syntax errors.
    pub(super) fn of_text(path: &str, text: String) -> (Self, Vec<Mistake>) {
        let (table, errors) = parsed(&text);
        let broken: Vec<Range<usize>> = errors.iter().map(|(span, _)| broken_by(&text, span.start)).collect();
        let mut entries = Vec::new();
        flatten(&text, table.get_ref(), "", &mut entries);
        for entry in &mut entries {
            let lines =
                line_of(&text, entry.key_span.start).start..entry.given.span.end.max(entry.key_span.end);
            let is_leaf = !matches!(entry.given.value, Value::Table);
            entry.is_broken = broken.iter().any(|broken| {
                broken.contains(&entry.key_span.start)
                    || (is_leaf && broken.start < lines.end && lines.start < broken.end)
            });
        }
        entries.sort_by_key(|entry| entry.key_span.start);
        let layer = Self { source: Source::File { path: path.to_owned(), text }, entries };
        let Source::File { text, .. } = &layer.source else { return (layer, Vec::new()) };
        let mistake = |(span, message): (Range<usize>, String)| {
            secret::hidden_syntax(layer.mistake(&span, message), text, span.start)
        };
        let mistakes = errors.into_iter().map(mistake).collect();
        (layer, mistakes)
    }

    /// One key, given by a variable or a flag.
    pub(super) fn of_value(source: Source, key: &str, plain: &str) -> Self {
        let given = Given::from_plain(plain);
        let entry = Entry { key: key.to_owned(), key_span: 0..0, given, is_broken: false };
        Self { source, entries: vec![entry] }
    }

    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// A known key in the words of this layer, for someone who is in `section`.
    pub(super) fn name_of(&self, key: &str, section: &str) -> String {
        match &self.source {
            Source::Variable(_) => variable_of(key),
            Source::File { .. } | Source::Flag(_) => {
                let in_section = key.strip_prefix(section).and_then(|rest| rest.strip_prefix('.'));
                in_section.unwrap_or(key).to_owned()
            }
        }
    }

    /// A mistake at these bytes of the layer's text.
    pub(super) fn mistake(&self, span: &Range<usize>, message: String) -> Mistake {
        match &self.source {
            Source::File { path, text } => {
                let origin = Origin::Place(Place::of(path, text, span.start, span.end));
                secret::hidden(Mistake { origin, message }, text, span.start)
            }
            Source::Variable(name) => {
                secret::without_password(Mistake { origin: Origin::Variable(name.clone()), message })
            }
            Source::Flag(name) => {
                secret::without_password(Mistake { origin: Origin::Flag(name.clone()), message })
            }
        }
    }
}

/// What a TOML text says as far as it can be read, and its syntax errors.
pub(super) fn parsed(text: &str) -> (Spanned<DeTable<'_>>, Vec<(Range<usize>, String)>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<(Range<usize>, String)> = errors.iter().map(|error| explained(text, error)).collect();
    errors.sort_by_key(|(span, _)| span.start);
    // One slip breaks what follows it on the line, so that only the first tells the cause.
    errors.dedup_by_key(|(span, _)| line_of(text, span.start).start);
    (table, errors)
}

fn flatten(text: &str, table: &DeTable<'_>, section: &str, entries: &mut Vec<Entry>) {
    for (name, value) in table {
        let separator = if section.is_empty() { "" } else { "." };
        let key = format!("{section}{separator}{}", name.get_ref());
        let given = Given::from_toml(text, value.get_ref(), value.span());
        entries.push(Entry { key: key.clone(), key_span: name.span(), given, is_broken: false });
        if let DeValue::Table(inner) = value.get_ref() {
            flatten(text, inner, &key, entries);
        }
    }
}

/// The name of the variable for a key: `CROSSLIST_SERVER__LISTEN` for `server.listen`.
pub(super) fn variable_of(key: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// The parser's words, made to say what to do.
fn explained(text: &str, error: &toml::de::Error) -> (Range<usize>, String) {
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
            return (span, format!("`{found}` is no TOML value; a string needs quotes"));
        }
        message => message.trim_end_matches(", expected nothing").to_owned(),
    };
    (span, message)
}

/// The whole of a value without quotes that the parser gave up on at `at`: `127.0.0.1:80` is to it a wrong float.
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

/// What a syntax error at `at` makes doubtful: its line, or the whole section where the heading is broken.
pub(super) fn broken_by(text: &str, at: usize) -> Range<usize> {
    let line = line_of(text, at);
    if !text[line.clone()].trim_start().starts_with('[') {
        return line;
    }
    let end = text[line.end..].find("\n[").map_or(text.len(), |next| line.end + next);
    line.start..end
}
