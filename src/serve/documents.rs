//! Where are rendered documents kept?

use std::future::Future;
use std::sync::Arc;

use actix_web::web::Bytes;
use jiff::Timestamp;
use moka::future::Cache;

use super::params::FeedRequest;
use super::query_api::ApiRequest;
use crate::domain::taxonomy::SubjectId;

/// What a document weighs beside its bytes.
const DOCUMENT_OVERHEAD_BYTES: usize = 1_024;

/// A rendered answer.
#[derive(Debug)]
pub struct Document {
    pub(super) body: Bytes,
    pub(super) content_type: &'static str,
    /// Quoted and strong: equal bytes have equal tags, on every start.
    pub(super) etag: String,
    pub(super) modified: Timestamp,
}

/// Rendered documents, each by its canonical request, the subjects it was made of and their generation.
///
/// An entry never goes stale: a change of the content asks for another key.
#[derive(Clone, Debug)]
pub struct Documents(Cache<Key, Arc<Document>>);

/// What a document answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Request {
    Feed(FeedRequest),
    Api(ApiRequest),
}

impl From<FeedRequest> for Request {
    fn from(request: FeedRequest) -> Self {
        Self::Feed(request)
    }
}

impl From<ApiRequest> for Request {
    fn from(request: ApiRequest) -> Self {
        Self::Api(request)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    request: Request,
    sources: Vec<SubjectId>,
    generation: u64,
}

impl Documents {
    /// Keeps at most `bytes_max` bytes, the least used given up first.
    #[must_use]
    pub fn new(bytes_max: u64) -> Self {
        let weigh = |_: &Key, document: &Arc<Document>| {
            u32::try_from(document.body.len() + DOCUMENT_OVERHEAD_BYTES).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(bytes_max).weigher(weigh).build())
    }

    /// The document for a request, rendered once however many ask at the same time; nothing is kept of a failure.
    pub(super) async fn get(
        &self,
        request: impl Into<Request>,
        sources: Vec<SubjectId>,
        generation: u64,
        render: impl Future<Output = Option<Arc<Document>>>,
    ) -> Option<Arc<Document>> {
        self.0.optionally_get_with(Key { request: request.into(), sources, generation }, render).await
    }
}

impl Document {
    pub(super) fn new(body: String, content_type: &'static str, modified: Timestamp) -> Self {
        let etag = format!("\"{}\"", &blake3::hash(body.as_bytes()).to_hex()[..32]);
        Self { body: body.into(), content_type, etag, modified }
    }
}
