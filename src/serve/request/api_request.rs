//! Reads the parameters of arXiv's query API.

use actix_web::HttpRequest;
use url::form_urlencoded;

use crate::domain::arxiv_id::ArxivId;
use crate::feeds::{PaperQuery, QueryOrder};
use crate::filter::{self, Context, Dialect, Limits, Lists, Query};

use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::{ParameterDiagnostic, Problem};
use crate::serve::problem::types::DiagnosticCode;
use crate::serve::request::{base_url, parameter_value};

/// The default number of results on a page, and the most.
pub(in crate::serve) const RESULTS: usize = 10;
pub(in crate::serve) const RESULTS_MAX: usize = 2_000;

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

/// A question, understood, with the words that the answer repeats.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::serve) struct ApiRequest {
    pub(in crate::serve) question: PaperQuery,
    /// `search_query` and `id_list` as they were given.
    pub(in crate::serve) search: String,
    pub(in crate::serve) ids: String,
    pub(in crate::serve) base: String,
}

impl ApiRequest {
    /// What it takes beside itself, in bytes.
    pub(in crate::serve) fn memory_bytes(&self) -> usize {
        let query = self.question.query.as_ref().map_or(0, Query::memory_bytes);
        let ids = self.question.ids.as_ref().map_or(0, |ids| ids.len() * ID_BYTES);
        self.search.len() + self.ids.len() + self.base.len() + query + ids
    }

    /// May it take much longer than an answer of usual size by plain words?
    pub(in crate::serve) fn is_costly(&self) -> bool {
        self.question.query.as_ref().is_some_and(Query::is_costly)
            || self.question.count > ORDINARY_RESULTS_MAX
    }

    /// The one address of the question, whatever words it was given in.
    pub(in crate::serve) fn address(&self) -> String {
        let PaperQuery { start, count, sort, is_ascending, .. } = &self.question;
        let sort = match sort {
            QueryOrder::Relevance => "relevance",
            QueryOrder::Updated => "lastUpdatedDate",
            QueryOrder::Submitted => "submittedDate",
        };
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("search_query", &self.search)
            .append_pair("id_list", &self.ids)
            .append_pair("start", &start.to_string())
            .append_pair("max_results", &count.to_string())
            .append_pair("sortBy", sort)
            .append_pair("sortOrder", if *is_ascending { "ascending" } else { "descending" })
            .finish();
        format!("{}/api/query?{query}", self.base)
    }
}

/// Parameters with those of the address behind them; what both name counts as the first say it.
pub(in crate::serve) fn joined(first: &[u8], query: &str) -> String {
    let first: Vec<_> = form_urlencoded::parse(first).collect();
    let further = form_urlencoded::parse(query.as_bytes());
    let further = further.filter(|(name, _)| first.iter().all(|(known, _)| known != name));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(&first).extend_pairs(further).finish()
}

/// Reads the parameters, which are given as a query string; mistakes are in the words of arXiv's own service.
pub(in crate::serve) fn parse(
    parameters: &str,
    request: &HttpRequest,
    options: &ServiceOptions,
) -> Result<ApiRequest, Problem> {
    let mut question = PaperQuery {
        query: None,
        ids: None,
        start: 0,
        count: RESULTS,
        sort: QueryOrder::default(),
        is_ascending: false,
    };
    let (mut search, mut ids) = (String::new(), String::new());
    let (mut seen, mut mistakes) = (Vec::new(), Vec::new());
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        let value = value.trim();
        let mut wrong = |message: &str| mistakes.push(mistake(&name, value, message.to_owned()));
        if seen.contains(&name) {
            wrong(&format!("{} is given twice", parameter_value::shortened(&name)));
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
                "relevance" => question.sort = QueryOrder::Relevance,
                "lastUpdatedDate" => question.sort = QueryOrder::Updated,
                "submittedDate" => question.sort = QueryOrder::Submitted,
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
    Ok(ApiRequest { question, search, ids, base: base_url::of(request, options)? })
}

/// A search in arXiv's reading of it.
fn rule(value: &str) -> Result<Query, Vec<ParameterDiagnostic>> {
    let context = Context { lists: &Lists::default(), dialect: Dialect::Compat };
    filter::parse(value, &Limits::URL, &context).map_err(|errors| {
        errors.as_slice().iter().map(|error| ParameterDiagnostic::of_rule("q", error)).collect()
    })
}

/// Identifiers with or without their versions, each once.
fn id_list(value: &str) -> Result<Vec<(ArxivId, Option<u32>)>, Vec<ParameterDiagnostic>> {
    let (mut ids, mut mistakes) = (Vec::new(), Vec::new());
    for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match ArxivId::parse(&without_class(name)) {
            Ok(id) if !ids.contains(&id) => ids.push(id),
            Ok(_) => {}
            Err(_) => {
                let message = format!("incorrect id format for {}", parameter_value::shortened(name));
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

pub(in crate::serve) fn mistake(parameter: &str, value: &str, message: String) -> ParameterDiagnostic {
    ParameterDiagnostic {
        code: DiagnosticCode::BadQuery,
        parameter: parameter_value::shortened(parameter),
        position: 0,
        length: value.chars().count(),
        message,
        hint: String::new(),
    }
}
