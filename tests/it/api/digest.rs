//! Digests: one item for each mailing or week, which appears once and stays.

use crosslist::settings::Sources;
use serde_json::Value;

use crate::support::service::{Arxiv, Running};

/// The ids of the digests behind the address of the feed, with their dates and how many papers each lists.
async fn digests(service: &Running, path: &str) -> Vec<(String, String, usize)> {
    let feed = service.feed(path).await;
    let items = feed["items"].as_array().expect("items");
    let words = |item: &Value, name: &str| item[name].as_str().expect("words").to_owned();
    items
        .iter()
        .map(|item| {
            let papers = words(item, "content_html").matches("<li><a href=\"https://arxiv.org/abs/").count();
            (words(item, "id").replace(&service.base, ""), words(item, "date_published"), papers)
        })
        .collect()
}

fn digest(id: &str, date: &str, papers: usize) -> (String, String, usize) {
    (id.to_owned(), date.to_owned(), papers)
}

#[tokio::test]
async fn a_mailing_makes_one_item_and_a_quiet_day_none() {
    let service = Running::demo().await;
    let expected = [
        digest("/subjects/cs.DC#digest-2026-03-06", "2026-03-06T01:00:00Z", 7),
        digest("/subjects/cs.DC#digest-2026-03-05", "2026-03-05T01:00:00Z", 2),
        digest("/subjects/cs.DC#digest-2026-03-03", "2026-03-03T01:00:00Z", 9),
        digest("/subjects/cs.DC#digest-2026-03-02", "2026-03-02T01:00:00Z", 19),
    ];
    assert_eq!(digests(&service, "/subjects/cs.DC.json?digest=daily").await, expected);
    let two = digests(&service, "/subjects/cs.DC.json?digest=daily&limit=2&text=tex").await;
    assert_eq!(two, expected[..2]);
    assert_eq!(digests(&service, "/subjects/cs.DC.json?digest=daily&days=1").await, expected[..1]);
    let new = digests(&service, "/subjects/cs.DC.json?digest=daily&type=new").await;
    assert_eq!(new.iter().map(|(_, _, papers)| papers).sum::<usize>(), 11);
    assert!(
        new.iter().all(|(id, _, papers)| id.starts_with("/subjects/cs.DC?type=new#digest-") && *papers > 0)
    );
}

#[tokio::test]
async fn a_week_makes_one_item_when_it_is_over() {
    let service = Running::demo().await;
    let expected = [digest("/subjects/cs.DC#digest-2026-W10", "2026-03-06T01:00:00Z", 37)];
    assert_eq!(digests(&service, "/subjects/cs.DC.json?digest=weekly").await, expected);
    assert_eq!(digests(&service, "/subjects/cs.DC.json?digest=weekly&days=1").await, expected);

    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-05-only-rep.html");
    let without_past_days = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, without_past_days, "2026-03-06T02:00:00Z").await;
    assert_eq!(digests(&service, "/subjects/cs.DC.json?digest=daily").await.len(), 1);
    assert_eq!(digests(&service, "/subjects/cs.DC.json?digest=weekly").await, []);
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    let expected = [digest("/subjects/cs.DC#digest-2026-W10", "2026-03-06T01:00:00Z", 9)];
    assert_eq!(digests(&service, "/subjects/cs.DC.json?digest=weekly").await, expected);
}

#[tokio::test]
async fn a_digest_lists_by_subject_and_new_papers_first() {
    let service = Running::demo().await;
    let feed = service.feed("/subjects/cs.DC.json?digest=daily&days=1").await;
    assert_eq!(feed["title"], "cs.DC: daily digest");
    let item = &feed["items"][0];
    let title = "cs.DC: Distributed, Parallel, and Cluster Computing – Friday, 6 March 2026";
    assert_eq!((item["title"].as_str(), item["tags"][0].as_str()), (Some(title), Some("cs.DC")));
    let text = item["content_text"].as_str().expect("text");
    assert!(text.starts_with("7 papers: "), "{text}");
    assert!(text.contains("Distributed, Parallel, and Cluster Computing (cs.DC)\n• "), "{text}");
    let week = service.feed("/subjects/cs.DC.json?digest=weekly").await;
    let text = week["items"][0]["content_text"].as_str().expect("text");
    let own = text.split("\n\n").nth(1).expect("the first subject");
    let kinds: Vec<usize> =
        own.lines()
            .skip(1)
            .map(|line| {
                if line.contains("(cross-list)") {
                    1
                } else {
                    2 * usize::from(line.contains("(replacement)"))
                }
            })
            .collect();
    assert!(kinds.is_sorted() && kinds.contains(&0) && kinds.contains(&2), "{own}");
    let chat = service.feed("/subjects/cs.DC.json?digest=daily&days=5&profile=slack").await;
    for item in chat["items"].as_array().expect("items") {
        let text = item["content_text"].as_str().expect("text");
        assert!(text.chars().count() <= 512 && text.contains("\n• "), "{text}");
    }
}

#[tokio::test]
async fn the_formats_and_profiles_hold_the_same_digests() {
    let service = Running::demo().await;
    let ids = service.ids("/subjects/cs.DC.json?digest=daily").await;
    for profile in ["reader", "matrix", "zulip"] {
        for format in ["rss", "atom"] {
            let text =
                service.text(&format!("/subjects/cs.DC.{format}?digest=daily&profile={profile}")).await;
            let read = feed_rs::parser::parse(text.as_bytes()).expect("a feed");
            assert_eq!(read.entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>(), ids);
        }
    }
}

#[tokio::test]
async fn a_digest_is_never_cut_to_what_a_reader_has_not_seen() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-05-only-rep.html");
    let without_past_days = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, without_past_days, "2026-03-06T02:00:00Z").await;
    let path = "/subjects/cs.DC.json?digest=daily";
    let etag = service.get(path).await.headers()["etag"].to_str().expect("a tag").to_owned();
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    let asked = [("a-im", "feed"), ("if-none-match", etag.as_str())];
    let response = service.ask(reqwest::Method::GET, path, &asked).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.expect("a body"), service.text(path).await);
}

#[tokio::test]
async fn a_digests_feed_was_not_updated_before_its_newest_entry() {
    let service = Running::demo().await;
    for digest in ["daily", "weekly"] {
        for format in ["atom", "rss"] {
            let text = service.text(&format!("/subjects/cs.DC.{format}?digest={digest}")).await;
            let feed = feed_rs::parser::parse(text.as_bytes()).expect("a feed");
            let newest = feed.entries.iter().filter_map(|entry| entry.updated.or(entry.published)).max();
            assert!(feed.updated >= newest, "{digest} {format}: {:?} {newest:?}", feed.updated);
        }
    }
}
