//! How does SQLite keep what goes out?

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Sqlite, on};
use crate::store::StoreError;
use crate::store::outgoing::{Delivery, Intent, Outgoing, Settled, Subscription};

mod rows {
    crate::store::outgoing::statements::outgoing_functions!(sqlx::SqliteConnection);
}

impl Outgoing for Sqlite {
    async fn intend(&self, intent: &Intent) -> Result<(), StoreError> {
        on!(self, |c| rows::intend(c, intent))
    }

    async fn intents(&self) -> Result<Vec<Intent>, StoreError> {
        on!(self, |c| rows::intents(c))
    }

    async fn postpone_intent(&self, intent: &Intent) -> Result<(), StoreError> {
        on!(self, |c| rows::postpone_intent(c, intent))
    }

    async fn settle(&self, intent: &Intent, settled: &Settled) -> Result<(), StoreError> {
        on!(self, |c| rows::settle(c, intent, settled))
    }

    async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        on!(self, |c| rows::subscriptions(c))
    }

    async fn serve(&self, subscription: &Subscription) -> Result<(), StoreError> {
        on!(self, |c| rows::serve(c, subscription))
    }

    async fn unsubscribe(&self, topic: &str, callback: &str) -> Result<(), StoreError> {
        on!(self, |c| rows::unsubscribe(c, topic, callback))
    }

    async fn announced(&self, feed: &str, target: &str) -> Result<Vec<(String, Date)>, StoreError> {
        on!(self, |c| rows::announced(c, feed, target))
    }

    async fn enqueue(
        &self,
        feed: &str,
        target: &str,
        papers: &[(String, Date)],
        messages: &[(String, String)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        on!(self, |c| rows::enqueue(c, (feed, target), papers, messages, now))
    }

    async fn deliveries(&self) -> Result<Vec<Delivery>, StoreError> {
        on!(self, |c| rows::deliveries(c))
    }

    async fn postpone(&self, sequence: i64, attempts: i64, next: Timestamp) -> Result<(), StoreError> {
        on!(self, |c| rows::postpone(c, (sequence, attempts), next))
    }

    async fn finish(&self, sequence: i64) -> Result<(), StoreError> {
        on!(self, |c| rows::finish(c, sequence))
    }

    async fn webhooks(&self) -> Result<Vec<(String, String)>, StoreError> {
        on!(self, |c| rows::webhooks(c))
    }

    async fn forget_webhook(&self, feed: &str, target: &str) -> Result<(), StoreError> {
        on!(self, |c| rows::forget_webhook(c, feed, target))
    }

    async fn forget_announced(&self, before: Timestamp) -> Result<(), StoreError> {
        on!(self, |c| rows::forget_announced(c, before))
    }
}
