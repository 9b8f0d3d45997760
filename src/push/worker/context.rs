//! What every part of the task works with: the calls, the writes for the store, and the time of the next look.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::calls::Calls;
use crate::push::client::Client;
use crate::push::shared::Shared;
use crate::store::{Settlement, Store, StoreError, Subscription, SubscriptionRequest};

/// How often the task looks for a change of the leader, for requests that other replicas took, and at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The shortest time between two looks, so that work that cannot be done now is not tried in a busy loop.
const LOOK_EVERY_MIN: Duration = Duration::from_millis(20);

pub(super) struct Context {
    pub(super) shared: Arc<Shared>,
    pub(super) calls: Calls,
    /// In order; each is repeated until the store took it.
    writes: VecDeque<PendingWrite>,
    next_look: Option<Timestamp>,
}

/// The result of a call, for the store.
#[derive(Debug)]
pub(super) enum PendingWrite {
    Settle(SubscriptionRequest, Settlement),
    PostponeVerification(SubscriptionRequest),
    /// How far a subscriber was served.
    Served(Subscription),
    Unsubscribe {
        topic: String,
        callback: String,
    },
    /// A message was delivered or given up.
    FinishMessage(i64),
    PostponeMessage {
        sequence: i64,
        attempts: i64,
        next: Timestamp,
    },
}

impl Context {
    pub(super) fn new(shared: Arc<Shared>, client: Client) -> Self {
        Self { shared, calls: Calls::new(client), writes: VecDeque::new(), next_look: None }
    }

    pub(super) fn write(&mut self, write: PendingWrite) {
        self.writes.push_back(write);
    }

    /// Writes everything that waits, up to the first write that fails.
    pub(super) async fn flush(&mut self, store: &Store) -> Result<(), StoreError> {
        while let Some(write) = self.writes.front() {
            match write {
                PendingWrite::Settle(intent, settled) => store.settle_request(intent, settled).await?,
                PendingWrite::PostponeVerification(intent) => store.postpone_request(intent).await?,
                PendingWrite::Served(subscription) => store.update_subscription(subscription).await?,
                PendingWrite::Unsubscribe { topic, callback } => store.unsubscribe(topic, callback).await?,
                PendingWrite::FinishMessage(sequence) => store.finish_delivery(*sequence).await?,
                PendingWrite::PostponeMessage { sequence, attempts, next } => {
                    store.postpone_delivery(*sequence, *attempts, *next).await?;
                }
            }
            self.writes.pop_front();
        }
        Ok(())
    }

    /// Begins a look, which says anew when the next one is due.
    pub(super) fn begin_look(&mut self) {
        self.next_look = None;
    }

    /// Makes the next look no later than at `time`.
    pub(super) fn look_at(&mut self, time: Timestamp) {
        self.next_look = Some(self.next_look.map_or(time, |next| next.min(time)));
    }

    /// How long to wait for the next look.
    pub(super) fn pause(&self, now: Timestamp) -> Duration {
        let next =
            self.next_look.map(|next| Duration::try_from(next.duration_since(now)).unwrap_or_default());
        next.unwrap_or(LOOK_EVERY).clamp(LOOK_EVERY_MIN, LOOK_EVERY)
    }
}
