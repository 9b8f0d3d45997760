//! How does PostgreSQL keep an announcement, and how a read ended?

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{Connection, PgConnection};

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::event::ChangedDay;
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;
use crate::store::columns::number;
use crate::store::dates::{self, Dates};
use crate::store::rows::{WRITE_DAY, WRITE_READ, WRITE_RULES};
use crate::store::stored_paper;

use super::read;

/// The numbers of what was written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub(super) revision: i64,
    pub(super) read: i64,
}

pub(super) async fn record(
    connection: &mut PgConnection,
    channel: &str,
    announcement: &Announcement,
    outcome: &ReadOutcome,
    seen: Timestamp,
    window_days: Option<i32>,
) -> Result<(ChangedDay, Written), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let seen = no_later_than_now(&mut transaction, seen).await?;
    let Announcement { subject, date, entries } = announcement;
    let before = members(&mut transaction, *subject, *date).await?;
    let fresh: Vec<&ListingEntry> =
        entries.iter().filter(|entry| !before.contains(entry.paper.id.as_str())).collect();
    let sequences = events(&mut transaction, *date, &fresh, seen).await?;
    let insert = "INSERT INTO memberships (subject, event, position, announce_type, cross_list_from, added_at) \
                  SELECT $1, event, position, announce_type, cross_list_from, $2 \
                  FROM UNNEST($3::bigint[], $4::bigint[], $5::text[], $6::text[]) \
                  AS fresh (event, position, announce_type, cross_list_from)";
    sqlx::query(insert)
        .bind(subject.as_str())
        .bind(seen.as_second())
        .bind(fresh.iter().map(|entry| sequences[entry.paper.id.as_str()]).collect::<Vec<i64>>())
        .bind(fresh.iter().map(|entry| i64::from(entry.position)).collect::<Vec<i64>>())
        .bind(fresh.iter().map(|entry| entry.announce_type.as_str()).collect::<Vec<&str>>())
        .bind(fresh.iter().map(|entry| entry.cross_list_from.as_deref().map(plain)).collect::<Vec<_>>())
        .execute(&mut *transaction)
        .await?;
    if let Some(day) = Day::kept(outcome, seen, fresh.len()) {
        write_day(&mut transaction, &day).await?;
    }
    let written = Written {
        revision: revise(&mut transaction, *subject, *date).await?,
        read: write_read(&mut transaction, outcome, seen).await?,
    };
    let papers: Vec<&str> = fresh.iter().map(|entry| entry.paper.id.as_str()).collect();
    revise_compared(&mut transaction, &papers, *date, window_days).await?;
    let events = read::day_events(&mut transaction, *subject, *date).await?;
    notify(&mut transaction, channel).await?;
    transaction.commit().await?;
    Ok((ChangedDay { subject: *subject, listing_date: *date, events, added: fresh.len() }, written))
}

pub(super) async fn note(
    connection: &mut PgConnection,
    channel: &str,
    outcome: &ReadOutcome,
    at: Timestamp,
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let at = no_later_than_now(&mut transaction, at).await?;
    let read = write_read(&mut transaction, outcome, at).await?;
    notify(&mut transaction, channel).await?;
    transaction.commit().await?;
    Ok(Written { revision: 0, read })
}

pub(super) async fn mark(
    connection: &mut PgConnection,
    channel: &str,
    day: &Day,
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    write_day(&mut transaction, day).await?;
    let revision = revise(&mut transaction, day.subject, day.date).await?;
    notify(&mut transaction, channel).await?;
    transaction.commit().await?;
    Ok(Written { revision, read: 0 })
}

pub(super) async fn request(
    connection: &mut PgConnection,
    subject: SubjectId,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let at = no_later_than_now(connection, at).await?;
    // Replicas hear of different readers; the last one counts.
    let insert = "INSERT INTO requests (subject, requested_at) VALUES ($1, $2) ON CONFLICT (subject) \
                  DO UPDATE SET requested_at = greatest(requests.requested_at, excluded.requested_at)";
    sqlx::query(insert).bind(subject.as_str()).bind(at.as_second()).execute(connection).await.map(drop)
}

/// [`crate::store::Store::in_force_since`]
pub(super) async fn in_force_since(
    connection: &mut PgConnection,
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

pub(super) async fn prune(
    connection: &mut PgConnection,
    before: Date,
    window_days: Option<i32>,
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    // Replacements that stay lose what they are compared with.
    let papers = "SELECT DISTINCT paper_id FROM events WHERE listing_date < $1";
    let papers: Vec<String> =
        sqlx::query_scalar(papers).bind(before.to_string()).fetch_all(&mut *transaction).await?;
    let papers: Vec<&str> = papers.iter().map(String::as_str).collect();
    revise_compared(&mut transaction, &papers, before.yesterday().unwrap_or(before), window_days).await?;
    for delete in [
        "DELETE FROM events WHERE listing_date < $1",
        "DELETE FROM days WHERE listing_date < $1",
        "DELETE FROM revised_days WHERE listing_date < $1",
        "DELETE FROM reads WHERE read_at < extract(epoch FROM ($1 || 'T00:00:00Z')::timestamptz)",
    ] {
        sqlx::query(delete).bind(before.to_string()).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// One clock for all replicas: one that is ahead writes down no moment that is still to come.
pub(super) async fn no_later_than_now(
    connection: &mut PgConnection,
    at: Timestamp,
) -> Result<Timestamp, sqlx::Error> {
    let now = "SELECT extract(epoch FROM clock_timestamp())::bigint";
    let now: i64 = sqlx::query_scalar(now).fetch_one(connection).await?;
    Ok(Timestamp::from_second(now).map_or(at, |now| at.min(now)))
}

/// Tells every replica, when this is committed, that there may be news.
pub(super) async fn notify(connection: &mut PgConnection, channel: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, '')").bind(channel).execute(connection).await.map(drop)
}

/// The ids of the papers that a subject's day holds.
async fn members(
    connection: &mut PgConnection,
    subject: SubjectId,
    date: Date,
) -> Result<HashSet<String>, sqlx::Error> {
    let select = "SELECT paper_id FROM events JOIN memberships ON event = sequence \
                  WHERE listing_date = $1 AND subject = $2";
    let ids = sqlx::query_scalar(select).bind(date.to_string()).bind(subject.as_str());
    Ok(ids.fetch_all(connection).await?.into_iter().collect())
}

/// Sees to it that every entry has an event, and returns each paper's sequence.
async fn events(
    connection: &mut PgConnection,
    date: Date,
    entries: &[&ListingEntry],
    seen: Timestamp,
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let known: Vec<(String, i64)> =
        sqlx::query_as("SELECT paper_id, sequence FROM events WHERE listing_date = $1")
            .bind(date.to_string())
            .fetch_all(&mut *connection)
            .await?;
    let mut sequences: HashMap<String, i64> = known.into_iter().collect();
    let mut taken = taken(connection, date, seen).await?;
    let mut dates = Dates::new(date, Some(seen), &mut taken);
    let missing: Vec<&&ListingEntry> =
        entries.iter().filter(|entry| !sequences.contains_key(entry.paper.id.as_str())).collect();
    let insert = "INSERT INTO events (paper_id, listing_date, published, paper) \
                  SELECT paper_id, $1, published, paper \
                  FROM UNNEST($2::text[], $3::bigint[], $4::text[]) AS fresh (paper_id, published, paper) \
                  RETURNING paper_id, sequence";
    let inserted: Vec<(String, i64)> = sqlx::query_as(insert)
        .bind(date.to_string())
        .bind(missing.iter().map(|entry| entry.paper.id.as_str()).collect::<Vec<&str>>())
        .bind(missing.iter().map(|entry| dates.next(entry.position).as_second()).collect::<Vec<i64>>())
        .bind(missing.iter().map(|entry| stored_paper::write(&entry.paper)).collect::<Vec<String>>())
        .fetch_all(connection)
        .await?;
    sequences.extend(inserted);
    Ok(sequences)
}

/// The seconds around a listing date that have been given away.
async fn taken(
    connection: &mut PgConnection,
    date: Date,
    seen: Timestamp,
) -> Result<HashSet<Timestamp>, sqlx::Error> {
    let base = dates::base(date, Some(seen));
    let seconds: Vec<i64> =
        sqlx::query_scalar("SELECT published FROM events WHERE published BETWEEN $1 AND $2")
            .bind((base - dates::SPREAD).as_second())
            .bind(base.as_second())
            .fetch_all(connection)
            .await?;
    Ok(seconds.into_iter().filter_map(|second| Timestamp::from_second(second).ok()).collect())
}

async fn write_day(connection: &mut PgConnection, day: &Day) -> Result<(), sqlx::Error> {
    sqlx::query(WRITE_DAY)
        .bind(day.subject.as_str())
        .bind(day.date.to_string())
        .bind(day.verdict.as_str())
        .bind(number(day.counts.new))
        .bind(number(day.counts.cross))
        .bind(number(day.counts.replace))
        .bind(i64::from(day.missing))
        .bind(day.read.as_second())
        .bind(i64::from(day.checks))
        .execute(connection)
        .await
        .map(drop)
}

/// Gives the day the next number.
pub(super) async fn revise(
    connection: &mut PgConnection,
    subject: SubjectId,
    date: Date,
) -> Result<i64, sqlx::Error> {
    let insert = "INSERT INTO revised_days (subject, listing_date, revision) \
                  VALUES ($1, $2, nextval('revisions')) ON CONFLICT (subject, listing_date) \
                  DO UPDATE SET revision = excluded.revision RETURNING revision";
    sqlx::query_scalar(insert).bind(subject.as_str()).bind(date.to_string()).fetch_one(connection).await
}

/// Gives later days that hold replacements of these papers the next numbers: what they are compared with has changed.
///
/// That is news to everyone, also to the one that writes, which has numbered its own day before.
/// Days that no replica holds, being outside the window, are left alone.
pub(super) async fn revise_compared(
    connection: &mut PgConnection,
    papers: &[&str],
    date: Date,
    window_days: Option<i32>,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO revised_days (subject, listing_date, revision) \
                  SELECT subject, listing_date, nextval('revisions') FROM \
                  (SELECT DISTINCT subject, listing_date FROM events JOIN memberships ON event = sequence \
                  WHERE paper_id = ANY($1) AND listing_date > $2 \
                  AND listing_date <= to_char($2::date + 300, 'YYYY-MM-DD') \
                  AND ($3::int IS NULL OR listing_date >= \
                  (SELECT to_char(max(listing_date)::date - $3::int, 'YYYY-MM-DD') FROM days)) \
                  AND announce_type IN ('replace', 'replace-cross')) AS compared \
                  ON CONFLICT (subject, listing_date) DO UPDATE SET revision = excluded.revision";
    sqlx::query(insert)
        .bind(papers)
        .bind(date.to_string())
        .bind(window_days)
        .execute(connection)
        .await
        .map(drop)
}

async fn write_read(
    connection: &mut PgConnection,
    outcome: &ReadOutcome,
    at: Timestamp,
) -> Result<i64, sqlx::Error> {
    let insert = sqlx::AssertSqlSafe(format!("{WRITE_READ} RETURNING sequence"));
    sqlx::query_scalar(insert)
        .bind(outcome.subject.as_str())
        .bind(at.as_second())
        .bind(outcome.verdict.as_str())
        .bind(outcome.date.map(|date| date.to_string()))
        .bind(plain(&outcome.reason))
        .bind(number(outcome.counts.new))
        .bind(number(outcome.counts.cross))
        .bind(number(outcome.counts.replace))
        .bind(i64::from(outcome.missing))
        .bind(outcome.page_hash.map(|hash| format!("{hash:016x}")))
        .fetch_one(connection)
        .await
}

/// PostgreSQL keeps every character but one.
pub(super) fn plain(text: &str) -> String {
    text.replace('\0', "")
}
