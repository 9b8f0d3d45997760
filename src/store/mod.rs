//! Who keeps what was announced, and sets the dates?

mod address;
mod any;
mod columns;
mod copy;
mod dates;
mod failure;
mod lock;
mod memory;
mod migrations;
mod options;
mod outgoing;
mod postgres;
mod replicas;
mod rows;
mod sqlite;
mod stored_paper;
mod tally;

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::back_off::BackOff;
use crate::domain::event::{ChangedDay, Event};
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;

pub use address::{Address, BadAddress};
pub use any::AnyStore;
pub use copy::{Progress, backup, copy};
pub use lock::Lock;
pub use memory::Memory;
pub use options::{Options, UnknownStoreUrl};
pub use outgoing::{Delivery, Intent, Mode, Outgoing, Settled, Subscription};
pub use postgres::Postgres;
pub use replicas::{Replicas, Role, Wish};
pub use sqlite::Sqlite;
pub use tally::{Operation, Tally};

/// What is kept, or what of it is news.
#[derive(Debug, Default)]
pub struct Contents {
    /// Every day that has events, within the asked-for window.
    pub changes: Vec<ChangedDay>,
    /// Every day of every subject of which something is known.
    pub days: Vec<Day>,
    /// How the last read of each subject ended, and when; of news every read, the oldest first.
    pub reads: Vec<(ReadOutcome, Timestamp)>,
    /// When each subject was first asked for, as far back as reads are kept; of news none.
    pub first_reads: Vec<(SubjectId, Timestamp)>,
    /// When a reader last asked for a subject.
    pub requests: Vec<(SubjectId, Timestamp)>,
    /// What readers of all replicas wait for.
    pub wishes: Vec<Wish>,
    /// Feeds of the configuration with their rules and since when they have had them; of what a process remembers alone.
    pub rules: Vec<(String, String, Timestamp)>,
}

/// The record of what was announced.
///
/// A day of a subject is kept as a whole or not at all; what returned without an error survives a crash.
pub trait Store: Replicas {
    /// Keeps an announcement and how it was read, and returns the day as it now stands.
    ///
    /// A second read of the same day adds what is new in it; what was there stays as it was first read, also when it
    /// is gone from the page.
    /// The date of a (paper, listing date) is set here, once: `seen` when that is within six hours after the mailing
    /// was due, else the mailing's moment; less the position in seconds, and down to the next second that is free.
    ///
    /// # Errors
    /// Nothing of it was kept.
    fn record(
        &self,
        announcement: &Announcement,
        outcome: &ReadOutcome,
        seen: Timestamp,
    ) -> impl Future<Output = Result<ChangedDay, StoreError>> + Send;

    /// Gives papers of a day the types and the texts that `entries` have, and returns every day that has changed by it.
    ///
    /// A text is that of the day, in whichever subject the paper stands.
    /// Ids, dates and places in the order stay; of a paper that the subject's day does not hold nothing is changed.
    ///
    /// # Errors
    /// Nothing was changed.
    fn correct(
        &self,
        subject: SubjectId,
        date: Date,
        entries: &[ListingEntry],
        at: Timestamp,
    ) -> impl Future<Output = Result<Vec<ChangedDay>, StoreError>> + Send;

    /// What was announced from one listing date to another, both included, in a subject or in any.
    ///
    /// # Errors
    /// It could not be read.
    fn events(
        &self,
        subject: Option<SubjectId>,
        from: Date,
        to: Date,
    ) -> impl Future<Output = Result<Vec<Event>, StoreError>> + Send;

    /// Keeps how a read ended that brought nothing to record.
    ///
    /// # Errors
    /// It was not kept.
    fn note(
        &self,
        outcome: &ReadOutcome,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps what is known of a day that was not read, such as a gap.
    ///
    /// # Errors
    /// It was not kept.
    fn mark(&self, day: &Day) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps when a reader last asked for a subject.
    ///
    /// # Errors
    /// It was not kept.
    fn request(
        &self,
        subject: SubjectId,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What is kept; of the events those of the last days of each subject, counted from its newest, or all.
    ///
    /// # Errors
    /// It could not be read.
    fn load(&self, window_days: Option<u32>) -> impl Future<Output = Result<Contents, StoreError>> + Send;

    /// Keeps for how long the upstream is to be left alone from `now` on, in place of what was kept of that.
    ///
    /// # Errors
    /// It was not kept.
    fn keep_back_off(
        &self,
        back_off: Option<&BackOff>,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What is left at `now` of the back-off that was kept; never more than was kept, whatever became of the clock.
    ///
    /// # Errors
    /// It could not be read.
    fn back_off(&self, now: Timestamp) -> impl Future<Output = Result<Option<BackOff>, StoreError>> + Send;

    /// Since when a feed of the configuration has had these rules: `now` where they are new to the store.
    ///
    /// # Errors
    /// It is not known, and was not kept.
    fn in_force_since(
        &self,
        feed: &str,
        rules: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Timestamp, StoreError>> + Send;

    /// Forgets the days before a date.
    ///
    /// # Errors
    /// Nothing was forgotten.
    fn prune(&self, before: Date) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What was asked of the store so far; nothing of one that does not count.
    fn tally(&self) -> Arc<Tally> {
        Arc::default()
    }
}

/// Why the store could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the store `{path}`: {reason}")]
    Open { path: String, reason: String },
    #[error(
        "the store `{path}` was written by a newer crosslist (schema {found}, this one knows {known}); start that one, or name another store"
    )]
    Newer { path: String, found: i64, known: i64 },
    #[error(
        "the store `{path}` is damaged: {reason}; restore a backup, or move it aside with `crosslist store set-aside`"
    )]
    Damaged { path: String, reason: String },
    #[error(
        "the store `{path}` was filled from {filled_from} and this is {upstream}; name another store with --store"
    )]
    OtherUpstream { path: String, filled_from: String, upstream: String },
    #[error("the PostgreSQL of `{path}` is version {found}; crosslist needs {least} or newer")]
    TooOld { path: String, found: String, least: u32 },
    #[error("the store `{path}` is in use by {holder}; stop that, or name another store with --store")]
    InUse { path: String, holder: String },
    /// The file is not the one that was opened.
    #[error("the store `{path}` {what} while it was in use")]
    Displaced { path: String, what: &'static str },
    #[error("another replica asks the upstream and writes to the store now")]
    NotLeading,
    #[error("the store `{path}` failed: {reason}")]
    Failed { path: String, reason: String },
    /// What was asked cannot be done with these stores; the message names them.
    #[error("{0}")]
    Impossible(String),
}
