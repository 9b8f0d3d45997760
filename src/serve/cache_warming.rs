//! Renders the most requested documents again after each change, before readers request them.

use std::time::Duration;

use crate::serve::api::query;
use crate::serve::current_state::CurrentState;
use crate::serve::documents::cache::{CachedDocument, DocumentCache, DocumentRequest};
use crate::serve::documents::render_queue::RenderClass;
use crate::serve::feed::documents;
use crate::serve::http::coding::Coding;
use crate::serve::state::State;

/// The most documents that are rendered again after a change; others are rendered when they are requested.
const READY_MAX: usize = 1_000;

/// Changes come in bursts: a mailing's page, then days that were missed.
const CALM: Duration = Duration::from_millis(200);

/// Renders the most requested documents again whenever their content has changed, and then indexes what is new for the
/// first search, for as long as the service runs.
pub async fn warm_cache(current: CurrentState) {
    let documents = current.state().documents.clone();
    loop {
        tokio::time::sleep(CALM).await;
        let state = current.state();
        for old in state.documents.most_requested().into_iter().take(READY_MAX) {
            renew(&old, &state).await;
        }
        let working_set = state.working_set.clone();
        drop(state);
        if let Err(error) = tokio::task::spawn_blocking(move || working_set.index()).await {
            tracing::error!(%error, "what is new was not indexed");
        }
        documents.changed().await;
    }
}

async fn renew(old: &CachedDocument, state: &State) {
    if state.working_set.generation(&old.key.sources) == old.key.generation {
        return;
    }
    let renewed = match &old.key.request {
        DocumentRequest::Feed(asked) => documents::renew(asked, state).await,
        DocumentRequest::Api(asked) => query::renew(asked, state).await,
    };
    let Some(renewed) = renewed else { return };
    renewed.document.inherit_readers(&old.document);
    let documents: &DocumentCache = &state.documents;
    for coding in [Coding::Gzip, Coding::Brotli] {
        if old.document.is_prepared(coding) {
            // A ticket of the service itself is never refused.
            drop(documents.prepare(&renewed, coding, &state.own_ticket(RenderClass::Ordinary)).await);
        }
    }
    documents.remove(&old.key).await;
}
