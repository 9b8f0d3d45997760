//! Verifies subscription requests: the callback must return the challenge (`WebSub`, section 5.3), so that nobody can
//! have a third party called.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use url::Url;

use super::calls::Purpose;
use super::context::{Context, PendingWrite};
use super::subscriptions::Subscriptions;
use crate::push::client::{Call, CallOutcome};
use crate::push::{guard, retry};
use crate::store::{HubMode, Settlement, Store, StoreError, SubscriptionRequest};

/// How often a callback is called that does not respond.
const ATTEMPTS_MAX: i64 = 3;

/// The most verifications in a minute at one host.
const PER_HOST_AND_MINUTE_MAX: usize = 30;

const PER_MINUTE_MAX: usize = 300;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[derive(Debug, Default)]
pub(super) struct Verifications {
    pending: Vec<SubscriptionRequest>,
    /// The challenges of requests whose call is under way, or whose outcome is not in the store yet.
    under_way: HashSet<String>,
    rate: VerificationRate,
}

/// How many verifications began in this minute.
#[derive(Debug, Default)]
struct VerificationRate {
    minute_began: Option<Timestamp>,
    begun: usize,
    per_host: HashMap<String, usize>,
}

impl VerificationRate {
    /// Counts a verification at this host, if the limits allow one more.
    fn admit(&mut self, host: &str, now: Timestamp) -> bool {
        if self.minute_began.is_none_or(|began| now.duration_since(began).abs() >= MINUTE) {
            *self = Self { minute_began: Some(now), ..Self::default() };
        }
        let at_host = self.per_host.entry(host.to_owned()).or_default();
        let has_room = *at_host < PER_HOST_AND_MINUTE_MAX && self.begun < PER_MINUTE_MAX;
        *at_host += usize::from(has_room);
        self.begun += usize::from(has_room);
        has_room
    }
}

impl Verifications {
    pub(super) fn count(&self) -> usize {
        self.pending.len()
    }

    /// Begins every verification that is due.
    pub(super) async fn begin_due(
        &mut self,
        context: &mut Context,
        store: &Store,
        subscriptions: &Subscriptions,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.pending = store.subscription_requests().await?;
        let known: HashSet<&str> = self.pending.iter().map(|intent| intent.challenge.as_str()).collect();
        self.under_way.retain(|challenge| known.contains(challenge.as_str()));
        for intent in &self.pending {
            if self.under_way.contains(&intent.challenge) {
                continue;
            }
            if intent.next > now {
                context.look_at(intent.next);
                continue;
            }
            let host = guard::host(&intent.callback).unwrap_or_default();
            if !context.calls.has_room(&host) {
                continue;
            }
            if !self.rate.admit(&host, now) {
                context.look_at(now + MINUTE);
                continue;
            }
            self.under_way.insert(intent.challenge.clone());
            let is_subscription = intent.mode == HubMode::Subscribe;
            match denial(intent, &host, context, subscriptions).filter(|_| is_subscription) {
                Some(reason) => deny(intent, &host, reason, context),
                None => verify(intent, &host, context),
            }
        }
        Ok(())
    }

    /// Records the response of a callback: nothing but the challenge confirms.
    pub(super) fn ended(
        &mut self,
        mut intent: SubscriptionRequest,
        outcome: &CallOutcome,
        context: &mut Context,
        subscriptions: &mut Subscriptions,
        now: Timestamp,
    ) {
        let is_confirmed = matches!(outcome, CallOutcome::Response { body, is_whole: true, .. }
            if outcome.is_success() && body == intent.challenge.as_bytes());
        let host = guard::host(&intent.callback).unwrap_or_default();
        if is_confirmed {
            tracing::info!(
                callback.host = host,
                mode = intent.mode.as_str(),
                "a subscriber confirmed its request"
            );
            let settled = match intent.mode {
                HubMode::Subscribe => {
                    let lease = SignedDuration::from_secs(intent.lease_seconds);
                    let expires = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
                    subscriptions.insert(&intent, expires);
                    Settlement::Subscribed { expires }
                }
                HubMode::Unsubscribe => {
                    subscriptions.remove(&intent.topic, &intent.callback);
                    Settlement::Unsubscribed
                }
            };
            context.shared.report().verifications.delivered += 1;
            context.write(PendingWrite::Settle(intent, settled));
            return;
        }
        intent.attempts += 1;
        // Any response is a no; silence and 5xx may be a passing failure.
        let may_pass =
            matches!(outcome, CallOutcome::NoResponse(_) | CallOutcome::Response { status: 500.., .. });
        if may_pass && intent.attempts < ATTEMPTS_MAX {
            intent.next = retry::next_attempt(now, intent.attempts, None);
            context.shared.report().verifications.failed += 1;
            self.under_way.remove(&intent.challenge);
            context.write(PendingWrite::PostponeVerification(intent));
            return;
        }
        tracing::info!(
            callback.host = host,
            reason = outcome.describe(),
            "a subscriber did not confirm its request"
        );
        context.shared.report().verifications.dropped += 1;
        context.write(PendingWrite::Settle(intent, Settlement::Refused));
    }
}

/// Why a new subscription is denied; an existing one can always be renewed.
fn denial(
    intent: &SubscriptionRequest,
    host: &str,
    context: &Context,
    subscriptions: &Subscriptions,
) -> Option<&'static str> {
    let options = &context.shared.options;
    if subscriptions.has(&intent.topic, &intent.callback) {
        None
    } else if subscriptions.count() >= options.subscriptions_max {
        Some("this hub has reached its limit of subscriptions")
    } else if subscriptions.of_host(host) >= options.subscriptions_per_host_max {
        Some("this hub has reached its limit of subscriptions for this host")
    } else {
        None
    }
}

fn verify(intent: &SubscriptionRequest, host: &str, context: &mut Context) {
    let lease = intent.lease_seconds.to_string();
    let mut parameters = vec![
        ("hub.mode", intent.mode.as_str()),
        ("hub.topic", &intent.topic),
        ("hub.challenge", &intent.challenge),
    ];
    if intent.mode == HubMode::Subscribe {
        parameters.push(("hub.lease_seconds", &lease));
    }
    let call = get(&intent.callback, &parameters);
    let intent = intent.clone();
    context
        .calls
        .begin(host, |client| async move { (Purpose::Verification(intent), client.call(call).await) });
}

fn deny(intent: &SubscriptionRequest, host: &str, reason: &str, context: &mut Context) {
    tracing::warn!(callback.host = host, reason, "a subscription was denied");
    let parameters = [("hub.mode", "denied"), ("hub.topic", &intent.topic), ("hub.reason", reason)];
    let call = get(&intent.callback, &parameters);
    context.write(PendingWrite::Settle(intent.clone(), Settlement::Refused));
    context.shared.report().verifications.dropped += 1;
    context.calls.begin(host, |client| async move { (Purpose::Denial, client.call(call).await) });
}

/// A `GET` of the callback, with parameters after its own, which stay as they are.
fn get(callback: &str, parameters: &[(&str, &str)]) -> Call {
    let url = Url::parse(callback).map_or_else(
        |_| callback.to_owned(),
        |mut url| {
            url.set_fragment(None);
            url.query_pairs_mut().extend_pairs(parameters);
            url.into()
        },
    );
    Call { method: Method::GET, url, headers: Vec::new(), body: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_keeps_its_own_parameters() {
        assert_eq!(get("http://e.org/a?b=%20c", &[("x", "1 2")]).url, "http://e.org/a?b=%20c&x=1+2");
        assert_eq!(get("http://e.org/a#f", &[("x", "&")]).url, "http://e.org/a?x=%26");
    }

    #[test]
    fn nobody_can_turn_us_on_a_third_party() {
        let mut rate = VerificationRate::default();
        let now = Timestamp::UNIX_EPOCH;
        let admitted = (0..1_000).filter(|_| rate.admit("victim.example", now)).count();
        assert_eq!(admitted, PER_HOST_AND_MINUTE_MAX);
        let others = (0..1_000).filter(|other| rate.admit(&format!("{other}.example"), now)).count();
        assert_eq!(others, PER_MINUTE_MAX - PER_HOST_AND_MINUTE_MAX);
        assert!(rate.admit("victim.example", now + MINUTE));
    }
}
