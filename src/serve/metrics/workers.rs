//! The counts of all workers.

use std::sync::{Arc, Mutex, PoisonError};

use crate::serve::metrics::counts::Counts;

/// The counts of every worker.
#[derive(Debug, Default)]
pub struct Metrics {
    workers: Mutex<Vec<Arc<Counts>>>,
}

impl Metrics {
    /// The counts of one more worker.
    pub(in crate::serve) fn worker(&self) -> Arc<Counts> {
        let counts = Arc::<Counts>::default();
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(counts.clone());
        counts
    }

    /// A worker that has stopped keeps what it has counted.
    pub(in crate::serve) fn workers(&self) -> Vec<Arc<Counts>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
