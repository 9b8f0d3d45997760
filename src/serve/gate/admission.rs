//! Admits requests: the quota, keys, and the limits that hold at every address.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

use crate::serve::addresses::{Access, Address, Methods};
use crate::serve::http::public_url;
use crate::serve::options::TARGET_BYTES_MAX;
use crate::serve::problem::details::Problem;
use crate::serve::problem::types::ProblemType;
use crate::serve::request::base_url;
use crate::serve::state::State;
use crate::serve::wire::request_head::Refusal;

/// The most bytes of header fields, names and values together.
const HEADERS_BYTES_MAX: usize = 16 * 1024;

/// Admits a request by quota and key.
pub(in crate::serve) fn admit(
    request: &ServiceRequest,
    address: Address,
    refusal: Option<Refusal>,
    state: &State,
) -> Result<(), Problem> {
    if address.route().is_counted
        && let Err(wait) = state.clients.count(request.peer_addr(), request.headers())
    {
        return Err(Problem::too_many_requests(wait));
    }
    if let Some(refusal) = refusal {
        return Err(refused(refusal));
    }
    // A browser sends a CORS preflight without credentials.
    if *request.method() == Method::OPTIONS || is_authorized(request, address.route().access, state) {
        return Ok(());
    }
    // For a reader an address of the operator does not exist, which `check` answers.
    if address.route().access == Access::Operator && is_authorized(request, Access::Readers, state) {
        return Ok(());
    }
    Err(Problem::no_key())
}

/// Checks the bounds that hold before any handler runs.
pub(in crate::serve) fn check(
    request: &ServiceRequest,
    address: Address,
    state: &State,
) -> Result<(), Problem> {
    let target_bytes = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target_bytes > TARGET_BYTES_MAX {
        return Err(Problem::target_too_long(TARGET_BYTES_MAX));
    }
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > HEADERS_BYTES_MAX {
        return Err(Problem::headers_too_large(HEADERS_BYTES_MAX));
    }
    if !base_url::is_host_valid(request.head()) {
        return Err(Problem::bad_host());
    }
    if has_body(headers) {
        let Some(bytes_max) = body_bytes_max(request.method(), address, state) else {
            return Err(Problem::body_refused(
                "nothing here is pending for with a body; send the request without one",
            ));
        };
        if length(headers).is_none_or(|length| length > bytes_max) {
            return Err(Problem::body_refused(&format!(
                "a form of at most {bytes_max} bytes with a Content-Length is taken here"
            )));
        }
    }
    // Its target is no path.
    if *request.method() == Method::CONNECT {
        return Err(Problem::method_not_allowed(request.method(), Methods::Read.allow()));
    }
    if address.route().access == Access::Operator && !is_authorized(request, Access::Operator, state) {
        let below = public_url::path_of(request.request());
        return Err(Problem::unknown_path(&below, request.path()));
    }
    Ok(())
}

/// The problem for bytes that are no request.
fn refused(refusal: Refusal) -> Problem {
    let detail = match refusal {
        Refusal::TargetTooLong => return Problem::target_too_long(TARGET_BYTES_MAX),
        Refusal::TooLarge => return Problem::headers_too_large(HEADERS_BYTES_MAX),
        Refusal::Host => return Problem::bad_host(),
        Refusal::TooSlow => return Problem::too_slow(),
        Refusal::Tls => {
            "this port takes HTTP without TLS: write http:// in place of https://, or ask the proxy that has the certificate"
        }
        Refusal::NotHttp => "what came does not begin like a request of HTTP/1.1",
        Refusal::RequestLine => {
            "a request begins with a method, an address and HTTP/1.1, with one blank between them"
        }
        Refusal::Method => "the method is no word of letters, digits and a few signs",
        Refusal::BlankInTarget => "the address has a blank in it: write %20, or + behind the question mark",
        Refusal::Target => {
            "an address begins with / or http:// and a host, and has no control characters: write them as %0A and the like"
        }
        Refusal::NotUtf8 => {
            "the address has bytes that are not UTF-8: encode text as UTF-8, such as caf%C3%A9"
        }
        Refusal::Version => "HTTP/1.1 and HTTP/1.0 are understood here",
        Refusal::Field => "a header field is `Name: value` on one line, with no blank before the colon",
        Refusal::Length => "`Content-Length` is one number in digits, given once",
        Refusal::Coding => {
            "`Transfer-Encoding` is chunked and nothing else, given once, in HTTP/1.1 and without a `Content-Length`"
        }
    };
    Problem::new(ProblemType::Malformed, detail.to_owned())
}

fn is_authorized(request: &ServiceRequest, access: Access, state: &State) -> bool {
    state.access.is_authorized(access, request.headers(), request.uri())
}

/// The longest body that an address accepts; none if it accepts no body.
fn body_bytes_max(method: &Method, address: Address, state: &State) -> Option<usize> {
    let route = address.route();
    let exists = !route.needs_hub || state.push.has_hub();
    route.body_bytes_max.filter(|_| *method == Method::POST && exists)
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a body follows, even an empty chunked one.
pub(in crate::serve) fn has_body(headers: &HeaderMap) -> bool {
    let is_none = |length: &HeaderValue| length.as_bytes().iter().all(|digit| *digit == b'0');
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get_all(header::CONTENT_LENGTH).any(|length| !is_none(length))
}
