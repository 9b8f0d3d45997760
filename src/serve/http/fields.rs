//! Header fields and media types that several kinds of responses share.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::render::page;

/// The response fields that scripts of other sites may read (`Access-Control-Expose-Headers`).
pub(in crate::serve) const EXPOSED: &str =
    "ETag, Age, Cache-Status, Content-Encoding, Date, IM, Retry-After, Vary, X-Crosslist-Query, X-Request-Id";

/// The media type of answers for programs that are no feeds.
pub(in crate::serve) const JSON: &str = "application/json";

/// The security fields of a page: it loads and runs only what this service serves, and sends no referrer.
pub(in crate::serve) fn page_fields() -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::CONTENT_SECURITY_POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]
}

/// Is the body a form as browsers and `curl --data` send it?
pub(in crate::serve) fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
