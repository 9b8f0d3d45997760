//! How does PostgreSQL keep what goes out?
//!
//! The one that leads writes over the session that leads; what subscribers ask for is taken by every replica.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Postgres, WORK_MAX, line, write};
use crate::store::StoreError;
use crate::store::outgoing::{Delivery, Intent, Outgoing, Settled, Subscription};

mod rows {
    crate::store::outgoing::statements::outgoing_functions!(sqlx::PgConnection);
}

/// Writes as the one that leads.
macro_rules! leading {
    ($store:expr, |$connection:ident| $work:expr) => {{
        let shared = &$store.shared;
        let work = async { line::on!(shared.writing, take_leading, WORK_MAX, |$connection| $work) };
        shared.unless_lost(work.await)
    }};
}

/// Reads, or writes as any replica.
macro_rules! on {
    ($store:expr, |$connection:ident| $work:expr) => {
        line::on!($store.shared.reading, take, WORK_MAX, |$connection| $work)
    };
}

impl Outgoing for Postgres {
    async fn intend(&self, intent: &Intent) -> Result<(), StoreError> {
        let channel = &self.shared.place.channel;
        on!(self, |c| async {
            rows::intend(c, intent).await?;
            write::notify(c, channel).await
        })
    }

    async fn intents(&self) -> Result<Vec<Intent>, StoreError> {
        on!(self, |c| rows::intents(c))
    }

    async fn postpone_intent(&self, intent: &Intent) -> Result<(), StoreError> {
        leading!(self, |c| rows::postpone_intent(c, intent))
    }

    async fn settle(&self, intent: &Intent, settled: &Settled) -> Result<(), StoreError> {
        leading!(self, |c| rows::settle(c, intent, settled))
    }

    async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        on!(self, |c| rows::subscriptions(c))
    }

    async fn serve(&self, subscription: &Subscription) -> Result<(), StoreError> {
        leading!(self, |c| rows::serve(c, subscription))
    }

    async fn unsubscribe(&self, topic: &str, callback: &str) -> Result<(), StoreError> {
        leading!(self, |c| rows::unsubscribe(c, topic, callback))
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
        leading!(self, |c| rows::enqueue(c, (feed, target), papers, messages, now))
    }

    async fn deliveries(&self) -> Result<Vec<Delivery>, StoreError> {
        on!(self, |c| rows::deliveries(c))
    }

    async fn postpone(&self, sequence: i64, attempts: i64, next: Timestamp) -> Result<(), StoreError> {
        leading!(self, |c| rows::postpone(c, (sequence, attempts), next))
    }

    async fn finish(&self, sequence: i64) -> Result<(), StoreError> {
        leading!(self, |c| rows::finish(c, sequence))
    }

    async fn webhooks(&self) -> Result<Vec<(String, String)>, StoreError> {
        on!(self, |c| rows::webhooks(c))
    }

    async fn forget_webhook(&self, feed: &str, target: &str) -> Result<(), StoreError> {
        leading!(self, |c| rows::forget_webhook(c, feed, target))
    }

    async fn forget_announced(&self, before: Timestamp) -> Result<(), StoreError> {
        leading!(self, |c| rows::forget_announced(c, before))
    }
}
