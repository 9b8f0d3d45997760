//! `WebSub` and webhooks as settings, `serve` and `push` see them: subscription requests, topics, and reports.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::presentation::{Choice, Profile};

/// The lease of a subscription whose request names none: ten days (W3C `WebSub` §5.1).
pub const LEASE_SECONDS_DEFAULT: i64 = 10 * 24 * 60 * 60;

/// The shortest lease; a request for less gets this one.
pub const LEASE_SECONDS_MIN: i64 = 5 * 60;

/// The longest lease, thirty days; a request for more gets this one.
pub const LEASE_SECONDS_MAX: i64 = 30 * 24 * 60 * 60;

/// The future of a method in a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The hub: accepts subscription requests (W3C `WebSub` §5).
pub trait Hub: Send + Sync + Debug {
    /// Accepts a request and verifies the subscriber's intent afterwards (§5.3).
    ///
    /// # Errors
    /// The callback must not be called, too many requests are pending, or the request could not be stored.
    fn take(&self, request: HubRequest) -> BoxFuture<'_, Result<(), HubRefusal>>;
}

/// A request to subscribe to an existing topic, or to unsubscribe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubRequest {
    /// The address of the feed as the subscriber wrote it.
    pub topic: String,
    pub callback: String,
    /// False to unsubscribe.
    pub is_subscription: bool,
    pub lease_seconds: Option<i64>,
    pub secret: Option<String>,
    /// The content key of the topic now; see [`Topic::content`].
    pub content: String,
}

/// Why a subscription request is not accepted; each holds the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubRefusal {
    /// The callback address must not be called.
    Callback(String),
    /// Too many requests are pending.
    Full(String),
    /// The request could not be stored.
    Failed(String),
}

/// Resolves the address of a feed to its document.
pub trait Topics: Send + Sync {
    /// The topic at an address.
    ///
    /// # Errors
    /// The address is not that of a feed here, or the feed cannot be written now; the text says why.
    fn topic<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Topic, String>>;
}

/// The current document of a topic.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Changes when an item is added or removed, and only then: not when the same items are written differently.
    pub content: String,
    pub body: Arc<[u8]>,
    pub content_type: String,
    /// The address of its hub.
    pub hub_url: String,
}

/// Which hub the feeds name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HubChoice {
    /// None.
    #[default]
    Off,
    /// The hub of this service.
    BuiltIn,
    /// The hub at this address; crosslist notifies it of changed feeds.
    External(String),
}

/// The service that receives a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WebhookKind {
    Slack,
    Mattermost,
    Discord,
    /// The generic webhooks of matrix-hookshot.
    Matrix,
    /// Any receiver of crosslist's own JSON messages.
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
    /// The profile in which its messages are written.
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

/// The state of all deliveries; counters start with the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushReport {
    /// The number of active subscriptions.
    pub subscriptions: usize,
    /// The number of subscriptions whose last delivery failed.
    pub subscriptions_failing: usize,
    /// The number of requests that wait for verification.
    pub intents: usize,
    /// Deliveries of content to subscribers.
    pub subscribers: Deliveries,
    /// Verifications of intent; dropped are requests that the callback did not confirm.
    pub verifications: Deliveries,
    /// Notifications to an external hub.
    pub publications: Deliveries,
    pub webhooks: Vec<WebhookReport>,
}

/// The results of attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Deliveries {
    pub delivered: u64,
    /// Failed and to be retried.
    pub failed: u64,
    /// Given up.
    pub dropped: u64,
}

/// The state of one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookReport {
    pub feed: String,
    pub kind: WebhookKind,
    /// The only part of its address that is shown, since the rest is a secret.
    pub host: String,
    pub deliveries: Deliveries,
    pub pending: usize,
    /// When the oldest pending message was written.
    pub oldest_pending: Option<Timestamp>,
    /// True if it refuses messages and gets only occasional attempts.
    pub is_paused: bool,
    /// Why the last attempt failed, if it did.
    pub trouble: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_webhook_is_found_by_its_name() {
        for kind in WebhookKind::ALL {
            assert_eq!(WebhookKind::named(kind.as_str()), Some(*kind));
        }
        assert_eq!(WebhookKind::names(), "slack, mattermost, discord, matrix, json");
    }
}
