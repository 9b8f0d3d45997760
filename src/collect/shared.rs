//! The state that the handles of the collector and its task share, and the messages between them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::{Notify, oneshot, watch};

use crate::domain::clock::Clock;
use crate::domain::event::ChangedDay;
use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;
use crate::fetch::Upstream;
use crate::store::Contents;

use super::counters::ReadCounters;
use super::options::CollectorOptions;
use super::status::Subjects;

/// Receives every changed day, after it was written to the store.
pub type Sink = Box<dyn Fn(&ChangedDay) + Send + Sync>;

/// The state that the handles and the task share.
pub(super) struct Shared {
    pub(super) upstream: Upstream,
    pub(super) clock: Arc<dyn Clock>,
    /// The settings in force.
    options: ArcSwap<CollectorOptions>,
    /// Wakes the task after the settings have changed.
    pub(super) settings_changed: Notify,
    /// True once nobody may wait for a read any more.
    pub(super) stopping: watch::Sender<bool>,
    /// True once the task must end.
    pub(super) stopped: watch::Sender<bool>,
    subjects: Mutex<Subjects>,
    /// Grows with every change of what is known of any subject.
    version: AtomicU64,
    replica: Mutex<ReplicaStatus>,
    pub(super) counters: ReadCounters,
}

/// The role of this process among those that share its store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaStatus {
    /// Whether it requests pages of the upstream; a process without others always does.
    pub leads: bool,
    /// Why it cannot use the store, and since when; meanwhile readers get what was read before.
    pub store_error: Option<(String, Timestamp)>,
}

/// A reader's request for a read of a subject, and where to send how it ended.
#[derive(Debug)]
pub(super) struct RefreshRequest {
    pub(super) subject: SubjectId,
    pub(super) kind: RefreshKind,
    /// The reader also waits until the past days of a new subject are read.
    pub(super) filled: bool,
    pub(super) done: oneshot::Sender<ReadOutcome>,
}

/// Which read answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshKind {
    /// Any read, also one that ended before the request.
    FirstRead,
    /// One that begins after the request, or is under way.
    ReadAgain,
}

impl Shared {
    pub(super) fn new(
        upstream: Upstream,
        contents: &Contents,
        clock: Arc<dyn Clock>,
        options: Arc<CollectorOptions>,
    ) -> Arc<Self> {
        Arc::new(Self {
            upstream,
            subjects: Mutex::new(Subjects::new(&options.watch, contents, clock.now())),
            clock,
            options: ArcSwap::new(options),
            settings_changed: Notify::new(),
            stopping: watch::Sender::new(false),
            stopped: watch::Sender::new(false),
            version: AtomicU64::new(0),
            replica: Mutex::default(),
            counters: ReadCounters::default(),
        })
    }

    pub(super) fn options(&self) -> Arc<CollectorOptions> {
        self.options.load_full()
    }

    pub(super) fn subjects(&self) -> MutexGuard<'_, Subjects> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the settings in force and wakes the task.
    pub(super) fn set_options(&self, options: Arc<CollectorOptions>) {
        let watch = options.watch.clone();
        self.options.store(options);
        self.learn(|subjects| subjects.watch(&watch));
        self.settings_changed.notify_one();
    }

    /// Grows with every change of what is known of any subject; takes no lock.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Changes what is known of the subjects.
    pub(super) fn learn(&self, change: impl FnOnce(&mut Subjects)) {
        change(&mut self.subjects());
        self.version.fetch_add(1, Ordering::Release);
    }

    pub(super) fn replica(&self) -> MutexGuard<'_, ReplicaStatus> {
        self.replica.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
