//! The counters of all workers.

use std::sync::{Arc, Mutex, PoisonError};

use crate::serve::metrics::worker_counters::WorkerCounters;

/// The counts of every worker.
#[derive(Debug, Default)]
pub struct Metrics {
    workers: Mutex<Vec<Arc<WorkerCounters>>>,
}

impl Metrics {
    /// The counts of one more worker.
    pub(in crate::serve) fn worker(&self) -> Arc<WorkerCounters> {
        let counts = Arc::<WorkerCounters>::default();
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(counts.clone());
        counts
    }

    /// A worker that has stopped keeps what it has counted.
    pub(in crate::serve) fn workers(&self) -> Vec<Arc<WorkerCounters>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
