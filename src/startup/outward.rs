//! How is telling others set up?

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

/// What the settings say about telling others.
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

/// What readers see of it.
pub(super) fn outward(settings: &Settings, push: &Push, store: Store, clock: Arc<dyn Clock>) -> PushSettings {
    let hub = settings.push.hub == HubChoice::BuiltIn;
    PushSettings {
        choice: settings.push.hub.clone(),
        hub: hub.then(|| push.hub(store, clock)),
        report: report(settings, push),
    }
}

/// How it is going, where anybody is told of anything.
pub(super) fn report(
    settings: &Settings,
    push: &Push,
) -> Option<Arc<dyn Fn() -> crate::domain::push::PushReport + Send + Sync>> {
    let push = push.clone();
    let is_on = settings.push.hub != HubChoice::Off || !settings.named.webhooks.is_empty();
    is_on.then(|| Arc::new(move || push.report()) as Arc<_>)
}

/// Starts to tell others; a webhook may come with other settings later.
///
/// # Errors
/// There is somebody to tell, and there are no certificates to trust.
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

/// The feeds of the configuration with those who are told of them.
pub(super) fn webhooks(settings: &Settings, named: &[Arc<NamedOptions>]) -> FeedWebhooks {
    let of = |feed: &NamedOptions| {
        let all = settings.named.webhooks.iter().filter(|webhook| webhook.feed == feed.slug);
        all.cloned().collect()
    };
    named.iter().map(|feed| (feed.clone(), of(feed))).collect()
}
