//! What may a single value be? Each function reads one kind and says what to write instead.

use std::ops::RangeInclusive;
use std::time::Duration;

use url::Url;

use super::reader::Fault;
use super::value::{Given, Value};

/// A whole number in a range.
pub(super) fn integer<T: TryFrom<i64>>(range: RangeInclusive<i64>) -> impl Fn(&Given) -> Result<T, Fault> {
    move |given| {
        let advice = format!("write an integer from {} to {}", range.start(), range.end());
        match given.value {
            Value::Integer(number) if range.contains(&number) => {
                T::try_from(number).map_err(|_| Fault::Instead(advice))
            }
            // As a float only because it is out of every range.
            Value::Integer(_) | Value::Float(f64::MAX | f64::MIN) => Err(Fault::Instead(advice)),
            _ => Err(Fault::WrongType(advice)),
        }
    }
}

/// Whole seconds in a range.
pub(super) fn seconds(range: RangeInclusive<i64>) -> impl Fn(&Given) -> Result<Duration, Fault> {
    let read = integer::<u64>(range);
    move |given| read(given).map(Duration::from_secs)
}

/// Seconds from 0 to `most`, with fractions.
pub(super) fn seconds_with_fraction(most: f64) -> impl Fn(&Given) -> Result<Duration, Fault> {
    move |given| {
        let advice = format!("write a number from 0 to {most}");
        let seconds = match given.value {
            #[expect(
                clippy::cast_precision_loss,
                reason = "exact below `most`, and what is above is refused"
            )]
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            _ => return Err(Fault::WrongType(advice)),
        };
        if (0.0..=most).contains(&seconds) {
            Duration::try_from_secs_f64(seconds).map_err(|_| Fault::Instead(advice))
        } else {
            Err(Fault::Instead(advice))
        }
    }
}

/// `true` or `false`.
pub(super) fn flag(given: &Given) -> Result<bool, Fault> {
    match given.value {
        Value::Flag(flag) => Ok(flag),
        _ => Err(Fault::WrongType("write true or false".to_owned())),
    }
}

/// A string that `read` understands; `advice` says what it understands.
pub(super) fn text<T>(
    advice: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> impl Fn(&Given) -> Result<T, Fault> {
    move |given| {
        let text = given.text().ok_or_else(|| Fault::WrongType(format!("{advice}, in quotes")))?;
        read(text).ok_or_else(|| Fault::Instead(advice.to_owned()))
    }
}

/// A list of strings that `read` understands, each with its own message where it does not.
///
/// A variable may hold a TOML array or the items with commas between them.
pub(super) fn list<T>(
    example: [&'static str; 2],
    read: impl Fn(&str, &[T]) -> Result<T, String>,
) -> impl Fn(&Given) -> Result<Vec<T>, Fault> {
    move |given| {
        let advice = format!("write a list of strings such as {example:?}");
        let mut parts = Vec::new();
        let mut found = Vec::new();
        let mut take = |item: &str, span: &std::ops::Range<usize>| match read(item, &found) {
            Ok(value) => found.push(value),
            Err(message) => parts.push((span.clone(), message)),
        };
        match (&given.value, &given.plain) {
            (Value::List(items), _) => {
                for item in items {
                    match item.text() {
                        Some(text) => take(text, &item.span),
                        None => return Err(Fault::WrongType(advice)),
                    }
                }
            }
            (Value::Text(text), Some(_)) if text.trim_start().starts_with('[') => {
                return Err(Fault::Instead(format!("{advice}, or {}", example.join(","))));
            }
            (_, Some(plain)) => {
                let text = given.text().unwrap_or(plain);
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                items.for_each(|item| take(item, &given.span));
            }
            _ => return Err(Fault::WrongType(advice)),
        }
        if parts.is_empty() { Ok(found) } else { Err(Fault::Parts(parts)) }
    }
}

/// An http or https address without user, query and fragment.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (is_plain && matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// A mail address as far as a line of a request needs it to be one.
pub(super) fn is_mail_address(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && !"()<>[]\\,;:\"@".contains(c);
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && name.chars().all(is_plain) && host.contains('.') && host.chars().all(is_plain)
    })
}
