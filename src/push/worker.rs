//! What does the one task that calls others do next?
//!
//! It never waits for those whom it calls: each call is a task of its own, and what came of it is put down here.
//! What was taken is marked in the store before anything else is sent, so that a store that takes no writes stops the
//! sending and not the marking.

mod intents;
mod publications;
mod subscriptions;
mod webhooks;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;

use super::client::{Answer, Client};
use super::{Shared, Sources};
use crate::domain::push::HubChoice;
use crate::store::{Intent, Outgoing, Settled, Store, StoreError, Subscription};

use intents::Intents;
use publications::Publications;
use subscriptions::Subscriptions;
use webhooks::Webhook;

/// How often the task looks whether it leads, for the wishes that other replicas have taken, and at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How many calls go on at once.
const CALLS_MAX: usize = 64;

/// How many of them to one host.
const CALLS_PER_HOST_MAX: usize = 4;

pub(super) struct Worker<S> {
    shared: Arc<Shared>,
    sources: Sources<S>,
    client: Client,
    leads: bool,
    /// Counts how often this replica took the lead: what was called for before then is not known now.
    term: u64,
    intents: Intents,
    subscriptions: Subscriptions,
    webhooks: Vec<Webhook>,
    publications: Publications,
    /// What is to be put down in the store.
    marks: VecDeque<Mark>,
    /// How many calls go on to each host.
    calls: HashMap<String, usize>,
    tasks: JoinSet<Ended>,
    /// When to look again, where nothing happens before.
    next: Option<Timestamp>,
    /// The store failed, which was said.
    is_troubled: bool,
}

/// What is put down of a call.
#[derive(Debug)]
enum Mark {
    Settle(Intent, Settled),
    PostponeIntent(Intent),
    Serve(Subscription),
    Unsubscribe(String, String),
    Finish(i64),
    Postpone(i64, i64, Timestamp),
}

/// A call that has ended.
struct Ended {
    term: u64,
    host: String,
    what: What,
    answer: Answer,
}

/// What was called for.
enum What {
    Intent(Intent),
    /// A subscriber was told that it is not served; whatever it said.
    Denial,
    Delivery {
        key: (String, String),
        content: String,
    },
    Message {
        feed: String,
        target: String,
        sequence: i64,
    },
    Publication(BTreeMap<String, String>),
}

impl<S: Store + Outgoing> Worker<S> {
    pub(super) fn new(shared: Arc<Shared>, sources: Sources<S>, client: Client) -> Self {
        Self {
            shared,
            sources,
            client,
            leads: false,
            term: 0,
            intents: Intents::default(),
            subscriptions: Subscriptions::default(),
            webhooks: Vec::new(),
            publications: Publications::default(),
            marks: VecDeque::new(),
            calls: HashMap::new(),
            tasks: JoinSet::new(),
            next: None,
            is_troubled: false,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let looked = self.look().await;
            self.note_trouble(looked.err().as_ref());
            self.report();
            let pause = self.pause();
            let shared = self.shared.clone();
            let ended = tokio::select! {
                () = shared.wake.notified() => None,
                Some(ended) = self.tasks.join_next() => Some(ended),
                () = tokio::time::sleep(pause) => None,
            };
            // Those that ended meanwhile are put down at once.
            let mut ended = ended;
            while let Some(one) = ended {
                match one {
                    Ok(one) => self.ended(one),
                    Err(error) => tracing::error!(%error, "a call broke off"),
                }
                ended = self.tasks.try_join_next();
            }
            if shared.is_stopped.load(Ordering::SeqCst) {
                if self.leads
                    && let Err(error) = self.put_down().await
                {
                    tracing::warn!(%error, "what others have taken is not put down, and is sent to them again");
                }
                return;
            }
        }
    }

    /// One round: what has ended is marked, what is due is begun.
    async fn look(&mut self) -> Result<(), StoreError> {
        self.next = None;
        self.lead().await?;
        if !self.leads {
            return Ok(());
        }
        self.put_down().await?;
        let now = self.sources.clock.now();
        if self.shared.is_configured.swap(false, Ordering::SeqCst)
            && let Err(error) = self.configure(now).await
        {
            self.shared.is_configured.store(true, Ordering::SeqCst);
            return Err(error);
        }
        let has_changed = self.shared.has_changed.swap(false, Ordering::SeqCst);
        if has_changed && let Err(error) = self.announce(now).await {
            self.shared.has_changed.store(true, Ordering::SeqCst);
            return Err(error);
        }
        self.send_messages(now);
        if self.shared.options.hub == HubChoice::BuiltIn {
            self.verify(now).await?;
            self.distribute(now, has_changed).await;
        }
        self.publish(now, has_changed).await;
        self.put_down().await
    }

    /// Goes on only where this replica leads, and takes up everything when it begins to.
    async fn lead(&mut self) -> Result<(), StoreError> {
        let leads = self.sources.store.confirm().await.is_ok();
        if leads && !self.leads {
            self.term += 1;
            self.put_down().await?;
            self.intents = Intents::default();
            self.subscriptions = Subscriptions::load(self.sources.store.subscriptions().await?);
            self.shared.is_configured.store(true, Ordering::SeqCst);
            self.shared.has_changed.store(true, Ordering::SeqCst);
        }
        self.leads = leads;
        Ok(())
    }

    /// Writes every mark; one that cannot be written waits, and all others behind it.
    async fn put_down(&mut self) -> Result<(), StoreError> {
        let store = &self.sources.store;
        while let Some(mark) = self.marks.front() {
            match mark {
                Mark::Settle(intent, settled) => store.settle(intent, settled).await?,
                Mark::PostponeIntent(intent) => store.postpone_intent(intent).await?,
                Mark::Serve(subscription) => store.serve(subscription).await?,
                Mark::Unsubscribe(topic, callback) => store.unsubscribe(topic, callback).await?,
                Mark::Finish(sequence) => store.finish(*sequence).await?,
                Mark::Postpone(sequence, attempts, next) => {
                    store.postpone(*sequence, *attempts, *next).await?;
                }
            }
            self.marks.pop_front();
        }
        Ok(())
    }

    fn ended(&mut self, ended: Ended) {
        if let Some(count) = self.calls.get_mut(&ended.host) {
            *count -= 1;
            if *count == 0 {
                self.calls.remove(&ended.host);
            }
        }
        let is_current = ended.term == self.term;
        let now = self.sources.clock.now();
        match ended.what {
            What::Intent(intent) => self.verified(intent, &ended.answer, now),
            What::Denial => {}
            What::Delivery { key, content } => self.delivered(&key, content, &ended.answer, now, is_current),
            What::Message { feed, target, sequence } => {
                self.sent((&feed, &target), sequence, &ended.answer, now);
            }
            What::Publication(told) => self.published(told, &ended.answer, now),
        }
    }

    /// May one more call go to this host?
    fn has_room(&self, host: &str) -> bool {
        self.tasks.len() < CALLS_MAX && self.calls.get(host).is_none_or(|count| *count < CALLS_PER_HOST_MAX)
    }

    /// Begins a call; the host is that of its address.
    fn begin(&mut self, host: &str, call: impl Future<Output = (What, Answer)> + Send + 'static) {
        *self.calls.entry(host.to_owned()).or_default() += 1;
        let (term, host) = (self.term, host.to_owned());
        self.tasks.spawn(async move {
            let (what, answer) = call.await;
            Ended { term, host, what, answer }
        });
    }

    /// Looks again at that moment at the latest.
    fn look_at(&mut self, moment: Timestamp) {
        self.next = Some(self.next.map_or(moment, |next| next.min(moment)));
    }

    fn pause(&self) -> Duration {
        let now = self.sources.clock.now();
        let next = self.next.map(|next| Duration::try_from(next.duration_since(now)).unwrap_or_default());
        // Never at once, so that what cannot be done now is not tried without end.
        next.unwrap_or(LOOK_EVERY).clamp(Duration::from_millis(20), LOOK_EVERY)
    }

    fn note_trouble(&mut self, error: Option<&StoreError>) {
        match (self.is_troubled, error) {
            (_, Some(StoreError::NotLeading)) => self.leads = false,
            (false, Some(error)) => {
                tracing::error!(%error, "nothing is sent to subscribers and webhooks, for the store cannot be used");
            }
            (true, None) => tracing::info!("subscribers and webhooks are told again"),
            _ => {}
        }
        self.is_troubled = error.is_some_and(|error| *error != StoreError::NotLeading);
    }

    /// Shows how it is going.
    fn report(&self) {
        let mut report = self.shared.report();
        if !self.leads {
            let counts = (report.subscribers, report.verifications, report.publications);
            *report = crate::domain::push::PushReport::default();
            (report.subscribers, report.verifications, report.publications) = counts;
            return;
        }
        report.subscriptions = self.subscriptions.count();
        report.subscriptions_failing = self.subscriptions.failing();
        report.intents = self.intents.count();
        report.webhooks = self.webhooks.iter().map(Webhook::report).collect();
    }
}
