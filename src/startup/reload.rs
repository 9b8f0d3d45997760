//! Reloads the settings while the service runs: all that have changed take effect, or none if there is an error, which the
//! log and the status report.

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
use crate::settings::{self, Difference, Settings, Sources};
use crate::store::{Store, StoreError};
use crate::telemetry;

use super::watch::Watch;
use super::{push, state};

/// The wait before another attempt, if the store was needed and not available.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// Reloads the settings; cheap to clone.
#[derive(Clone)]
pub struct Reloads {
    work: Arc<Mutex<Work>>,
    current: CurrentState,
}

struct Work {
    /// The settings in force.
    settings: Settings,
    sources: Sources,
    store: Store,
    push: Push,
}

/// How a reload ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The changed settings that need no restart are in force.
    InForce,
    Unchanged,
    /// There are errors, and the old settings stay in force.
    Refused,
    /// Refused for a reason that may pass, and tried again.
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
        let work = Work { settings, sources: sources.for_reload(), store, push };
        Self { work: Arc::new(Mutex::new(work)), current }
    }

    /// Reloads the settings. Requests that arrive after this returns are answered by the settings in force then.
    pub async fn reload(&self, cause: ReloadCause) -> Ending {
        let mut work = self.work.lock().await;
        work.sources = work.sources.for_reload();
        let sources = work.sources.clone();
        let loaded = tokio::task::spawn_blocking(move || settings::load(&sources)).await;
        let refused = match loaded {
            Ok(Ok(next)) => match work.put_in_force(next, cause, &self.current).await {
                Ok(ending) => return ending,
                Err(refused) => refused,
            },
            Ok(Err(diagnostics)) => Refusal { messages: diagnostics.messages(), may_pass: false },
            Err(panic) => Refusal { messages: vec![panic.to_string()], may_pass: false },
        };
        refuse(&self.current, cause, refused)
    }

    /// Reloads at every SIGHUP and at every change of a file, as long as the service runs.
    pub(super) async fn follow(self, mut hangups: Signal, server: ServerHandle) {
        let had_terminal = std::io::stdin().is_terminal();
        let mut watch = Watch::start();
        // A file may have changed since the start.
        let mut cause = ReloadCause::File;
        loop {
            let files = {
                let sources = self.work.lock().await.sources.for_reload();
                tokio::task::spawn_blocking(move || sources.files()).await.unwrap_or_default()
            };
            watch.place(&files);
            let ending = self.reload(cause).await;
            cause = tokio::select! {
                _ = hangups.recv() => ReloadCause::Signal,
                () = watch.changed() => ReloadCause::File,
                () = tokio::time::sleep(RETRY_AFTER), if ending == Ending::Postponed => ReloadCause::Again,
            };
            // Closing the terminal of a service is meant to end it.
            if cause == ReloadCause::Signal && had_terminal && !std::io::stdin().is_terminal() {
                return server.stop(true).await;
            }
        }
    }
}

/// Why new settings do not take effect.
struct Refusal {
    messages: Vec<String>,
    /// The cause is not in the settings, and may be gone soon.
    may_pass: bool,
}

impl Work {
    /// Puts settings in force; everything that can fail comes first.
    async fn put_in_force(
        &mut self,
        next: Settings,
        cause: ReloadCause,
        current: &CurrentState,
    ) -> Result<Ending, Refusal> {
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
        let named = self.named(&settings, &before, now).await.map_err(|error| Refusal {
            messages: vec![format!("the store is needed for feeds with `backfill = false`: {error}")],
            may_pass: true,
        })?;
        let is_upstream_changed = difference.changed.iter().any(|key| key.starts_with("upstream."));
        let collector = before
            .collector
            .apply_settings(
                state::collect_options(&settings),
                is_upstream_changed.then_some(&settings.upstream),
            )
            .map_err(|error| Refusal { messages: vec![error.to_string()], may_pass: false })?;
        let documents = if settings.cache == self.settings.cache {
            before.documents.clone()
        } else {
            before.documents.within(settings.cache.bytes_max).await
        };
        let limits = &settings.limits;
        let clients =
            before.clients.under(settings.server.trusted_proxies.clone(), limits.requests_per_minute);
        self.push.configure(push::webhooks(&settings, &named));
        let push_settings =
            PushSettings { report: push::report(&settings, &self.push), ..before.push.clone() };
        current.exchange(State {
            push: push_settings,
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
        // Still at the old level, at which this may be the last line.
        log(&difference, cause);
        telemetry::change_filter(&settings.log.level);
        self.settings = settings;
        Ok(Ending::InForce)
    }

    /// The named feeds. The store is read only for those that are new or have new rules.
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

/// Reports why the old settings stay in force; the same messages are not logged twice for a changed file.
fn refuse(current: &CurrentState, cause: ReloadCause, refusal: Refusal) -> Ending {
    let before = current.state();
    let Refusal { messages, may_pass } = refusal;
    let is_known = before.reload_status.refused.as_ref().is_some_and(|refused| refused.mistakes == messages);
    if !is_known || cause == ReloadCause::Signal {
        tracing::error!(
            reload.by = cause.as_str(),
            "the settings have errors, and the old ones stay in force:\n{}",
            messages.join("\n")
        );
    }
    let refused = Some(RefusedSettings { at: before.clock.now(), by: cause, mistakes: messages });
    let loaded = Arc::new(ReloadStatus { refused, ..ReloadStatus::clone(&before.reload_status) });
    current.exchange(State { reload_status: loaded, ..State::clone(&before) });
    if may_pass { Ending::Postponed } else { Ending::Refused }
}

/// Logs which settings have changed, without values.
fn log(difference: &Difference, cause: ReloadCause) {
    let joined = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
    if difference.is_empty() && difference.needs_restart.is_empty() {
        tracing::info!(reload.by = cause.as_str(), "settings reloaded; nothing has changed");
    } else if !difference.is_empty() {
        tracing::info!(
            reload.by = cause.as_str(),
            settings.changed = (!difference.changed.is_empty()).then(|| difference.changed.join(", ")),
            feeds.added = joined(&difference.feeds_added),
            feeds.changed = joined(&difference.feeds_changed),
            feeds.removed = joined(&difference.feeds_removed),
            "settings reloaded, and in force"
        );
    }
    if !difference.needs_restart.is_empty() {
        let keys: Vec<String> = difference.needs_restart.iter().map(|key| format!("`{key}`")).collect();
        tracing::warn!(reload.by = cause.as_str(), "needs a restart: {}", keys.join(", "));
    }
}
