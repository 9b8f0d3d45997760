//! Configures and starts the notification of subscribers and webhooks.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use tokio::task::JoinHandle;

use crate::domain::clock::Clock;
use crate::domain::push::HubChoice;
use crate::feeds::NamedOptions;
use crate::fetch;
use crate::push::{FeedWebhooks, Push, PushOptions, PushSources};
use crate::serve::{CurrentState, FeedTopics, PushSettings};
use crate::settings::Settings;
use crate::store::Store;

/// The options of the stage `push`; `address` is where the service listens.
pub(super) fn options(settings: &Settings, address: SocketAddr) -> PushOptions {
    let base_url = settings.server.base_url.as_ref();
    let base_url = base_url.map(|url| url.as_str().trim_end_matches('/').to_owned()).unwrap_or_default();
    PushOptions {
        hub: settings.push.hub.clone(),
        allow_networks: settings.push.allow_networks.clone(),
        subscriptions_max: settings.push.subscriptions_max,
        subscriptions_per_host_max: settings.push.subscriptions_per_host_max,
        address: if base_url.is_empty() { format!("http://{address}") } else { base_url.clone() },
        base_url,
    }
}

/// The hub and the report, for the stage `serve`.
pub(super) fn push_settings(
    settings: &Settings,
    push: &Push,
    store: Store,
    clock: Arc<dyn Clock>,
) -> PushSettings {
    let hub = settings.push.hub == HubChoice::BuiltIn;
    PushSettings {
        choice: settings.push.hub.clone(),
        hub: hub.then(|| push.hub(store, clock)),
        report: report(settings, push),
    }
}

/// The report for status and metrics; none if neither a hub nor a webhook is configured.
pub(super) fn report(
    settings: &Settings,
    push: &Push,
) -> Option<Arc<dyn Fn() -> crate::domain::push::PushReport + Send + Sync>> {
    let push = push.clone();
    let is_on = settings.push.hub != HubChoice::Off || !settings.named.webhooks.is_empty();
    is_on.then(|| Arc::new(move || push.report()) as Arc<_>)
}

/// Starts the notifications; also without a hub or a webhook, since a reload may bring webhooks.
///
/// # Errors
/// A hub or a webhook is configured, and the system has no certificates to trust.
pub(super) fn start(
    settings: &Settings,
    push: &Push,
    current: &CurrentState,
    store: Store,
) -> anyhow::Result<JoinHandle<()>> {
    let state = current.state();
    push.configure(webhooks(settings, &state.options.named));
    fetch::install_cryptography();
    let base = options(settings, state.options.address).base_url;
    let named = settings.named.feeds.iter().map(|feed| format!("{base}/named/{}", feed.slug));
    let subjects = settings.subjects.watch.iter().map(|subject| format!("{base}/subjects/{subject}"));
    let sources = PushSources {
        store,
        working_set: state.working_set.clone(),
        topics: Arc::new(FeedTopics(current.clone())),
        clock: state.clock.clone(),
        published: named.chain(subjects).collect(),
    };
    push.start(sources).context("cannot call webhooks and subscribers")
}

/// The named feeds with their webhooks.
pub(super) fn webhooks(settings: &Settings, named: &[Arc<NamedOptions>]) -> FeedWebhooks {
    let of = |feed: &NamedOptions| {
        let all = settings.named.webhooks.iter().filter(|webhook| webhook.feed == feed.slug);
        all.cloned().collect()
    };
    named.iter().map(|feed| (feed.clone(), of(feed))).collect()
}
