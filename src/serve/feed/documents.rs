//! The documents of feeds: from the cache, rendered when they are missing there, for readers, files and subscribers.

use std::net::IpAddr;
use std::sync::Arc;

use crate::domain::taxonomy::SubjectId;
use crate::feeds::Scope;

use crate::serve::documents::cache::{CachedDocument, DocumentKey};
use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::RenderTicket;
use crate::serve::documents::render_task::render_document;
use crate::serve::feed::costly::ticket;
use crate::serve::feed::html_view;
use crate::serve::feed::render::{SeenVersion, render};
use crate::serve::feed::sources::subjects_of;
use crate::serve::http::request_id::RequestId;
use crate::serve::problem::details::Problem;
use crate::serve::request::feed_request::FeedRequest;
use crate::serve::state::State;

/// The document of a feed, from the cache or rendered now.
pub(in crate::serve) async fn document(
    asked: &FeedRequest,
    subjects: &[SubjectId],
    since: Option<SeenVersion>,
    id: Option<RequestId>,
    ticket: &RenderTicket,
    state: &State,
) -> Result<CachedDocument, Problem> {
    let sources = state.working_set.sources(subjects);
    let generation = state.working_set.generation(&sources);
    let key = DocumentKey {
        request: asked.clone().into(),
        sources: sources.clone(),
        generation,
        since: since.as_ref().map(|since| since.tag),
    };
    let render = || {
        let (asked, state) = (asked.clone(), state.clone());
        let (sources, since) = (sources.clone(), since.clone());
        render_document(ticket, id.clone(), move || render(&asked, &sources, since.as_ref(), &state))
    };
    state.documents.get(key, ticket, render).await
}

/// A feed as it is now, for a file; none while a subject of it was never read.
pub(in crate::serve) fn for_export(asked: FeedRequest, state: &State) -> Option<RenderedDocument> {
    let subjects = subjects_of(&asked.spec, state).ok()?;
    let is_read = subjects.iter().all(|subject| state.working_set.holds(*subject));
    if !is_read {
        return None;
    }
    let asked = html_view::with_notices(asked, &subjects, state);
    render(&asked, &state.working_set.sources(&subjects), None, state).ok()
}

/// Renders a feed again whose content has changed; a costly feed that is not configured is rendered when it is requested.
pub(in crate::serve) async fn renew(asked: &FeedRequest, state: &State) -> Option<CachedDocument> {
    let is_configured = matches!(asked.spec.scope, Scope::Named(_));
    let has_rule = asked.spec.selection.query.is_some() || asked.spec.selection.aliases.is_some();
    if asked.spec.is_costly() && (has_rule || !is_configured) {
        return None;
    }
    let subjects = subjects_of(&asked.spec, state).ok()?;
    let ticket = state.own_ticket(ticket(asked, None, state).class);
    document(asked, &subjects, None, None, &ticket, state).await.ok()
}

/// A feed as its subscribers get it, and the identity of its content; nothing is read from arXiv for it.
pub(in crate::serve) async fn for_subscribers(
    asked: &FeedRequest,
    client: Option<IpAddr>,
    state: &State,
) -> Result<(Arc<RenderedDocument>, String), Problem> {
    let subjects = subjects_of(&asked.spec, state)?;
    state.collector.admit(&subjects).map_err(|error| Problem::not_admitted(error.to_string()))?;
    if let Some(cold) = subjects.iter().find(|subject| !state.working_set.holds(**subject)) {
        let detail = format!("{cold} has not been read from arXiv yet; ask for the feed first");
        return Err(Problem::not_read_yet(detail, state.collector.wait_estimate()));
    }
    let ticket = ticket(asked, client, state);
    let found = document(asked, &subjects, None, None, &ticket, state).await?;
    let content = found.document.content().to_owned();
    Ok((found.document, content))
}
