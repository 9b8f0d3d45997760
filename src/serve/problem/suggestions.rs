//! Suggestions for unknown subjects and feeds.

use crate::domain::taxonomy::UnknownSubject;

/// The shortest part of a name that is a hint to the whole.
const PART_BYTES_MIN: usize = 3;

/// The most similar names that are suggested.
const NEAR_MAX: usize = 5;

/// Endings that name a format that feeds do not have, or not behind this name.
const FORMATS_OF_OTHERS: [&str; 9] = ["xml", "html", "htm", "rdf", "feed", "txt", "rss", "atom", "json"];

/// What would work in the place of a subject that there is none of.
pub(in crate::serve) fn of_subject(unknown: &UnknownSubject) -> String {
    let UnknownSubject { given, near } = unknown;
    let is_a_format = |ending: &str| FORMATS_OF_OTHERS.contains(&ending.to_ascii_lowercase().as_str());
    let ending = given.rsplit_once('.').filter(|(_, ending)| is_a_format(ending));
    match (ending, near.as_slice()) {
        (Some((subject, _)), _) => {
            format!("the formats are {subject}.rss, {subject}.atom and {subject}.json")
        }
        _ if given.contains([' ', ',']) => "join subjects with +, as in cs.DC+cs.PF".to_owned(),
        _ if given.eq_ignore_ascii_case("all") => "`all` stands alone, for every watched subject".to_owned(),
        (None, []) => "a subject is an arXiv category or archive such as cs.DC or quant-ph".to_owned(),
        (None, near) => near.join(", "),
    }
}

/// What would work in the place of a named feed that there is none of.
pub(in crate::serve) fn of_feed(typed: &str, known: &[&str]) -> String {
    if let Some((slug, _)) = typed.rsplit_once('.')
        && known.contains(&slug)
    {
        return format!("the formats are {slug}.rss, {slug}.atom and {slug}.json");
    }
    let is_part = |name: &str| typed.len() >= PART_BYTES_MIN && name.contains(typed);
    let is_near =
        |name: &str| strsim::levenshtein(typed, name) <= (name.len() / 3).clamp(1, 3) || is_part(name);
    let near: Vec<&str> = known.iter().copied().filter(|name| is_near(name)).take(NEAR_MAX).collect();
    match (known.is_empty(), near.is_empty()) {
        (true, _) => "no feeds are named here".to_owned(),
        (false, true) => "the start page lists the named feeds".to_owned(),
        (false, false) => format!("near: {}", near.join(", ")),
    }
}
