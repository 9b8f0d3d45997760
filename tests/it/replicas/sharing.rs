//! Who asks, who answers, and what happens to both when one of them or the database goes.

use std::time::Duration;

use crosslist::settings::Sources;
use crosslist::startup::Keep;
use crosslist::store::Role;
use futures_util::future::join_all;
use reqwest::Method;

use super::network::Network;
use crate::support::database::Database;
use crate::support::service::{Arxiv, Running};
use crate::support::store::open_database;
use crate::support::wait::until;

/// An hour after the mailing of Friday, 6 March 2026, and of Tuesday of that week.
const FRIDAY: &str = "2026-03-06T02:00:00Z";
const TUESDAY: &str = "2026-03-03T02:00:00Z";

/// The formats whose bytes are compared.
const PATHS: [&str; 4] =
    ["/subjects/cs.DC.rss", "/subjects/cs.DC.atom", "/subjects/cs.DC.json", "/search.atom?q=type:new"];

fn sources(watch: &str, fill_days: &str) -> Sources {
    Sources::default()
        .with_override("test", "subjects.watch", watch)
        .with_override("test", "subjects.fill_days", fill_days)
        .with_override("test", "server.base_url", "https://feeds.example.org")
}

async fn replica(url: String, arxiv: &Arxiv, sources: Sources, now: &str) -> Running {
    Running::over_with(arxiv, sources, Keep::InPostgres(url.parse().expect("an address")), now).await
}

async fn leads(service: &Running) -> bool {
    service.feed("/status.json").await["replica"]["leads"] == true
}

/// Waits until one of them leads, and says which.
async fn leader(services: &[Running]) -> usize {
    let who = async || {
        let mut leading = Vec::new();
        for (index, service) in services.iter().enumerate() {
            if leads(service).await {
                leading.push(index);
            }
        }
        leading
    };
    until("a leader", who, |leading| leading.len() == 1).await[0]
}

async fn count(service: &Running, path: &str) -> usize {
    let answer = service.get(path).await;
    if answer.status() != 200 {
        return 0;
    }
    let feed: serde_json::Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    feed["items"].as_array().expect("items").len()
}

/// Tag and bytes of everything that is compared.
async fn documents(service: &Running) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in PATHS {
        let answer = service.get(path).await;
        let tag = answer.headers()["etag"].to_str().expect("text").to_owned();
        found.push((tag, answer.text().await.expect("a body")));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_asks_arxiv_and_all_give_the_same_bytes_and_tags() {
    let Some(database) = Database::make().await else { return };
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    // Clocks that disagree by minutes: dates are set once, by the one that reads.
    let clocks = [TUESDAY, "2026-03-03T02:04:00Z", "2026-03-03T01:56:00Z"];
    let services: Vec<Running> =
        join_all(clocks.map(|now| replica(database.url(), &arxiv, sources("cs.DC", "0"), now))).await;
    for service in &services {
        until("Monday", async || count(service, PATHS[2]).await, |count| *count == 19).await;
    }
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    let first = leader(&services).await;
    // Asked of one that follows, it is done by the one that leads.
    let answer = services[(first + 1) % 3].ask(Method::POST, "/admin/refresh", &[]).await;
    assert!(answer.text().await.expect("a body").contains("\"2026-03-03\""));
    for service in &services {
        until("Tuesday", async || count(service, PATHS[2]).await, |count| *count == 28).await;
    }
    let first = documents(&services[0]).await;
    assert_eq!(documents(&services[1]).await, first);
    assert_eq!(documents(&services[2]).await, first);
    assert_eq!(arxiv.asked("/list/cs.DC/new"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_that_are_caught_up_by_one_leave_the_newest_read_as_it_was_on_the_others() {
    let Some(database) = Database::make().await else { return };
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    for (day, file) in [
        ("2026-03-03", "cs.DC-new-2026-03-03.html"),
        ("2026-03-04", "cs.DC-new-2026-03-04-empty.html"),
        ("2026-03-05", "cs.DC-new-2026-03-05-only-rep.html"),
    ] {
        arxiv.page(&format!("/catchup/cs.DC/{day}?abs=True"), file);
    }
    let services: Vec<Running> =
        join_all((0..2).map(|_| replica(database.url(), &arxiv, sources("cs.DC", "3"), FRIDAY))).await;
    for service in &services {
        until("the week", async || count(service, PATHS[2]).await, |count| *count == 18).await;
    }
    let status = async |service: &Running| service.feed("/status.json").await["subjects"][0].clone();
    // Papers are shown a moment before the status says how they were read.
    let both = async || [status(&services[0]).await, status(&services[1]).await];
    until("the same status", both, |[first, second]| {
        let names = ["verdict", "reason", "counts", "days", "gaps", "last_proved"];
        names.iter().all(|name| first[name] == second[name])
    })
    .await;
    let follower = usize::from(leader(&services).await == 0);
    let answer = services[follower].ask(Method::POST, "/admin/refresh", &[]).await;
    assert!(answer.text().await.expect("a body").contains("\"listing_date\":\"2026-03-06\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_subject_is_read_once_whichever_replicas_are_asked() {
    let Some(database) = Database::make().await else { return };
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    arxiv.answer("/list/cs.LG/new", 404, "");
    let services: Vec<Running> =
        join_all((0..2).map(|_| replica(database.url(), &arxiv, sources("", "0"), FRIDAY))).await;
    leader(&services).await;
    let asked = services.iter().flat_map(|service| (0..5).map(|_| count(service, PATHS[2])));
    assert_eq!(join_all(asked).await, [7; 10]);
    assert_eq!(arxiv.asked("/list/cs.DC/new"), 1);
    for service in &services {
        let answer = service.get("/subjects/cs.LG.json").await;
        assert_eq!(answer.status(), 503);
        assert!(answer.text().await.expect("a body").contains("cs.LG could not be read from arXiv yet"));
    }
    // What was asked of one is in what the other answers for all that is read.
    for service in &services {
        until("all", async || count(service, "/subjects/all.json").await, |count| *count == 7).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_takes_over_when_the_leader_goes_and_nothing_is_lost_or_doubled() {
    let Some(database) = Database::make().await else { return };
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let mut services: Vec<Running> =
        join_all((0..3).map(|_| replica(database.url(), &arxiv, sources("cs.DC", "0"), TUESDAY))).await;
    for service in &services {
        until("Monday", async || count(service, PATHS[2]).await, |count| *count == 19).await;
    }
    let monday = services[0].ids(PATHS[2]).await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    // Its session is ended as by a failing server: one of the three goes on, maybe the same.
    leader(&services).await;
    database.end_sessions_that_hold_a_lock().await;
    let next = leader(&services).await;
    services[next].ask(Method::POST, "/admin/refresh", &[]).await;
    // Stopped with all it holds: another one goes on.
    services.remove(next).stop().await;
    leader(&services).await;
    for service in &services {
        let ids = until("Tuesday", async || service.ids(PATHS[2]).await, |ids| ids.len() == 28).await;
        assert_eq!(ids[9..], monday[..]);
    }
    assert_eq!(documents(&services[0]).await, documents(&services[1]).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_whose_clock_is_days_behind_lets_another_lead() {
    let Some(database) = Database::make().await else { return };
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    // Alone it reads again and again a page that it cannot believe.
    let behind = replica(database.url(), &arxiv, sources("cs.DC", "0"), TUESDAY).await;
    until("a read", async || arxiv.asked("/list/cs.DC/new"), |asked| *asked > 0).await;
    let right = replica(database.url(), &arxiv, sources("cs.DC", "0"), FRIDAY).await;
    // It is asked to read once more, and hears that the other one did.
    let (refreshed, ()) = tokio::join!(behind.ask(Method::POST, "/admin/refresh", &[]), async {
        until("the other one leads", async || leads(&right).await, |leads| *leads).await;
    });
    drop(refreshed);
    for service in [&behind, &right] {
        until("Friday", async || count(service, PATHS[2]).await, |count| *count == 7).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_stopped_gives_the_lead_up_and_leaves_its_pause_to_the_next() {
    let Some(database) = Database::make().await else { return };
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    // The second one waits for its turn when the service stops.
    let slow = sources("cs.DC, cs.LG", "0").with_override("test", "upstream.pause_seconds", "100");
    let service = replica(database.url(), &arxiv, slow, TUESDAY).await;
    until("Monday", async || count(&service, PATHS[2]).await, |count| *count == 19).await;
    service.stop().await;
    let store = open_database(&database.address(), &arxiv.base).await.expect("a store");
    let role = store.lead(Duration::ZERO).await.expect("a role");
    let Role::TookOver { rest, ended_well: true } = role else { panic!("{role:?}") };
    // The pause after its last request is kept by the next one.
    assert!(rest > Duration::from_secs(10), "{rest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_database_readers_are_answered_and_told_and_it_heals() {
    let Some(database) = Database::make().await else { return };
    let network = Network::to(&database.url()).await;
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let url = network.through(&database.url());
    let services: Vec<Running> =
        join_all((0..2).map(|_| replica(url.clone(), &arxiv, sources("cs.DC", "0"), TUESDAY))).await;
    for service in &services {
        until("Monday", async || count(service, PATHS[2]).await, |count| *count == 19).await;
    }
    let before = documents(&services[0]).await;
    network.cut();
    let trouble = async |service: &Running| service.feed("/status.json").await["replica"]["trouble"].clone();
    for service in &services {
        until("trouble", async || trouble(service).await, serde_json::Value::is_string).await;
        assert!(!leads(service).await);
        assert_eq!(documents(service).await, before);
        assert_eq!(service.get("/readyz").await.status(), 200);
        let said = service.get(PATHS[0]).await.headers()["cache-status"].to_str().expect("text").to_owned();
        assert!(said.contains("store unreachable"), "{said}");
        assert!(service.text("/status").await.contains("nothing is new here since"));
    }
    let asked = arxiv.asked("/list/cs.DC/new");
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    // A reader who waits meanwhile is answered when it heals.
    let waiting = services[1].ask(Method::POST, "/admin/refresh", &[]);
    let healing = async {
        tokio::task::yield_now().await;
        assert_eq!(arxiv.asked("/list/cs.DC/new"), asked);
        network.mend();
    };
    let (refreshed, ()) = tokio::join!(waiting, healing);
    assert!(refreshed.text().await.expect("a body").contains("\"2026-03-03\""));
    for service in &services {
        until("Tuesday", async || count(service, PATHS[2]).await, |count| *count == 28).await;
        until("no trouble", async || trouble(service).await, serde_json::Value::is_null).await;
    }
    assert_eq!(documents(&services[0]).await, documents(&services[1]).await);
}
