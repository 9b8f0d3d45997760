//! The outbox: subscription requests, subscriptions, and messages to webhooks, so that a restart or another leader goes on
//! where this process stopped.
//!
//! [`Store::request_subscription`] and what only reads is for every replica; the rest is for the one that leads.

use jiff::Timestamp;
use jiff::civil::Date;

use super::connection::{Row, values};
use super::error::StoreError;
use super::handle::Store;
use super::outbox_rows::{
    Delivery, Settlement, Subscription, SubscriptionRequest, delivery, subscription, subscription_request,
};
use super::session::run;
use super::{columns, numbering};

impl Store {
    /// Keeps what a subscriber asks for, in place of what it asked for before of the same topic.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn request_subscription(&self, request: &SubscriptionRequest) -> Result<(), StoreError> {
        let insert = "INSERT INTO intents (topic, callback, mode, secret, lease_seconds, challenge, content, \
                      attempts, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                      ON CONFLICT (topic, callback) DO UPDATE SET mode = excluded.mode, \
                      secret = excluded.secret, lease_seconds = excluded.lease_seconds, \
                      challenge = excluded.challenge, content = excluded.content, \
                      attempts = excluded.attempts, next_at = excluded.next_at";
        let SubscriptionRequest {
            topic,
            callback,
            mode,
            secret,
            lease_seconds,
            challenge,
            content,
            attempts,
            next,
        } = request;
        let (mode, secret) = (mode.as_str(), secret.as_deref());
        let values =
            values![topic, callback, mode, secret, *lease_seconds, challenge, content, *attempts, *next];
        run!(self, Any, |c| async {
            c.execute(insert, &values).await?;
            numbering::notify(c).await
        })
    }

    /// The requests that are not settled, the next to be verified first.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn subscription_requests(&self) -> Result<Vec<SubscriptionRequest>, StoreError> {
        let select = "SELECT * FROM intents ORDER BY next_at, topic, callback";
        run!(self, Any, |c| c.read(select, &[], subscription_request))
    }

    /// Puts off a request, unless it has been replaced.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn postpone_request(&self, request: &SubscriptionRequest) -> Result<(), StoreError> {
        let update = "UPDATE intents SET attempts = $4, next_at = $5 \
                      WHERE topic = $1 AND callback = $2 AND challenge = $3";
        let SubscriptionRequest { topic, callback, challenge, attempts, next, .. } = request;
        let values = values![topic, callback, challenge, *attempts, *next];
        run!(self, Leading, |c| c.execute(update, &values))
    }

    /// Ends a request: the subscription begins, is renewed or ends, or nothing changes.
    ///
    /// A subscription that is renewed keeps its content, whatever the topic held when it was asked for again.
    ///
    /// # Errors
    /// Everything is as it was.
    pub async fn settle_request(
        &self,
        request: &SubscriptionRequest,
        settled: &Settlement,
    ) -> Result<(), StoreError> {
        let subscribe = "INSERT INTO subscriptions (topic, callback, secret, expires_at, content, attempts, \
                         failing_since, next_at) VALUES ($1, $2, $3, $4, $5, 0, NULL, $6) \
                         ON CONFLICT (topic, callback) DO UPDATE SET secret = excluded.secret, \
                         expires_at = excluded.expires_at, attempts = 0, failing_since = NULL, \
                         next_at = excluded.next_at";
        let end = "DELETE FROM intents WHERE topic = $1 AND callback = $2 AND challenge = $3";
        let SubscriptionRequest { topic, callback, secret, content, challenge, next, .. } = request;
        run!(self, Leading, |c| async {
            c.begin().await?;
            match settled {
                Settlement::Subscribed { expires } => {
                    let values = values![topic, callback, secret.as_deref(), *expires, content, *next];
                    c.execute(subscribe, &values).await?;
                }
                Settlement::Unsubscribed => c.execute(UNSUBSCRIBE, &values![topic, callback]).await?,
                Settlement::Refused => {}
            }
            c.execute(end, &values![topic, callback, challenge]).await?;
            c.commit().await
        })
    }

    /// Every subscription, in the order of topics.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        let select = "SELECT * FROM subscriptions ORDER BY topic, callback";
        run!(self, Any, |c| c.read(select, &[], subscription))
    }

    /// Keeps how far a subscription has been served; its lease and its secret stay what they are.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn update_subscription(&self, subscription: &Subscription) -> Result<(), StoreError> {
        let update = "UPDATE subscriptions SET content = $3, attempts = $4, failing_since = $5, next_at = $6 \
                      WHERE topic = $1 AND callback = $2";
        let Subscription { topic, callback, content, attempts, failing_since, next, .. } = subscription;
        let values = values![topic, callback, content, *attempts, *failing_since, *next];
        run!(self, Leading, |c| c.execute(update, &values))
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// It is still there.
    pub async fn unsubscribe(&self, topic: &str, callback: &str) -> Result<(), StoreError> {
        run!(self, Leading, |c| c.execute(UNSUBSCRIBE, &values![topic, callback]))
    }

    /// The papers of which a webhook was notified, or is about to be, with their listing dates.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn announced(&self, feed: &str, target: &str) -> Result<Vec<(String, Date)>, StoreError> {
        let select = "SELECT event, listing_date FROM announced WHERE feed = $1 AND target = $2";
        let paper = |row: &Row| Ok((row.text("event")?.to_owned(), columns::date(row)?));
        run!(self, Any, |c| c.read(select, &values![feed, target], paper))
    }

    /// Keeps messages to a webhook together with the papers that they are about.
    ///
    /// `messages` are events and bodies.
    ///
    /// # Errors
    /// Nothing was kept.
    pub async fn enqueue(
        &self,
        feed: &str,
        target: &str,
        papers: &[(String, Date)],
        messages: &[(String, String)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let announce = "INSERT INTO announced (feed, target, event, listing_date, announced_at) \
                        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let enqueue = "INSERT INTO deliveries (feed, target, event, body, made_at, attempts, next_at) \
                       VALUES ($1, $2, $3, $4, $5, 0, $5)";
        run!(self, Leading, |c| async {
            c.begin().await?;
            for (event, date) in papers {
                c.execute(announce, &values![feed, target, event, *date, now]).await?;
            }
            for (event, body) in messages {
                c.execute(enqueue, &values![feed, target, event, body, now]).await?;
            }
            c.commit().await
        })
    }

    /// The messages that wait, in the order in which they were made.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn deliveries(&self) -> Result<Vec<Delivery>, StoreError> {
        run!(self, Any, |c| c.read("SELECT * FROM deliveries ORDER BY sequence", &[], delivery))
    }

    /// Puts off a message.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn postpone_delivery(
        &self,
        sequence: i64,
        attempts: i64,
        next: Timestamp,
    ) -> Result<(), StoreError> {
        let update = "UPDATE deliveries SET attempts = $2, next_at = $3 WHERE sequence = $1";
        run!(self, Leading, |c| c.execute(update, &values![sequence, attempts, next]))
    }

    /// Forgets a message that was taken, or that is given up; what it was about stays announced.
    ///
    /// # Errors
    /// It is still there.
    pub async fn finish_delivery(&self, sequence: i64) -> Result<(), StoreError> {
        let delete = "DELETE FROM deliveries WHERE sequence = $1";
        run!(self, Leading, |c| c.execute(delete, &values![sequence]))
    }

    /// The feeds and targets of which anything is kept.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn webhooks(&self) -> Result<Vec<(String, String)>, StoreError> {
        let select = "SELECT feed, target FROM announced UNION SELECT feed, target FROM deliveries \
                      ORDER BY feed, target";
        let webhook = |row: &Row| Ok((row.text("feed")?.to_owned(), row.text("target")?.to_owned()));
        run!(self, Any, |c| c.read(select, &[], webhook))
    }

    /// Forgets everything of a webhook.
    ///
    /// # Errors
    /// Nothing was forgotten.
    pub async fn forget_webhook(&self, feed: &str, target: &str) -> Result<(), StoreError> {
        let values = values![feed, target];
        run!(self, Leading, |c| async {
            c.begin().await?;
            c.execute("DELETE FROM announced WHERE feed = $1 AND target = $2", &values).await?;
            c.execute("DELETE FROM deliveries WHERE feed = $1 AND target = $2", &values).await?;
            c.commit().await
        })
    }

    /// Forgets which papers were announced before a moment.
    ///
    /// # Errors
    /// Nothing was forgotten.
    pub async fn forget_announced(&self, before: Timestamp) -> Result<(), StoreError> {
        let delete = "DELETE FROM announced WHERE announced_at < $1";
        run!(self, Leading, |c| c.execute(delete, &values![before]))
    }
}

const UNSUBSCRIBE: &str = "DELETE FROM subscriptions WHERE topic = $1 AND callback = $2";
