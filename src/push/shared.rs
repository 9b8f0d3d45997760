//! The state that the handles of the stage and its task share, and what the task reads.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::guard::AddressGuard;
use super::options::{PushOptions, WebhookOptions};
use crate::domain::clock::Clock;
use crate::domain::push::{PushReport, Topics};
use crate::feeds::{NamedOptions, WorkingSet};
use crate::store::Store;

/// The named feeds, each with its webhooks.
pub type FeedWebhooks = Vec<(Arc<NamedOptions>, Vec<WebhookOptions>)>;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: PushOptions,
    pub(super) guard: AddressGuard,
    /// Makes the task look for work.
    pub(super) wake: Notify,
    /// The task begins nothing more, and ends.
    pub(super) is_stopped: AtomicBool,
    /// The content of a feed may have changed.
    pub(super) has_changed: AtomicBool,
    webhooks: Mutex<Arc<FeedWebhooks>>,
    /// `webhooks` was replaced, and the task has not loaded it yet.
    pub(super) is_configured: AtomicBool,
    report: Mutex<PushReport>,
}

impl Shared {
    pub(super) fn new(options: PushOptions, guard: AddressGuard) -> Self {
        Self {
            options,
            guard,
            wake: Notify::new(),
            is_stopped: AtomicBool::new(false),
            has_changed: AtomicBool::new(true),
            webhooks: Mutex::default(),
            is_configured: AtomicBool::new(true),
            report: Mutex::default(),
        }
    }

    pub(super) fn webhooks(&self) -> Arc<FeedWebhooks> {
        self.webhooks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_webhooks(&self, webhooks: FeedWebhooks) {
        *self.webhooks.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(webhooks);
    }

    pub(super) fn report(&self) -> MutexGuard<'_, PushReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the task reads.
pub struct PushSources {
    pub store: Store,
    pub working_set: Arc<WorkingSet>,
    pub topics: Arc<dyn Topics>,
    pub clock: Arc<dyn Clock>,
    /// The addresses, without file extensions, of the feeds that are published to an external hub.
    pub published: Vec<String>,
}

impl std::fmt::Debug for PushSources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PushSources").field("published", &self.published).finish_non_exhaustive()
    }
}
