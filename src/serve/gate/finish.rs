//! The fields that every response has.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

use crate::serve::http::request_id::{RequestId, X_REQUEST_ID};

/// Adds `X-Content-Type-Options`, and the id of a request that failed.
pub(in crate::serve) fn finished(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if response.status() != StatusCode::NOT_MODIFIED {
        let nosniff = HeaderValue::from_static("nosniff");
        response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    }
    if response.status().is_client_error() || response.status().is_server_error() {
        let id = RequestId::of(response.request());
        if let Some(id) = id.and_then(|id| HeaderValue::try_from(id.to_string()).ok()) {
            response.headers_mut().insert(X_REQUEST_ID, id);
        }
    }
    response
}
