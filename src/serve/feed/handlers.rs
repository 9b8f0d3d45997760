//! Answers requests for feeds.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::taxonomy::SubjectId;
use crate::render::official::OfficialFormat;

use crate::serve::answer::freshness::Freshness;
use crate::serve::answer::respond;
use crate::serve::documents::cache::CachedDocument;
use crate::serve::documents::render_queue::RenderTicket;
use crate::serve::feed::costly::{turn, understood};
use crate::serve::feed::documents::document;
use crate::serve::feed::html_view;
use crate::serve::feed::render::SeenVersion;
use crate::serve::feed::sources::{subjects_of, warm};
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
    let asked = understood(&request, &state, "subjects", feed_request::subjects).await;
    answer(&request, &state, asked).await
}

/// `/search[.{format}]?q=…`
pub(in crate::serve) async fn search(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = understood(&request, &state, "search", feed_request::search).await;
    answer(&request, &state, asked).await
}

/// `/keywords/{keyword}[.{format}]` and `/keywords[.{format}]?keyword=…`
pub(in crate::serve) async fn keyword(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = understood(&request, &state, "keyword", feed_request::keyword).await;
    answer(&request, &state, asked).await
}

/// `/named/{slug}[.{format}]`
pub(in crate::serve) async fn named_feed(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = understood(&request, &state, "slug", feed_request::named).await;
    answer(&request, &state, asked).await
}

/// `/rss/{subjects}`
pub(in crate::serve) async fn rss(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let read = |target: &FeedTarget<'_>, options: &ServiceOptions| {
        official::asked(target, options, OfficialFormat::Rss)
    };
    let asked = understood(&request, &state, "subjects", read).await;
    answer(&request, &state, asked).await
}

/// `/atom/{subjects}`
pub(in crate::serve) async fn atom(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let read = |target: &FeedTarget<'_>, options: &ServiceOptions| {
        official::asked(target, options, OfficialFormat::Atom)
    };
    let asked = understood(&request, &state, "subjects", read).await;
    answer(&request, &state, asked).await
}

async fn answer(request: &HttpRequest, state: &State, asked: Result<FeedRequest, Problem>) -> HttpResponse {
    let answered = async {
        let asked = asked?;
        if negotiate::is_negotiated(request.path()) && !negotiate::is_acceptable(request) {
            return Err(Problem::no_form());
        }
        let versions = respond::versions(state);
        let subjects = subjects_of(&asked.asked, state)?;
        state.collector.admit(&subjects).map_err(|error| Problem::not_admitted(error.to_string()))?;
        let was_read_now = warm(&subjects, state).await?;
        let asked = html_view::noted(asked, &subjects, state);
        let turn = turn(&asked, state.clients.household_of(request), state);
        let whole = document(&asked, &subjects, None, RequestId::of(request), &turn, state).await?;
        let found = unseen(request, &asked, &subjects, &whole, &turn, state).await?.unwrap_or(whole);
        let freshness = Freshness::of(&subjects, state);
        respond::kept(request, state, found, versions, &freshness, was_read_now).await
    };
    answered.await.unwrap_or_else(|problem: Problem| problem.respond(request))
}

/// The part of a feed that its asker has not seen, where that will do and is less than the whole.
async fn unseen(
    request: &HttpRequest,
    asked: &FeedRequest,
    subjects: &[SubjectId],
    whole: &CachedDocument,
    turn: &RenderTicket,
    state: &State,
) -> Result<Option<CachedDocument>, Problem> {
    let seen = delta::seen(request, &state.options.delta_agents);
    let is_current = coding::best(request.headers())
        .is_some_and(|coding| respond::is_current(request.headers(), &whole.document, coding));
    // A digest is seen as a whole or not at all.
    let is_digest = asked.asked.presentation.digest.is_some();
    if seen.is_empty() || is_current || is_digest || asked.form == Representation::Page {
        return Ok(None);
    }
    let Some((tag, items)) = state.documents.version(&seen).await else { return Ok(None) };
    if tag == whole.document.tag() || !whole.document.items().iter().any(|item| items.contains(item)) {
        return Ok(None);
    }
    let since = SeenVersion { tag, items, whole: whole.document.tag() };
    document(asked, subjects, Some(since), RequestId::of(request), turn, state).await.map(Some)
}
