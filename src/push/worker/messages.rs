//! The messages to a webhook about new papers.

use std::cmp::Reverse;

use super::webhook::{Webhook, event_name};
use crate::domain::event::Event;
use crate::domain::feed::{Feed, FeedEntry};
use crate::domain::push::WebhookKind;
use crate::feeds::{self, FeedSpec};
use crate::push::options::WebhookOptions;
use crate::render::webhook_message;

/// Event names and bodies of the messages about `events`, which are in the order of the feed.
///
/// Each paper gets a message, the oldest first. A mailing with more papers than `messages_max` gets one message that
/// lists them in the order of the feed; a chat, which shows only the beginning, gets new papers before cross-lists before
/// replacements. `base_url` is the address of the service.
pub(super) fn messages(
    webhook: &Webhook,
    asked: &FeedSpec,
    events: &[Event],
    base_url: &str,
) -> Vec<(String, String)> {
    let newest = events.iter().map(|event| event.listing_date).max().unwrap_or_default();
    let WebhookOptions { kind, feed: slug, messages_max, .. } = &webhook.options;
    let (kind, is_list) = (*kind, events.len() + webhook.announced_on(newest) > *messages_max);
    let mut events = events.to_vec();
    if !is_list {
        events.reverse();
    } else if kind != WebhookKind::Json {
        events.sort_by_key(|event| (Reverse(event.listing_date), event.announce_type));
    }
    let feed = feeds::feed(asked, &events, base_url, newest);
    let message = |event: String, entries: &[FeedEntry]| {
        let feed = Feed { entries: entries.to_vec(), ..feed.clone() };
        let body = webhook_message::write(kind, &event, &feed);
        (event, body)
    };
    if !is_list {
        let one =
            |(event, entry)| message(format!("{slug}/{}", event_name(event)), std::slice::from_ref(entry));
        return events.iter().zip(&feed.entries).map(one).collect();
    }
    let names: Vec<String> = events.iter().map(event_name).collect();
    let digest = ring::digest::digest(&ring::digest::SHA256, names.join(" ").as_bytes());
    let event = format!("{slug}/{newest}/{}", hex::encode(&digest.as_ref()[..8]));
    vec![message(event, &feed.entries)]
}
