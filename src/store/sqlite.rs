//! How does SQLite keep the record?
//!
//! One connection writes; each announcement is one transaction.
//! `synchronous = FULL` with a write-ahead log: what was answered with success is on the disk.

mod outgoing;
mod record;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Sqlite as Database, SqliteConnection};

use crate::domain::announcement::Announcement;
use crate::domain::event::{Change, Event};
use crate::domain::outcome::{Day, Outcome};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;

use super::columns;
use super::failure::{failed, open_failure};
use super::rows;
use super::{Contents, Replicas, Store, StoreError, Tally, migrations};

/// How long a write waits for another process that holds the file.
pub(super) const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// A window that holds every day there is: SQLite's dates have no years before 0.
const DAYS_MAX: u32 = 700_000;

/// How many rows a statement is ahead of its reader, on a thread of its own: each time it waits costs a switch.
const ROWS_BUFFERED: usize = 1_000;

/// The size of a page of a new file: a paper takes 1 to 3 KB, and a half of SQLite's own 4,096 would often stay empty.
const PAGE_BYTES: u32 = 8_192;

/// After how many pages the log is copied into the file: 16 MB is more than a large mailing takes, so that nobody waits
/// for that who waits for a mailing.
const LOG_PAGES: &str = "2000";

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
            .row_buffer_size(ROWS_BUFFERED)
            .page_size(PAGE_BYTES)
            .pragma("wal_autocheckpoint", LOG_PAGES)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .map_err(|error| open_failure(&shown, &error))?;
        let fail = |error| open_failure(&shown, &error);
        // With a log, a loss of power takes back steps and damages none, and what it takes back is done again: the disk
        // need not be waited for at each.
        sqlx::query("PRAGMA synchronous = NORMAL").execute(&pool).await.map_err(fail)?;
        migrations::run_sqlite(&pool, &shown).await?;
        sqlx::query("PRAGMA synchronous = FULL").execute(&pool).await.map_err(fail)?;
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

    async fn load_in(
        connection: &mut SqliteConnection,
        window_days: Option<u32>,
    ) -> Result<Contents, sqlx::Error> {
        let mut transaction = connection.begin().await?;
        let mut papers: HashMap<i64, Arc<Paper>> = HashMap::new();
        let mut days: BTreeMap<(SubjectId, Date), Vec<Event>> = BTreeMap::new();
        let mut found = sqlx::query(concat!(
            rows::select_event!("paper"),
            " JOIN (SELECT subject, max(listing_date) AS newest FROM days GROUP BY subject) USING (subject) \
             WHERE listing_date >= date(newest, ?) ORDER BY subject, position",
        ))
        .bind(format!("-{} days", window_days.unwrap_or(DAYS_MAX).min(DAYS_MAX)))
        .fetch(&mut *transaction);
        // Row by row: all of them together would take as much room again.
        while let Some(row) = found.try_next().await? {
            let event = columns::event(&row, &mut papers)?;
            days.entry((event.subject, event.listing_date)).or_default().push(event);
        }
        drop(found);
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
        let recorded = record::record(&mut connection, announcement, outcome, seen).await;
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

#[cfg(test)]
mod tests;
