//! Renders the document of a feed in the representation that was requested.

use std::sync::Arc;

use crate::domain::event::Event;
use crate::domain::feed::Feed;
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::feeds::{self as make, Budget};
use crate::render;

use crate::serve::documents::document::{RenderedDocument, fingerprint};
use crate::serve::feed::costly::too_much_work;
use crate::serve::feed::{html_view, official};
use crate::serve::http::etag::Tag;
use crate::serve::http::negotiate::Representation;
use crate::serve::problem::details::Problem;
use crate::serve::request::base_url;
use crate::serve::request::feed_request::FeedRequest;
use crate::serve::state::State;

/// The version of a feed that a client has seen.
#[derive(Clone, Debug)]
pub(in crate::serve) struct SeenVersion {
    pub(in crate::serve) tag: Tag,
    pub(in crate::serve) items: Arc<[u64]>,
    /// The tag of the feed as it is now.
    pub(in crate::serve) whole: Tag,
}

/// The document of a feed; with `since`, of its items that the version named there did not have.
pub(in crate::serve) fn render(
    request: &FeedRequest,
    sources: &[SubjectId],
    since: Option<&SeenVersion>,
    state: &State,
) -> Result<RenderedDocument, Problem> {
    let newest = state.working_set.newest(sources).unwrap_or_else(|| mailing::newest_due(state.clock.now()));
    let mut events =
        Budget::of_an_address(|budget| make::choose(&state.working_set, sources, &request.spec, budget))
            .map_err(|why| too_much_work(&request.spec, why))?;
    let updated = make::updated(&request.spec, &events, newest);
    let items: Vec<u64> = events.iter().map(fingerprint).collect();
    if let Some(since) = since {
        let mut fingerprints = items.iter();
        events.retain(|_| fingerprints.next().is_some_and(|item| !since.items.contains(item)));
    }
    let hub_url = state.push.hub_url(&request.base);
    let content = hub_url.as_ref().map(|_| content(&events)).unwrap_or_default();
    let feed = || {
        let ids = base_url::for_ids(&request.base, &state.options);
        let bases = make::Bases { links: &request.base, ids: &ids };
        let feed = make::feed(&request.spec, &events, bases, newest);
        Feed { updated, hub_url: hub_url.clone(), ..feed }
    };
    let (body, content_type) = match request.form {
        Representation::Feed(format) => (render::feed(&feed(), format), format.content_type()),
        Representation::Page => {
            (html_view::page(request, &feed(), &events, newest), render::page::CONTENT_TYPE)
        }
        Representation::Official(shape) => {
            let listed = official::listing(request, events.clone(), updated, shape, hub_url.clone());
            (listed, shape.content_type())
        }
    };
    let mut document = RenderedDocument::new(body, content_type, updated);
    if let Some(hub) = &hub_url {
        document = document.with_topic(content, hub, own_url(request).as_deref());
    }
    Ok(match since {
        Some(since) => document.delta_of(since.whole),
        None => document.with_items(items),
    })
}

/// The address that a document gives itself; none for a page.
fn own_url(request: &FeedRequest) -> Option<String> {
    match request.form {
        Representation::Feed(format) => {
            Some(make::url(&request.spec, &request.base).with_extension(format.extension()))
        }
        Representation::Official(shape) => Some(official::own_url(request, shape)),
        Representation::Page => None,
    }
}

/// Which items a feed has, in words that another version of this program writes as well.
fn content(events: &[Event]) -> String {
    let mut hasher = blake3::Hasher::new();
    for event in events {
        hasher.update(format!("{} {} {}\n", event.paper.id, event.listing_date, event.published).as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
