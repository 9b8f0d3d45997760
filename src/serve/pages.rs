//! What does a person see who opens the service in a browser?

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::taxonomy::SubjectId;
use crate::render::page::{self, Read, Start};

use super::{State, params};

/// How long a browser keeps what changes only with the program.
const ASSET_MAX_AGE: &str = "max-age=3600";

/// The HTTP help, as the repository has it.
const HELP_HTTP: &str = include_str!("../../docs/http.md");

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
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, page::CONTENT_SECURITY_POLICY))
        .content_type(page::CONTENT_TYPE)
        .body(body)
}

/// `/style.css`
pub(super) async fn style() -> HttpResponse {
    asset("text/css; charset=utf-8", page::STYLE)
}

/// The rule language, as the repository has it.
const HELP_RULES: &str = include_str!("../../docs/rules.md");

/// `/help/rules`
pub(super) async fn help_rules() -> HttpResponse {
    asset("text/plain; charset=utf-8", HELP_RULES)
}

/// `/help/http`
pub(super) async fn help_http() -> HttpResponse {
    asset("text/plain; charset=utf-8", HELP_HTTP)
}

fn asset(content_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, ASSET_MAX_AGE))
        .content_type(content_type)
        .body(body)
}
