//! How replicas share a PostgreSQL: who leads, what is news, and what they wish of each other.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::store::{Contents, Replicas, Role, StoreError, Wish};

use super::lead::ANSWER_MAX;
use super::line::on;
use super::{LOAD_MAX, Postgres, WORK_MAX, lead, line, read, write};

impl Replicas for Postgres {
    async fn lead(&self, rest: Duration) -> Result<Role, StoreError> {
        let shared = &*self.shared;
        if shared.leads() && shared.confirm().await.is_ok() {
            if !rest.is_zero() {
                let work = async { on!(shared.writing, take_leading, ANSWER_MAX, |c| lead::rest(c, rest)) };
                shared.unless_lost(work.await)?;
            }
            return Ok(Role::Leads);
        }
        shared.set_leads(false);
        let mut taken = shared.writing.take().await?;
        let took = lead::take(&mut taken.open.connection, &shared.place);
        let role = line::within(&shared.writing, ANSWER_MAX, took).await;
        taken.open.leads = matches!(role, Ok(Role::TookOver { .. }));
        let role = taken.settle(role)?;
        shared.leads.store(matches!(role, Role::TookOver { .. }), Ordering::SeqCst);
        Ok(role)
    }

    async fn confirm(&self) -> Result<(), StoreError> {
        self.shared.confirm().await
    }

    async fn lost(&self) {
        let lost = self.shared.lost.notified();
        if self.shared.leads() {
            lost.await;
        }
    }

    async fn resign(&self) {
        let shared = &*self.shared;
        let work =
            async { on!(shared.writing, take_leading, ANSWER_MAX, |c| lead::release(c, &shared.place)) };
        // Once, though the task that leads and the service that stops may both come here.
        if shared.leads.swap(false, Ordering::SeqCst)
            && let Err(error) = work.await
        {
            tracing::debug!(%error, "the lead was not given up as it should be");
        }
        shared.set_leads(false);
        shared.writing.close().await;
    }

    async fn yield_lead(&self) -> bool {
        let shared = &*self.shared;
        let work =
            async { on!(shared.writing, take_leading, ANSWER_MAX, |c| lead::is_shared(c, &shared.place)) };
        let is_shared = matches!(work.await, Ok(true));
        if is_shared {
            self.resign().await;
        }
        is_shared
    }

    async fn heard(&self) {
        self.shared.heard.notified().await;
    }

    async fn news(&self) -> Result<Contents, StoreError> {
        let seen = *self.shared.seen();
        let read = on!(self.shared.reading, take, LOAD_MAX, |c| read::news(c, seen));
        let (contents, seen) = read?;
        *self.shared.seen() = seen;
        Ok(contents)
    }

    async fn wish(&self, wish: Wish) -> Result<i64, StoreError> {
        let channel = &self.shared.place.channel;
        on!(self.shared.reading, take, WORK_MAX, |c| async {
            let insert = "INSERT INTO wishes (subject, again, filled) VALUES ($1, $2, $3) RETURNING id";
            let insert =
                sqlx::query_scalar(insert).bind(wish.subject.as_str()).bind(wish.again).bind(wish.filled);
            let id = insert.fetch_one(&mut *c).await?;
            write::notify(c, channel).await?;
            Ok(id)
        })
    }

    async fn grant(&self, ids: &[i64]) -> Result<(), StoreError> {
        let channel = &self.shared.place.channel;
        on!(self.shared.reading, take, WORK_MAX, |c| async {
            sqlx::query("DELETE FROM wishes WHERE id = ANY($1)").bind(ids).execute(&mut *c).await?;
            write::notify(c, channel).await
        })
    }
}
