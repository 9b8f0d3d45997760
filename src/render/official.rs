//! Writes a listing in the format of arXiv's own feeds.
//!
//! The elements are those of rss.arxiv.org, so that existing scripts work. `dc:rights` is left out, since a listing page does
//! not show it. Formulas stay TeX, accents become letters, and dates are those of the events. Atom has one `author` per
//! author (RFC 4287 §4.2.1) and no `dc:creator`, which feedparser would add as another author.

use super::format::Format;
use super::xml::Xml;
use super::{dates, extensions};
use crate::domain::event::Event;
use crate::domain::paper::Paper;
use crate::text::tex::letters;
use crate::text::{escape, one_line, prose_in_tex};
use jiff::Timestamp;

/// The format of one of arXiv's feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfficialFormat {
    Rss,
    Atom,
}

/// The content of a feed in arXiv's format.
#[derive(Clone, Debug)]
pub struct OfficialFeed<'a> {
    /// `cs.DC, cs.PF`.
    pub subjects: String,
    /// The address of the document.
    pub self_url: String,
    /// The address of the HTML page.
    pub page_url: String,
    /// The `WebSub` hub, if there is one.
    pub hub_url: Option<String>,
    pub updated: Timestamp,
    /// In the order of the document.
    pub events: &'a [Event],
}

const DUBLIN_CORE: &str = "http://purl.org/dc/elements/1.1/";
const ATOM: &str = "http://www.w3.org/2005/Atom";
const LANGUAGE: &str = "en-us";
const DOCS: &str = "https://www.rssboard.org/rss-specification";

/// How long a reader may keep the document, in minutes.
const TTL_MINUTES: &str = "60";

/// An estimate of an entry's size without its abstract, in bytes, for the buffer.
const ENTRY_BYTES: usize = 3_000;

impl OfficialFormat {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
        }
    }

    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Rss => Format::Rss.content_type(),
            Self::Atom => Format::Atom.content_type(),
        }
    }
}

/// Writes the document.
#[must_use]
pub fn listing(listing: &OfficialFeed<'_>, shape: OfficialFormat) -> String {
    let xml = Xml::new(listing.events.len() * ENTRY_BYTES + ENTRY_BYTES);
    match shape {
        OfficialFormat::Rss => rss(listing, xml),
        OfficialFormat::Atom => atom(listing, xml),
    }
}

fn rss(listing: &OfficialFeed<'_>, mut xml: Xml) -> String {
    let namespaces =
        [("xmlns:arxiv", extensions::NAMESPACE), ("xmlns:dc", DUBLIN_CORE), ("xmlns:atom", ATOM)];
    xml.open("rss", &[&namespaces[..], &[("version", "2.0")]].concat());
    xml.open("channel", &[]);
    xml.leaf("title", &[], &format!("{} updates on arXiv.org", listing.subjects));
    xml.leaf("link", &[], &listing.page_url);
    xml.leaf("description", &[], &description(listing));
    let itself = [("href", &*listing.self_url), ("rel", "self"), ("type", Format::Rss.media_type())];
    xml.empty("atom:link", &itself);
    if let Some(hub) = &listing.hub_url {
        xml.empty("atom:link", &[("href", hub), ("rel", "hub")]);
    }
    xml.leaf("docs", &[], DOCS);
    xml.leaf("language", &[], LANGUAGE);
    xml.leaf("lastBuildDate", &[], &date(listing.updated));
    let newest = listing.events.iter().map(|event| event.published).max();
    xml.leaf("pubDate", &[], &date(newest.unwrap_or(listing.updated)));
    xml.leaf("ttl", &[], TTL_MINUTES);
    xml.open("skipDays", &[]);
    xml.leaf("day", &[], "Sunday");
    xml.leaf("day", &[], "Saturday");
    xml.close();
    for event in listing.events {
        xml.open("item", &[]);
        xml.leaf("title", &[], &one_line(&letters(&event.paper.title)));
        xml.leaf("link", &[], &event.paper.id.abstract_url());
        // Readers treat a description as HTML, so that a `<` of the abstract needs a second escape.
        xml.leaf("description", &[], &escape(&summary(event)));
        xml.leaf("guid", &[("isPermaLink", "false")], &id(event));
        for subject in &event.paper.subjects {
            xml.leaf("category", &[], &subject.id);
        }
        xml.leaf("pubDate", &[], &date(event.published));
        elements(event, &mut xml);
        let names = names(&event.paper);
        if !names.is_empty() {
            xml.leaf("dc:creator", &[], &names.join(", "));
        }
        xml.close();
    }
    xml.finish()
}

fn atom(listing: &OfficialFeed<'_>, mut xml: Xml) -> String {
    let namespaces = [("xmlns:arxiv", extensions::NAMESPACE), ("xmlns:dc", DUBLIN_CORE), ("xmlns", ATOM)];
    xml.open("feed", &[&namespaces[..], &[("xml:lang", LANGUAGE)]].concat());
    xml.leaf("id", &[], &listing.self_url);
    xml.leaf("title", &[], &format!("{} updates on arXiv.org", listing.subjects));
    xml.leaf("updated", &[], &dates::rfc_3339(listing.updated));
    let itself = [("href", &*listing.self_url), ("rel", "self"), ("type", Format::Atom.media_type())];
    xml.empty("link", &itself);
    if let Some(hub) = &listing.hub_url {
        xml.empty("link", &[("href", hub), ("rel", "hub")]);
    }
    xml.empty("link", &[("href", &listing.page_url), ("rel", "alternate"), ("type", "text/html")]);
    xml.leaf("subtitle", &[], &description(listing));
    for event in listing.events {
        xml.open("entry", &[]);
        xml.leaf("id", &[], &id(event));
        xml.leaf("title", &[], &one_line(&letters(&event.paper.title)));
        xml.leaf("updated", &[], &dates::rfc_3339(event.published));
        authors(&event.paper, &mut xml);
        let page = event.paper.id.abstract_url();
        xml.empty("link", &[("href", &page), ("rel", "alternate"), ("type", "text/html")]);
        xml.leaf("summary", &[], &summary(event));
        for subject in &event.paper.subjects {
            xml.empty("category", &[("term", &subject.id)]);
        }
        xml.leaf("published", &[], &dates::rfc_3339(event.published));
        elements(event, &mut xml);
        xml.close();
    }
    xml.finish()
}

/// One element per author; RFC 4287 §4.2.1 requires one where arXiv has no list.
pub(super) fn authors(paper: &Paper, xml: &mut Xml) {
    let mut names: Vec<String> = names(paper);
    if names.is_empty() {
        names.push(super::atom::AUTHORS_UNAVAILABLE.to_owned());
    }
    for name in names {
        xml.open("author", &[]);
        xml.leaf("name", &[], &name);
        xml.close();
    }
}

fn names(paper: &Paper) -> Vec<String> {
    let names =
        paper.authors.names.iter().map(|name| one_line(&letters(name))).filter(|name| !name.is_empty());
    names.chain(paper.authors.et_al.then(|| "et al.".to_owned())).collect()
}

/// As in arXiv's feed: scripts parse the channel's date with `+0000`.
fn date(moment: Timestamp) -> String {
    dates::rfc_822(moment).replace("GMT", "+0000")
}

fn description(listing: &OfficialFeed<'_>) -> String {
    format!("{} updates on the arXiv.org e-print archive.", listing.subjects)
}

/// `oai:arXiv.org:2602.23598v1`, as it was when the event was first shown.
fn id(event: &Event) -> String {
    format!("oai:arXiv.org:{}", versioned(event, event.first_version()))
}

/// `2602.23598v1`; without a version where it is unknown.
fn versioned(event: &Event, version: Option<u32>) -> String {
    match version {
        Some(version) => format!("{}v{version}", event.paper.id),
        None => event.paper.id.to_string(),
    }
}

/// Plain text in arXiv's wording, which scripts search for.
fn summary(event: &Event) -> String {
    let text = event.paper.abstract_text.as_ref().map(prose_in_tex).unwrap_or_default();
    let version = versioned(event, event.version());
    format!("arXiv:{version} Announce Type: {} \nAbstract: {text}", event.announce_type)
}

fn elements(event: &Event, xml: &mut Xml) {
    xml.leaf("arxiv:announce_type", &[], event.announce_type.as_str());
    if let Some(journal_ref) = &event.paper.journal_ref {
        xml.leaf("arxiv:journal_reference", &[], &letters(journal_ref));
    }
}
