//! What was asked for, what is it called, and at which address is it?

use std::sync::Arc;

use url::form_urlencoded;

use crate::domain::announcement::AnnounceType;
use crate::domain::excerpt::beginning;
use crate::domain::feed::FeedUrl;
use crate::domain::presentation::{Choice, Digest, Presentation};
use crate::domain::taxonomy::SubjectId;
use crate::filter::{Aliases, Query};

use super::{Limit, NamedOptions, Selection};

/// The longest title of a feed; Zulip takes no longer topic.
pub const FEED_TITLE_CHARACTERS_MAX: usize = 60;

/// The most items of a feed of usual size.
const ORDINARY_ITEMS_MAX: usize = 500;

/// What was asked for, in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    pub scope: Scope,
    pub selection: Selection,
    pub presentation: Presentation,
    /// What selection and presentation are when nothing is chosen.
    pub default: (Selection, Presentation),
}

impl Asked {
    /// Nothing is chosen.
    #[must_use]
    pub fn usual(scope: Scope, selection: Selection, presentation: Presentation) -> Self {
        let default = (selection.clone(), presentation.clone());
        Self { scope, selection, presentation, default }
    }

    /// What it takes beside itself, in bytes; a feed of the configuration is kept once for all.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let of_scope = match &self.scope {
            Scope::Keyword(keyword, rule, _) => keyword.len() + rule.memory_bytes(),
            _ => 0,
        };
        let of_subjects = match &self.scope {
            Scope::Named(_) => 0,
            scope => size_of_val(scope.subjects()),
        };
        of_scope + of_subjects + self.selection.memory_bytes() + self.default.0.memory_bytes()
    }

    /// May it take much longer than a feed of usual size by plain words?
    #[must_use]
    pub fn is_costly(&self) -> bool {
        let is_large = |limit| matches!(limit, Limit::Chosen(items) if items > ORDINARY_ITEMS_MAX);
        let has_costly_rule = match &self.scope {
            Scope::Named(named) => {
                named.rule.iter().chain(named.scores.iter().map(|(rule, _)| rule)).any(Query::is_costly)
            }
            Scope::Keyword(_, rule, _) => rule.is_costly(),
            _ => false,
        };
        self.presentation.digest.is_some()
            || is_large(self.selection.limit)
            || has_costly_rule
            || self.selection.rules().any(Query::is_costly)
    }
}

/// Where the papers of a feed come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `/subjects/…`: these, sorted, each once.
    Subjects(Vec<SubjectId>),
    /// `/subjects/all`: everything that is read.
    Everything,
    /// `/search`: these subjects, or all that are read.
    Search(Vec<SubjectId>),
    /// `/keywords/…`: papers with this phrase, by the rule that finds it, in these subjects or all that are read.
    Keyword(String, Query, Vec<SubjectId>),
    /// `/named/…`: a feed of the configuration.
    Named(Arc<NamedOptions>),
}

/// The rule that finds a keyword: as one phrase in title, abstract and comments.
#[must_use]
pub fn keyword_rule(keyword: &str) -> String {
    let phrase = keyword.replace('"', " ");
    format!("tiabs:\"{phrase}\" OR co:\"{phrase}\"")
}

/// `cs.DC: Distributed, Parallel, and Cluster Computing`, `cs.DC + cs.PF: new, ti:gpu`, `cs.DC + 12 more`.
#[must_use]
pub fn title(asked: &Asked) -> String {
    let mut parts = Vec::new();
    if let Scope::Keyword(keyword, ..) = &asked.scope {
        parts.push(format!("“{keyword}”"));
    }
    if asked.selection.types != asked.default.0.types {
        parts.push(type_list(&asked.selection.types, ", "));
    }
    if let Some(digest) = asked.presentation.digest {
        parts.push(format!("{} digest", digest.as_str()));
    }
    parts.extend(asked.selection.rules().map(|rule| rule.canonical().to_owned()));
    if let Scope::Named(named) = &asked.scope {
        let separator = if parts.is_empty() { "" } else { ": " };
        return shortened(&format!("{}{separator}{}", named.title, parts.join(", ")));
    }
    let subjects = asked.scope.subjects();
    let suffix = match (parts.as_slice(), subjects) {
        ([], [only]) => format!(": {}", only.name()),
        ([], []) => ": all watched subjects".to_owned(),
        ([], _) => String::new(),
        (parts, _) => format!(": {}", parts.join(", ")),
    };
    let fits = |text: &String| text.chars().count() <= FEED_TITLE_CHARACTERS_MAX;
    let named = |count: usize| {
        let names: Vec<&str> = subjects[..count].iter().map(|subject| subject.as_str()).collect();
        match subjects.len() - count {
            0 => format!("{}{suffix}", names.join(" + ")),
            rest => format!("{} + {rest} more{suffix}", names.join(" + ")),
        }
    };
    let shortest = || if subjects.is_empty() { format!("arXiv{suffix}") } else { named(1) };
    (1..=subjects.len()).rev().map(named).find(fits).unwrap_or_else(|| shortened(&shortest()))
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= FEED_TITLE_CHARACTERS_MAX {
        return title.to_owned();
    }
    format!("{}…", beginning(title, FEED_TITLE_CHARACTERS_MAX - 1).trim_end())
}

/// Where the service is: what links begin with, and what ids do, which stay as they are when links change.
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

/// What proxies decode, take for something else or refuse in a path, and leave alone in a query: nginx decodes `%2F`
/// where it takes a path off, Apache answers it with 404, Traefik refuses all of these.
const NOT_FOR_PATHS: [char; 6] = ['/', '\\', '%', '?', '#', ';'];

/// The canonical address of a feed: one for all spellings of a request.
#[must_use]
pub fn url(asked: &Asked, base: &str) -> FeedUrl {
    let in_query = match &asked.scope {
        Scope::Keyword(keyword, ..) if keyword.contains(NOT_FOR_PATHS) => Some(encoded(keyword)),
        _ => None,
    };
    spelled(asked, base, in_query)
}

/// What a feed is, whatever its format and however its address is spelled.
pub(super) fn id(asked: &Asked, base: &str) -> String {
    identity(&spelled(asked, base, None))
}

/// The address with the keyword in its path, or encoded in its query.
fn spelled(asked: &Asked, base: &str, keyword_in_query: Option<String>) -> FeedUrl {
    let joined = |subjects: &[SubjectId]| {
        subjects.iter().map(|subject| subject.as_str()).collect::<Vec<_>>().join("+")
    };
    let path = match &asked.scope {
        Scope::Subjects(subjects) => format!("subjects/{}", joined(subjects)),
        Scope::Everything => "subjects/all".to_owned(),
        Scope::Search(_) => "search".to_owned(),
        Scope::Keyword(..) if keyword_in_query.is_some() => "keywords".to_owned(),
        Scope::Keyword(keyword, ..) => format!("keywords/{}", encoded(keyword).replace('+', "%20")),
        Scope::Named(named) => format!("named/{}", named.slug),
    };
    let Selection { types, days, limit, query, aliases, sort } = &asked.selection;
    let (usual, usually) = &asked.default;
    let mut parameters = Vec::new();
    let mut add = |name: &str, value: &str| parameters.push(format!("{name}={value}"));
    if let Some(keyword) = keyword_in_query {
        add("keyword", &keyword);
    }
    if let Some(query) = query {
        add("q", &encoded(query.canonical()));
    }
    if let Scope::Search(subjects) | Scope::Keyword(_, _, subjects) = &asked.scope
        && !subjects.is_empty()
    {
        add("subjects", &joined(subjects).replace('+', ","));
    }
    if *types != usual.types {
        add("type", &type_list(types, ","));
    }
    if *days != usual.days {
        add("days", &days.to_string());
    }
    if let Limit::Chosen(chosen) = limit
        && *limit != usual.limit
    {
        add("limit", &chosen.to_string());
    }
    for (name, value) in aliases.iter().flat_map(Aliases::parameters) {
        add(name, &encoded(value));
    }
    if *sort != usual.sort {
        add("sort", sort.as_str());
    }
    shown(&asked.presentation, usually, add);
    FeedUrl { stem: format!("{base}/{path}"), query: parameters.join("&") }
}

/// What a feed is, whatever its format: its address without an ending.
pub(super) fn identity(url: &FeedUrl) -> String {
    let separator = if url.query.is_empty() { "" } else { "?" };
    format!("{}{separator}{}", url.stem, url.query)
}

/// What is shown otherwise than usual.
fn shown(chosen: &Presentation, usual: &Presentation, mut add: impl FnMut(&str, &str)) {
    // The profile comes first: it says what is usual for the others.
    if chosen.profile != usual.profile {
        add("profile", chosen.profile.as_str());
    }
    if chosen.text != usual.text {
        add("text", chosen.text.as_str());
    }
    if chosen.summary != chosen.profile.summary() {
        add("summary", chosen.summary.as_str());
    }
    if let (Some(brief), true) = (chosen.brief, chosen.brief != usual.brief) {
        add("brief", &brief.to_string());
    }
    if let (Some(digest), true) = (chosen.digest, chosen.digest != usual.digest) {
        add("digest", digest.as_str());
    }
    if chosen.changes != usual.changes {
        add("changes", &chosen.changes.to_string());
    }
    if chosen.pdf != usual.pdf {
        add("pdf", &chosen.pdf.to_string());
    }
}

impl Scope {
    /// The subjects that were named; none for all that are read.
    #[must_use]
    pub fn subjects(&self) -> &[SubjectId] {
        match self {
            Self::Subjects(subjects) | Self::Search(subjects) | Self::Keyword(_, _, subjects) => subjects,
            Self::Named(named) => &named.sources,
            Self::Everything => &[],
        }
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub(super) fn description(asked: &Asked) -> String {
    let types = &asked.selection.types;
    let what = if types.len() == AnnounceType::ALL.len() {
        "New papers, cross-lists and replacements".to_owned()
    } else {
        format!("Announcements of type {}", type_list(types, ", "))
    };
    let names: Vec<String> =
        asked.scope.subjects().iter().map(|subject| format!("{} ({subject})", subject.name())).collect();
    let place = if names.is_empty() { "all watched subjects".to_owned() } else { names.join("; ") };
    let by_name = match &asked.scope {
        Scope::Named(feed) => Some(format!("the rules of {}", feed.slug)),
        Scope::Keyword(_, rule, _) => Some(rule.canonical().to_owned()),
        _ => None,
    };
    let rules: Vec<String> =
        by_name.into_iter().chain(asked.selection.rules().map(|rule| rule.canonical().to_owned())).collect();
    let matching =
        if rules.is_empty() { String::new() } else { format!(" that match {}", rules.join(" and ")) };
    let digest = match asked.presentation.digest {
        None => "",
        Some(Digest::Daily) => ", one item a mailing",
        Some(Digest::Weekly) => ", one item a week",
    };
    format!("{what} in {place}{matching}, as announced on arXiv{digest}")
}

fn type_list(types: &[AnnounceType], separator: &str) -> String {
    types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Context, Dialect, Limits, Lists, parse};

    fn asked(subjects: &[&str], types: &[AnnounceType], rule: &str) -> Asked {
        let subjects = subjects.iter().map(|id| SubjectId::parse(id).expect("a subject")).collect();
        let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
        let query = if rule.is_empty() { None } else { parse(rule, &Limits::URL, &context).ok() };
        let usual = Selection::of(&AnnounceType::ALL, 14, Limit::Usual(500));
        let selection = Selection { types: types.to_vec(), query, ..usual.clone() };
        let asked = Asked::usual(Scope::Subjects(subjects), usual, Presentation::default());
        Asked { selection, ..asked }
    }

    fn check(subjects: &[&str], types: &[AnnounceType], rule: &str, expected: &str) {
        let title = title(&asked(subjects, types, rule));
        assert_eq!(title, expected);
        assert!(title.chars().count() <= FEED_TITLE_CHARACTERS_MAX);
    }

    #[test]
    fn a_title_says_what_the_feed_is_in_sixty_characters() {
        use AnnounceType::{Cross, New};
        let all = &AnnounceType::ALL;
        check(&["cs.DC"], all, "", "cs.DC: Distributed, Parallel, and Cluster Computing");
        check(&["cs.DC"], &[New, Cross], "", "cs.DC: new, cross");
        check(&["cs.DC"], &[New], "ti:GPU", "cs.DC: new, ti:gpu");
        check(&["cs.DC", "cs.PF"], all, "", "cs.DC + cs.PF");
        check(&["cs.DC", "cs.PF"], &[New], "", "cs.DC + cs.PF: new");
        let many = [
            "astro-ph.CO",
            "astro-ph.EP",
            "astro-ph.GA",
            "astro-ph.HE",
            "astro-ph.IM",
            "astro-ph.SR",
            "cond-mat.dis-nn",
            "cond-mat.mes-hall",
        ];
        check(&many, all, "", "astro-ph.CO + astro-ph.EP + astro-ph.GA + 5 more");
        let long = "\"a very long phrase that goes on and on, past any topic of a chat\"";
        let title = title(&asked(&["cs.DC"], all, long));
        assert!(title.ends_with('…') && title.chars().count() <= FEED_TITLE_CHARACTERS_MAX, "{title}");
    }

    #[test]
    fn every_subject_has_a_title_of_its_own() {
        for subject in SubjectId::all() {
            let title = title(&asked(&[subject.as_str()], &AnnounceType::ALL, ""));
            assert!(title.starts_with(subject.as_str()), "{title}");
            assert!(title.chars().count() <= FEED_TITLE_CHARACTERS_MAX, "{title}");
        }
    }

    #[test]
    fn an_address_is_canonical() {
        let asked = asked(&["cs.DC", "cs.PF"], &[AnnounceType::New], "ti:GPU cat:cs.LG");
        let url = url(&asked, "http://x");
        assert_eq!(url.stem, "http://x/subjects/cs.DC+cs.PF");
        assert!(url.query.starts_with("q=") && url.query.ends_with("&type=new"), "{}", url.query);
        let rule = asked.selection.query.clone().expect("a rule");
        let keyword = Scope::Keyword("a b/c".to_owned(), rule, Vec::new());
        let asked = Asked { scope: keyword, ..asked };
        // Proxies decode `%2F` in a path; ids are as they were when it stood there.
        let url = super::url(&asked, "http://x");
        assert_eq!(url.stem, "http://x/keywords");
        assert!(url.query.starts_with("keyword=a+b%2Fc&q="), "{}", url.query);
        assert!(id(&asked, "http://x").starts_with("http://x/keywords/a%20b%2Fc?q="));
    }
}
