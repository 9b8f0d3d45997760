//! How are rows of SQLite read and written that are not events?

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{Connection, SqliteConnection};

use crate::domain::back_off::BackOff;
use crate::domain::event::Event;
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;

use super::Contents;
use super::columns::{self, number};

/// What becomes of a day that is known, as `Day::supersedes` has it.
macro_rules! on_known_day {
    () => {
        "ON CONFLICT (subject, listing_date) DO UPDATE SET verdict = excluded.verdict, \
         new_count = excluded.new_count, cross_count = excluded.cross_count, \
         replace_count = excluded.replace_count, missing = excluded.missing, read_at = excluded.read_at, \
         checks = excluded.checks \
         WHERE CASE excluded.verdict WHEN 'complete' THEN TRUE \
         WHEN 'quiet' THEN days.new_count + days.cross_count + days.replace_count + days.missing = 0 \
         WHEN 'incomplete' THEN days.verdict <> 'complete' ELSE days.verdict NOT IN ('complete', 'quiet') END"
    };
}
pub(super) const ON_KNOWN_DAY: &str = on_known_day!();

/// Keeps what is known of a day.
pub(super) const WRITE_DAY: &str = concat!(
    "INSERT INTO days \
     (subject, listing_date, verdict, new_count, cross_count, replace_count, missing, read_at, checks) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ",
    on_known_day!(),
);

/// Keeps how a read ended.
pub(super) const WRITE_READ: &str = "INSERT INTO reads (subject, read_at, verdict, listing_date, reason, \
    new_count, cross_count, replace_count, missing, page_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Keeps since when a feed has had its rules, and says it.
pub(super) const WRITE_RULES: &str = "INSERT INTO rules (feed, rules, since) VALUES ($1, $2, $3) \
    ON CONFLICT (feed) DO UPDATE SET since = CASE rules.rules WHEN $2 THEN rules.since ELSE $3 END, rules = $2 \
    RETURNING since";

/// Keeps for how long the upstream is to be left alone.
pub(super) const WRITE_BACK_OFF: &str = "INSERT INTO back_off (id, cause, times, reason, since_at, until_at) \
    VALUES (1, $1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET cause = excluded.cause, \
    times = excluded.times, reason = excluded.reason, since_at = excluded.since_at, until_at = excluded.until_at";

/// What [`columns::back_off`] reads.
pub(super) const READ_BACK_OFF: &str = "SELECT cause, times, reason, since_at, until_at FROM back_off";

/// The last read of each subject's newest listing: a past day that was caught up later says nothing of it.
///
/// A page that was found to be stale is no past day, whatever its date.
pub(super) const LAST_READS: &str = "sequence IN (SELECT max(sequence) FROM reads LEFT JOIN \
     (SELECT subject, max(listing_date) AS newest FROM days GROUP BY subject) AS known USING (subject) \
     WHERE verdict = 'stale' OR listing_date IS NULL OR newest IS NULL OR listing_date >= newest GROUP BY subject)";

/// When each subject was first asked for, as [`columns::first_read`] reads it.
pub(super) const FIRST_READS: &str = "SELECT subject, read_at FROM reads \
     WHERE sequence IN (SELECT min(sequence) FROM reads GROUP BY subject) ORDER BY subject";

/// What [`columns::event`] reads; `earlier` is the date and the paper of the version before a replacement, a blank between
/// them, no further back than `COMPARED_DAYS`.
macro_rules! select_event {
    ($paper:literal) => {
        concat!(
            "SELECT subject, listing_date, announce_type, first_type, cross_list_from, published, added_at, sequence, ",
            $paper,
            ", \
         CASE WHEN announce_type IN ('replace', 'replace-cross') THEN \
         (SELECT earlier.listing_date || ' ' || earlier.paper FROM events AS earlier \
         WHERE earlier.paper_id = events.paper_id AND earlier.listing_date < events.listing_date \
         AND earlier.listing_date >= date(events.listing_date, '-300 days') \
         ORDER BY earlier.listing_date DESC LIMIT 1) END AS earlier \
         FROM events JOIN memberships ON event = sequence"
        )
    };
}
pub(super) use select_event;

/// [`super::Store::events`]
pub(super) async fn events(
    connection: &mut SqliteConnection,
    subject: Option<SubjectId>,
    from: Date,
    to: Date,
) -> Result<Vec<Event>, sqlx::Error> {
    let select = concat!(
        select_event!("paper"),
        " WHERE listing_date BETWEEN ?1 AND ?2 AND (?3 IS NULL OR subject = ?3) ORDER BY listing_date, position"
    );
    let found = sqlx::query(select)
        .bind(from.to_string())
        .bind(to.to_string())
        .bind(subject.map(SubjectId::as_str))
        .fetch_all(connection)
        .await?;
    let mut papers = HashMap::new();
    found.iter().map(|row| columns::event(row, &mut papers)).collect()
}

/// [`super::Store::prune`]
pub(super) async fn prune(connection: &mut SqliteConnection, before: Date) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for delete in [
        "DELETE FROM events WHERE listing_date < ?1",
        "DELETE FROM days WHERE listing_date < ?1",
        "DELETE FROM reads WHERE read_at < unixepoch(?1)",
    ] {
        sqlx::query(delete).bind(before.to_string()).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

pub(super) async fn write_day(connection: &mut SqliteConnection, day: &Day) -> Result<(), sqlx::Error> {
    sqlx::query(WRITE_DAY)
        .bind(day.subject.as_str())
        .bind(day.date.to_string())
        .bind(day.verdict.as_str())
        .bind(number(day.counts.new))
        .bind(number(day.counts.cross))
        .bind(number(day.counts.replace))
        .bind(day.missing)
        .bind(day.read.as_second())
        .bind(day.checks)
        .execute(connection)
        .await
        .map(drop)
}

/// [`super::Store::in_force_since`]
pub(super) async fn in_force_since(
    connection: &mut SqliteConnection,
    feed: &str,
    rules: &str,
    now: Timestamp,
) -> Result<Timestamp, sqlx::Error> {
    let since: i64 = sqlx::query_scalar(WRITE_RULES)
        .bind(feed)
        .bind(rules)
        .bind(now.as_second())
        .fetch_one(connection)
        .await?;
    Timestamp::from_second(since).map_err(|error| sqlx::Error::Decode(error.into()))
}

pub(super) async fn write_read(
    connection: &mut SqliteConnection,
    outcome: &ReadOutcome,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(WRITE_READ)
        .bind(outcome.subject.as_str())
        .bind(at.as_second())
        .bind(outcome.verdict.as_str())
        .bind(outcome.date.map(|date| date.to_string()))
        .bind(&outcome.reason)
        .bind(number(outcome.counts.new))
        .bind(number(outcome.counts.cross))
        .bind(number(outcome.counts.replace))
        .bind(outcome.missing)
        .bind(outcome.page_hash.map(|hash| format!("{hash:016x}")))
        .execute(connection)
        .await
        .map(drop)
}

/// [`super::Store::request`]
pub(super) async fn write_request(
    connection: &mut SqliteConnection,
    subject: SubjectId,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO requests (subject, requested_at) VALUES (?, ?) \
                  ON CONFLICT (subject) DO UPDATE SET requested_at = excluded.requested_at";
    sqlx::query(insert).bind(subject.as_str()).bind(at.as_second()).execute(connection).await.map(drop)
}

pub(super) async fn write_back_off(
    connection: &mut SqliteConnection,
    back_off: Option<&BackOff>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let Some(back_off) = back_off else {
        return sqlx::query("DELETE FROM back_off").execute(connection).await.map(drop);
    };
    sqlx::query(WRITE_BACK_OFF)
        .bind(back_off.cause.as_str())
        .bind(i64::from(back_off.times))
        .bind(&back_off.reason)
        .bind(now.as_second())
        .bind(columns::until(back_off, now.as_second()))
        .execute(connection)
        .await
        .map(drop)
}

pub(super) async fn read_back_off(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Option<BackOff>, sqlx::Error> {
    let row = sqlx::query(READ_BACK_OFF).fetch_optional(connection).await?;
    row.map_or(Ok(None), |row| columns::back_off(&row, now))
}

/// Days, the last read of each subject, and requests.
pub(super) async fn read_rest(connection: &mut SqliteConnection) -> Result<Contents, sqlx::Error> {
    let days =
        sqlx::query("SELECT * FROM days ORDER BY subject, listing_date").fetch_all(&mut *connection).await?;
    let reads = format!("SELECT * FROM reads WHERE {LAST_READS} ORDER BY subject");
    let reads = sqlx::query(sqlx::AssertSqlSafe(reads)).fetch_all(&mut *connection).await?;
    let first_reads = sqlx::query(FIRST_READS).fetch_all(&mut *connection).await?;
    let requests = sqlx::query("SELECT * FROM requests ORDER BY subject").fetch_all(&mut *connection).await?;
    Ok(Contents {
        days: days.iter().map(columns::day).collect::<Result<_, _>>()?,
        reads: reads.iter().map(columns::read).collect::<Result<_, _>>()?,
        first_reads: first_reads.iter().map(columns::first_read).collect::<Result<_, _>>()?,
        requests: requests.iter().map(columns::request).collect::<Result<_, _>>()?,
        ..Contents::default()
    })
}
