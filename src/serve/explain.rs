//! Why does a paper match a rule?

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::domain::taxonomy::SubjectId;
use crate::feeds;
use crate::filter::Explanation;

use super::document::Document;
use super::error::Problem;
use super::{State, params, respond};

/// The answer of `/explain`.
#[derive(Serialize)]
struct Answer {
    query: String,
    id: String,
    /// Is the paper among the announcements that are in memory?
    known: bool,
    announce_type: Option<&'static str>,
    listing_date: Option<String>,
    matches: Option<bool>,
    tree: Option<Part>,
    /// How many papers pass each test of the rule by itself.
    counts: Vec<Count>,
    warnings: Vec<Note>,
}

#[derive(Serialize)]
struct Part {
    label: String,
    position: usize,
    length: usize,
    holds: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    matched: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Count {
    label: String,
    hits: usize,
    of: usize,
}

#[derive(Serialize)]
struct Note {
    position: usize,
    length: usize,
    message: String,
}

/// `/explain?q=…&id=…`
pub(super) async fn explain(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let (query, id) = match params::explain(&request, &state) {
        Ok(asked) => asked,
        Err(problem) => return problem.respond(&request),
    };
    let explaining = {
        let (state, query, id) = (state.clone(), query.clone(), id.clone());
        web::block(move || {
            let subjects: Vec<SubjectId> = state.shelf.subjects();
            feeds::explained(&state.shelf, &subjects, &query, &id)
        })
    };
    let Ok(explained) = explaining.await else {
        return Problem::failed("the rule could not be explained; the service's log says why".to_owned())
            .respond(&request);
    };
    let event = explained.event.as_ref();
    let answer = Answer {
        query: query.canonical().to_owned(),
        id: id.to_string(),
        known: event.is_some(),
        announce_type: event.map(|event| event.announce_type.as_str()),
        listing_date: event.map(|event| event.listing_date.to_string()),
        matches: explained.tree.as_ref().map(|tree| tree.holds),
        tree: explained.tree.map(Part::from),
        counts: explained
            .counts
            .into_iter()
            .map(|count| Count { label: count.label, hits: count.hits, of: count.of })
            .collect(),
        warnings: explained
            .warnings
            .into_iter()
            .map(|note| Note { position: note.position, length: note.length, message: note.message })
            .collect(),
    };
    let body = serde_json::to_string(&answer).unwrap_or_default();
    respond::page(&request, &Document::undated(body, respond::JSON), "no-cache")
}

impl From<Explanation> for Part {
    fn from(tree: Explanation) -> Self {
        Self {
            label: tree.label,
            position: tree.span.start,
            length: tree.span.length,
            holds: tree.holds,
            matched: tree.matched,
            parts: tree.parts.into_iter().map(Self::from).collect(),
        }
    }
}
