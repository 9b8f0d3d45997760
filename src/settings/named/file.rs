//! The file while it is read: its text, and the errors that were found.

use std::ffi::OsString;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::settings::near::near;
use crate::settings::raw_value::RawValue;
use crate::settings::reader::hint;
use crate::settings::value_kind::{ValueError, ValueKind};

/// The variables of the process.
pub(in crate::settings) type Environment<'a> = &'a [(OsString, OsString)];

/// An error with its place in the text.
pub(super) type FileError = (Range<usize>, String);

pub(super) struct FeedsFile<'a> {
    pub(super) text: &'a str,
    pub(super) environment: Environment<'a>,
    pub(super) errors: Vec<FileError>,
    /// Errors about missing keys, which mean nothing if the syntax is broken: the key may be there.
    pub(super) missing: Vec<FileError>,
    /// The places of secrets, which are not shown.
    pub(super) secrets: Vec<Range<usize>>,
    /// The places of the lists of webhooks.
    pub(super) webhooks: Vec<Range<usize>>,
}

impl<'a> FeedsFile<'a> {
    pub(super) fn new(text: &'a str, environment: Environment<'a>) -> Self {
        let (errors, missing, secrets, webhooks) = Default::default();
        Self { text, environment, errors, missing, secrets, webhooks }
    }

    pub(super) fn raw(&self, value: &Spanned<DeValue<'_>>) -> RawValue {
        RawValue::from_toml(self.text, value.get_ref(), value.span())
    }

    pub(super) fn error(&mut self, span: &Range<usize>, message: String) {
        self.errors.push((span.clone(), message));
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type(&mut self, key: &str, value: &Spanned<DeValue<'_>>, advice: &str) {
        let raw = self.raw(value);
        self.errors.extend(ValueError::WrongType(advice.to_owned()).messages(key, &raw));
    }

    pub(super) fn refuse_unknown(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for (key, _) in table {
            let (name, span) = (key.get_ref().as_ref(), key.span());
            if !known.contains(&name) {
                let near = near(name, known.iter().copied());
                self.error(&span, format!("unknown key `{name}`; {}", hint(&near, known)));
            }
        }
    }

    /// The value of a key, if it exists and is valid.
    pub(super) fn take<T: 'static>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        kind: &ValueKind<T>,
    ) -> Option<T> {
        let raw = self.raw(table.get(key)?);
        kind.read(&raw).map_err(|error| self.errors.extend(error.messages(key, &raw))).ok()
    }
}
