//! The canonical address of a feed, and the id that is made of it.

use url::form_urlencoded;

use crate::domain::feed::FeedUrl;
use crate::domain::presentation::{Choice, Presentation};
use crate::domain::taxonomy::SubjectId;
use crate::filter::Aliases;

use super::assemble::{Limit, Selection};
use super::spec::{FeedSpec, Scope};
use super::title::type_list;

/// The public addresses of the service, without a slash at the end: that of links, and that of ids, which stays as it is
/// when links change.
#[derive(Clone, Copy, Debug)]
pub struct Bases<'a> {
    pub links: &'a str,
    pub ids: &'a str,
}

impl<'a> From<&'a str> for Bases<'a> {
    fn from(base: &'a str) -> Self {
        Self { links: base, ids: base }
    }
}

/// Characters that proxies decode, misread or refuse in a path, and leave alone in a query: nginx decodes `%2F`
/// where it takes a path off, Apache answers it with 404, Traefik refuses all of these.
const NOT_FOR_PATHS: [char; 6] = ['/', '\\', '%', '?', '#', ';'];

/// The canonical address of a feed, the same for all spellings of a request; parameters with default values are left out.
///
/// `base` is the public address of the service, without a slash at its end.
#[must_use]
pub fn url(spec: &FeedSpec, base: &str) -> FeedUrl {
    let in_query = match &spec.scope {
        Scope::Keyword(keyword, ..) if keyword.contains(NOT_FOR_PATHS) => Some(encoded(keyword)),
        _ => None,
    };
    spelled(spec, base, in_query)
}

/// The id of a feed, independent of its format and of how its address is spelled: its first address.
///
/// `base` is the address that ids begin with, without a slash at its end.
pub(super) fn id(spec: &FeedSpec, base: &str) -> String {
    identity(&spelled(spec, base, None))
}

/// The address with the keyword in its path, or encoded in its query.
fn spelled(spec: &FeedSpec, base: &str, keyword_in_query: Option<String>) -> FeedUrl {
    let joined = |subjects: &[SubjectId]| {
        subjects.iter().map(|subject| subject.as_str()).collect::<Vec<_>>().join("+")
    };
    let path = match &spec.scope {
        Scope::Subjects(subjects) => format!("subjects/{}", joined(subjects)),
        Scope::Everything => "subjects/all".to_owned(),
        Scope::Search(_) => "search".to_owned(),
        Scope::Keyword(..) if keyword_in_query.is_some() => "keywords".to_owned(),
        Scope::Keyword(keyword, ..) => format!("keywords/{}", encoded(keyword).replace('+', "%20")),
        Scope::Named(named) => format!("named/{}", named.slug),
    };
    let Selection { types, days, limit, query, aliases, sort } = &spec.selection;
    let (default, default_presentation) = &spec.default;
    let mut parameters = Vec::new();
    let mut add = |name: &str, value: &str| parameters.push(format!("{name}={value}"));
    if let Some(keyword) = keyword_in_query {
        add("keyword", &keyword);
    }
    if let Some(query) = query {
        add("q", &encoded(query.canonical()));
    }
    if let Scope::Search(subjects) | Scope::Keyword(_, _, subjects) = &spec.scope
        && !subjects.is_empty()
    {
        add("subjects", &joined(subjects).replace('+', ","));
    }
    if *types != default.types {
        add("type", &type_list(types, ","));
    }
    if *days != default.days {
        add("days", &days.to_string());
    }
    if let Limit::Chosen(chosen) = limit
        && *limit != default.limit
    {
        add("limit", &chosen.to_string());
    }
    for (name, value) in aliases.iter().flat_map(Aliases::parameters) {
        add(name, &encoded(value));
    }
    if *sort != default.sort {
        add("sort", sort.as_str());
    }
    shown(&spec.presentation, default_presentation, add);
    FeedUrl { stem: format!("{base}/{path}"), query: parameters.join("&") }
}

/// An address without the ending of a format.
pub(super) fn identity(url: &FeedUrl) -> String {
    let separator = if url.query.is_empty() { "" } else { "?" };
    format!("{}{separator}{}", url.stem, url.query)
}

/// Adds the parameters of a presentation that differ from the default.
fn shown(chosen: &Presentation, default: &Presentation, mut add: impl FnMut(&str, &str)) {
    // The profile comes first: the defaults of the others depend on it.
    if chosen.profile != default.profile {
        add("profile", chosen.profile.as_str());
    }
    if chosen.text != default.text {
        add("text", chosen.text.as_str());
    }
    if chosen.summary != chosen.profile.summary() {
        add("summary", chosen.summary.as_str());
    }
    if let (Some(brief), true) = (chosen.brief, chosen.brief != default.brief) {
        add("brief", &brief.to_string());
    }
    if let (Some(digest), true) = (chosen.digest, chosen.digest != default.digest) {
        add("digest", digest.as_str());
    }
    if chosen.changes != default.changes {
        add("changes", &chosen.changes.to_string());
    }
    if chosen.pdf != default.pdf {
        add("pdf", &chosen.pdf.to_string());
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::announcement::AnnounceType;
    use crate::feeds::title::tests::spec;

    #[test]
    fn an_address_is_canonical() {
        let spec = spec(&["cs.DC", "cs.PF"], &[AnnounceType::New], "ti:GPU cat:cs.LG");
        let url = url(&spec, "http://x");
        assert_eq!(url.stem, "http://x/subjects/cs.DC+cs.PF");
        assert!(url.query.starts_with("q=") && url.query.ends_with("&type=new"), "{}", url.query);
        let rule = spec.selection.query.clone().expect("a rule");
        let keyword = Scope::Keyword("a b/c".to_owned(), rule, Vec::new());
        let spec = FeedSpec { scope: keyword, ..spec };
        // Proxies decode `%2F` in a path; ids are as they were when it stood there.
        let url = super::url(&spec, "http://x");
        assert_eq!(url.stem, "http://x/keywords");
        assert!(url.query.starts_with("keyword=a+b%2Fc&q="), "{}", url.query);
        assert!(id(&spec, "http://x").starts_with("http://x/keywords/a%20b%2Fc?q="));
    }
}
