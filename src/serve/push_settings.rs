//! How subscribers are notified: by the hub of this service, by an external hub, or not at all.

use std::sync::Arc;

use crate::domain::push::{Hub, HubChoice, PushReport};
use crate::serve::addresses::HUB;

/// Who notifies subscribers, and how that goes.
#[derive(Clone, Default)]
pub struct PushSettings {
    pub choice: HubChoice,
    /// The hub of this service, where it has one.
    pub hub: Option<Arc<dyn Hub>>,
    /// The state of deliveries.
    pub report: Option<Arc<dyn Fn() -> PushReport + Send + Sync>>,
}

impl std::fmt::Debug for PushSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outward").field("choice", &self.choice).finish_non_exhaustive()
    }
}

impl PushSettings {
    /// Does this service have a hub?
    pub(in crate::serve) fn has_hub(&self) -> bool {
        self.choice == HubChoice::BuiltIn
    }

    /// The hub that feeds name.
    pub(in crate::serve) fn hub_url(&self, base: &str) -> Option<String> {
        match &self.choice {
            HubChoice::Off => None,
            HubChoice::BuiltIn => Some(format!("{base}{HUB}")),
            HubChoice::External(url) => Some(url.clone()),
        }
    }
}
