//! How does one connection to PostgreSQL live through the loss of the server, of the network and of patience?

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::sync::{Mutex, MutexGuard};

use crate::store::StoreError;
use crate::store::failure::{at_opening, postgres_failure};

/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// One connection, made when it is needed; after any error it is closed and made anew.
///
/// A silent network gives no error: everything has a limit of time.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) options: PgConnectOptions,
    pub(super) path: Arc<str>,
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
pub(super) struct Open {
    pub(super) connection: PgConnection,
    /// The session has the lock of the one that leads.
    pub(super) leads: bool,
}

/// A connection in use; dropped without [`Taken::settle`] it is closed, for nobody knows what state it is in.
pub(super) struct Taken<'a> {
    slot: MutexGuard<'a, Option<Open>>,
    pub(super) open: Open,
}

impl Line {
    pub(super) fn new(options: PgConnectOptions, path: Arc<str>) -> Self {
        Self { options, path, open: Mutex::default() }
    }

    /// The connection, made where there is none.
    pub(super) async fn take(&self) -> Result<Taken<'_>, StoreError> {
        let mut slot = self.open.lock().await;
        let open = match slot.take() {
            Some(open) => open,
            None => Open { connection: self.connect().await?, leads: false },
        };
        Ok(Taken { slot, open })
    }

    /// The connection whose session leads; none where it was lost.
    pub(super) async fn take_leading(&self) -> Result<Taken<'_>, StoreError> {
        let mut slot = self.open.lock().await;
        if slot.as_ref().is_none_or(|open| !open.leads) {
            return Err(StoreError::NotLeading);
        }
        let open = slot.take().ok_or(StoreError::NotLeading)?;
        Ok(Taken { slot, open })
    }

    /// Ends the connection as the server likes it.
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

impl Taken<'_> {
    /// Gives the connection back after work that went well, and closes it after any other.
    pub(super) fn settle<T>(mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_ok() {
            *self.slot = Some(self.open);
        }
        result
    }
}

/// What came of the work, or that it took too long.
pub(super) async fn within<T>(
    line: &Line,
    most: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(most, work).await {
        Ok(result) => result.map_err(|error| postgres_failure(&line.path, &error)),
        Err(_) => Err(StoreError::Failed {
            path: line.path.to_string(),
            reason: format!("it did not answer within {} seconds", most.as_secs()),
        }),
    }
}

/// Takes a connection with `take`, does `work` with it within `most`, and settles.
macro_rules! on {
    ($line:expr, $take:ident, $most:expr, |$connection:ident| $work:expr) => {{
        let line = &$line;
        let mut taken = line.$take().await?;
        let result = {
            let $connection = &mut taken.open.connection;
            crate::store::postgres::line::within(line, $most, $work).await
        };
        taken.settle(result)
    }};
}
pub(super) use on;
