//! Waiting for something to come true, with one deadline for every wait.

use std::fmt::Debug;
use std::time::Duration;

/// How long a test waits at most: far longer than any wait takes, so that only a failure reaches it.
pub const DEADLINE: Duration = Duration::from_mins(2);

/// The rest between two questions.
const PAUSE: Duration = Duration::from_millis(20);

/// Awaits a future that ends before the deadline.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}"))
}

/// Asks again until `is_so`, and returns the answer that is.
pub async fn until<T: Debug>(what: &str, ask: impl AsyncFn() -> T, is_so: impl Fn(&T) -> bool) -> T {
    let mut last = None;
    let asking = async {
        loop {
            let found = ask().await;
            if is_so(&found) {
                return found;
            }
            last = Some(found);
            tokio::time::sleep(PAUSE).await;
        }
    };
    let came = tokio::time::timeout(DEADLINE, asking).await;
    came.unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}; at last: {last:?}"))
}
