//! Builds the state that the service answers from: the stages over a store.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::Timestamp;

use crate::collect::{self, Collector};
use crate::domain::clock::Clock;
use crate::domain::verdict::Verdict;
use crate::feeds::{NamedOptions, WorkingSet};
use crate::fetch::Upstream;
use crate::push::Push;
use crate::serve::{
    self, AccessControl, Clients, Description, DocumentCache, Keys, ReloadStatus, RenderQueue, State,
};
use crate::settings::Settings;
use crate::store::{Store, StoreError};

use super::push;

/// Whether the collector sends requests to the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    Upstream,
    Nobody,
}

/// Builds the stages over a store; its contents are in memory before the first request.
pub(super) async fn build(
    settings: &Settings,
    address: SocketAddr,
    upstream: Upstream,
    store: Store,
    clock: Arc<dyn Clock>,
    asking: Asking,
    push: Option<&Push>,
) -> anyhow::Result<State> {
    let window_days = settings.store.window_days;
    let mut contents = store.load(Some(window_days)).await?;
    let working_set = Arc::new(WorkingSet::keeping(window_days));
    for change in contents.changes.drain(..) {
        working_set.apply(&change);
    }
    for day in contents.days.iter().filter(|day| day.verdict != Verdict::Gap) {
        working_set.know(day.subject, day.date);
    }
    let documents = DocumentCache::new(settings.cache.bytes_max);
    let sink = {
        let (working_set, documents, push) = (working_set.clone(), documents.clone(), push.cloned());
        Box::new(move |change: &_| {
            working_set.apply(change);
            documents.content_has_changed();
            if let Some(push) = &push {
                push.content_has_changed();
            }
        })
    };
    let mut named = Vec::with_capacity(settings.named.feeds.len());
    for feed in &settings.named.feeds {
        named.push(in_force(feed, &store, clock.now()).await?);
    }
    let options = collect_options(settings);
    let loaded = Arc::new(ReloadStatus::at_start(clock.now()));
    let push_settings = push.map(|push| push::push_settings(settings, push, store.clone(), clock.clone()));
    let collector = match asking {
        Asking::Upstream => Collector::start(upstream, store, &contents, clock.clone(), options, sink),
        Asking::Nobody => Collector::at_rest(upstream, &contents, clock.clone(), options),
    };
    Ok(State {
        working_set,
        collector,
        documents,
        renders: Arc::new(RenderQueue::new(cores())),
        clock,
        clients: Arc::new(Clients::new(
            settings.server.trusted_proxies.clone(),
            settings.limits.requests_per_minute,
        )),
        access: Arc::new(access(settings)),
        options: Arc::new(serve_options(settings, address, named)),
        metrics: Arc::default(),
        generation: 0,
        reload_status: loaded,
        push: push_settings.unwrap_or_default(),
        description: Description::default(),
    })
}

/// The number of threads that can run at once.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// What is read: the watched subjects, and those of named feeds.
pub(super) fn collect_options(settings: &Settings) -> collect::CollectorOptions {
    let mut watch = settings.subjects.watch.clone();
    for source in settings.named.feeds.iter().flat_map(|feed| &feed.sources) {
        if !watch.contains(source) {
            watch.push(*source);
        }
    }
    collect::CollectorOptions {
        watch,
        on_demand: settings.subjects.on_demand,
        on_demand_max: settings.subjects.on_demand_max,
        fill_days: settings.subjects.fill_days,
        retention_days: settings.store.retention_days,
    }
}

pub(super) fn access(settings: &Settings) -> AccessControl {
    AccessControl {
        readers: Keys::new(settings.access.reader_keys()),
        admins: Keys::new(settings.access.operator_keys()),
        operator: Keys::default(),
    }
}

pub(super) fn serve_options(
    settings: &Settings,
    address: SocketAddr,
    mut named: Vec<Arc<NamedOptions>>,
) -> serve::ServiceOptions {
    // `store.window_days` takes effect at a restart, so that `days` of a new feed may exceed the memory.
    let feed_days_max = settings.store.window_days;
    for feed in named.iter_mut().filter(|feed| feed.days.is_some_and(|days| days > feed_days_max)) {
        *feed = Arc::new(NamedOptions { days: Some(feed_days_max), ..(**feed).clone() });
    }
    serve::ServiceOptions {
        address,
        base_url: settings.server.base_url.clone(),
        cold_wait: settings.server.cold_wait,
        delta_agents: settings.server.delta_agents.clone(),
        feed_days: settings.feeds.days.min(feed_days_max),
        feed_days_max,
        feed_limit: settings.feeds.limit,
        named,
        lists: settings.named.lists.clone(),
        log: serve::LogOptions {
            requests: settings.log.requests,
            client_addresses: settings.log.client_addresses,
        },
    }
}

/// A named feed; if it omits papers from before its rules, with the time when these came into force.
pub(super) async fn in_force(
    feed: &Arc<NamedOptions>,
    store: &Store,
    now: Timestamp,
) -> Result<Arc<NamedOptions>, StoreError> {
    if feed.backfill {
        return Ok(feed.clone());
    }
    let since = store.in_force_since(&feed.slug, &feed.rules(), now).await?;
    Ok(Arc::new(NamedOptions { since: Some(since), ..(**feed).clone() }))
}
