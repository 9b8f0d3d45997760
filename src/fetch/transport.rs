//! The transport below the client: HTTP, or anything that answers requests in the same terms.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use reqwest::{Request, Response};

use super::foreign_text::root_cause;

/// Carries one request at a time; the pace, the judgement of answers and the limits are the client's.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends a request and gives the head of the answer; the body is read from it afterwards.
    fn send(&self, request: Request) -> PendingResponse;
}

/// The answer to come.
pub type PendingResponse = Pin<Box<dyn Future<Output = Result<Response, NoResponse>> + Send>>;

/// The exchange failed before the answer's head was complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoResponse {
    pub is_timeout: bool,
    /// The innermost cause, one line, lower case.
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
