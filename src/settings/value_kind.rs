//! The kinds of values: how each is read, what a message advises, and which form the schema gives it.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use super::raw_value::{RawValue, Value};
use crate::domain::presentation::Choice;

/// Why a value is refused.
#[derive(Debug)]
pub(super) enum ValueError {
    /// It is out of range or not one of the choices; says what to write.
    Invalid(String),
    /// It has another type; says what to write.
    WrongType(String),
    /// Parts of it are wrong: the place and the whole message for each.
    Items(Vec<(Range<usize>, String)>),
}

impl ValueError {
    /// The messages about the value of a key, with their places.
    pub(super) fn messages(self, key: &str, raw: &RawValue) -> Vec<(Range<usize>, String)> {
        let span = raw.span.clone();
        match self {
            Self::Invalid(advice) => vec![(span, format!("`{key}` is {}; {advice}", raw.shown))],
            Self::WrongType(advice) => {
                vec![(span, format!("`{key}` is {}, {}; {advice}", raw.shown, raw.value.kind()))]
            }
            Self::Items(messages) => messages,
        }
    }
}

/// The form of a value, which the advice and the schema are made from.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Integer(RangeInclusive<i64>),
    /// From 0, with a fraction.
    Number {
        max: u32,
    },
    Boolean,
    Choice(Vec<&'static str>),
    /// A string; the advice says which.
    Text(&'static str),
    /// Strings, such as these two.
    List([&'static str; 2]),
    /// Strings that are secrets; the advice says which.
    Secrets(&'static str),
}

impl Form {
    /// What to write in place of a wrong value.
    fn advice(&self) -> String {
        match self {
            Self::Integer(range) => format!("write an integer from {} to {}", range.start(), range.end()),
            Self::Number { max } => format!("write a number from 0 to {max}"),
            Self::Boolean => "write true or false".to_owned(),
            Self::Choice(names) => format!("choose from {}", names.join(", ")),
            Self::Text(advice) | Self::Secrets(advice) => (*advice).to_owned(),
            Self::List(example) => format!("write a list of strings such as {example:?}"),
        }
    }

    pub(super) fn invalid(&self) -> ValueError {
        ValueError::Invalid(self.advice())
    }

    pub(super) fn wrong_type(&self) -> ValueError {
        let quotes = if matches!(self, Self::Text(_)) { ", in quotes" } else { "" };
        ValueError::WrongType(format!("{}{quotes}", self.advice()))
    }
}

type Read<T> = Box<dyn Fn(&RawValue, &Form) -> Result<T, ValueError>>;

/// How a value of type `T` is read.
pub(super) struct ValueKind<T> {
    pub(super) form: Form,
    read: Read<T>,
}

impl<T: 'static> ValueKind<T> {
    pub(super) fn new(
        form: Form,
        read: impl Fn(&RawValue, &Form) -> Result<T, ValueError> + 'static,
    ) -> Self {
        Self { form, read: Box::new(read) }
    }

    pub(super) fn read(&self, raw: &RawValue) -> Result<T, ValueError> {
        (self.read)(raw, &self.form)
    }

    /// The same values as another type.
    pub(super) fn map<U: 'static>(self, convert: impl Fn(T) -> U + 'static) -> ValueKind<U> {
        let read = self.read;
        ValueKind::new(self.form, move |raw, form| read(raw, form).map(&convert))
    }
}

/// An integer in a range.
pub(super) fn integer<T: TryFrom<i64> + 'static>(range: RangeInclusive<i64>) -> ValueKind<T> {
    let bounds = range.clone();
    ValueKind::new(Form::Integer(range), move |raw, form| match raw.value {
        Value::Integer(number) if bounds.contains(&number) => T::try_from(number).map_err(|_| form.invalid()),
        // An integer that TOML cannot hold arrives as such a float.
        Value::Integer(_) | Value::Float(f64::MAX | f64::MIN) => Err(form.invalid()),
        _ => Err(form.wrong_type()),
    })
}

/// Whole seconds in a range.
pub(super) fn seconds(range: RangeInclusive<i64>) -> ValueKind<Duration> {
    integer::<u64>(range).map(Duration::from_secs)
}

/// Seconds from 0 to `max`, with a fraction.
pub(super) fn seconds_with_fraction(max: u32) -> ValueKind<Duration> {
    ValueKind::new(Form::Number { max }, move |raw, form| {
        #[expect(clippy::cast_precision_loss, reason = "exact up to `max`; a larger number is refused")]
        let seconds = match raw.value {
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            _ => return Err(form.wrong_type()),
        };
        if !(0.0..=f64::from(max)).contains(&seconds) {
            return Err(form.invalid());
        }
        Duration::try_from_secs_f64(seconds).map_err(|_| form.invalid())
    })
}

/// `true` or `false`.
pub(super) fn boolean() -> ValueKind<bool> {
    ValueKind::new(Form::Boolean, |raw, form| match raw.value {
        Value::Boolean(value) => Ok(value),
        _ => Err(form.wrong_type()),
    })
}

/// One of the names of a type.
pub(super) fn choice<T: Choice + 'static>() -> ValueKind<T> {
    let names = T::ALL.iter().map(|value| value.as_str()).collect();
    ValueKind::new(Form::Choice(names), |raw, form| {
        let name = raw.text().ok_or_else(|| form.wrong_type())?;
        T::named(name).ok_or_else(|| form.invalid())
    })
}

/// A string that `parse` accepts; `advice` says which strings those are.
pub(super) fn text<T: 'static>(
    advice: &'static str,
    parse: impl Fn(&str) -> Option<T> + 'static,
) -> ValueKind<T> {
    ValueKind::new(Form::Text(advice), move |raw, form| {
        let text = raw.text().ok_or_else(|| form.wrong_type())?;
        parse(text).ok_or_else(|| form.invalid())
    })
}

/// A list of strings. `parse` is also given the items before; its error is a whole message.
///
/// A variable may hold a TOML array or items separated by commas.
pub(super) fn list<T: 'static>(
    example: [&'static str; 2],
    parse: impl Fn(&str, &[T]) -> Result<T, String> + 'static,
) -> ValueKind<Vec<T>> {
    ValueKind::new(Form::List(example), move |raw, form| {
        if raw.is_broken_array() {
            return Err(ValueError::Invalid(format!("{}, or {}", form.advice(), example.join(","))));
        }
        let items = raw.items().ok_or_else(|| form.wrong_type())?;
        let (mut parsed, mut errors) = (Vec::new(), Vec::new());
        for (item, span) in items {
            match parse(item, &parsed) {
                Ok(value) => parsed.push(value),
                Err(message) => errors.push((span, message)),
            }
        }
        if errors.is_empty() { Ok(parsed) } else { Err(ValueError::Items(errors)) }
    })
}
