//! A check right before every request whether it may be sent.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

type Decision = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Decides right before every request, redirects included, and gives the reason where it may not be sent.
///
/// With several replicas the lead can be lost while a request waits.
pub struct RequestGuard(Box<dyn Fn() -> Decision + Send + Sync>);

impl RequestGuard {
    pub fn new<F>(may_ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self(Box::new(move || Box::pin(may_ask())))
    }

    pub(super) async fn may_ask(&self) -> Result<(), String> {
        (self.0)().await
    }
}

impl fmt::Debug for RequestGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestGuard")
    }
}
