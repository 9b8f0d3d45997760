//! How the collector ends, and what it knows that must outlive it.

use crate::store::Contents;

use super::collector::Collector;

impl Collector {
    /// Ends every wait for a read, now and from now on, without one.
    pub fn begin_to_stop(&self) {
        self.shared.stopping.send_replace(true);
    }

    /// Whether nobody gets a read any more.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.shared.stopping.borrow()
    }

    /// Ends the task, whoever still holds a handle, and waits for it; what is being written is written to its end.
    pub async fn stop(&self) {
        self.begin_to_stop();
        self.shared.stopped.send_replace(true);
        self.shared.stopped.closed().await;
    }

    /// What is known of days, reads and requests, as a store would give it.
    #[must_use]
    pub fn remembered(&self) -> Contents {
        let mut contents = Contents::default();
        for (subject, known) in self.shared.subjects().all() {
            contents.days.extend(known.days.values().cloned());
            contents
                .reads
                .extend(known.status.iter().map(|status| (status.outcome.clone(), status.attempted)));
            contents.requests.extend(known.requested.map(|at| (subject, at)));
        }
        contents
    }
}
