//! How items are shown: summaries, profiles, changes, enclosures and digests, which never touch what an item is.

use crosslist::settings::Sources;
use crosslist::startup::Keep;
use serde_json::Value;

use crate::support::service::{Arxiv, Running, page};

const PROFILES: [&str; 6] = ["reader", "slack", "matrix", "zulip", "mattermost", "discord"];

fn items(feed: &Value) -> &Vec<Value> {
    feed["items"].as_array().expect("items")
}

#[tokio::test]
async fn ids_dates_links_and_authors_are_the_same_in_every_profile() {
    let service = Running::demo().await;
    let fixed = |feed: &Value| -> Vec<Value> {
        let parts = ["id", "url", "date_published", "authors", "tags", "_arxiv"];
        items(feed).iter().flat_map(|item| parts.map(|part| item[part].clone())).collect()
    };
    let reader = fixed(&service.feed("/subjects/cs.DC.json").await);
    for profile in PROFILES {
        let feed = service.feed(&format!("/subjects/cs.DC.json?profile={profile}")).await;
        assert_eq!(fixed(&feed), reader, "{profile}");
        for format in ["rss", "atom"] {
            let text = service.text(&format!("/subjects/cs.DC.{format}?profile={profile}")).await;
            let read = feed_rs::parser::parse(text.as_bytes()).expect("a feed");
            let ids: Vec<&str> = read.entries.iter().map(|entry| entry.id.as_str()).collect();
            let expected: Vec<&str> =
                items(&feed).iter().map(|item| item["id"].as_str().expect("an id")).collect();
            assert_eq!(ids, expected, "{profile} {format}");
            let titles: Vec<String> =
                read.entries.iter().map(|entry| entry.title.clone().expect("a title").content).collect();
            let expected: Vec<&str> =
                items(&feed).iter().map(|item| item["title"].as_str().expect("a title")).collect();
            assert_eq!(titles, expected, "{profile} {format}");
            assert_eq!(text.contains("<author>") && format == "rss", profile == "matrix" && format == "rss");
        }
    }
}

#[tokio::test]
async fn a_chat_gets_a_short_summary_and_no_content_unless_it_asks() {
    let service = Running::demo().await;
    let feed = service.feed("/subjects/cs.DC.json?profile=matrix").await;
    for item in items(&feed) {
        let text = item["content_text"].as_str().expect("a text");
        assert!(item.get("content_html").is_none());
        let text = text.split("\n\n").last().expect("the abstract");
        assert!(text.chars().filter(|c| *c != '\\').count() <= 300, "{text}");
        assert!(text.ends_with(['.', '!', '?', '…']), "{text}");
    }
    let own = format!("{}/subjects/cs.DC.json?profile=matrix", service.base);
    assert_eq!(feed["feed_url"], own);
    assert_eq!(service.feed("/subjects/cs.DC.json?summary=short&profile=matrix").await["feed_url"], own);
    let full = service.feed("/subjects/cs.DC.json?profile=matrix&summary=full").await;
    assert_eq!(full["feed_url"], format!("{own}&summary=full"));
    let lengths = |feed: &Value| -> usize {
        items(feed).iter().map(|item| item["content_text"].as_str().expect("a text").len()).sum()
    };
    assert!(lengths(&full) > 3 * lengths(&feed));
}

#[tokio::test]
async fn without_a_summary_the_content_stays_and_zulip_still_has_one() {
    let service = Running::demo().await;
    let rss = service.text("/subjects/cs.DC.rss?summary=none").await;
    let (_, list) = rss.split_once("<item>").expect("items");
    assert!(!list.contains("<description>") && list.contains("<content:encoded>"));
    let zulip = service.text("/subjects/cs.DC.rss?summary=none&profile=zulip").await;
    let (_, list) = zulip.split_once("<item>").expect("items");
    assert_eq!(list.matches("<description>").count(), 37);
    assert!(list.contains("<description><![CDATA[New in cs.DC]]></description>"), "{list:.900}");
}

#[tokio::test]
async fn what_is_shown_is_chosen_from_a_list_and_not_for_the_official_shape() {
    let service = Running::demo().await;
    for path in [
        "/subjects/cs.DC.rss?profile=irc",
        "/subjects/cs.DC.rss?summary=long",
        "/rss/cs.DC?profile=slack",
        "/rss/cs.DC?summary=short",
    ] {
        assert_eq!(service.get(path).await.status(), 400, "{path}");
    }
}

const FRIDAY: &str = "2026-03-06T02:00:00Z";
const REPLACED: &str = "https://arxiv.org/abs/2602.23598#replaced-2026-03-06";

fn item<'a>(feed: &'a Value, id: &str) -> &'a Value {
    items(feed).iter().find(|item| item["id"] == id).expect("the item")
}

/// The page of Friday, on which a paper of Monday is replaced, with another title for it.
fn friday() -> String {
    page("cs.DC-new-2026-03-06.html").replace("QoSFlow: Ensuring", "QoSFlow: Guaranteeing")
}

/// A service that has read Monday's page, and then Friday's.
async fn week(arxiv: &Arxiv, keep: Keep) -> Running {
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let service = Running::over_with(arxiv, sources, keep, FRIDAY).await;
    service.text("/subjects/cs.DC.atom").await;
    arxiv.answer("/list/cs.DC/new", 200, &friday());
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    service
}

#[tokio::test]
async fn a_replacement_says_what_it_changed_unless_it_shall_not() {
    let arxiv = Arxiv::start().await;
    let service = week(&arxiv, Keep::InMemory).await;
    let feed = service.feed("/subjects/cs.DC.json").await;
    let (html, text) = (&item(&feed, REPLACED)["content_html"], &item(&feed, REPLACED)["content_text"]);
    let html = html.as_str().expect("content");
    assert!(html.contains("<del>Ensuring</del> <ins>Guaranteeing</ins>"), "{html}");
    assert!(html.starts_with("<p><strong>Changed since 2 March 2026: title"), "{html}");
    assert!(text.as_str().expect("text").contains("title (was: QoSFlow: Ensuring Service"), "{text}");
    let without = service.feed("/subjects/cs.DC.json?changes=false").await;
    assert!(!without.to_string().contains("Changed since"), "{without}");
    assert_eq!(items(&without).len(), items(&feed).len());
    let chat = service.feed("/subjects/cs.DC.json?profile=slack").await;
    let text = item(&chat, REPLACED)["content_text"].as_str().expect("text").to_owned();
    assert!(text.starts_with("Changed since 2 March 2026: title"), "{text}");
}

#[tokio::test]
async fn what_a_replacement_changed_is_the_same_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = || Keep::InFile(folder.path().join("store.db"));
    let arxiv = Arxiv::start().await;
    let service = week(&arxiv, keep()).await;
    let before = service.text("/subjects/cs.DC.atom").await.replace(&service.base, "");
    assert!(before.contains("Guaranteeing&lt;/ins&gt;"));
    service.stop().await;
    let sources = Sources::default().with_override("test", "store.window_days", "2").with_override(
        "test",
        "feeds.days",
        "2",
    );
    let again = Running::over_with(&arxiv, sources, keep(), FRIDAY).await;
    // Monday is on disk and no longer in memory.
    let after = again.feed("/subjects/cs.DC.json?days=2").await;
    assert!(item(&after, REPLACED)["content_html"].as_str().expect("content").contains("Guaranteeing</ins>"));
    again.stop().await;
    let again = Running::over_with(&arxiv, Sources::default(), keep(), FRIDAY).await;
    assert_eq!(again.text("/subjects/cs.DC.atom").await.replace(&again.base, ""), before);
}

#[tokio::test]
async fn a_pdf_is_enclosed_where_that_was_asked_for() {
    let service = Running::demo().await;
    for format in ["rss", "atom", "json"] {
        let text = service.text(&format!("/subjects/cs.DC.{format}?pdf=true")).await;
        let read = feed_rs::parser::parse(text.as_bytes()).expect("a feed");
        assert_eq!(read.entries.len(), 37);
        let enclosure = match format {
            "rss" => {
                "<enclosure url=\"https://arxiv.org/pdf/2603.09577\" length=\"0\" type=\"application/pdf\"/>"
            }
            "atom" => {
                "<link href=\"https://arxiv.org/pdf/2603.09577\" rel=\"enclosure\" type=\"application/pdf\"/>"
            }
            _ => {
                "\"attachments\":[{\"url\":\"https://arxiv.org/pdf/2603.09577\",\"mime_type\":\"application/pdf\"}]"
            }
        };
        assert!(text.contains(enclosure), "{format}");
        assert!(!service.text(&format!("/subjects/cs.DC.{format}")).await.contains(enclosure), "{format}");
    }
}
