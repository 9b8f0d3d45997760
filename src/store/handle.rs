//! The handle of a store, and what it keeps of announcements.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::back_off::BackOff;
use crate::domain::event::{ChangedDay, Event};
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;

use super::contents::Contents;
use super::error::StoreError;
use super::events::{Dating, Recording};
use super::memory::Memory;
use super::numbering::{self, Numbers};
use super::operations::{Operation, Operations};
use super::postgres::Postgres;
use super::session::{Access, Session, run};
use super::sqlite::Sqlite;
use super::{days, events, load};

/// How long the server may take to say something simple.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// How long reading everything may take.
pub(super) const LOAD_MAX: Duration = Duration::from_mins(5);

/// A store that is open; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) database: Arc<Database>,
    pub(super) operations: Arc<Operations>,
    /// How many days of each subject this process holds, counted from the newest; all where it has not said so.
    window_days: Arc<OnceLock<u32>>,
}

/// The database of a store.
#[derive(Debug)]
pub(super) enum Database {
    Memory(Memory),
    Sqlite(Box<Sqlite>),
    Postgres(Postgres),
}

/// What was announced, and how it was read.
impl Store {
    /// Keeps an announcement and how it was read, and returns the day as it is now.
    ///
    /// A second read of the same day adds what is new in it; what was there stays as it was first read, also when it
    /// is gone from the page.
    /// The date of a (paper, listing date) is set here, once: `seen` when that is within six hours after the mailing
    /// was due, else the mailing's moment; less the position in seconds, and down to the next second that is free.
    ///
    /// # Errors
    /// Nothing of it was kept.
    pub async fn record(
        &self,
        announcement: &Announcement,
        outcome: &ReadOutcome,
        seen: Timestamp,
    ) -> Result<ChangedDay, StoreError> {
        let dating =
            if matches!(*self.database, Database::Memory(_)) { Dating::ByMailing } else { Dating::ByReading };
        let recording = Recording { seen, dating, window_days: self.window_days() };
        let work = async { run!(self, Leading, |c| events::record(c, announcement, outcome, recording)) };
        let (change, written) = self.operations.counted(Operation::Record, work).await?;
        self.note_written(written);
        Ok(change)
    }

    /// Gives papers of a day the types and the texts that `entries` have, and returns every day that this changes.
    ///
    /// A text belongs to the day, whatever subject the paper appears in. Ids, dates and the order stay; papers that the
    /// subject's day does not hold are passed over.
    ///
    /// # Errors
    /// Nothing was changed.
    pub async fn correct(
        &self,
        subject: SubjectId,
        date: Date,
        entries: &[ListingEntry],
        at: Timestamp,
    ) -> Result<Vec<ChangedDay>, StoreError> {
        let work = async { run!(self, Leading, |c| events::correct(c, subject, date, entries, at)) };
        let (changes, written) = self.operations.counted(Operation::Record, work).await?;
        self.note_written(written);
        Ok(changes)
    }

    /// What was announced from one listing date to another, both included, in a subject or in any.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn events(
        &self,
        subject: Option<SubjectId>,
        from: Date,
        to: Date,
    ) -> Result<Vec<Event>, StoreError> {
        let work = async { run!(self, Any, LOAD_MAX, |c| events::between(c, subject, from, to)) };
        self.operations.counted(Operation::Load, work).await
    }

    /// Keeps how a read ended that brought nothing to record.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn note(&self, outcome: &ReadOutcome, at: Timestamp) -> Result<(), StoreError> {
        let work = async { run!(self, Leading, |c| days::note(c, outcome, at)) };
        self.note_written(self.operations.counted(Operation::Note, work).await?);
        Ok(())
    }

    /// Keeps what is known of a day that was not read, such as a gap.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn mark(&self, day: &Day) -> Result<(), StoreError> {
        let work = async { run!(self, Leading, |c| days::mark(c, day)) };
        self.note_written(self.operations.counted(Operation::Mark, work).await?);
        Ok(())
    }

    /// Keeps when a reader last asked for a subject.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn request(&self, subject: SubjectId, at: Timestamp) -> Result<(), StoreError> {
        let work = async { run!(self, Any, |c| days::write_request(c, subject, at)) };
        self.operations.counted(Operation::Request, work).await
    }

    /// The contents; of the events those of the last `window_days` days of each subject, counted from its newest day, or
    /// all.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn load(&self, window_days: Option<u32>) -> Result<Contents, StoreError> {
        if let Some(days) = window_days {
            self.window_days.get_or_init(|| days);
        }
        let work = async { run!(self, Any, LOAD_MAX, |c| load::load(c, window_days)) };
        let (contents, seen) = self.operations.counted(Operation::Load, work).await?;
        if let Database::Postgres(postgres) = &*self.database {
            postgres.set_seen(seen);
        }
        Ok(contents)
    }

    /// Keeps for how long the upstream is to be left alone from `now` on, in place of what was kept of that.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn keep_back_off(&self, back_off: Option<&BackOff>, now: Timestamp) -> Result<(), StoreError> {
        let work = async { run!(self, Leading, ANSWER_MAX, |c| days::write_back_off(c, back_off, now)) };
        self.operations.counted(Operation::Note, work).await
    }

    /// What is left at `now` of the back-off that was kept; never more than was kept, whatever the clock does.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn back_off(&self, now: Timestamp) -> Result<Option<BackOff>, StoreError> {
        let work = async { run!(self, Any, ANSWER_MAX, |c| days::read_back_off(c, now)) };
        self.operations.counted(Operation::Load, work).await
    }

    /// Since when a feed of the configuration has had these rules: `now` where they are new to the store.
    ///
    /// # Errors
    /// It is not known, and was not kept.
    pub async fn in_force_since(
        &self,
        feed: &str,
        rules: &str,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let work = async { run!(self, Any, |c| days::in_force_since(c, feed, rules, now)) };
        self.operations.counted(Operation::Rules, work).await
    }

    /// Forgets the days before a date.
    ///
    /// # Errors
    /// Nothing was forgotten.
    pub async fn prune(&self, before: Date) -> Result<(), StoreError> {
        let window_days = self.window_days();
        let work = async { run!(self, Leading, |c| days::prune(c, before, window_days)) };
        self.operations.counted(Operation::Prune, work).await
    }
}

/// The database behind it.
impl Store {
    pub(super) fn over(database: Database, operations: Operations) -> Self {
        Self { database: Arc::new(database), operations: Arc::new(operations), window_days: Arc::default() }
    }

    /// The time of the server; none where there is no server.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn server_time(&self) -> Result<Option<Timestamp>, StoreError> {
        let Database::Postgres(_) = &*self.database else { return Ok(None) };
        run!(self, Any, ANSWER_MAX, |c| numbering::now(c, Timestamp::MIN)).map(Some)
    }

    /// How often and how long the store has worked since it was opened.
    #[must_use]
    pub fn operations(&self) -> Arc<Operations> {
        self.operations.clone()
    }

    /// Lends a connection for one piece of work.
    pub(super) async fn session(&self, access: Access) -> Result<Session<'_>, StoreError> {
        Ok(match (&*self.database, access) {
            (Database::Memory(memory), _) => Session::Memory(memory.session().await),
            (Database::Sqlite(sqlite), _) => Session::Sqlite(sqlite.session().await?),
            (Database::Postgres(postgres), Access::Any) => Session::Postgres(postgres.session().await?),
            (Database::Postgres(postgres), Access::Leading) => {
                Session::Postgres(postgres.leading_session().await?)
            }
        })
    }

    pub(super) fn window_days(&self) -> Option<u32> {
        self.window_days.get().copied()
    }

    fn note_written(&self, written: Numbers) {
        if let Database::Postgres(postgres) = &*self.database {
            postgres.note_written(written);
        }
    }
}
