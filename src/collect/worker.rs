//! What does the one task that owns the upstream do next?
//!
//! Readers who wait come first, then subjects whose time has come, then past days that are not known yet.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::mpsc::Receiver;

use crate::domain::announcement::Announcement;
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::store::Memory;

use super::collector::{Ask, Shared, Sink, Wish};
use super::round::{self, Outcome, Reading};
use super::schedule;
use super::status::Status;

/// How often the clock is looked at when nothing is to do, so that a jump of the system's clock is noticed.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// How often a past day is asked for before it is given up until the next start.
const PAST_DAY_ATTEMPTS_MAX: u32 = 3;

pub(super) struct Worker {
    shared: Arc<Shared>,
    store: Arc<Memory>,
    sink: Sink,
    /// Subjects that readers wait for, in the order in which they asked.
    asked: VecDeque<SubjectId>,
    waiting: HashMap<SubjectId, Vec<Ask>>,
    /// How the last read of each subject ended.
    last: HashMap<SubjectId, Outcome>,
    /// Readers whose subject is read, and who wait for its past days.
    filling: HashMap<SubjectId, Vec<Ask>>,
    past_days: VecDeque<PastDay>,
    given_up: HashSet<(SubjectId, Date)>,
}

struct PastDay {
    subject: SubjectId,
    date: Date,
    attempts: u32,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, store: Arc<Memory>, sink: Sink) -> Self {
        Self {
            shared,
            store,
            sink,
            asked: VecDeque::new(),
            waiting: HashMap::new(),
            last: HashMap::new(),
            filling: HashMap::new(),
            past_days: VecDeque::new(),
            given_up: HashSet::new(),
        }
    }

    /// Works until every handle is gone.
    pub(super) async fn run(mut self, mut inbox: Receiver<Ask>) {
        loop {
            while let Ok(ask) = inbox.try_recv() {
                self.accept(ask, None);
            }
            if inbox.is_closed() {
                return;
            }
            let (due, next) = self.shared.due();
            if let Some(subject) = self.asked.pop_front().or(due) {
                self.read_new(subject, &mut inbox).await;
            } else if let Some(day) = self.past_days.pop_front() {
                self.read_past_day(day).await;
            } else {
                let now = self.shared.clock.now();
                let pause = next.map_or(IDLE_MAX, |next| {
                    Duration::try_from(next.duration_since(now)).unwrap_or_default().min(IDLE_MAX)
                });
                match tokio::time::timeout(pause, inbox.recv()).await {
                    Ok(Some(ask)) => self.accept(ask, None),
                    Ok(None) => return,
                    Err(_) => {}
                }
            }
        }
    }

    /// Puts a reader to those who wait; one who asks for what is `being_read` shares that read.
    fn accept(&mut self, ask: Ask, being_read: Option<SubjectId>) {
        let subject = ask.subject;
        let is_coming = being_read == Some(subject) || self.asked.contains(&subject);
        if !is_coming && ask.wish == Wish::FirstRead && self.last.contains_key(&subject) {
            self.tell(subject, vec![ask]);
            return;
        }
        if !is_coming {
            self.asked.push_back(subject);
        }
        self.waiting.entry(subject).or_default().push(ask);
    }

    async fn read_new(&mut self, subject: SubjectId, inbox: &mut Receiver<Ask>) {
        let shared = self.shared.clone();
        let due = mailing::newest_due(shared.clock.now());
        let reading = {
            let mut round = std::pin::pin!(round::read_new(&shared.upstream, subject, due));
            loop {
                tokio::select! {
                    reading = &mut round => break reading,
                    Some(ask) = inbox.recv() => self.accept(ask, Some(subject)),
                }
            }
        };
        self.asked.retain(|asked| *asked != subject);
        let outcome = self.keep(reading);
        self.note(&outcome);
        if let (Some(date), true) = (outcome.date, outcome.verdict.is_proved()) {
            self.plan_past_days(subject, date);
        }
        self.last.insert(subject, outcome);
        let waiting = self.waiting.remove(&subject).unwrap_or_default();
        self.tell(subject, waiting);
    }

    /// Tells readers how the last read ended; those who wait for the past days are told after these.
    fn tell(&mut self, subject: SubjectId, asks: Vec<Ask>) {
        let (patient, hasty): (Vec<Ask>, Vec<Ask>) = asks.into_iter().partition(|ask| ask.filled);
        self.answer(subject, hasty);
        self.filling.entry(subject).or_default().extend(patient);
        self.answer_if_filled(subject);
    }

    /// Hands over what there is to keep, unless the page is older than what is known.
    fn keep(&mut self, reading: Reading) -> Outcome {
        let Reading { mut outcome, announcement } = reading;
        let newest = self.store.newest(outcome.subject);
        if let (Some(date), Some(newest)) = (outcome.date, newest)
            && date < newest
        {
            outcome.verdict = Verdict::Stale;
            outcome.reason =
                format!("the page shows the mailing of {date}, that of {newest} is known already");
            return outcome;
        }
        if let Some(announcement) = announcement {
            self.record(&announcement);
        }
        outcome
    }

    fn record(&self, announcement: &Announcement) {
        let change = self.store.record(announcement);
        tracing::info!(
            subject.code = %change.subject,
            listing.date = %change.listing_date,
            paper.count = change.events.len(),
            paper.added = change.added,
            "recorded an announcement"
        );
        (self.sink)(&change);
    }

    fn note(&self, outcome: &Outcome) {
        let now = self.shared.clock.now();
        let allowed = now.saturating_add(self.shared.upstream.wait_estimate()).unwrap_or(Timestamp::MAX);
        let newest = self.store.newest(outcome.subject);
        let fresh = newest.is_some_and(|newest| newest >= mailing::newest_due(now));
        if outcome.verdict.is_proved() {
            tracing::info!(subject.code = %outcome.subject, verdict = %outcome.verdict, reason = outcome.reason, "read");
        } else {
            tracing::warn!(subject.code = %outcome.subject, verdict = %outcome.verdict, reason = outcome.reason, "not read");
        }
        self.shared.note(outcome.subject, |before| {
            let proved = outcome.verdict.is_proved();
            let fruitless = if proved && fresh { 0 } else { before.map_or(0, |status| status.fruitless) + 1 };
            Status {
                verdict: outcome.verdict,
                reason: outcome.reason.clone(),
                counts: outcome.counts,
                newest,
                attempted: now,
                proved: if proved { Some(now) } else { before.and_then(|status| status.proved) },
                fruitless,
                next_attempt: schedule::next_attempt(now, newest.filter(|_| proved), fruitless).max(allowed),
            }
        });
    }

    /// Puts the mailing days before `date` that are not known into the queue, the oldest first.
    fn plan_past_days(&mut self, subject: SubjectId, date: Date) {
        let mut days = round::days_before(date, self.shared.options.fill_days);
        days.retain(|day| {
            !self.store.knows(subject, *day)
                && !self.given_up.contains(&(subject, *day))
                && !self.past_days.iter().any(|planned| planned.subject == subject && planned.date == *day)
        });
        self.past_days.extend(days.into_iter().rev().map(|date| PastDay { subject, date, attempts: 0 }));
    }

    async fn read_past_day(&mut self, day: PastDay) {
        let PastDay { subject, date, attempts } = day;
        let due = mailing::newest_due(self.shared.clock.now());
        let Reading { outcome, announcement } =
            round::read_day(&self.shared.upstream, subject, date, due).await;
        if let Some(announcement) = announcement {
            self.record(&announcement);
        } else if attempts + 1 < PAST_DAY_ATTEMPTS_MAX {
            self.past_days.push_back(PastDay { subject, date, attempts: attempts + 1 });
        } else {
            tracing::warn!(subject.code = %subject, listing.date = %date, reason = outcome.reason, "gave up a past day");
            self.given_up.insert((subject, date));
        }
        self.answer_if_filled(subject);
    }

    fn answer_if_filled(&mut self, subject: SubjectId) {
        if self.past_days.iter().all(|day| day.subject != subject)
            && let Some(asks) = self.filling.remove(&subject)
        {
            self.answer(subject, asks);
        }
    }

    /// Answers everyone; who has gone meanwhile is passed over.
    fn answer(&self, subject: SubjectId, asks: Vec<Ask>) {
        let Some(outcome) = self.last.get(&subject) else { return };
        for ask in asks {
            drop(ask.done.send(outcome.clone()));
        }
    }
}
