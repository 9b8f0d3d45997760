//! Puts changed settings into force in the task.

use std::sync::Arc;

use crate::collect::past_days::PastDays;
use crate::domain::taxonomy::SubjectId;

use super::Worker;

impl Worker {
    /// Takes up the settings in force.
    ///
    /// A read that is under way goes on to its end, and readers who wait for a subject get it, watched or not.
    pub(super) fn apply_settings(&mut self) {
        let current = self.shared.options();
        if Arc::ptr_eq(&current, &self.options) {
            return;
        }
        let before = std::mem::replace(&mut self.options, current);
        if before.retention_days != self.options.retention_days {
            self.pruned = None;
        }
        let mut affected = self.past_days.subjects();
        affected.extend(self.filling.keys());
        if before.fill_days == self.options.fill_days {
            let wanted: Vec<SubjectId> = {
                let subjects = self.shared.subjects();
                subjects.wanted(self.shared.clock.now()).map(|(subject, _)| subject).collect()
            };
            self.past_days.keep(&wanted);
        } else {
            self.past_days = PastDays::default();
        }
        if self.sharing.leads() {
            self.plan_all();
        }
        affected.extend(self.past_days.subjects());
        for subject in affected {
            self.answer_if_filled(subject);
        }
    }
}
