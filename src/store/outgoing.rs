//! Who is told of what is new, what waits to be sent, and what was sent?

pub(super) mod statements;

use std::future::Future;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Replicas, StoreError};

/// One that asked the hub for something and has not confirmed it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The address of the feed, as it was asked for.
    pub topic: String,
    pub callback: String,
    pub mode: Mode,
    pub secret: Option<String>,
    pub lease_seconds: i64,
    /// What must be echoed; no two intents share one.
    pub challenge: String,
    /// What the topic held when it was asked for: what comes later is news to the subscriber.
    pub content: String,
    pub attempts: i64,
    pub next: Timestamp,
}

/// What is asked of the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Subscribe,
    Unsubscribe,
}

impl Mode {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Subscribe, Self::Unsubscribe].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// One whom the hub tells of every change of a topic; its content goes there when it is not what was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub topic: String,
    pub callback: String,
    pub secret: Option<String>,
    pub expires: Timestamp,
    /// What the topic held when it was delivered last.
    pub content: String,
    /// How often the delivery that is due has failed.
    pub attempts: i64,
    pub failing_since: Option<Timestamp>,
    pub next: Timestamp,
}

/// A message to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Grows with each message.
    pub sequence: i64,
    pub feed: String,
    /// What the webhook is known by, which is not its address.
    pub target: String,
    /// The same at every attempt, so that the receiver can drop what it has.
    pub event: String,
    pub body: String,
    pub made: Timestamp,
    pub attempts: i64,
    pub next: Timestamp,
}

/// The record of what goes out by itself.
///
/// [`Outgoing::intend`] and what only reads is for every replica; the rest is for the one that leads.
pub trait Outgoing: Replicas {
    /// Keeps what a subscriber asks for, in place of what it asked for before of the same topic.
    ///
    /// # Errors
    /// It was not kept.
    fn intend(&self, intent: &Intent) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What was asked for and is not settled, the next to be tried first.
    ///
    /// # Errors
    /// It could not be read.
    fn intents(&self) -> impl Future<Output = Result<Vec<Intent>, StoreError>> + Send;

    /// Puts off an intent, unless it has been replaced.
    ///
    /// # Errors
    /// It was not kept.
    fn postpone_intent(&self, intent: &Intent) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends an intent: without a subscription where nothing came of it, or where one is given up that was there.
    ///
    /// # Errors
    /// Everything is as it was.
    fn settle(
        &self,
        intent: &Intent,
        settled: &Settled,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Everyone who is to be told of changes, in the order of topics.
    ///
    /// # Errors
    /// It could not be read.
    fn subscriptions(&self) -> impl Future<Output = Result<Vec<Subscription>, StoreError>> + Send;

    /// Keeps how far a subscription has been served; its lease and its secret stay what they are.
    ///
    /// # Errors
    /// It was not kept.
    fn serve(&self, subscription: &Subscription) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends a subscription.
    ///
    /// # Errors
    /// It is still there.
    fn unsubscribe(&self, topic: &str, callback: &str)
    -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The papers that a webhook was told of, or is about to be, with their listing dates.
    ///
    /// # Errors
    /// It could not be read.
    fn announced(
        &self,
        feed: &str,
        target: &str,
    ) -> impl Future<Output = Result<Vec<(String, Date)>, StoreError>> + Send;

    /// Keeps messages to a webhook together with the papers that they are about.
    ///
    /// `messages` are events and bodies.
    ///
    /// # Errors
    /// Nothing was kept.
    fn enqueue(
        &self,
        feed: &str,
        target: &str,
        papers: &[(String, Date)],
        messages: &[(String, String)],
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The messages that wait, in the order in which they were made.
    ///
    /// # Errors
    /// It could not be read.
    fn deliveries(&self) -> impl Future<Output = Result<Vec<Delivery>, StoreError>> + Send;

    /// Puts off a message.
    ///
    /// # Errors
    /// It was not kept.
    fn postpone(
        &self,
        sequence: i64,
        attempts: i64,
        next: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets a message that was taken, or that is given up; what it was about stays announced.
    ///
    /// # Errors
    /// It is still there.
    fn finish(&self, sequence: i64) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The feeds and targets of which anything is kept.
    ///
    /// # Errors
    /// It could not be read.
    fn webhooks(&self) -> impl Future<Output = Result<Vec<(String, String)>, StoreError>> + Send;

    /// Forgets everything of a webhook.
    ///
    /// # Errors
    /// Nothing was forgotten.
    fn forget_webhook(&self, feed: &str, target: &str)
    -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets which papers were announced before a moment.
    ///
    /// # Errors
    /// Nothing was forgotten.
    fn forget_announced(&self, before: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// How an intent ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The subscriber has confirmed it, until then.
    Subscribed { expires: Timestamp },
    /// The subscriber has confirmed that it wants no more.
    Unsubscribed,
    /// It was not confirmed: nothing is other than before.
    Refused,
}
