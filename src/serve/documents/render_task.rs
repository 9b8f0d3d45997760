//! Work that takes its time is done away from the threads that answer, when it is its asker's turn.

use std::time::{Duration, Instant};

use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::RenderTicket;
use crate::serve::http::request_id::RequestId;
use crate::serve::problem::details::Problem;
use crate::serve::problem::panic::panic_message;

/// A document that was written now, and how long that took.
#[derive(Debug)]
pub(in crate::serve) struct TimedDocument {
    pub(in crate::serve) document: RenderedDocument,
    pub(in crate::serve) took: Duration,
}

/// Writes a document.
///
/// # Errors
/// As [`away`].
pub(in crate::serve) async fn written(
    turn: &RenderTicket,
    id: Option<RequestId>,
    write: impl FnOnce() -> Result<RenderedDocument, Problem> + Send + 'static,
) -> Result<TimedDocument, Problem> {
    away(turn, id, move || {
        let started = Instant::now();
        write().map(|document| TimedDocument { document, took: started.elapsed() })
    })
    .await
}

/// Does something away from the threads that answer.
///
/// # Errors
/// What the work itself says; too many wait for their turn; or it has stopped, which the log tells with the request.
pub(in crate::serve) async fn away<T: Send + 'static>(
    turn: &RenderTicket,
    id: Option<RequestId>,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let permit = turn.wait().await?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    });
    let stopped = match done.await {
        Ok(done) => return done,
        Err(stopped) => stopped.try_into_panic(),
    };
    let reason = stopped.as_ref().map_or("the service is stopping", |panic| panic_message(&**panic));
    let id = id.map(|id| id.to_string());
    tracing::error!(request.id = id, panic = reason, "the writer of a document stopped");
    Err(Problem::failed("the answer could not be written; the service's log says why".to_owned()))
}
