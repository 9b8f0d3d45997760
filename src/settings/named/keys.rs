//! The keys of a named feed, and the parsers of their values.

use crate::domain::taxonomy::SubjectId;
use crate::settings::value_kind::{ValueError, ValueKind, list};
use crate::settings::values::subject;

pub(super) const FEED_KEYS: [&str; 13] = [
    "name",
    "title",
    "sources",
    "query",
    "include",
    "exclude",
    "score",
    "min_score",
    "days",
    "limit",
    "text",
    "backfill",
    "webhooks",
];

/// The longest name of a feed.
const NAME_BYTES_MAX: usize = 64;

/// The longest title; a feed shows the beginning of a long one.
const TITLE_BYTES_MAX: usize = 400;

/// The most subjects of a feed, as in an address.
const SOURCES_MAX: usize = 40;

/// What to write for a key that is missing.
pub(super) fn example(key: &str) -> &'static str {
    match key {
        "name" => "name = \"gpu\", for /named/gpu",
        "sources" => "sources = [\"cs.DC\"], the subjects of the feed",
        "q" => "q = 'ti:GPU'",
        _ => "add = 3",
    }
}

/// Returns whether a name can follow `list:` in a rule.
pub(super) fn is_list_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_".contains(c))
}

pub(super) fn slug(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = !text.is_empty() && text.len() <= NAME_BYTES_MAX && text.chars().all(is_plain);
    fits.then(|| text.to_owned())
}

pub(super) fn title(text: &str) -> Option<String> {
    let fits = text.len() <= TITLE_BYTES_MAX && !text.chars().any(char::is_control);
    (fits && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The subjects of a feed, sorted.
pub(super) fn sources() -> ValueKind<Vec<SubjectId>> {
    let subjects = list(["cs.DC", "quant-ph"], subject);
    ValueKind::new(subjects.form.clone(), move |raw, _| {
        let mut sources = subjects.read(raw)?;
        if !(1..=SOURCES_MAX).contains(&sources.len()) {
            let advice = format!("write 1 to {SOURCES_MAX} subjects such as [\"cs.DC\"]");
            return Err(ValueError::Invalid(advice));
        }
        sources.sort_unstable();
        Ok(sources)
    })
}
