//! The service over an arXiv that changes, fails and lies.

use crosslist::settings::Sources;
use futures_util::future::join_all;

use crate::support::service::{Arxiv, Running, page};

/// An hour after the mailing of Friday, 6 March 2026.
const FRIDAY: &str = "2026-03-06T02:00:00Z";
/// An hour after that of Tuesday, 3 March 2026.
const TUESDAY: &str = "2026-03-03T02:00:00Z";

fn without_past_days() -> Sources {
    Sources::default().with_override("test", "subjects.fill_days", "0")
}

#[tokio::test]
async fn readers_of_a_cold_subject_share_one_read() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let service = Running::over(&arxiv, without_past_days(), FRIDAY).await;
    let answers = join_all((0..50).map(|_| service.ids("/subjects/cs.DC.json"))).await;
    assert!(answers.iter().all(|ids| ids.len() == 7));
    assert_eq!(arxiv.asked("/list/cs.DC/new"), 1);
}

#[tokio::test]
async fn a_new_mailing_joins_what_was_read_before() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let service = Running::over(&arxiv, without_past_days(), TUESDAY).await;
    let monday = service.ids("/subjects/cs.DC.json").await;
    assert_eq!(monday.len(), 19);
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    let tuesday = service.ids("/subjects/cs.DC.json").await;
    assert_eq!(tuesday.len(), 28);
    assert_eq!(tuesday[9..], monday[..]);
}

#[tokio::test]
async fn a_broken_page_leaves_the_feed_as_it_was() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let service = Running::over(&arxiv, without_past_days(), TUESDAY).await;
    let good = service.text("/subjects/cs.DC.atom").await;
    let tuesday = page("cs.DC-new-2026-03-03.html");
    let truncated = tuesday[..tuesday.len() / 2].to_owned();
    let one_missing = tuesday.replacen("showing 5 of 5", "showing 6 of 6", 1);
    let emptied = page("cs.DC-new-2026-03-04-empty.html").replace("No updates today.", "");
    for (body, verdict) in [
        (truncated, "incomplete unrecognized"),
        (one_missing, "incomplete"),
        (emptied, "unrecognized incomplete"),
        (page("cs.DC-new-2026-03-06.html"), "unrecognized"),
        ("<html><title>Just a moment...</title></html>".to_owned(), "refused"),
    ] {
        arxiv.answer("/list/cs.DC/new", 200, &body);
        let answer = service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
        let rows: serde_json::Value =
            serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
        let found = rows[0]["verdict"].as_str().expect("a verdict");
        assert!(verdict.split(' ').any(|verdict| verdict == found), "{rows}");
        assert_eq!(service.text("/subjects/cs.DC.atom").await, good);
    }
}

#[tokio::test]
async fn an_older_page_than_the_one_that_is_known_is_stale() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    let service = Running::over(&arxiv, without_past_days(), TUESDAY).await;
    let good = service.text("/subjects/cs.DC.atom").await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let answer = service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    assert!(answer.text().await.expect("a body").contains("\"stale\""));
    assert_eq!(service.text("/subjects/cs.DC.atom").await, good);
}

#[tokio::test]
async fn a_quiet_day_is_a_feed_and_a_broken_one_is_not() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-04-empty.html");
    let service = Running::over(&arxiv, without_past_days(), FRIDAY).await;
    assert_eq!(service.ids("/subjects/cs.DC.json").await.len(), 0);
    arxiv.answer(
        "/list/cs.LG/new",
        503,
        "This listing is temporarily unavailable; please retry in a few minutes.",
    );
    let response = service.get("/subjects/cs.LG.json").await;
    assert_eq!(response.status(), 503);
    assert!(response.text().await.expect("a body").contains("unreachable"));
}

#[tokio::test]
async fn a_reader_does_not_make_us_ask_again_for_what_just_failed() {
    let arxiv = Arxiv::start().await;
    arxiv.answer("/list/cs.LG/new", 404, "<h1>404</h1>");
    let service = Running::over(&arxiv, without_past_days(), FRIDAY).await;
    for _ in 0..5 {
        assert_eq!(service.get("/subjects/cs.LG.json").await.status(), 503);
    }
    assert_eq!(arxiv.asked("/list/cs.LG/new"), 1);
}

#[tokio::test]
async fn the_listing_of_another_subject_is_not_taken() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.LG/new", "cs.DC-new-2026-03-06.html");
    let service = Running::over(&arxiv, without_past_days(), FRIDAY).await;
    let response = service.get("/subjects/cs.LG.json").await;
    assert_eq!(response.status(), 503);
    let text = response.text().await.expect("a body");
    assert!(text.contains("asked for cs.LG, the page is the listing of cs.DC"), "{text}");
}

#[tokio::test]
async fn only_so_many_subjects_are_read_on_demand() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let sources = without_past_days().with_override("test", "subjects.on_demand_max", "1");
    let service = Running::over(&arxiv, sources, FRIDAY).await;
    assert_eq!(service.get("/subjects/cs.DC.json").await.status(), 200);
    assert_eq!(service.get("/subjects/cs.LG.json").await.status(), 403);
    assert_eq!(service.get("/subjects/cs.DC.json").await.status(), 200);
}

#[tokio::test]
async fn a_subject_that_could_never_be_read_keeps_no_other_out() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let sources = without_past_days().with_override("test", "subjects.on_demand_max", "1");
    let service = Running::over(&arxiv, sources, FRIDAY).await;
    assert_eq!(service.get("/subjects/math.AG.json").await.status(), 503);
    assert_eq!(service.get("/subjects/cs.DC.json").await.status(), 200);
}

#[tokio::test]
async fn watched_subjects_are_read_without_being_asked_for() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let sources = without_past_days().with_override("test", "subjects.watch", "cs.DC").with_override(
        "test",
        "subjects.on_demand",
        "false",
    );
    let service = Running::over(&arxiv, sources, FRIDAY).await;
    assert_eq!(service.ids("/subjects/all.json").await.len(), 7);
    assert_eq!(service.get("/readyz").await.status(), 200);
    assert_eq!(service.get("/subjects/cs.LG.json").await.status(), 403);
    assert_eq!(arxiv.asked("/list/cs.DC/new"), 1);
}
