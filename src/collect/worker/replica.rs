//! Replicas that share a store: one leads and requests pages of arXiv, the others show what it writes.
//!
//! A replica that follows leaves the requests of its readers to the leader.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::Instant;

use crate::collect::past_days::PastDays;
use crate::collect::reading::Reading;
use crate::collect::shared::{RefreshKind, RefreshRequest};
use crate::collect::status::KnownSubject;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::store::{Contents, PendingRead, Role, StoreError};

use super::Worker;

/// How often a replica looks whether it is to lead, and for news that no notification has brought.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How much later a reader's request must be than the one that is kept to be written down.
const REQUEST_STEP: SignedDuration = SignedDuration::from_hours(1);

/// How much another moment must differ from the one that is kept to be written down.
const BACK_OFF_STEP: SignedDuration = SignedDuration::from_secs(2);

/// For how long a replica whose clock seems to be behind lets the others take the lead; they look every five seconds.
const STEP_DOWN: Duration = Duration::from_secs(30);

impl Worker {
    /// Finds out whether this replica leads now, and applies what the others have written.
    pub(super) async fn leads(&mut self) -> bool {
        let role = if self.sharing.stepped_down_until.is_some_and(|until| Instant::now() < until) {
            Ok(Role::Follows)
        } else {
            self.role().await
        };
        let news = match &role {
            Ok(_) => self.store.changes().await,
            Err(error) => Err(error.clone()),
        };
        let leads = news.is_ok() && matches!(role, Ok(Role::Leads | Role::TookOver { .. }));
        self.report(leads, news.as_ref().err());
        let led = std::mem::replace(&mut self.sharing.leads, leads);
        let wishes = news.map(|news| self.take_in(news)).unwrap_or_default();
        if leads && !led {
            // What was planned in an earlier time may have been read by another one since.
            self.past_days = PastDays::default();
            self.recall_back_off().await;
            self.plan_all();
            let missed = self.waiting.keys().copied().filter(|subject| !self.queue.contains(subject));
            self.queue.extend(missed.collect::<Vec<_>>());
        }
        if leads {
            self.take(&wishes);
            self.grant().await;
        }
        leads
    }

    /// The end of a read, unless the lead was lost or the service stops meanwhile; readers who come are taken in.
    pub(super) async fn finish(
        &mut self,
        round: impl Future<Output = Reading>,
        being_read: Option<SubjectId>,
        inbox: &mut Receiver<RefreshRequest>,
    ) -> Option<Reading> {
        let (store, mut stopped) = (self.store.clone(), self.stopped.clone());
        let mut round = std::pin::pin!(round);
        let mut lost = std::pin::pin!(store.lost());
        let reading = loop {
            tokio::select! {
                reading = &mut round => break Some(reading),
                () = &mut lost => break None,
                _ = stopped.wait_for(|is_stopped| *is_stopped) => return None,
                received = inbox.recv() => self.accept(received?, being_read),
            }
        };
        // One that ended when another replica may have taken over counts for nothing: that one reads it again.
        let is_confirmed = reading.is_some() && self.store.confirm().await.is_ok();
        self.sharing.leads &= is_confirmed;
        if is_confirmed {
            self.keep_back_off().await;
        }
        reading.filter(|_| is_confirmed)
    }

    /// Resumes the back-off of the previous leader, which may be this service before a restart.
    async fn recall_back_off(&mut self) {
        let now = self.shared.clock.now();
        match self.store.back_off(now).await {
            Ok(Some(back_off)) => {
                self.shared.upstream.resume(&back_off);
                self.sharing.back_off_until = now.saturating_add(back_off.wait).ok();
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "cannot tell for how long the upstream is to be left alone"),
        }
    }

    /// Keeps over a restart for how long the upstream is to be left alone.
    async fn keep_back_off(&mut self) {
        let now = self.shared.clock.now();
        let back_off = self.shared.upstream.back_off();
        let until = back_off.as_ref().and_then(|back_off| now.saturating_add(back_off.wait).ok());
        let is_kept = match (until, self.sharing.back_off_until) {
            (Some(until), Some(kept)) => until.duration_since(kept).abs() < BACK_OFF_STEP,
            (until, kept) => until == kept,
        };
        if is_kept {
            return;
        }
        match self.store.keep_back_off(back_off.as_ref(), now).await {
            Ok(()) => self.sharing.back_off_until = until,
            Err(error) => {
                tracing::error!(%error, "could not keep for how long the upstream is to be left alone");
            }
        }
    }

    /// Leads or follows, and keeps to the rest that another leader has left.
    async fn role(&self) -> Result<Role, StoreError> {
        let role = self.store.lead(self.shared.upstream.wait_estimate()).await?;
        if let Role::TookOver { rest, ended_well } = role {
            // The other one may have asked until this moment where it did not stop by itself.
            let pause = if ended_well { Duration::ZERO } else { self.shared.upstream.pause() };
            self.shared.upstream.hold_off(rest + pause);
        }
        Ok(role)
    }

    /// Leaves to the next leader for how long the upstream is to be left alone: it may take over at once.
    pub(super) async fn leave_rest(&self) {
        if self.sharing.leads
            && let Err(error) = self.role().await
        {
            tracing::debug!(%error, "the next leader is not told of the pause");
        }
    }

    /// After a page of a mailing that is not due yet by this machine's clock: it may be behind, and another's be right.
    pub(super) async fn step_down(&mut self) {
        self.leave_rest().await;
        if self.store.yield_lead().await {
            tracing::warn!("a page is ahead of this machine's clock; the lead is left to another replica");
            self.sharing.stepped_down_until = Some(Instant::now() + STEP_DOWN);
        }
    }

    /// Wishes for what readers wait for, and waits for news.
    pub(super) async fn follow(&mut self, inbox: &mut Receiver<RefreshRequest>) {
        self.sharing.taken.clear();
        if let Err(error) = self.wish().await {
            self.report(false, Some(&error));
        }
        self.wait(LOOK_EVERY, inbox).await;
    }

    /// Applies the changes of other replicas, and answers requests that the leader has fulfilled; returns those that are
    /// open.
    fn take_in(&mut self, mut news: Contents) -> Vec<PendingRead> {
        for change in &news.changes {
            (self.sink)(change);
        }
        let is_new = |(subject, at): &(SubjectId, Timestamp)| self.sharing.requests.get(subject) != Some(at);
        let is_news = !(news.days.is_empty() && news.reads.is_empty()) || news.requests.iter().any(is_new);
        if is_news {
            let (options, now) = (self.options.clone(), self.shared.clock.now());
            self.shared.learn(|subjects| {
                for day in &news.days {
                    subjects.set_day(day.clone());
                }
                for (subject, at) in &news.requests {
                    subjects.requested(*subject, *at, now);
                }
                // A past day that was caught up says nothing of how the newest was read.
                news.reads.retain(|(outcome, _)| {
                    let newest = subjects.get(outcome.subject).and_then(KnownSubject::newest);
                    outcome.verdict == Verdict::Stale || outcome.date.is_none_or(|date| Some(date) >= newest)
                });
                for (outcome, at) in &news.reads {
                    subjects.note(outcome, *at, *at);
                    if let (Some(newest), Some(known)) =
                        (subjects.newest_out(outcome.subject), subjects.get(outcome.subject))
                    {
                        // Planned for this question alone: another replica reads these days.
                        let mut planned = PastDays::default();
                        planned.plan(outcome.subject, newest, &known.days, known.fill_days(newest, &options));
                        let is_filling = planned.awaits(outcome.subject, now);
                        subjects.set_filling(outcome.subject, is_filling);
                    }
                }
            });
        }
        self.sharing.requests.extend(news.requests);
        self.last.extend(news.reads.into_iter().map(|(outcome, _)| (outcome.subject, outcome)));
        let is_open = |wish: &PendingRead| news.pending_reads.iter().any(|open| open.id == wish.id);
        for (wish, requests) in std::mem::take(&mut self.sharing.requested) {
            if is_open(&wish) {
                self.sharing.requested.push((wish, requests));
            } else {
                self.answer(wish.subject, requests);
            }
        }
        news.pending_reads
    }

    /// Writes down what this replica's readers want: subjects that stay watched, and reads.
    async fn wish(&mut self) -> Result<(), StoreError> {
        self.keep_requests().await?;
        self.queue.clear();
        let waiting = self.waiting.drain().chain(self.filling.drain());
        let mut requests: Vec<RefreshRequest> =
            waiting.flat_map(|(_, requests)| requests).filter(|request| !request.done.is_closed()).collect();
        while let Some(request) = requests.pop() {
            let again = request.kind == RefreshKind::ReadAgain;
            let wish = PendingRead { id: 0, subject: request.subject, again, filled: request.filled };
            let same = |(open, _): &&mut (PendingRead, Vec<RefreshRequest>)| {
                !again && PendingRead { id: open.id, ..wish } == *open
            };
            if let Some((_, others)) = self.sharing.requested.iter_mut().find(same) {
                others.push(request);
                continue;
            }
            match self.store.request_read(wish).await {
                Ok(id) => self.sharing.requested.push((PendingRead { id, ..wish }, vec![request])),
                Err(error) => {
                    // They wait on: for the store, or until their patience ends.
                    requests.push(request);
                    for request in requests {
                        self.waiting.entry(request.subject).or_default().push(request);
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn keep_requests(&mut self) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let is_news = |subject: &SubjectId, at: Timestamp| {
            self.sharing.requests.get(subject).is_none_or(|kept| at.duration_since(*kept) > REQUEST_STEP)
        };
        let requests: Vec<(SubjectId, Timestamp)> = {
            let subjects = self.shared.subjects();
            let requested =
                subjects.wanted(now).filter_map(|(subject, known)| Some((subject, known.requested?)));
            requested.filter(|(subject, at)| is_news(subject, *at)).collect()
        };
        for (subject, at) in requests {
            self.store.request(subject, at).await?;
            self.sharing.requests.insert(subject, at);
        }
        Ok(())
    }

    /// Queues the requests of all replicas as those of readers.
    fn take(&mut self, wishes: &[PendingRead]) {
        for wish in wishes {
            if self.sharing.taken.contains_key(&wish.id) {
                continue;
            }
            let (done, outcome) = oneshot::channel();
            self.sharing.taken.insert(wish.id, outcome);
            let kind = if wish.again { RefreshKind::ReadAgain } else { RefreshKind::FirstRead };
            self.accept(RefreshRequest { subject: wish.subject, kind, filled: wish.filled, done }, None);
        }
    }

    /// Marks the requests of replicas as fulfilled whose reads have ended.
    async fn grant(&mut self) {
        let taken = self.sharing.taken.iter_mut();
        let done: Vec<i64> = taken
            .filter_map(|(id, outcome)| (outcome.try_recv() != Err(TryRecvError::Empty)).then_some(*id))
            .collect();
        if done.is_empty() {
            return;
        }
        match self.store.finish_reads(&done).await {
            Ok(()) => self.sharing.taken.retain(|id, _| !done.contains(id)),
            Err(error) => tracing::warn!(%error, "could not tell another replica that a read has ended"),
        }
    }

    /// Shows, and logs when it changes, what this replica does and what is wrong.
    fn report(&self, leads: bool, error: Option<&StoreError>) {
        let mut replica = self.shared.replica();
        match (replica.store_error.is_some(), error) {
            (false, Some(error)) => {
                tracing::error!(%error, "the store cannot be used; readers get what was read before");
            }
            (true, None) => tracing::info!("the store can be used again"),
            _ => {}
        }
        if leads != replica.leads {
            tracing::info!(replica.leads = leads, "who asks the upstream has changed");
        }
        let since = replica.store_error.as_ref().map_or_else(|| self.shared.clock.now(), |(_, since)| *since);
        let is_same = replica.leads == leads && replica.store_error.is_some() == error.is_some();
        replica.store_error = error.map(|error| (error.to_string(), since));
        replica.leads = leads;
        drop(replica);
        if !is_same {
            self.shared.learn(|_| ());
        }
    }
}
