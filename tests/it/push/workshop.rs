//! The stage by itself: a store, a working set, a clock that a test sets, and feeds that hold what a test says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crosslist::domain::clock::Clock;
use crosslist::domain::push::{BoxFuture, HubChoice, HubRequest, PushReport, Topic, Topics};
use crosslist::feeds::WorkingSet;
use crosslist::push::{AddressGuard, FeedWebhooks, Push, PushOptions, PushSources};
use crosslist::settings;
use crosslist::store::{Store, Subscription};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use crate::support::sample::{announcement, outcome, time};
use crate::support::wait::DEADLINE;

pub const TOPIC: &str = "https://feeds.example.org/subjects/cs.DC.atom";

/// The evening before the demo's first mailing.
pub const START: &str = "2026-03-01T20:00:00Z";

#[derive(Debug)]
pub struct TestClock(Mutex<Timestamp>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("a clock")
    }
}

/// Feeds that hold what they are told.
#[derive(Debug, Default)]
pub struct Feeds(Mutex<HashMap<String, String>>);

impl Feeds {
    pub fn hold(&self, topic: &str, content: &str) {
        self.0.lock().expect("feeds").insert(topic.to_owned(), content.to_owned());
    }
}

impl Topics for Feeds {
    fn topic<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Topic, String>> {
        let held = self.0.lock().expect("feeds").get(url).cloned();
        Box::pin(async move {
            let content = held.ok_or("no such feed")?;
            let body = format!("<feed>{content}</feed>").into_bytes().into();
            let content_type = "application/atom+xml; charset=utf-8".to_owned();
            Ok(Topic { content, body, content_type, hub_url: "https://feeds.example.org/hub".to_owned() })
        })
    }
}

pub struct Workshop {
    pub push: Push,
    pub store: Store,
    pub working_set: Arc<WorkingSet>,
    pub clock: Arc<TestClock>,
    pub feeds: Arc<Feeds>,
    task: JoinHandle<()>,
}

impl Drop for Workshop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub fn options() -> PushOptions {
    PushOptions {
        hub: HubChoice::BuiltIn,
        allow_networks: vec!["127.0.0.0/8".parse().expect("a network")],
        subscriptions_max: 100,
        subscriptions_per_host_max: 100,
        base_url: "https://feeds.example.org".to_owned(),
        address: "https://feeds.example.org".to_owned(),
    }
}

/// The webhooks of a `feeds.toml`.
pub fn webhooks(feeds: &str) -> FeedWebhooks {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.toml");
    std::fs::write(&path, "").expect("a file");
    std::fs::write(folder.path().join("feeds.toml"), feeds).expect("a file");
    let loaded = settings::load(&settings::Sources::new(Some(path), [("", ""); 0])).expect("valid settings");
    let of = |slug: &str| loaded.named.webhooks.iter().filter(|one| one.feed == slug).cloned().collect();
    loaded.named.feeds.iter().map(|feed| (feed.clone(), of(&feed.slug))).collect()
}

impl Workshop {
    pub fn new() -> Self {
        Self::over(Store::in_memory().expect("memory"), options(), None, Vec::new())
    }

    pub fn with_webhooks(store: Store, feeds: &str) -> Self {
        Self::at(START, store, feeds)
    }

    pub fn over(
        store: Store,
        options: PushOptions,
        guard: Option<AddressGuard>,
        webhooks: FeedWebhooks,
    ) -> Self {
        Self::holding("monday", START, store, options, guard, webhooks)
    }

    /// With webhooks, from a moment on.
    pub fn at(now: &str, store: Store, feeds: &str) -> Self {
        Self::holding("monday", now, store, options(), None, webhooks(feeds))
    }

    pub fn holding(
        content: &str,
        now: &str,
        store: Store,
        options: PushOptions,
        guard: Option<AddressGuard>,
        webhooks: FeedWebhooks,
    ) -> Self {
        crosslist::fetch::install_cryptography();
        let guard = guard.unwrap_or_else(|| AddressGuard::new(&options.allow_networks));
        let push = Push::guarded_by(options, guard);
        push.configure(webhooks);
        let feeds: Arc<Feeds> = Arc::default();
        feeds.hold(TOPIC, content);
        let working_set = Arc::new(WorkingSet::keeping(30));
        let clock = Arc::new(TestClock(Mutex::new(time(now))));
        let sources = PushSources {
            store: store.clone(),
            working_set: working_set.clone(),
            topics: feeds.clone(),
            clock: clock.clone(),
            published: vec!["https://feeds.example.org/subjects/cs.DC".to_owned()],
        };
        let task = push.start(sources).expect("certificates");
        Self { push, store, working_set, clock, feeds, task }
    }

    pub fn pass(&self, time: SignedDuration) {
        *self.clock.0.lock().expect("a clock") += time;
        self.push.wake();
    }

    pub fn set(&self, to: &str) {
        *self.clock.0.lock().expect("a clock") = time(to);
        self.push.wake();
    }

    /// The topic holds something else.
    pub fn change(&self, content: &str) {
        self.feeds.hold(TOPIC, content);
        self.push.content_has_changed();
    }

    /// A page of the demo is read, at the moment that the clock shows.
    pub async fn announce(&self, file: &str, of: &str) {
        let day = announcement(file, of);
        let change = self.store.record(&day, &outcome(&day), self.clock.now()).await.expect("kept");
        self.working_set.apply(&change);
        self.push.content_has_changed();
    }

    /// Puts in the working set what the store remembers, as a start does.
    pub async fn remember(&self) {
        for change in self.store.load(None).await.expect("read back").changes {
            self.working_set.apply(&change);
        }
        self.push.content_has_changed();
    }

    /// As a subscriber would, by a form.
    pub async fn ask(&self, callback: &str, is_subscription: bool) {
        let request = HubRequest {
            topic: TOPIC.to_owned(),
            callback: callback.to_owned(),
            is_subscription,
            lease_seconds: Some(3_600),
            secret: Some("sesame".to_owned()),
            content: "monday".to_owned(),
        };
        let hub = self.push.hub(self.store.clone(), self.clock.clone());
        hub.take(request).await.expect("taken");
    }

    /// The same, until it is settled.
    pub async fn subscribe(&self, callback: &str) {
        let before = self.subscriptions().await.len();
        self.ask(callback, true).await;
        self.until("a subscription", async || self.subscriptions().await.len() > before).await;
    }

    pub async fn subscriptions(&self) -> Vec<Subscription> {
        self.store.subscriptions().await.expect("read back")
    }

    pub async fn is_settled(&self) -> bool {
        self.store.subscription_requests().await.expect("read back").is_empty()
    }

    pub async fn report(&self, what: &str, is_so: impl Fn(&PushReport) -> bool) -> PushReport {
        self.until(what, async || is_so(&self.push.report())).await;
        self.push.report()
    }

    /// Asks again until it is so; the task is woken, for a clock that a test sets does not wake it.
    pub async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let asking = async {
            while !is_so().await {
                self.push.wake();
                tokio::task::yield_now().await;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let asked = tokio::time::timeout(DEADLINE, asking).await;
        assert!(asked.is_ok(), "never came: {what}; {:?}", self.push.report());
    }

    /// As the service ends it.
    pub async fn stop(&mut self) {
        self.push.stop();
        let ended = tokio::time::timeout(DEADLINE, &mut self.task).await;
        ended.expect("it ends by itself").expect("no panic");
    }

    /// Ends as a killed process does.
    pub fn kill(self) {
        drop(self);
    }
}
