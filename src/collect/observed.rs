//! A snapshot of the counters of reads, requests and store operations, under plain names.
//!
//! The metrics page is made of it without knowledge of `fetch` and `store`.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::counters::HistogramSnapshot;
use crate::domain::verdict::Verdict;
use crate::fetch::{self, RequestEnding};
use crate::store::{self, Operation};

use super::shared::Shared;

/// Counts since the start, and how things stand.
#[derive(Debug)]
pub struct Observed {
    /// Of listings, by verdict.
    pub reads: Vec<(Verdict, u64)>,
    /// Pages that were parsed, be they listings or not.
    pub pages: u64,
    /// To the upstream, by how they ended; none for a replay.
    pub requests: Vec<(&'static str, u64)>,
    pub request_durations: HistogramSnapshot,
    /// Of pages that came, decoded.
    pub page_bytes: u64,
    /// When the next request to the upstream is allowed; in the past where it is allowed now.
    pub may_ask: Timestamp,
    /// The upstream has turned us away, and pages do not come again yet.
    pub is_refused: bool,
    /// The operations of the store: the kind, how long they took, how many failed.
    pub operations: Vec<(&'static str, HistogramSnapshot, u64)>,
    /// The file of the store, where it is one.
    pub store_bytes: Option<u64>,
    /// The newest listing date that any page has shown.
    pub shown: Option<Date>,
}

impl Observed {
    pub(super) fn of(shared: &Shared, store: &store::Operations) -> Self {
        let upstream = &shared.upstream;
        let requests = upstream.counters();
        let wait = upstream.wait_estimate();
        Self {
            reads: Verdict::ALL.map(|verdict| (verdict, shared.counters.reads(verdict))).to_vec(),
            pages: shared.counters.pages(),
            requests: requests.map_or_else(Vec::new, |requests| {
                RequestEnding::ALL.map(|ending| (ending.as_str(), requests.count(ending))).to_vec()
            }),
            request_durations: requests.map(fetch::RequestCounters::durations).unwrap_or_default(),
            page_bytes: requests.map_or(0, fetch::RequestCounters::page_bytes),
            may_ask: shared.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX),
            is_refused: upstream.refusal().is_some(),
            operations: Operation::ALL
                .map(|operation| (operation.as_str(), store.durations(operation), store.failed(operation)))
                .to_vec(),
            store_bytes: store.file_bytes(),
            shown: shared.subjects().newest_shown(),
        }
    }
}
