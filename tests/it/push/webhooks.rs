//! Webhooks of named feeds: what they are told, when, and how often.

use std::collections::HashSet;

use crosslist::domain::push::PushReport;
use crosslist::store::Store;
use jiff::SignedDuration;
use serde_json::Value;

use super::receiver::{Receiver, Reply};
use super::workshop::{Workshop, webhooks};
use crate::support::sample::{MONDAY, TUESDAY, announcement};

const FRIDAY: &str = "cs.DC-new-2026-03-06.html";

/// After Tuesday's mailing, and before Wednesday's.
const TUESDAY_NIGHT: &str = "2026-03-03T02:00:00Z";

fn feed(of: &str) -> String {
    format!("[[feed]]\nname = 'dc'\nsources = ['cs.DC']\nquery = 'type:new,cross'\nwebhooks = [{of}]\n")
}

fn hook(kind: &str, receiver: &Receiver, more: &str) -> String {
    format!("{{ kind = '{kind}', url = '{}/{kind}/s3cret'{more} }}", receiver.base)
}

fn memory() -> Store {
    Store::in_memory().expect("memory")
}

async fn file(folder: &tempfile::TempDir) -> Store {
    Store::open_beside(&crate::support::store::file(&folder.path().join("s.db")), "a test", "")
        .await
        .expect("a store")
}

/// Until the webhook is known, so that it begins now.
async fn begun(workshop: &Workshop) {
    workshop.report("the webhooks", |report| !report.webhooks.is_empty()).await;
}

#[tokio::test]
async fn a_webhook_begins_with_the_next_mailing_and_is_told_of_each_paper_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start(|_, _| Reply::status(200)).await;
    let feeds = feed(&hook("json", &receiver, ", messages_max = 100"));
    // Monday's mailing is out, and Tuesday's is not.
    let workshop = Workshop::at("2026-03-02T12:00:00Z", file(&folder).await, &feeds);
    begun(&workshop).await;
    workshop.announce(MONDAY, "cs.DC").await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(TUESDAY, "cs.DC").await;
    let entries = announcement(TUESDAY, "cs.DC").entries;
    let new = entries.iter().filter(|entry| !entry.announce_type.is_replacement()).count();
    for count in 1..=new {
        receiver.count("POST", count).await;
        let is_marked = |report: &PushReport| report.webhooks[0].deliveries.delivered == count as u64;
        workshop.report("a mark", is_marked).await;
        workshop.pass(SignedDuration::from_secs(2));
    }
    let posts = receiver.posts();
    let events: HashSet<&str> = posts.iter().filter_map(|post| post.header("x-crosslist-event")).collect();
    assert_eq!((posts.len(), events.len()), (new, new));
    for post in &posts {
        let body = post.json();
        assert_eq!(post.header("idempotency-key"), body["event"].as_str());
        assert!(
            body["items"][0]["date_published"].as_str().expect("a date").starts_with("2026-03-03"),
            "{body}"
        );
    }
    let dates: Vec<String> =
        posts.iter().map(|post| post.json()["items"][0]["date_published"].to_string()).collect();
    assert!(dates.is_sorted(), "{dates:?}");
    workshop.kill();

    // After a restart nothing is told again, also when the page is read once more.
    let workshop = Workshop::at(TUESDAY_NIGHT, file(&folder).await, &feeds);
    workshop.remember().await;
    begun(&workshop).await;
    workshop.announce(TUESDAY, "cs.DC").await;
    workshop.set("2026-03-06T02:00:00Z");
    workshop.announce(FRIDAY, "cs.DC").await;
    let posts = receiver.count("POST", new + 1).await;
    assert!(
        posts[new].json()["items"][0]["date_published"].as_str().expect("a date").starts_with("2026-03-06")
    );
}

#[tokio::test]
async fn each_kind_gets_a_message_of_its_own() {
    let receiver = Receiver::start(|_, _| Reply::status(200)).await;
    let kinds = ["slack", "mattermost", "discord", "matrix", "json"];
    let hooks = kinds.map(|kind| hook(kind, &receiver, ", messages_max = 0")).join(", ");
    let workshop = Workshop::with_webhooks(memory(), &feed(&hooks));
    begun(&workshop).await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(MONDAY, "cs.DC").await;
    let posts = receiver.count("POST", 5).await;
    let of = |kind: &str| -> Value {
        posts.iter().find(|post| post.target.starts_with(&format!("/{kind}/"))).expect(kind).json()
    };
    let count = of("json")["items"].as_array().expect("items").len();
    assert!(count > 5);
    let heading = format!("{count} papers in dc");
    assert_eq!(of("slack")["text"], heading.as_str());
    assert!(
        of("mattermost")["text"]
            .as_str()
            .expect("a text")
            .starts_with(&format!("**[{heading}](https://feeds.example.org/named/dc"))
    );
    assert_eq!(of("discord")["embeds"][0]["title"], heading.as_str());
    assert!(of("matrix")["html"].as_str().expect("markup").contains(&heading));
    assert_eq!(
        of("json")["event"],
        posts
            .iter()
            .find(|post| post.target.starts_with("/json/"))
            .and_then(|post| post.header("x-crosslist-event"))
            .expect("an event")
    );
    // Nothing but the host is shown of an address.
    let shown = format!("{:?} {:?}", workshop.push.report(), webhooks(&feed(&hooks)));
    assert!(!shown.contains("s3cret") && shown.contains("127.0.0.1"), "{shown}");
}

#[tokio::test]
async fn a_list_begins_with_new_papers_and_has_the_order_of_the_feed() {
    let receiver = Receiver::start(|_, _| Reply::status(200)).await;
    let hooks = ["discord", "json"].map(|kind| hook(kind, &receiver, ", messages_max = 0")).join(", ");
    let feed = format!("[[feed]]\nname = 'dc'\nsources = ['cs.DC']\nwebhooks = [{hooks}]\n");
    let workshop = Workshop::with_webhooks(memory(), &feed);
    begun(&workshop).await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(MONDAY, "cs.DC").await;
    let posts = receiver.count("POST", 2).await;
    let of = |kind: &str| -> Value {
        posts.iter().find(|post| post.target.starts_with(&format!("/{kind}/"))).expect(kind).json()
    };
    let entries = announcement(MONDAY, "cs.DC").entries;
    let told = of("json")["items"].as_array().expect("items").clone();
    let told: Vec<&str> = told.iter().map(|item| item["url"].as_str().expect("an address")).collect();
    let order: Vec<String> = entries.iter().map(|entry| entry.paper.id.abstract_url()).collect();
    assert_eq!(told, order);
    let card = of("discord");
    let list = card["embeds"][0]["description"].as_str().expect("a list");
    let shown: Vec<usize> = order.iter().filter_map(|url| list.find(url.as_str())).collect();
    assert!(shown.len() > 5 && shown.is_sorted(), "{list}");
    assert!(list.lines().next().expect("a line").contains(&order[0]), "{list}");
}

#[tokio::test]
async fn a_message_that_failed_is_sent_again_after_a_restart_and_is_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start(|_, _| Reply::status(500)).await;
    let feeds = feed(&hook("slack", &receiver, ", messages_max = 0"));
    let workshop = Workshop::with_webhooks(file(&folder).await, &feeds);
    begun(&workshop).await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(MONDAY, "cs.DC").await;
    receiver.count("POST", 1).await;
    let report = workshop.report("a failure", |report| report.webhooks[0].deliveries.failed == 1).await;
    assert_eq!((report.webhooks[0].pending, report.webhooks[0].is_paused), (1, false));
    assert_eq!(report.webhooks[0].trouble.as_deref(), Some("the response had status 500"));
    // Killed while it is sent.
    receiver.answers(|_, _| Reply::Silence);
    workshop.pass(SignedDuration::from_mins(1));
    receiver.count("POST", 2).await;
    workshop.kill();
    receiver.answers(|_, _| Reply::status(200));
    let workshop = Workshop::with_webhooks(file(&folder).await, &feeds);
    workshop.set("2026-03-03T02:10:00Z");
    let posts = receiver.count("POST", 3).await;
    workshop
        .report("a success", |report| report.webhooks.iter().any(|one| one.deliveries.delivered == 1))
        .await;
    for post in &posts[1..] {
        assert_eq!(post.body, posts[0].body);
        assert_eq!(post.header("x-crosslist-event"), posts[0].header("x-crosslist-event"));
    }
}

#[tokio::test]
async fn a_stop_ends_the_task_with_what_was_taken_put_down_and_the_rest_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start(|_, _| Reply::status(200)).await;
    let feeds = feed(&hook("slack", &receiver, ", messages_max = 0"));
    let mut workshop = Workshop::with_webhooks(file(&folder).await, &feeds);
    begun(&workshop).await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(MONDAY, "cs.DC").await;
    workshop.report("a success", |report| report.webhooks[0].deliveries.delivered == 1).await;
    receiver.answers(|_, _| Reply::Silence);
    workshop.announce(TUESDAY, "cs.DC").await;
    workshop.pass(SignedDuration::from_secs(2));
    receiver.count("POST", 2).await;
    // The second one is under way.
    workshop.stop().await;
    assert_eq!(workshop.store.deliveries().await.expect("read back").len(), 1);
}

#[tokio::test]
async fn a_webhook_that_refuses_is_paused_for_all_to_see_and_goes_on_when_it_is_mended() {
    let receiver = Receiver::start(|_, _| Reply::status(404)).await;
    let workshop = Workshop::with_webhooks(memory(), &feed(&hook("slack", &receiver, ", messages_max = 0")));
    begun(&workshop).await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(MONDAY, "cs.DC").await;
    for attempt in 1..=4 {
        receiver.count("POST", attempt).await;
        workshop.report("a refusal", |report| report.webhooks[0].deliveries.failed == attempt as u64).await;
        workshop.pass(SignedDuration::from_mins(10));
    }
    let report = workshop.push.report();
    assert!(report.webhooks[0].is_paused && report.webhooks[0].pending == 1, "{report:?}");
    receiver.answers(|_, _| Reply::status(200));
    workshop.pass(SignedDuration::from_mins(55));
    workshop.report("a success", |report| report.webhooks[0].deliveries.delivered == 1).await;
    assert!(!workshop.push.report().webhooks[0].is_paused);
    assert_eq!(receiver.posts().len(), 5);
}

#[tokio::test]
async fn what_cannot_be_delivered_for_a_day_or_is_wrong_is_given_up() {
    let receiver = Receiver::start(|_, _| Reply::status(503)).await;
    let hooks = feed(&hook("slack", &receiver, ", messages_max = 0"));
    let workshop = Workshop::with_webhooks(memory(), &hooks);
    begun(&workshop).await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(MONDAY, "cs.DC").await;
    receiver.count("POST", 1).await;
    workshop.report("a failure", |report| report.webhooks[0].deliveries.failed == 1).await;
    workshop.pass(SignedDuration::from_hours(25));
    let report = workshop.report("the end", |report| report.webhooks[0].deliveries.dropped == 1).await;
    assert_eq!(report.webhooks[0].pending, 0);
    assert_eq!(receiver.posts().len(), 2);
    // One that is wrong does not hold up the others for longer than a few attempts take.
    receiver.answers(|_, _| Reply::status(400));
    workshop.announce(TUESDAY, "cs.DC").await;
    workshop.pass(SignedDuration::from_secs(2));
    for attempt in 1..=4 {
        receiver.count("POST", 2 + attempt).await;
        let ended = |report: &PushReport| {
            let counts = report.webhooks[0].deliveries;
            counts.failed + counts.dropped == 2 + attempt as u64
        };
        workshop.report("a refusal", ended).await;
        workshop.pass(SignedDuration::from_mins(10));
    }
    workshop.report("the end", |report| report.webhooks[0].deliveries.dropped == 2).await;
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept_to() {
    is_kept_to(vec![("Retry-After", "120".to_owned())]).await;
    // A clock that is not ours: its own two moments are two minutes apart.
    let moments =
        [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", "Sunday, 06-Nov-94 08:51:37 GMT")];
    is_kept_to(moments.map(|(name, value)| (name, value.to_owned())).to_vec()).await;
}

/// A webhook that asks in this way for two minutes gets them.
async fn is_kept_to(asked: Vec<(&'static str, String)>) {
    let receiver = Receiver::start(move |_, before| match before {
        0 => Reply::With(429, asked.clone(), String::new()),
        _ => Reply::status(204),
    })
    .await;
    let workshop =
        Workshop::with_webhooks(memory(), &feed(&hook("discord", &receiver, ", messages_max = 0")));
    begun(&workshop).await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(MONDAY, "cs.DC").await;
    receiver.count("POST", 1).await;
    workshop.report("a wait", |report| report.webhooks[0].deliveries.failed == 1).await;
    workshop.pass(SignedDuration::from_secs(119));
    // Another round, to be sure that it was looked at.
    workshop.change("tuesday");
    workshop.report("the wait", |report| report.webhooks[0].pending == 1).await;
    assert_eq!(receiver.posts().len(), 1);
    workshop.pass(SignedDuration::from_secs(2));
    workshop.report("a success", |report| report.webhooks[0].deliveries.delivered == 1).await;
    assert_eq!(receiver.posts().len(), 2);
}

#[tokio::test]
async fn a_webhook_that_was_taken_out_begins_anew() {
    let receiver = Receiver::start(|_, _| Reply::status(200)).await;
    let feeds = feed(&hook("json", &receiver, ", messages_max = 0"));
    let workshop = Workshop::with_webhooks(memory(), &feeds);
    begun(&workshop).await;
    workshop.push.configure(webhooks(&feed("")));
    workshop.report("no webhook", |report| report.webhooks.is_empty()).await;
    workshop.set(TUESDAY_NIGHT);
    workshop.announce(MONDAY, "cs.DC").await;
    workshop.push.configure(webhooks(&feeds));
    begun(&workshop).await;
    workshop.set("2026-03-04T02:00:00Z");
    workshop.announce(TUESDAY, "cs.DC").await;
    workshop.report("nothing new", |report| report.webhooks[0].pending == 0).await;
    assert!(receiver.posts().is_empty());
}
