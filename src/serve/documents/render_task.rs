//! Runs slow work on blocking threads, when the render queue permits it.

use std::time::{Duration, Instant};

use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::RenderTicket;
use crate::serve::http::request_id::RequestId;
use crate::serve::problem::details::Problem;
use crate::serve::problem::panic::panic_message;

/// A document that was rendered now, and how long that took.
#[derive(Debug)]
pub(in crate::serve) struct TimedDocument {
    pub(in crate::serve) document: RenderedDocument,
    pub(in crate::serve) took: Duration,
}

/// Renders a document on a blocking thread.
///
/// # Errors
/// As [`run_blocking`].
pub(in crate::serve) async fn render_document(
    ticket: &RenderTicket,
    id: Option<RequestId>,
    render: impl FnOnce() -> Result<RenderedDocument, Problem> + Send + 'static,
) -> Result<TimedDocument, Problem> {
    run_blocking(ticket, id, move || {
        let started = Instant::now();
        render().map(|document| TimedDocument { document, took: started.elapsed() })
    })
    .await
}

/// Runs `work` on a blocking thread as soon as the render queue permits it.
///
/// # Errors
/// The error of `work`; the queue is full or took too long; or `work` panicked, which is logged with the request's id.
pub(in crate::serve) async fn run_blocking<T: Send + 'static>(
    ticket: &RenderTicket,
    id: Option<RequestId>,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let permit = ticket.acquire().await?;
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
    tracing::error!(request.id = id, panic = reason, "rendering an answer stopped");
    Err(Problem::failed("the answer could not be rendered; the service's log says why".to_owned()))
}
