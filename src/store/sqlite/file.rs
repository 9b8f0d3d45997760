//! The file of a store: how it is opened, what lies beside it, and how it is told from another.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};

use crate::store::error::StoreError;
use crate::store::failure::open_failure;
use crate::store::migrations;

/// How long a write waits for another process that has locked the file.
pub(in crate::store) const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// How many rows a statement is ahead of its reader, on a thread of its own: each time it waits costs a switch.
pub(in crate::store) const ROWS_BUFFERED: usize = 1_000;

/// The page size of a new file: a paper takes 1 to 3 KB, and half of SQLite's own 4,096 would often stay empty.
const PAGE_BYTES: u32 = 8_192;

/// After how many pages the log is copied into the file: 16 MB is more than a large mailing takes, so that whoever waits
/// for a mailing does not wait for the copy.
const LOG_PAGES: &str = "2000";

/// What SQLite puts beside the file while it is open.
pub(super) const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    id: (u64, u64),
    bytes: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|found| Self::from(&found))
    }

    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl From<&Metadata> for Stamp {
    fn from(found: &Metadata) -> Self {
        Self {
            id: (found.dev(), found.ino()),
            bytes: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
        }
    }
}

/// Makes the folder of a file where there is none.
pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| StoreError::Open {
        path: path.display().to_string(),
        reason: format!("the folder `{}` cannot be made: {error}", folder.display()),
    })
}

/// A folder is no database, and a pipe or a device would keep SQLite waiting.
pub(super) fn refuse_other_kinds(path: &Path, shown: &str) -> Result<(), StoreError> {
    let kind = match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => "a folder",
        Ok(found) if !found.is_file() => "a pipe, a socket or a device",
        _ => return Ok(()),
    };
    let reason = format!("it is {kind}; name a file");
    Err(StoreError::Open { path: shown.to_owned(), reason })
}

/// Connects to a file as it is written to.
pub(super) async fn connect(path: &Path, create: bool) -> Result<SqliteConnection, sqlx::Error> {
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

/// Brings the schema up to date, and writes down where the store is filled from, or compares.
pub(super) async fn prepare(
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

/// Says whether there is a file whose schema is up to date.
pub(super) async fn is_current(path: &Path, shown: &str) -> Result<bool, StoreError> {
    refuse_other_kinds(path, shown)?;
    if !path.exists() {
        return Ok(false);
    }
    let mut connection = connect(path, false).await.map_err(|error| open_failure(shown, &error))?;
    let is_current = migrations::is_current_sqlite(&mut connection).await;
    close(Some(connection)).await;
    Ok(is_current)
}

pub(super) async fn close(connection: Option<SqliteConnection>) {
    let Some(connection) = connection else { return };
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "a connection to the store did not end well");
    }
}

/// The path with `ending` after the name.
pub(in crate::store) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
