//! How does SQLite keep an announcement?

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{Connection, Sqlite as Database, SqliteConnection};

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::event::{ChangedDay, Event};
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;
use crate::store::dates::{self, Dates};
use crate::store::{columns, rows, stored_paper};

/// How many rows one statement writes: enough to save the way to SQLite's thread, and few enough that the statement,
/// which is kept for the next ones, is not long.
const ROWS_PER_STATEMENT: usize = 250;

/// Keeps what is new of an announcement with how it was read, all of it or nothing.
pub(super) async fn record(
    connection: &mut SqliteConnection,
    announcement: &Announcement,
    outcome: &ReadOutcome,
    seen: Timestamp,
) -> Result<ChangedDay, sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let Announcement { subject, date, entries } = announcement;
    let before: HashSet<String> = members(&mut transaction, *subject, *date).await?;
    let fresh: Vec<&ListingEntry> =
        entries.iter().filter(|entry| !before.contains(entry.paper.id.as_str())).collect();
    let (sequences, written) = events(&mut transaction, *date, &fresh, seen).await?;
    for chunk in fresh.chunks(ROWS_PER_STATEMENT) {
        let mut insert = sqlx::QueryBuilder::<Database>::new(
            "INSERT INTO memberships (subject, event, position, announce_type, cross_list_from, added_at) ",
        );
        insert.push_values(chunk, |mut row, entry| {
            row.push_bind(subject.as_str())
                .push_bind(sequences[entry.paper.id.as_str()])
                .push_bind(entry.position)
                .push_bind(entry.announce_type.as_str())
                .push_bind(entry.cross_list_from.clone())
                .push_bind(seen.as_second());
        });
        insert.build().execute(&mut *transaction).await?;
    }
    if let Some(day) = Day::kept(outcome, seen, fresh.len()) {
        rows::write_day(&mut transaction, &day).await?;
    }
    rows::write_read(&mut transaction, outcome, seen).await?;
    let events = day_events(&mut transaction, *subject, *date, written).await?;
    transaction.commit().await?;
    Ok(ChangedDay { subject: *subject, listing_date: *date, events, added: fresh.len() })
}

/// The ids of the papers that a subject's day holds.
async fn members(
    connection: &mut SqliteConnection,
    subject: SubjectId,
    date: Date,
) -> Result<HashSet<String>, sqlx::Error> {
    let select = "SELECT paper_id FROM events JOIN memberships ON event = sequence \
                  WHERE listing_date = ? AND subject = ?";
    let ids = sqlx::query_scalar(select).bind(date.to_string()).bind(subject.as_str());
    Ok(ids.fetch_all(connection).await?.into_iter().collect())
}

/// Sees to it that every entry has an event; returns each paper's sequence, and the papers of the new ones by these.
async fn events(
    connection: &mut SqliteConnection,
    date: Date,
    entries: &[&ListingEntry],
    seen: Timestamp,
) -> Result<(HashMap<String, i64>, HashMap<i64, Arc<Paper>>), sqlx::Error> {
    let known: Vec<(String, i64)> =
        sqlx::query_as("SELECT paper_id, sequence FROM events WHERE listing_date = ?")
            .bind(date.to_string())
            .fetch_all(&mut *connection)
            .await?;
    let mut sequences: HashMap<String, i64> = known.into_iter().collect();
    let mut taken = taken(connection, date, seen).await?;
    let mut dates = Dates::new(date, Some(seen), &mut taken);
    let missing: Vec<(&ListingEntry, i64)> = entries
        .iter()
        .filter(|entry| !sequences.contains_key(entry.paper.id.as_str()))
        .map(|entry| (*entry, dates.next(entry.position).as_second()))
        .collect();
    for chunk in missing.chunks(ROWS_PER_STATEMENT) {
        let mut insert = sqlx::QueryBuilder::<Database>::new(
            "INSERT INTO events (paper_id, listing_date, published, paper) ",
        );
        insert.push_values(chunk, |mut row, (entry, published)| {
            row.push_bind(entry.paper.id.as_str())
                .push_bind(date.to_string())
                .push_bind(*published)
                .push_bind(stored_paper::write(&entry.paper));
        });
        insert.push(" RETURNING paper_id, sequence");
        let inserted: Vec<(String, i64)> = insert.build_query_as().fetch_all(&mut *connection).await?;
        sequences.extend(inserted);
    }
    let written = missing.iter().map(|(entry, _)| (sequences[entry.paper.id.as_str()], entry.paper.clone()));
    let written = written.collect();
    Ok((sequences, written))
}

/// The seconds around a listing date that have been given away.
async fn taken(
    connection: &mut SqliteConnection,
    date: Date,
    seen: Timestamp,
) -> Result<HashSet<Timestamp>, sqlx::Error> {
    let base = dates::base(date, Some(seen));
    let seconds: Vec<i64> =
        sqlx::query_scalar("SELECT published FROM events WHERE published BETWEEN ? AND ?")
            .bind((base - dates::SPREAD).as_second())
            .bind(base.as_second())
            .fetch_all(connection)
            .await?;
    Ok(seconds.into_iter().filter_map(|second| Timestamp::from_second(second).ok()).collect())
}

/// A subject's day, in the page's order; `written` are the papers that were written just now, which are not read again.
pub(super) async fn day_events(
    connection: &mut SqliteConnection,
    subject: SubjectId,
    date: Date,
    written: HashMap<i64, Arc<Paper>>,
) -> Result<Vec<Event>, sqlx::Error> {
    let select = concat!(
        rows::select_event!("CASE WHEN sequence < ?1 THEN paper END AS paper"),
        " WHERE listing_date = ?2 AND subject = ?3 ORDER BY position, sequence"
    );
    let found = sqlx::query(select)
        // Sequences only grow.
        .bind(written.keys().min().copied().unwrap_or(i64::MAX))
        .bind(date.to_string())
        .bind(subject.as_str())
        .fetch_all(connection)
        .await?;
    let mut papers = written;
    found.iter().map(|row| columns::event(row, &mut papers)).collect()
}
