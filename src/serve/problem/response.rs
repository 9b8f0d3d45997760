//! A problem as a response: `application/problem+json` (RFC 9457), a page for a browser, or plain text; never cacheable.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::render;
use crate::render::page::Site;

use crate::serve::http::fields::{EXPOSED, page_fields};
use crate::serve::http::negotiate;
use crate::serve::http::public_url;
use crate::serve::http::request_id::{RequestId, X_REQUEST_ID};
use crate::serve::problem::details::{PROBLEM, Problem};
use crate::serve::problem::plain_text;

/// A problem as one request had it.
#[derive(Serialize)]
struct ProblemDocument<'a> {
    /// Stable: a section of the HTTP help.
    #[serde(rename = "type")]
    kind: String,
    #[serde(flatten)]
    problem: &'a Problem,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

impl Problem {
    /// The response where the request is gone, from a service below the path `below`.
    pub(in crate::serve) fn respond_unasked(&self, below: &str, id: &RequestId) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
        response.insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
        response.insert_header((X_REQUEST_ID, id.to_string()));
        response.content_type(PROBLEM).body(self.json(below, Some(id)))
    }

    /// As JSON, with the id under which the log has the request.
    pub(in crate::serve) fn json(&self, below: &str, id: Option<&RequestId>) -> String {
        let instance = id.map(|id| format!("urn:crosslist:request:{id}"));
        serde_json::to_string(&ProblemDocument {
            kind: format!("{below}{}", self.kind.address()),
            problem: self,
            instance,
        })
        .unwrap_or_default()
    }

    /// The response, in the representation that `Accept` prefers.
    pub(in crate::serve) fn respond(&self, request: &HttpRequest) -> HttpResponse {
        let mut response = begun(self.status);
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"crosslist\""));
        }
        let below = public_url::path_of(request);
        let (content_type, body) = if negotiate::wants_page(request) {
            let site = Site::below(&below);
            let body = self.fitted(|problem| render::page::problem(&site, problem.title, &problem.detail));
            for field in page_fields() {
                response.insert_header(field);
            }
            (render::page::CONTENT_TYPE, body)
        } else if negotiate::wants_text(request) {
            ("text/plain; charset=utf-8", self.fitted(|problem| plain_text::text(problem, request)))
        } else {
            let id = RequestId::of(request);
            (PROBLEM, self.fitted(|problem| problem.json(&below, id.as_ref())))
        };
        response.content_type(content_type);
        response.body(body)
    }
}

/// The start page with mistakes on it.
pub(in crate::serve) fn refused_on(page: String) -> HttpResponse {
    let mut response = begun(StatusCode::BAD_REQUEST);
    for field in page_fields() {
        response.insert_header(field);
    }
    response.content_type(render::page::CONTENT_TYPE).body(page)
}

/// What every answer says that is no document.
fn begun(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::VARY, "Accept"));
    response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    response.insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED));
    response
}
