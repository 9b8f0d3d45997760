//! How does PostgreSQL keep the record for several replicas?
//!
//! One connection writes, for as long as its session holds the lock of the one that leads; one reads; one listens.

mod correct;
mod lead;
mod line;
mod outgoing;
mod read;
mod server;
mod sharing;
mod watch;
mod write;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::ConnectOptions;
use tokio::sync::Notify;

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::back_off::BackOff;
use crate::domain::event::{ChangedDay, Event};
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;

use super::failure::{at_opening, postgres_failure};
use super::{Address, Contents, Replicas, Store, StoreError, Tally, migrations};

use lead::{ANSWER_MAX, Place};
use line::{Line, on};
use read::Seen;
use write::Written;

/// How long opening may take, migrations included.
const OPEN_MAX: Duration = Duration::from_mins(5);

/// How long reading everything may take.
const LOAD_MAX: Duration = Duration::from_mins(5);

/// How long writing an announcement, or reading what is news, may take.
const WORK_MAX: Duration = Duration::from_mins(1);

/// How long the one that leads may take to give the lead up before its connection is closed.
const RESIGN_MAX: Duration = Duration::from_millis(500);

/// A PostgreSQL database, which several replicas may share.
#[derive(Clone, Debug)]
pub struct Postgres {
    shared: Arc<Shared>,
    pub(super) tally: Arc<Tally>,
}

#[derive(Debug)]
struct Shared {
    /// Writes, and holds the lock of the one that leads.
    writing: Line,
    reading: Line,
    place: Place,
    /// How far this replica has read; what it wrote by itself is no news.
    seen: Mutex<Seen>,
    /// How many days of each subject this replica holds, counted from the newest; all where it has not said so.
    window_days: OnceLock<i32>,
    leads: AtomicBool,
    lost: Notify,
    heard: Arc<Notify>,
}

impl Postgres {
    /// Opens the database and brings its schema up to date.
    ///
    /// `upstream` is where announcements come from; a store takes those of one upstream only.
    ///
    /// # Errors
    /// The database cannot be reached or used, its schema is half made or too new, or it was filled from elsewhere.
    pub async fn open(address: &Address, upstream: &str) -> Result<Self, StoreError> {
        Self::open_with(address, Some(upstream)).await
    }

    /// Opens a database, whatever it was filled from, to look into it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_to_read(address: &Address) -> Result<Self, StoreError> {
        Self::open_with(address, None).await
    }

    async fn open_with(address: &Address, upstream: Option<&str>) -> Result<Self, StoreError> {
        let path: Arc<str> = address.to_string().into();
        let options = address.connect_options().map_err(|error| postgres_failure(&path, &error))?;
        let options = options.disable_statement_logging();
        let [reading, writing] = [(); 2].map(|()| Line::new(options.clone(), path.clone()));
        let mut taken = reading.take().await?;
        let connection = &mut taken.open.connection;
        let opening = async {
            server::check(connection, &path).await?;
            if upstream.is_some() {
                let mut other = writing.take().await?;
                let apart = server::refuse_shared_sessions(connection, &mut other.open.connection, &path);
                let apart = apart.await;
                other.settle(apart)?;
            }
            migrations::run_postgres(connection, &path).await?;
            if let Some(upstream) = upstream {
                server::claim(connection, &path, upstream).await?;
            }
            Place::find(connection).await.map_err(|error| postgres_failure(&path, &error))
        };
        let opened = tokio::time::timeout(OPEN_MAX, opening).await.unwrap_or_else(|_| {
            let reason = "another program keeps it locked".to_owned();
            Err(StoreError::Open { path: path.to_string(), reason })
        });
        let place = taken.settle(opened).map_err(|error| at_opening(&path, error))?;
        let shared = Arc::new(Shared {
            writing,
            reading,
            place,
            seen: Mutex::default(),
            window_days: OnceLock::new(),
            leads: AtomicBool::new(false),
            lost: Notify::new(),
            heard: Arc::default(),
        });
        if upstream.is_some() {
            watch::start(&shared, options);
        }
        Ok(Self { shared, tally: Arc::default() })
    }

    /// What time it is for the server.
    ///
    /// # Errors
    /// It does not say.
    pub async fn now(&self) -> Result<Timestamp, StoreError> {
        on!(self.shared.reading, take, ANSWER_MAX, |c| async {
            let select = "SELECT extract(epoch FROM clock_timestamp())::bigint";
            let seconds: i64 = sqlx::query_scalar(select).fetch_one(c).await?;
            Timestamp::from_second(seconds).map_err(|error| sqlx::Error::Decode(error.into()))
        })
    }

    /// Ends every connection; the lead is free for another.
    ///
    /// Whoever leads gives the lead up first; where the database does not answer to that, the next leader takes it
    /// for one that has gone suddenly.
    pub async fn close(&self) {
        if tokio::time::timeout(RESIGN_MAX, self.lost()).await.is_err() {
            tracing::debug!("stopped before the lead was given up");
        }
        self.shared.set_leads(false);
        self.shared.writing.close().await;
        self.shared.reading.close().await;
    }
}

impl Shared {
    fn leads(&self) -> bool {
        self.leads.load(Ordering::SeqCst)
    }

    /// Whoever waits for the loss of the lead hears of it.
    fn set_leads(&self, leads: bool) {
        self.leads.store(leads, Ordering::SeqCst);
        if !leads {
            self.lost.notify_waiters();
        }
    }

    /// An error of the session that leads is the loss of the lead, for it is closed then.
    fn unless_lost<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.set_leads(false);
        }
        result
    }

    async fn confirm(&self) -> Result<(), StoreError> {
        let work = async { on!(self.writing, take_leading, ANSWER_MAX, |c| lead::confirm(c, &self.place)) };
        self.unless_lost(work.await)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wrote(&self, written: Written) {
        let mut seen = self.seen();
        seen.revision = seen.revision.max(written.revision);
        seen.read = seen.read.max(written.read);
    }
}

impl Store for Postgres {
    async fn record(
        &self,
        announcement: &Announcement,
        outcome: &ReadOutcome,
        seen: Timestamp,
    ) -> Result<ChangedDay, StoreError> {
        let Shared { writing, place, .. } = &*self.shared;
        let window_days = self.shared.window_days.get().copied();
        let work = async {
            on!(writing, take_leading, WORK_MAX, |c| write::record(
                c,
                &place.channel,
                announcement,
                outcome,
                seen,
                window_days
            ))
        };
        let (change, written) = self.shared.unless_lost(work.await)?;
        self.shared.wrote(written);
        Ok(change)
    }

    async fn correct(
        &self,
        subject: SubjectId,
        date: Date,
        entries: &[ListingEntry],
        at: Timestamp,
    ) -> Result<Vec<ChangedDay>, StoreError> {
        let Shared { writing, place, .. } = &*self.shared;
        let work = async {
            on!(writing, take_leading, WORK_MAX, |c| correct::correct(
                c,
                &place.channel,
                subject,
                date,
                entries,
                at
            ))
        };
        let (changes, written) = self.shared.unless_lost(work.await)?;
        self.shared.wrote(written);
        Ok(changes)
    }

    async fn events(
        &self,
        subject: Option<SubjectId>,
        from: Date,
        to: Date,
    ) -> Result<Vec<Event>, StoreError> {
        on!(self.shared.reading, take, LOAD_MAX, |c| read::events(c, subject, from, to))
    }

    async fn note(&self, outcome: &ReadOutcome, at: Timestamp) -> Result<(), StoreError> {
        let Shared { writing, place, .. } = &*self.shared;
        let work =
            async { on!(writing, take_leading, WORK_MAX, |c| write::note(c, &place.channel, outcome, at)) };
        self.shared.wrote(self.shared.unless_lost(work.await)?);
        Ok(())
    }

    async fn mark(&self, day: &Day) -> Result<(), StoreError> {
        let Shared { writing, place, .. } = &*self.shared;
        let work = async { on!(writing, take_leading, WORK_MAX, |c| write::mark(c, &place.channel, day)) };
        self.shared.wrote(self.shared.unless_lost(work.await)?);
        Ok(())
    }

    async fn request(&self, subject: SubjectId, at: Timestamp) -> Result<(), StoreError> {
        on!(self.shared.reading, take, WORK_MAX, |c| write::request(c, subject, at))
    }

    async fn load(&self, window_days: Option<u32>) -> Result<Contents, StoreError> {
        if let Some(days) = window_days.and_then(|days| i32::try_from(days).ok()) {
            self.shared.window_days.get_or_init(|| days);
        }
        let loaded = on!(self.shared.reading, take, LOAD_MAX, |c| read::load(c, window_days));
        let (contents, seen) = loaded?;
        *self.shared.seen() = seen;
        Ok(contents)
    }

    async fn in_force_since(&self, feed: &str, rules: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        on!(self.shared.reading, take, WORK_MAX, |c| write::in_force_since(c, feed, rules, now))
    }

    async fn keep_back_off(&self, back_off: Option<&BackOff>, _: Timestamp) -> Result<(), StoreError> {
        let work = async {
            on!(self.shared.writing, take_leading, ANSWER_MAX, |c| lead::keep_back_off(c, back_off))
        };
        self.shared.unless_lost(work.await)
    }

    async fn back_off(&self, _: Timestamp) -> Result<Option<BackOff>, StoreError> {
        on!(self.shared.reading, take, ANSWER_MAX, |c| lead::back_off(c))
    }

    async fn prune(&self, before: Date) -> Result<(), StoreError> {
        let window_days = self.shared.window_days.get().copied();
        let work = async {
            on!(self.shared.writing, take_leading, WORK_MAX, |c| write::prune(c, before, window_days))
        };
        self.shared.unless_lost(work.await)
    }
}
