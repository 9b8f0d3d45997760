//! What the handle of a PostgreSQL store and its tasks share, and how a connection is lent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::PgConnection;
use tokio::sync::Notify;

use crate::store::error::StoreError;
use crate::store::failure::too_late;
use crate::store::numbering::Numbers;

use super::connection_slot::{ConnectionSlot, LentConnection};
use super::lead::{self, ANSWER_MAX, SchemaKey};

#[derive(Debug)]
pub(super) struct Shared {
    /// Writes, and holds the lock of the leader.
    pub(super) writing: ConnectionSlot,
    pub(super) reading: ConnectionSlot,
    pub(super) key: SchemaKey,
    /// How far this replica has read; what it wrote itself is no change to it.
    pub(super) seen: Mutex<Numbers>,
    leads: AtomicBool,
    pub(super) lost: Notify,
    /// Something may have changed.
    pub(super) changed: Arc<Notify>,
}

/// A connection that is lent.
#[derive(Debug)]
pub(in crate::store) struct PostgresSession<'s> {
    shared: &'s Shared,
    lent: LentConnection<'s>,
    /// An error of the session that leads is the loss of the lead, for it is closed then.
    is_leading: bool,
}

impl Shared {
    pub(super) fn new(writing: ConnectionSlot, reading: ConnectionSlot, key: SchemaKey) -> Self {
        Self {
            writing,
            reading,
            key,
            seen: Mutex::default(),
            leads: AtomicBool::new(false),
            lost: Notify::new(),
            changed: Arc::default(),
        }
    }

    /// Lends the connection that reads, and writes what every replica may write.
    pub(super) async fn session(&self) -> Result<PostgresSession<'_>, StoreError> {
        Ok(PostgresSession { shared: self, lent: self.reading.take().await?, is_leading: false })
    }

    /// Lends the connection whose session holds the lead.
    pub(super) async fn leading_session(&self) -> Result<PostgresSession<'_>, StoreError> {
        match self.writing.take_leading().await {
            Ok(lent) => Ok(PostgresSession { shared: self, lent, is_leading: true }),
            Err(error) => {
                self.set_leads(false);
                Err(error)
            }
        }
    }

    pub(super) fn leads(&self) -> bool {
        self.leads.load(Ordering::SeqCst)
    }

    /// Wakes whoever waits for the loss of the lead.
    pub(super) fn set_leads(&self, leads: bool) {
        self.leads.store(leads, Ordering::SeqCst);
        if !leads {
            self.lost.notify_waiters();
        }
    }

    /// Begins to give the lead up; returns whether this replica had it.
    pub(super) fn give_up(&self) -> bool {
        self.leads.swap(false, Ordering::SeqCst)
    }

    /// Asks the session whether it still holds the lead.
    pub(super) async fn confirm(&self) -> Result<(), StoreError> {
        let mut session = self.leading_session().await?;
        let confirmed = within(ANSWER_MAX, lead::confirm(session.connection(), &self.key)).await;
        session.settle(confirmed)
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Numbers> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PostgresSession<'_> {
    pub(in crate::store) fn connection(&mut self) -> &mut PgConnection {
        &mut self.lent.open.connection
    }

    /// Gives the connection back after work that went well, and closes it after any other.
    pub(in crate::store) fn settle<T>(self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let Self { shared, lent, is_leading } = self;
        let settled = lent.settle(result);
        if is_leading && settled.is_err() {
            shared.set_leads(false);
        }
        settled
    }
}

/// The result of work, or that it took too long.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(too_late(limit)))
}
