//! Tells an external hub which feeds have changed: named feeds and watched subjects, in every format, since the hub does
//! not say who subscribes to what. What it was told is not stored, so that a restart publishes all of them once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use url::form_urlencoded;

use super::calls::Purpose;
use super::context::Context;
use crate::domain::push::Topics;
use crate::push::client::{Call, CallOutcome};
use crate::push::{guard, retry};
use crate::render::Format;

/// The most feeds in one call.
const FEEDS_PER_CALL_MAX: usize = 50;

/// Feeds by their address without file extension, with a digest of their content.
#[derive(Debug, Default)]
pub(super) struct Publications {
    /// As last published.
    published: BTreeMap<String, String>,
    /// To be published.
    due: BTreeMap<String, String>,
    is_under_way: bool,
    failures: i64,
    next: Option<Timestamp>,
}

impl Publications {
    /// Finds the feeds whose content differs from what was published.
    pub(super) async fn find_changes(&mut self, feeds: &[String], topics: &dyn Topics) {
        for feed in feeds {
            // The content is the same in each format.
            let url = format!("{feed}.{}", Format::Atom.extension());
            if let Ok(topic) = topics.topic(&url).await
                && self.published.get(feed) != Some(&topic.content)
            {
                self.due.insert(feed.clone(), topic.content);
            }
        }
    }

    pub(super) fn begin_due(&mut self, context: &mut Context, hub: &str, now: Timestamp) {
        if self.is_under_way || self.due.is_empty() {
            return;
        }
        if let Some(next) = self.next.filter(|next| *next > now) {
            context.look_at(next);
            return;
        }
        self.is_under_way = true;
        let feeds = self.due.iter().take(FEEDS_PER_CALL_MAX);
        let feeds: BTreeMap<String, String> =
            feeds.map(|(feed, content)| (feed.clone(), content.clone())).collect();
        let call = Call {
            method: Method::POST,
            url: hub.to_owned(),
            headers: vec![(CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned())],
            body: form(feeds.keys()).into_bytes(),
        };
        let host = guard::host(hub).unwrap_or_default();
        context
            .calls
            .begin(&host, |client| async move { (Purpose::Publication(feeds), client.call(call).await) });
    }

    pub(super) fn ended(
        &mut self,
        feeds: BTreeMap<String, String>,
        outcome: &CallOutcome,
        context: &Context,
        now: Timestamp,
    ) {
        self.is_under_way = false;
        let mut report = context.shared.report();
        if outcome.is_success() {
            report.publications.delivered += feeds.len() as u64;
            (self.failures, self.next) = (0, None);
            for (feed, content) in feeds {
                if self.due.get(&feed) == Some(&content) {
                    self.due.remove(&feed);
                }
                self.published.insert(feed, content);
            }
            return;
        }
        report.publications.failed += 1;
        self.failures += 1;
        self.next = Some(retry::next_attempt(now, self.failures, outcome.retry_after()));
        tracing::warn!(
            reason = outcome.describe(),
            "the hub could not be told of changed feeds; it is tried again"
        );
    }
}

/// `hub.mode=publish` with every format of each feed: as `hub.url` for `PubSubHubbub` 0.3 and 0.4, as `hub.topic` for hubs
/// that use the name of `WebSub`.
fn form<'a>(feeds: impl Iterator<Item = &'a String>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("hub.mode", "publish");
    for feed in feeds {
        for format in Format::ALL {
            let url = format!("{feed}.{}", format.extension());
            form.append_pair("hub.url", &url).append_pair("hub.topic", &url);
        }
    }
    form.finish()
}
