//! One connection to PostgreSQL that outlives the loss of the server and of the network: after an error it is closed and
//! made anew when it is needed.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::sync::{Mutex, MutexGuard};

use crate::store::error::StoreError;
use crate::store::failure::{at_opening, postgres_failure};

/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// One connection, made when it is needed.
#[derive(Debug)]
pub(super) struct ConnectionSlot {
    options: PgConnectOptions,
    /// The address in messages.
    path: Arc<str>,
    open: Mutex<Option<OpenConnection>>,
}

#[derive(Debug)]
pub(super) struct OpenConnection {
    pub(super) connection: PgConnection,
    /// The session holds the lock of the leader.
    pub(super) leads: bool,
}

/// The connection in use; dropped without [`LentConnection::settle`] it is closed, for its state is unknown.
#[derive(Debug)]
pub(super) struct LentConnection<'s> {
    slot: MutexGuard<'s, Option<OpenConnection>>,
    path: &'s str,
    pub(super) open: OpenConnection,
}

impl ConnectionSlot {
    pub(super) fn new(options: PgConnectOptions, path: Arc<str>) -> Self {
        Self { options, path, open: Mutex::default() }
    }

    /// The connection, made where there is none.
    pub(super) async fn take(&self) -> Result<LentConnection<'_>, StoreError> {
        let mut slot = self.open.lock().await;
        let open = match slot.take() {
            Some(open) => open,
            None => OpenConnection { connection: self.connect().await?, leads: false },
        };
        Ok(LentConnection { slot, path: &self.path, open })
    }

    /// The connection whose session leads.
    ///
    /// # Errors
    /// It was lost, or never led.
    pub(super) async fn take_leading(&self) -> Result<LentConnection<'_>, StoreError> {
        let mut slot = self.open.lock().await;
        if slot.as_ref().is_none_or(|open| !open.leads) {
            return Err(StoreError::NotLeading);
        }
        let open = slot.take().ok_or(StoreError::NotLeading)?;
        Ok(LentConnection { slot, path: &self.path, open })
    }

    /// Ends the connection in order.
    pub(super) async fn close(&self) {
        let open = self.open.lock().await.take();
        if let Some(open) = open {
            drop(tokio::time::timeout(CONNECT_MAX, open.connection.close()).await);
        }
    }

    async fn connect(&self) -> Result<PgConnection, StoreError> {
        let refuse = |reason: String| Err(StoreError::Open { path: self.path.to_string(), reason });
        match tokio::time::timeout(CONNECT_MAX, PgConnection::connect_with(&self.options)).await {
            Ok(Err(sqlx::Error::Protocol(found))) => {
                refuse(format!("what answers there does not speak as a PostgreSQL does: {found}"))
            }
            Ok(connected) => connected.map_err(|error| {
                let path = &self.path;
                at_opening(path, postgres_failure(path, &error))
            }),
            Err(_) => refuse(format!("no PostgreSQL answers there within {} seconds", CONNECT_MAX.as_secs())),
        }
    }
}

impl LentConnection<'_> {
    /// Gives the connection back after work that went well, and closes it after any other.
    pub(super) fn settle<T>(self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let path = self.path;
        let result = result.map_err(|error| postgres_failure(path, &error));
        self.give_back(result)
    }

    /// The same where the error says already what to do.
    pub(super) fn give_back<T>(mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_ok() {
            *self.slot = Some(self.open);
        }
        result
    }
}
