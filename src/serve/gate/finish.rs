//! The last fields of every response, and its body: left off for `HEAD`, or handed to the connection.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{self, BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;

use crate::serve::http::request_id::{RequestId, X_REQUEST_ID};
use crate::serve::wire::connection::BLANK_LINE;
use crate::serve::wire::outbox::{Outbox, Posted};

/// Smaller bodies are copied behind their heads.
const POSTED_BYTES_MIN: u64 = 1_024;

/// Says that every type is meant, and leaves the body off where `HEAD` asked.
pub(in crate::serve) fn finished(
    mut response: ServiceResponse<BoxBody>,
    method: &Method,
) -> ServiceResponse<BoxBody> {
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
    if *method == Method::HEAD { left_off(response).0 } else { posted(response) }
}

/// Hands the body to the connection, which sends it from where it is kept.
fn posted(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let outbox = response.request().conn_data::<Rc<Outbox>>().cloned();
    match (outbox, response.response().body().size()) {
        (Some(outbox), BodySize::Sized(bytes)) if bytes >= POSTED_BYTES_MIN => {
            let (response, body) = left_off(response);
            match body.try_into_bytes() {
                Ok(body) => {
                    outbox.put(Posted { fields: Bytes::from_static(BLANK_LINE), body });
                    response
                }
                Err(body) => response.map_body(|_, _| body),
            }
        }
        _ => response,
    }
}

/// The answer without its body, though with that one's length.
fn left_off(response: ServiceResponse<BoxBody>) -> (ServiceResponse<BoxBody>, BoxBody) {
    let size = response.response().body().size();
    if matches!(size, BodySize::None) {
        return (response, BoxBody::new(body::None::new()));
    }
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let mut response = response.set_body(BoxBody::new(LeftOff));
    if let BodySize::Sized(bytes) = size {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    }
    response.head_mut().no_chunking(true);
    (ServiceResponse::new(request, response), body)
}

/// A body that is left off though its length is told: for `HEAD`, and where the connection has it.
///
/// On a pipelined connection actix-http 3 takes the last method that it has read for that of the request which it
/// answers. A body of a known length would be sent then, and one of none would lose its `Content-Length`; a stream
/// that ends at once, of a length that was set by hand, is right whatever the server believes.
pub(in crate::serve) struct LeftOff;

impl MessageBody for LeftOff {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}
