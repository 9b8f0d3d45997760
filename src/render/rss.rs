//! Writes a feed as RSS 2.0 (<https://www.rssboard.org/rss-specification>).

use std::collections::BTreeMap;

use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Enclosure, Guid, Item};

use super::format::{Format, LANGUAGE, PDF, PROJECT_URL, VERSION};
use super::xml::document;
use super::{clean, dates, extensions, profile};
use crate::domain::feed::{Feed, FeedEntry};
use crate::domain::presentation::Profile;
use crate::text::escape;

/// The specification, for the element `docs`.
const DOCS: &str = "https://www.rssboard.org/rss-specification";

/// How long a reader may cache the document, in minutes; constant, so that the bytes depend on the content alone.
const TTL_MINUTES: &str = "60";

pub(super) fn write(feed: &Feed) -> String {
    let size = feed.entries.iter().map(|entry| entry.content_html.len() + entry.summary.len() + 1024).sum();
    // An empty indent puts each element on its own line, which makes documents comparable.
    let bytes = channel(feed).pretty_write_to(Vec::with_capacity(size), b' ', 0);
    document(bytes.expect("writing to memory does not fail"))
}

/// A link to a hub has no media type.
fn links(head: &Feed) -> Vec<Link> {
    let itself = Link {
        href: head.base_url.with_extension(Format::Rss.extension()),
        rel: "self".to_owned(),
        mime_type: Some(Format::Rss.media_type().to_owned()),
        ..Link::default()
    };
    let hub = head.hub_url.clone().map(|href| Link { href, rel: "hub".to_owned(), ..Link::default() });
    std::iter::once(itself).chain(hub).collect()
}

fn channel(feed: &Feed) -> Channel {
    let head = clean::head(feed);
    let links = links(&head);
    Channel {
        title: head.title,
        link: head.page_url,
        description: head.description,
        language: Some(LANGUAGE.to_owned()),
        pub_date: feed.entries.first().map(|newest| dates::rfc_822(newest.published)),
        last_build_date: Some(dates::rfc_822(feed.updated)),
        generator: Some(format!("crosslist {VERSION} ({PROJECT_URL})")),
        docs: Some(DOCS.to_owned()),
        ttl: Some(TTL_MINUTES.to_owned()),
        skip_days: vec!["Saturday".to_owned(), "Sunday".to_owned()],
        atom_ext: Some(AtomExtension { links }),
        // The library adds only those that it uses; all are declared here, so that the head of a document does not depend
        // on its items.
        namespaces: BTreeMap::from(
            [
                (extensions::PREFIX, extensions::NAMESPACE),
                ("atom", rss::extension::atom::NAMESPACE),
                ("content", "http://purl.org/rss/1.0/modules/content/"),
                ("dc", rss::extension::dublincore::NAMESPACE),
            ]
            .map(|(prefix, namespace)| (prefix.to_owned(), namespace.to_owned())),
        ),
        items: feed
            .entries
            .iter()
            .map(|entry| item(clean::entry(entry, feed.profile), feed.profile))
            .collect(),
        ..Channel::default()
    }
}

fn item(mut entry: FeedEntry, profile: Profile) -> Item {
    // By the specification `author` is a mail address, but hookshot reads no other author, and inserts it into markup.
    let author = (profile == Profile::Matrix && !entry.authors.is_empty())
        .then(|| profile::title(&entry.authors.join(", "), profile));
    Item {
        extensions: extension_map(&mut entry),
        title: Some(entry.title),
        link: Some(entry.url),
        // Readers treat a description as HTML: unescaped, `a < b` would lose everything after `<`.
        description: Some(escape(&entry.summary).into_owned()).filter(|text| !text.is_empty()),
        categories: entry
            .subjects
            .iter()
            .map(|subject| Category {
                name: subject.id.to_string(),
                domain: Some(extensions::NAMESPACE.to_owned()),
            })
            .collect(),
        // The length is unknown, for which validators expect 0.
        enclosure: entry.is_pdf_enclosed.then(|| Enclosure {
            url: entry.pdf_url,
            length: "0".to_owned(),
            mime_type: PDF.to_owned(),
        }),
        guid: Some(Guid { value: entry.id, permalink: false }),
        pub_date: Some(dates::rfc_822(entry.published)),
        content: Some(entry.content_html.to_string()).filter(|html| !html.is_empty()),
        author,
        dublin_core_ext: Some(DublinCoreExtension {
            creators: entry.authors,
            ..DublinCoreExtension::default()
        }),
        ..Item::default()
    }
}

/// The library writes the names of the elements in their order; the keys of the map do not matter.
fn extension_map(entry: &mut FeedEntry) -> ExtensionMap {
    let elements = extensions::elements(entry).map(|element| Extension {
        name: element.name.to_owned(),
        value: Some(element.text),
        attrs: element.attributes,
        ..Extension::default()
    });
    BTreeMap::from([(String::new(), BTreeMap::from([(String::new(), elements.collect())]))])
}

#[cfg(test)]
mod tests {
    use super::super::{rss, samples};
    use super::*;

    fn contains(document: &str, part: &str) {
        assert!(document.contains(part), "no {part} in {document}");
    }

    #[test]
    fn a_channel_has_its_identity_and_its_schedule() {
        let document = rss(&samples::feed());
        for part in [
            "<rss version=\"2.0\" xmlns:arxiv=\"http://arxiv.org/schemas/atom\" \
             xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\">",
            "<link>http://localhost:8080/subjects/cs.DC?type=new&amp;limit=50</link>",
            "<language>en</language>",
            "<pubDate>Mon, 02 Mar 2026 01:00:00 GMT</pubDate>\n<lastBuildDate>Mon, 02 Mar 2026 01:00:05 GMT</lastBuildDate>",
            "<docs>https://www.rssboard.org/rss-specification</docs>\n<ttl>60</ttl>",
            "<skipDays>\n<day>Saturday</day>\n<day>Sunday</day>\n</skipDays>",
            "<atom:link href=\"http://localhost:8080/subjects/cs.DC.rss?type=new&amp;limit=50\" rel=\"self\" \
             type=\"application/rss+xml\"/>",
        ] {
            contains(&document, part);
        }
        assert_eq!(document.matches("rel=\"self\"").count(), 1);
    }

    #[test]
    fn an_item_has_every_field_of_the_entry() {
        let document = rss(&samples::feed());
        for part in [
            "<title>A &lt; B &amp; &quot;C&quot; &lt;script&gt;</title>",
            "<link>https://arxiv.org/abs/2602.23598</link>",
            "<guid isPermaLink=\"false\">https://arxiv.org/abs/2602.23598</guid>",
            "<category domain=\"http://arxiv.org/schemas/atom\">cs.DC</category>\n\
             <category domain=\"http://arxiv.org/schemas/atom\">cs.PF</category>",
            "<dc:creator>Ada Lovelace</dc:creator>\n<dc:creator>李 &amp; Söhne</dc:creator>",
            "<arxiv:announce_type>new</arxiv:announce_type>\n\
             <arxiv:primary_category scheme=\"http://arxiv.org/schemas/atom\" term=\"cs.DC\"></arxiv:primary_category>\n\
             <arxiv:comment>12 pages &lt;b&gt;</arxiv:comment>\n\
             <arxiv:journal_ref>J. ACM 1</arxiv:journal_ref>",
        ] {
            contains(&document, part);
        }
        assert!(!document.contains("<author>"));
    }

    #[test]
    fn a_description_is_html_without_markup() {
        contains(
            &rss(&samples::feed()),
            "<description><![CDATA[If a &lt; b &amp; c]]&gt; then.]]></description>",
        );
    }

    #[test]
    fn the_end_of_cdata_inside_content_survives() {
        let document = rss(&samples::feed());
        contains(&document, "<content:encoded><![CDATA[<p>a ]]]]><![CDATA[> b</p>]]></content:encoded>");
        let read = Channel::read_from(document.as_bytes()).unwrap();
        assert_eq!(read.items[0].content.as_deref(), Some("<p>a ]]> b</p>"));
    }

    #[test]
    fn an_enclosed_pdf_has_the_length_zero() {
        let mut feed = samples::feed();
        feed.entries[0].is_pdf_enclosed = true;
        contains(
            &rss(&feed),
            "<enclosure url=\"https://arxiv.org/pdf/2602.23598\" length=\"0\" type=\"application/pdf\"/>",
        );
    }

    #[test]
    fn an_entry_without_text_is_still_an_item() {
        let mut feed = samples::feed();
        feed.entries[0].summary = String::new();
        feed.entries[0].content_html = "".into();
        feed.entries[0].authors = Vec::new();
        feed.entries.truncate(1);
        let document = rss(&feed);
        let item = &document[document.find("<item>").unwrap()..];
        for absent in ["<description>", "<content:encoded>", "<dc:creator>"] {
            assert!(!item.contains(absent), "{absent}");
        }
    }
}
