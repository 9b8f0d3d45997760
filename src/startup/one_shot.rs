//! Reads subjects once and loads the state once, for commands that run no service.

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

/// Reads every watched subject that is not up to date, and its missing days.
///
/// `begins` is called with their number, `ends` with the outcome of each.
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
    // Stores the pause for the next process before the store is closed.
    state.collector.stop().await;
    outcomes.sort_by_key(|outcome| outcome.subject);
    Ok(outcomes)
}

/// The state as the store has it, without a request to the upstream.
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
