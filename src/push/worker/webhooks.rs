//! The webhooks of all feeds: each is sent a paper once, from the first mailing after it was configured. Which papers
//! that were is in the store, together with the messages that wait.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName};

use super::calls::Purpose;
use super::context::{Context, PendingWrite};
use super::messages::messages;
use super::webhook::{MessageState, Webhook, event_name};
use crate::domain::push::WebhookReport;
use crate::feeds::{self, Budget, NamedOptions, WorkingSet};
use crate::push::client::{Call, CallOutcome};
use crate::push::options::WebhookOptions;
use crate::push::shared::FeedWebhooks;
use crate::store::{Delivery, Store, StoreError};

/// How long the store remembers that a paper was sent: longer than any feed shows it.
const ANNOUNCED_KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);

/// A feed's slug and the target of a webhook.
type Key = (String, String);

#[derive(Debug, Default)]
pub(super) struct Webhooks(Vec<Webhook>);

impl Webhooks {
    pub(super) fn reports(&self) -> Vec<WebhookReport> {
        self.0.iter().map(Webhook::report).collect()
    }

    /// Loads the configured webhooks from the store, which forgets all others and their messages.
    pub(super) async fn configure(
        &mut self,
        configured: &FeedWebhooks,
        store: &Store,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = |webhook: &Webhook| (webhook.options.feed.clone(), webhook.target.clone());
        let before: HashMap<Key, Webhook> =
            self.0.drain(..).map(|webhook| (key(&webhook), webhook)).collect();
        let mut known: HashSet<Key> = HashSet::new();
        let mut webhooks = Vec::new();
        let mut waiting = store.deliveries().await?;
        let mut all: Vec<(&Arc<NamedOptions>, &WebhookOptions)> = Vec::new();
        for (feed, webhooks) in configured {
            all.extend(webhooks.iter().map(|options| (feed, options)));
        }
        for (feed, options) in all {
            let key = (feed.slug.clone(), options.target());
            if !known.insert(key.clone()) {
                continue;
            }
            let since = store.in_force_since(&since_key(&key), &feed.rules(), now).await?;
            // A row for each configured webhook, by which one that is not configured any more is found.
            store.enqueue(&key.0, &key.1, &[(String::new(), Date::ZERO)], &[], now).await?;
            let announced = store.announced(&key.0, &key.1).await?.into_iter().collect();
            let is_its = |delivery: &mut Delivery| delivery.feed == key.0 && delivery.target == key.1;
            let queue = waiting.extract_if(.., is_its).collect();
            let target = key.1.clone();
            let mut webhook = Webhook::new(options.clone(), feed.clone(), target, since, announced, queue);
            if let Some(before) = before.get(&key) {
                webhook.is_under_way = before.is_under_way;
                webhook.next_message = before.next_message;
                webhook.deliveries = before.deliveries;
            }
            webhooks.push(webhook);
        }
        let stored = store.webhooks().await?;
        for key in stored.into_iter().filter(|key| !known.contains(key)) {
            forget(&key, &waiting, store, now).await?;
        }
        store.forget_announced(now.saturating_sub(ANNOUNCED_KEPT).unwrap_or(Timestamp::MIN)).await?;
        self.0 = webhooks;
        Ok(())
    }

    /// Puts messages about the new papers of each webhook's feed into the store and the queues.
    pub(super) async fn enqueue_new(
        &mut self,
        store: &Store,
        working_set: &Arc<WorkingSet>,
        base_url: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut has_more = false;
        for webhook in &mut self.0 {
            let asked = webhook.asked();
            let choosing = {
                let (working_set, asked) = (working_set.clone(), asked.clone());
                let subjects = working_set.sources(&webhook.feed.sources);
                // Rules of the configuration have no budget.
                tokio::task::spawn_blocking(move || {
                    feeds::choose(&working_set, &subjects, &asked, &Budget::unlimited()).unwrap_or_default()
                })
            };
            let events = webhook.unsent(choosing.await.unwrap_or_default());
            if events.is_empty() {
                continue;
            }
            let papers: Vec<(String, Date)> =
                events.iter().map(|event| (event_name(event), event.listing_date)).collect();
            let messages = messages(webhook, &asked, &events, base_url);
            let (feed, target) = (&webhook.options.feed, &webhook.target);
            store.enqueue(feed, target, &papers, &messages, now).await?;
            tracing::info!(feed.slug = feed, paper.count = papers.len(), "new papers wait for a webhook");
            webhook.announced.extend(papers);
            has_more = true;
        }
        if has_more {
            let waiting = store.deliveries().await?;
            for webhook in &mut self.0 {
                let last = webhook.queue.back().map_or(i64::MIN, |last| last.sequence);
                let is_new = |delivery: &&Delivery| {
                    delivery.sequence > last
                        && delivery.feed == webhook.options.feed
                        && delivery.target == webhook.target
                };
                let new: Vec<Delivery> = waiting.iter().filter(is_new).cloned().collect();
                webhook.queue.extend(new);
            }
        }
        Ok(())
    }

    /// Sends each webhook the first of its messages, if it is due.
    pub(super) fn begin_due(&mut self, context: &mut Context, now: Timestamp) {
        for webhook in &mut self.0 {
            let Some(first) = webhook.queue.front().filter(|_| !webhook.is_under_way) else { continue };
            let next = first.next.max(webhook.next_message);
            if next > now {
                context.look_at(next);
                continue;
            }
            let host = webhook.options.host().to_owned();
            if !context.calls.has_room(&host) {
                continue;
            }
            let Delivery { sequence, event, body, .. } = first.clone();
            let (feed, target) = (webhook.options.feed.clone(), webhook.target.clone());
            let call = Call {
                method: Method::POST,
                url: webhook.options.url.as_str().to_owned(),
                headers: vec![
                    (CONTENT_TYPE, "application/json".to_owned()),
                    (HeaderName::from_static("x-crosslist-event"), event.clone()),
                    (HeaderName::from_static("idempotency-key"), event),
                ],
                body: body.into_bytes(),
            };
            webhook.is_under_way = true;
            context.calls.begin(&host, |client| async move {
                (Purpose::Message { feed, target, sequence }, client.call(call).await)
            });
        }
    }

    /// Records how an attempt to send a message to the webhook `(feed, target)` ended.
    pub(super) fn ended(
        &mut self,
        to: (&str, &str),
        sequence: i64,
        outcome: &CallOutcome,
        context: &mut Context,
        now: Timestamp,
    ) {
        let webhook = self.0.iter_mut().find(|webhook| (&*webhook.options.feed, &*webhook.target) == to);
        let state = match webhook {
            Some(webhook) => webhook.ended(sequence, outcome, now),
            // The webhook is not configured any more.
            None => outcome.is_success().then_some(MessageState::Finished),
        };
        match state {
            Some(MessageState::Finished) => context.write(PendingWrite::FinishMessage(sequence)),
            Some(MessageState::Postponed { attempts, next }) => {
                context.write(PendingWrite::PostponeMessage { sequence, attempts, next });
            }
            None => {}
        }
    }
}

/// Forgets a webhook that is not configured any more, and what waits for it.
async fn forget(key: &Key, waiting: &[Delivery], store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let (feed, target) = key;
    let lost = waiting.iter().filter(|delivery| (&delivery.feed, &delivery.target) == (feed, target)).count();
    if lost > 0 {
        tracing::warn!(
            feed.slug = feed,
            message.count = lost,
            "a webhook is not configured any more, and the messages that wait for it are dropped"
        );
    }
    // Should it be configured again, it begins with the mailing after that.
    store.in_force_since(&since_key(key), "", now).await?;
    store.forget_webhook(feed, target).await
}

/// The name under which the store keeps since when a webhook is configured; no feed has a colon in its slug.
fn since_key((feed, target): &Key) -> String {
    format!("webhook:{feed}:{target}")
}
