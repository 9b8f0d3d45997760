//! The handlers for operators: `/healthz`, `/readyz`, `/admin/refresh`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;

use crate::serve::problem::details::Problem;
use crate::serve::request::query_parameters::QueryParameters;
use crate::serve::state::State;

/// `/healthz`: the process answers.
pub(in crate::serve) async fn alive() -> HttpResponse {
    text("alive\n")
}

/// `/readyz`: what is watched can be served, or reading on demand is all that is wanted.
pub(in crate::serve) async fn ready(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let watched = state.collector.watched();
    if watched.is_empty() || watched.iter().any(|subject| state.working_set.holds(*subject)) {
        return text("ready\n");
    }
    let detail = "none of the watched subjects has been read from arXiv yet".to_owned();
    Problem::not_read_yet(detail, state.collector.wait_estimate()).respond(&request)
}

fn text(body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(body)
}

/// How a round ended, for `crosslist refresh`.
#[derive(Serialize)]
struct RefreshRow {
    subject: &'static str,
    verdict: &'static str,
    listing_date: Option<String>,
    new: usize,
    cross: usize,
    replace: usize,
    reason: String,
}

/// `POST /admin/refresh?subjects=…`: a round now, answered when it has ended.
pub(in crate::serve) async fn refresh(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    match asked(&request, &state) {
        Ok(subjects) => {
            let reads: Vec<_> = subjects
                .into_iter()
                .map(|subject| {
                    let collector = state.collector.clone();
                    (subject, tokio::spawn(async move { collector.read_again(subject).await }))
                })
                .collect();
            let mut rows = Vec::new();
            for (subject, read) in reads {
                rows.push(row(subject, read.await.ok().flatten()));
            }
            HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(rows)
        }
        Err(problem) => problem.respond(&request),
    }
}

fn row(subject: SubjectId, outcome: Option<ReadOutcome>) -> RefreshRow {
    let unread = || RefreshRow {
        subject: subject.as_str(),
        verdict: "unread",
        listing_date: None,
        new: 0,
        cross: 0,
        replace: 0,
        reason: "the service is stopping, or too many reads wait".to_owned(),
    };
    outcome.map_or_else(unread, |outcome| RefreshRow {
        subject: subject.as_str(),
        verdict: outcome.verdict.as_str(),
        listing_date: outcome.date.map(|date| date.to_string()),
        new: outcome.counts.new,
        cross: outcome.counts.cross,
        replace: outcome.counts.replace,
        reason: outcome.reason,
    })
}

/// The subjects to read: those of `subjects=`, else all that are watched or were requested.
fn asked(request: &HttpRequest, state: &State) -> Result<Vec<SubjectId>, Problem> {
    let mut subjects =
        QueryParameters::parse(request.query_string(), &state.options, &[&["subjects"]])?.subjects();
    if subjects.is_empty() {
        subjects = state.collector.subjects().into_iter().map(|(subject, _)| subject).collect();
    }
    state.collector.admit(&subjects).map_err(|error| Problem::not_admitted(error.to_string()))?;
    Ok(subjects)
}
