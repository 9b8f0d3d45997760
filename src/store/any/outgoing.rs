//! Which of the stores keeps what goes out?

use jiff::Timestamp;
use jiff::civil::Date;

use super::{AnyStore, each};
use crate::store::StoreError;
use crate::store::outgoing::{Delivery, Intent, Outgoing, Settled, Subscription};

impl Outgoing for AnyStore {
    async fn intend(&self, intent: &Intent) -> Result<(), StoreError> {
        each!(self, store => store.intend(intent).await)
    }

    async fn intents(&self) -> Result<Vec<Intent>, StoreError> {
        each!(self, store => store.intents().await)
    }

    async fn postpone_intent(&self, intent: &Intent) -> Result<(), StoreError> {
        each!(self, store => store.postpone_intent(intent).await)
    }

    async fn settle(&self, intent: &Intent, settled: &Settled) -> Result<(), StoreError> {
        each!(self, store => store.settle(intent, settled).await)
    }

    async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        each!(self, store => store.subscriptions().await)
    }

    async fn serve(&self, subscription: &Subscription) -> Result<(), StoreError> {
        each!(self, store => store.serve(subscription).await)
    }

    async fn unsubscribe(&self, topic: &str, callback: &str) -> Result<(), StoreError> {
        each!(self, store => store.unsubscribe(topic, callback).await)
    }

    async fn announced(&self, feed: &str, target: &str) -> Result<Vec<(String, Date)>, StoreError> {
        each!(self, store => store.announced(feed, target).await)
    }

    async fn enqueue(
        &self,
        feed: &str,
        target: &str,
        papers: &[(String, Date)],
        messages: &[(String, String)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        each!(self, store => store.enqueue(feed, target, papers, messages, now).await)
    }

    async fn deliveries(&self) -> Result<Vec<Delivery>, StoreError> {
        each!(self, store => store.deliveries().await)
    }

    async fn postpone(&self, sequence: i64, attempts: i64, next: Timestamp) -> Result<(), StoreError> {
        each!(self, store => store.postpone(sequence, attempts, next).await)
    }

    async fn finish(&self, sequence: i64) -> Result<(), StoreError> {
        each!(self, store => store.finish(sequence).await)
    }

    async fn webhooks(&self) -> Result<Vec<(String, String)>, StoreError> {
        each!(self, store => store.webhooks().await)
    }

    async fn forget_webhook(&self, feed: &str, target: &str) -> Result<(), StoreError> {
        each!(self, store => store.forget_webhook(feed, target).await)
    }

    async fn forget_announced(&self, before: Timestamp) -> Result<(), StoreError> {
        each!(self, store => store.forget_announced(before).await)
    }
}
