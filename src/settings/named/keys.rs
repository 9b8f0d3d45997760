//! Which keys does a named feed have, and what may their values be?

use crate::domain::taxonomy::SubjectId;
use crate::settings::check::list;
use crate::settings::reader::Fault;
use crate::settings::sections::subject;
use crate::settings::value::Given;

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

/// The longest title that is read; a feed shows the beginning of a long one.
const TITLE_BYTES_MAX: usize = 400;

/// How many subjects one feed may have, as in an address.
const SOURCES_MAX: usize = 40;

/// What to write for a key that is missing.
pub(super) fn example(key: &str) -> &'static str {
    match key {
        "name" => "name = \"gpu\", for /named/gpu",
        "sources" => "sources = [\"cs.DC\"], the subjects that it is made of",
        "q" => "q = 'ti:GPU'",
        _ => "add = 3",
    }
}

/// Can the name stand behind `list:`?
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

pub(super) fn sources(given: &Given) -> Result<Vec<SubjectId>, Fault> {
    let mut sources = list(["cs.DC", "quant-ph"], subject)(given)?;
    if !(1..=SOURCES_MAX).contains(&sources.len()) {
        return Err(Fault::Instead(format!("write 1 to {SOURCES_MAX} subjects such as [\"cs.DC\"]")));
    }
    sources.sort_unstable();
    Ok(sources)
}
