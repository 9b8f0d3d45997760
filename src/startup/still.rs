//! How is everything read and shown once, without a service?

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::domain::clock::Clock;
use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;
use crate::fetch::Upstream;
use crate::serve::State;
use crate::settings::Settings;
use crate::store::Store;

use super::state::{self, Asking};

/// Reads every watched subject that is behind, and the past days that it lacks; what is up to date is not asked for.
///
/// `begins` hears how many there are, `ends` of each that was read.
///
/// # Errors
/// The store cannot be read.
pub async fn catch_up(
    settings: &Settings,
    upstream: Upstream,
    store: &Store,
    clock: Arc<dyn Clock>,
    begins: impl FnOnce(usize),
    mut ends: impl FnMut(&ReadOutcome),
) -> anyhow::Result<Vec<ReadOutcome>> {
    let listen = settings.server.listen;
    let state =
        state::build(settings, listen, upstream, store.clone(), clock, Asking::Upstream, None).await?;
    let watched = state.collector.watched().iter().copied();
    let behind: Vec<SubjectId> = watched.filter(|subject| state.collector.is_behind(*subject)).collect();
    begins(behind.len());
    let mut reads = JoinSet::new();
    for subject in &behind {
        let (collector, subject) = (state.collector.clone(), *subject);
        reads.spawn(async move { collector.read_again(subject).await });
    }
    let mut outcomes = Vec::new();
    while let Some(read) = reads.join_next().await {
        if let Ok(Some(outcome)) = read {
            ends(&outcome);
            outcomes.push(outcome);
        }
    }
    // Its pause is left to the next process before the store is closed.
    state.collector.stop().await;
    outcomes.sort_by_key(|outcome| outcome.subject);
    Ok(outcomes)
}

/// Everything as the store has it; nothing is asked of the upstream.
///
/// # Errors
/// The store cannot be read.
pub async fn at_rest(
    settings: &Settings,
    upstream: Upstream,
    store: Store,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<State> {
    state::build(settings, settings.server.listen, upstream, store, clock, Asking::Nobody, None).await
}
