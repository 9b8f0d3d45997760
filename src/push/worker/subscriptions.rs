//! Which subscribers are to be told of which topics, and what came of it?
//!
//! What a subscription was sent last is kept with it; it is due whenever its topic is something else. So there is at
//! most one delivery under way or waiting for each, and that one is of the newest content.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName, LINK};
use ring::hmac;

use super::{Mark, What, Worker};
use crate::push::again::{self, GIVEN_UP_AFTER};
use crate::push::client::{Answer, Call};
use crate::push::desk::host;
use crate::store::{Intent, Outgoing, Store, Subscription};

/// How often topics are looked at though nothing is known to have changed: who subscribes to a subject keeps it read.
const LOOK_AT_TOPICS: SignedDuration = SignedDuration::from_hours(6);

/// A topic and a callback.
type Key = (String, String);

/// Those who are told of changes.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    all: BTreeMap<Key, Served>,
    /// What each topic holds.
    contents: HashMap<String, String>,
    of_hosts: HashMap<String, usize>,
    looked: Option<Timestamp>,
}

#[derive(Debug)]
struct Served {
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
        let host = host(&subscription.callback).unwrap_or_default();
        if self.all.insert(key, Served { subscription, host: host.clone(), is_under_way: false }).is_none() {
            *self.of_hosts.entry(host).or_default() += 1;
        }
    }

    /// One that was confirmed; one that is renewed goes on where it is.
    pub(super) fn insert(&mut self, intent: &Intent, expires: Timestamp) {
        let key = (intent.topic.clone(), intent.callback.clone());
        if let Some(known) = self.all.get_mut(&key) {
            let renewed = &mut known.subscription;
            (renewed.secret, renewed.expires) = (intent.secret.clone(), expires);
            (renewed.attempts, renewed.failing_since, renewed.next) = (0, None, intent.next);
            return;
        }
        self.looked = None;
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
        if let Some(count) = gone.and_then(|gone| self.of_hosts.get_mut(&gone.host)) {
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
        self.of_hosts.get(host).copied().unwrap_or_default()
    }

    pub(super) fn failing(&self) -> usize {
        self.all.values().filter(|served| served.subscription.attempts > 0).count()
    }

    fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = self.all.keys().map(|(topic, _)| topic.clone()).collect();
        topics.dedup();
        topics
    }
}

impl<S: Store + Outgoing> Worker<S> {
    /// Ends what has run out, and begins what is due.
    pub(super) async fn distribute(&mut self, now: Timestamp, has_changed: bool) {
        self.expire(now);
        let looked = self.subscriptions.looked;
        if has_changed || looked.is_none_or(|looked| now.duration_since(looked).abs() >= LOOK_AT_TOPICS) {
            self.subscriptions.looked = Some(now);
            self.subscriptions.contents.clear();
            for topic in self.subscriptions.topics() {
                match self.sources.topics.topic(&topic).await {
                    Ok(found) => drop(self.subscriptions.contents.insert(topic, found.content)),
                    // A feed that is gone, or not read yet: there is nothing to tell.
                    Err(reason) => tracing::debug!(topic, reason, "a topic cannot be told of"),
                }
            }
        }
        self.deliver(now);
    }

    fn expire(&mut self, now: Timestamp) {
        let all = &self.subscriptions.all;
        let over: Vec<Key> = all
            .iter()
            .filter(|(_, served)| served.subscription.expires <= now)
            .map(|(key, _)| key.clone())
            .collect();
        for (topic, callback) in over {
            self.subscriptions.remove(&topic, &callback);
            self.marks.push_back(Mark::Unsubscribe(topic, callback));
        }
        if let Some(next) = self.subscriptions.all.values().map(|served| served.subscription.expires).min() {
            self.look_at(next);
        }
    }

    fn deliver(&mut self, now: Timestamp) {
        let contents = &self.subscriptions.contents;
        let is_due = |(key, served): &(&Key, &Served)| {
            !served.is_under_way
                && contents.get(&key.0).is_some_and(|content| *content != served.subscription.content)
        };
        let due: Vec<(Key, Timestamp, String)> = self
            .subscriptions
            .all
            .iter()
            .filter(is_due)
            .map(|(key, served)| (key.clone(), served.subscription.next, served.host.clone()))
            .collect();
        for (key, next, host) in due {
            if next > now {
                self.look_at(next);
            } else if self.has_room(&host) {
                self.begin_delivery(key, &host);
            }
        }
    }

    fn begin_delivery(&mut self, key: Key, host: &str) {
        let Some(served) = self.subscriptions.all.get_mut(&key) else { return };
        served.is_under_way = true;
        let secret = served.subscription.secret.clone();
        let (client, topics) = (self.client.clone(), self.sources.topics.clone());
        self.begin(host, async move {
            let (topic, callback) = key.clone();
            let found = match topics.topic(&topic).await {
                Ok(found) => found,
                Err(reason) => {
                    return (What::Delivery { key, content: String::new() }, Answer::Unanswered(reason));
                }
            };
            let mut headers = vec![
                (CONTENT_TYPE, found.content_type),
                (LINK, format!("<{}>; rel=\"hub\", <{topic}>; rel=\"self\"", found.hub_url)),
            ];
            if let Some(secret) = secret {
                headers.push((HeaderName::from_static("x-hub-signature"), signature(&secret, &found.body)));
            }
            let body = found.body.to_vec();
            let answer = client.call(Call { method: Method::POST, url: callback, headers, body }).await;
            (What::Delivery { key, content: found.content }, answer)
        });
    }

    /// Puts down what came of a delivery.
    pub(super) fn delivered(
        &mut self,
        key: &Key,
        content: String,
        answer: &Answer,
        now: Timestamp,
        is_current: bool,
    ) {
        let Some(served) = self.subscriptions.all.get_mut(key) else { return };
        if is_current {
            served.is_under_way = false;
        }
        let mut report = self.shared.report();
        let known = &mut served.subscription;
        if answer.is_success() {
            report.subscribers.delivered += 1;
            (known.content, known.attempts, known.failing_since) = (content, 0, None);
            self.marks.push_back(Mark::Serve(known.clone()));
            return;
        }
        if matches!(answer, Answer::Answered { status: 410, .. }) {
            report.subscribers.dropped += 1;
            drop(report);
            tracing::info!(callback.host = served.host, "a subscriber is gone");
            self.subscriptions.remove(&key.0, &key.1);
            self.marks.push_back(Mark::Unsubscribe(key.0.clone(), key.1.clone()));
            return;
        }
        known.attempts += 1;
        let since = *known.failing_since.get_or_insert(now);
        let wait = answer.wait().and_then(|wait| now.checked_add(wait).ok());
        known.next = again::after(now, known.attempts).max(wait.unwrap_or(now));
        if now.duration_since(since) >= GIVEN_UP_AFTER {
            report.subscribers.dropped += 1;
            tracing::warn!(
                callback.host = served.host,
                reason = answer.said(),
                "a subscriber could not be told for a day; it is told of the next change"
            );
            let newest = self.subscriptions.contents.get(&key.0).cloned();
            (known.content, known.attempts, known.failing_since) = (newest.unwrap_or(content), 0, None);
        } else {
            report.subscribers.failed += 1;
            tracing::debug!(callback.host = served.host, reason = answer.said(), "a subscriber was not told");
        }
        self.marks.push_back(Mark::Serve(known.clone()));
    }
}

/// The body's signature, by <https://www.w3.org/TR/websub/#signing-content>.
fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("sha256={}", hex::encode(hmac::sign(&key, body).as_ref()))
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
