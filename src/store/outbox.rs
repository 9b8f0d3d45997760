//! The outbox: subscription requests, subscriptions, and messages to webhooks, so that a restart or another leader goes on
//! where this process stopped.
//!
//! [`Store::intend`] and what only reads is for every replica; the rest is for the one that leads.

use jiff::Timestamp;
use jiff::civil::Date;

use super::connection::{Row, values};
use super::error::StoreError;
use super::handle::Store;
use super::session::run;
use super::{columns, numbering};

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

impl Store {
    /// Keeps what a subscriber asks for, in place of what it asked for before of the same topic.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn intend(&self, intent: &Intent) -> Result<(), StoreError> {
        let insert = "INSERT INTO intents (topic, callback, mode, secret, lease_seconds, challenge, content, \
                      attempts, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                      ON CONFLICT (topic, callback) DO UPDATE SET mode = excluded.mode, \
                      secret = excluded.secret, lease_seconds = excluded.lease_seconds, \
                      challenge = excluded.challenge, content = excluded.content, \
                      attempts = excluded.attempts, next_at = excluded.next_at";
        let Intent { topic, callback, mode, secret, lease_seconds, challenge, content, attempts, next } =
            intent;
        let (mode, secret) = (mode.as_str(), secret.as_deref());
        let values =
            values![topic, callback, mode, secret, *lease_seconds, challenge, content, *attempts, *next];
        run!(self, Any, |c| async {
            c.execute(insert, &values).await?;
            numbering::notify(c).await
        })
    }

    /// What was asked for and is not settled, the next to be tried first.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn intents(&self) -> Result<Vec<Intent>, StoreError> {
        let select = "SELECT * FROM intents ORDER BY next_at, topic, callback";
        run!(self, Any, |c| c.read(select, &[], intent))
    }

    /// Puts off an intent, unless it has been replaced.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn postpone_intent(&self, intent: &Intent) -> Result<(), StoreError> {
        let update = "UPDATE intents SET attempts = $4, next_at = $5 \
                      WHERE topic = $1 AND callback = $2 AND challenge = $3";
        let Intent { topic, callback, challenge, attempts, next, .. } = intent;
        let values = values![topic, callback, challenge, *attempts, *next];
        run!(self, Leading, |c| c.execute(update, &values))
    }

    /// Ends an intent: without a subscription where nothing came of it, or where one is given up that was there.
    ///
    /// A subscription that is renewed keeps its content, whatever the topic held when it was asked for again.
    ///
    /// # Errors
    /// Everything is as it was.
    pub async fn settle(&self, intent: &Intent, settled: &Settled) -> Result<(), StoreError> {
        let subscribe = "INSERT INTO subscriptions (topic, callback, secret, expires_at, content, attempts, \
                         failing_since, next_at) VALUES ($1, $2, $3, $4, $5, 0, NULL, $6) \
                         ON CONFLICT (topic, callback) DO UPDATE SET secret = excluded.secret, \
                         expires_at = excluded.expires_at, attempts = 0, failing_since = NULL, \
                         next_at = excluded.next_at";
        let end = "DELETE FROM intents WHERE topic = $1 AND callback = $2 AND challenge = $3";
        let Intent { topic, callback, secret, content, challenge, next, .. } = intent;
        run!(self, Leading, |c| async {
            c.begin().await?;
            match settled {
                Settled::Subscribed { expires } => {
                    let values = values![topic, callback, secret.as_deref(), *expires, content, *next];
                    c.execute(subscribe, &values).await?;
                }
                Settled::Unsubscribed => c.execute(UNSUBSCRIBE, &values![topic, callback]).await?,
                Settled::Refused => {}
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
    pub async fn serve(&self, subscription: &Subscription) -> Result<(), StoreError> {
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
    pub async fn postpone(&self, sequence: i64, attempts: i64, next: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE deliveries SET attempts = $2, next_at = $3 WHERE sequence = $1";
        run!(self, Leading, |c| c.execute(update, &values![sequence, attempts, next]))
    }

    /// Forgets a message that was taken, or that is given up; what it was about stays announced.
    ///
    /// # Errors
    /// It is still there.
    pub async fn finish(&self, sequence: i64) -> Result<(), StoreError> {
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

fn intent(row: &Row) -> Result<Intent, sqlx::Error> {
    Ok(Intent {
        topic: row.text("topic")?.to_owned(),
        callback: row.text("callback")?.to_owned(),
        mode: columns::parsed(row, "mode", Mode::named)?,
        secret: row.text_or_none("secret")?.map(str::to_owned),
        lease_seconds: row.integer("lease_seconds")?,
        challenge: row.text("challenge")?.to_owned(),
        content: row.text("content")?.to_owned(),
        attempts: row.integer("attempts")?,
        next: columns::moment(row, "next_at")?,
    })
}

fn subscription(row: &Row) -> Result<Subscription, sqlx::Error> {
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

fn delivery(row: &Row) -> Result<Delivery, sqlx::Error> {
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
