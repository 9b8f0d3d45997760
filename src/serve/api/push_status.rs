//! The part of `/status.json` about the hub and the webhooks.

use serde::Serialize;

use crate::domain::presentation::Choice;
use crate::domain::push::{Deliveries, PushReport, WebhookReport};
use crate::serve::api::timestamp::timestamp;

#[derive(Serialize)]
pub(in crate::serve) struct PushStatus {
    subscriptions: usize,
    subscriptions_failing: usize,
    intents: usize,
    subscribers: Deliveries,
    verifications: Deliveries,
    publications: Deliveries,
    webhooks: Vec<WebhookStatus>,
}

#[derive(Serialize)]
struct WebhookStatus {
    feed: String,
    kind: &'static str,
    host: String,
    #[serde(flatten)]
    counts: Deliveries,
    pending: usize,
    oldest_pending: Option<String>,
    paused: bool,
    trouble: Option<String>,
}

impl From<PushReport> for PushStatus {
    fn from(report: PushReport) -> Self {
        Self {
            subscriptions: report.subscriptions,
            subscriptions_failing: report.subscriptions_failing,
            intents: report.intents,
            subscribers: report.subscribers,
            verifications: report.verifications,
            publications: report.publications,
            webhooks: report.webhooks.into_iter().map(WebhookStatus::from).collect(),
        }
    }
}

impl From<WebhookReport> for WebhookStatus {
    fn from(report: WebhookReport) -> Self {
        Self {
            feed: report.feed,
            kind: report.kind.as_str(),
            host: report.host,
            counts: report.deliveries,
            pending: report.pending,
            oldest_pending: report.oldest_pending.map(timestamp),
            paused: report.is_paused,
            trouble: report.trouble,
        }
    }
}
