//! The handle through which the service starts, configures, wakes and stops the task that notifies others.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::task::JoinHandle;

use super::client::Client;
use super::guard::AddressGuard;
use super::options::PushOptions;
use super::shared::{FeedWebhooks, PushSources, Shared};
use super::subscription_intake::SubscriptionIntake;
use super::worker::Worker;
use crate::domain::clock::Clock;
use crate::domain::push::{Hub, HubChoice, PushReport};
use crate::store::Store;

/// Cheap to clone; all clones control the same task.
#[derive(Clone, Debug)]
pub struct Push {
    shared: Arc<Shared>,
}

impl Push {
    #[must_use]
    pub fn new(options: PushOptions) -> Self {
        let guard = AddressGuard::new(&options.allow_networks);
        Self::guarded_by(options, guard)
    }

    /// Like [`new`](Self::new), with another guard, which may have another resolver.
    #[must_use]
    pub fn guarded_by(options: PushOptions, guard: AddressGuard) -> Self {
        Self { shared: Arc::new(Shared::new(options, guard)) }
    }

    /// The built-in hub, which takes subscription requests.
    #[must_use]
    pub fn hub(&self, store: Store, clock: Arc<dyn Clock>) -> Arc<dyn Hub> {
        Arc::new(SubscriptionIntake::new(self.shared.clone(), store, clock))
    }

    /// Starts the task that calls others; it runs until [`stop`](Self::stop).
    ///
    /// # Errors
    /// A hub or a webhook is configured, and the system has no certificates to trust.
    pub fn start(&self, sources: PushSources) -> Result<JoinHandle<()>, reqwest::Error> {
        let client = Client::new(self.shared.guard.clone());
        let has_webhooks = self.shared.webhooks().iter().any(|(_, webhooks)| !webhooks.is_empty());
        if has_webhooks || self.shared.options.hub != HubChoice::Off {
            client.prepare()?;
        }
        Ok(tokio::spawn(Worker::new(self.shared.clone(), sources, client).run()))
    }

    /// Replaces the webhooks; one that is new begins with the next mailing.
    pub fn configure(&self, webhooks: FeedWebhooks) {
        self.shared.set_webhooks(webhooks);
        self.shared.is_configured.store(true, Ordering::SeqCst);
        self.content_has_changed();
    }

    /// Makes the task compare the content of all feeds with what it sent.
    pub fn content_has_changed(&self) {
        self.shared.has_changed.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Ends the task once the deliveries that succeeded are in the store; calls under way are repeated at the next start.
    ///
    /// Do not abort the task instead: it may be writing to the store, and an aborted write closes the database session
    /// that holds the lead.
    pub fn stop(&self) {
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Makes the task look for work now.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// The state of all subscriptions and webhooks, as the task saw it last.
    #[must_use]
    pub fn report(&self) -> PushReport {
        self.shared.report().clone()
    }
}
