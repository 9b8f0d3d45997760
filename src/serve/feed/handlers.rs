//! The handlers of feeds.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::taxonomy::SubjectId;
use crate::render::official::OfficialFormat;

use crate::serve::answer::freshness::Freshness;
use crate::serve::answer::respond;
use crate::serve::answer::respond::Delivery;
use crate::serve::documents::cache::CachedDocument;
use crate::serve::documents::render_queue::RenderTicket;
use crate::serve::feed::costly::{parse, ticket};
use crate::serve::feed::documents::document;
use crate::serve::feed::html_view;
use crate::serve::feed::render::SeenVersion;
use crate::serve::feed::sources::{ensure_read, subjects_of};
use crate::serve::http::negotiate::Representation;
use crate::serve::http::request_id::RequestId;
use crate::serve::http::{coding, delta, negotiate};
use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::Problem;
use crate::serve::request::feed_request::{FeedRequest, FeedTarget};
use crate::serve::request::{feed_request, official};
use crate::serve::state::State;

/// `/subjects/{subjects}[.{format}]`
pub(in crate::serve) async fn subjects(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = parse(&request, &state, "subjects", feed_request::subjects).await;
    answer(&request, &state, asked).await
}

/// `/search[.{format}]?q=…`
pub(in crate::serve) async fn search(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = parse(&request, &state, "search", feed_request::search).await;
    answer(&request, &state, asked).await
}

/// `/keywords/{keyword}[.{format}]` and `/keywords[.{format}]?keyword=…`
pub(in crate::serve) async fn keyword(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = parse(&request, &state, "keyword", feed_request::keyword).await;
    answer(&request, &state, asked).await
}

/// `/named/{slug}[.{format}]`
pub(in crate::serve) async fn named_feed(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = parse(&request, &state, "slug", feed_request::named).await;
    answer(&request, &state, asked).await
}

/// `/rss/{subjects}`
pub(in crate::serve) async fn rss(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let read = |target: &FeedTarget<'_>, options: &ServiceOptions| {
        official::parse(target, options, OfficialFormat::Rss)
    };
    let asked = parse(&request, &state, "subjects", read).await;
    answer(&request, &state, asked).await
}

/// `/atom/{subjects}`
pub(in crate::serve) async fn atom(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let read = |target: &FeedTarget<'_>, options: &ServiceOptions| {
        official::parse(target, options, OfficialFormat::Atom)
    };
    let asked = parse(&request, &state, "subjects", read).await;
    answer(&request, &state, asked).await
}

async fn answer(request: &HttpRequest, state: &State, asked: Result<FeedRequest, Problem>) -> HttpResponse {
    let answered = async {
        let asked = asked?;
        if negotiate::is_negotiated(request.path()) && !negotiate::is_acceptable(request) {
            return Err(Problem::no_form());
        }
        let versions = state.versions();
        let subjects = subjects_of(&asked.spec, state)?;
        state.collector.admit(&subjects).map_err(|error| Problem::not_admitted(error.to_string()))?;
        let was_read_now = ensure_read(&subjects, state).await?;
        let asked = html_view::with_notices(asked, &subjects, state);
        let ticket = ticket(&asked, state.clients.quota_key_of(request), state);
        let whole = document(&asked, &subjects, None, RequestId::of(request), &ticket, state).await?;
        let found = unseen(request, &asked, &subjects, &whole, &ticket, state).await?.unwrap_or(whole);
        let now = state.clock.now();
        let delivery = Delivery {
            documents: &state.documents,
            ticket,
            versions,
            now,
            freshness: Freshness::of(&subjects, &state.collector, now),
            was_read_now,
            is_private: state.access.reading_needs_key(),
        };
        respond::cacheable(request, found, delivery).await
    };
    answered.await.unwrap_or_else(|problem: Problem| problem.respond(request))
}

/// The items of a feed that the client has not seen, where it accepts them alone and has seen others (RFC 3229).
async fn unseen(
    request: &HttpRequest,
    asked: &FeedRequest,
    subjects: &[SubjectId],
    whole: &CachedDocument,
    ticket: &RenderTicket,
    state: &State,
) -> Result<Option<CachedDocument>, Problem> {
    let seen = delta::seen(request, &state.options.delta_agents);
    let is_current = coding::best(request.headers())
        .is_some_and(|coding| respond::is_current(request.headers(), &whole.document, coding));
    // The items of a digest change with every version.
    let is_digest = asked.spec.presentation.digest.is_some();
    if seen.is_empty() || is_current || is_digest || asked.form == Representation::Page {
        return Ok(None);
    }
    let Some((tag, items)) = state.documents.version(&seen).await else { return Ok(None) };
    if tag == whole.document.tag() || !whole.document.items().iter().any(|item| items.contains(item)) {
        return Ok(None);
    }
    let since = SeenVersion { tag, items, whole: whole.document.tag() };
    document(asked, subjects, Some(since), RequestId::of(request), ticket, state).await.map(Some)
}
