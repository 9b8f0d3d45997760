//! How does SQLite keep the record?
//!
//! One connection writes; each announcement is one transaction.
//! `synchronous = FULL` with a write-ahead log: what was answered with success is on the disk.

mod outgoing;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Sqlite as Database, SqliteConnection};

use crate::domain::announcement::{Announced, Announcement};
use crate::domain::event::{Change, Event};
use crate::domain::outcome::{Day, Outcome};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;

use super::columns;
use super::dates::{self, Dates};
use super::failure::{failed, open_failure};
use super::rows;
use super::stored_paper;
use super::{Contents, Replicas, Store, StoreError, Tally, migrations};

/// How long a write waits for another process that holds the file.
pub(super) const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// A window that holds every day there is: SQLite's dates have no years before 0.
const DAYS_MAX: u32 = 700_000;

/// How many rows one statement writes; SQLite takes 32,766 values.
const ROWS_PER_STATEMENT: usize = 1_000;

/// A SQLite file.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pool: SqlitePool,
    path: Arc<str>,
    pub(super) tally: Arc<Tally>,
}

impl Sqlite {
    /// Opens the file, makes it with its folder where there is none, and brings its schema up to date.
    ///
    /// `upstream` is where announcements come from; a store takes those of one upstream only.
    ///
    /// # Errors
    /// The file cannot be opened or written, is damaged, newer than this program, or filled from elsewhere.
    pub async fn open(path: &Path, upstream: &str) -> Result<Self, StoreError> {
        let shown: Arc<str> = path.display().to_string().into();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| StoreError::Open {
                path: shown.to_string(),
                reason: format!("the folder `{}` cannot be made: {error}", folder.display()),
            })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .map_err(|error| open_failure(&shown, &error))?;
        migrations::run_sqlite(&pool, &shown).await?;
        let store = Self { pool, path: shown, tally: Arc::new(Tally::of_file(path)) };
        store.claim(upstream).await?;
        Ok(store)
    }

    /// Opens a file that is there, whatever it was filled from, to look into it.
    ///
    /// # Errors
    /// There is no such file, or it cannot be opened as [`Self::open`] would.
    pub async fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let shown: Arc<str> = path.display().to_string().into();
        if !path.is_file() {
            let reason = "there is no such file; `crosslist serve` or `crosslist fetch` makes it".to_owned();
            return Err(StoreError::Open { path: shown.to_string(), reason });
        }
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.map_err(|error| open_failure(&shown, &error))?;
        migrations::run_sqlite(&pool, &shown).await?;
        Ok(Self { pool, path: shown, tally: Arc::default() })
    }

    /// Ends with everything written into the one file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Remembers where the store is filled from, or compares.
    async fn claim(&self, upstream: &str) -> Result<(), StoreError> {
        let fail = |error| open_failure(&self.path, &error);
        sqlx::query("INSERT INTO identity (only, upstream) VALUES (1, ?) ON CONFLICT DO NOTHING")
            .bind(upstream)
            .execute(&self.pool)
            .await
            .map_err(fail)?;
        let filled_from: String =
            sqlx::query_scalar("SELECT upstream FROM identity").fetch_one(&self.pool).await.map_err(fail)?;
        if filled_from == upstream {
            return Ok(());
        }
        let (path, upstream) = (self.path.to_string(), upstream.to_owned());
        Err(StoreError::OtherUpstream { path, filled_from, upstream })
    }

    async fn connection(&self) -> Result<PoolConnection<Database>, StoreError> {
        self.pool.acquire().await.map_err(|error| failed(&self.path, &error))
    }

    /// Gives the connection back; after an error it is closed instead.
    ///
    /// A full disk makes SQLite end a transaction by itself, and the connection would count it as open for ever.
    async fn settle<T>(
        &self,
        connection: PoolConnection<Database>,
        result: Result<T, sqlx::Error>,
    ) -> Result<T, StoreError> {
        if result.is_err()
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "a connection to the store did not end well");
        }
        result.map_err(|error| failed(&self.path, &error))
    }

    async fn record_in(
        connection: &mut SqliteConnection,
        announcement: &Announcement,
        outcome: &Outcome,
        seen: Timestamp,
    ) -> Result<Change, sqlx::Error> {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let Announcement { subject, date, entries } = announcement;
        let before: HashSet<String> = members(&mut transaction, *subject, *date).await?;
        let fresh: Vec<&Announced> =
            entries.iter().filter(|entry| !before.contains(entry.paper.id.as_str())).collect();
        let sequences = events(&mut transaction, *date, &fresh, seen).await?;
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
        if let Some(day) = Day::of(outcome, seen) {
            rows::write_day(&mut transaction, &day).await?;
        }
        rows::write_read(&mut transaction, outcome, seen).await?;
        let events = day_events(&mut transaction, *subject, *date).await?;
        transaction.commit().await?;
        Ok(Change { subject: *subject, listing_date: *date, events, added: fresh.len() })
    }

    async fn load_in(
        connection: &mut SqliteConnection,
        window_days: Option<u32>,
    ) -> Result<Contents, sqlx::Error> {
        let mut transaction = connection.begin().await?;
        let mut papers: HashMap<i64, Arc<Paper>> = HashMap::new();
        let mut days: BTreeMap<(SubjectId, Date), Vec<Event>> = BTreeMap::new();
        let found = sqlx::query(concat!(
            rows::select_event!(),
            " JOIN (SELECT subject, max(listing_date) AS newest FROM days GROUP BY subject) USING (subject) \
             WHERE listing_date >= date(newest, ?) ORDER BY subject, position",
        ))
        .bind(format!("-{} days", window_days.unwrap_or(DAYS_MAX).min(DAYS_MAX)))
        .fetch_all(&mut *transaction)
        .await?;
        for row in &found {
            let event = columns::event(row, &mut papers)?;
            days.entry((event.subject, event.listing_date)).or_default().push(event);
        }
        let change = |((subject, listing_date), events)| Change { subject, listing_date, events, added: 0 };
        let mut contents = rows::read_rest(&mut transaction).await?;
        contents.changes = days.into_iter().map(change).collect();
        Ok(contents)
    }

    async fn prune_in(connection: &mut SqliteConnection, before: Date) -> Result<(), sqlx::Error> {
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
}

impl Replicas for Sqlite {}

impl Store for Sqlite {
    async fn record(
        &self,
        announcement: &Announcement,
        outcome: &Outcome,
        seen: Timestamp,
    ) -> Result<Change, StoreError> {
        let mut connection = self.connection().await?;
        let recorded = Self::record_in(&mut connection, announcement, outcome, seen).await;
        self.settle(connection, recorded).await
    }

    async fn note(&self, outcome: &Outcome, at: Timestamp) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        let written = rows::write_read(&mut connection, outcome, at).await;
        self.settle(connection, written).await
    }

    async fn mark(&self, day: &Day) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        let written = rows::write_day(&mut connection, day).await;
        self.settle(connection, written).await
    }

    async fn request(&self, subject: SubjectId, at: Timestamp) -> Result<(), StoreError> {
        let insert = "INSERT INTO requests (subject, requested_at) VALUES (?, ?) \
                      ON CONFLICT (subject) DO UPDATE SET requested_at = excluded.requested_at";
        let mut connection = self.connection().await?;
        let query = sqlx::query(insert).bind(subject.as_str()).bind(at.as_second());
        let written = query.execute(&mut *connection).await.map(drop);
        self.settle(connection, written).await
    }

    async fn load(&self, window_days: Option<u32>) -> Result<Contents, StoreError> {
        let mut connection = self.connection().await?;
        let contents = Self::load_in(&mut connection, window_days).await;
        self.settle(connection, contents).await
    }

    async fn in_force_since(&self, feed: &str, rules: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        let mut connection = self.connection().await?;
        let since = rows::in_force_since(&mut connection, feed, rules, now).await;
        self.settle(connection, since).await
    }

    async fn prune(&self, before: Date) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        let pruned = Self::prune_in(&mut connection, before).await;
        self.settle(connection, pruned).await
    }
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

/// Sees to it that every entry has an event, and returns each paper's sequence.
async fn events(
    connection: &mut SqliteConnection,
    date: Date,
    entries: &[&Announced],
    seen: Timestamp,
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let known: Vec<(String, i64)> =
        sqlx::query_as("SELECT paper_id, sequence FROM events WHERE listing_date = ?")
            .bind(date.to_string())
            .fetch_all(&mut *connection)
            .await?;
    let mut sequences: HashMap<String, i64> = known.into_iter().collect();
    let mut taken = taken(connection, date, seen).await?;
    let mut dates = Dates::new(date, Some(seen), &mut taken);
    let missing: Vec<(&Announced, i64)> = entries
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
    Ok(sequences)
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

/// A subject's day, in the page's order.
async fn day_events(
    connection: &mut SqliteConnection,
    subject: SubjectId,
    date: Date,
) -> Result<Vec<Event>, sqlx::Error> {
    let select =
        concat!(rows::select_event!(), " WHERE listing_date = ? AND subject = ? ORDER BY position, sequence");
    let found =
        sqlx::query(select).bind(date.to_string()).bind(subject.as_str()).fetch_all(connection).await?;
    let mut papers = HashMap::new();
    found.iter().map(|row| columns::event(row, &mut papers)).collect()
}

#[cfg(test)]
mod tests;
