//! The asynchronous runtime of a command.

use tokio::runtime::{Builder, Runtime};

use super::failure::Failure;

/// The threads that parse pages. Each keeps a buffer for the largest page that it parsed, and pages come one at a time.
const BLOCKING_THREADS_MAX: usize = 2;

pub(super) fn runtime() -> Result<Runtime, Failure> {
    let runtime = Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING_THREADS_MAX).build();
    runtime.map_err(|error| Failure::running(format!("cannot start the runtime: {error}")))
}
