//! arXiv's query API over what is kept here.
//!
//! Mistakes are reported as arXiv reports them, in an Atom feed with an entry called `Error`, and status 400.

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use url::form_urlencoded;

use crate::domain::arxiv_id::ArxivId;
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::feeds::{self as make, Budget, Question, Sort};
use crate::filter::{self, Context, Limits, Lists, Mode, Query};
use crate::render::{Format, query_api};
use crate::serve::answer::freshness::Freshness;
use crate::serve::answer::respond;
use crate::serve::api::hub;
use crate::serve::documents::cache::{Found, Key};
use crate::serve::documents::document::Document;
use crate::serve::documents::render_queue::{Class, Turn};
use crate::serve::documents::render_task::written;
use crate::serve::feed::handlers;
use crate::serve::http::request_id::RequestId;
use crate::serve::problem::details::{Mistake, Problem};
use crate::serve::problem::types::Code;
use crate::serve::request::{public_url, values};
use crate::serve::state::State;

pub(in crate::serve) const PATH: &str = "/api/query";

/// The most bytes of a form: as many identifiers as may be named.
pub(in crate::serve) const FORM_BYTES_MAX: usize = 32 * 1024;

/// How many results a page has when the asker does not choose, and at most.
pub(in crate::serve) const RESULTS: usize = 10;
pub(in crate::serve) const RESULTS_MAX: usize = 2_000;

/// The longest question that an error repeats.
const ASKED_BYTES_MAX: usize = 1_000;

/// The most results of an answer of usual size.
const ORDINARY_RESULTS_MAX: usize = 500;

/// What a named paper takes while the question is kept, in bytes.
const ID_BYTES: usize = 80;

/// How many papers may be named.
const IDS_MAX: usize = 2_000;

pub(in crate::serve) const KNOWN: [&str; 6] =
    ["search_query", "id_list", "start", "max_results", "sortBy", "sortOrder"];

/// What results can be ordered by, and which end stands first; the usual one first.
pub(in crate::serve) const SORTS: [&str; 3] = ["relevance", "lastUpdatedDate", "submittedDate"];
pub(in crate::serve) const ORDERS: [&str; 2] = ["descending", "ascending"];

/// The search as it was understood, in this service's own language.
const UNDERSTOOD: HeaderName = HeaderName::from_static("x-crosslist-query");

/// A question, understood, with the words that the answer repeats.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::serve) struct ApiRequest {
    question: Question,
    /// `search_query` and `id_list` as they were given.
    search: String,
    ids: String,
    base: String,
}

impl ApiRequest {
    /// What it takes beside itself, in bytes.
    pub(in crate::serve) fn memory_bytes(&self) -> usize {
        let query = self.question.query.as_ref().map_or(0, Query::memory_bytes);
        let ids = self.question.ids.as_ref().map_or(0, |ids| ids.len() * ID_BYTES);
        self.search.len() + self.ids.len() + self.base.len() + query + ids
    }

    fn class(&self) -> Class {
        let is_costly = self.question.query.as_ref().is_some_and(Query::is_costly);
        if is_costly || self.question.count > ORDINARY_RESULTS_MAX { Class::Costly } else { Class::Ordinary }
    }
}

/// `/api/query?search_query=…&id_list=…`, the parameters in the address, in a form, or in both.
pub(in crate::serve) async fn query(
    request: HttpRequest,
    body: web::Bytes,
    state: web::Data<State>,
) -> HttpResponse {
    if !body.is_empty() && !hub::is_form(request.headers()) {
        let message = "the body is no form; send it as application/x-www-form-urlencoded".to_owned();
        let problem = Problem::bad_request(vec![mistake("body", "", message)]);
        return refusal(&problem, request.query_string(), &request, &state);
    }
    let mut response = if body.is_empty() {
        answer(request.query_string(), &request, &state).await
    } else {
        answer(&joined(&body, request.query_string()), &request, &state).await
    };
    if !body.is_empty() {
        // The address alone does not say what was asked.
        response.extensions_mut().remove::<respond::Kept>();
    }
    response
}

/// `/api/query/id_list/cond-mat/0703470v2`, as arXiv's service has been asked since its first version.
pub(in crate::serve) async fn by_ids(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let ids = request.match_info().get("ids").unwrap_or_default();
    let ids = form_urlencoded::Serializer::new(String::new()).append_pair("id_list", ids).finish();
    answer(&joined(ids.as_bytes(), request.query_string()), &request, &state).await
}

/// Parameters with those of the address behind them; what both name counts as the first say it.
fn joined(first: &[u8], query: &str) -> String {
    let first: Vec<_> = form_urlencoded::parse(first).collect();
    let further = form_urlencoded::parse(query.as_bytes());
    let further = further.filter(|(name, _)| first.iter().all(|(known, _)| known != name));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(&first).extend_pairs(further).finish()
}

/// The answer to parameters, which are given as a query string.
async fn answer(parameters: &str, request: &HttpRequest, state: &State) -> HttpResponse {
    let answered = async {
        let asked = asked(parameters, request, state)?;
        let versions = respond::versions(state);
        let subjects = handlers::all_read(state)?;
        let was_read_now = handlers::warm(&subjects, state).await?;
        let turn = Turn::of(state.clients.household_of(request), state, asked.class());
        let found = document(&asked, &subjects, RequestId::of(request), &turn, state).await?;
        let freshness = Freshness::of(&subjects, state);
        let mut response = respond::kept(request, state, found, versions, &freshness, was_read_now).await?;
        if let Some(understood) = asked.question.query.as_ref().and_then(understood) {
            response.headers_mut().insert(UNDERSTOOD, understood);
            // What is kept of an answer does not have that header.
            response.extensions_mut().remove::<respond::Kept>();
        }
        Ok(response)
    };
    answered.await.unwrap_or_else(|problem: Problem| refusal(&problem, parameters, request, state))
}

async fn document(
    asked: &ApiRequest,
    subjects: &[SubjectId],
    id: Option<RequestId>,
    turn: &Turn,
    state: &State,
) -> Result<Found, Problem> {
    let generation = state.shelf.generation(subjects);
    let (request, sources) = (asked.clone().into(), subjects.to_vec());
    let key = Key { request, sources, generation, since: None };
    let render = || {
        let (asked, state, subjects) = (asked.clone(), state.clone(), subjects.to_vec());
        written(turn, id.clone(), move || render(&asked, &subjects, &state))
    };
    state.documents.get(key, turn, render).await
}

/// Answers a question again, before it is asked.
pub(in crate::serve) async fn renew(asked: &ApiRequest, state: &State) -> Option<Found> {
    if asked.class() == Class::Costly {
        return None;
    }
    let subjects = handlers::all_read(state).ok()?;
    document(asked, &subjects, None, &Turn::own(state, asked.class()), state).await.ok()
}

fn render(asked: &ApiRequest, subjects: &[SubjectId], state: &State) -> Result<Document, Problem> {
    let newest = state.shelf.newest(subjects).unwrap_or_else(|| mailing::newest_due(state.clock.now()));
    let question = &asked.question;
    let found = Budget::of_an_address(|budget| make::look_up(&state.shelf, subjects, question, budget))
        .map_err(|why| Problem::too_much_work("search_query", &asked.search, why))?;
    let updated = found.updated.unwrap_or_else(|| mailing::moment(newest));
    let body = query_api::results(&query_api::Results {
        asked: format!(
            "search_query={}&id_list={}&start={}&max_results={}",
            asked.search, asked.ids, question.start, question.count
        ),
        self_url: address(asked),
        updated,
        total: found.total,
        start: question.start,
        per_page: question.count,
        records: &found.records,
    });
    Ok(Document::new(body, Format::Atom.content_type(), updated))
}

/// The one address of a question.
fn address(asked: &ApiRequest) -> String {
    let Question { start, count, sort, is_ascending, .. } = &asked.question;
    let sort = match sort {
        Sort::Relevance => "relevance",
        Sort::Updated => "lastUpdatedDate",
        Sort::Submitted => "submittedDate",
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("search_query", &asked.search)
        .append_pair("id_list", &asked.ids)
        .append_pair("start", &start.to_string())
        .append_pair("max_results", &count.to_string())
        .append_pair("sortBy", sort)
        .append_pair("sortOrder", if *is_ascending { "ascending" } else { "descending" })
        .finish();
    format!("{}/api/query?{query}", asked.base)
}

fn asked(parameters: &str, request: &HttpRequest, state: &State) -> Result<ApiRequest, Problem> {
    let mut question = Question {
        query: None,
        ids: None,
        start: 0,
        count: RESULTS,
        sort: Sort::default(),
        is_ascending: false,
    };
    let (mut search, mut ids) = (String::new(), String::new());
    let (mut seen, mut mistakes) = (Vec::new(), Vec::new());
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        let value = value.trim();
        let mut wrong = |message: &str| mistakes.push(mistake(&name, value, message.to_owned()));
        if seen.contains(&name) {
            wrong(&format!("{} is given twice", values::shortened(&name)));
        }
        match &*name {
            "search_query" if !value.is_empty() => {
                value.clone_into(&mut search);
                match rule(value) {
                    Ok(query) => question.query = Some(query),
                    Err(errors) => mistakes.extend(errors),
                }
            }
            "id_list" if !value.is_empty() => {
                value.clone_into(&mut ids);
                match id_list(value) {
                    Ok(ids) => question.ids = Some(ids),
                    Err(errors) => mistakes.extend(errors),
                }
            }
            "search_query" | "id_list" => {}
            "start" => match number(value, "start") {
                Ok(start) => question.start = start,
                Err(message) => wrong(&message),
            },
            "max_results" => match number(value, "max_results") {
                Ok(count) => question.count = count.min(RESULTS_MAX),
                Err(message) => wrong(&message),
            },
            "sortBy" => match value {
                "relevance" => question.sort = Sort::Relevance,
                "lastUpdatedDate" => question.sort = Sort::Updated,
                "submittedDate" => question.sort = Sort::Submitted,
                _ => wrong(&format!("sortBy must be in: {}", SORTS.join(", "))),
            },
            "sortOrder" => match value {
                "ascending" => question.is_ascending = true,
                "descending" => question.is_ascending = false,
                _ => wrong(&format!("sortOrder must be in: {}", ORDERS.join(", "))),
            },
            // As arXiv's own does: programs send what other APIs take.
            _ => continue,
        }
        seen.push(name);
    }
    if mistakes.is_empty() && question.query.is_none() && question.ids.is_none() {
        mistakes.push(mistake("search_query", "", "either search_query or id_list is needed".to_owned()));
    }
    if !mistakes.is_empty() {
        return Err(Problem::bad_request(mistakes));
    }
    Ok(ApiRequest { question, search, ids, base: public_url::of(request, state)? })
}

/// A search in arXiv's reading of it.
fn rule(value: &str) -> Result<Query, Vec<Mistake>> {
    let context = Context { lists: &Lists::default(), mode: Mode::Compat };
    filter::parse(value, &Limits::URL, &context)
        .map_err(|errors| errors.as_slice().iter().map(|error| Mistake::of_rule("q", error)).collect())
}

/// Identifiers with or without their versions, each once.
fn id_list(value: &str) -> Result<Vec<(ArxivId, Option<u32>)>, Vec<Mistake>> {
    let (mut ids, mut mistakes) = (Vec::new(), Vec::new());
    for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match ArxivId::parse(&without_class(name)) {
            Ok(id) if !ids.contains(&id) => ids.push(id),
            Ok(_) => {}
            Err(_) => {
                let message = format!("incorrect id format for {}", values::shortened(name));
                mistakes.push(mistake("id_list", name, message));
            }
        }
    }
    if ids.len() > IDS_MAX {
        mistakes.push(mistake("id_list", value, format!("id_list names more than {IDS_MAX} papers")));
    }
    if mistakes.is_empty() { Ok(ids) } else { Err(mistakes) }
}

/// Listings have `math/0309136` for what is also known as `math.GT/0309136`.
fn without_class(name: &str) -> String {
    match name.split_once('/') {
        Some((archive, number)) => {
            format!("{}/{number}", archive.split_once('.').map_or(archive, |(archive, _)| archive))
        }
        None => name.to_owned(),
    }
}

/// A number as arXiv wants it, or arXiv's words for what is wrong with it.
fn number(value: &str, name: &str) -> Result<usize, String> {
    let number: i64 = value.parse().map_err(|_| format!("{name} must be an integer"))?;
    usize::try_from(number).map_err(|_| format!("{name} must be non-negative"))
}

fn mistake(parameter: &str, value: &str, message: String) -> Mistake {
    Mistake {
        code: Code::BadQuery,
        parameter: values::shortened(parameter),
        position: 0,
        length: value.chars().count(),
        message,
        hint: String::new(),
    }
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
    let base = public_url::of(request, state).unwrap_or_default();
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
