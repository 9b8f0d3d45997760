//! Makes a feed of the events that were chosen for it: one entry for each event, or a digest for each mailing or week.

use jiff::Timestamp;

use crate::domain::event::Event;
use crate::domain::feed::{Feed, FeedEntry};
use crate::domain::mailing;
use crate::domain::presentation::{Presentation, Profile, Summary};
use crate::text;

use super::address::{Bases, id, identity, url};
use super::brief::brief;
use super::changes::{Changes, changes};
use super::digest;
use super::spec::FeedSpec;
use super::title::{description, title};

/// Makes the feed of a spec from the events that [`choose`](super::choose) gave for it.
///
/// `bases` are the public addresses of the service; `newest` is the listing date by which a feed without entries is dated.
#[must_use]
pub fn feed<'a>(
    spec: &FeedSpec,
    events: &[Event],
    bases: impl Into<Bases<'a>>,
    newest: jiff::civil::Date,
) -> Feed {
    let bases = bases.into();
    let url = url(spec, bases.links);
    Feed {
        title: title(spec),
        description: description(spec),
        page_url: identity(&url),
        base_url: url,
        id: id(spec, bases.ids),
        hub_url: None,
        icon_url: format!("{}/favicon.ico", bases.links),
        profile: spec.presentation.profile,
        updated: updated(spec, events, newest),
        entries: match spec.presentation.digest {
            Some(digest) => digest::entries(spec, events, bases, digest),
            None => events.iter().map(|event| entry(event, &spec.presentation)).collect(),
        },
    }
}

/// When a feed of these events last changed: when the last of them was added, and never before the date of its newest
/// entry (RFC 4287 §4.2.15).
///
/// A digest is dated by its mailing, which may be later than the moment at which a past day's papers are dated.
/// `newest` is the listing date by which a feed without entries is dated.
#[must_use]
pub fn updated(spec: &FeedSpec, events: &[Event], newest: jiff::civil::Date) -> Timestamp {
    let added = events.iter().map(|event| event.added);
    let digests = spec
        .presentation
        .digest
        .into_iter()
        .flat_map(|digest| events.iter().map(move |event| digest::published(event.listing_date, digest)));
    added.chain(digests).max().unwrap_or_else(|| mailing::moment(newest))
}

fn entry(event: &Event, presentation: &Presentation) -> FeedEntry {
    let paper = &event.paper;
    let url = paper.id.abstract_url();
    let id = format!("{url}{}", event.id_suffix());
    let mode = presentation.text;
    let inline = |words: &String| text::inline(words, mode);
    let mut authors: Vec<String> = paper.authors.names.iter().map(inline).collect();
    if paper.authors.et_al {
        authors.push("et al.".to_owned());
    }
    let from = event.cross_list_from.as_deref();
    let (summary, content_html) = if let Some(characters) = presentation.brief {
        let summary = text::summary(paper, event.announce_type, from, mode);
        let brief = brief(&summary, characters as usize);
        let content = format!("<p>{}</p>", text::escape(&brief));
        (brief, content)
    } else {
        let changes = presentation.changes.then(|| changes(event, mode)).flatten();
        let summary = summary(event, presentation, changes.as_ref());
        let item = text::item_html(paper, event.announce_type, from, mode);
        let content = match changes {
            Some(changes) => changes.html() + &item,
            None => item,
        };
        (summary, content)
    };
    FeedEntry {
        id,
        url,
        title: text::title(paper, mode),
        authors,
        subjects: paper.subjects.clone(),
        announce_type: Some(event.announce_type),
        published: event.published,
        summary,
        content_html: content_html.into(),
        comments: paper.comments.as_ref().map(|comments| text::prose(comments, mode)),
        journal_ref: paper.journal_ref.as_ref().map(inline),
        pdf_url: paper.id.pdf_url(),
        html_url: paper.html_url.clone(),
        is_pdf_enclosed: presentation.pdf,
    }
}

/// The plain text of an entry; the changes of a replacement come before the abstract, in a paragraph of their own.
fn summary(event: &Event, presentation: &Presentation, changes: Option<&Changes>) -> String {
    let (paper, from, mode) = (&event.paper, event.cross_list_from.as_deref(), presentation.text);
    let full = || text::summary(paper, event.announce_type, from, mode);
    let behind = |changes: Option<String>, text: String| match changes {
        Some(changes) => format!("{changes}\n\n{text}"),
        None => text,
    };
    match (presentation.summary, presentation.profile) {
        (Summary::Full, _) => behind(changes.map(Changes::plain), full()),
        (Summary::Short, _) => behind(changes.map(Changes::names), text::short(&full())),
        // Zulip's bot stops at an item without a summary.
        (Summary::None, Profile::Zulip) => text::announcement(paper, event.announce_type, from),
        (Summary::None, _) => String::new(),
    }
}
