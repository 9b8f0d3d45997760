//! Who hears of what is new without asking?
//!
//! Subscribers of the `WebSub` hub (<https://www.w3.org/TR/websub/>), another's hub, and the webhooks of the feeds of the
//! configuration. Of all replicas that share a store the one that leads calls others; what is to be sent, and what was
//! taken, is in the store, so that a restart or another leader goes on where this one stopped.

mod again;
mod client;
mod desk;
mod guard;
mod lookup;
mod options;
mod worker;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::domain::clock::Clock;
use crate::domain::push::{Hub, HubChoice, PushReport, Topics};
use crate::feeds::{NamedOptions, Shelf};
use crate::store::{Outgoing, Store};

pub use guard::{Guard, Lookup, Refusal};
pub use options::{Options, WebhookOptions};

use client::Client;
use desk::Desk;
use worker::Worker;

/// The handle of what goes out; cheap to clone.
#[derive(Clone, Debug)]
pub struct Push {
    shared: Arc<Shared>,
}

/// A feed of the configuration with those who are told of it.
pub type Webhooks = Vec<(Arc<NamedOptions>, Vec<WebhookOptions>)>;

/// What the handles and the task both see.
#[derive(Debug)]
struct Shared {
    options: Options,
    guard: Guard,
    /// Something may be to be done.
    wake: Notify,
    /// Nothing more is to be begun.
    is_stopped: AtomicBool,
    /// A feed may show something else than before.
    has_changed: AtomicBool,
    webhooks: Mutex<Arc<Webhooks>>,
    /// Other webhooks than the task knows.
    is_configured: AtomicBool,
    report: Mutex<PushReport>,
}

/// What the task looks at.
pub struct Sources<S> {
    pub store: Arc<S>,
    pub shelf: Arc<Shelf>,
    pub topics: Arc<dyn Topics>,
    pub clock: Arc<dyn Clock>,
    /// The addresses, without endings, of the feeds that an external hub is told of.
    pub published: Vec<String>,
}

impl<S> std::fmt::Debug for Sources<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sources").field("published", &self.published).finish_non_exhaustive()
    }
}

impl Push {
    #[must_use]
    pub fn new(options: Options) -> Self {
        let guard = Guard::new(&options.allow_networks);
        Self::guarded_by(options, guard)
    }

    /// The same with another resolver.
    #[must_use]
    pub fn guarded_by(options: Options, guard: Guard) -> Self {
        let shared = Shared {
            options,
            guard,
            wake: Notify::new(),
            is_stopped: AtomicBool::new(false),
            has_changed: AtomicBool::new(true),
            webhooks: Mutex::default(),
            is_configured: AtomicBool::new(true),
            report: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Whom subscribers ask.
    #[must_use]
    pub fn hub<S: Outgoing>(&self, store: Arc<S>, clock: Arc<dyn Clock>) -> Arc<dyn Hub> {
        Arc::new(Desk::new(self.shared.clone(), store, clock))
    }

    /// Starts the task that calls others; it ends when it is [stopped](Self::stop).
    ///
    /// # Errors
    /// There is somebody to call, and there are no certificates to trust.
    pub fn start<S: Store + Outgoing>(&self, sources: Sources<S>) -> Result<JoinHandle<()>, reqwest::Error> {
        let client = Client::new(self.shared.guard.clone());
        let has_webhooks = self.shared.webhooks().iter().any(|(_, webhooks)| !webhooks.is_empty());
        if has_webhooks || self.shared.options.hub != HubChoice::Off {
            client.prepare()?;
        }
        Ok(tokio::spawn(Worker::new(self.shared.clone(), sources, client).run()))
    }

    /// Puts other webhooks in the place of those that were told so far; those that are new begin with what comes next.
    pub fn configure(&self, webhooks: Webhooks) {
        *self.shared.webhooks() = Arc::new(webhooks);
        self.shared.is_configured.store(true, Ordering::SeqCst);
        self.content_has_changed();
    }

    /// Says that feeds may show something else than before.
    pub fn content_has_changed(&self) {
        self.shared.has_changed.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Ends the task once it has put down what others have taken; calls under way are made again at the next start.
    ///
    /// One that is aborted may be writing, and with its session of the store goes the lead.
    pub fn stop(&self) {
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Looks at once whether something is to be done.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// How it is going.
    #[must_use]
    pub fn report(&self) -> PushReport {
        self.shared.report().clone()
    }
}

impl Shared {
    fn webhooks(&self) -> MutexGuard<'_, Arc<Webhooks>> {
        self.webhooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self) -> MutexGuard<'_, PushReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
