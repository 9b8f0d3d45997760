//! Explains why a paper matches a rule or not: `/explain`, as a page and as JSON.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::domain::arxiv_id::ArxivId;
use crate::domain::taxonomy::SubjectId;
use crate::feeds;
use crate::feeds::{Budget, Explained};
use crate::filter::{Explanation, Query};
use crate::render::page::{self, Site};

use crate::serve::answer::respond;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::RenderClass;
use crate::serve::documents::render_task::run_blocking;
use crate::serve::http::fields::JSON;
use crate::serve::http::negotiate;
use crate::serve::http::public_url;
use crate::serve::http::request_id::RequestId;
use crate::serve::problem::details::Problem;
use crate::serve::request::feed_request;
use crate::serve::state::State;

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
pub(in crate::serve) async fn explain(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let ticket = state.render_ticket(state.clients.quota_key_of(&request), RenderClass::Costly);
    let explaining = {
        let (state, asked) = (state.clone(), request.query_string().to_owned());
        run_blocking(&ticket, RequestId::of(&request), move || {
            let (query, id) = feed_request::explain(&asked, &state.options)?;
            let subjects: Vec<SubjectId> = state.working_set.subjects();
            let explained = Budget::of_an_address(|budget| {
                feeds::explained(&state.working_set, &subjects, &query, &id, budget)
            });
            match explained {
                Ok(explained) => Ok((query, id, explained)),
                Err(why) => Err(Problem::too_much_work("q", query.canonical(), why)),
            }
        })
    };
    let (query, id, explained) = match explaining.await {
        Ok(explained) => explained,
        Err(problem) => return problem.respond(&request),
    };
    if negotiate::wants_page(&request) {
        let site = Site::below(&public_url::path_of(&request));
        let body = readable(&site, &query, &id, &explained);
        return respond::document(&request, &RenderedDocument::undated(body, page::CONTENT_TYPE), "no-cache");
    }
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
    respond::document(&request, &RenderedDocument::undated(body, JSON), "no-cache")
}

/// The same for a person.
fn readable(site: &Site, query: &Query, id: &ArxivId, explained: &Explained) -> String {
    let event = explained.event.as_ref();
    let tree = explained.tree.as_ref().map(|tree| page_part(tree, explained));
    let notes: Vec<String> = explained.warnings.iter().map(|warning| warning.message.clone()).collect();
    page::explain_page(&page::ExplainPage {
        site,
        rule: query.canonical(),
        id,
        title: event.map(|event| event.paper.title.as_str()),
        announced: event.map(|event| (event.announce_type, event.listing_date)),
        tree: tree.as_ref(),
        notes: &notes,
    })
}

fn page_part(tree: &Explanation, explained: &Explained) -> page::RulePart {
    let count = explained.counts.iter().find(|count| count.span == tree.span && count.label == tree.label);
    page::RulePart {
        label: tree.label.clone(),
        holds: tree.holds,
        matched: tree.matched.clone(),
        hits: count.map(|count| (count.hits, count.of)),
        parts: tree.parts.iter().map(|part| page_part(part, explained)).collect(),
    }
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
