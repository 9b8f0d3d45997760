//! Webhooks: each is told of a paper once, from the first mailing after it was configured on.
//! Which ones it was told of is kept in the store together with the messages that wait.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName};

use super::{Mark, What, Worker};
use crate::domain::announcement::AnnounceType;
use crate::domain::event::Event;
use crate::domain::feed::Feed;
use crate::domain::mailing;
use crate::domain::presentation::{Choice, Presentation};
use crate::domain::push::{Deliveries, WebhookKind, WebhookReport};
use crate::feeds::{self, Asked, Budget, Limit, NamedOptions, Scope, Selection};
use crate::push::WebhookOptions;
use crate::push::again::{self, GIVEN_UP_AFTER};
use crate::push::client::{Answer, Call};
use crate::render::webhook_message;
use crate::store::{Delivery, Outgoing, Store, StoreError};

/// The rest between two messages to one webhook: Slack takes one a second, Discord five in two.
const REST: SignedDuration = SignedDuration::from_secs(1);

/// How often a webhook may refuse before it is asked seldom.
const REFUSALS_MAX: i64 = 4;

/// How long it is left alone then.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// How long it is remembered that a paper was announced: longer than any feed shows it.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

/// The most items that a feed is looked through for.
const ITEMS_MAX: usize = 2_000;

/// A webhook of a feed, with what waits for it.
#[derive(Debug)]
pub(super) struct Webhook {
    options: WebhookOptions,
    feed: Arc<NamedOptions>,
    target: String,
    /// Only what was announced later is told.
    since: Timestamp,
    /// The papers that were announced, with their listing dates.
    announced: HashMap<String, Date>,
    queue: VecDeque<Delivery>,
    is_under_way: bool,
    /// It is left alone until then.
    rests_until: Timestamp,
    /// How often it has refused, one after another.
    refusals: i64,
    deliveries: Deliveries,
    trouble: Option<String>,
}

impl Webhook {
    pub(super) fn report(&self) -> WebhookReport {
        WebhookReport {
            feed: self.options.feed.clone(),
            kind: self.options.kind,
            host: self.options.host().to_owned(),
            deliveries: self.deliveries,
            pending: self.queue.len(),
            oldest_pending: self.queue.front().map(|oldest| oldest.made),
            is_paused: self.refusals >= REFUSALS_MAX,
            trouble: self.trouble.clone(),
        }
    }

    /// What it is asked for, to be shown as its kind wants it.
    fn asked(&self) -> Asked {
        let feed = &self.feed;
        let profile = self.options.kind.profile();
        let days = feed.days.unwrap_or(u32::from(u16::MAX));
        let selection =
            Selection::of(&AnnounceType::ALL, days, Limit::Usual(feed.limit.unwrap_or(ITEMS_MAX)));
        let shown =
            Presentation { text: feed.text, profile, summary: profile.summary(), ..Presentation::default() };
        Asked::usual(Scope::Named(feed.clone()), selection, shown)
    }

    /// What is new to it, in the order of the feed.
    fn fresh(&self, mut events: Vec<Event>) -> Vec<Event> {
        events.retain(|event| {
            mailing::moment(event.listing_date) > self.since && !self.announced.contains_key(&name(event))
        });
        events
    }

    /// How many papers of a mailing it was told of.
    fn told_of(&self, date: Date) -> usize {
        self.announced.values().filter(|announced| **announced == date).count()
    }
}

/// The name of an event within a feed: `2602.23598`, `2602.23598#replaced-2026-03-02`.
fn name(event: &Event) -> String {
    format!("{}{}", event.paper.id, event.id_suffix())
}

impl<S: Store + Outgoing> Worker<S> {
    /// Takes up the webhooks of the configuration, and forgets what waits for others.
    pub(super) async fn configure(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let store = &self.sources.store;
        let configured = self.shared.webhooks().clone();
        let mut before: HashMap<(String, String), Webhook> = self
            .webhooks
            .drain(..)
            .map(|webhook| ((webhook.options.feed.clone(), webhook.target.clone()), webhook))
            .collect();
        let mut known: HashSet<(String, String)> = HashSet::new();
        let mut webhooks = Vec::new();
        let mut waiting = store.deliveries().await?;
        let mut told: Vec<(Arc<NamedOptions>, WebhookOptions)> = Vec::new();
        for (feed, all) in configured.iter() {
            told.extend(all.iter().map(|one| (feed.clone(), one.clone())));
        }
        for (feed, options) in told {
            let key = (feed.slug.clone(), options.target());
            if !known.insert(key.clone()) {
                continue;
            }
            let since = store.in_force_since(&since_key(&key), &feed.rules(), now).await?;
            // Whoever is configured has a row, so that one that is configured no more is found.
            store.enqueue(&key.0, &key.1, &[(String::new(), Date::ZERO)], &[], now).await?;
            let announced = store.announced(&key.0, &key.1).await?.into_iter().collect();
            let earlier = before.remove(&key);
            let taken = |delivery: &Delivery| delivery.feed == key.0 && delivery.target == key.1;
            webhooks.push(Webhook {
                feed,
                since,
                announced,
                queue: waiting.extract_if(.., |delivery| taken(delivery)).collect(),
                is_under_way: earlier.as_ref().is_some_and(|earlier| earlier.is_under_way),
                rests_until: earlier.as_ref().map_or(Timestamp::MIN, |earlier| earlier.rests_until),
                refusals: 0,
                deliveries: earlier.map(|earlier| earlier.deliveries).unwrap_or_default(),
                trouble: None,
                options,
                target: key.1,
            });
        }
        let mut gone = store.webhooks().await?;
        gone.retain(|key| !known.contains(key));
        for (feed, target) in gone {
            let lost = waiting.iter().filter(|delivery| delivery.feed == feed && delivery.target == target);
            let lost = lost.count();
            if lost > 0 {
                tracing::warn!(
                    feed.slug = feed,
                    message.count = lost,
                    "a webhook is gone, and what waited for it"
                );
            }
            // When it comes back, it begins anew.
            store.in_force_since(&since_key(&(feed.clone(), target.clone())), "", now).await?;
            store.forget_webhook(&feed, &target).await?;
        }
        store.forget_announced(now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN)).await?;
        self.webhooks = webhooks;
        Ok(())
    }

    /// Makes messages of what is new to each webhook, and keeps them.
    pub(super) async fn announce(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let mut has_more = false;
        for webhook in &mut self.webhooks {
            let asked = webhook.asked();
            let base = self.shared.options.address.clone();
            let choosing = {
                let (held, asked) = (self.sources.shelf.clone(), asked.clone());
                let subjects = held.sources(&webhook.feed.sources);
                // The rules of the configuration may take what they take.
                tokio::task::spawn_blocking(move || {
                    feeds::choose(&held, &subjects, &asked, &Budget::unlimited()).unwrap_or_default()
                })
            };
            let fresh = webhook.fresh(choosing.await.unwrap_or_default());
            if fresh.is_empty() {
                continue;
            }
            let papers: Vec<(String, Date)> =
                fresh.iter().map(|event| (name(event), event.listing_date)).collect();
            let messages = messages(webhook, &asked, &fresh, &base);
            let (feed, target) = (&webhook.options.feed, &webhook.target);
            self.sources.store.enqueue(feed, target, &papers, &messages, now).await?;
            tracing::info!(feed.slug = feed, paper.count = papers.len(), "a webhook is told of papers");
            webhook.announced.extend(papers);
            has_more = true;
        }
        if has_more {
            let waiting = self.sources.store.deliveries().await?;
            for webhook in &mut self.webhooks {
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

    /// Sends each webhook the first of what waits for it.
    pub(super) fn send_messages(&mut self, now: Timestamp) {
        for index in 0..self.webhooks.len() {
            let webhook = &self.webhooks[index];
            let Some(first) = webhook.queue.front().filter(|_| !webhook.is_under_way) else { continue };
            let next = first.next.max(webhook.rests_until);
            if next > now {
                self.look_at(next);
                continue;
            }
            let host = webhook.options.host().to_owned();
            if !self.has_room(&host) {
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
            self.webhooks[index].is_under_way = true;
            let client = self.client.clone();
            self.begin(
                &host,
                async move { (What::Message { feed, target, sequence }, client.call(call).await) },
            );
        }
    }

    /// Puts down what came of a message.
    pub(super) fn sent(&mut self, to: (&str, &str), sequence: i64, answer: &Answer, now: Timestamp) {
        if answer.is_success() {
            self.marks.push_back(Mark::Finish(sequence));
        }
        let webhook =
            self.webhooks.iter_mut().find(|webhook| (webhook.options.feed.as_str(), &*webhook.target) == to);
        let Some(webhook) = webhook else { return };
        webhook.is_under_way = false;
        webhook.rests_until = now + REST;
        let Some(place) = webhook.queue.iter().position(|delivery| delivery.sequence == sequence) else {
            return;
        };
        let feed = &webhook.options.feed;
        if answer.is_success() {
            webhook.queue.remove(place);
            webhook.deliveries.delivered += 1;
            (webhook.refusals, webhook.trouble) = (0, None);
            return;
        }
        let delivery = &mut webhook.queue[place];
        delivery.attempts += 1;
        let why = answer.said();
        webhook.trouble = Some(why.clone());
        let status = if let Answer::Answered { status, .. } = answer { *status } else { 0 };
        let is_refused = matches!(status, 300..=499) && !matches!(status, 408 | 429)
            || matches!(answer, Answer::Refused(_));
        // The message may be wrong, or the webhook: the one is given up, the other is waited for.
        let is_message_wrong = matches!(status, 400 | 413 | 422) && delivery.attempts >= REFUSALS_MAX;
        if is_message_wrong || now.duration_since(delivery.made) >= GIVEN_UP_AFTER {
            tracing::error!(
                feed.slug = feed,
                webhook.kind = webhook.options.kind.as_str(),
                webhook.host = webhook.options.host(),
                event = delivery.event,
                reason = why,
                "a message is given up"
            );
            webhook.deliveries.dropped += 1;
            webhook.queue.remove(place);
            self.marks.push_back(Mark::Finish(sequence));
            return;
        }
        webhook.deliveries.failed += 1;
        webhook.refusals = if is_refused { webhook.refusals + 1 } else { 0 };
        let wait = answer.wait().and_then(|wait| now.checked_add(wait).ok());
        let mut next = again::after(now, delivery.attempts).max(wait.unwrap_or(now));
        if let (429, Some(wait)) = (status, wait) {
            // It says itself when it takes more.
            next = wait;
        } else if webhook.refusals >= REFUSALS_MAX {
            if webhook.refusals == REFUSALS_MAX {
                tracing::error!(
                    feed.slug = feed,
                    webhook.kind = webhook.options.kind.as_str(),
                    webhook.host = webhook.options.host(),
                    reason = why,
                    "a webhook refuses what it is sent; it is tried once an hour"
                );
            }
            next = now + PAUSE;
        }
        delivery.next = next;
        self.marks.push_back(Mark::Postpone(sequence, delivery.attempts, next));
    }
}

/// Under which name it is kept since when a webhook is told; no feed has a name with a colon.
fn since_key((feed, target): &(String, String)) -> String {
    format!("webhook:{feed}:{target}")
}

/// One message for each paper, the oldest first, or one for all, in the order of the feed, where a mailing has brought
/// more than the webhook wants one by one; for a chat, which shows only the beginning, type by type in any case.
fn messages(webhook: &Webhook, asked: &Asked, fresh: &[Event], base: &str) -> Vec<(String, String)> {
    let newest = fresh.iter().map(|event| event.listing_date).max().unwrap_or_default();
    let WebhookOptions { kind, feed: slug, messages_max, .. } = &webhook.options;
    let (kind, is_list) = (*kind, fresh.len() + webhook.told_of(newest) > *messages_max);
    let mut fresh = fresh.to_vec();
    if !is_list {
        fresh.reverse();
    } else if kind != WebhookKind::Json {
        fresh.sort_by_key(|event| (Reverse(event.listing_date), event.announce_type));
    }
    let feed = feeds::feed(asked, &fresh, base, newest);
    let message = |event: String, entries: &[crate::domain::feed::FeedEntry]| {
        let feed = Feed { entries: entries.to_vec(), ..feed.clone() };
        let body = webhook_message::write(kind, &event, &feed);
        (event, body)
    };
    if !is_list {
        let one = |(event, entry)| message(format!("{slug}/{}", name(event)), std::slice::from_ref(entry));
        return fresh.iter().zip(&feed.entries).map(one).collect();
    }
    let names: Vec<String> = fresh.iter().map(name).collect();
    let digest = ring::digest::digest(&ring::digest::SHA256, names.join(" ").as_bytes());
    let event = format!("{slug}/{newest}/{}", hex::encode(&digest.as_ref()[..8]));
    vec![message(event, &feed.entries)]
}
