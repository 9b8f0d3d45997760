//! How do both databases keep what goes out?
//!
//! The statements are the same for both; the macro writes the functions for each.

use jiff::Timestamp;

use super::{Delivery, Intent, Mode, Subscription};
use crate::store::columns::{Columns, moment, parsed};

pub(in crate::store) const INTEND: &str = "INSERT INTO intents \
    (topic, callback, mode, secret, lease_seconds, challenge, content, attempts, next_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (topic, callback) DO UPDATE SET \
    mode = excluded.mode, secret = excluded.secret, lease_seconds = excluded.lease_seconds, \
    challenge = excluded.challenge, content = excluded.content, attempts = excluded.attempts, \
    next_at = excluded.next_at";

pub(in crate::store) const INTENTS: &str = "SELECT * FROM intents ORDER BY next_at, topic, callback";

pub(in crate::store) const POSTPONE_INTENT: &str = "UPDATE intents SET attempts = $4, next_at = $5 \
    WHERE topic = $1 AND callback = $2 AND challenge = $3";

pub(in crate::store) const END_INTENT: &str =
    "DELETE FROM intents WHERE topic = $1 AND callback = $2 AND challenge = $3";

/// A subscription that is renewed goes on where it is, whatever its content was when it was asked for again.
pub(in crate::store) const SUBSCRIBE: &str = "INSERT INTO subscriptions \
    (topic, callback, secret, expires_at, content, attempts, failing_since, next_at) \
    VALUES ($1, $2, $3, $4, $5, 0, NULL, $6) ON CONFLICT (topic, callback) DO UPDATE SET \
    secret = excluded.secret, expires_at = excluded.expires_at, attempts = 0, failing_since = NULL, \
    next_at = excluded.next_at";

pub(in crate::store) const SUBSCRIPTIONS: &str = "SELECT * FROM subscriptions ORDER BY topic, callback";

pub(in crate::store) const SERVE: &str = "UPDATE subscriptions \
    SET content = $3, attempts = $4, failing_since = $5, next_at = $6 WHERE topic = $1 AND callback = $2";

pub(in crate::store) const UNSUBSCRIBE: &str = "DELETE FROM subscriptions WHERE topic = $1 AND callback = $2";

pub(in crate::store) const ANNOUNCED: &str =
    "SELECT event, listing_date FROM announced WHERE feed = $1 AND target = $2";

pub(in crate::store) const ANNOUNCE: &str = "INSERT INTO announced \
    (feed, target, event, listing_date, announced_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

pub(in crate::store) const ENQUEUE: &str = "INSERT INTO deliveries \
    (feed, target, event, body, made_at, attempts, next_at) VALUES ($1, $2, $3, $4, $5, 0, $5)";

pub(in crate::store) const DELIVERIES: &str = "SELECT * FROM deliveries ORDER BY sequence";

pub(in crate::store) const POSTPONE: &str =
    "UPDATE deliveries SET attempts = $2, next_at = $3 WHERE sequence = $1";

pub(in crate::store) const FINISH: &str = "DELETE FROM deliveries WHERE sequence = $1";

pub(in crate::store) const WEBHOOKS: &str =
    "SELECT feed, target FROM announced UNION SELECT feed, target FROM deliveries ORDER BY feed, target";

pub(in crate::store) const FORGET_WEBHOOK: [&str; 2] = [
    "DELETE FROM announced WHERE feed = $1 AND target = $2",
    "DELETE FROM deliveries WHERE feed = $1 AND target = $2",
];

pub(in crate::store) const FORGET_ANNOUNCED: &str = "DELETE FROM announced WHERE announced_at < $1";

pub(in crate::store) fn intent(row: &impl Columns) -> Result<Intent, sqlx::Error> {
    Ok(Intent {
        topic: row.text("topic")?.to_owned(),
        callback: row.text("callback")?.to_owned(),
        mode: parsed(row, "mode", Mode::named)?,
        secret: row.text_or_none("secret")?.map(str::to_owned),
        lease_seconds: row.integer("lease_seconds")?,
        challenge: row.text("challenge")?.to_owned(),
        content: row.text("content")?.to_owned(),
        attempts: row.integer("attempts")?,
        next: moment(row, "next_at")?,
    })
}

pub(in crate::store) fn subscription(row: &impl Columns) -> Result<Subscription, sqlx::Error> {
    let failing_since = row.integer_or_none("failing_since")?;
    Ok(Subscription {
        topic: row.text("topic")?.to_owned(),
        callback: row.text("callback")?.to_owned(),
        secret: row.text_or_none("secret")?.map(str::to_owned),
        expires: moment(row, "expires_at")?,
        content: row.text("content")?.to_owned(),
        attempts: row.integer("attempts")?,
        failing_since: failing_since.and_then(|second| Timestamp::from_second(second).ok()),
        next: moment(row, "next_at")?,
    })
}

pub(in crate::store) fn delivery(row: &impl Columns) -> Result<Delivery, sqlx::Error> {
    Ok(Delivery {
        sequence: row.integer("sequence")?,
        feed: row.text("feed")?.to_owned(),
        target: row.text("target")?.to_owned(),
        event: row.text("event")?.to_owned(),
        body: row.text("body")?.to_owned(),
        made: moment(row, "made_at")?,
        attempts: row.integer("attempts")?,
        next: moment(row, "next_at")?,
    })
}

/// The functions for the connections of one database, in the place where this stands.
macro_rules! outgoing_functions {
    ($connection:ty) => {
        use jiff::Timestamp;
        use jiff::civil::Date;
        use sqlx::Connection;

        use crate::store::columns::{Columns, parsed};
        use crate::store::outgoing::{Delivery, Intent, Settled, Subscription, statements};

        pub(super) async fn intend(c: &mut $connection, intent: &Intent) -> Result<(), sqlx::Error> {
            sqlx::query(statements::INTEND)
                .bind(&intent.topic)
                .bind(&intent.callback)
                .bind(intent.mode.as_str())
                .bind(intent.secret.as_deref())
                .bind(intent.lease_seconds)
                .bind(&intent.challenge)
                .bind(&intent.content)
                .bind(intent.attempts)
                .bind(intent.next.as_second())
                .execute(c)
                .await
                .map(drop)
        }

        pub(super) async fn intents(c: &mut $connection) -> Result<Vec<Intent>, sqlx::Error> {
            let rows = sqlx::query(statements::INTENTS).fetch_all(c).await?;
            rows.iter().map(statements::intent).collect()
        }

        pub(super) async fn postpone_intent(c: &mut $connection, intent: &Intent) -> Result<(), sqlx::Error> {
            sqlx::query(statements::POSTPONE_INTENT)
                .bind(&intent.topic)
                .bind(&intent.callback)
                .bind(&intent.challenge)
                .bind(intent.attempts)
                .bind(intent.next.as_second())
                .execute(c)
                .await
                .map(drop)
        }

        pub(super) async fn settle(
            c: &mut $connection,
            intent: &Intent,
            settled: &Settled,
        ) -> Result<(), sqlx::Error> {
            let mut transaction = c.begin().await?;
            let Intent { topic, callback, challenge, .. } = intent;
            match settled {
                Settled::Subscribed { expires } => {
                    let subscribe = sqlx::query(statements::SUBSCRIBE)
                        .bind(topic)
                        .bind(callback)
                        .bind(intent.secret.as_deref())
                        .bind(expires.as_second())
                        .bind(&intent.content)
                        .bind(intent.next.as_second());
                    subscribe.execute(&mut *transaction).await?;
                }
                Settled::Unsubscribed => {
                    let unsubscribe = sqlx::query(statements::UNSUBSCRIBE).bind(topic).bind(callback);
                    unsubscribe.execute(&mut *transaction).await?;
                }
                Settled::Refused => {}
            }
            let end = sqlx::query(statements::END_INTENT).bind(topic).bind(callback).bind(challenge);
            end.execute(&mut *transaction).await?;
            transaction.commit().await
        }

        pub(super) async fn subscriptions(c: &mut $connection) -> Result<Vec<Subscription>, sqlx::Error> {
            let rows = sqlx::query(statements::SUBSCRIPTIONS).fetch_all(c).await?;
            rows.iter().map(statements::subscription).collect()
        }

        pub(super) async fn serve(c: &mut $connection, served: &Subscription) -> Result<(), sqlx::Error> {
            sqlx::query(statements::SERVE)
                .bind(&served.topic)
                .bind(&served.callback)
                .bind(&served.content)
                .bind(served.attempts)
                .bind(served.failing_since.map(Timestamp::as_second))
                .bind(served.next.as_second())
                .execute(c)
                .await
                .map(drop)
        }

        pub(super) async fn unsubscribe(
            c: &mut $connection,
            topic: &str,
            callback: &str,
        ) -> Result<(), sqlx::Error> {
            let unsubscribe = sqlx::query(statements::UNSUBSCRIBE).bind(topic).bind(callback);
            unsubscribe.execute(c).await.map(drop)
        }

        pub(super) async fn announced(
            c: &mut $connection,
            feed: &str,
            target: &str,
        ) -> Result<Vec<(String, Date)>, sqlx::Error> {
            let rows = sqlx::query(statements::ANNOUNCED).bind(feed).bind(target).fetch_all(c).await?;
            let paper = |row: &_| {
                let date = parsed(row, "listing_date", |date| date.parse().ok())?;
                Ok((Columns::text(row, "event")?.to_owned(), date))
            };
            rows.iter().map(paper).collect()
        }

        pub(super) async fn enqueue(
            c: &mut $connection,
            (feed, target): (&str, &str),
            papers: &[(String, Date)],
            messages: &[(String, String)],
            now: Timestamp,
        ) -> Result<(), sqlx::Error> {
            let mut transaction = c.begin().await?;
            for (event, date) in papers {
                let announce = sqlx::query(statements::ANNOUNCE).bind(feed).bind(target).bind(event);
                let announce = announce.bind(date.to_string()).bind(now.as_second());
                announce.execute(&mut *transaction).await?;
            }
            for (event, body) in messages {
                let enqueue = sqlx::query(statements::ENQUEUE).bind(feed).bind(target).bind(event);
                enqueue.bind(body).bind(now.as_second()).execute(&mut *transaction).await?;
            }
            transaction.commit().await
        }

        pub(super) async fn deliveries(c: &mut $connection) -> Result<Vec<Delivery>, sqlx::Error> {
            let rows = sqlx::query(statements::DELIVERIES).fetch_all(c).await?;
            rows.iter().map(statements::delivery).collect()
        }

        pub(super) async fn postpone(
            c: &mut $connection,
            (sequence, attempts): (i64, i64),
            next: Timestamp,
        ) -> Result<(), sqlx::Error> {
            let postpone = sqlx::query(statements::POSTPONE).bind(sequence).bind(attempts);
            postpone.bind(next.as_second()).execute(c).await.map(drop)
        }

        pub(super) async fn finish(c: &mut $connection, sequence: i64) -> Result<(), sqlx::Error> {
            sqlx::query(statements::FINISH).bind(sequence).execute(c).await.map(drop)
        }

        pub(super) async fn webhooks(c: &mut $connection) -> Result<Vec<(String, String)>, sqlx::Error> {
            sqlx::query_as(statements::WEBHOOKS).fetch_all(c).await
        }

        pub(super) async fn forget_webhook(
            c: &mut $connection,
            feed: &str,
            target: &str,
        ) -> Result<(), sqlx::Error> {
            let mut transaction = c.begin().await?;
            for delete in statements::FORGET_WEBHOOK {
                sqlx::query(delete).bind(feed).bind(target).execute(&mut *transaction).await?;
            }
            transaction.commit().await
        }

        pub(super) async fn forget_announced(
            c: &mut $connection,
            before: Timestamp,
        ) -> Result<(), sqlx::Error> {
            sqlx::query(statements::FORGET_ANNOUNCED).bind(before.as_second()).execute(c).await.map(drop)
        }
    };
}
pub(in crate::store) use outgoing_functions;
