//! Takes subscription requests into the store, bounded in all and per host of the callback.
//!
//! Every replica takes requests; the leader verifies them at their callbacks.

use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};

use super::guard;
use super::shared::Shared;
use crate::domain::clock::Clock;
use crate::domain::push::{
    BoxFuture, Hub, HubRefusal, HubRequest, LEASE_SECONDS_DEFAULT, LEASE_SECONDS_MAX, LEASE_SECONDS_MIN,
};
use crate::store::{HubMode, Store, SubscriptionRequest};

/// The most requests that wait for verification.
const PENDING_MAX: usize = 1_000;

/// The most of them for callbacks on one host.
const PENDING_PER_HOST_MAX: usize = 100;

/// The built-in hub, as subscribers see it.
pub(super) struct SubscriptionIntake {
    shared: Arc<Shared>,
    store: Store,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for SubscriptionIntake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SubscriptionIntake").finish_non_exhaustive()
    }
}

impl SubscriptionIntake {
    pub(super) fn new(shared: Arc<Shared>, store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { shared, store, clock }
    }

    async fn accept(&self, request: HubRequest) -> Result<(), HubRefusal> {
        let url = self.shared.guard.parse(&request.callback);
        let url = url.map_err(|refusal| HubRefusal::Callback(refusal.to_string()))?;
        let failed = |error: String| HubRefusal::Failed(error);
        let pending = self.store.subscription_requests().await.map_err(|error| failed(error.to_string()))?;
        let is_replacement =
            pending.iter().any(|other| other.topic == request.topic && other.callback == request.callback);
        let of_host =
            pending.iter().filter(|other| guard::host(&other.callback).as_deref() == url.host_str());
        if !is_replacement && of_host.count() >= PENDING_PER_HOST_MAX {
            return Err(HubRefusal::Full(format!(
                "{PENDING_PER_HOST_MAX} subscription requests for callbacks on this host wait for verification"
            )));
        }
        if !is_replacement && pending.len() >= PENDING_MAX {
            return Err(HubRefusal::Full(format!(
                "{PENDING_MAX} subscription requests wait for verification"
            )));
        }
        let lease = request.lease_seconds.unwrap_or(LEASE_SECONDS_DEFAULT);
        let intent = SubscriptionRequest {
            topic: request.topic,
            callback: request.callback,
            mode: if request.is_subscription { HubMode::Subscribe } else { HubMode::Unsubscribe },
            secret: request.secret,
            lease_seconds: lease.clamp(LEASE_SECONDS_MIN, LEASE_SECONDS_MAX),
            challenge: challenge().map_err(|_| failed("the system has no random numbers".to_owned()))?,
            content: request.content,
            attempts: 0,
            next: self.clock.now(),
        };
        self.store.request_subscription(&intent).await.map_err(|error| failed(error.to_string()))?;
        self.shared.wake.notify_one();
        Ok(())
    }
}

impl Hub for SubscriptionIntake {
    fn take(&self, request: HubRequest) -> BoxFuture<'_, Result<(), HubRefusal>> {
        Box::pin(self.accept(request))
    }
}

/// 32 hexadecimal digits that nobody can guess.
fn challenge() -> Result<String, ring::error::Unspecified> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_challenges_are_alike() {
        let challenges: HashSet<String> = (0..50).map(|_| challenge().expect("randomness")).collect();
        assert_eq!(challenges.len(), 50);
        assert!(challenges.iter().all(|challenge| challenge.len() == 32));
    }
}
