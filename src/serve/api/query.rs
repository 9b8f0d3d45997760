//! arXiv's query API over the announcements of this service.
//!
//! Mistakes are reported as arXiv reports them: an Atom feed with an entry called `Error`, with status 400.

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
use crate::serve::answer::respond::Delivery;
use crate::serve::documents::cache::{CachedDocument, DocumentKey};
use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::{RenderClass, RenderTicket};
use crate::serve::documents::render_task::render_document;
use crate::serve::feed::sources::{all_subjects, ensure_read};
use crate::serve::http::fields::is_form;
use crate::serve::http::request_id::RequestId;
use crate::serve::problem::details::Problem;
use crate::serve::request::api_request::ApiRequest;
use crate::serve::request::{api_request, base_url};
use crate::serve::state::State;

/// The longest query that an error repeats.
const REPEATED_BYTES_MAX: usize = 1_000;

/// The search as a rule of this service's language.
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
        // The target alone does not identify the request.
        response.extensions_mut().remove::<respond::CacheableResponse>();
    }
    response
}

/// `/api/query/id_list/cond-mat/0703470v2`, which arXiv's API has had since its first version.
pub(in crate::serve) async fn by_ids(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let ids = request.match_info().get("ids").unwrap_or_default();
    let ids = form_urlencoded::Serializer::new(String::new()).append_pair("id_list", ids).finish();
    answer(&api_request::joined(ids.as_bytes(), request.query_string()), &request, &state).await
}

/// Answers parameters, which are given as a query string.
async fn answer(parameters: &str, request: &HttpRequest, state: &State) -> HttpResponse {
    let answered = async {
        let api_request = api_request::parse(parameters, request, &state.options)?;
        let versions = state.versions();
        let subjects = all_subjects(state)?;
        let was_read_now = ensure_read(&subjects, state).await?;
        let ticket = state.render_ticket(state.clients.quota_key_of(request), class(&api_request));
        let found = document(&api_request, &subjects, RequestId::of(request), &ticket, state).await?;
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
        let mut response = respond::cacheable(request, found, delivery).await?;
        if let Some(understood) = api_request.question.query.as_ref().and_then(understood) {
            response.headers_mut().insert(UNDERSTOOD, understood);
            // The response cache would answer without this field.
            response.extensions_mut().remove::<respond::CacheableResponse>();
        }
        Ok(response)
    };
    answered.await.unwrap_or_else(|problem: Problem| refusal(&problem, parameters, request, state))
}

fn class(api_request: &ApiRequest) -> RenderClass {
    if api_request.is_costly() { RenderClass::Costly } else { RenderClass::Ordinary }
}

async fn document(
    api_request: &ApiRequest,
    subjects: &[SubjectId],
    id: Option<RequestId>,
    ticket: &RenderTicket,
    state: &State,
) -> Result<CachedDocument, Problem> {
    let generation = state.working_set.generation(subjects);
    let (request, sources) = (api_request.clone().into(), subjects.to_vec());
    let key = DocumentKey { request, sources, generation, since: None };
    let render = || {
        let (api_request, state, subjects) = (api_request.clone(), state.clone(), subjects.to_vec());
        render_document(ticket, id.clone(), move || render(&api_request, &subjects, &state))
    };
    state.documents.get(key, ticket, render).await
}

/// Renders the answer again after a change; nothing for a costly one.
pub(in crate::serve) async fn renew(api_request: &ApiRequest, state: &State) -> Option<CachedDocument> {
    if api_request.is_costly() {
        return None;
    }
    let subjects = all_subjects(state).ok()?;
    document(api_request, &subjects, None, &state.own_ticket(class(api_request)), state).await.ok()
}

fn render(
    api_request: &ApiRequest,
    subjects: &[SubjectId],
    state: &State,
) -> Result<RenderedDocument, Problem> {
    let newest = state.working_set.newest(subjects).unwrap_or_else(|| mailing::newest_due(state.clock.now()));
    let question = &api_request.question;
    let found = Budget::of_an_address(|budget| make::look_up(&state.working_set, subjects, question, budget))
        .map_err(|why| Problem::too_much_work("search_query", &api_request.search, why))?;
    let updated = found.updated.unwrap_or_else(|| mailing::moment(newest));
    let body = query_api::results(&query_api::Results {
        asked: format!(
            "search_query={}&id_list={}&start={}&max_results={}",
            api_request.search, api_request.ids, question.start, question.count
        ),
        self_url: api_request.address(),
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

fn refusal(problem: &Problem, parameters: &str, request: &HttpRequest, state: &State) -> HttpResponse {
    let base = base_url::of(request, &state.options).unwrap_or_default();
    // The size of an error answer is bounded.
    let parameters = if parameters.len() > REPEATED_BYTES_MAX { "" } else { parameters };
    let address = format!("{base}/api/query?{parameters}");
    let body = problem
        .fitted(|problem| query_api::errors(&address, parameters, state.clock.now(), &problem.sentences()));
    // Only the body differs from other problems.
    let mut response = problem.respond(request).set_body(body);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_SECURITY_POLICY);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Format::Atom.content_type()));
    response.map_into_boxed_body()
}
