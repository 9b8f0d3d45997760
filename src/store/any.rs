//! Which of the stores is it that the settings name?

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::announcement::Announcement;
use crate::domain::event::Change;
use crate::domain::outcome::{Day, Outcome};
use crate::domain::taxonomy::SubjectId;

use super::{Contents, Memory, Options, Postgres, Replicas, Role, Sqlite, Store, StoreError, Wish};

/// A store of any kind.
#[derive(Clone, Debug)]
pub enum AnyStore {
    Memory(std::sync::Arc<Memory>),
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The same to whichever store it is.
macro_rules! each {
    ($any:expr, $store:ident => $does:expr) => {
        match $any {
            AnyStore::Memory($store) => $does,
            AnyStore::Sqlite($store) => $does,
            AnyStore::Postgres($store) => $does,
        }
    };
}

impl AnyStore {
    /// Opens the store that is named, for announcements of one upstream.
    ///
    /// # Errors
    /// As [`Sqlite::open`] and [`Postgres::open`].
    pub async fn open(options: &Options, upstream: &str) -> Result<Self, StoreError> {
        Ok(match options {
            Options::Sqlite(path) => Self::Sqlite(Sqlite::open(path, upstream).await?),
            Options::Postgres(address) => Self::Postgres(Postgres::open(address, upstream).await?),
        })
    }

    /// Opens a store that is there, whatever it was filled from, to look into it.
    ///
    /// # Errors
    /// As [`Sqlite::open_to_read`] and [`Postgres::open_to_read`].
    pub async fn open_to_read(options: &Options) -> Result<Self, StoreError> {
        Ok(match options {
            Options::Sqlite(path) => Self::Sqlite(Sqlite::open_to_read(path).await?),
            Options::Postgres(address) => Self::Postgres(Postgres::open_to_read(address).await?),
        })
    }

    /// Ends with everything written and every connection closed.
    pub async fn close(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

impl Store for AnyStore {
    async fn record(
        &self,
        announcement: &Announcement,
        outcome: &Outcome,
        seen: Timestamp,
    ) -> Result<Change, StoreError> {
        each!(self, store => store.record(announcement, outcome, seen).await)
    }

    async fn note(&self, outcome: &Outcome, at: Timestamp) -> Result<(), StoreError> {
        each!(self, store => store.note(outcome, at).await)
    }

    async fn mark(&self, day: &Day) -> Result<(), StoreError> {
        each!(self, store => store.mark(day).await)
    }

    async fn request(&self, subject: SubjectId, at: Timestamp) -> Result<(), StoreError> {
        each!(self, store => store.request(subject, at).await)
    }

    async fn load(&self, window_days: Option<u32>) -> Result<Contents, StoreError> {
        each!(self, store => store.load(window_days).await)
    }

    async fn in_force_since(&self, feed: &str, rules: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        each!(self, store => store.in_force_since(feed, rules, now).await)
    }

    async fn prune(&self, before: Date) -> Result<(), StoreError> {
        each!(self, store => store.prune(before).await)
    }
}

impl Replicas for AnyStore {
    async fn lead(&self, rest: Duration) -> Result<Role, StoreError> {
        each!(self, store => store.lead(rest).await)
    }

    async fn confirm(&self) -> Result<(), StoreError> {
        each!(self, store => store.confirm().await)
    }

    async fn lost(&self) {
        each!(self, store => store.lost().await);
    }

    async fn resign(&self) {
        each!(self, store => store.resign().await);
    }

    async fn heard(&self) {
        each!(self, store => store.heard().await);
    }

    async fn news(&self) -> Result<Contents, StoreError> {
        each!(self, store => store.news().await)
    }

    async fn wish(&self, wish: Wish) -> Result<i64, StoreError> {
        each!(self, store => store.wish(wish).await)
    }

    async fn grant(&self, ids: &[i64]) -> Result<(), StoreError> {
        each!(self, store => store.grant(ids).await)
    }
}
