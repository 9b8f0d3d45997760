//! A value as a file, a variable or a flag states it, before it is checked.

use std::ops::Range;

use toml::de::{DeInteger, DeValue};

use crate::domain::excerpt::excerpt;

/// The most characters of a value that a message repeats.
const SHOWN_CHARS_MAX: usize = 60;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct RawValue {
    pub value: Value,
    /// Where it is, in bytes of the layer's text.
    pub span: Range<usize>,
    /// For messages: on one line, and truncated.
    pub shown: String,
    /// The text of a variable or a flag, which need not be TOML.
    pub plain: Option<String>,
}

/// The types of TOML; settings use no dates.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    /// Also an integer that is too large for TOML: the largest or smallest float.
    Float(f64),
    Boolean(bool),
    List(Vec<RawValue>),
    Table,
    Date,
}

impl Value {
    /// The name of the type, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Table => "a table",
            Self::Date => "a date",
        }
    }
}

impl RawValue {
    /// A value of a TOML text.
    pub(super) fn from_toml(text: &str, value: &DeValue<'_>, span: Range<usize>) -> Self {
        let shown = shown(text.get(span.clone()).unwrap_or_default());
        let value = match value {
            DeValue::String(string) => Value::Text(string.clone().into_owned()),
            DeValue::Integer(integer) => number(integer),
            DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(_) => Value::Date,
            DeValue::Array(items) => {
                let item =
                    |item: &toml::Spanned<DeValue<'_>>| Self::from_toml(text, item.get_ref(), item.span());
                Value::List(items.iter().map(item).collect())
            }
            DeValue::Table(_) => Value::Table,
        };
        Self { value, span, shown, plain: None }
    }

    /// The value of a variable or a flag: TOML if it parses as such, else a string.
    pub(super) fn from_plain(plain: &str) -> Self {
        let trimmed = plain.trim();
        let mut raw = match DeValue::parse(trimmed) {
            Ok(value) => Self::from_toml(trimmed, value.get_ref(), value.span()),
            Err(_) => {
                Self { value: Value::Text(plain.to_owned()), span: 0..0, shown: quoted(plain), plain: None }
            }
        };
        raw.plain = Some(trimmed.to_owned());
        raw
    }

    /// The value as text; a variable or a flag is always text.
    pub(super) fn text(&self) -> Option<&str> {
        match (&self.value, &self.plain) {
            (Value::Text(text), None) => Some(text),
            (Value::Text(text), Some(_)) => Some(text.trim()),
            (_, Some(plain)) => Some(plain),
            (_, None) => None,
        }
    }

    /// The items of a list of strings with their places; a variable or a flag may separate them with commas.
    pub(super) fn items(&self) -> Option<Vec<(&str, Range<usize>)>> {
        match (&self.value, &self.plain) {
            (Value::List(items), _) => {
                items.iter().map(|item| Some((item.text()?, item.span.clone()))).collect()
            }
            (_, Some(plain)) => {
                let items = self.text().unwrap_or(plain).split(',').map(str::trim);
                Some(items.filter(|item| !item.is_empty()).map(|item| (item, self.span.clone())).collect())
            }
            (_, None) => None,
        }
    }

    /// Returns whether a variable or a flag begins like a TOML array and is none.
    pub(super) fn is_broken_array(&self) -> bool {
        self.plain.is_some() && matches!(&self.value, Value::Text(text) if text.trim_start().starts_with('['))
    }
}

fn number(integer: &DeInteger<'_>) -> Value {
    match i64::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(number) => Value::Integer(number),
        Err(_) => Value::Float(if integer.as_str().starts_with('-') { f64::MIN } else { f64::MAX }),
    }
}

/// On one line, truncated.
pub(super) fn shown(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    excerpt(&line, SHOWN_CHARS_MAX).into_owned()
}

fn quoted(plain: &str) -> String {
    shown(&format!("{plain:?}"))
}
