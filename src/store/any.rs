//! Which of the stores is it that the settings name?

mod outgoing;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::back_off::BackOff;
use crate::domain::event::{ChangedDay, Event};
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;

use super::sqlite::{Checking, Memory as Remembered};
use super::{
    Contents, Memory, Operation, Options, Postgres, Replicas, Role, Sqlite, Store, StoreError, Tally, Wish,
};

/// A store of any kind.
#[derive(Clone, Debug)]
pub enum AnyStore {
    Memory(Arc<Memory>),
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
use each;

/// The same, counted.
macro_rules! counted {
    ($any:expr, $operation:ident, $store:ident => $does:expr) => {
        each!($any, $store => $store.tally.counted(Operation::$operation, $does).await)
    };
}

impl AnyStore {
    /// [`Self::open_as`] of a process that has no name to give.
    ///
    /// # Errors
    /// As there.
    pub async fn open(options: &Options, upstream: &str) -> Result<Self, StoreError> {
        Self::open_as(options, upstream, "").await
    }

    /// Opens the store that is named, for announcements of one upstream; another process that wants a file as well is
    /// told of `holder`.
    ///
    /// # Errors
    /// As [`Sqlite::open_as`] and [`Postgres::open`].
    pub async fn open_as(options: &Options, upstream: &str, holder: &str) -> Result<Self, StoreError> {
        Ok(match options {
            Options::Sqlite(path) => Self::Sqlite(Sqlite::open_as(path, upstream, holder).await?),
            Options::Postgres(address) => Self::Postgres(Postgres::open(address, upstream).await?),
        })
    }

    /// The same beside a process that has a file; nothing is to be asked of the upstream then.
    ///
    /// # Errors
    /// As [`Sqlite::open_beside`] and [`Postgres::open`].
    pub async fn open_beside(options: &Options, upstream: &str, holder: &str) -> Result<Self, StoreError> {
        Ok(match options {
            Options::Sqlite(path) => Self::Sqlite(Sqlite::open_beside(path, upstream, holder).await?),
            Options::Postgres(address) => Self::Postgres(Postgres::open(address, upstream).await?),
        })
    }

    /// [`Sqlite::check`]; other stores have no file.
    ///
    /// # Errors
    /// As there.
    pub fn check<'a>(&'a self, memory: Remembered<'a>) -> Checking<'a> {
        match self {
            Self::Sqlite(store) => store.check(memory),
            Self::Memory(_) | Self::Postgres(_) => Box::pin(std::future::ready(Ok(()))),
        }
    }

    /// Waits until the file of the store is found to be another; for ever where there is none.
    pub async fn displacement(&self) {
        match self {
            Self::Sqlite(store) => store.displacement().await,
            Self::Memory(_) | Self::Postgres(_) => std::future::pending().await,
        }
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
        outcome: &ReadOutcome,
        seen: Timestamp,
    ) -> Result<ChangedDay, StoreError> {
        counted!(self, Record, store => store.record(announcement, outcome, seen))
    }

    async fn correct(
        &self,
        subject: SubjectId,
        date: Date,
        entries: &[ListingEntry],
        at: Timestamp,
    ) -> Result<Vec<ChangedDay>, StoreError> {
        counted!(self, Record, store => store.correct(subject, date, entries, at))
    }

    async fn events(
        &self,
        subject: Option<SubjectId>,
        from: Date,
        to: Date,
    ) -> Result<Vec<Event>, StoreError> {
        counted!(self, Load, store => store.events(subject, from, to))
    }

    async fn note(&self, outcome: &ReadOutcome, at: Timestamp) -> Result<(), StoreError> {
        counted!(self, Note, store => store.note(outcome, at))
    }

    async fn mark(&self, day: &Day) -> Result<(), StoreError> {
        counted!(self, Mark, store => store.mark(day))
    }

    async fn request(&self, subject: SubjectId, at: Timestamp) -> Result<(), StoreError> {
        counted!(self, Request, store => store.request(subject, at))
    }

    async fn load(&self, window_days: Option<u32>) -> Result<Contents, StoreError> {
        counted!(self, Load, store => store.load(window_days))
    }

    async fn in_force_since(&self, feed: &str, rules: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        counted!(self, Rules, store => store.in_force_since(feed, rules, now))
    }

    async fn keep_back_off(&self, back_off: Option<&BackOff>, now: Timestamp) -> Result<(), StoreError> {
        counted!(self, Note, store => store.keep_back_off(back_off, now))
    }

    async fn back_off(&self, now: Timestamp) -> Result<Option<BackOff>, StoreError> {
        counted!(self, Load, store => store.back_off(now))
    }

    async fn prune(&self, before: Date) -> Result<(), StoreError> {
        counted!(self, Prune, store => store.prune(before))
    }

    fn tally(&self) -> Arc<Tally> {
        each!(self, store => store.tally.clone())
    }
}

impl Replicas for AnyStore {
    async fn lead(&self, rest: Duration) -> Result<Role, StoreError> {
        if let Self::Postgres(store) = self {
            return store.tally.counted(Operation::Lead, store.lead(rest)).await;
        }
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

    async fn yield_lead(&self) -> bool {
        each!(self, store => store.yield_lead().await)
    }

    async fn heard(&self) {
        each!(self, store => store.heard().await);
    }

    async fn news(&self) -> Result<Contents, StoreError> {
        if let Self::Postgres(store) = self {
            return store.tally.counted(Operation::News, store.news()).await;
        }
        each!(self, store => store.news().await)
    }

    async fn wish(&self, wish: Wish) -> Result<i64, StoreError> {
        each!(self, store => store.wish(wish).await)
    }

    async fn grant(&self, ids: &[i64]) -> Result<(), StoreError> {
        each!(self, store => store.grant(ids).await)
    }
}
