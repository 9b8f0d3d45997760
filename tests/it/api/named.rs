//! Named feeds: what their rules leave, how a reader narrows them, and what is read for them.

use crosslist::settings::Sources;
use crosslist::startup::Keep;
use serde_json::Value;

use crate::support::service::{Arxiv, Running};
use crate::support::wait::until;

const FEEDS: &str = r#"
[lists]
accelerators = ['ti:GPU', 'ti:FPGA']

[[feed]]
name = "all-of-it"
sources = ["cs.DC"]

[[feed]]
name = "gpu"
title = "Graphics processors"
sources = ["cs.DC"]
query = 'type:new,cross'
include = ['list:accelerators', 'abs:scheduling']

[[feed]]
name = "without"
sources = ["cs.DC"]
exclude = ['list:accelerators', 'type:replace,replace-cross']

[[feed]]
name = "scored"
title = "A title that goes on and on until it is too long for a topic of any chat"
sources = ["cs.DC"]
score = [{ q = 'ti:GPU', add = 3 }, { q = 'type:replace,replace-cross', add = -2 }]
min_score = 2
days = 4
limit = 3
"#;

/// The demo with these feeds beside its settings.
async fn warm() -> Running {
    let service = with_feeds(FEEDS).await;
    // The past days too, before anything is compared.
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    service
}

async fn with_feeds(feeds: &str) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("feeds.toml");
    std::fs::write(&path, feeds).expect("a file");
    Running::demo_with(Sources { feeds_file: Some(path), ..Sources::default() }).await
}

#[tokio::test]
async fn a_feed_passes_what_its_rules_say() {
    let service = warm().await;
    let every = service.ids("/named/all-of-it.json").await;
    assert_eq!(every, service.ids("/subjects/cs.DC.json").await);
    assert_eq!(every.len(), 37);
    let rule = |rule: &str| format!("/subjects/cs.DC.json?q={rule}");
    let same = rule("type:new,cross+(ti:GPU+OR+ti:FPGA+OR+abs:scheduling)");
    let gpu = service.ids("/named/gpu.json").await;
    assert!(!gpu.is_empty() && gpu.len() < 25, "{gpu:?}");
    assert_eq!(gpu, service.ids(&same).await);
    let same = rule("-ti:GPU+-ti:FPGA+type:new,cross");
    assert_eq!(service.ids("/named/without.json").await, service.ids(&same).await);
}

#[tokio::test]
async fn a_score_must_be_reached() {
    let service = warm().await;
    let scored = service.ids("/named/scored.json?limit=500&days=14").await;
    assert!(!scored.is_empty());
    assert_eq!(scored, service.ids("/subjects/cs.DC.json?q=ti:GPU+type:new,cross&limit=500").await);
}

#[tokio::test]
async fn what_scores_most_stands_first_where_the_reader_asks_for_it() {
    let feeds = "[[feed]]\nname = \"ranked\"\nsources = [\"cs.DC\"]\n\
                 score = [{ q = 'ti:GPU', add = 3 }, { q = 'type:replace', add = -2 }]\n";
    let service = with_feeds(feeds).await;
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    let by_date = service.ids("/named/ranked.json").await;
    let by_score = service.ids("/named/ranked.json?sort=score").await;
    let part = |ids: &[String], of: &[String]| -> Vec<String> {
        ids.iter().filter(|id| of.contains(id)).cloned().collect()
    };
    let gpu = service.ids("/subjects/cs.DC.json?q=ti:GPU+-type:replace").await;
    assert_eq!(by_score[..gpu.len()], part(&by_date, &gpu));
    let replaced = service.ids("/subjects/cs.DC.json?q=type:replace+-ti:GPU").await;
    assert_eq!(by_score[by_score.len() - replaced.len()..], part(&by_date, &replaced));
    assert_eq!(part(&by_score, &by_date).len(), by_date.len());
    let feed = service.feed("/named/ranked.json?sort=score").await;
    assert_eq!(feed["feed_url"], format!("{}/named/ranked.json?sort=score", service.base));
}

/// The settings with these feeds of bots, as the file would have them.
fn for_bots(rule: &str) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("feeds.toml");
    let feed =
        format!("[[feed]]\nname = \"bot\"\nsources = [\"cs.DC\"]\nquery = '{rule}'\nbackfill = false\n");
    std::fs::write(&path, feed).expect("a file");
    let sources = Sources { feeds_file: Some(path), ..Sources::default() };
    (folder, sources.with_override("test", "subjects.fill_days", "0"))
}

#[tokio::test]
async fn without_backfill_a_feed_starts_when_its_rules_do() {
    let arxiv = Arxiv::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let keep = || Keep::InFile(folder.path().join("crosslist.db"));
    let start = async |rule: &str, now: &str| {
        let (_folder, sources) = for_bots(rule);
        let service = Running::over_with(&arxiv, sources, keep(), now).await;
        service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
        let shown = service.ids("/named/bot.json").await.len();
        let all = service.ids("/subjects/cs.DC.json").await.len();
        service.stop().await;
        (shown, all)
    };
    // The rules come after the mailing of Monday and before that of Tuesday.
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    assert_eq!(start("-zzz", "2026-03-02T12:00:00Z").await, (0, 19));
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    assert_eq!(start("-zzz", "2026-03-03T02:00:00Z").await, (9, 28));
    assert_eq!(start("-zzz", "2026-03-03T12:00:00Z").await, (9, 28));
    // New rules start again.
    assert_eq!(start("-yyy", "2026-03-03T13:00:00Z").await, (0, 28));
}

#[tokio::test]
async fn days_and_limit_hold_unless_the_address_says_otherwise() {
    let service = warm().await;
    let feed = service.feed("/named/scored.json").await;
    assert_eq!(feed["feed_url"], format!("{}/named/scored.json", service.base));
    assert!(feed["items"].as_array().expect("items").len() <= 3);
    assert_eq!(
        service.ids("/named/scored.json").await,
        service.ids("/subjects/cs.DC.json?q=ti:GPU+type:new,cross&days=4&limit=3").await
    );
    let same = service.feed("/named/SCORED.json?days=4&limit=3").await;
    assert_eq!(same, feed);
    let feed = service.feed("/named/scored.json?days=5&limit=2").await;
    assert_eq!(feed["feed_url"], format!("{}/named/scored.json?days=5&limit=2", service.base));
}

#[tokio::test]
async fn a_reader_only_narrows() {
    let service = warm().await;
    let whole = service.ids("/named/gpu.json").await;
    for narrower in ["q=-zzzzz", "q=abs:scheduling", "q=type:replace", "type=new", "type=replace", "q=zzzzz"]
    {
        let part = service.ids(&format!("/named/gpu.json?{narrower}")).await;
        assert!(part.iter().all(|id| whole.contains(id)), "{narrower}: {part:?}");
    }
    assert_eq!(service.ids("/named/gpu.json?q=-zzzzz").await, whole);
    assert!(service.ids("/named/gpu.json?type=replace").await.is_empty());
    assert!(service.ids("/named/gpu.json?q=zzzzz").await.is_empty());
}

#[tokio::test]
async fn the_title_is_the_configured_one_and_tells_what_was_narrowed() {
    let service = warm().await;
    let title = |path: &'static str| {
        let service = &service;
        async move { service.feed(path).await["title"].as_str().expect("a title").to_owned() }
    };
    assert_eq!(title("/named/gpu.json").await, "Graphics processors");
    assert_eq!(title("/named/gpu.json?type=new&q=ti:fpga").await, "Graphics processors: new, ti:fpga");
    assert_eq!(title("/named/all-of-it.json").await, "all-of-it");
    let told = service.feed("/named/gpu.json?q=ti:fpga").await;
    let told = told["description"].as_str().expect("a description");
    assert!(told.contains("(cs.DC) that match the rules of gpu and ti:fpga, as announced"), "{told}");
    let long = title("/named/scored.json").await;
    assert!(long.chars().count() <= 60 && long.ends_with('…'), "{long}");
}

#[tokio::test]
async fn every_format_is_there_and_a_browser_gets_a_page() {
    let service = warm().await;
    for (path, expected) in [("gpu.rss", "<rss "), ("gpu.atom", "<feed "), ("gpu", "<feed ")] {
        assert!(service.text(&format!("/named/{path}")).await.contains(expected), "{path}");
    }
    let page = service.ask(reqwest::Method::GET, "/named/gpu", &[("Accept", "text/html")]).await;
    assert!(page.text().await.expect("a page").contains("<h1>Graphics processors</h1>"));
    let start = service.text("/").await;
    assert!(start.contains("/named/gpu") && start.contains("Graphics processors"));
}

#[tokio::test]
async fn lists_may_be_used_in_addresses() {
    let service = warm().await;
    let listed = service.ids("/subjects/cs.DC.json?q=list:accelerators").await;
    assert!(!listed.is_empty());
    assert_eq!(listed, service.ids("/subjects/cs.DC.json?q=ti:GPU+OR+ti:FPGA").await);
}

#[tokio::test]
async fn an_unknown_name_is_answered_with_what_comes_near() {
    let service = warm().await;
    for (path, hint) in [
        ("/named/gpus.atom", "near: gpu"),
        ("/named/score", "near: scored"),
        ("/named/all.json", "near: all-of-it"),
        ("/named/gpu.xml", "the formats are gpu.rss, gpu.atom and gpu.json"),
        ("/named/nothing-like-it", "the start page lists the named feeds"),
    ] {
        let response = service.get(path).await;
        assert_eq!(response.status(), 404, "{path}");
        let problem: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
        assert_eq!(problem["type"], "/help/http#unknown-feed");
        assert_eq!(problem["errors"][0]["hint"], hint, "{path}");
    }
    assert_eq!(service.get("/named/gpu.atom?subjects=cs.PF").await.status(), 400);
    let none = Running::demo().await.get("/named/gpu").await.text().await.expect("a body");
    assert!(none.contains("no feeds are named here"), "{none}");
}

#[tokio::test]
async fn the_sources_are_watched_without_being_asked_for() {
    let service = with_feeds(FEEDS).await;
    let status = async || service.text("/status.json").await;
    until("cs.DC is watched", status, |status| status.contains("\"cs.DC\"")).await;
}
