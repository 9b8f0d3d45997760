//! Was it the subscriber who asked?
//!
//! Only the one who has the callback can tell, by giving back what it was sent; so nobody can have others called.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use url::Url;

use super::{Mark, What, Worker};
use crate::push::again;
use crate::push::client::{Answer, Call};
use crate::push::desk::host;
use crate::store::{Intent, Mode, Outgoing, Settled, Store, StoreError};

/// How often a callback is asked that does not answer.
const ATTEMPTS_MAX: i64 = 3;

/// How many callbacks of one host are asked in a minute, so that nobody can turn us on a third party.
const PER_HOST_AND_MINUTE_MAX: usize = 30;

/// How many are asked in a minute in all.
const PER_MINUTE_MAX: usize = 300;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What waits to be confirmed.
#[derive(Debug, Default)]
pub(super) struct Intents {
    waiting: Vec<Intent>,
    /// The challenges of those who are being asked, or whose answer is not put down yet.
    asked: HashSet<String>,
    /// When this minute began, and how many were asked in it.
    minute: Option<Timestamp>,
    in_all: usize,
    of_hosts: HashMap<String, usize>,
}

impl Intents {
    pub(super) fn count(&self) -> usize {
        self.waiting.len()
    }

    /// May this host be asked now? It counts.
    fn admit(&mut self, host: &str, now: Timestamp) -> bool {
        if self.minute.is_none_or(|minute| now.duration_since(minute).abs() >= MINUTE) {
            (self.minute, self.in_all) = (Some(now), 0);
            self.of_hosts.clear();
        }
        let of_host = self.of_hosts.entry(host.to_owned()).or_default();
        let has_room = *of_host < PER_HOST_AND_MINUTE_MAX && self.in_all < PER_MINUTE_MAX;
        *of_host += usize::from(has_room);
        self.in_all += usize::from(has_room);
        has_room
    }
}

impl<S: Store + Outgoing> Worker<S> {
    /// Asks those whose turn it is.
    pub(super) async fn verify(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.intents.waiting = self.sources.store.intents().await?;
        let waiting = self.intents.waiting.clone();
        let known: HashSet<&str> = waiting.iter().map(|intent| intent.challenge.as_str()).collect();
        self.intents.asked.retain(|challenge| known.contains(challenge.as_str()));
        for intent in waiting {
            if self.intents.asked.contains(&intent.challenge) {
                continue;
            }
            if intent.next > now {
                self.look_at(intent.next);
                continue;
            }
            let host = host(&intent.callback).unwrap_or_default();
            if !self.has_room(&host) {
                continue;
            }
            if !self.intents.admit(&host, now) {
                self.look_at(now + MINUTE);
                continue;
            }
            self.intents.asked.insert(intent.challenge.clone());
            let refusal = (intent.mode == Mode::Subscribe).then(|| self.is_full(&intent, &host)).flatten();
            match refusal {
                Some(reason) => self.deny(intent, &host, reason),
                None => self.ask(intent, &host),
            }
        }
        Ok(())
    }

    /// Why there is no room for a subscription; one that is there can be renewed.
    fn is_full(&self, intent: &Intent, host: &str) -> Option<&'static str> {
        let options = &self.shared.options;
        if self.subscriptions.has(&intent.topic, &intent.callback) {
            None
        } else if self.subscriptions.count() >= options.subscriptions_max {
            Some("this hub has as many subscriptions as it takes")
        } else if self.subscriptions.of_host(host) >= options.subscriptions_per_host_max {
            Some("this hub has as many subscriptions for this host as it takes")
        } else {
            None
        }
    }

    fn ask(&mut self, intent: Intent, host: &str) {
        let lease = intent.lease_seconds.to_string();
        let mut parameters = vec![
            ("hub.mode", intent.mode.as_str()),
            ("hub.topic", &intent.topic),
            ("hub.challenge", &intent.challenge),
        ];
        if intent.mode == Mode::Subscribe {
            parameters.push(("hub.lease_seconds", &lease));
        }
        let url = with_parameters(&intent.callback, &parameters);
        let client = self.client.clone();
        self.begin(host, async move {
            let answer =
                client.call(Call { method: Method::GET, url, headers: Vec::new(), body: Vec::new() }).await;
            (What::Intent(intent), answer)
        });
    }

    /// Tells a subscriber that it is not served.
    fn deny(&mut self, intent: Intent, host: &str, reason: &str) {
        tracing::warn!(callback.host = host, reason, "a subscription was denied");
        let parameters = [("hub.mode", "denied"), ("hub.topic", &intent.topic), ("hub.reason", reason)];
        let url = with_parameters(&intent.callback, &parameters);
        self.marks.push_back(Mark::Settle(intent, Settled::Refused));
        self.shared.report().verifications.dropped += 1;
        let client = self.client.clone();
        self.begin(host, async move {
            let answer =
                client.call(Call { method: Method::GET, url, headers: Vec::new(), body: Vec::new() }).await;
            (What::Denial, answer)
        });
    }

    /// Puts down what a callback has said: its challenge and nothing else confirms.
    pub(super) fn verified(&mut self, mut intent: Intent, answer: &Answer, now: Timestamp) {
        let is_echo = matches!(answer, Answer::Answered { body, is_whole: true, .. }
            if answer.is_success() && body == intent.challenge.as_bytes());
        let host = host(&intent.callback).unwrap_or_default();
        if is_echo {
            tracing::info!(callback.host = host, mode = intent.mode.as_str(), "a subscriber has confirmed");
            let settled = match intent.mode {
                Mode::Subscribe => {
                    let lease = SignedDuration::from_secs(intent.lease_seconds);
                    let expires = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
                    self.subscriptions.insert(&intent, expires);
                    Settled::Subscribed { expires }
                }
                Mode::Unsubscribe => {
                    self.subscriptions.remove(&intent.topic, &intent.callback);
                    Settled::Unsubscribed
                }
            };
            self.shared.report().verifications.delivered += 1;
            self.marks.push_back(Mark::Settle(intent, settled));
            return;
        }
        intent.attempts += 1;
        // An answer of whatever kind is a no; silence may be a failure of a moment.
        let is_silent = matches!(answer, Answer::Unanswered(_) | Answer::Answered { status: 500.., .. });
        if is_silent && intent.attempts < ATTEMPTS_MAX {
            intent.next = again::after(now, intent.attempts);
            self.shared.report().verifications.failed += 1;
            self.intents.asked.remove(&intent.challenge);
            self.marks.push_back(Mark::PostponeIntent(intent));
            return;
        }
        tracing::info!(callback.host = host, reason = answer.said(), "a subscriber has not confirmed");
        self.shared.report().verifications.dropped += 1;
        self.marks.push_back(Mark::Settle(intent, Settled::Refused));
    }
}

/// A callback with parameters behind its own, which stay as they are.
fn with_parameters(callback: &str, parameters: &[(&str, &str)]) -> String {
    Url::parse(callback).map_or_else(
        |_| callback.to_owned(),
        |mut url| {
            url.set_fragment(None);
            url.query_pairs_mut().extend_pairs(parameters);
            url.into()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_keeps_its_own_parameters() {
        assert_eq!(with_parameters("http://e.org/a?b=%20c", &[("x", "1 2")]), "http://e.org/a?b=%20c&x=1+2");
        assert_eq!(with_parameters("http://e.org/a#f", &[("x", "&")]), "http://e.org/a?x=%26");
    }

    #[test]
    fn nobody_can_turn_us_on_a_third_party() {
        let mut intents = Intents::default();
        let now = Timestamp::UNIX_EPOCH;
        let asked = (0..1_000).filter(|_| intents.admit("victim.example", now)).count();
        assert_eq!(asked, PER_HOST_AND_MINUTE_MAX);
        let others = (0..1_000).filter(|other| intents.admit(&format!("{other}.example"), now)).count();
        assert_eq!(others, PER_MINUTE_MAX - PER_HOST_AND_MINUTE_MAX);
        assert!(intents.admit("victim.example", now + MINUTE));
    }
}
