//! What can stand behind a key, whether a file, a variable or a flag gave it?

use std::ops::Range;

use toml::de::{DeInteger, DeValue};

use crate::domain::excerpt::excerpt;

/// The most characters of a value that a message repeats.
const SHOWN_CHARS_MAX: usize = 60;

/// A value as it was given, with its place.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub value: Value,
    /// Bytes of the layer's text.
    pub span: Range<usize>,
    /// As a message repeats it: on one line, cut where it is long.
    pub shown: String,
    /// What a variable or a flag holds, which need not be TOML.
    pub plain: Option<String>,
}

/// TOML's values as far as settings use them.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    /// Also an integer that no setting could take, for it is too large.
    Float(f64),
    Flag(bool),
    List(Vec<Given>),
    Table,
    Date,
}

impl Value {
    /// For a message about a wrong type.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Flag(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Table => "a table",
            Self::Date => "a date",
        }
    }
}

impl Given {
    /// A value of a TOML text.
    pub(super) fn from_toml(text: &str, value: &DeValue<'_>, span: Range<usize>) -> Self {
        let shown = shown(text.get(span.clone()).unwrap_or_default());
        let value = match value {
            DeValue::String(string) => Value::Text(string.clone().into_owned()),
            DeValue::Integer(integer) => number(integer),
            DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(flag) => Value::Flag(*flag),
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

    /// The value of a variable or a flag: TOML where it reads as such, else the plain string.
    pub(super) fn from_plain(plain: &str) -> Self {
        let trimmed = plain.trim();
        let mut given = match DeValue::parse(trimmed) {
            Ok(value) => Self::from_toml(trimmed, value.get_ref(), value.span()),
            Err(_) => {
                Self { value: Value::Text(plain.to_owned()), span: 0..0, shown: quoted(plain), plain: None }
            }
        };
        given.plain = Some(trimmed.to_owned());
        given
    }

    /// The text, where it is one; whatever a variable holds can be read as text.
    pub(super) fn text(&self) -> Option<&str> {
        match (&self.value, &self.plain) {
            (Value::Text(text), None) => Some(text),
            (Value::Text(text), Some(_)) => Some(text.trim()),
            (_, Some(plain)) => Some(plain),
            (_, None) => None,
        }
    }
}

fn number(integer: &DeInteger<'_>) -> Value {
    match i64::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(number) => Value::Integer(number),
        Err(_) => Value::Float(if integer.as_str().starts_with('-') { f64::MIN } else { f64::MAX }),
    }
}

/// On one line, cut where it is long.
pub(super) fn shown(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    excerpt(&line, SHOWN_CHARS_MAX).into_owned()
}

fn quoted(plain: &str) -> String {
    shown(&format!("{plain:?}"))
}
