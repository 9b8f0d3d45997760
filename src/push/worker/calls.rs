//! The calls under way: at most 64 in all and 4 to one host, each in a task of its own.

use std::collections::{BTreeMap, HashMap};

use tokio::task::{JoinError, JoinSet};

use crate::push::client::{CallOutcome, Client};
use crate::store::SubscriptionRequest;

const CALLS_MAX: usize = 64;

const CALLS_PER_HOST_MAX: usize = 4;

pub(super) struct Calls {
    client: Client,
    tasks: JoinSet<Task>,
    per_host: HashMap<String, usize>,
    /// How often this replica took the lead.
    term: u64,
}

/// What a task returns.
struct Task {
    term: u64,
    host: String,
    purpose: Purpose,
    outcome: CallOutcome,
}

/// A call that has ended.
pub(super) struct EndedCall {
    pub(super) purpose: Purpose,
    pub(super) outcome: CallOutcome,
    /// The call was begun since this replica leads; state from before then was loaded anew.
    pub(super) is_current: bool,
}

/// What a call is for.
pub(super) enum Purpose {
    Verification(SubscriptionRequest),
    /// Tells a subscriber that the hub refuses the subscription; the response does not matter.
    Denial,
    /// The content of a topic for a subscriber; `sent` is its digest.
    Delivery {
        topic: String,
        callback: String,
        sent: String,
    },
    /// A message to a webhook.
    Message {
        feed: String,
        target: String,
        sequence: i64,
    },
    /// Feeds that an external hub is told of, with their content.
    Publication(BTreeMap<String, String>),
}

impl Calls {
    pub(super) fn new(client: Client) -> Self {
        Self { client, tasks: JoinSet::new(), per_host: HashMap::new(), term: 0 }
    }

    /// This replica took the lead: calls that were begun before are not current.
    pub(super) fn begin_term(&mut self) {
        self.term += 1;
    }

    /// Returns whether another call to this host may begin.
    pub(super) fn has_room(&self, host: &str) -> bool {
        self.tasks.len() < CALLS_MAX
            && self.per_host.get(host).is_none_or(|count| *count < CALLS_PER_HOST_MAX)
    }

    /// Begins a call; `host` is the host that it goes to.
    pub(super) fn begin<F>(&mut self, host: &str, call: impl FnOnce(Client) -> F)
    where
        F: Future<Output = (Purpose, CallOutcome)> + Send + 'static,
    {
        *self.per_host.entry(host.to_owned()).or_default() += 1;
        let (term, host, call) = (self.term, host.to_owned(), call(self.client.clone()));
        self.tasks.spawn(async move {
            let (purpose, outcome) = call.await;
            Task { term, host, purpose, outcome }
        });
    }

    /// Waits for a call to end; none if there is no call.
    pub(super) async fn next_ended(&mut self) -> Option<EndedCall> {
        let joined = self.tasks.join_next().await?;
        self.ended(joined)
    }

    /// A call that has ended, without waiting.
    pub(super) fn try_next_ended(&mut self) -> Option<EndedCall> {
        let joined = self.tasks.try_join_next()?;
        self.ended(joined)
    }

    fn ended(&mut self, joined: Result<Task, JoinError>) -> Option<EndedCall> {
        let joined =
            joined.inspect_err(|error| tracing::error!(%error, "a call to a subscriber or webhook panicked"));
        let Task { term, host, purpose, outcome } = joined.ok()?;
        if let Some(count) = self.per_host.get_mut(&host) {
            *count -= 1;
            if *count == 0 {
                self.per_host.remove(&host);
            }
        }
        Some(EndedCall { purpose, outcome, is_current: term == self.term })
    }
}
