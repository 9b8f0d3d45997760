//! The title and the description of a feed.

use crate::domain::announcement::AnnounceType;
use crate::domain::excerpt::beginning;
use crate::domain::presentation::{Choice, Digest};

use super::spec::{FeedSpec, Scope};

/// The longest title of a feed; Zulip takes no longer topic.
pub const FEED_TITLE_CHARACTERS_MAX: usize = 60;

/// `cs.DC: Distributed, Parallel, and Cluster Computing`, `cs.DC + cs.PF: new, ti:gpu`, `cs.DC + 12 more`.
#[must_use]
pub fn title(spec: &FeedSpec) -> String {
    let mut parts = Vec::new();
    if let Scope::Keyword(keyword, ..) = &spec.scope {
        parts.push(format!("“{keyword}”"));
    }
    if spec.selection.types != spec.default.0.types {
        parts.push(type_list(&spec.selection.types, ", "));
    }
    if let Some(digest) = spec.presentation.digest {
        parts.push(format!("{} digest", digest.as_str()));
    }
    parts.extend(spec.selection.rules().map(|rule| rule.canonical().to_owned()));
    if let Scope::Named(named) = &spec.scope {
        let separator = if parts.is_empty() { "" } else { ": " };
        return shortened(&format!("{}{separator}{}", named.title, parts.join(", ")));
    }
    let subjects = spec.scope.subjects();
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

pub(super) fn description(spec: &FeedSpec) -> String {
    let types = &spec.selection.types;
    let what = if types.len() == AnnounceType::ALL.len() {
        "New papers, cross-lists and replacements".to_owned()
    } else {
        format!("Announcements of type {}", type_list(types, ", "))
    };
    let names: Vec<String> =
        spec.scope.subjects().iter().map(|subject| format!("{} ({subject})", subject.name())).collect();
    let place = if names.is_empty() { "all watched subjects".to_owned() } else { names.join("; ") };
    let by_name = match &spec.scope {
        Scope::Named(feed) => Some(format!("the rules of {}", feed.slug)),
        Scope::Keyword(_, rule, _) => Some(rule.canonical().to_owned()),
        _ => None,
    };
    let rules: Vec<String> =
        by_name.into_iter().chain(spec.selection.rules().map(|rule| rule.canonical().to_owned())).collect();
    let matching =
        if rules.is_empty() { String::new() } else { format!(" that match {}", rules.join(" and ")) };
    let digest = match spec.presentation.digest {
        None => "",
        Some(Digest::Daily) => ", one item a mailing",
        Some(Digest::Weekly) => ", one item a week",
    };
    format!("{what} in {place}{matching}, as announced on arXiv{digest}")
}

/// The names of announcement types, as in a parameter or a title.
pub(super) fn type_list(types: &[AnnounceType], separator: &str) -> String {
    types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::presentation::Presentation;
    use crate::domain::taxonomy::SubjectId;
    use crate::feeds::assemble::{Limit, Selection};
    use crate::filter::{Context, Dialect, Limits, Lists, parse};

    pub(in crate::feeds) fn spec(subjects: &[&str], types: &[AnnounceType], rule: &str) -> FeedSpec {
        let subjects = subjects.iter().map(|id| SubjectId::parse(id).expect("a subject")).collect();
        let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
        let query = if rule.is_empty() { None } else { parse(rule, &Limits::URL, &context).ok() };
        let default = Selection::of(&AnnounceType::ALL, 14, Limit::Default(500));
        let selection = Selection { types: types.to_vec(), query, ..default.clone() };
        let spec = FeedSpec::with_defaults(Scope::Subjects(subjects), default, Presentation::default());
        FeedSpec { selection, ..spec }
    }

    fn check(subjects: &[&str], types: &[AnnounceType], rule: &str, expected: &str) {
        let title = title(&spec(subjects, types, rule));
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
        let title = title(&spec(&["cs.DC"], all, long));
        assert!(title.ends_with('…') && title.chars().count() <= FEED_TITLE_CHARACTERS_MAX, "{title}");
    }

    #[test]
    fn every_subject_has_a_title_of_its_own() {
        for subject in SubjectId::all() {
            let title = title(&spec(&[subject.as_str()], &AnnounceType::ALL, ""));
            assert!(title.starts_with(subject.as_str()), "{title}");
            assert!(title.chars().count() <= FEED_TITLE_CHARACTERS_MAX, "{title}");
        }
    }
}
