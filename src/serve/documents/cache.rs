//! The cache of rendered documents, by canonical request and generation of the content.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use moka::future::Cache;
use moka::policy::EvictionPolicy;
use tokio::sync::Notify;

use crate::counters::{Counter, Histogram, HistogramSnapshot};
use crate::domain::taxonomy::SubjectId;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::live_bytes::LiveBytes;
use crate::serve::documents::render_queue::{RenderClass, RenderTicket};
use crate::serve::documents::render_task::{TimedDocument, run_blocking};
use crate::serve::http::coding::Coding;
use crate::serve::http::etag::Tag;
use crate::serve::problem::details::Problem;
use crate::serve::request::api_request::ApiRequest;
use crate::serve::request::feed_request::FeedRequest;

/// What a document weighs beside its bytes: its request, its header fields and its place in the cache, as measured.
const DOCUMENT_OVERHEAD_BYTES: usize = 4_096;

/// `Retry-After` for a client that does not read its answers.
const UNREAD_RETRY: Duration = Duration::from_secs(30);

/// The largest document that is compressed among ordinary requests: some 500 items.
const ORDINARY_BYTES_MAX: usize = 3 << 20;

/// The part of the memory that is for the items of earlier documents.
const VERSIONS_PART: u64 = 16;

/// What the items of a version weigh beside their fingerprints.
const VERSION_OVERHEAD_BYTES: usize = 384;

/// Rendered documents, each by its canonical request, the subjects it was made of and their generation.
///
/// An entry never goes stale: a change of the content changes the key.
#[derive(Clone, Debug)]
pub struct DocumentCache {
    rendered: Cache<Arc<DocumentKey>, Arc<RenderedDocument>>,
    /// Which items an earlier document showed, by its tag.
    versions: Cache<Tag, Arc<[u64]>>,
    /// Told of every change of the content.
    changed: Arc<Notify>,
    bytes_max: u64,
    live: Arc<LiveBytes>,
    tally: Arc<CacheCounters>,
}

/// What was done with documents.
#[derive(Debug, Default)]
struct CacheCounters {
    found: Counter,
    renders: Histogram,
    gzip: Histogram,
    brotli: Histogram,
}

/// The same at one moment, and how full the memory is.
#[derive(Debug)]
pub(in crate::serve) struct CacheNumbers {
    pub(in crate::serve) found: u64,
    pub(in crate::serve) renders: HistogramSnapshot,
    pub(in crate::serve) gzip: HistogramSnapshot,
    pub(in crate::serve) brotli: HistogramSnapshot,
    pub(in crate::serve) entries: u64,
    pub(in crate::serve) bytes: u64,
    pub(in crate::serve) live_bytes: u64,
    pub(in crate::serve) bytes_max: u64,
}

/// The versions of the content, of the collector's status and of the settings; any change makes them others.
pub(in crate::serve) type StateVersions = (u64, u64, u64);

/// What a document answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::serve) enum DocumentRequest {
    Feed(FeedRequest),
    Api(ApiRequest),
}

/// What makes one document another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::serve) struct DocumentKey {
    pub(in crate::serve) request: DocumentRequest,
    pub(in crate::serve) sources: Vec<SubjectId>,
    pub(in crate::serve) generation: u64,
    /// The version that the client has seen, whose items are left out.
    pub(in crate::serve) since: Option<Tag>,
}

/// A document and where it is kept.
#[derive(Debug)]
pub(in crate::serve) struct CachedDocument {
    pub(in crate::serve) key: Arc<DocumentKey>,
    pub(in crate::serve) document: Arc<RenderedDocument>,
}

impl From<FeedRequest> for DocumentRequest {
    fn from(request: FeedRequest) -> Self {
        Self::Feed(request)
    }
}

impl From<ApiRequest> for DocumentRequest {
    fn from(request: ApiRequest) -> Self {
        Self::Api(request)
    }
}

impl DocumentRequest {
    /// What it takes beside itself, its rules as they are understood included.
    fn memory_bytes(&self) -> usize {
        match self {
            Self::Feed(request) => request.memory_bytes(),
            Self::Api(request) => request.memory_bytes(),
        }
    }
}

impl DocumentCache {
    /// Keeps at most `bytes_max` bytes, the least used given up first.
    #[must_use]
    pub fn new(bytes_max: u64) -> Self {
        let weigh = |key: &Arc<DocumentKey>, document: &Arc<RenderedDocument>| {
            let key_bytes = key.request.memory_bytes() + size_of_val(&*key.sources);
            let bytes = document.bytes() + key_bytes + DOCUMENT_OVERHEAD_BYTES;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let weigh_version = |_: &Tag, items: &Arc<[u64]>| {
            u32::try_from(size_of_val(&**items) + VERSION_OVERHEAD_BYTES).unwrap_or(u32::MAX)
        };
        let for_versions = bytes_max / VERSIONS_PART;
        Self {
            rendered: Cache::builder().max_capacity(bytes_max - for_versions).weigher(weigh).build(),
            // Readers that come once a day name one of the latest versions.
            versions: Cache::builder()
                .max_capacity(for_versions)
                .weigher(weigh_version)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            changed: Arc::default(),
            bytes_max,
            live: Arc::default(),
            tally: Arc::default(),
        }
    }

    /// The same documents within another bound, as far as it reaches.
    pub async fn within(&self, bytes_max: u64) -> Self {
        let other = Self {
            changed: self.changed.clone(),
            tally: self.tally.clone(),
            live: self.live.clone(),
            ..Self::new(bytes_max)
        };
        for (key, document) in &self.rendered {
            other.rendered.insert((*key).clone(), document).await;
        }
        for (tag, items) in &self.versions {
            other.versions.insert(*tag, items).await;
        }
        other
    }

    /// The document of a key, rendered once for all concurrent requests; a failure is not cached.
    ///
    /// # Errors
    /// The error of rendering; a full queue that another request met is tried again.
    pub(in crate::serve) async fn get<F>(
        &self,
        key: DocumentKey,
        ticket: &RenderTicket,
        render: impl Fn() -> F,
    ) -> Result<CachedDocument, Problem>
    where
        F: Future<Output = Result<TimedDocument, Problem>>,
    {
        let key = Arc::new(key);
        let entry = loop {
            let is_own = AtomicBool::new(false);
            let render = async {
                is_own.store(true, Ordering::Relaxed);
                self.make_room(ticket).await?;
                let TimedDocument { document, took } = render().await?;
                // Others may have taken the room while this one waited for its ticket.
                self.make_room(ticket).await?;
                self.tally.renders.observe(took);
                Ok(Arc::new(document.counted_as(self.live.account(ticket.client))))
            };
            match self.rendered.entry(key.clone()).or_try_insert_with(render).await {
                Ok(entry) => break entry,
                Err(problem) => {
                    let problem: Arc<Problem> = problem;
                    if is_own.load(Ordering::Relaxed) || !problem.is_busy() {
                        return Err(Problem::clone(&problem));
                    }
                }
            }
        };
        let is_fresh = entry.is_fresh();
        if !is_fresh {
            self.tally.found.add(1);
        }
        let document = entry.into_value();
        document.note_reader();
        if is_fresh && key.since.is_none() && !document.items().is_empty() {
            self.versions.insert(document.tag(), document.items().into()).await;
        }
        Ok(CachedDocument { key, document })
    }

    /// Refuses one who holds too much that the cache has given up already.
    async fn make_room(&self, ticket: &RenderTicket) -> Result<(), Problem> {
        if self.live.has_room(ticket, self.bytes_max) {
            return Ok(());
        }
        // The cache may hold what it will give up when it is looked at.
        self.rendered.run_pending_tasks().await;
        if self.live.has_room(ticket, self.bytes_max) { Ok(()) } else { Err(Problem::busy(UNREAD_RETRY)) }
    }

    /// Makes sure that a document is there in a coding, which from then on counts among its bytes.
    ///
    /// # Errors
    /// Too many wait for their ticket.
    pub(in crate::serve) async fn prepare(
        &self,
        found: &CachedDocument,
        coding: Coding,
        ticket: &RenderTicket,
    ) -> Result<(), Problem> {
        if found.document.is_prepared(coding) {
            return Ok(());
        }
        let document = found.document.clone();
        let is_large = document.bytes() > ORDINARY_BYTES_MAX;
        let ticket = ticket.with(if is_large { RenderClass::Costly } else { RenderClass::Ordinary });
        let prepared = run_blocking(&ticket, None, move || {
            let started = Instant::now();
            document.prepare(coding);
            Ok(started.elapsed())
        });
        let took = prepared.await?;
        match coding {
            Coding::Identity => {}
            Coding::Gzip => self.tally.gzip.observe(took),
            Coding::Brotli => self.tally.brotli.observe(took),
        }
        if self.rendered.contains_key(&found.key) {
            self.rendered.insert(found.key.clone(), found.document.clone()).await;
        }
        Ok(())
    }

    /// The items of the first of these versions that is remembered.
    pub(in crate::serve) async fn version(&self, tags: &[Tag]) -> Option<(Tag, Arc<[u64]>)> {
        for tag in tags {
            if let Some(items) = self.versions.get(tag).await {
                return Some((*tag, items));
            }
        }
        None
    }

    /// Documents that were requested more than once, the most requested first.
    pub(in crate::serve) fn most_requested(&self) -> Vec<CachedDocument> {
        let all =
            self.rendered.iter().filter(|(key, document)| key.since.is_none() && document.readers() > 1);
        let mut popular: Vec<CachedDocument> =
            all.map(|(key, document)| CachedDocument { key: (*key).clone(), document }).collect();
        popular.sort_by_key(|found| std::cmp::Reverse(found.document.readers()));
        popular
    }

    /// What was done so far, and how full the memory is.
    pub(in crate::serve) async fn numbers(&self) -> CacheNumbers {
        // Without this the memory counts what it has not looked at yet.
        self.rendered.run_pending_tasks().await;
        self.versions.run_pending_tasks().await;
        CacheNumbers {
            found: self.tally.found.get(),
            renders: self.tally.renders.read(),
            gzip: self.tally.gzip.read(),
            brotli: self.tally.brotli.read(),
            entries: self.rendered.entry_count(),
            bytes: self.rendered.weighted_size() + self.versions.weighted_size(),
            live_bytes: self.live.all(),
            bytes_max: self.bytes_max,
        }
    }

    /// Removes a document whose key no request has any more.
    pub(in crate::serve) async fn remove(&self, key: &Arc<DocumentKey>) {
        self.rendered.invalidate(key).await;
    }

    /// Says that the content has changed.
    pub fn content_has_changed(&self) {
        self.changed.notify_one();
    }

    pub(in crate::serve) async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;
    use crate::domain::announcement::AnnounceType;
    use crate::domain::presentation::Presentation;
    use crate::feeds::{FeedSpec, Limit, Scope, Selection};
    use crate::filter::{self, Context, Dialect, Limits, Lists};
    use crate::render::Format;
    use crate::serve::http::negotiate::Representation;

    fn key(days: u32) -> DocumentKey {
        let usual = Selection::of(&AnnounceType::ALL, days, Limit::Default(500));
        let asked = FeedSpec::with_defaults(Scope::Everything, usual, Presentation::default());
        let form = Representation::Feed(Format::Atom);
        let request = FeedRequest { spec: asked, form, base: "http://feeds.example".to_owned(), view: None };
        DocumentKey { request: request.into(), sources: Vec::new(), generation: 1, since: None }
    }

    fn written(days: u32, bytes: usize) -> TimedDocument {
        let document = RenderedDocument::undated(format!("{days:0bytes$}"), "text/plain");
        TimedDocument { document, took: Duration::ZERO }
    }

    async fn get(documents: &DocumentCache, days: u32, bytes: usize) -> CachedDocument {
        documents
            .get(key(days), &RenderTicket::free(), || ready(Ok(written(days, bytes))))
            .await
            .expect("a document")
    }

    #[tokio::test]
    async fn documents_with_several_requests_are_listed_the_most_requested_first() {
        let documents = DocumentCache::new(1 << 20);
        for days in [1, 2, 2, 3, 3, 3] {
            get(&documents, days, 10).await;
        }
        documents.rendered.run_pending_tasks().await;
        let popular: Vec<u32> =
            documents.most_requested().iter().map(|found| found.document.readers()).collect();
        assert_eq!(popular, [3, 2]);
        let renewed = RenderedDocument::undated("new", "text/plain");
        renewed.inherit_readers(&documents.most_requested()[0].document);
        assert_eq!(renewed.readers(), 1);
    }

    #[tokio::test]
    async fn another_bound_keeps_what_fits() {
        let documents = DocumentCache::new(1 << 20);
        for days in 0..20 {
            get(&documents, days, 10_000).await;
        }
        let more = documents.within(2 << 20).await;
        more.rendered.run_pending_tasks().await;
        assert_eq!(more.rendered.entry_count(), 20);
        let fewer = more.within(100_000).await;
        fewer.rendered.run_pending_tasks().await;
        assert!((1..10).contains(&fewer.rendered.entry_count()) && fewer.rendered.weighted_size() <= 100_000);
        fewer.content_has_changed();
        // Who waits for changes need not know of the other bound.
        documents.changed().await;
    }

    #[tokio::test]
    async fn unlimited_requests_stay_within_the_bound_codings_included() {
        let documents = DocumentCache::new(1 << 20);
        let ticket = RenderTicket::free();
        for days in 0..1_000 {
            let found = get(&documents, days, 10_000).await;
            documents.prepare(&found, Coding::Brotli, &ticket).await.expect("a permit");
        }
        documents.rendered.run_pending_tasks().await;
        assert!(documents.rendered.weighted_size() <= 1 << 20);
        assert!(documents.rendered.entry_count() > 50);
    }

    #[tokio::test]
    async fn a_full_queue_that_another_request_met_is_no_answer_to_this_one() {
        let (documents, ticket) = (DocumentCache::new(1 << 20), RenderTicket::free());
        let (first, second) = tokio::join!(
            documents.get(key(1), &ticket, async || {
                tokio::task::yield_now().await;
                Err(Problem::busy(Duration::ZERO))
            }),
            documents.get(key(1), &ticket, || ready(Ok(written(1, 10)))),
        );
        assert!(first.expect_err("busy").is_busy());
        assert_eq!(second.expect("a document").document.bytes(), 10);
    }

    #[tokio::test]
    async fn a_request_weighs_with_its_rules_and_its_host() {
        let (documents, ticket) = (DocumentCache::new(1 << 20), RenderTicket::free());
        let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
        let rule =
            filter::parse(&format!("\"{}\"", "a ".repeat(400)), &Limits::URL, &context).expect("a rule");
        let mut key = key(1);
        let DocumentRequest::Feed(request) = &mut key.request else { panic!("a feed") };
        request.spec.scope = Scope::Keyword("a".to_owned(), rule.clone(), Vec::new());
        request.spec.selection.query = Some(rule);
        request.base = "x".repeat(5_000);
        documents.get(key, &ticket, || ready(Ok(written(1, 10)))).await.expect("a document");
        documents.rendered.run_pending_tasks().await;
        // Both rules as they are understood, twice each.
        assert!(documents.rendered.weighted_size() > 300_000, "{}", documents.rendered.weighted_size());
    }
}
