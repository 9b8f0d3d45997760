//! What a replica shares with the others through the store: the lead, requests for reads, and the back-off.

use std::collections::HashMap;

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::collect::shared::RefreshRequest;
use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;
use crate::store::PendingRead;

/// The state between this replica and the others.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    /// Whether this replica leads: it requests pages of the upstream.
    pub(super) leads: bool,
    /// Requests of this replica's readers that wait for the leader, by the row that asks for them.
    pub(super) requested: Vec<(PendingRead, Vec<RefreshRequest>)>,
    /// Requests of other replicas that this one fulfils as the leader, by their row.
    pub(super) taken: HashMap<i64, oneshot::Receiver<ReadOutcome>>,
    /// When a reader last requested a subject, as the store has it.
    pub(super) requests: HashMap<SubjectId, Timestamp>,
    /// Until when the lead is left to other replicas.
    pub(super) stepped_down_until: Option<Instant>,
    /// Until when the upstream is left alone after trouble, as the store has it.
    pub(super) back_off_until: Option<Timestamp>,
}

impl Sharing {
    pub(super) fn leads(&self) -> bool {
        self.leads
    }
}
