//! Metrics of the hub and the webhooks.

use crate::domain::presentation::Choice;
use crate::domain::push::{Deliveries, PushReport, WebhookReport};
use crate::serve::metrics::families::{Labels, MetricFamilies, flag, float};

/// Only the replica that leads notifies anyone.
pub(in crate::serve) fn add(families: &mut MetricFamilies, report: &PushReport) {
    let by_kind = [
        ("subscriber", report.subscribers),
        ("verification", report.verifications),
        ("publication", report.publications),
    ];
    families.counter(
        "crosslist_push_deliveries_total",
        "Calls to subscribers and to another's hub: taken, failed and to be tried again, or dropped for good.",
        by_kind.iter().flat_map(|(kind, counts)| {
            results(*counts).map(|(result, count)| (vec![("kind", *kind), ("result", result)], count))
        }),
    );
    families.gauge(
        "crosslist_push_subscriptions",
        "Subscriptions of the built-in hub, by whether the last delivery was taken.",
        [
            (vec![("state", "failing")], float(report.subscriptions_failing as u64)),
            (
                vec![("state", "well")],
                float(report.subscriptions.saturating_sub(report.subscriptions_failing) as u64),
            ),
        ],
    );
    families.gauge(
        "crosslist_push_intents",
        "Subscription requests that wait for verification.",
        [(Vec::new(), float(report.intents as u64))],
    );
    let label = |webhook: &WebhookReport| {
        let kind = webhook.kind.as_str().to_owned();
        vec![("feed", webhook.feed.clone()), ("kind", kind), ("host", webhook.host.clone())]
    };
    // Two webhooks of a feed on one host are one here: nothing else of an address may be shown.
    let mut merged: Vec<(Vec<(&'static str, String)>, WebhookReport)> = Vec::new();
    for webhook in &report.webhooks {
        let labels = label(webhook);
        match merged.iter_mut().find(|(known, _)| *known == labels) {
            Some((_, known)) => merge(known, webhook),
            None => merged.push((labels, webhook.clone())),
        }
    }
    families.counter(
        "crosslist_push_webhook_messages_total",
        "Messages to webhooks: taken, failed and to be tried again, or dropped for good.",
        merged.iter().flat_map(|(labels, webhook)| {
            results(webhook.deliveries).map(|(result, count)| {
                let mut labels = shown(labels);
                labels.push(("result", result));
                (labels, count)
            })
        }),
    );
    families.gauge(
        "crosslist_push_webhook_pending",
        "Messages that a webhook has not taken yet.",
        merged.iter().map(|(labels, webhook)| (shown(labels), float(webhook.pending as u64))),
    );
    families.gauge(
        "crosslist_push_webhook_oldest_pending_timestamp_seconds",
        "When the oldest message was made that a webhook has not taken yet.",
        merged.iter().filter_map(|(labels, webhook)| {
            let second = u64::try_from(webhook.oldest_pending?.as_second()).unwrap_or(0);
            Some((shown(labels), float(second)))
        }),
    );
    families.gauge(
        "crosslist_push_webhook_paused",
        "1 while a webhook refuses what it is sent and is tried once an hour.",
        merged.iter().map(|(labels, webhook)| (shown(labels), flag(webhook.is_paused))),
    );
}

fn shown<'a>(labels: &'a [(&'static str, String)]) -> Labels<'a> {
    labels.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn results(counts: Deliveries) -> [(&'static str, u64); 3] {
    [("delivered", counts.delivered), ("failed", counts.failed), ("dropped", counts.dropped)]
}

fn merge(known: &mut WebhookReport, other: &WebhookReport) {
    known.deliveries.delivered += other.deliveries.delivered;
    known.deliveries.failed += other.deliveries.failed;
    known.deliveries.dropped += other.deliveries.dropped;
    known.pending += other.pending;
    known.oldest_pending = [known.oldest_pending, other.oldest_pending].into_iter().flatten().min();
    known.is_paused |= other.is_paused;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::push::WebhookKind;

    #[test]
    fn two_webhooks_of_a_feed_on_one_host_are_one() {
        let webhook = WebhookReport {
            feed: "gpu".to_owned(),
            kind: WebhookKind::Slack,
            host: "hooks.slack.com".to_owned(),
            deliveries: Deliveries { delivered: 2, failed: 1, dropped: 0 },
            pending: 3,
            oldest_pending: Some(jiff::Timestamp::UNIX_EPOCH),
            is_paused: false,
            trouble: None,
        };
        let paused = WebhookReport { is_paused: true, oldest_pending: None, ..webhook.clone() };
        let mut families = MetricFamilies::default();
        add(&mut families, &PushReport { webhooks: vec![webhook, paused], ..PushReport::default() });
        let text = families.text().expect("text");
        let of = "feed=\"gpu\",kind=\"slack\",host=\"hooks.slack.com\"";
        for line in [
            format!("crosslist_push_webhook_messages_total{{{of},result=\"delivered\"}} 4"),
            format!("crosslist_push_webhook_pending{{{of}}} 6"),
            format!("crosslist_push_webhook_paused{{{of}}} 1"),
            format!("crosslist_push_webhook_oldest_pending_timestamp_seconds{{{of}}} 0"),
            "crosslist_push_subscriptions{state=\"well\"} 0".to_owned(),
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
