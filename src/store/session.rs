//! Lends the connection of a store for one piece of work, whichever database it is.

use std::time::Duration;

use futures_executor::block_on;

use super::connection::Connection;
use super::error::StoreError;
use super::failure::too_late;
use super::memory::{self, MemorySession};
use super::postgres::PostgresSession;
use super::sqlite::SqliteSession;

/// How long most work may take, such as writing an announcement or reading what has changed.
pub(super) const WORK_MAX: Duration = Duration::from_mins(1);

/// Who may do a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Every replica.
    Any,
    /// The replica that leads, over the session that holds the lead: what has lost the lead writes nothing.
    Leading,
}

/// A connection that is lent; dropped without [`Session::settle`] it is closed, for its state is unknown.
pub(super) enum Session<'s> {
    Memory(MemorySession<'s>),
    Sqlite(SqliteSession<'s>),
    Postgres(PostgresSession<'s>),
}

/// How the end of a piece of work is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    /// On this thread, see [`memory`].
    Blocking,
    /// As long as it takes: SQLite has its own limit for a file that is locked.
    Unlimited,
    /// A silent network gives no error.
    AtMost(Duration),
}

impl Session<'_> {
    pub(super) fn connection(&mut self) -> Result<Connection<'_>, StoreError> {
        Ok(match self {
            Self::Memory(session) => Connection::Sqlite(session),
            Self::Sqlite(session) => Connection::Sqlite(session.connection()?),
            Self::Postgres(session) => Connection::Postgres(session.connection()),
        })
    }

    /// `limit` is for PostgreSQL.
    pub(super) fn patience(&self, limit: Duration) -> Patience {
        match self {
            Self::Memory(_) => Patience::Blocking,
            Self::Sqlite(_) => Patience::Unlimited,
            Self::Postgres(_) => Patience::AtMost(limit),
        }
    }

    /// Gives the connection back after work that went well, and closes it after any other.
    pub(super) async fn settle<T>(self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        match self {
            Self::Memory(session) => memory::settle(session, result),
            Self::Sqlite(session) => session.settle(result).await,
            Self::Postgres(session) => session.settle(result),
        }
    }
}

impl Patience {
    pub(super) async fn wait<T>(
        self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        match self {
            Self::Blocking => block_on(work),
            Self::Unlimited => work.await,
            Self::AtMost(limit) => {
                tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(too_late(limit)))
            }
        }
    }
}

/// Does `work` with the connection of a store, within [`WORK_MAX`] or the limit that is given.
macro_rules! run {
    ($store:expr, $access:ident, |$c:ident| $work:expr) => {
        crate::store::session::run!($store, $access, crate::store::session::WORK_MAX, |$c| $work)
    };
    ($store:expr, $access:ident, $limit:expr, |$c:ident| $work:expr) => {{
        let mut session = $store.session(crate::store::session::Access::$access).await?;
        let patience = session.patience($limit);
        let result = {
            let $c = &mut session.connection()?;
            patience.wait($work).await
        };
        session.settle(result).await
    }};
}
pub(super) use run;
