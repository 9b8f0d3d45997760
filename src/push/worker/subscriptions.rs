//! Subscriptions and their deliveries. A subscription is due while the content of its topic differs from what it was
//! sent last, so that it has at most one delivery under way or waiting, of the newest content.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName, LINK};
use ring::hmac;

use super::calls::Purpose;
use super::context::{Context, PendingWrite};
use crate::domain::push::Topics;
use crate::push::client::{Call, CallOutcome};
use crate::push::{guard, retry};
use crate::store::{Subscription, SubscriptionRequest};

/// How often topics are read although nothing is known to have changed: reading a subject keeps it from being forgotten.
const READ_TOPICS_EVERY: SignedDuration = SignedDuration::from_hours(6);

/// A topic and a callback.
type Key = (String, String);

#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    all: BTreeMap<Key, Subscriber>,
    /// A digest of the content of each topic.
    contents: HashMap<String, String>,
    per_host: HashMap<String, usize>,
    contents_read_at: Option<Timestamp>,
}

#[derive(Debug)]
struct Subscriber {
    subscription: Subscription,
    host: String,
    is_under_way: bool,
}

impl Subscriptions {
    pub(super) fn load(subscriptions: Vec<Subscription>) -> Self {
        let mut loaded = Self::default();
        for subscription in subscriptions {
            loaded.put(subscription);
        }
        loaded
    }

    fn put(&mut self, subscription: Subscription) {
        let key = (subscription.topic.clone(), subscription.callback.clone());
        let host = guard::host(&subscription.callback).unwrap_or_default();
        if self
            .all
            .insert(key, Subscriber { subscription, host: host.clone(), is_under_way: false })
            .is_none()
        {
            *self.per_host.entry(host).or_default() += 1;
        }
    }

    /// Adds a confirmed subscription, or renews it; a renewed one keeps what it was sent last.
    pub(super) fn insert(&mut self, intent: &SubscriptionRequest, expires: Timestamp) {
        let key = (intent.topic.clone(), intent.callback.clone());
        if let Some(known) = self.all.get_mut(&key) {
            let renewed = &mut known.subscription;
            (renewed.secret, renewed.expires) = (intent.secret.clone(), expires);
            (renewed.attempts, renewed.failing_since, renewed.next) = (0, None, intent.next);
            return;
        }
        self.contents_read_at = None;
        self.put(Subscription {
            topic: intent.topic.clone(),
            callback: intent.callback.clone(),
            secret: intent.secret.clone(),
            expires,
            content: intent.content.clone(),
            attempts: 0,
            failing_since: None,
            next: intent.next,
        });
    }

    pub(super) fn remove(&mut self, topic: &str, callback: &str) {
        let gone = self.all.remove(&(topic.to_owned(), callback.to_owned()));
        if let Some(count) = gone.and_then(|gone| self.per_host.get_mut(&gone.host)) {
            *count -= 1;
        }
    }

    pub(super) fn has(&self, topic: &str, callback: &str) -> bool {
        self.all.contains_key(&(topic.to_owned(), callback.to_owned()))
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    pub(super) fn of_host(&self, host: &str) -> usize {
        self.per_host.get(host).copied().unwrap_or_default()
    }

    pub(super) fn failing(&self) -> usize {
        self.all.values().filter(|subscriber| subscriber.subscription.attempts > 0).count()
    }

    fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = self.all.keys().map(|(topic, _)| topic.clone()).collect();
        topics.dedup();
        topics
    }

    /// Ends subscriptions whose lease is over and begins every delivery that is due.
    pub(super) async fn begin_due(
        &mut self,
        context: &mut Context,
        topics: &Arc<dyn Topics>,
        now: Timestamp,
        has_changed: bool,
    ) {
        self.expire(context, now);
        let read_at = self.contents_read_at;
        if has_changed || read_at.is_none_or(|read_at| now.duration_since(read_at).abs() >= READ_TOPICS_EVERY)
        {
            self.contents_read_at = Some(now);
            self.contents.clear();
            for topic in self.topics() {
                match topics.topic(&topic).await {
                    Ok(found) => drop(self.contents.insert(topic, found.content)),
                    // The feed does not exist any more, or its subject was not read yet.
                    Err(reason) => tracing::debug!(topic, reason, "a topic cannot be delivered"),
                }
            }
        }
        for (key, next, host) in self.due() {
            if next > now {
                context.look_at(next);
            } else if context.calls.has_room(&host) {
                self.begin_delivery(key, &host, context, topics.clone());
            }
        }
    }

    fn expire(&mut self, context: &mut Context, now: Timestamp) {
        let expired = self.all.iter().filter(|(_, subscriber)| subscriber.subscription.expires <= now);
        let expired: Vec<Key> = expired.map(|(key, _)| key.clone()).collect();
        for (topic, callback) in expired {
            self.remove(&topic, &callback);
            context.write(PendingWrite::Unsubscribe { topic, callback });
        }
        if let Some(next) = self.all.values().map(|subscriber| subscriber.subscription.expires).min() {
            context.look_at(next);
        }
    }

    /// The subscriptions that lack the newest content, with the time of the next attempt and the host.
    fn due(&self) -> Vec<(Key, Timestamp, String)> {
        let is_due = |((topic, _), subscriber): &(&Key, &Subscriber)| {
            let content = self.contents.get(topic);
            !subscriber.is_under_way
                && content.is_some_and(|content| *content != subscriber.subscription.content)
        };
        let due = self.all.iter().filter(is_due);
        due.map(|(key, subscriber)| (key.clone(), subscriber.subscription.next, subscriber.host.clone()))
            .collect()
    }

    fn begin_delivery(&mut self, key: Key, host: &str, context: &mut Context, topics: Arc<dyn Topics>) {
        let Some(subscriber) = self.all.get_mut(&key) else { return };
        subscriber.is_under_way = true;
        let secret = subscriber.subscription.secret.clone();
        let (topic, callback) = key;
        context.calls.begin(host, |client| async move {
            let (sent, outcome) = match topics.topic(&topic).await {
                Err(reason) => (String::new(), CallOutcome::NoResponse(reason)),
                Ok(found) => {
                    let mut headers = vec![
                        (CONTENT_TYPE, found.content_type),
                        (LINK, format!("<{}>; rel=\"hub\", <{topic}>; rel=\"self\"", found.hub_url)),
                    ];
                    if let Some(secret) = secret {
                        let signature = signature(&secret, &found.body);
                        headers.push((HeaderName::from_static("x-hub-signature"), signature));
                    }
                    let (url, body) = (callback.clone(), found.body.to_vec());
                    let call = Call { method: Method::POST, url, headers, body };
                    (found.content, client.call(call).await)
                }
            };
            (Purpose::Delivery { topic, callback, sent }, outcome)
        });
    }

    /// Records how a delivery ended; `sent` is the content that it had.
    pub(super) fn ended(
        &mut self,
        key: Key,
        sent: String,
        outcome: &CallOutcome,
        is_current: bool,
        context: &mut Context,
        now: Timestamp,
    ) {
        let Some(subscriber) = self.all.get_mut(&key) else { return };
        if is_current {
            subscriber.is_under_way = false;
        }
        let known = &mut subscriber.subscription;
        let mut report = context.shared.report();
        if outcome.is_success() {
            report.subscribers.delivered += 1;
            (known.content, known.attempts, known.failing_since) = (sent, 0, None);
        } else if matches!(outcome, CallOutcome::Response { status: 410, .. }) {
            report.subscribers.dropped += 1;
            drop(report);
            tracing::info!(callback.host = subscriber.host, "a subscriber is gone: it responded with 410");
            let (topic, callback) = key;
            self.remove(&topic, &callback);
            context.write(PendingWrite::Unsubscribe { topic, callback });
            return;
        } else {
            known.attempts += 1;
            let since = *known.failing_since.get_or_insert(now);
            known.next = retry::next_attempt(now, known.attempts, outcome.retry_after());
            let (host, reason) = (&subscriber.host, outcome.describe());
            if now.duration_since(since) >= retry::GIVE_UP_AFTER {
                report.subscribers.dropped += 1;
                tracing::warn!(
                    callback.host = host,
                    reason,
                    "deliveries to a subscriber failed for a day; it is notified of the next change"
                );
                let newest = self.contents.get(&key.0).cloned();
                (known.content, known.attempts, known.failing_since) = (newest.unwrap_or(sent), 0, None);
            } else {
                report.subscribers.failed += 1;
                tracing::debug!(callback.host = host, reason, "a delivery to a subscriber failed");
            }
        }
        drop(report);
        let served = known.clone();
        context.write(PendingWrite::Served(served));
    }
}

/// The signature of a body, by <https://www.w3.org/TR/websub/#signing-content>.
fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("sha256={}", hex::encode(hmac::sign(&key, body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_standard() {
        // RFC 4231 §4.3: test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            signature("key", b"The quick brown fox jumps over the lazy dog"),
            "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
        );
    }
}
