//! Subscribers that mean it, that lie, that hang, and that go.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crosslist::push::{AddressGuard, Lookup};
use crosslist::store::Store;
use jiff::SignedDuration;

use super::receiver::{Receiver, Reply};
use super::workshop::{START, TOPIC, Workshop, options};
use crate::support::store::file;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[tokio::test]
async fn nobody_is_told_who_has_not_given_back_the_challenge() {
    type Says = fn(&str) -> Reply;
    let liars: [(&str, Says); 7] = [
        ("another", |_| Reply::Text(200, "something".to_owned())),
        ("html", |challenge| Reply::Text(200, format!("<html>{challenge}</html>"))),
        ("more", |challenge| Reply::Text(200, format!("{challenge}\n"))),
        ("status", |challenge| Reply::Text(404, challenge.to_owned())),
        ("huge", |challenge| Reply::Text(200, challenge.repeat(100_000))),
        ("redirect", |challenge| {
            Reply::With(302, vec![("Location", "/honest".to_owned())], challenge.to_owned())
        }),
        ("empty", |_| Reply::status(204)),
    ];
    let receiver = Receiver::start(move |request, _| {
        let challenge = request.parameter("hub.challenge").unwrap_or_default();
        let path = request.target.split('?').next().unwrap_or_default();
        liars
            .iter()
            .find(|(name, _)| path.ends_with(name))
            .map_or_else(|| Reply::honest(request), |(_, says)| says(&challenge))
    })
    .await;
    let workshop = Workshop::new();
    for name in ["another", "html", "more", "status", "huge", "redirect", "empty"] {
        workshop.ask(&format!("{}/{name}", receiver.base), true).await;
    }
    workshop.until("every answer", async || workshop.is_settled().await).await;
    assert_eq!(workshop.subscriptions().await, []);
    // Nobody was asked twice, and no redirect was followed.
    assert_eq!(receiver.heard().len(), 7);
    workshop.subscribe(&format!("{}/honest", receiver.base)).await;
    workshop.change("tuesday");
    receiver.count("POST", 1).await;
    assert!(receiver.posts().iter().all(|post| post.target == "/honest"));
}

#[tokio::test]
async fn silence_is_asked_again_and_then_taken_for_a_no() {
    let receiver = Receiver::start(|_, _| Reply::status(503)).await;
    let workshop = Workshop::new();
    workshop.ask(&receiver.base, true).await;
    for attempt in 1..=3 {
        receiver.count("GET", attempt).await;
        workshop
            .until("a note of it", async || {
                let report = workshop.push.report().verifications;
                report.failed + report.dropped >= attempt as u64
            })
            .await;
        workshop.pass(MINUTE);
    }
    workshop.until("the end", async || workshop.is_settled().await).await;
    assert_eq!((receiver.heard().len(), workshop.subscriptions().await.len()), (3, 0));
}

#[tokio::test]
async fn a_subscriber_gets_the_newest_content_once_it_can_be_told_again() {
    let receiver = Receiver::honest().await;
    let workshop = Workshop::new();
    workshop.subscribe(&receiver.base).await;
    receiver.answers(
        |request, _| {
            if request.method == "POST" { Reply::status(500) } else { Reply::honest(request) }
        },
    );
    workshop.change("tuesday");
    receiver.count("POST", 1).await;
    workshop.report("a failure", |report| report.subscriptions_failing == 1).await;
    workshop.change("wednesday");
    workshop.change("thursday");
    receiver.answers(|request, _| Reply::honest(request));
    workshop.pass(MINUTE);
    workshop.report("a delivery", |report| report.subscribers.delivered == 1).await;
    let posts = receiver.posts();
    let bodies: Vec<&str> = posts.iter().map(|post| std::str::from_utf8(&post.body).expect("text")).collect();
    assert_eq!(bodies.first(), Some(&"<feed>tuesday</feed>"));
    assert_eq!(bodies.last(), Some(&"<feed>thursday</feed>"));
    assert!(!bodies.contains(&"<feed>wednesday</feed>"), "{bodies:?}");
    // What was taken is not sent again, also not when a feed goes back and forth within a moment.
    workshop.pass(SignedDuration::from_mins(30));
    workshop.change("thursday");
    workshop.change("friday");
    receiver
        .until("friday", |heard| heard.last().is_some_and(|last| last.body == b"<feed>friday</feed>"))
        .await;
    assert_eq!(receiver.posts().len(), posts.len() + 1);
}

#[tokio::test]
async fn what_is_not_delivered_is_delivered_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.db");
    let open = async || Store::open_beside(&file(&path), "a test", "").await.expect("a store");
    let receiver = Receiver::honest().await;
    let workshop = Workshop::over(open().await, options(), None, Vec::new());
    workshop.subscribe(&receiver.base).await;
    receiver.answers(|_, _| Reply::Silence);
    workshop.change("tuesday");
    receiver.count("POST", 1).await;
    workshop.kill();
    receiver.answers(|request, _| Reply::honest(request));
    let workshop = Workshop::over(open().await, options(), None, Vec::new());
    workshop.change("tuesday");
    receiver.count("POST", 2).await;
    workshop.report("a delivery", |report| report.subscribers.delivered == 1).await;
    workshop.until("a mark", async || workshop.subscriptions().await[0].content == "tuesday").await;
    workshop.kill();
    // What was taken is marked, and another restart sends nothing.
    let workshop = Workshop::holding("tuesday", START, open().await, options(), None, Vec::new());
    workshop.report("the subscription", |report| report.subscriptions == 1).await;
    workshop.change("wednesday");
    let posts = receiver.count("POST", 3).await;
    assert_eq!(posts[2].body, b"<feed>wednesday</feed>");
}

#[tokio::test]
async fn one_who_is_gone_is_told_no_more() {
    let receiver = Receiver::honest().await;
    let workshop = Workshop::new();
    workshop.subscribe(&receiver.base).await;
    receiver.answers(|_, _| Reply::status(410));
    workshop.change("tuesday");
    workshop.until("the end", async || workshop.subscriptions().await.is_empty()).await;
    assert_eq!(receiver.posts().len(), 1);
}

#[tokio::test]
async fn a_lease_ends_and_is_renewed() {
    let receiver = Receiver::honest().await;
    let workshop = Workshop::new();
    workshop.subscribe(&receiver.base).await;
    workshop.pass(SignedDuration::from_mins(50));
    workshop.ask(&receiver.base, true).await;
    workshop.until("a renewal", async || workshop.is_settled().await).await;
    workshop.pass(SignedDuration::from_mins(50));
    workshop.change("tuesday");
    receiver.count("POST", 1).await;
    workshop.pass(SignedDuration::from_mins(15));
    workshop.until("the end", async || workshop.subscriptions().await.is_empty()).await;
    workshop.change("wednesday");
    workshop.report("nobody", |report| report.subscriptions == 0).await;
    assert_eq!(receiver.posts().len(), 1);
}

#[tokio::test]
async fn only_the_subscriber_can_end_a_subscription() {
    let receiver = Receiver::honest().await;
    let workshop = Workshop::new();
    workshop.subscribe(&receiver.base).await;
    receiver.answers(|_, _| Reply::status(404));
    workshop.ask(&receiver.base, false).await;
    workshop.until("a no", async || workshop.is_settled().await).await;
    assert_eq!(workshop.subscriptions().await.len(), 1);
    receiver.answers(|request, _| Reply::honest(request));
    workshop.ask(&receiver.base, false).await;
    workshop.until("the end", async || workshop.subscriptions().await.is_empty()).await;
    let asked = receiver.heard();
    assert_eq!(asked.last().and_then(|last| last.parameter("hub.mode")).as_deref(), Some("unsubscribe"));
}

#[tokio::test]
async fn one_who_hangs_delays_nobody_else() {
    let hanging =
        Receiver::start(
            |request, _| {
                if request.method == "POST" { Reply::Silence } else { Reply::honest(request) }
            },
        )
        .await;
    let quick = Receiver::honest().await;
    let workshop = Workshop::new();
    for number in 0..3 {
        workshop.subscribe(&format!("{}/{number}", hanging.base)).await;
    }
    workshop.subscribe(&quick.base).await;
    workshop.change("tuesday");
    hanging.count("POST", 3).await;
    quick.count("POST", 1).await;
}

#[tokio::test]
async fn a_redirect_inward_is_not_followed() {
    let inward = Receiver::honest().await;
    let receiver = Receiver::honest().await;
    let workshop = Workshop::new();
    workshop.subscribe(&receiver.base).await;
    let to = inward.base.clone();
    receiver.answers(move |_, _| Reply::With(307, vec![("Location", to.clone())], String::new()));
    workshop.change("tuesday");
    workshop.report("a failure", |report| report.subscribers.failed == 1).await;
    assert!(inward.heard().is_empty());
}

#[tokio::test]
async fn a_name_that_leads_inward_is_not_called_whenever_it_does() {
    let receiver = Receiver::honest().await;
    let port = receiver.base.rsplit(':').next().expect("a port").to_owned();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let lookup: Lookup = Arc::new(move |name| {
        count.fetch_add(1, Ordering::SeqCst);
        let addresses: &[&str] =
            if name.starts_with("both") { &["8.8.8.8", "127.0.0.1"] } else { &["127.0.0.1"] };
        let found: Vec<IpAddr> = addresses.iter().map(|text| text.parse().expect("an address")).collect();
        Box::pin(async move { Ok(found) })
    });
    let strict = crosslist::push::PushOptions { allow_networks: Vec::new(), ..options() };
    let guard = AddressGuard::resolving_by(&[], lookup.clone());
    let workshop = Workshop::over(Store::in_memory().expect("memory"), strict, Some(guard), Vec::new());
    for name in ["rebind.example", "both.example"] {
        workshop.ask(&format!("http://{name}:{port}/"), true).await;
    }
    workshop.until("an end", async || workshop.is_settled().await).await;
    assert!(receiver.heard().is_empty() && asked.load(Ordering::SeqCst) == 2);
    // Nobody else knows this name: the connection goes to the very address that was judged.
    let guard = AddressGuard::resolving_by(&options().allow_networks, lookup);
    let workshop = Workshop::over(Store::in_memory().expect("memory"), options(), Some(guard), Vec::new());
    workshop.subscribe(&format!("http://rebind.example:{port}/")).await;
    assert_eq!(receiver.heard()[0].header("host"), Some(&*format!("rebind.example:{port}")));
}

#[tokio::test]
async fn a_hub_that_is_full_says_so() {
    let receiver = Receiver::honest().await;
    let few = crosslist::push::PushOptions { subscriptions_per_host_max: 1, ..options() };
    let workshop = Workshop::over(Store::in_memory().expect("memory"), few, None, Vec::new());
    workshop.subscribe(&format!("{}/one", receiver.base)).await;
    workshop.ask(&format!("{}/two", receiver.base), true).await;
    let heard = receiver.until("a denial", |heard| heard.len() == 2).await;
    assert_eq!(heard[1].parameter("hub.mode").as_deref(), Some("denied"));
    assert_eq!(heard[1].parameter("hub.topic").as_deref(), Some(TOPIC));
    assert!(heard[1].parameter("hub.reason").expect("a reason").contains("this host"));
    // One that is there is renewed all the same.
    workshop.ask(&format!("{}/one", receiver.base), true).await;
    workshop.until("a renewal", async || workshop.is_settled().await).await;
    assert_eq!(workshop.subscriptions().await.len(), 1);
}

#[tokio::test]
async fn anothers_hub_is_told_of_changed_feeds_once() {
    let hub = Receiver::start(|_, before| Reply::status(if before == 0 { 503 } else { 204 })).await;
    let choice = crosslist::domain::push::HubChoice::External(format!("{}/publish", hub.base));
    let elsewhere = crosslist::push::PushOptions { hub: choice, ..options() };
    let workshop = Workshop::over(Store::in_memory().expect("memory"), elsewhere, None, Vec::new());
    hub.count("POST", 1).await;
    workshop.report("a failure", |report| report.publications.failed == 1).await;
    workshop.pass(MINUTE);
    let posts = hub.count("POST", 2).await;
    let body = std::str::from_utf8(&posts[1].body).expect("text");
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert_eq!(fields[0], ("hub.mode".to_owned(), "publish".to_owned()));
    for ending in ["rss", "atom", "json"] {
        let feed = format!("https://feeds.example.org/subjects/cs.DC.{ending}");
        assert!(fields.contains(&("hub.url".to_owned(), feed)), "{fields:?}");
    }
    workshop.report("a success", |report| report.publications.delivered == 1).await;
    workshop.change("monday");
    workshop.change("tuesday");
    hub.count("POST", 3).await;
}
