//! The record in a SQLite file.
//!
//! One connection writes; each announcement is one transaction.
//! `synchronous = FULL` with a write-ahead log: what was answered with success is on the disk.
//! One process at a time has the file, and one that has lost it writes to no other unseen (`renewal`).

mod correct;
mod load;
mod merge;
mod outgoing;
mod place;
mod record;
mod renewal;
mod sharing;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Notify, watch};

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::back_off::BackOff;
use crate::domain::event::{ChangedDay, Event};
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;

use super::failure::open_failure;
use super::rows;
use super::{Contents, Lock, Store, StoreError, Tally, migrations};

pub use renewal::{Checking, Memory};

use place::{Slot, Taken};
use sharing::Sharing;

/// How long a write waits for another process that holds the file.
pub(super) const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// How many rows a statement is ahead of its reader, on a thread of its own: each time it waits costs a switch.
const ROWS_BUFFERED: usize = 1_000;

/// The size of a page of a new file: a paper takes 1 to 3 KB, and a half of SQLite's own 4,096 would often stay empty.
const PAGE_BYTES: u32 = 8_192;

/// After how many pages the log is copied into the file: 16 MB is more than a large mailing takes, so that nobody waits
/// for that who waits for a mailing.
const LOG_PAGES: &str = "2000";

/// A SQLite file; cheap to clone.
#[derive(Clone, Debug)]
pub struct Sqlite {
    shared: Arc<Shared>,
    pub(super) tally: Arc<Tally>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// The path in messages.
    shown: Arc<str>,
    /// Where it is filled from; nothing where it was opened to look into it.
    upstream: Option<String>,
    /// What others are told of who has the file.
    holder: String,
    slot: tokio::sync::Mutex<Slot>,
    /// The lock of the file; none beside another process that has it.
    lock: Mutex<Option<Lock>>,
    sharing: Mutex<Sharing>,
    /// The file is not the one that was opened.
    is_displaced: watch::Sender<bool>,
    /// There is something else to look at than before.
    heard: Notify,
}

/// Who else may have the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Nobody: it is written to.
    Alone,
    /// One that writes; this one looks into it.
    Beside,
}

impl Sqlite {
    /// [`Self::open_as`] of a process that has no name to give.
    ///
    /// # Errors
    /// As there.
    pub async fn open(path: &Path, upstream: &str) -> Result<Self, StoreError> {
        Self::open_as(path, upstream, "").await
    }

    /// Opens the file, makes it with its folder where there is none, and brings its schema up to date.
    ///
    /// `upstream` is where announcements come from; a store takes those of one upstream only.
    /// `holder` is what another process is told that wants the file as well.
    ///
    /// # Errors
    /// The file cannot be opened or written, is in use by another process, is damaged, newer than this program, or
    /// filled from elsewhere.
    pub async fn open_as(path: &Path, upstream: &str, holder: &str) -> Result<Self, StoreError> {
        make_folder(path)?;
        Self::open_with(path, Some(upstream), holder, Access::Alone).await
    }

    /// The same beside a process that has the file, if there is one; then the upstream is not to be asked.
    ///
    /// # Errors
    /// As [`Self::open_as`], but that another process may have the file where the schema is up to date.
    pub async fn open_beside(path: &Path, upstream: &str, holder: &str) -> Result<Self, StoreError> {
        make_folder(path)?;
        Self::open_with(path, Some(upstream), holder, Access::Beside).await
    }

    /// Opens a file that is there, whatever it was filled from, to look into it.
    ///
    /// # Errors
    /// There is no such file, or it cannot be opened as [`Self::open_beside`] would.
    pub async fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            let reason = "there is no such file; `crosslist serve` or `crosslist fetch` makes it".to_owned();
            return Err(StoreError::Open { path: path.display().to_string(), reason });
        }
        Self::open_with(path, None, "", Access::Beside).await
    }

    async fn open_with(
        path: &Path,
        upstream: Option<&str>,
        holder: &str,
        access: Access,
    ) -> Result<Self, StoreError> {
        let shown: Arc<str> = path.display().to_string().into();
        // Beside another, that one brings the schema up to date; else it is for this one to do, if only for that.
        let is_alone = access == Access::Alone || !place::is_current(path, &shown).await?;
        let mut lock = if is_alone { Some(Lock::take(path, holder)?) } else { None };
        let slot = Slot::open(path, &shown, upstream, lock.is_some()).await?;
        if lock.as_ref().is_some_and(|lock| !lock.is_of(path)) {
            // A link led to a file that was not there yet.
            lock = Some(Lock::take(path, holder)?);
        }
        let sharing = Sharing::new(lock.as_ref().map(|lock| lock.left));
        let shared = Shared {
            path: path.to_owned(),
            shown,
            upstream: upstream.map(str::to_owned),
            holder: holder.to_owned(),
            slot: tokio::sync::Mutex::new(slot),
            lock: Mutex::new(lock.filter(|_| access == Access::Alone)),
            sharing: Mutex::new(sharing),
            is_displaced: watch::Sender::new(false),
            heard: Notify::new(),
        };
        Ok(Self { shared: Arc::new(shared), tally: Arc::new(Tally::of_file(path)) })
    }

    /// Ends with everything written into the one file, which is free for another process then.
    pub async fn close(&self) {
        self.shared.slot.lock().await.close().await;
        self.leave();
        *self.shared.lock() = None;
    }

    async fn take(&self) -> Result<Taken<'_>, StoreError> {
        let taken = Taken::of(&self.shared).await;
        if let Err(StoreError::Displaced { .. }) = taken {
            self.shared.is_displaced.send_replace(true);
        }
        taken
    }

    async fn settle<T>(&self, taken: Taken<'_>, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let settled = taken.settle(result).await;
        if let Err(error) = &settled {
            self.shared.sharing().failing = Some(error.clone());
        }
        settled
    }
}

/// Does something with the connection and gives it back.
macro_rules! on {
    ($store:expr, |$connection:ident| $work:expr) => {{
        let mut taken = $store.take().await?;
        let result = {
            let $connection = taken.connection();
            $work.await
        };
        $store.settle(taken, result).await
    }};
}
use on;

impl Store for Sqlite {
    async fn record(
        &self,
        announcement: &Announcement,
        outcome: &ReadOutcome,
        seen: Timestamp,
    ) -> Result<ChangedDay, StoreError> {
        on!(self, |c| record::record(c, announcement, outcome, seen))
    }

    async fn correct(
        &self,
        subject: SubjectId,
        date: Date,
        entries: &[ListingEntry],
        at: Timestamp,
    ) -> Result<Vec<ChangedDay>, StoreError> {
        on!(self, |c| correct::correct(c, subject, date, entries, at))
    }

    async fn events(
        &self,
        subject: Option<SubjectId>,
        from: Date,
        to: Date,
    ) -> Result<Vec<Event>, StoreError> {
        on!(self, |c| rows::events(c, subject, from, to))
    }

    async fn note(&self, outcome: &ReadOutcome, at: Timestamp) -> Result<(), StoreError> {
        on!(self, |c| rows::write_read(c, outcome, at))
    }

    async fn mark(&self, day: &Day) -> Result<(), StoreError> {
        on!(self, |c| rows::write_day(c, day))
    }

    async fn request(&self, subject: SubjectId, at: Timestamp) -> Result<(), StoreError> {
        on!(self, |c| rows::write_request(c, subject, at))
    }

    async fn load(&self, window_days: Option<u32>) -> Result<Contents, StoreError> {
        self.shared.sharing().window_days = window_days;
        on!(self, |c| load::load(c, window_days))
    }

    async fn in_force_since(&self, feed: &str, rules: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        on!(self, |c| rows::in_force_since(c, feed, rules, now))
    }

    async fn keep_back_off(&self, back_off: Option<&BackOff>, now: Timestamp) -> Result<(), StoreError> {
        on!(self, |c| rows::write_back_off(c, back_off, now))
    }

    async fn back_off(&self, now: Timestamp) -> Result<Option<BackOff>, StoreError> {
        on!(self, |c| rows::read_back_off(c, now))
    }

    async fn prune(&self, before: Date) -> Result<(), StoreError> {
        on!(self, |c| rows::prune(c, before))
    }

    fn tally(&self) -> Arc<Tally> {
        self.tally.clone()
    }
}

impl Shared {
    fn sharing(&self) -> MutexGuard<'_, Sharing> {
        self.sharing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Lock>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the folder of a file where there is none.
fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| StoreError::Open {
        path: path.display().to_string(),
        reason: format!("the folder `{}` cannot be made: {error}", folder.display()),
    })
}

/// Connects to a file as it is written to.
async fn connect(path: &Path, create: bool) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .row_buffer_size(ROWS_BUFFERED)
        .page_size(PAGE_BYTES)
        .pragma("wal_autocheckpoint", LOG_PAGES)
        .busy_timeout(BUSY_TIMEOUT);
    SqliteConnection::connect_with(&options).await
}

/// Brings the schema up to date, and remembers where the store is filled from, or compares.
async fn prepare(
    connection: &mut SqliteConnection,
    shown: &str,
    upstream: Option<&str>,
) -> Result<(), StoreError> {
    let fail = |error| open_failure(shown, &error);
    // With a log, a loss of power takes back steps and damages none, and what it takes back is done again: the disk
    // need not be waited for at each.
    sqlx::query("PRAGMA synchronous = NORMAL").execute(&mut *connection).await.map_err(fail)?;
    migrations::run_sqlite(connection, shown).await?;
    sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await.map_err(fail)?;
    let Some(upstream) = upstream else { return Ok(()) };
    sqlx::query("INSERT INTO identity (only, upstream) VALUES (1, ?) ON CONFLICT DO NOTHING")
        .bind(upstream)
        .execute(&mut *connection)
        .await
        .map_err(fail)?;
    let filled_from: String =
        sqlx::query_scalar("SELECT upstream FROM identity").fetch_one(connection).await.map_err(fail)?;
    if filled_from == upstream {
        return Ok(());
    }
    let (path, upstream) = (shown.to_owned(), upstream.to_owned());
    Err(StoreError::OtherUpstream { path, filled_from, upstream })
}

#[cfg(test)]
mod tests;
