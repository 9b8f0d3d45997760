//! A rendered document with its entity tags and content codings.

use std::hash::BuildHasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use foldhash::quality::FixedState;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::domain::event::Event;
use crate::render::page;
use crate::serve::documents::live_bytes::LiveBytesShare;
use crate::serve::http::coding::Coding;
use crate::serve::http::etag::{Tag, etags};

/// A rendered answer.
#[derive(Debug)]
pub(in crate::serve) struct RenderedDocument {
    body: Bytes,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
    tag: Tag,
    /// Quoted and strong, one for each coding: equal bytes have equal tags, on every start and every replica.
    etags: [HeaderValue; 3],
    pub(in crate::serve) content_type: HeaderValue,
    pub(in crate::serve) is_page: bool,
    /// Only what a version of the feed has not shown.
    pub(in crate::serve) is_delta: bool,
    pub(in crate::serve) modified: Option<Timestamp>,
    pub(in crate::serve) last_modified: Option<HeaderValue>,
    /// Which items it has, where somebody may have subscribed to it.
    content: String,
    /// The `Link` field that names the hub and the feed itself.
    pub(in crate::serve) link: Option<HeaderValue>,
    /// A fingerprint of each item, for readers who have seen some of them.
    items: Vec<u64>,
    readers: AtomicU32,
    /// What its bytes count for; none before it is kept.
    account: Option<LiveBytesShare>,
}

impl RenderedDocument {
    pub(in crate::serve) fn new(body: String, content_type: &'static str, modified: Timestamp) -> Self {
        // What was grown into is kept for long: without its spare room.
        let mut document = Self::undated(body.into_boxed_str().into_boxed_bytes(), content_type);
        let printed = DateTimePrinter::new().timestamp_to_rfc9110_string(&modified);
        document.modified = Some(modified);
        document.last_modified = printed.ok().and_then(|date| HeaderValue::try_from(date).ok());
        document
    }

    /// A document that does not say since when it has been so.
    pub(in crate::serve) fn undated(body: impl Into<Bytes>, content_type: &'static str) -> Self {
        let body = body.into();
        let mut tag = Tag::default();
        tag.copy_from_slice(&blake3::hash(&body).as_bytes()[..size_of::<Tag>()]);
        Self {
            body,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
            tag,
            etags: etags(tag),
            content_type: HeaderValue::from_static(content_type),
            is_page: content_type == page::CONTENT_TYPE,
            is_delta: false,
            modified: None,
            last_modified: None,
            content: String::new(),
            link: None,
            items: Vec::new(),
            readers: AtomicU32::new(0),
            account: None,
        }
    }

    /// Counts its bytes, and those of its codings, for as long as they are there.
    pub(in crate::serve) fn counted_as(mut self, account: LiveBytesShare) -> Self {
        // Nobody else has it yet, so that nothing is copied.
        self.body = account.count(Vec::from(self.body).into_boxed_slice());
        self.account = Some(account);
        self
    }

    /// Remembers what the document shows.
    pub(in crate::serve) fn with_items(mut self, items: Vec<u64>) -> Self {
        self.items = items;
        self
    }

    /// Makes it the part of the document `whole` that a client has not seen; the tag is that of the whole
    /// (RFC 3229 §10.5.3).
    pub(in crate::serve) fn delta_of(mut self, whole: Tag) -> Self {
        (self.tag, self.etags, self.is_delta) = (whole, etags(whole), true);
        self
    }

    /// Names the hub; a page has no address of its own to subscribe to.
    pub(in crate::serve) fn with_topic(mut self, content: String, hub: &str, own: Option<&str>) -> Self {
        self.content = content;
        let link =
            own.map(|own| HeaderValue::try_from(format!("<{hub}>; rel=\"hub\", <{own}>; rel=\"self\"")));
        self.link = link.and_then(Result::ok);
        self
    }

    pub(in crate::serve) fn content(&self) -> &str {
        &self.content
    }

    pub(in crate::serve) fn tag(&self) -> Tag {
        self.tag
    }

    pub(in crate::serve) fn items(&self) -> &[u64] {
        &self.items
    }

    pub(in crate::serve) fn etag(&self, coding: Coding) -> &HeaderValue {
        &self.etags[coding as usize]
    }

    pub(in crate::serve) fn is_prepared(&self, coding: Coding) -> bool {
        match coding {
            Coding::Identity => true,
            Coding::Gzip => self.gzip.get().is_some(),
            Coding::Brotli => self.brotli.get().is_some(),
        }
    }

    /// The body in a coding, encoded when it is first requested.
    pub(in crate::serve) fn prepare(&self, coding: Coding) -> Bytes {
        let encode = || {
            let encoded = coding.encode(&self.body).into_boxed_slice();
            match &self.account {
                Some(account) => account.count(encoded),
                None => Bytes::from(encoded),
            }
        };
        match coding {
            Coding::Identity => self.body.clone(),
            Coding::Gzip => self.gzip.get_or_init(encode).clone(),
            Coding::Brotli => self.brotli.get_or_init(encode).clone(),
        }
    }

    /// The room that it takes, every coding included that was prepared.
    pub(in crate::serve) fn bytes(&self) -> usize {
        let coded = |bytes: &OnceLock<Bytes>| bytes.get().map_or(0, Bytes::len);
        let link = self.link.as_ref().map_or(0, HeaderValue::len);
        self.body.len() + coded(&self.gzip) + coded(&self.brotli) + size_of_val(&*self.items) + link
    }

    /// How often it was requested; the response cache counts identical requests of one second once.
    pub(in crate::serve) fn readers(&self) -> u32 {
        self.readers.load(Ordering::Relaxed)
    }

    pub(in crate::serve) fn note_reader(&self) {
        self.readers.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes over half of the count of its forerunner, so that a document without readers drops out.
    pub(in crate::serve) fn inherit_readers(&self, forerunner: &Self) {
        self.readers.store(forerunner.readers() / 2, Ordering::Relaxed);
    }
}

/// A fingerprint of an item, which changes with its content.
///
/// It is compared within one process only, so a quick hasher does.
pub(in crate::serve) fn fingerprint(event: &Event) -> u64 {
    FixedState::default().hash_one(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_prepared_counts_among_the_bytes() {
        let document = RenderedDocument::undated("announced ".repeat(100), "text/plain; charset=utf-8");
        assert_eq!(document.bytes(), 1000);
        let gzip = document.prepare(Coding::Gzip);
        assert!(gzip.len() < 200);
        assert_eq!(document.bytes(), 1000 + gzip.len());
    }
}
