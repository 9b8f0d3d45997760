//! How are rows read and written that are not events?

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::domain::event::{Earlier, Event};
use crate::domain::outcome::{Counts, Day, Outcome};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;

use super::{Contents, stored_paper};

/// What [`event`] reads; `earlier` is the date and the paper of the version before a replacement, a blank between
/// them, no further back than `COMPARED_DAYS`.
macro_rules! select_event {
    () => {
        "SELECT subject, listing_date, announce_type, cross_list_from, published, added_at, sequence, paper, \
         CASE WHEN announce_type IN ('replace', 'replace-cross') THEN \
         (SELECT earlier.listing_date || ' ' || earlier.paper FROM events AS earlier \
         WHERE earlier.paper_id = events.paper_id AND earlier.listing_date < events.listing_date \
         AND earlier.listing_date >= date(events.listing_date, '-300 days') \
         ORDER BY earlier.listing_date DESC LIMIT 1) END AS earlier \
         FROM events JOIN memberships ON event = sequence"
    };
}
pub(super) use select_event;

pub(super) async fn write_day(connection: &mut SqliteConnection, day: &Day) -> Result<(), sqlx::Error> {
    // As `Day::supersedes` has it.
    let insert = "INSERT INTO days \
                  (subject, listing_date, verdict, new_count, cross_count, replace_count, missing, read_at) \
                  VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
                  ON CONFLICT (subject, listing_date) DO UPDATE SET verdict = excluded.verdict, \
                  new_count = excluded.new_count, cross_count = excluded.cross_count, \
                  replace_count = excluded.replace_count, missing = excluded.missing, read_at = excluded.read_at \
                  WHERE CASE excluded.verdict WHEN 'complete' THEN 1 \
                  WHEN 'quiet' THEN days.new_count + days.cross_count + days.replace_count + days.missing = 0 \
                  ELSE days.verdict NOT IN ('complete', 'quiet') END";
    sqlx::query(insert)
        .bind(day.subject.as_str())
        .bind(day.date.to_string())
        .bind(day.verdict.as_str())
        .bind(number(day.counts.new))
        .bind(number(day.counts.cross))
        .bind(number(day.counts.replace))
        .bind(day.missing)
        .bind(day.read.as_second())
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
    let insert = "INSERT INTO rules (feed, rules, since) VALUES (?1, ?2, ?3) ON CONFLICT (feed) DO UPDATE SET \
                  since = CASE rules WHEN ?2 THEN since ELSE ?3 END, rules = ?2 RETURNING since";
    let since: i64 =
        sqlx::query_scalar(insert).bind(feed).bind(rules).bind(now.as_second()).fetch_one(connection).await?;
    Timestamp::from_second(since).map_err(|error| sqlx::Error::Decode(error.into()))
}

pub(super) async fn write_read(
    connection: &mut SqliteConnection,
    outcome: &Outcome,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO reads (subject, read_at, verdict, listing_date, reason, \
                  new_count, cross_count, replace_count, missing, page_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    sqlx::query(insert)
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

/// Days, the last read of each subject, and requests.
pub(super) async fn read_rest(connection: &mut SqliteConnection) -> Result<Contents, sqlx::Error> {
    let days =
        sqlx::query("SELECT * FROM days ORDER BY subject, listing_date").fetch_all(&mut *connection).await?;
    let reads = sqlx::query(
        "SELECT * FROM reads WHERE sequence IN (SELECT max(sequence) FROM reads GROUP BY subject) ORDER BY subject",
    )
    .fetch_all(&mut *connection)
    .await?;
    let requests = sqlx::query("SELECT * FROM requests ORDER BY subject").fetch_all(&mut *connection).await?;
    Ok(Contents {
        changes: Vec::new(),
        days: days.iter().map(day).collect::<Result<_, _>>()?,
        reads: reads.iter().map(read).collect::<Result<_, _>>()?,
        requests: requests
            .iter()
            .map(|row| {
                Ok((parsed(row, "subject", |id| SubjectId::parse(id).ok())?, moment(row, "requested_at")?))
            })
            .collect::<Result<_, sqlx::Error>>()?,
    })
}

/// The version before, from its date and its paper.
fn earlier(row: &SqliteRow) -> Result<Option<Earlier>, sqlx::Error> {
    if row.try_get::<Option<&str>, _>("earlier")?.is_none() {
        return Ok(None);
    }
    let read = |text: &str| {
        let (date, paper) = text.split_once(' ')?;
        Some(Earlier { listing_date: date.parse().ok()?, paper: Arc::new(stored_paper::read(paper)?) })
    };
    parsed(row, "earlier", read).map(Some)
}

/// An event with its paper, which it shares with the same paper's events in other subjects.
pub(super) fn event(row: &SqliteRow, papers: &mut HashMap<i64, Arc<Paper>>) -> Result<Event, sqlx::Error> {
    let sequence: i64 = row.try_get("sequence")?;
    let paper = if let Some(paper) = papers.get(&sequence) {
        paper.clone()
    } else {
        let paper = Arc::new(parsed(row, "paper", stored_paper::read)?);
        papers.insert(sequence, paper.clone());
        paper
    };
    Ok(Event {
        subject: parsed(row, "subject", |id| SubjectId::parse(id).ok())?,
        listing_date: parsed(row, "listing_date", |date| date.parse().ok())?,
        announce_type: parsed(row, "announce_type", |kind| kind.parse().ok())?,
        cross_list_from: row.try_get("cross_list_from")?,
        earlier: earlier(row)?,
        published: moment(row, "published")?,
        added: moment(row, "added_at")?,
        paper,
    })
}

fn day(row: &SqliteRow) -> Result<Day, sqlx::Error> {
    Ok(Day {
        subject: parsed(row, "subject", |id| SubjectId::parse(id).ok())?,
        date: parsed(row, "listing_date", |date| date.parse().ok())?,
        verdict: parsed(row, "verdict", |verdict| verdict.parse().ok())?,
        counts: counts(row)?,
        missing: row.try_get("missing")?,
        read: moment(row, "read_at")?,
    })
}

fn read(row: &SqliteRow) -> Result<(Outcome, Timestamp), sqlx::Error> {
    let date: Option<String> = row.try_get("listing_date")?;
    let page_hash: Option<String> = row.try_get("page_hash")?;
    let outcome = Outcome {
        subject: parsed(row, "subject", |id| SubjectId::parse(id).ok())?,
        verdict: parsed(row, "verdict", |verdict| verdict.parse().ok())?,
        date: date.and_then(|date| date.parse::<Date>().ok()),
        reason: row.try_get("reason")?,
        counts: counts(row)?,
        missing: row.try_get("missing")?,
        pages: 0,
        page_hash: page_hash.and_then(|hash| u64::from_str_radix(&hash, 16).ok()),
    };
    Ok((outcome, moment(row, "read_at")?))
}

fn counts(row: &SqliteRow) -> Result<Counts, sqlx::Error> {
    let count = |name| row.try_get::<i64, _>(name).map(|count| usize::try_from(count).unwrap_or(0));
    Ok(Counts { new: count("new_count")?, cross: count("cross_count")?, replace: count("replace_count")? })
}

/// A column's text as what it stands for; text that stands for nothing is damage.
fn parsed<T>(row: &SqliteRow, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    let text: &str = row.try_get(name)?;
    parse(text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        sqlx::Error::Decode(format!("the column `{name}` holds `{shown}`").into())
    })
}

fn moment(row: &SqliteRow, name: &str) -> Result<Timestamp, sqlx::Error> {
    let seconds: i64 = row.try_get(name)?;
    Timestamp::from_second(seconds).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
