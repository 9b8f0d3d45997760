//! Writes a feed as JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use serde::Serialize;

use super::format::{Format, LANGUAGE, PDF, PROJECT_URL};
use super::{clean, dates};
use crate::domain::announcement::AnnounceType;
use crate::domain::feed::{Feed, FeedEntry};

const JSON_FEED: &str = "https://jsonfeed.org/version/1.1";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    favicon: &'a str,
    language: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hubs: Option<[Hub<'a>; 1]>,
    items: Vec<Item<'a>>,
}

/// <https://www.jsonfeed.org/version/1.1/#subscribing-to-real-time-notifications>
#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
pub(super) struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    content_html: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    content_text: &'a str,
    date_published: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    /// The field of version 1.0, the only one that Miniflux 2.0 and gofeed 1.1 read.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<AllAuthors>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(rename = "_arxiv")]
    arxiv: Arxiv<'a>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct AllAuthors {
    name: String,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'static str,
}

/// The fields that RSS and Atom have in arXiv's namespace.
#[derive(Serialize)]
struct Arxiv<'a> {
    about: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    announce_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal_ref: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pdf_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    html_url: Option<&'a str>,
}

pub(super) fn write(feed: &Feed) -> String {
    let head = clean::head(feed);
    let entries: Vec<FeedEntry> =
        feed.entries.iter().map(|entry| clean::entry(entry, feed.profile)).collect();
    let document = Document {
        version: JSON_FEED,
        title: &head.title,
        home_page_url: &head.page_url,
        feed_url: head.base_url.with_extension(Format::Json.extension()),
        description: &head.description,
        favicon: &head.icon_url,
        language: LANGUAGE,
        hubs: head.hub_url.as_deref().map(|url| [Hub { kind: "WebSub", url }]),
        items: entries.iter().map(item).collect(),
    };
    let mut text = serde_json::to_string(&document).expect("text and lists are always JSON");
    text.push('\n');
    text
}

pub(super) fn item(entry: &FeedEntry) -> Item<'_> {
    // An item must have `content_html` or `content_text`.
    let no_content = entry.content_html.is_empty() && entry.summary.is_empty();
    Item {
        id: &entry.id,
        url: &entry.url,
        title: &entry.title,
        content_html: &entry.content_html,
        content_text: if no_content { &entry.title } else { &entry.summary },
        date_published: dates::rfc_3339(entry.published),
        authors: entry.authors.iter().map(|name| Author { name }).collect(),
        author: (!entry.authors.is_empty()).then(|| AllAuthors { name: entry.authors.join(", ") }),
        tags: entry.subjects.iter().map(|subject| &*subject.id).collect(),
        attachments: entry
            .is_pdf_enclosed
            .then_some(Attachment { url: &entry.pdf_url, mime_type: PDF })
            .into_iter()
            .collect(),
        arxiv: Arxiv {
            about: PROJECT_URL,
            announce_type: entry.announce_type.map(AnnounceType::as_str),
            primary_category: entry
                .subjects
                .first()
                .filter(|_| entry.announce_type.is_some())
                .map(|primary| &*primary.id),
            comment: entry.comments.as_deref(),
            journal_ref: entry.journal_ref.as_deref(),
            pdf_url: &entry.pdf_url,
            html_url: entry.html_url.as_deref(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{json as render, samples};
    use super::*;

    fn read(feed: &Feed) -> Value {
        serde_json::from_str(&render(feed)).unwrap()
    }

    #[test]
    fn a_feed_says_what_it_is() {
        let mut read = read(&samples::feed());
        read["items"] = Value::Null;
        let expected = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": "cs.DC",
            "home_page_url": "http://localhost:8080/subjects/cs.DC?type=new&limit=50",
            "feed_url": "http://localhost:8080/subjects/cs.DC.json?type=new&limit=50",
            "description": "New papers in cs.DC",
            "favicon": "http://localhost:8080/favicon.ico",
            "language": "en",
            "items": null,
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn an_item_has_every_field_of_the_entry() {
        let expected = json!({
            "id": "https://arxiv.org/abs/2602.23598",
            "url": "https://arxiv.org/abs/2602.23598",
            "title": "A < B & \"C\" <script>",
            "content_html": "<p>a ]]> b</p>",
            "content_text": "If a < b & c]]> then.",
            "date_published": "2026-03-02T01:00:00Z",
            "authors": [{ "name": "Ada Lovelace" }, { "name": "李 & Söhne" }],
            "author": { "name": "Ada Lovelace, 李 & Söhne" },
            "tags": ["cs.DC", "cs.PF"],
            "_arxiv": {
                "about": PROJECT_URL,
                "announce_type": "new",
                "primary_category": "cs.DC",
                "comment": "12 pages <b>",
                "journal_ref": "J. ACM 1",
                "pdf_url": "https://arxiv.org/pdf/2602.23598",
                "html_url": "https://arxiv.org/html/2602.23598v1",
            },
        });
        assert_eq!(read(&samples::feed())["items"][0], expected);
    }

    #[test]
    fn an_enclosed_pdf_is_an_attachment() {
        let mut feed = samples::feed();
        feed.entries[0].is_pdf_enclosed = true;
        let expected = json!([{ "url": "https://arxiv.org/pdf/2602.23598", "mime_type": "application/pdf" }]);
        assert_eq!(read(&feed)["items"][0]["attachments"], expected);
    }

    #[test]
    fn an_entry_without_text_has_its_title_for_content() {
        let mut feed = samples::feed();
        feed.entries[0].summary = String::new();
        feed.entries[0].content_html = "".into();
        feed.entries[0].authors = Vec::new();
        let item = &read(&feed)["items"][0];
        assert_eq!(item["content_text"], item["title"]);
        assert_eq!((item.get("content_html"), item.get("authors"), item.get("author")), (None, None, None));
    }
}
