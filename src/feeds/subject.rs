//! How does a choice of events become a feed of one or more subjects?

use crate::domain::announcement::AnnounceType;
use crate::domain::event::Event;
use crate::domain::feed::{Entry, Feed, FeedUrl};
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::text;

use super::{Limit, Selection};

/// The longest title of a feed; Zulip takes no longer topic.
pub const FEED_TITLE_CHARACTERS_MAX: usize = 60;

/// The feed of `subjects`, of the events that were chosen for it.
///
/// `url` is the canonical address; `newest` dates a feed in which nothing matched.
#[must_use]
pub fn feed(
    subjects: &[SubjectId],
    selection: &Selection,
    events: &[Event],
    url: FeedUrl,
    newest: jiff::civil::Date,
) -> Feed {
    let updated = events.iter().map(|event| event.added).max();
    Feed {
        title: title(subjects, &selection.types),
        description: description(subjects, &selection.types),
        page_url: if url.query.is_empty() { url.stem.clone() } else { format!("{}?{}", url.stem, url.query) },
        base_url: url,
        updated: updated.unwrap_or_else(|| mailing::moment(newest)),
        entries: events.iter().map(entry).collect(),
    }
}

/// `cs.DC: Distributed, Parallel, and Cluster Computing`, `cs.DC + cs.PF: new, cross`, `cs.DC + 12 more`.
#[must_use]
pub fn title(subjects: &[SubjectId], types: &[AnnounceType]) -> String {
    let suffix = match (subjects, types.len() == AnnounceType::ALL.len()) {
        (_, false) => format!(": {}", type_list(types, ", ")),
        ([only], true) => format!(": {}", only.name()),
        _ => String::new(),
    };
    let fits = |text: &String| text.chars().count() <= FEED_TITLE_CHARACTERS_MAX;
    let named = |count: usize| {
        let names: Vec<&str> = subjects[..count].iter().map(|subject| subject.as_str()).collect();
        match subjects.len() - count {
            0 => format!("{}{suffix}", names.join(" + ")),
            rest => format!("{} + {rest} more{suffix}", names.join(" + ")),
        }
    };
    (1..=subjects.len()).rev().map(named).find(fits).unwrap_or_else(|| "arXiv".to_owned())
}

/// The query of the canonical address, for what differs from the defaults.
#[must_use]
pub fn query(selection: &Selection, default: &Selection) -> String {
    let mut parts = Vec::new();
    if selection.types != default.types {
        parts.push(format!("type={}", type_list(&selection.types, ",")));
    }
    if let Limit::Chosen(limit) = selection.limit {
        parts.push(format!("limit={limit}"));
    }
    parts.join("&")
}

fn description(subjects: &[SubjectId], types: &[AnnounceType]) -> String {
    let names: Vec<String> =
        subjects.iter().map(|subject| format!("{} ({subject})", subject.name())).collect();
    let what = if types.len() == AnnounceType::ALL.len() {
        "New papers, cross-lists and replacements".to_owned()
    } else {
        format!("Announcements of type {}", type_list(types, ", "))
    };
    format!("{what} in {}, as announced on arXiv", names.join("; "))
}

fn type_list(types: &[AnnounceType], separator: &str) -> String {
    types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(separator)
}

fn entry(event: &Event) -> Entry {
    let paper = &event.paper;
    let url = paper.id.abstract_url();
    let id = if event.announce_type.is_replacement() {
        format!("{url}#replaced-{}", event.listing_date)
    } else {
        url.clone()
    };
    let mut authors = paper.authors.names.clone();
    if paper.authors.et_al {
        authors.push("et al.".to_owned());
    }
    Entry {
        id,
        url,
        title: paper.title.clone(),
        authors,
        subjects: paper.subjects.clone(),
        announce_type: event.announce_type,
        published: event.published,
        summary: text::summary(paper, event.announce_type, event.cross_list_from.as_deref()),
        content_html: text::item_html(paper, event.announce_type, event.cross_list_from.as_deref()).into(),
        comments: paper.comments.as_ref().map(crate::domain::prose::Prose::to_plain_text),
        journal_ref: paper.journal_ref.clone(),
        pdf_url: paper.id.pdf_url(),
        html_url: paper.html_url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(subjects: &[&str], types: &[AnnounceType], expected: &str) {
        let subjects: Vec<SubjectId> =
            subjects.iter().map(|id| SubjectId::parse(id).expect("a subject")).collect();
        let title = title(&subjects, types);
        assert_eq!(title, expected);
        assert!(title.chars().count() <= FEED_TITLE_CHARACTERS_MAX);
    }

    #[test]
    fn a_title_says_what_the_feed_is_in_sixty_characters() {
        use AnnounceType::{Cross, New};
        let all = &AnnounceType::ALL;
        check(&["cs.DC"], all, "cs.DC: Distributed, Parallel, and Cluster Computing");
        check(&["cs.DC"], &[New, Cross], "cs.DC: new, cross");
        check(&["cs.DC", "cs.PF"], all, "cs.DC + cs.PF");
        check(&["cs.DC", "cs.PF"], &[New], "cs.DC + cs.PF: new");
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
        check(&many, all, "astro-ph.CO + astro-ph.EP + astro-ph.GA + 5 more");
    }

    #[test]
    fn every_subject_has_a_title_of_its_own() {
        for subject in SubjectId::all() {
            let title = title(&[subject], &AnnounceType::ALL);
            assert!(title.starts_with(subject.as_str()), "{title}");
            assert!(title.chars().count() <= FEED_TITLE_CHARACTERS_MAX, "{title}");
        }
    }
}
