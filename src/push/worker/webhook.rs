//! One webhook of a feed, with the messages that wait for it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::announcement::AnnounceType;
use crate::domain::event::Event;
use crate::domain::mailing;
use crate::domain::presentation::Presentation;
use crate::domain::push::{Deliveries, WebhookReport};
use crate::feeds::{FeedSpec, Limit, NamedOptions, Scope, Selection};
use crate::push::client::CallOutcome;
use crate::push::options::WebhookOptions;
use crate::push::retry;
use crate::store::Delivery;

/// The shortest time between two messages to one webhook: Slack takes one a second, Discord five in two seconds.
const MESSAGE_INTERVAL: SignedDuration = SignedDuration::from_secs(1);

/// After this many refusals in a row the webhook is paused; after this many of one message as malformed, the message is
/// given up.
const REFUSALS_MAX: i64 = 4;

/// The time between two attempts while the webhook is paused.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// The most items of a feed that are searched for new papers.
const ITEMS_MAX: usize = 2_000;

#[derive(Debug)]
pub(super) struct Webhook {
    pub(super) options: WebhookOptions,
    pub(super) feed: Arc<NamedOptions>,
    pub(super) target: String,
    /// The webhook is sent only what was announced after this time.
    pub(super) since: Timestamp,
    /// The papers that were sent or wait to be, by event name, with their listing dates.
    pub(super) announced: HashMap<String, Date>,
    pub(super) queue: VecDeque<Delivery>,
    pub(super) is_under_way: bool,
    /// No message is sent before this time.
    pub(super) next_message: Timestamp,
    /// Refusals in a row.
    refusals: i64,
    pub(super) deliveries: Deliveries,
    /// Why the last attempt failed.
    last_error: Option<String>,
}

/// What becomes of a message whose attempt ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum MessageState {
    /// Delivered or given up.
    Finished,
    Postponed {
        attempts: i64,
        next: Timestamp,
    },
}

impl Webhook {
    /// A webhook without a refusal; `announced` and `queue` are what the store has for it.
    pub(super) fn new(
        options: WebhookOptions,
        feed: Arc<NamedOptions>,
        target: String,
        since: Timestamp,
        announced: HashMap<String, Date>,
        queue: VecDeque<Delivery>,
    ) -> Self {
        Self {
            options,
            feed,
            target,
            since,
            announced,
            queue,
            is_under_way: false,
            next_message: Timestamp::MIN,
            refusals: 0,
            deliveries: Deliveries::default(),
            last_error: None,
        }
    }

    pub(super) fn report(&self) -> WebhookReport {
        WebhookReport {
            feed: self.options.feed.clone(),
            kind: self.options.kind,
            host: self.options.host().to_owned(),
            deliveries: self.deliveries,
            pending: self.queue.len(),
            oldest_pending: self.queue.front().map(|oldest| oldest.made),
            is_paused: self.refusals >= REFUSALS_MAX,
            trouble: self.last_error.clone(),
        }
    }

    /// The feed in the form that suits the kind of the webhook.
    pub(super) fn asked(&self) -> FeedSpec {
        let feed = &self.feed;
        let profile = self.options.kind.profile();
        let days = feed.days.unwrap_or(u32::from(u16::MAX));
        let selection =
            Selection::of(&AnnounceType::ALL, days, Limit::Default(feed.limit.unwrap_or(ITEMS_MAX)));
        let shown =
            Presentation { text: feed.text, profile, summary: profile.summary(), ..Presentation::default() };
        FeedSpec::with_defaults(Scope::Named(feed.clone()), selection, shown)
    }

    /// Those of the feed's events that were not sent yet, in the order of the feed.
    pub(super) fn unsent(&self, mut events: Vec<Event>) -> Vec<Event> {
        events.retain(|event| {
            mailing::moment(event.listing_date) > self.since
                && !self.announced.contains_key(&event_name(event))
        });
        events
    }

    /// How many papers of a mailing were sent or wait to be.
    pub(super) fn announced_on(&self, date: Date) -> usize {
        self.announced.values().filter(|announced| **announced == date).count()
    }

    /// Records how an attempt ended; none if the message does not wait any more.
    pub(super) fn ended(
        &mut self,
        sequence: i64,
        outcome: &CallOutcome,
        now: Timestamp,
    ) -> Option<MessageState> {
        self.is_under_way = false;
        self.next_message = now + MESSAGE_INTERVAL;
        let place = self.queue.iter().position(|delivery| delivery.sequence == sequence);
        if outcome.is_success() {
            if let Some(place) = place {
                self.queue.remove(place);
                self.deliveries.delivered += 1;
                (self.refusals, self.last_error) = (0, None);
            }
            return Some(MessageState::Finished);
        }
        let delivery = &mut self.queue[place?];
        delivery.attempts += 1;
        let attempts = delivery.attempts;
        self.last_error = Some(outcome.describe());
        let status = if let CallOutcome::Response { status, .. } = outcome { *status } else { 0 };
        // Either the message or the webhook is at fault: the message is given up then, the webhook retried.
        let is_malformed = matches!(status, 400 | 413 | 422) && attempts >= REFUSALS_MAX;
        if is_malformed || now.duration_since(delivery.made) >= retry::GIVE_UP_AFTER {
            let event = delivery.event.clone();
            self.log_error(outcome, &event, "a message to a webhook is given up");
            self.deliveries.dropped += 1;
            self.queue.remove(place?);
            return Some(MessageState::Finished);
        }
        self.deliveries.failed += 1;
        let is_refused = matches!(status, 300..=499) && !matches!(status, 408 | 429)
            || matches!(outcome, CallOutcome::Refused(_));
        self.refusals = if is_refused { self.refusals + 1 } else { 0 };
        let next = self.next_attempt(status, attempts, outcome.retry_after(), now);
        let delivery = &mut self.queue[place?];
        delivery.next = next;
        if self.refusals == REFUSALS_MAX && status != 429 {
            let event = delivery.event.clone();
            self.log_error(outcome, &event, "a webhook refuses its messages; it is tried once an hour");
        }
        Some(MessageState::Postponed { attempts, next })
    }

    fn next_attempt(
        &self,
        status: u16,
        attempts: i64,
        retry_after: Option<Duration>,
        now: Timestamp,
    ) -> Timestamp {
        match retry_after {
            // The webhook names the time at which it accepts the next message.
            Some(wait) if status == 429 => retry::after(now, wait),
            _ if self.refusals >= REFUSALS_MAX => now + PAUSE,
            _ => retry::next_attempt(now, attempts, retry_after),
        }
    }

    fn log_error(&self, outcome: &CallOutcome, event: &str, message: &str) {
        tracing::error!(
            feed.slug = self.options.feed,
            webhook.kind = crate::domain::presentation::Choice::as_str(self.options.kind),
            webhook.host = self.options.host(),
            event,
            reason = outcome.describe(),
            "{message}"
        );
    }
}

/// The name of an event within a feed: `2602.23598`, `2602.23598#replaced-2026-03-02`.
pub(super) fn event_name(event: &Event) -> String {
    format!("{}{}", event.paper.id, event.id_suffix())
}
