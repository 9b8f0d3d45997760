//! A store that lasts as long as its process: SQLite in memory, on one connection, which writes no file.
//!
//! Every call is done before it returns: nothing waits for a disk, and a clock that stands still while tasks wait, as in
//! tests, stands still while the store works.

use futures_executor::block_on;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

use super::error::StoreError;
use super::failure::{failed, open_failure};
use super::migrations;
use super::sqlite::ROWS_BUFFERED;

/// How the store is named in errors.
const SHOWN: &str = "in memory";

/// The only connection to a database that is gone when it is closed.
#[derive(Debug)]
pub(super) struct Memory {
    connection: Mutex<SqliteConnection>,
}

/// The connection in use.
pub(super) type MemorySession<'s> = MutexGuard<'s, SqliteConnection>;

impl Memory {
    pub(super) fn open() -> Result<Self, StoreError> {
        // What SQLite sorts would go to a temporary file when it is large.
        let options = SqliteConnectOptions::new()
            .filename(":memory:")
            .row_buffer_size(ROWS_BUFFERED)
            .pragma("temp_store", "MEMORY");
        let opened = async {
            let connected = SqliteConnection::connect_with(&options).await;
            let mut connection = connected.map_err(|error| open_failure(SHOWN, &error))?;
            migrations::run_sqlite(&mut connection, SHOWN).await?;
            Ok(connection)
        };
        block_on(opened).map(|connection| Self { connection: Mutex::new(connection) })
    }

    pub(super) async fn session(&self) -> MemorySession<'_> {
        self.connection.lock().await
    }
}

/// Ends the transaction of work that failed; to close the connection would lose everything.
pub(super) fn settle<T>(
    mut session: MemorySession<'_>,
    result: Result<T, sqlx::Error>,
) -> Result<T, StoreError> {
    result.map_err(|error| {
        // There is nothing to end where the work had not begun a transaction.
        drop(block_on(sqlx::query("ROLLBACK").execute(&mut *session)));
        failed(SHOWN, &error)
    })
}
