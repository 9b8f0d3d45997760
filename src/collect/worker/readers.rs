//! The queue of readers' requests, and their answers.

use crate::collect::shared::{RefreshKind, RefreshRequest};
use crate::domain::taxonomy::SubjectId;

use super::Worker;

impl Worker {
    /// Queues a request; one for the subject that is `being_read` shares that read.
    pub(super) fn accept(&mut self, request: RefreshRequest, being_read: Option<SubjectId>) {
        let subject = request.subject;
        let is_coming = being_read == Some(subject) || self.queue.contains(&subject);
        if !is_coming && request.kind == RefreshKind::FirstRead && self.last.contains_key(&subject) {
            self.answer_waiting(subject, vec![request]);
            return;
        }
        if !is_coming {
            self.queue.push_back(subject);
        }
        self.waiting.entry(subject).or_default().push(request);
    }

    /// Answers requests with how the last read ended; those that wait for the past days as well once these are read.
    pub(super) fn answer_waiting(&mut self, subject: SubjectId, requests: Vec<RefreshRequest>) {
        let (filled, now): (Vec<_>, Vec<_>) = requests.into_iter().partition(|request| request.filled);
        self.answer(subject, now);
        self.filling.entry(subject).or_default().extend(filled);
        self.answer_if_filled(subject);
    }

    pub(super) fn answer_if_filled(&mut self, subject: SubjectId) {
        let is_filling = self.past_days.awaits(subject, self.shared.clock.now());
        self.shared.learn(|subjects| subjects.set_filling(subject, is_filling));
        if (!is_filling || self.holds_off())
            && let Some(requests) = self.filling.remove(&subject)
        {
            self.answer(subject, requests);
        }
    }

    /// Answers requests with how the last read ended; a reader who has gone meanwhile is skipped.
    pub(super) fn answer(&self, subject: SubjectId, requests: Vec<RefreshRequest>) {
        let Some(outcome) = self.last.get(&subject) else { return };
        for request in requests {
            drop(request.done.send(outcome.clone()));
        }
    }
}
