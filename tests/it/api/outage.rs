//! What is known after days without arXiv or without the service.

use crosslist::settings::Sources;
use crosslist::startup::Keep;

use crate::support::service::{Arxiv, Running};

/// Two hours after the mailing of Friday, 6 March 2026.
const FRIDAY: &str = "2026-03-06T03:00:00Z";
const MONDAY: &str = "2026-03-02T03:00:00Z";

fn week(arxiv: &Arxiv) {
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    for (day, file) in [
        ("2026-03-02", "cs.DC-new-2026-03-02.html"),
        ("2026-03-03", "cs.DC-new-2026-03-03.html"),
        ("2026-03-04", "cs.DC-new-2026-03-04-empty.html"),
        ("2026-03-05", "cs.DC-new-2026-03-05-only-rep.html"),
    ] {
        arxiv.page(&format!("/catchup/cs.DC/{day}?abs=True"), file);
    }
}

fn sources(fill_days: &str) -> Sources {
    Sources::default().with_override("test", "subjects.watch", "cs.DC").with_override(
        "test",
        "subjects.fill_days",
        fill_days,
    )
}

#[tokio::test]
async fn days_that_were_missed_are_caught_up_with_their_own_dates() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = || Keep::InFile(folder.path().join("crosslist.db"));
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let before = {
        let service = Running::over_with(&arxiv, sources("0"), keep(), MONDAY).await;
        let before = service.feed("/subjects/cs.DC.json").await;
        service.stop().await;
        before
    };
    week(&arxiv);
    let service = Running::over_with(&arxiv, sources("0"), keep(), FRIDAY).await;
    service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    let after = service.feed("/subjects/cs.DC.json").await;
    let items = after["items"].as_array().expect("items");
    assert_eq!(items.len(), 37);
    assert_eq!(items[18..], before["items"].as_array().expect("items")[..]);
    let dates: Vec<&str> =
        items.iter().map(|item| item["date_published"].as_str().expect("a date")).collect();
    // Friday was read two hours after its mailing, Tuesday was caught up.
    assert!(("2026-03-06T02:59:59Z".."2026-03-06T03:30:00Z").contains(&dates[0]), "{}", dates[0]);
    assert_eq!(dates[9], "2026-03-03T00:59:59Z");
    // What was read on its day is asked for once more, and nothing else.
    assert_eq!(arxiv.asked("/catchup/cs.DC/2026-03-02?abs=True"), 1);
    assert_eq!(arxiv.asked("/catchup/cs.DC/2026-03-05?abs=True"), 1);
}

#[tokio::test]
async fn a_restart_answers_from_the_store_though_arxiv_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = || Keep::InFile(folder.path().join("crosslist.db"));
    let arxiv = Arxiv::start().await;
    week(&arxiv);
    let host = [("host", "feeds.example.org")];
    let ask = |service: Running| async move {
        let answer = service.ask(reqwest::Method::GET, "/subjects/cs.DC.atom", &host).await;
        let tag = answer.headers()["etag"].clone();
        let status = answer.headers()["cache-status"].to_str().expect("text").to_owned();
        let text = answer.text().await.expect("a body");
        service.stop().await;
        (tag, status, text)
    };
    let (tag, status, text) = ask(Running::over_with(&arxiv, sources("7"), keep(), FRIDAY).await).await;
    assert_eq!(status, "crosslist; fwd=uri-miss; stored");
    arxiv.answer("/list/cs.DC/new", 500, "");
    let service = Running::over_with(&arxiv, sources("7"), keep(), FRIDAY).await;
    let refreshed =
        service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await.text().await.expect("a body");
    assert!(refreshed.contains("unreachable"), "{refreshed}");
    let (tag_after, status_after, text_after) = ask(service).await;
    assert_eq!((tag_after, text_after), (tag, text));
    assert!(status_after.contains("cs.DC unreachable"), "{status_after}");
}

#[tokio::test]
async fn the_status_tells_a_quiet_day_from_one_that_could_not_be_read() {
    let arxiv = Arxiv::start().await;
    week(&arxiv);
    arxiv.answer("/catchup/cs.DC/2026-03-03?abs=True", 500, "");
    let service = Running::over(&arxiv, sources("4"), FRIDAY).await;
    service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    let status = service.feed("/status.json").await;
    let days = status["subjects"][0]["days"].as_array().expect("days");
    let verdict = |date: &str| days.iter().find(|day| day["date"] == date).map(|day| day["verdict"].clone());
    assert_eq!(verdict("2026-03-03"), Some("unread".into()));
    assert_eq!(verdict("2026-03-04"), Some("quiet".into()));
    assert_eq!(verdict("2026-03-05"), Some("complete".into()));
    assert_eq!(status["subjects"][0]["verdict"], "complete");
    assert_eq!(status["next_mailing"], "2026-03-09T00:00:00Z");
    let page = service.text("/status").await;
    assert!(page.contains("quiet: nothing announced") && page.contains("not read"), "{page}");
}

#[tokio::test]
async fn what_arxiv_no_longer_gives_is_a_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = || Keep::InFile(folder.path().join("crosslist.db"));
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    Running::over_with(&arxiv, sources("0"), keep(), MONDAY).await.stop().await;
    let service = Running::over_with(&arxiv, sources("0"), keep(), MONDAY).await;
    service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    service.stop().await;
    // Half a year later; the page carries a date in between.
    let later = crate::support::service::page("cs.DC-new-2026-03-06.html")
        .replace("Friday, 6 March 2026", "Monday, 31 August 2026")
        .replace("2603.", "2608.")
        .replace("2602.", "2608.");
    arxiv.answer("/list/cs.DC/new", 200, &later);
    let service = Running::over_with(&arxiv, sources("0"), keep(), "2026-08-31T03:00:00Z").await;
    service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    let status = service.feed("/status.json").await;
    let gaps = status["subjects"][0]["gaps"].as_array().expect("gaps");
    assert!(gaps.contains(&"2026-03-03".into()) && gaps.contains(&"2026-06-01".into()), "{gaps:?}");
    assert!(!gaps.contains(&"2026-06-03".into()), "{gaps:?}");
    // Before a day is given up it is asked for.
    assert_eq!(arxiv.asked("/catchup/cs.DC/2026-03-03?abs=True"), 1);
}

#[tokio::test]
async fn a_past_day_that_cannot_be_read_is_read_when_it_can_be() {
    let arxiv = Arxiv::start().await;
    week(&arxiv);
    arxiv.answer("/catchup/cs.DC/2026-03-03?abs=True", 500, "");
    let service = Running::over(&arxiv, sources("4"), FRIDAY).await;
    let refresh = || service.ask(reqwest::Method::POST, "/admin/refresh", &[]);
    refresh().await;
    assert_eq!(service.ids("/subjects/cs.DC.json").await.len(), 28);
    week(&arxiv);
    refresh().await;
    assert_eq!(service.ids("/subjects/cs.DC.json").await.len(), 37);
}

#[tokio::test]
async fn one_entry_that_cannot_be_read_keeps_neither_the_others_nor_the_past_days_away() {
    let arxiv = Arxiv::start().await;
    week(&arxiv);
    let friday = crate::support::service::page("cs.DC-new-2026-03-06.html");
    let (before, rest) = friday.split_once("<div class='list-title mathjax'>").expect("a title");
    let (_, after) = rest.split_once("</div>").expect("its end");
    arxiv.answer("/list/cs.DC/new", 200, &format!("{before}{after}"));
    let service = Running::over(&arxiv, sources("4"), FRIDAY).await;
    let refresh = || service.ask(reqwest::Method::POST, "/admin/refresh", &[]);
    assert!(refresh().await.text().await.expect("a body").contains("incomplete"));
    assert_eq!(service.ids("/subjects/cs.DC.json").await.len(), 36);
    week(&arxiv);
    refresh().await;
    assert_eq!(service.ids("/subjects/cs.DC.json").await.len(), 37);
}

#[tokio::test]
async fn a_reader_that_asks_by_date_hears_of_days_that_were_caught_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = || Keep::InFile(folder.path().join("crosslist.db"));
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let service = Running::over_with(&arxiv, sources("4"), keep(), FRIDAY).await;
    service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    let first = service.get("/subjects/cs.DC.rss").await;
    let modified = first.headers()["last-modified"].to_str().expect("text").to_owned();
    service.stop().await;
    week(&arxiv);
    let service = Running::over_with(&arxiv, sources("4"), keep(), "2026-03-06T03:05:00Z").await;
    service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    let ask = [("if-modified-since", modified.as_str())];
    let second = service.ask(reqwest::Method::GET, "/subjects/cs.DC.rss", &ask).await;
    assert_eq!(second.status(), 200);
    assert_ne!(second.headers()["last-modified"], modified.as_str());
}

#[tokio::test]
async fn while_something_new_may_come_an_answer_is_kept_for_minutes_only() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let lenience = ", stale-while-revalidate=300, stale-if-error=86400";
    let max_age = |service: Running| async move {
        service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
        service.get("/subjects/cs.DC.rss").await.headers()["cache-control"].to_str().expect("text").to_owned()
    };
    assert_eq!(
        max_age(Running::over(&arxiv, sources("0"), FRIDAY).await).await,
        format!("max-age=86400{lenience}")
    );
    let monday_is_due = Running::over(&arxiv, sources("0"), "2026-03-09T00:05:00Z").await;
    assert_eq!(max_age(monday_is_due).await, format!("max-age=300{lenience}"));
    // On a Saturday, until Sunday's mailing: a day and two hours are more than the most.
    let arxiv_on_friday = Running::over(&arxiv, sources("0"), "2026-03-07T22:00:00Z").await;
    assert_eq!(max_age(arxiv_on_friday).await, format!("max-age=86400{lenience}"));
    let sunday = Running::over(&arxiv, sources("0"), "2026-03-08T23:59:30Z").await;
    assert_eq!(max_age(sunday).await, format!("max-age=60{lenience}"));
}

#[tokio::test]
async fn a_restart_long_after_the_last_mailing_empties_no_feed() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = || Keep::InFile(folder.path().join("crosslist.db"));
    let arxiv = Arxiv::start().await;
    week(&arxiv);
    let service = Running::over_with(&arxiv, sources("4"), keep(), FRIDAY).await;
    service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
    assert_eq!(service.ids("/subjects/cs.DC.json").await.len(), 37);
    service.stop().await;
    arxiv.answer("/list/cs.DC/new", 503, "");
    let service = Running::over_with(&arxiv, sources("4"), keep(), "2026-06-06T03:00:00Z").await;
    assert_eq!(service.ids("/subjects/cs.DC.json").await.len(), 37);
}

#[tokio::test]
async fn a_page_that_lags_behind_another_subjects_is_stale_and_its_feed_says_so() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let lagging = crate::support::service::page_of_cs_lg("cs.DC-new-2026-03-05-only-rep.html");
    arxiv.answer("/list/cs.LG/new", 200, &lagging);
    let sources = sources("0").with_override("test", "subjects.watch", "cs.DC,cs.LG");
    let service = Running::over(&arxiv, sources, FRIDAY).await;
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    let answer = service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.LG", &[]).await;
    let rows = answer.text().await.expect("a body");
    assert!(rows.contains("\"stale\"") && rows.contains("2026-03-06"), "{rows}");
    assert!(!service.text("/status").await.contains("All is well"));
    // What the older page shows is good all the same.
    assert_eq!(service.ids("/subjects/cs.LG.json").await.len(), 2);
}

#[tokio::test]
async fn a_restart_goes_on_staying_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = || Keep::InFile(folder.path().join("crosslist.db"));
    let arxiv = Arxiv::start().await;
    arxiv.answer("/list/cs.DC/new", 403, "");
    for _ in 0..3 {
        // A pause that makes the stop after a refusal longer than anybody waits.
        let sources = sources("0").with_override("test", "upstream.pause_seconds", "10");
        let service = Running::over_with(&arxiv, sources, keep(), FRIDAY).await;
        let refreshed = service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
        let refreshed = refreshed.text().await.expect("a body");
        assert!(refreshed.contains("refused") && refreshed.contains("403 Forbidden"), "{refreshed}");
        assert_eq!(arxiv.asked("/list/cs.DC/new"), 1);
        service.stop().await;
    }
}
