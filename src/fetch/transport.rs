//! The transport below the client: HTTP, or a replacement in tests.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use reqwest::{Request, Response};

use super::foreign_text::root_cause;

/// Sends one request; rate limit, classification of responses and size limits are the client's.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends a request and returns the response with its body still to be read.
    fn send(&self, request: Request) -> PendingResponse;
}

/// The future of a response.
pub type PendingResponse = Pin<Box<dyn Future<Output = Result<Response, NoResponse>> + Send>>;

/// The exchange failed before the response head was complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoResponse {
    pub is_timeout: bool,
    /// The innermost cause, in one line.
    pub cause: String,
}

impl Transport for reqwest::Client {
    fn send(&self, request: Request) -> PendingResponse {
        let answer = self.execute(request);
        Box::pin(async move {
            answer
                .await
                .map_err(|error| NoResponse { is_timeout: error.is_timeout(), cause: root_cause(&error) })
        })
    }
}
