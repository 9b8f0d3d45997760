//! Which wishes of subscribers are taken?
//!
//! Every replica takes them; the one that leads finds out whether the subscriber means it.

use std::sync::Arc;

use super::Shared;
use super::again;
use crate::domain::clock::Clock;
use crate::domain::push::{
    BoxFuture, Hub, HubRefusal, HubRequest, LEASE_SECONDS_DEFAULT, LEASE_SECONDS_MAX, LEASE_SECONDS_MIN,
};
use crate::store::{Intent, Mode, Outgoing};

/// How many wishes may wait to be confirmed.
const INTENTS_MAX: usize = 1_000;

/// How many of them for one host.
const INTENTS_PER_HOST_MAX: usize = 100;

/// Takes wishes into the store.
pub(super) struct Desk<S> {
    shared: Arc<Shared>,
    store: Arc<S>,
    clock: Arc<dyn Clock>,
}

impl<S> std::fmt::Debug for Desk<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl<S: Outgoing> Desk<S> {
    pub(super) fn new(shared: Arc<Shared>, store: Arc<S>, clock: Arc<dyn Clock>) -> Self {
        Self { shared, store, clock }
    }

    async fn keep(&self, request: HubRequest) -> Result<(), HubRefusal> {
        let url = self.shared.guard.parse(&request.callback);
        let url = url.map_err(|refusal| HubRefusal::Callback(refusal.to_string()))?;
        let failed = |error: String| HubRefusal::Failed(error);
        let waiting = self.store.intents().await.map_err(|error| failed(error.to_string()))?;
        let is_known =
            waiting.iter().any(|intent| intent.topic == request.topic && intent.callback == request.callback);
        let of_host = waiting.iter().filter(|intent| host(&intent.callback).as_deref() == url.host_str());
        if !is_known && of_host.count() >= INTENTS_PER_HOST_MAX {
            let why =
                format!("{INTENTS_PER_HOST_MAX} wishes for callbacks on this host wait to be confirmed");
            return Err(HubRefusal::Full(why));
        }
        if !is_known && waiting.len() >= INTENTS_MAX {
            return Err(HubRefusal::Full(format!("{INTENTS_MAX} wishes wait to be confirmed")));
        }
        let lease = request.lease_seconds.unwrap_or(LEASE_SECONDS_DEFAULT);
        let intent = Intent {
            topic: request.topic,
            callback: request.callback,
            mode: if request.is_subscription { Mode::Subscribe } else { Mode::Unsubscribe },
            secret: request.secret,
            lease_seconds: lease.clamp(LEASE_SECONDS_MIN, LEASE_SECONDS_MAX),
            challenge: again::challenge()
                .map_err(|_| failed("the system has no random numbers".to_owned()))?,
            content: request.content,
            attempts: 0,
            next: self.clock.now(),
        };
        self.store.intend(&intent).await.map_err(|error| failed(error.to_string()))?;
        self.shared.wake.notify_one();
        Ok(())
    }
}

impl<S: Outgoing> Hub for Desk<S> {
    fn take(&self, request: HubRequest) -> BoxFuture<'_, Result<(), HubRefusal>> {
        Box::pin(self.keep(request))
    }
}

/// The host of an address that was judged before.
pub(super) fn host(url: &str) -> Option<String> {
    url::Url::parse(url).ok()?.host_str().map(str::to_owned)
}
