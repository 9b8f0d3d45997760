//! How does a document become an answer to this request?

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use crate::serve::access::forwarded;
use crate::serve::answer::freshness::Freshness;
use crate::serve::answer::terms::ResponseTerms;
use crate::serve::documents::cache::CachedDocument;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::RenderClass;
use crate::serve::http::coding;
use crate::serve::http::coding::Coding;
use crate::serve::http::fields::{EXPOSED, page_fields};
use crate::serve::http::public_url;
use crate::serve::http::{conditional, delta, negotiate};
use crate::serve::problem::details::Problem;
use crate::serve::state::State;

/// What the next request of the same wording can be answered with, for as long as nothing changes.
#[derive(Clone, Debug)]
pub(in crate::serve) struct CacheableResponse {
    pub(in crate::serve) document: Arc<RenderedDocument>,
    pub(in crate::serve) terms: ResponseTerms,
    /// Of the working set, the collector and the settings, from before they were looked at.
    pub(in crate::serve) versions: StateVersions,
    /// Headers tell of the time in seconds.
    pub(in crate::serve) second: i64,
}

/// Where the working set, the collector and the settings stand.
pub(in crate::serve) type StateVersions = (u64, u64, u64);

pub(in crate::serve) fn versions(state: &State) -> StateVersions {
    (state.working_set.version(), state.collector.version(), state.generation)
}

/// The answer of a document that is kept.
pub(in crate::serve) async fn kept(
    request: &HttpRequest,
    state: &State,
    found: CachedDocument,
    versions: StateVersions,
    freshness: &Freshness,
    was_read_now: bool,
) -> Result<HttpResponse, Problem> {
    let coding = coding::best(request.headers()).ok_or_else(Problem::no_coding)?;
    if is_unwanted(request.headers(), &found.document, coding) {
        return Err(Problem::precondition_failed());
    }
    let is_negotiated = negotiate::is_negotiated(request.path());
    let mut terms = ResponseTerms {
        is_from_proxy: public_url::is_from_proxy(request),
        ..freshness.terms(state, is_negotiated, was_read_now)
    };
    if found.document.is_page {
        // A page says what is wrong at the moment; its reader asks again and is told that nothing has changed.
        let is_private = state.access.reading_needs_key();
        terms.cache_control =
            HeaderValue::from_static(if is_private { "private, no-cache" } else { "no-cache" });
    }
    if !is_current(request.headers(), &found.document, coding) {
        let turn = state.turn(state.clients.household_of(request), RenderClass::Ordinary);
        state.documents.prepare(&found, coding, &turn).await?;
    }
    let mut response = answer(request.headers(), &found.document, coding, &terms);
    if !was_read_now && !found.document.is_delta {
        let second = state.clock.now().as_second();
        response.extensions_mut().insert(CacheableResponse {
            document: found.document,
            terms,
            versions,
            second,
        });
    }
    Ok(response)
}

/// The answer of a document that was made for this request, or that never changes.
pub(in crate::serve) fn page(
    request: &HttpRequest,
    document: &RenderedDocument,
    cache_control: &'static str,
) -> HttpResponse {
    let Some(coding) = coding::best(request.headers()) else {
        return Problem::no_coding().respond(request);
    };
    if is_unwanted(request.headers(), document, coding) {
        return Problem::precondition_failed().respond(request);
    }
    let cache_control = HeaderValue::from_static(cache_control);
    // The only one of these that comes in two forms.
    let is_negotiated = request.path() == "/explain";
    let is_from_proxy = public_url::is_from_proxy(request);
    let terms = ResponseTerms { cache_control, cache_status: None, is_negotiated, is_from_proxy };
    answer(request.headers(), document, coding, &terms)
}

pub(in crate::serve) fn is_current(headers: &HeaderMap, document: &RenderedDocument, coding: Coding) -> bool {
    !document.is_delta
        && conditional::is_current(headers, document.etag(coding).as_bytes(), document.modified)
}

fn is_unwanted(headers: &HeaderMap, document: &RenderedDocument, coding: Coding) -> bool {
    conditional::is_unwanted(headers, document.etag(coding).as_bytes(), document.modified)
}

/// 304, or the whole.
fn answer(
    headers: &HeaderMap,
    document: &RenderedDocument,
    coding: Coding,
    terms: &ResponseTerms,
) -> HttpResponse {
    if is_current(headers, document, coding) {
        not_modified(document, coding, terms)
    } else {
        whole(document, coding, terms)
    }
}

pub(in crate::serve) fn not_modified(
    document: &RenderedDocument,
    coding: Coding,
    terms: &ResponseTerms,
) -> HttpResponse {
    let mut response = HttpResponse::with_body(StatusCode::NOT_MODIFIED, BoxBody::new(()));
    common(response.headers_mut(), document, coding, terms);
    response
}

/// What 304 and 200 both say.
fn common(fields: &mut HeaderMap, document: &RenderedDocument, coding: Coding, terms: &ResponseTerms) {
    fields.insert(header::ETAG, document.etag(coding).clone());
    fields.insert(header::CACHE_CONTROL, terms.cache_control.clone());
    fields.insert(header::VARY, vary(document.is_delta, terms));
    fields.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Some(status) = &terms.cache_status {
        fields.insert(header::CACHE_STATUS, status.clone());
        // What is answered was just compared with what is known.
        fields.insert(header::AGE, HeaderValue::from_static("0"));
    }
}

pub(in crate::serve) fn whole(
    document: &RenderedDocument,
    coding: Coding,
    terms: &ResponseTerms,
) -> HttpResponse {
    let status = if document.is_delta { StatusCode::IM_USED } else { StatusCode::OK };
    let mut response = HttpResponse::with_body(status, BoxBody::new(document.prepare(coding)));
    let fields = response.headers_mut();
    common(fields, document, coding, terms);
    fields.insert(header::CONTENT_TYPE, document.content_type.clone());
    if let Some(coding) = coding.field() {
        fields.insert(header::CONTENT_ENCODING, coding);
    }
    if let Some(link) = &document.link {
        fields.insert(header::LINK, link.clone());
    }
    if let Some(modified) = &document.last_modified {
        fields.insert(header::LAST_MODIFIED, modified.clone());
    }
    fields.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if document.is_delta {
        fields.insert(delta::IM, delta::FEED);
        // A cache that does not know 226 must not give it to others (RFC 3229 §10.7.1).
        let terms = terms.cache_control.to_str().unwrap_or_default();
        let control = HeaderValue::try_from(format!("no-store, im, {terms}"));
        fields.insert(header::CACHE_CONTROL, control.unwrap_or(HeaderValue::from_static("no-store, im")));
    }
    if document.is_page {
        for (name, value) in page_fields() {
            fields.insert(name, value);
        }
    } else {
        fields.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    response
}

fn vary(is_delta: bool, terms: &ResponseTerms) -> HeaderValue {
    let known = match (is_delta, terms.is_negotiated) {
        (false, false) => "Accept-Encoding",
        (false, true) => "Accept, Accept-Encoding",
        (true, false) => "Accept-Encoding, A-IM, If-None-Match",
        (true, true) => "Accept, Accept-Encoding, A-IM, If-None-Match",
    };
    let told =
        terms.is_from_proxy.then(|| HeaderValue::try_from(format!("{known}, {}", forwarded::VARY)).ok());
    told.flatten().unwrap_or(HeaderValue::from_static(known))
}
