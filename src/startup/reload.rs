//! How do settings that have changed come into force while the service runs?
//!
//! All of them at once or none: a mistake leaves the old ones in force, and is told wherever an operator looks.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use jiff::Timestamp;
use tokio::signal::unix::Signal;
use tokio::sync::Mutex;

use crate::feeds::NamedOptions;
use crate::push::Push;
use crate::serve::{
    AccessControl, CurrentState, PushSettings, RefusedSettings, ReloadCause, ReloadStatus, State,
};
use crate::settings::{self, Difference, Mistakes, Settings, Sources};
use crate::store::{Store, StoreError};
use crate::telemetry;

use super::watch::Watch;
use super::{outward, state};

/// When settings are looked at again that the store was needed for and not to be had.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The most mistakes that are shown; the rest is counted.
const MISTAKES_MAX: usize = 100;

/// Reads settings again and puts them in force; cheap to clone.
#[derive(Clone)]
pub struct Reloads {
    work: Arc<Mutex<Work>>,
    current: CurrentState,
}

struct Work {
    /// In force.
    settings: Settings,
    sources: Sources,
    store: Store,
    push: Push,
}

/// How reading the settings again ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// What has changed is in force, as far as it needs no restart.
    InForce,
    Unchanged,
    /// There are mistakes, and the old settings are in force.
    Refused,
    /// As good as refused, but it may go well in a while.
    Postponed,
}

impl std::fmt::Debug for Reloads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reloads").finish_non_exhaustive()
    }
}

impl Reloads {
    pub(super) fn new(
        current: CurrentState,
        store: Store,
        push: Push,
        settings: Settings,
        sources: &Sources,
    ) -> Self {
        let work = Work { settings, sources: sources.again(), store, push };
        Self { work: Arc::new(Mutex::new(work)), current }
    }

    /// Reads the settings again; what is asked when this returns is answered by what has come into force.
    pub async fn reload(&self, cause: ReloadCause) -> Ending {
        let mut work = self.work.lock().await;
        work.sources = work.sources.again();
        let sources = work.sources.clone();
        let loaded = tokio::task::spawn_blocking(move || settings::load(&sources)).await;
        let refused = match loaded {
            Ok(Ok(next)) => match work.put_in_force(next, cause, &self.current).await {
                Ok(ending) => return ending,
                Err(refused) => refused,
            },
            Ok(Err(mistakes)) => Hindrance { mistakes: told(&mistakes), passes: false },
            Err(panic) => Hindrance { mistakes: vec![panic.to_string()], passes: false },
        };
        refuse(&self.current, cause, refused)
    }

    /// Reloads at every SIGHUP and at every change of a file, for as long as the service runs.
    pub(super) async fn follow(self, mut hangups: Signal, server: ServerHandle) {
        let had_terminal = std::io::stdin().is_terminal();
        let mut watch = Watch::start();
        // What has changed between the start and now was not seen by anyone.
        let mut cause = ReloadCause::File;
        loop {
            let files = {
                let sources = self.work.lock().await.sources.again();
                tokio::task::spawn_blocking(move || settings::files(&sources)).await.unwrap_or_default()
            };
            watch.place(&files);
            let ending = self.reload(cause).await;
            cause = tokio::select! {
                _ = hangups.recv() => ReloadCause::Signal,
                () = watch.changed() => ReloadCause::File,
                () = tokio::time::sleep(AGAIN_AFTER), if ending == Ending::Postponed => ReloadCause::Again,
            };
            // Who closes the window of a service means to end it.
            if cause == ReloadCause::Signal && had_terminal && !std::io::stdin().is_terminal() {
                return server.stop(true).await;
            }
        }
    }
}

/// Why settings do not come into force.
struct Hindrance {
    mistakes: Vec<String>,
    /// It is none of the settings' doing, and may be over soon.
    passes: bool,
}

impl Work {
    /// Everything that can fail comes first.
    async fn put_in_force(
        &mut self,
        next: Settings,
        cause: ReloadCause,
        current: &CurrentState,
    ) -> Result<Ending, Hindrance> {
        let difference = self.settings.difference(&next);
        let before = current.state();
        let now = before.clock.now();
        let loaded = ReloadStatus {
            at: now,
            by: cause,
            refused: None,
            needs_restart: difference.needs_restart.clone(),
        };
        if difference.is_empty() {
            let is_known = before.reload_status.refused.is_none()
                && before.reload_status.needs_restart == loaded.needs_restart
                && cause == ReloadCause::File;
            if !is_known {
                log(&difference, cause);
                current.exchange(State { reload_status: Arc::new(loaded), ..State::clone(&before) });
            }
            return Ok(Ending::Unchanged);
        }
        let settings = next.following(&self.settings);
        let named = self.named(&settings, &before, now).await.map_err(|error| Hindrance {
            mistakes: vec![format!("the store is needed for feeds with `backfill = false`: {error}")],
            passes: true,
        })?;
        let is_upstream_told = difference.changed.iter().any(|key| key.starts_with("upstream."));
        let collector = before
            .collector
            .apply_settings(state::collect_options(&settings), is_upstream_told.then_some(&settings.upstream))
            .map_err(|error| Hindrance { mistakes: vec![error.to_string()], passes: false })?;
        let documents = if settings.cache == self.settings.cache {
            before.documents.clone()
        } else {
            before.documents.within(settings.cache.bytes_max).await
        };
        let limits = &settings.limits;
        let clients =
            before.clients.under(settings.server.trusted_proxies.clone(), limits.requests_per_minute);
        self.push.configure(outward::webhooks(&settings, &named));
        let outward = PushSettings { report: outward::report(&settings, &self.push), ..before.push.clone() };
        current.exchange(State {
            push: outward,
            collector,
            documents,
            clients: Arc::new(clients),
            access: Arc::new(AccessControl {
                operator: before.access.operator.clone(),
                ..state::access(&settings)
            }),
            options: Arc::new(state::serve_options(&settings, before.options.address, named)),
            generation: before.generation + 1,
            reload_status: Arc::new(loaded),
            ..State::clone(&before)
        });
        // At the old level, where this may be the last line of its kind.
        log(&difference, cause);
        telemetry::change_filter(&settings.log.level);
        self.settings = settings;
        Ok(Ending::InForce)
    }

    /// The store is asked about feeds that are new to it alone.
    async fn named(
        &self,
        settings: &Settings,
        before: &State,
        now: Timestamp,
    ) -> Result<Vec<Arc<NamedOptions>>, StoreError> {
        let mut known = HashMap::new();
        for feed in before.options.named.iter().filter(|feed| feed.since.is_some()) {
            known.insert(feed.slug.as_str(), feed);
        }
        let mut named = Vec::with_capacity(settings.named.feeds.len());
        for feed in &settings.named.feeds {
            let same = known.get(feed.slug.as_str()).filter(|known| known.rules() == feed.rules());
            named.push(match same {
                Some(known) if !feed.backfill => {
                    Arc::new(NamedOptions { since: known.since, ..(**feed).clone() })
                }
                _ => state::in_force(feed, &self.store, now).await?,
            });
        }
        Ok(named)
    }
}

/// Each with its place, as many as one can read.
fn told(mistakes: &Mistakes) -> Vec<String> {
    let mut told: Vec<String> = mistakes.list().iter().take(MISTAKES_MAX).map(ToString::to_string).collect();
    match mistakes.list().len().saturating_sub(MISTAKES_MAX) {
        0 => {}
        more => told.push(format!("and {more} more")),
    }
    told
}

/// Leaves the old settings in force and says why; the same is not said twice for one file that is looked at again.
fn refuse(current: &CurrentState, cause: ReloadCause, hindrance: Hindrance) -> Ending {
    let before = current.state();
    let Hindrance { mistakes, passes } = hindrance;
    let is_known = before.reload_status.refused.as_ref().is_some_and(|refused| refused.mistakes == mistakes);
    if !is_known || cause == ReloadCause::Signal {
        tracing::error!(
            reload.by = cause.as_str(),
            "the settings have mistakes, and the old ones are in force:\n{}",
            mistakes.join("\n")
        );
    }
    let refused = Some(RefusedSettings { at: before.clock.now(), by: cause, mistakes });
    let loaded = Arc::new(ReloadStatus { refused, ..ReloadStatus::clone(&before.reload_status) });
    current.exchange(State { reload_status: loaded, ..State::clone(&before) });
    if passes { Ending::Postponed } else { Ending::Refused }
}

/// Says what has changed, by its name alone.
fn log(difference: &Difference, cause: ReloadCause) {
    let joined = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
    if difference.is_empty() && difference.needs_restart.is_empty() {
        tracing::info!(reload.by = cause.as_str(), "the settings were read again; nothing has changed");
    } else if !difference.is_empty() {
        tracing::info!(
            reload.by = cause.as_str(),
            settings.changed = (!difference.changed.is_empty()).then(|| difference.changed.join(", ")),
            feeds.added = joined(&difference.feeds_added),
            feeds.changed = joined(&difference.feeds_changed),
            feeds.removed = joined(&difference.feeds_removed),
            "the settings were read again, and are in force"
        );
    }
    if !difference.needs_restart.is_empty() {
        let keys: Vec<String> = difference.needs_restart.iter().map(|key| format!("`{key}`")).collect();
        tracing::warn!(reload.by = cause.as_str(), "needs a restart: {}", keys.join(", "));
    }
}
