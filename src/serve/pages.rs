//! What does a person see who opens the service in a browser?

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::taxonomy::SubjectId;
use crate::render::page::{self, Read, Start};

use super::document::Document;
use super::{State, params, respond};

/// `/`: what this is and what can be asked.
pub(super) async fn start(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let base = match params::base(&request, &state) {
        Ok(base) => base,
        Err(problem) => return problem.respond(&request),
    };
    let reads = state.collector.subjects().into_iter().map(|(subject, known)| Read {
        subject,
        verdict: known.status.as_ref().map_or("unread", |status| status.outcome.verdict.as_str()),
        newest: known.newest(),
        reason: known.status.map_or_else(|| "not read yet".to_owned(), |status| status.outcome.reason),
    });
    let reads: Vec<Read> = reads.collect();
    let example = reads.iter().find(|read| read.newest.is_some());
    let example = example.map_or(SubjectId::example(), |read| read.subject);
    let named = state.options.named.iter().map(|named| (named.slug.as_str(), named.title.as_str()));
    let named: Vec<(&str, &str)> = named.collect();
    let body = page::start(&Start { base: &base, example, reads: &reads, named: &named });
    respond::page(&request, &Document::undated(body, page::CONTENT_TYPE), "no-cache")
}
