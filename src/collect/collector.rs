//! The handle that readers hold, so that arXiv is asked once and everyone hears of it; `worker` owns the upstream.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::domain::clock::Clock;
use crate::domain::event::ChangedDay;
use crate::domain::mailing;
use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;
use crate::fetch::{self, RequestGuard, Upstream, UpstreamOptionsError};
use crate::store::{self, Contents, Store};

use super::observed::{Observed, Tally};
use super::past_days::PastDays;
use super::status::{Known, Status, Subjects};
use super::worker::Worker;

/// How many requests for a read may wait; more are told to come back.
const WAITING_MAX: usize = 10_000;

/// Hears of every change of a day.
pub type Sink = Box<dyn Fn(&ChangedDay) + Send + Sync>;

/// What the collector is told by the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Read at every mailing.
    pub watch: Vec<SubjectId>,
    /// May a reader ask for a subject that is not watched?
    pub on_demand: bool,
    /// How many such subjects are read at a time.
    pub on_demand_max: usize,
    /// How many calendar days before its first read a subject is filled with.
    pub fill_days: u32,
    /// How many calendar days the store keeps; 0 for ever.
    pub retention_days: u32,
}

/// The handle that readers hold; cheap to clone.
///
/// What it has been told stays as it is for those who hold it: others are told on another handle.
#[derive(Clone)]
pub struct Collector {
    pub(super) shared: Arc<Shared>,
    options: Arc<Options>,
    asks: mpsc::Sender<Ask>,
    store: Arc<store::Tally>,
}

/// What the handles and the task both see.
pub(super) struct Shared {
    pub(super) upstream: Upstream,
    pub(super) clock: Arc<dyn Clock>,
    /// What the task goes by.
    options: ArcSwap<Options>,
    /// Tells the task that it has been told something else.
    pub(super) told: Notify,
    /// Nobody is to wait for a read any more.
    pub(super) stopping: watch::Sender<bool>,
    /// Tells the task to end.
    pub(super) stopped: watch::Sender<bool>,
    subjects: Mutex<Subjects>,
    /// Counts what was learned of any subject.
    version: AtomicU64,
    replica: Mutex<Replica>,
    pub(super) tally: Tally,
}

/// What this process does among those that share its store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replica {
    /// It asks the upstream; without others it always does.
    pub leads: bool,
    /// What keeps it from the store, and since when; it answers from what it has read before.
    pub trouble: Option<(String, Timestamp)>,
}

/// A reader who waits.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) subject: SubjectId,
    pub(super) wish: Wish,
    /// Also wait until the past days of a new subject are read.
    pub(super) filled: bool,
    pub(super) done: oneshot::Sender<ReadOutcome>,
}

/// What a reader who waits is content with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Any read, also one that ended just before the reader asked.
    FirstRead,
    /// One that begins after the reader asked, or is going on.
    ReadAgain,
}

/// Why a subject is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    #[error("{0} is not watched, and only the subjects of `subjects.watch` are read here")]
    WatchedOnly(SubjectId),
    #[error("at most {0} subjects are read that are not in `subjects.watch`: `subjects.on_demand_max`")]
    TooMany(usize),
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collector")
            .field("upstream", &self.shared.upstream.describe())
            .finish_non_exhaustive()
    }
}

impl Collector {
    /// Starts the task; it ends when it is [stopped](Self::stop) or the last handle is dropped.
    ///
    /// `contents` is what the store remembers.
    #[must_use]
    pub fn start<S: Store>(
        mut upstream: Upstream,
        store: Arc<S>,
        contents: &Contents,
        clock: Arc<dyn Clock>,
        options: Options,
        sink: Sink,
    ) -> Self {
        let sharing = store.clone();
        upstream.guard_with(RequestGuard::new(move || {
            let store = sharing.clone();
            async move { store.confirm().await.map_err(|error| error.to_string()) }
        }));
        let options = Arc::new(options);
        let shared = Shared::new(upstream, contents, clock, options.clone());
        let (asks, inbox) = mpsc::channel(WAITING_MAX);
        let operations = store.tally();
        tokio::spawn(Worker::new(shared.clone(), store, sink).run(inbox));
        Self { shared, options, asks, store: operations }
    }

    /// Goes by other options from now on, and asks the upstream in another way where one is given; the handle is for
    /// readers who come now.
    ///
    /// # Errors
    /// The upstream cannot be asked in this way, and nothing has changed.
    pub fn tell(
        &self,
        options: Options,
        upstream: Option<&fetch::UpstreamOptions>,
    ) -> Result<Self, UpstreamOptionsError> {
        if let Some(upstream) = upstream {
            self.shared.upstream.tell(upstream)?;
        }
        if options == *self.options {
            return Ok(self.clone());
        }
        let options = Arc::new(options);
        self.shared.options.store(options.clone());
        self.shared.learn(|subjects| subjects.watch(&options.watch));
        self.shared.told.notify_one();
        Ok(Self { options, ..self.clone() })
    }

    /// Knows what the store remembers and reads nothing, whoever asks.
    #[must_use]
    pub fn at_rest(upstream: Upstream, contents: &Contents, clock: Arc<dyn Clock>, options: Options) -> Self {
        let options = Arc::new(options);
        let shared = Shared::new(upstream, contents, clock, options.clone());
        let (asks, _) = mpsc::channel(1);
        Self { shared, options, asks, store: Arc::default() }
    }

    /// Notes that a reader wants these subjects, and whether they may be read: all of them or none.
    ///
    /// # Errors
    /// One is not watched, and reading others is off or at its limit.
    pub fn admit(&self, subjects: &[SubjectId]) -> Result<(), NotAdmitted> {
        let options = &self.options;
        let others: Vec<SubjectId> =
            subjects.iter().copied().filter(|subject| !options.watch.contains(subject)).collect();
        match others.first() {
            None => Ok(()),
            Some(first) if !options.on_demand => Err(NotAdmitted::WatchedOnly(*first)),
            Some(_) => {
                let now = self.shared.clock.now();
                let is_room = self.shared.subjects().request(&others, options.on_demand_max, now);
                if is_room { Ok(()) } else { Err(NotAdmitted::TooMany(options.on_demand_max)) }
            }
        }
    }

    /// Waits for the first read of a subject and says how it ended; callers that ask meanwhile share the one read.
    ///
    /// `filled` waits for the past days as well; none when too many wait already or the service is stopping.
    pub async fn first_read(&self, subject: SubjectId, filled: bool) -> Option<ReadOutcome> {
        self.ask(subject, Wish::FirstRead, filled).await
    }

    /// Reads a subject now, however often it was read before, and its past days where they are not known.
    ///
    /// `None` when too many wait already or the service is stopping.
    pub async fn read_again(&self, subject: SubjectId) -> Option<ReadOutcome> {
        self.ask(subject, Wish::ReadAgain, true).await
    }

    async fn ask(&self, subject: SubjectId, wish: Wish, filled: bool) -> Option<ReadOutcome> {
        let (done, outcome) = oneshot::channel();
        let mut stopping = self.shared.stopping.subscribe();
        self.asks.try_send(Ask { subject, wish, filled, done }).ok()?;
        tokio::select! {
            outcome = outcome => outcome.ok(),
            // At once, whatever the task waits for.
            _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
        }
    }

    /// Can the past days of a new subject be read within `wait`, at the pace that arXiv is asked?
    #[must_use]
    pub fn fills_within(&self, wait: Duration) -> bool {
        self.pause().saturating_mul(self.options.fill_days) <= wait
    }

    /// Where announcements come from.
    #[must_use]
    pub fn upstream(&self) -> String {
        self.shared.upstream.describe()
    }

    /// What was asked of the upstream and of the store so far.
    #[must_use]
    pub fn observed(&self) -> Observed {
        Observed::of(self, &self.store)
    }

    /// What this process does among those that share its store.
    #[must_use]
    pub fn replica(&self) -> Replica {
        self.shared.replica().clone()
    }

    /// The least time between two requests to arXiv.
    #[must_use]
    pub fn pause(&self) -> Duration {
        self.shared.upstream.pause()
    }

    /// How long until arXiv may be asked again.
    #[must_use]
    pub fn wait_estimate(&self) -> Duration {
        self.shared.upstream.wait_estimate()
    }

    /// Is a mailing due that this subject's page has not shown, or are past days still to be read?
    #[must_use]
    pub fn is_awaiting(&self, subject: SubjectId) -> bool {
        let due = mailing::newest_due(self.shared.clock.now());
        let subjects = self.shared.subjects();
        subjects
            .get(subject)
            .is_none_or(|known| known.is_filling || known.newest().is_none_or(|newest| newest < due))
    }

    /// Was the mailing that is due not proved whole yet, or is a past day not settled?
    #[must_use]
    pub fn is_behind(&self, subject: SubjectId) -> bool {
        let now = self.shared.clock.now();
        let due = mailing::newest_due(now);
        let subjects = self.shared.subjects();
        let Some(known) = subjects.get(subject) else { return true };
        let mut past_days = PastDays::default();
        let newest = subjects.newest_out(subject).unwrap_or(due);
        past_days.plan(subject, newest, &known.days, known.fill_days(newest, &self.options));
        known.newest_proved().is_none_or(|newest| newest < due) || past_days.awaits(subject, now)
    }

    /// Changes whenever anything was learned of any subject; looking costs no lock.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// How the last read of a subject ended; `None` when it was never read.
    #[must_use]
    pub fn status(&self, subject: SubjectId) -> Option<Status> {
        self.shared.subjects().get(subject)?.status.clone()
    }

    /// The subjects that are read by themselves, in the order of their ids, with what is known of them.
    #[must_use]
    pub fn subjects(&self) -> Vec<(SubjectId, Known)> {
        let now = self.shared.clock.now();
        self.shared
            .subjects()
            .wanted_of(&self.options.watch, now)
            .map(|(subject, known)| (subject, known.clone()))
            .collect()
    }

    /// The subjects that are read at every mailing.
    #[must_use]
    pub fn watched(&self) -> &[SubjectId] {
        &self.options.watch
    }
}

impl Shared {
    fn new(
        upstream: Upstream,
        contents: &Contents,
        clock: Arc<dyn Clock>,
        options: Arc<Options>,
    ) -> Arc<Self> {
        Arc::new(Self {
            upstream,
            subjects: Mutex::new(Subjects::new(&options.watch, contents, clock.now())),
            clock,
            options: ArcSwap::new(options),
            told: Notify::new(),
            stopping: watch::Sender::new(false),
            stopped: watch::Sender::new(false),
            version: AtomicU64::new(0),
            replica: Mutex::default(),
            tally: Tally::default(),
        })
    }

    pub(super) fn options(&self) -> Arc<Options> {
        self.options.load_full()
    }

    pub(super) fn subjects(&self) -> MutexGuard<'_, Subjects> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts down what was learned.
    pub(super) fn learn(&self, put_down: impl FnOnce(&mut Subjects)) {
        put_down(&mut self.subjects());
        self.version.fetch_add(1, Ordering::Release);
    }

    pub(super) fn replica(&self) -> MutexGuard<'_, Replica> {
        self.replica.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
