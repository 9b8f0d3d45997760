//! How is a document written without keeping others waiting, and what if its writer stops?

use std::sync::Arc;

use super::document::Document;
use super::later::said;
use super::request_id::RequestId;

/// Writes a document away from the threads that answer; nothing where the writer has stopped, which the log tells with
/// the request that came first.
pub(super) async fn written(
    id: Option<RequestId>,
    write: impl FnOnce() -> Document + Send + 'static,
) -> Option<Arc<Document>> {
    let stopped = match tokio::task::spawn_blocking(move || Arc::new(write())).await {
        Ok(document) => return Some(document),
        Err(stopped) => stopped.try_into_panic(),
    };
    let reason = stopped.as_ref().map_or("the service is stopping", |panic| said(&**panic));
    let id = id.map(|id| id.to_string());
    tracing::error!(request.id = id, panic = reason, "the writer of a document stopped");
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_writer_that_stops_gives_no_document() {
        assert!(written(None, || Document::undated("a", "text/plain")).await.is_some());
        assert!(written(None, || panic!("on purpose")).await.is_none());
    }
}
