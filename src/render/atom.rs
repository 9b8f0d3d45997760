//! Writes a feed as Atom 1.0 (RFC 4287).

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, FixedDateTime, Generator, Link, Person, Text, WriteConfig};
use jiff::Timestamp;

use super::format::{Format, LANGUAGE, PDF, PROJECT_URL, VERSION};
use super::xml::document;
use super::{clean, dates, extensions, profile};
use crate::domain::feed::{Feed, FeedEntry};
use crate::domain::paper::Subject;
use crate::domain::presentation::Profile;
use crate::text::escape;

/// The author of an entry for which arXiv has no list: RFC 4287 §4.2.1 requires one.
pub(super) const AUTHORS_UNAVAILABLE: &str = "(author list is unavailable)";

/// The library's own declaration names no encoding.
const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

pub(super) fn write(feed: &Feed) -> String {
    // Markup grows by a third when it is escaped.
    let size: usize = feed
        .entries
        .iter()
        .map(|entry| entry.content_html.len() * 4 / 3 + entry.summary.len() + entry.authors.len() * 48 + 2048)
        .sum();
    let mut bytes = Vec::with_capacity(size);
    bytes.extend_from_slice(DECLARATION);
    // An empty indent puts each element on its own line, which makes documents comparable.
    let config = WriteConfig { write_document_declaration: false, indent_size: Some(0) };
    let bytes = atom_feed(feed).write_with_config(bytes, config);
    document(bytes.expect("writing to memory does not fail"))
}

fn atom_feed(feed: &Feed) -> atom_syndication::Feed {
    let head = clean::head(feed);
    let links = links(&head);
    atom_syndication::Feed {
        id: head.id.clone(),
        title: Text::plain(head.title),
        updated: date(feed.updated),
        generator: Some(Generator {
            value: "crosslist".to_owned(),
            uri: Some(PROJECT_URL.to_owned()),
            version: Some(VERSION.to_owned()),
        }),
        // No `alternate` to the other formats: newsboat takes the last alternate for the page.
        links,
        icon: Some(head.icon_url).filter(|url| !url.is_empty()),
        subtitle: Some(head.description).filter(|text| !text.is_empty()).map(Text::plain),
        entries: feed
            .entries
            .iter()
            .map(|entry| atom_entry(clean::entry(entry, feed.profile), feed.profile))
            .collect(),
        namespaces: BTreeMap::from([(extensions::PREFIX.to_owned(), extensions::NAMESPACE.to_owned())]),
        lang: Some(LANGUAGE.to_owned()),
        ..atom_syndication::Feed::default()
    }
}

/// A link to a hub has no media type.
fn links(head: &Feed) -> Vec<Link> {
    let itself = head.base_url.with_extension(Format::Atom.extension());
    let hub = head.hub_url.clone().map(|href| Link { href, rel: "hub".to_owned(), ..Link::default() });
    [link("self", itself, Format::Atom.media_type()), link("alternate", head.page_url.clone(), "text/html")]
        .into_iter()
        .chain(hub)
        .collect()
}

fn atom_entry(mut entry: FeedEntry, profile: Profile) -> atom_syndication::Entry {
    let published = date(entry.published);
    let pdf = if entry.is_pdf_enclosed { "enclosure" } else { "related" };
    let pages = [
        Some(link("alternate", entry.url.clone(), "text/html")),
        Some(link(pdf, std::mem::take(&mut entry.pdf_url), PDF)).filter(|pdf| !pdf.href.is_empty()),
        entry.html_url.take().map(|html| link("related", html, "text/html")),
    ];
    atom_syndication::Entry {
        extensions: extension_map(&mut entry),
        id: entry.id,
        title: Text::plain(entry.title),
        updated: published,
        authors: people(entry.authors),
        categories: entry.subjects.iter().map(category).collect(),
        links: pages.into_iter().flatten().collect(),
        published: Some(published),
        // Bots remove HTML from any summary: in plain text `a < b` would lose everything after `<`.
        summary: Some(entry.summary).filter(|text| !text.is_empty()).map(|text| {
            if profile::is_chat(profile) { Text::html(escape(&text)) } else { Text::plain(text) }
        }),
        content: Some(Content {
            value: Some(entry.content_html.to_string()),
            content_type: Some("html".to_owned()),
            ..Content::default()
        })
        .filter(|_| !entry.content_html.is_empty()),
        ..atom_syndication::Entry::default()
    }
}

fn people(names: Vec<String>) -> Vec<Person> {
    let names = if names.is_empty() { vec![AUTHORS_UNAVAILABLE.to_owned()] } else { names };
    names.into_iter().map(|name| Person { name, ..Person::default() }).collect()
}

fn category(subject: &Subject) -> Category {
    Category {
        term: subject.id.to_string(),
        scheme: Some(extensions::NAMESPACE.to_owned()),
        label: Some(subject.name.to_string()).filter(|name| !name.is_empty()),
    }
}

fn link(rel: &str, href: String, media_type: &str) -> Link {
    Link { href, rel: rel.to_owned(), mime_type: Some(media_type.to_owned()), ..Link::default() }
}

/// The library writes the names of the elements in their order; the keys of the map do not matter.
fn extension_map(entry: &mut FeedEntry) -> ExtensionMap {
    let elements = extensions::elements(entry).map(|element| {
        // The library does not escape the attributes of an extension (atom_syndication 0.12.10); that of RSS does.
        let attrs = element.attributes.into_iter().map(|(name, value)| (name, escape_attribute(&value)));
        Extension {
            name: element.name.to_owned(),
            value: Some(element.text),
            attrs: attrs.collect(),
            ..Extension::default()
        }
    });
    BTreeMap::from([(String::new(), BTreeMap::from([(String::new(), elements.collect())]))])
}

fn escape_attribute(value: &str) -> String {
    escape(value).replace('"', "&quot;")
}

fn date(moment: Timestamp) -> FixedDateTime {
    FixedDateTime::parse_from_rfc3339(&dates::rfc_3339(moment)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{atom, samples};

    fn contains(document: &str, part: &str) {
        assert!(document.contains(part), "no {part} in {document}");
    }

    #[test]
    fn a_feed_has_its_identity_and_links_to_a_page() {
        let document = atom(&samples::feed());
        for part in [
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:arxiv=\"http://arxiv.org/schemas/atom\" xml:lang=\"en\">",
            "<id>http://localhost:8080/subjects/cs.DC?type=new&amp;limit=50</id>",
            "<updated>2026-03-02T01:00:05+00:00</updated>",
            "<icon>http://localhost:8080/favicon.ico</icon>",
            "<link href=\"http://localhost:8080/subjects/cs.DC.atom?type=new&amp;limit=50\" rel=\"self\" \
             type=\"application/atom+xml\"/>",
            "<link href=\"http://localhost:8080/subjects/cs.DC?type=new&amp;limit=50\" rel=\"alternate\" \
             type=\"text/html\"/>",
        ] {
            contains(&document, part);
        }
        let head = &document[..document.find("<entry>").unwrap()];
        assert_eq!((head.matches("rel=\"self\"").count(), head.matches("<link ").count()), (1, 2));
    }

    #[test]
    fn an_entry_has_every_field() {
        let document = atom(&samples::feed());
        for part in [
            "<title>A &lt; B &amp; &quot;C&quot; &lt;script&gt;</title>\n<id>https://arxiv.org/abs/2602.23598</id>",
            "<updated>2026-03-02T01:00:00+00:00</updated>",
            "<published>2026-03-02T01:00:00+00:00</published>",
            "<author>\n<name>Ada Lovelace</name>\n</author>\n<author>\n<name>李 &amp; Söhne</name>\n</author>",
            "<category term=\"cs.DC\" scheme=\"http://arxiv.org/schemas/atom\" \
             label=\"Distributed, Parallel, and Cluster Computing\"/>",
            "<link href=\"https://arxiv.org/pdf/2602.23598\" rel=\"related\" type=\"application/pdf\"/>\n\
             <link href=\"https://arxiv.org/html/2602.23598v1\" rel=\"related\" type=\"text/html\"/>",
            "<summary>If a &lt; b &amp; c]]&gt; then.</summary>",
            "<content type=\"html\">&lt;p&gt;a ]]&gt; b&lt;/p&gt;</content>",
            "<arxiv:comment>12 pages &lt;b&gt;</arxiv:comment>\n<arxiv:journal_ref>J. ACM 1</arxiv:journal_ref>",
            "<arxiv:announce_type>new</arxiv:announce_type>\n<arxiv:primary_category scheme=\"http://arxiv.org/schemas/atom\" term=\"cs.DC\">",
        ] {
            contains(&document, part);
        }
    }

    #[test]
    fn an_enclosed_pdf_is_linked_once() {
        let mut feed = samples::feed();
        feed.entries.truncate(1);
        feed.entries[0].is_pdf_enclosed = true;
        let document = atom(&feed);
        let link =
            "<link href=\"https://arxiv.org/pdf/2602.23598\" rel=\"enclosure\" type=\"application/pdf\"/>";
        contains(&document, link);
        assert_eq!(document.matches("application/pdf").count(), 1);
    }

    #[test]
    fn an_entry_has_an_author_even_where_arxiv_has_no_list() {
        let mut feed = samples::feed();
        feed.entries[0].authors = vec![" ".to_owned()];
        contains(&atom(&feed), "<author>\n<name>(author list is unavailable)</name>\n</author>");
    }

    #[test]
    fn markup_in_an_attribute_is_escaped_once() {
        let mut feed = samples::feed();
        feed.entries[0].subjects[0].id = "a\"&<b>".into();
        feed.entries[0].subjects[0].name = "c\"&<d>".into();
        let document = atom(&feed);
        contains(&document, "term=\"a&quot;&amp;&lt;b&gt;\"></arxiv:primary_category>");
        contains(&document, "<category term=\"a&quot;&amp;&lt;b&gt;\"");
        contains(&document, "label=\"c&quot;&amp;&lt;d&gt;\"");
    }
}
