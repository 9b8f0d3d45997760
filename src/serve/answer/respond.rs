//! Makes the response to one request from a document: 200, 226 or 304 with their header fields.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;

use crate::serve::access::forwarded;
use crate::serve::answer::freshness::Freshness;
use crate::serve::answer::terms::ResponseTerms;
use crate::serve::documents::cache::{CachedDocument, DocumentCache, StateVersions};
use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::RenderTicket;
use crate::serve::http::coding;
use crate::serve::http::coding::Coding;
use crate::serve::http::fields::{EXPOSED, page_fields};
use crate::serve::http::public_url;
use crate::serve::http::{conditional, delta, negotiate};
use crate::serve::problem::details::Problem;

/// What an identical request can be answered with, for as long as nothing changes.
#[derive(Clone, Debug)]
pub(in crate::serve) struct CacheableResponse {
    pub(in crate::serve) document: Arc<RenderedDocument>,
    pub(in crate::serve) terms: ResponseTerms,
    /// From before the document was looked up.
    pub(in crate::serve) versions: StateVersions,
    /// The second of the answer: header fields depend on the time in seconds.
    pub(in crate::serve) second: i64,
}

/// How a document of the cache is answered.
pub(in crate::serve) struct Delivery<'a> {
    pub(in crate::serve) documents: &'a DocumentCache,
    /// For a coding that is not prepared yet.
    pub(in crate::serve) ticket: RenderTicket,
    /// From before the document was looked up.
    pub(in crate::serve) versions: StateVersions,
    pub(in crate::serve) now: Timestamp,
    pub(in crate::serve) freshness: Freshness,
    /// Was arXiv requested for this answer?
    pub(in crate::serve) was_read_now: bool,
    /// Does reading need a key, so that shared caches may not store the answer?
    pub(in crate::serve) is_private: bool,
}

/// Answers with a document of the cache; the response carries what the response cache needs.
///
/// # Errors
/// No coding is acceptable, a precondition fails, or too many wait for the render queue.
pub(in crate::serve) async fn cacheable(
    request: &HttpRequest,
    found: CachedDocument,
    delivery: Delivery<'_>,
) -> Result<HttpResponse, Problem> {
    let coding = coding::best(request.headers()).ok_or_else(Problem::no_coding)?;
    if fails_precondition(request.headers(), &found.document, coding) {
        return Err(Problem::precondition_failed());
    }
    let Delivery { documents, ticket, versions, now, freshness, was_read_now, is_private } = delivery;
    let mut terms = ResponseTerms {
        is_negotiated: negotiate::is_negotiated(request.path()),
        is_from_proxy: public_url::is_from_proxy(request),
        ..freshness.terms(now, is_private, was_read_now)
    };
    if found.document.is_page {
        // A page shows what is wrong at the moment, so browsers revalidate it each time.
        terms.cache_control =
            HeaderValue::from_static(if is_private { "private, no-cache" } else { "no-cache" });
    }
    if !is_current(request.headers(), &found.document, coding) {
        documents.prepare(&found, coding, &ticket).await?;
    }
    let mut response = answer(request.headers(), &found.document, coding, &terms);
    if !was_read_now && !found.document.is_delta {
        let second = now.as_second();
        response.extensions_mut().insert(CacheableResponse {
            document: found.document,
            terms,
            versions,
            second,
        });
    }
    Ok(response)
}

/// Answers with a document that was made for this request, or that never changes.
pub(in crate::serve) fn document(
    request: &HttpRequest,
    document: &RenderedDocument,
    cache_control: &'static str,
) -> HttpResponse {
    let Some(coding) = coding::best(request.headers()) else {
        return Problem::no_coding().respond(request);
    };
    if fails_precondition(request.headers(), document, coding) {
        return Problem::precondition_failed().respond(request);
    }
    let cache_control = HeaderValue::from_static(cache_control);
    // The only one of these documents with two representations.
    let is_negotiated = request.path() == "/explain";
    let is_from_proxy = public_url::is_from_proxy(request);
    let terms = ResponseTerms { cache_control, cache_status: None, is_negotiated, is_from_proxy };
    answer(request.headers(), document, coding, &terms)
}

/// Does `If-None-Match` or `If-Modified-Since` match the document?
pub(in crate::serve) fn is_current(headers: &HeaderMap, document: &RenderedDocument, coding: Coding) -> bool {
    !document.is_delta
        && conditional::is_current(headers, document.etag(coding).as_bytes(), document.modified)
}

fn fails_precondition(headers: &HeaderMap, document: &RenderedDocument, coding: Coding) -> bool {
    conditional::fails_precondition(headers, document.etag(coding).as_bytes(), document.modified)
}

/// 304 for a client that has the current document, else the document.
fn answer(
    headers: &HeaderMap,
    document: &RenderedDocument,
    coding: Coding,
    terms: &ResponseTerms,
) -> HttpResponse {
    if is_current(headers, document, coding) {
        not_modified(document, coding, terms)
    } else {
        full(document, coding, terms)
    }
}

/// A 304 with the fields of the document.
pub(in crate::serve) fn not_modified(
    document: &RenderedDocument,
    coding: Coding,
    terms: &ResponseTerms,
) -> HttpResponse {
    let mut response = HttpResponse::with_body(StatusCode::NOT_MODIFIED, BoxBody::new(()));
    common(response.headers_mut(), document, coding, terms);
    response
}

/// The fields that 304 and 200 share.
fn common(fields: &mut HeaderMap, document: &RenderedDocument, coding: Coding, terms: &ResponseTerms) {
    fields.insert(header::ETAG, document.etag(coding).clone());
    fields.insert(header::CACHE_CONTROL, terms.cache_control.clone());
    fields.insert(header::VARY, vary(document.is_delta, terms));
    fields.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Some(status) = &terms.cache_status {
        fields.insert(header::CACHE_STATUS, status.clone());
        // The document was compared with the current content just now.
        fields.insert(header::AGE, HeaderValue::from_static("0"));
    }
}

/// A 200, or a 226 for a delta.
pub(in crate::serve) fn full(
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
