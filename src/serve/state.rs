//! The state that all workers share to answer requests.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::collect::Collector;
use crate::domain::clock::Clock;
use crate::feeds::WorkingSet;
use crate::serve::access::clients::Clients;
use crate::serve::access::keys::AccessControl;
use crate::serve::documents::cache::{DocumentCache, StateVersions};
use crate::serve::documents::description::Description;
use crate::serve::documents::render_queue::{RenderClass, RenderQueue, RenderTicket};
use crate::serve::metrics::workers::Metrics;
use crate::serve::options::ServiceOptions;
use crate::serve::push_settings::PushSettings;
use crate::serve::reload_status::ReloadStatus;

/// What a request is answered from; the settings in it never change, for others come in a state of their own.
#[derive(Clone)]
pub struct State {
    pub working_set: Arc<WorkingSet>,
    pub collector: Collector,
    pub documents: DocumentCache,
    pub renders: Arc<RenderQueue>,
    pub clock: Arc<dyn Clock>,
    pub clients: Arc<Clients>,
    pub access: Arc<AccessControl>,
    pub metrics: Arc<Metrics>,
    pub push: PushSettings,
    pub options: Arc<ServiceOptions>,
    /// Which settings these are: changes whenever any of them does.
    pub generation: u64,
    pub reload_status: Arc<ReloadStatus>,
    pub description: Description,
}

impl State {
    pub(in crate::serve) fn versions(&self) -> StateVersions {
        (self.working_set.version(), self.collector.version(), self.generation)
    }

    /// A client's place in the render queue.
    pub(in crate::serve) fn render_ticket(&self, client: Option<IpAddr>, class: RenderClass) -> RenderTicket {
        RenderTicket::new(self.renders.clone(), client, class, self.options.cold_wait)
    }

    /// The service's own place in the render queue, which waits as long as it must.
    pub(in crate::serve) fn own_ticket(&self, class: RenderClass) -> RenderTicket {
        RenderTicket::new(self.renders.clone(), None, class, Duration::MAX)
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("options", &self.options).finish_non_exhaustive()
    }
}
