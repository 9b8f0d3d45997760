//! What a response says of its document beside the document itself: how long it may be kept, and what decided it.

use actix_web::http::header::HeaderValue;

/// What is said of an answer beside what it is.
#[derive(Clone, Debug)]
pub(in crate::serve) struct ResponseTerms {
    pub(in crate::serve) cache_control: HeaderValue,
    pub(in crate::serve) cache_status: Option<HeaderValue>,
    /// The form was chosen by the `Accept` header.
    pub(in crate::serve) is_negotiated: bool,
    /// The address that links have came through fields of a proxy.
    pub(in crate::serve) is_from_proxy: bool,
}
