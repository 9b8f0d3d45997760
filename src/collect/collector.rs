//! The handle to the collector: readers request reads through it and learn what is known of each subject.
//!
//! Callers who wait for the same subject share one read. The task in `worker` owns the upstream.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::domain::clock::Clock;
use crate::domain::mailing;
use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;
use crate::fetch::{self, RequestGuard, Upstream, UpstreamOptionsError};
use crate::store::{self, Contents, Store};

use super::observed::Observed;
use super::options::CollectorOptions;
use super::past_days::PastDays;
use super::shared::{RefreshKind, RefreshRequest, ReplicaStatus, Shared, Sink};
use super::status::{KnownSubject, ReadStatus};
use super::worker::Worker;

/// The most requests for a read that may wait; further ones are refused.
const WAITING_MAX: usize = 10_000;

/// The handle to the collector; cheap to clone.
///
/// A handle keeps the settings it was made with: [`Self::apply_settings`] gives another handle with the new ones, so that
/// one request is answered by one set of settings.
#[derive(Clone)]
pub struct Collector {
    pub(super) shared: Arc<Shared>,
    options: Arc<CollectorOptions>,
    requests: mpsc::Sender<RefreshRequest>,
    store: Arc<store::Operations>,
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
    pub fn start(
        mut upstream: Upstream,
        store: Store,
        contents: &Contents,
        clock: Arc<dyn Clock>,
        options: CollectorOptions,
        sink: Sink,
    ) -> Self {
        let sharing = store.clone();
        upstream.set_guard(RequestGuard::new(move || {
            let store = sharing.clone();
            async move { store.confirm().await.map_err(|error| error.to_string()) }
        }));
        let options = Arc::new(options);
        let shared = Shared::new(upstream, contents, clock, options.clone());
        let (requests, inbox) = mpsc::channel(WAITING_MAX);
        let operations = store.operations();
        tokio::spawn(Worker::new(shared.clone(), store, sink).run(inbox));
        Self { shared, options, requests, store: operations }
    }

    /// Puts other settings into force, also those of the upstream where they are given, and returns the handle for
    /// requests from now on.
    ///
    /// # Errors
    /// The upstream refuses its settings; then nothing has changed.
    pub fn apply_settings(
        &self,
        options: CollectorOptions,
        upstream: Option<&fetch::UpstreamOptions>,
    ) -> Result<Self, UpstreamOptionsError> {
        if let Some(upstream) = upstream {
            self.shared.upstream.set_options(upstream)?;
        }
        if options == *self.options {
            return Ok(self.clone());
        }
        let options = Arc::new(options);
        self.shared.set_options(options.clone());
        Ok(Self { options, ..self.clone() })
    }

    /// A collector without a task: it knows what the store holds and reads nothing.
    #[must_use]
    pub fn at_rest(
        upstream: Upstream,
        contents: &Contents,
        clock: Arc<dyn Clock>,
        options: CollectorOptions,
    ) -> Self {
        let options = Arc::new(options);
        let shared = Shared::new(upstream, contents, clock, options.clone());
        let (requests, _) = mpsc::channel(1);
        Self { shared, options, requests, store: Arc::default() }
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
        self.refresh(subject, RefreshKind::FirstRead, filled).await
    }

    /// Reads a subject now, however often it was read before, and its past days where they are not known.
    ///
    /// `None` when too many wait already or the service is stopping.
    pub async fn read_again(&self, subject: SubjectId) -> Option<ReadOutcome> {
        self.refresh(subject, RefreshKind::ReadAgain, true).await
    }

    async fn refresh(&self, subject: SubjectId, kind: RefreshKind, filled: bool) -> Option<ReadOutcome> {
        let (done, outcome) = oneshot::channel();
        let mut stopping = self.shared.stopping.subscribe();
        self.requests.try_send(RefreshRequest { subject, kind, filled, done }).ok()?;
        tokio::select! {
            outcome = outcome => outcome.ok(),
            // At once, whatever the task waits for.
            _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
        }
    }

    /// Whether the past days of a new subject can be read within `wait`, at the pause between requests.
    #[must_use]
    pub fn fills_within(&self, wait: Duration) -> bool {
        self.pause().saturating_mul(self.options.fill_days) <= wait
    }

    /// Where announcements come from.
    #[must_use]
    pub fn upstream(&self) -> String {
        self.shared.upstream.describe()
    }

    /// The counters of reads, requests and store operations.
    #[must_use]
    pub fn observed(&self) -> Observed {
        Observed::of(&self.shared, &self.store)
    }

    /// The role of this process among those that share its store.
    #[must_use]
    pub fn replica(&self) -> ReplicaStatus {
        self.shared.replica().clone()
    }

    /// The least time between two requests to arXiv.
    #[must_use]
    pub fn pause(&self) -> Duration {
        self.shared.upstream.pause()
    }

    /// How long until the next request to arXiv is allowed.
    #[must_use]
    pub fn wait_estimate(&self) -> Duration {
        self.shared.upstream.wait_estimate()
    }

    /// Whether a mailing is due that this subject's page has not shown, or past days are still to be read.
    #[must_use]
    pub fn is_awaiting(&self, subject: SubjectId) -> bool {
        let due = mailing::newest_due(self.shared.clock.now());
        let subjects = self.shared.subjects();
        subjects
            .get(subject)
            .is_none_or(|known| known.is_filling || known.newest().is_none_or(|newest| newest < due))
    }

    /// Whether the mailing that is due is not proved whole yet, or a past day is not settled.
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

    /// Grows with every change of what is known of any subject; takes no lock.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.shared.version()
    }

    /// How the last read of a subject ended; `None` when it was never read.
    #[must_use]
    pub fn status(&self, subject: SubjectId) -> Option<ReadStatus> {
        self.shared.subjects().get(subject)?.status.clone()
    }

    /// The subjects that are read by themselves, in the order of their ids, with what is known of them.
    #[must_use]
    pub fn subjects(&self) -> Vec<(SubjectId, KnownSubject)> {
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
