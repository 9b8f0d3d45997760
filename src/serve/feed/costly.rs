//! Costly requests for feeds: their class in the render queue, parsing on blocking threads, the bound on work.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::feeds::{FeedSpec, Selection};
use crate::filter::TooMuchWork;

use crate::serve::documents::render_queue::{RenderClass, RenderTicket};
use crate::serve::documents::render_task::run_blocking;
use crate::serve::http::request_id::RequestId;
use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::Problem;
use crate::serve::request::feed_request;
use crate::serve::request::feed_request::{FeedRequest, FeedTarget};
use crate::serve::state::State;

/// Parses a request for a feed; on a blocking thread where that may compile regular expressions.
pub(in crate::serve) async fn parse(
    request: &HttpRequest,
    state: &State,
    last: &str,
    read: fn(&FeedTarget<'_>, &ServiceOptions) -> Result<FeedRequest, Problem>,
) -> Result<FeedRequest, Problem> {
    let target = FeedTarget::of(request, &state.options, last)?;
    if !feed_request::may_hold_regex(target.query) {
        return read(&target, &state.options);
    }
    let ticket = state.render_ticket(state.clients.quota_key_of(request), RenderClass::Costly);
    let (path, last, query) = (target.path.to_owned(), target.last.to_owned(), target.query.to_owned());
    let (form, base, options) = (target.form, target.base, state.options.clone());
    run_blocking(&ticket, RequestId::of(request), move || {
        read(&FeedTarget { path: &path, last: &last, query: &query, form, base }, &options)
    })
    .await
}

/// The ticket of a request for a feed, by what the feed may cost.
pub(in crate::serve) fn ticket(asked: &FeedRequest, client: Option<IpAddr>, state: &State) -> RenderTicket {
    let class = if asked.spec.is_costly() { RenderClass::Costly } else { RenderClass::Ordinary };
    state.render_ticket(client, class)
}

/// Told of the rule that was given, in the parameter that it was given in.
pub(in crate::serve) fn too_much_work(asked: &FeedSpec, why: TooMuchWork) -> Problem {
    let Selection { query, aliases, .. } = &asked.selection;
    match (query, aliases.as_ref().and_then(|aliases| aliases.parameters().next())) {
        (Some(query), _) => Problem::too_much_work("q", query.canonical(), why),
        (None, Some((name, value))) => Problem::too_much_work(name, value, why),
        (None, None) => Problem::too_much_work("keyword", "", why),
    }
}
