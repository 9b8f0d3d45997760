//! What keeps what goes out for as long as the process runs?

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;

use super::Memory;
use crate::store::StoreError;
use crate::store::outgoing::{Delivery, Intent, Outgoing, Settled, Subscription};

/// A topic or a feed, and to whom it goes.
type Pair = (String, String);

#[derive(Debug, Default)]
pub(super) struct Kept {
    intents: BTreeMap<Pair, Intent>,
    subscriptions: BTreeMap<Pair, Subscription>,
    announced: BTreeMap<Pair, BTreeMap<String, (Date, Timestamp)>>,
    deliveries: BTreeMap<i64, Delivery>,
    sequence: i64,
}

impl Memory {
    fn outgoing(&self) -> MutexGuard<'_, Kept> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pair(first: &str, second: &str) -> Pair {
    (first.to_owned(), second.to_owned())
}

impl Outgoing for Memory {
    async fn intend(&self, intent: &Intent) -> Result<(), StoreError> {
        self.outgoing().intents.insert(pair(&intent.topic, &intent.callback), intent.clone());
        Ok(())
    }

    async fn intents(&self) -> Result<Vec<Intent>, StoreError> {
        let mut intents: Vec<Intent> = self.outgoing().intents.values().cloned().collect();
        intents.sort_by_key(|intent| intent.next);
        Ok(intents)
    }

    async fn postpone_intent(&self, intent: &Intent) -> Result<(), StoreError> {
        let mut kept = self.outgoing();
        let known = kept.intents.get_mut(&pair(&intent.topic, &intent.callback));
        if let Some(known) = known.filter(|known| known.challenge == intent.challenge) {
            (known.attempts, known.next) = (intent.attempts, intent.next);
        }
        Ok(())
    }

    async fn settle(&self, intent: &Intent, settled: &Settled) -> Result<(), StoreError> {
        let mut kept = self.outgoing();
        let key = pair(&intent.topic, &intent.callback);
        match settled {
            Settled::Subscribed { expires } => {
                let before = kept.subscriptions.get(&key).map(|known| known.content.clone());
                let subscription = Subscription {
                    topic: intent.topic.clone(),
                    callback: intent.callback.clone(),
                    secret: intent.secret.clone(),
                    expires: *expires,
                    content: before.unwrap_or_else(|| intent.content.clone()),
                    attempts: 0,
                    failing_since: None,
                    next: intent.next,
                };
                kept.subscriptions.insert(key.clone(), subscription);
            }
            Settled::Unsubscribed => drop(kept.subscriptions.remove(&key)),
            Settled::Refused => {}
        }
        if kept.intents.get(&key).is_some_and(|known| known.challenge == intent.challenge) {
            kept.intents.remove(&key);
        }
        Ok(())
    }

    async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        Ok(self.outgoing().subscriptions.values().cloned().collect())
    }

    async fn serve(&self, served: &Subscription) -> Result<(), StoreError> {
        let mut kept = self.outgoing();
        if let Some(known) = kept.subscriptions.get_mut(&pair(&served.topic, &served.callback)) {
            let Subscription { content, attempts, failing_since, next, .. } = served.clone();
            (known.content, known.attempts) = (content, attempts);
            (known.failing_since, known.next) = (failing_since, next);
        }
        Ok(())
    }

    async fn unsubscribe(&self, topic: &str, callback: &str) -> Result<(), StoreError> {
        self.outgoing().subscriptions.remove(&pair(topic, callback));
        Ok(())
    }

    async fn announced(&self, feed: &str, target: &str) -> Result<Vec<(String, Date)>, StoreError> {
        let kept = self.outgoing();
        let papers = kept.announced.get(&pair(feed, target)).into_iter().flatten();
        Ok(papers.map(|(event, (date, _))| (event.clone(), *date)).collect())
    }

    async fn enqueue(
        &self,
        feed: &str,
        target: &str,
        papers: &[(String, Date)],
        messages: &[(String, String)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let kept = &mut *self.outgoing();
        let known = kept.announced.entry(pair(feed, target)).or_default();
        for (event, date) in papers {
            known.entry(event.clone()).or_insert((*date, now));
        }
        for (event, body) in messages {
            kept.sequence += 1;
            let delivery = Delivery {
                sequence: kept.sequence,
                feed: feed.to_owned(),
                target: target.to_owned(),
                event: event.clone(),
                body: body.clone(),
                made: now,
                attempts: 0,
                next: now,
            };
            kept.deliveries.insert(kept.sequence, delivery);
        }
        Ok(())
    }

    async fn deliveries(&self) -> Result<Vec<Delivery>, StoreError> {
        Ok(self.outgoing().deliveries.values().cloned().collect())
    }

    async fn postpone(&self, sequence: i64, attempts: i64, next: Timestamp) -> Result<(), StoreError> {
        if let Some(delivery) = self.outgoing().deliveries.get_mut(&sequence) {
            (delivery.attempts, delivery.next) = (attempts, next);
        }
        Ok(())
    }

    async fn finish(&self, sequence: i64) -> Result<(), StoreError> {
        self.outgoing().deliveries.remove(&sequence);
        Ok(())
    }

    async fn webhooks(&self) -> Result<Vec<(String, String)>, StoreError> {
        let kept = self.outgoing();
        let waiting = kept.deliveries.values().map(|delivery| pair(&delivery.feed, &delivery.target));
        let mut webhooks: Vec<Pair> = kept.announced.keys().cloned().chain(waiting).collect();
        webhooks.sort();
        webhooks.dedup();
        Ok(webhooks)
    }

    async fn forget_webhook(&self, feed: &str, target: &str) -> Result<(), StoreError> {
        let kept = &mut *self.outgoing();
        kept.announced.remove(&pair(feed, target));
        kept.deliveries.retain(|_, delivery| (delivery.feed.as_str(), &*delivery.target) != (feed, target));
        Ok(())
    }

    async fn forget_announced(&self, before: Timestamp) -> Result<(), StoreError> {
        for papers in self.outgoing().announced.values_mut() {
            papers.retain(|_, (_, at)| *at >= before);
        }
        Ok(())
    }
}
