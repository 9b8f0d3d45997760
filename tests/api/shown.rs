//! How items are shown: summaries, profiles, changes, enclosures and digests, which never touch what an item is.

use serde_json::Value;

use crate::service::Running;

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
