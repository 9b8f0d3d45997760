//! What goes out by itself: who asks to be told, of what, and how is that going?

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::presentation::{Choice, Profile};

/// How long a subscription lasts when the subscriber does not say: ten days.
pub const LEASE_SECONDS_DEFAULT: i64 = 10 * 24 * 60 * 60;

/// The shortest lease, also for those who ask for less.
pub const LEASE_SECONDS_MIN: i64 = 5 * 60;

/// The longest lease, also for those who ask for more: thirty days.
pub const LEASE_SECONDS_MAX: i64 = 30 * 24 * 60 * 60;

/// What comes later, of a contract that one stage keeps for another.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Who is told of changes: the side that subscribers ask.
pub trait Hub: Send + Sync + Debug {
    /// Takes a subscriber's wish; whether it was the subscriber who asked is found out later.
    fn take(&self, request: HubRequest) -> BoxFuture<'_, Result<(), HubRefusal>>;
}

/// What a subscriber asks of the hub, of a topic that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubRequest {
    /// The address of a feed, as the subscriber wrote it.
    pub topic: String,
    pub callback: String,
    /// Or to be told no more.
    pub is_subscription: bool,
    pub lease_seconds: Option<i64>,
    pub secret: Option<String>,
    /// What the topic holds now.
    pub content: String,
}

/// Why a wish is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubRefusal {
    /// No such callback is called.
    Callback(String),
    /// Too many others wait.
    Full(String),
    /// It could not be kept.
    Failed(String),
}

/// What can be subscribed to: the side that knows feeds by their addresses.
pub trait Topics: Send + Sync {
    /// What a topic holds now, or why that cannot be told.
    fn topic<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Topic, String>>;
}

/// A topic as it is now.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Other when an item has come or gone, and only then: not when the same is written otherwise.
    pub content: String,
    pub body: Arc<[u8]>,
    pub content_type: String,
    /// Where one subscribes to it.
    pub hub_url: String,
}

/// Who tells subscribers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HubChoice {
    /// Nobody.
    #[default]
    Off,
    /// This service.
    BuiltIn,
    /// The hub at this address, which is told of changed feeds.
    External(String),
}

/// Whose webhook it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WebhookKind {
    Slack,
    Mattermost,
    Discord,
    /// The generic webhooks of matrix-hookshot.
    Matrix,
    /// Anyone's who reads JSON.
    Json,
}

impl Choice for WebhookKind {
    const ALL: &'static [Self] = &[Self::Slack, Self::Mattermost, Self::Discord, Self::Matrix, Self::Json];

    fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Mattermost => "mattermost",
            Self::Discord => "discord",
            Self::Matrix => "matrix",
            Self::Json => "json",
        }
    }
}

impl WebhookKind {
    /// The client whose habits its messages are written for.
    #[must_use]
    pub fn profile(self) -> Profile {
        match self {
            Self::Slack => Profile::Slack,
            Self::Mattermost => Profile::Mattermost,
            Self::Discord => Profile::Discord,
            Self::Matrix => Profile::Matrix,
            Self::Json => Profile::Reader,
        }
    }
}

/// How it is going; counts are of this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushReport {
    /// How many are told of changes.
    pub subscriptions: usize,
    /// How many of these could not be told when it was tried last.
    pub subscriptions_failing: usize,
    /// How many have asked and not confirmed yet.
    pub intents: usize,
    /// Topics delivered to subscribers.
    pub subscribers: Deliveries,
    /// Subscribers asked whether it was they who asked; dropped are those who did not say so.
    pub verifications: Deliveries,
    /// Changes told to an external hub.
    pub publications: Deliveries,
    pub webhooks: Vec<WebhookReport>,
}

/// How attempts ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Deliveries {
    pub delivered: u64,
    /// To be tried again.
    pub failed: u64,
    /// Given up for good.
    pub dropped: u64,
}

/// How it is going with one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookReport {
    pub feed: String,
    pub kind: WebhookKind,
    /// Of its address no more is shown: the rest is a secret.
    pub host: String,
    pub deliveries: Deliveries,
    pub pending: usize,
    /// When the oldest message that waits was made.
    pub oldest_pending: Option<Timestamp>,
    /// It refuses what it is sent, and is asked seldom.
    pub is_paused: bool,
    /// Why the last attempt failed, if it did.
    pub trouble: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_webhook_goes_by_its_name() {
        for kind in WebhookKind::ALL {
            assert_eq!(WebhookKind::named(kind.as_str()), Some(*kind));
        }
        assert_eq!(WebhookKind::names(), "slack, mattermost, discord, matrix, json");
    }
}
