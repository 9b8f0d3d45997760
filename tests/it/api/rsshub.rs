//! RSSHub's parameters: they filter as they do there, and a mistake in one never empties a feed.

use serde_json::Value;

use crate::support::service::Running;

const FEED: &str = "/subjects/cs.DC.json";

/// What both addresses show, which must be the same and neither nothing nor everything.
async fn same(service: &Running, parameters: &str, rule: &str) {
    let found = service.ids(&format!("{FEED}?{parameters}")).await;
    assert!(!found.is_empty() && found.len() < 37, "{parameters}: {}", found.len());
    assert_eq!(found, service.ids(&format!("{FEED}?q={rule}")).await, "{parameters}");
}

#[tokio::test]
async fn filters_leave_what_the_same_rule_leaves() {
    let service = Running::demo().await;
    same(&service, "filter_title=GPU", "ti:/GPU/").await;
    same(&service, "filter_title=gpu&filter_case_sensitive=false", "ti:/gpu/i").await;
    same(&service, "filterout_title=GPU", "-ti:/GPU/").await;
    same(&service, "filter_author=Wang%24", "au:/Wang%24/").await;
    same(&service, "filter_category=Machine+Learning", "cat:cs.LG,stat.ML").await;
    same(&service, "filterout_category=%5Ecs.LG%24", "-cat:cs.LG").await;
    same(&service, "filter=GPU", "ti:/GPU/+OR+abs:/GPU/+OR+au:/GPU/").await;
    same(&service, "filter=GPU&q=type:new", "(ti:/GPU/+OR+abs:/GPU/+OR+au:/GPU/)+type:new").await;
    // RSSHub: `filter` puts the others out of force.
    same(&service, "filter=GPU&filter_title=zzz", "ti:/GPU/+OR+abs:/GPU/+OR+au:/GPU/").await;
}

#[tokio::test]
async fn a_filtered_feed_names_its_filters() {
    let service = Running::demo().await;
    let feed =
        service.feed(&format!("{FEED}?limit=9&filter_case_sensitive=true&filterout=&filter_title=GPU")).await;
    assert_eq!(feed["feed_url"], format!("{}{FEED}?limit=9&filter_title=GPU", service.base));
    assert_eq!(feed["title"], "cs.DC: ti:/GPU/");
    let again = service.feed(&format!("{FEED}?filter_title=GPU&limit=9")).await;
    assert_eq!(again, feed);
}

#[tokio::test]
async fn a_time_in_seconds_is_one_in_mailings() {
    let service = Running::demo().await;
    for (seconds, days) in [(600, 1), (86_400, 1), (86_401, 2), (14 * 86_400, 14)] {
        assert_eq!(
            service.ids(&format!("{FEED}?filter_time={seconds}")).await,
            service.ids(&format!("{FEED}?days={days}")).await,
        );
    }
}

#[tokio::test]
async fn a_brief_item_has_a_short_text_and_nothing_else() {
    let service = Running::demo().await;
    let feed = service.feed(&format!("{FEED}?brief=120")).await;
    for item in feed["items"].as_array().expect("items") {
        let text = item["content_text"].as_str().expect("a text");
        assert!(text.chars().count() <= 121, "{text}");
        assert!(text.ends_with('…') || text.chars().count() < 120, "{text}");
        let html = item["content_html"].as_str().expect("content");
        assert!(html.starts_with("<p>") && html.chars().count() < 250, "{html}");
    }
}

#[tokio::test]
async fn every_mistake_is_told_with_its_parameter() {
    let service = Running::demo().await;
    let parameters = "filter_title=(&filterout=%5B&brief=99&filter_time=x&filter_case_sensitive=no&filter_category=zzz&sort=score";
    let response = service.get(&format!("{FEED}?{parameters}")).await;
    assert_eq!(response.status(), 400);
    let problem: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    let errors = problem["errors"].as_array().expect("errors");
    let mut names: Vec<&str> =
        errors.iter().map(|error| error["parameter"].as_str().expect("a name")).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["brief", "filter_case_sensitive", "filter_category", "filter_time", "filter_title", "filterout"]
    );
    let response = service.get(&format!("{FEED}?days=2&filter_time=3600")).await;
    assert_eq!(response.status(), 400);
    let response = service.get(&format!("{FEED}?sort=score")).await;
    assert!(response.text().await.expect("a body").contains("score` rules"));
}
