//! How a replica takes, keeps and gives up the lead.

use std::time::Duration;

use crate::store::contents::Role;
use crate::store::error::StoreError;
use crate::store::numbering::Numbers;

use super::lead::{self, ANSWER_MAX};
use super::open::Postgres;
use super::shared::{PostgresSession, within};

impl Postgres {
    /// Lends the connection that reads, and writes what every replica may write.
    pub(in crate::store) async fn session(&self) -> Result<PostgresSession<'_>, StoreError> {
        self.shared.session().await
    }

    /// Lends the connection whose session holds the lead.
    pub(in crate::store) async fn leading_session(&self) -> Result<PostgresSession<'_>, StoreError> {
        self.shared.leading_session().await
    }

    /// See [`crate::store::Store::lead`].
    pub(in crate::store) async fn lead(&self, rest: Duration) -> Result<Role, StoreError> {
        let shared = &*self.shared;
        if shared.leads() && shared.confirm().await.is_ok() {
            if !rest.is_zero() {
                let mut session = shared.leading_session().await?;
                let kept = within(ANSWER_MAX, lead::rest(session.connection(), rest)).await;
                session.settle(kept)?;
            }
            return Ok(Role::Leads);
        }
        shared.set_leads(false);
        let mut lent = shared.writing.take().await?;
        let role = within(ANSWER_MAX, lead::take(&mut lent.open.connection, &shared.key)).await;
        let has_taken = matches!(role, Ok(Role::TookOver { .. }));
        lent.open.leads = has_taken;
        let role = lent.settle(role)?;
        if has_taken {
            shared.set_leads(true);
        }
        Ok(role)
    }

    /// See [`crate::store::Store::confirm`].
    pub(in crate::store) async fn confirm(&self) -> Result<(), StoreError> {
        self.shared.confirm().await
    }

    /// See [`crate::store::Store::resign`].
    pub(in crate::store) async fn resign(&self) {
        let shared = &*self.shared;
        // Once, though the task that leads and the service that stops may both come here.
        if shared.give_up()
            && let Err(error) = self.release().await
        {
            tracing::debug!(%error, "the lead was not given up in order");
        }
        shared.set_leads(false);
        shared.writing.close().await;
    }

    async fn release(&self) -> Result<(), StoreError> {
        let mut session = self.shared.leading_session().await?;
        let released = within(ANSWER_MAX, lead::release(session.connection(), &self.shared.key)).await;
        session.settle(released)
    }

    /// See [`crate::store::Store::yield_lead`].
    pub(in crate::store) async fn yield_lead(&self) -> bool {
        let is_shared = self.is_shared().await.unwrap_or(false);
        if is_shared {
            self.resign().await;
        }
        is_shared
    }

    async fn is_shared(&self) -> Result<bool, StoreError> {
        let mut session = self.shared.leading_session().await?;
        let is_shared = within(ANSWER_MAX, lead::is_shared(session.connection(), &self.shared.key)).await;
        session.settle(is_shared)
    }

    /// Waits until something may have changed.
    pub(in crate::store) async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// How far this replica has read.
    pub(in crate::store) fn seen(&self) -> Numbers {
        *self.shared.seen()
    }

    pub(in crate::store) fn set_seen(&self, seen: Numbers) {
        *self.shared.seen() = seen;
    }

    /// What this replica wrote is no change to it.
    pub(in crate::store) fn note_written(&self, written: Numbers) {
        self.shared.seen().advance(written);
    }
}
