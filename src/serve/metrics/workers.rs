//! The counters of all workers.

use std::sync::{Arc, Mutex, PoisonError};

use crate::serve::metrics::worker_counters::WorkerCounters;

/// The counters of every worker.
#[derive(Debug, Default)]
pub struct Metrics {
    workers: Mutex<Vec<Arc<WorkerCounters>>>,
}

impl Metrics {
    /// Adds the counters of a worker that starts.
    pub(in crate::serve) fn worker(&self) -> Arc<WorkerCounters> {
        let counts = Arc::<WorkerCounters>::default();
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(counts.clone());
        counts
    }

    /// The counters of all workers, also of those that have stopped, so that no sum falls.
    pub(in crate::serve) fn workers(&self) -> Vec<Arc<WorkerCounters>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
