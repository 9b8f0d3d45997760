//! The one task that owns the upstream and decides what it reads next.
//!
//! Requests of readers come first, then subjects that are due, then past days that are not known yet.

mod apply_settings;
mod keep;
mod past;
mod readers;
mod replica;
mod sharing;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;

use crate::domain::mailing;
use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::store::Store;

use super::options::CollectorOptions;
use super::past_days::PastDays;
use super::reading;
use super::shared::{RefreshKind, RefreshRequest, Shared, Sink};

use sharing::Sharing;

pub(super) struct Worker {
    shared: Arc<Shared>,
    store: Store,
    sink: Sink,
    /// Subjects that readers wait for, in the order of their requests.
    queue: VecDeque<SubjectId>,
    waiting: HashMap<SubjectId, Vec<RefreshRequest>>,
    /// How the last read of each subject ended.
    last: HashMap<SubjectId, ReadOutcome>,
    /// Readers whose subject is read, and who wait for its past days.
    filling: HashMap<SubjectId, Vec<RefreshRequest>>,
    past_days: PastDays,
    /// Pages that came back short, by the day that they are of: what they held, and since when.
    short: HashMap<(SubjectId, Option<Date>), (u64, Timestamp)>,
    /// The day on which the store was last pruned.
    pruned: Option<Date>,
    sharing: Sharing,
    /// The settings that the plans were made with.
    options: Arc<CollectorOptions>,
    /// True once the task must end.
    stopped: watch::Receiver<bool>,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, store: Store, sink: Sink) -> Self {
        let (options, stopped) = (shared.options(), shared.stopped.subscribe());
        Self {
            shared,
            store,
            sink,
            queue: VecDeque::new(),
            waiting: HashMap::new(),
            last: HashMap::new(),
            filling: HashMap::new(),
            past_days: PastDays::default(),
            short: HashMap::new(),
            pruned: None,
            sharing: Sharing::default(),
            options,
            stopped,
        }
    }

    /// Plans the past days of all subjects: those that an earlier run or another replica left unread, and those that a
    /// newer mailing has made past ones.
    fn plan_all(&mut self) {
        let now = self.shared.clock.now();
        let subjects = self.shared.subjects();
        for (subject, known) in subjects.wanted(now) {
            if let Some(newest) = subjects.newest_out(subject) {
                self.past_days.plan(subject, newest, &known.days, known.fill_days(newest, &self.options));
            }
        }
    }

    /// Plans the past days of a subject.
    fn plan(&mut self, subject: SubjectId) {
        let subjects = self.shared.subjects();
        if let (Some(newest), Some(known)) = (subjects.newest_out(subject), subjects.get(subject)) {
            self.past_days.plan(subject, newest, &known.days, known.fill_days(newest, &self.options));
        }
    }

    /// How far the mailings are out, as pages have shown.
    fn newest(&self) -> Date {
        self.shared.subjects().newest_proved().unwrap_or(Date::MIN)
    }

    /// Works until it is stopped or every handle is gone.
    pub(super) async fn run(mut self, mut inbox: Receiver<RefreshRequest>) {
        loop {
            while let Ok(request) = inbox.try_recv() {
                self.accept(request, None);
            }
            if inbox.is_closed() || *self.stopped.borrow() {
                self.leave_rest().await;
                self.store.resign().await;
                return;
            }
            self.apply_settings();
            if !self.leads().await {
                self.follow(&mut inbox).await;
                continue;
            }
            self.prune().await;
            let now = self.shared.clock.now();
            let (due, next) = self.shared.subjects().due(now);
            if let Some(subject) = self.queue.pop_front().or(due) {
                self.read_new(subject, &mut inbox).await;
            } else if let Some((subject, date)) =
                self.past_days.next(now, self.newest()).filter(|_| !self.holds_off())
            {
                self.read_past_day(subject, date, now, &mut inbox).await;
            } else {
                // A past day that is due waits for as long as arXiv is left alone.
                let allowed = now.saturating_add(self.hold_off()).unwrap_or(Timestamp::MAX);
                let past = self.past_days.next_attempt().map(|at| at.max(allowed));
                let next = next.into_iter().chain(past).min();
                // A jump of the clock is noticed by looking at it.
                let longest = self.shared.clock.steady_for();
                let pause = next.map_or(longest, |next| {
                    Duration::try_from(next.duration_since(now)).unwrap_or_default().min(longest)
                });
                self.wait(pause, &mut inbox).await;
            }
        }
    }

    /// Waits for a reader, for news of other replicas, for the loss of the lead, or until the time is over.
    async fn wait(&mut self, most: Duration, inbox: &mut Receiver<RefreshRequest>) {
        let (leads, mut stopped) = (self.sharing.leads(), self.stopped.clone());
        tokio::select! {
            _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
            received = inbox.recv() => if let Some(request) = received { self.accept(request, None) },
            () = self.store.changed() => {}
            () = self.shared.settings_changed.notified() => {}
            () = self.store.lost(), if leads => {}
            () = tokio::time::sleep(most) => {}
        }
    }

    /// Whether arXiv must be left alone for now. Then past days wait, and that counts as no failure of theirs.
    fn holds_off(&self) -> bool {
        !self.hold_off().is_zero()
    }

    /// For how long no past day is requested.
    fn hold_off(&self) -> Duration {
        self.shared.upstream.wait_estimate().saturating_sub(reading::HOLD_OFF_MIN)
    }

    async fn read_new(&mut self, subject: SubjectId, inbox: &mut Receiver<RefreshRequest>) {
        let shared = self.shared.clone();
        let due = mailing::newest_due(shared.clock.now());
        let is_put_off = self.holds_off();
        let round = reading::read_new(&shared.upstream, subject, due);
        let Some(reading) = self.finish(round, Some(subject), inbox).await else { return };
        self.queue.retain(|queued| *queued != subject);
        let is_ahead = reading.is_ahead;
        let newest = self.newest();
        let outcome = self.keep(reading).await;
        shared.counters.add(outcome.verdict, outcome.pages);
        log(&outcome);
        let now = shared.clock.now();
        let allowed = now.saturating_add(shared.upstream.wait_estimate()).unwrap_or(Timestamp::MAX);
        shared.learn(|subjects| {
            if is_put_off {
                subjects.put_off(&outcome, now, allowed);
            } else {
                subjects.note(&outcome, now, allowed);
            }
        });
        self.remember_request(subject).await;
        let waiting = self.waiting.remove(&subject).unwrap_or_default();
        if waiting.iter().any(|request| request.kind == RefreshKind::ReadAgain) {
            self.past_days.retry_now(subject);
        }
        // A page of a mailing, whole or not, proves that the mailings before it are out; one that is proved, to all.
        if let (Some(date), Verdict::Incomplete) = (outcome.date, outcome.verdict)
            && let Some(known) = shared.subjects().get(subject)
        {
            self.past_days.plan(subject, date, &known.days, known.fill_days(date, &self.options));
        }
        self.plan(subject);
        if self.newest() > newest {
            self.plan_all();
        }
        self.last.insert(subject, outcome);
        self.answer_waiting(subject, waiting);
        if is_ahead {
            self.step_down().await;
        }
    }

    /// Keeps over a restart when a reader last requested the subject.
    async fn remember_request(&self, subject: SubjectId) {
        let requested = self.shared.subjects().get(subject).and_then(|known| known.requested);
        if let Some(at) = requested
            && let Err(error) = self.store.request(subject, at).await
        {
            tracing::error!(subject.code = %subject, %error, "could not keep that a subject was asked for");
        }
    }

    /// Forgets what is older than the settings want, once a day.
    ///
    /// Counted from the newest mailing that is known, not from the clock: a wrong clock forgets nothing.
    async fn prune(&mut self) {
        let Some(newest) = self.shared.subjects().newest_proved() else { return };
        if self.options.retention_days == 0 || self.pruned == Some(newest) {
            return;
        }
        self.pruned = Some(newest);
        let kept = SignedDuration::from_hours(24 * i64::from(self.options.retention_days));
        if let Err(error) = self.store.prune(newest.saturating_sub(kept)).await {
            tracing::error!(%error, "could not forget old announcements");
        }
    }
}

fn log(outcome: &ReadOutcome) {
    let ReadOutcome { subject, verdict, reason, .. } = outcome;
    if verdict.is_proved() {
        tracing::info!(subject.code = %subject, verdict = %verdict, reason, "read a subject");
    } else {
        tracing::warn!(subject.code = %subject, verdict = %verdict, reason, "could not read a subject");
    }
}
