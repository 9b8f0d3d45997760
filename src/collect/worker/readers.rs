//! Who waits for which read, and when is each of them answered?

use crate::collect::collector::{Ask, Wish};
use crate::domain::taxonomy::SubjectId;
use crate::store::Store;

use super::Worker;

impl<S: Store> Worker<S> {
    /// Puts a reader to those who wait; one who asks for what is `being_read` shares that read.
    pub(super) fn accept(&mut self, ask: Ask, being_read: Option<SubjectId>) {
        let subject = ask.subject;
        let is_coming = being_read == Some(subject) || self.asked.contains(&subject);
        if !is_coming && ask.wish == Wish::FirstRead && self.last.contains_key(&subject) {
            self.tell(subject, vec![ask]);
            return;
        }
        if !is_coming {
            self.asked.push_back(subject);
        }
        self.waiting.entry(subject).or_default().push(ask);
    }

    /// Tells readers how the last read ended; those who wait for the past days are told after these.
    pub(super) fn tell(&mut self, subject: SubjectId, asks: Vec<Ask>) {
        let (patient, hasty): (Vec<Ask>, Vec<Ask>) = asks.into_iter().partition(|ask| ask.filled);
        self.answer(subject, hasty);
        self.filling.entry(subject).or_default().extend(patient);
        self.answer_if_filled(subject);
    }

    pub(super) fn answer_if_filled(&mut self, subject: SubjectId) {
        let is_filling = self.past_days.awaits(subject, self.shared.clock.now());
        self.shared.learn(|subjects| subjects.set_filling(subject, is_filling));
        if (!is_filling || self.stands_off())
            && let Some(asks) = self.filling.remove(&subject)
        {
            self.answer(subject, asks);
        }
    }

    /// Answers everyone; who has gone meanwhile is passed over.
    pub(super) fn answer(&self, subject: SubjectId, asks: Vec<Ask>) {
        let Some(outcome) = self.last.get(&subject) else { return };
        for ask in asks {
            drop(ask.done.send(outcome.clone()));
        }
    }
}
