//! arXiv's query API over what is kept here.
//!
//! Mistakes are reported as arXiv reports them, in an Atom feed with an entry called `Error`, and status 400.

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use url::form_urlencoded;

use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::feeds::{self as make, Budget};
use crate::filter::Query;
use crate::render::{Format, query_api};
use crate::serve::answer::freshness::Freshness;
use crate::serve::answer::respond;
use crate::serve::documents::cache::{CachedDocument, DocumentKey};
use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::{RenderClass, RenderTicket};
use crate::serve::documents::render_task::written;
use crate::serve::feed::sources::{all_read, warm};
use crate::serve::http::fields::is_form;
use crate::serve::http::request_id::RequestId;
use crate::serve::problem::details::Problem;
use crate::serve::request::api_request::ApiRequest;
use crate::serve::request::{api_request, base_url};
use crate::serve::state::State;

/// The longest question that an error repeats.
const ASKED_BYTES_MAX: usize = 1_000;

/// The search as it was understood, in this service's own language.
const UNDERSTOOD: HeaderName = HeaderName::from_static("x-crosslist-query");

/// `/api/query?search_query=…&id_list=…`, the parameters in the address, in a form, or in both.
pub(in crate::serve) async fn query(
    request: HttpRequest,
    body: web::Bytes,
    state: web::Data<State>,
) -> HttpResponse {
    if !body.is_empty() && !is_form(request.headers()) {
        let message = "the body is no form; send it as application/x-www-form-urlencoded".to_owned();
        let problem = Problem::bad_request(vec![api_request::mistake("body", "", message)]);
        return refusal(&problem, request.query_string(), &request, &state);
    }
    let mut response = if body.is_empty() {
        answer(request.query_string(), &request, &state).await
    } else {
        answer(&api_request::joined(&body, request.query_string()), &request, &state).await
    };
    if !body.is_empty() {
        // The address alone does not say what was asked.
        response.extensions_mut().remove::<respond::CacheableResponse>();
    }
    response
}

/// `/api/query/id_list/cond-mat/0703470v2`, as arXiv's service has been asked since its first version.
pub(in crate::serve) async fn by_ids(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let ids = request.match_info().get("ids").unwrap_or_default();
    let ids = form_urlencoded::Serializer::new(String::new()).append_pair("id_list", ids).finish();
    answer(&api_request::joined(ids.as_bytes(), request.query_string()), &request, &state).await
}

/// The answer to parameters, which are given as a query string.
async fn answer(parameters: &str, request: &HttpRequest, state: &State) -> HttpResponse {
    let answered = async {
        let asked = api_request::parse(parameters, request, &state.options)?;
        let versions = respond::versions(state);
        let subjects = all_read(state)?;
        let was_read_now = warm(&subjects, state).await?;
        let turn = state.turn(state.clients.household_of(request), class(&asked));
        let found = document(&asked, &subjects, RequestId::of(request), &turn, state).await?;
        let freshness = Freshness::of(&subjects, state);
        let mut response = respond::kept(request, state, found, versions, &freshness, was_read_now).await?;
        if let Some(understood) = asked.question.query.as_ref().and_then(understood) {
            response.headers_mut().insert(UNDERSTOOD, understood);
            // What is kept of an answer does not have that header.
            response.extensions_mut().remove::<respond::CacheableResponse>();
        }
        Ok(response)
    };
    answered.await.unwrap_or_else(|problem: Problem| refusal(&problem, parameters, request, state))
}

fn class(asked: &ApiRequest) -> RenderClass {
    if asked.is_costly() { RenderClass::Costly } else { RenderClass::Ordinary }
}

async fn document(
    asked: &ApiRequest,
    subjects: &[SubjectId],
    id: Option<RequestId>,
    turn: &RenderTicket,
    state: &State,
) -> Result<CachedDocument, Problem> {
    let generation = state.working_set.generation(subjects);
    let (request, sources) = (asked.clone().into(), subjects.to_vec());
    let key = DocumentKey { request, sources, generation, since: None };
    let render = || {
        let (asked, state, subjects) = (asked.clone(), state.clone(), subjects.to_vec());
        written(turn, id.clone(), move || render(&asked, &subjects, &state))
    };
    state.documents.get(key, turn, render).await
}

/// Answers a question again, before it is asked.
pub(in crate::serve) async fn renew(asked: &ApiRequest, state: &State) -> Option<CachedDocument> {
    if asked.is_costly() {
        return None;
    }
    let subjects = all_read(state).ok()?;
    document(asked, &subjects, None, &state.own_turn(class(asked)), state).await.ok()
}

fn render(asked: &ApiRequest, subjects: &[SubjectId], state: &State) -> Result<RenderedDocument, Problem> {
    let newest = state.working_set.newest(subjects).unwrap_or_else(|| mailing::newest_due(state.clock.now()));
    let question = &asked.question;
    let found = Budget::of_an_address(|budget| make::look_up(&state.working_set, subjects, question, budget))
        .map_err(|why| Problem::too_much_work("search_query", &asked.search, why))?;
    let updated = found.updated.unwrap_or_else(|| mailing::moment(newest));
    let body = query_api::results(&query_api::Results {
        asked: format!(
            "search_query={}&id_list={}&start={}&max_results={}",
            asked.search, asked.ids, question.start, question.count
        ),
        self_url: asked.address(),
        updated,
        total: found.total,
        start: question.start,
        per_page: question.count,
        records: &found.records,
    });
    Ok(RenderedDocument::new(body, Format::Atom.content_type(), updated))
}

/// The canonical rule as a header can carry it: what is not ASCII is percent-encoded, and so is `%`.
fn understood(query: &Query) -> Option<HeaderValue> {
    let encoded = |byte: u8| match byte {
        b' '..=b'$' | b'&'..=b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    HeaderValue::from_str(&query.canonical().bytes().map(encoded).collect::<String>()).ok()
}

fn refusal(problem: &Problem, asked: &str, request: &HttpRequest, state: &State) -> HttpResponse {
    let base = base_url::of(request, &state.options).unwrap_or_default();
    // A long question is not repeated, for an error answer has its bound.
    let asked = if asked.len() > ASKED_BYTES_MAX { "" } else { asked };
    let address = format!("{base}/api/query?{asked}");
    let body =
        problem.fitted(|problem| query_api::errors(&address, asked, state.clock.now(), &problem.said()));
    // Everything but the form is as for any other mistake.
    let mut response = problem.respond(request).set_body(body);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_SECURITY_POLICY);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Format::Atom.content_type()));
    response.map_into_boxed_body()
}
