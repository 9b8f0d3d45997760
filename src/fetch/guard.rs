//! May a request still be made, now that its turn has come?

use std::fmt;
use std::future::Future;
use std::pin::Pin;

type Answer = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Is asked right before every request, redirects included; says why where it may not be made.
///
/// With several replicas the right to ask can be lost while a request waits for its turn.
pub struct RequestGuard(Box<dyn Fn() -> Answer + Send + Sync>);

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
