//! The rows of the outbox: subscription requests, subscriptions, and messages to webhooks.

use jiff::Timestamp;

use super::columns;
use super::connection::Row;

/// A subscription request whose intent is not verified yet (`WebSub`, section 5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRequest {
    /// The address of the feed, as it was asked for.
    pub topic: String,
    pub callback: String,
    pub mode: HubMode,
    pub secret: Option<String>,
    pub lease_seconds: i64,
    /// What must be echoed; no two requests share one.
    pub challenge: String,
    /// What the topic held when it was asked for: what comes later is news to the subscriber.
    pub content: String,
    pub attempts: i64,
    pub next: Timestamp,
}

/// What is asked of the hub: the values of `hub.mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HubMode {
    Subscribe,
    Unsubscribe,
}

impl HubMode {
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

/// A subscription of the hub: content is delivered to the callback when it is not what was delivered last.
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

/// How a subscription request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The subscriber has confirmed it, until then.
    Subscribed { expires: Timestamp },
    /// The subscriber has confirmed that it wants no more.
    Unsubscribed,
    /// It was not confirmed: nothing is other than before.
    Refused,
}

pub(super) fn subscription_request(row: &Row) -> Result<SubscriptionRequest, sqlx::Error> {
    Ok(SubscriptionRequest {
        topic: row.text("topic")?.to_owned(),
        callback: row.text("callback")?.to_owned(),
        mode: columns::parsed(row, "mode", HubMode::named)?,
        secret: row.text_or_none("secret")?.map(str::to_owned),
        lease_seconds: row.integer("lease_seconds")?,
        challenge: row.text("challenge")?.to_owned(),
        content: row.text("content")?.to_owned(),
        attempts: row.integer("attempts")?,
        next: columns::moment(row, "next_at")?,
    })
}

pub(super) fn subscription(row: &Row) -> Result<Subscription, sqlx::Error> {
    let failing_since = row.integer_or_none("failing_since")?;
    Ok(Subscription {
        topic: row.text("topic")?.to_owned(),
        callback: row.text("callback")?.to_owned(),
        secret: row.text_or_none("secret")?.map(str::to_owned),
        expires: columns::moment(row, "expires_at")?,
        content: row.text("content")?.to_owned(),
        attempts: row.integer("attempts")?,
        failing_since: failing_since.and_then(|second| Timestamp::from_second(second).ok()),
        next: columns::moment(row, "next_at")?,
    })
}

pub(super) fn delivery(row: &Row) -> Result<Delivery, sqlx::Error> {
    Ok(Delivery {
        sequence: row.integer("sequence")?,
        feed: row.text("feed")?.to_owned(),
        target: row.text("target")?.to_owned(),
        event: row.text("event")?.to_owned(),
        body: row.text("body")?.to_owned(),
        made: columns::moment(row, "made_at")?,
        attempts: row.integer("attempts")?,
        next: columns::moment(row, "next_at")?,
    })
}
