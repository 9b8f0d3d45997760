//! The task that calls others. It waits for no response: each call is a task of its own, whose outcome is recorded here.
//!
//! Outcomes are in the store before anything else is sent, so that a store that takes no writes stops the calls, and
//! nothing is sent twice for want of a record.

mod calls;
mod context;
mod messages;
mod publications;
mod subscriptions;
mod verifications;
mod webhook;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::client::Client;
use super::shared::{PushSources, Shared};
use crate::domain::push::{HubChoice, PushReport};
use crate::store::StoreError;

use calls::{EndedCall, Purpose};
use context::Context;
use publications::Publications;
use subscriptions::Subscriptions;
use verifications::Verifications;
use webhooks::Webhooks;

pub(super) struct Worker {
    context: Context,
    sources: PushSources,
    leads: bool,
    verifications: Verifications,
    subscriptions: Subscriptions,
    webhooks: Webhooks,
    publications: Publications,
    /// The store failed at the last look, and the log says so.
    store_failed: bool,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, sources: PushSources, client: Client) -> Self {
        Self {
            context: Context::new(shared, client),
            sources,
            leads: false,
            verifications: Verifications::default(),
            subscriptions: Subscriptions::default(),
            webhooks: Webhooks::default(),
            publications: Publications::default(),
            store_failed: false,
        }
    }

    pub(super) async fn run(mut self) {
        let shared = self.context.shared.clone();
        loop {
            let looked = self.look().await;
            self.note_store_error(looked.err().as_ref());
            self.report();
            let pause = self.context.pause(self.sources.clock.now());
            let mut ended = tokio::select! {
                () = shared.wake.notified() => None,
                Some(ended) = self.context.calls.next_ended() => Some(ended),
                () = tokio::time::sleep(pause) => None,
            };
            while let Some(call) = ended {
                self.record(call);
                ended = self.context.calls.try_next_ended();
            }
            if shared.is_stopped.load(Ordering::SeqCst) {
                if self.leads
                    && let Err(error) = self.context.flush(&self.sources.store).await
                {
                    tracing::warn!(%error, "deliveries could not be recorded, and will be repeated");
                }
                return;
            }
        }
    }

    /// Records what has ended and begins what is due.
    async fn look(&mut self) -> Result<(), StoreError> {
        self.context.begin_look();
        self.lead().await?;
        if !self.leads {
            return Ok(());
        }
        let Self { context, sources, verifications, subscriptions, webhooks, publications, .. } = self;
        let store = &sources.store;
        context.flush(store).await?;
        let now = sources.clock.now();
        let shared = context.shared.clone();
        if shared.is_configured.swap(false, Ordering::SeqCst)
            && let Err(error) = webhooks.configure(&shared.webhooks(), store, now).await
        {
            shared.is_configured.store(true, Ordering::SeqCst);
            return Err(error);
        }
        let has_changed = shared.has_changed.swap(false, Ordering::SeqCst);
        if has_changed
            && let Err(error) =
                webhooks.enqueue_new(store, &sources.working_set, &shared.options.address, now).await
        {
            shared.has_changed.store(true, Ordering::SeqCst);
            return Err(error);
        }
        webhooks.begin_due(context, now);
        if shared.options.hub == HubChoice::BuiltIn {
            verifications.begin_due(context, store, subscriptions, now).await?;
            subscriptions.begin_due(context, &sources.topics, now, has_changed).await;
        }
        if let HubChoice::External(hub) = &shared.options.hub {
            if has_changed {
                publications.find_changes(&sources.published, &*sources.topics).await;
            }
            publications.begin_due(context, hub, now);
        }
        context.flush(store).await
    }

    /// Finds out whether this replica leads; one that has just taken the lead loads everything from the store.
    async fn lead(&mut self) -> Result<(), StoreError> {
        let store = &self.sources.store;
        let leads = store.confirm().await.is_ok();
        if leads && !self.leads {
            self.context.calls.begin_term();
            self.context.flush(store).await?;
            self.verifications = Verifications::default();
            self.subscriptions = Subscriptions::load(store.subscriptions().await?);
            self.context.shared.is_configured.store(true, Ordering::SeqCst);
            self.context.shared.has_changed.store(true, Ordering::SeqCst);
        }
        self.leads = leads;
        Ok(())
    }

    fn record(&mut self, call: EndedCall) {
        let (context, outcome, now) = (&mut self.context, &call.outcome, self.sources.clock.now());
        match call.purpose {
            Purpose::Verification(intent) => {
                self.verifications.ended(intent, outcome, context, &mut self.subscriptions, now);
            }
            Purpose::Denial => {}
            Purpose::Delivery { topic, callback, sent } => {
                let key = (topic, callback);
                self.subscriptions.ended(key, sent, outcome, call.is_current, context, now);
            }
            Purpose::Message { feed, target, sequence } => {
                self.webhooks.ended((&feed, &target), sequence, outcome, context, now);
            }
            Purpose::Publication(feeds) => self.publications.ended(feeds, outcome, context, now),
        }
    }

    fn note_store_error(&mut self, error: Option<&StoreError>) {
        match (self.store_failed, error) {
            (_, Some(StoreError::NotLeading)) => self.leads = false,
            (false, Some(error)) => {
                tracing::error!(%error, "nothing is sent to subscribers and webhooks while the store fails");
            }
            (true, None) => {
                tracing::info!("the store works again, and subscribers and webhooks are notified");
            }
            _ => {}
        }
        self.store_failed = error.is_some_and(|error| *error != StoreError::NotLeading);
    }

    fn report(&self) {
        let mut report = self.context.shared.report();
        if !self.leads {
            let counts = (report.subscribers, report.verifications, report.publications);
            *report = PushReport::default();
            (report.subscribers, report.verifications, report.publications) = counts;
            return;
        }
        report.subscriptions = self.subscriptions.count();
        report.subscriptions_failing = self.subscriptions.failing();
        report.intents = self.verifications.count();
        report.webhooks = self.webhooks.reports();
    }
}
