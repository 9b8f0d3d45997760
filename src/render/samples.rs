//! Feeds and entries for the tests of the formats.

use crate::domain::announcement::AnnounceType;
use crate::domain::feed::{Feed, FeedEntry, FeedUrl};
use crate::domain::paper::Subject;
use crate::domain::presentation::Profile;

/// Two entries that hold what each format must escape.
pub(super) fn feed() -> Feed {
    Feed {
        title: "cs.DC".to_owned(),
        description: "New papers in cs.DC".to_owned(),
        page_url: "http://localhost:8080/subjects/cs.DC?type=new&limit=50".to_owned(),
        base_url: FeedUrl {
            stem: "http://localhost:8080/subjects/cs.DC".to_owned(),
            query: "type=new&limit=50".to_owned(),
        },
        id: "http://localhost:8080/subjects/cs.DC?type=new&limit=50".to_owned(),
        hub_url: None,
        icon_url: "http://localhost:8080/favicon.ico".to_owned(),
        profile: Profile::Reader,
        updated: "2026-03-02T01:00:05Z".parse().unwrap(),
        entries: vec![
            FeedEntry {
                id: "https://arxiv.org/abs/2602.23598".to_owned(),
                url: "https://arxiv.org/abs/2602.23598".to_owned(),
                title: "A < B & \"C\" <script>".to_owned(),
                authors: vec!["Ada Lovelace".to_owned(), "李 & Söhne".to_owned()],
                subjects: vec![
                    Subject {
                        id: "cs.DC".into(),
                        name: "Distributed, Parallel, and Cluster Computing".into(),
                    },
                    Subject { id: "cs.PF".into(), name: "Performance".into() },
                ],
                announce_type: Some(AnnounceType::New),
                published: "2026-03-02T01:00:00Z".parse().unwrap(),
                summary: "If a < b & c]]> then.".to_owned(),
                content_html: "<p>a ]]> b</p>".into(),
                comments: Some("12 pages <b>".to_owned()),
                journal_ref: Some("J. ACM 1".to_owned()),
                pdf_url: "https://arxiv.org/pdf/2602.23598".to_owned(),
                html_url: Some("https://arxiv.org/html/2602.23598v1".to_owned()),
                is_pdf_enclosed: false,
            },
            entry_of("plain"),
        ],
    }
}

/// An entry that says the same in every field that is text.
pub(super) fn entry_of(text: &str) -> FeedEntry {
    FeedEntry {
        id: format!("https://arxiv.org/abs/2505.23649#replaced-2026-03-02{text}"),
        url: format!("https://arxiv.org/abs/2505.23649?{text}"),
        title: text.to_owned(),
        authors: vec![text.to_owned()],
        subjects: vec![Subject { id: text.into(), name: text.into() }],
        announce_type: Some(AnnounceType::Replace),
        published: "2026-03-02T00:59:59Z".parse().unwrap(),
        summary: text.to_owned(),
        content_html: text.into(),
        comments: Some(text.to_owned()),
        journal_ref: Some(text.to_owned()),
        pdf_url: format!("https://arxiv.org/pdf/2505.23649?{text}"),
        html_url: Some(format!("https://arxiv.org/html/2505.23649?{text}")),
        is_pdf_enclosed: false,
    }
}
