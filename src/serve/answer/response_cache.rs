//! Each worker's cache of identical requests, whose answers need no parsing and no rendering for one second.
//!
//! It holds documents weakly: what the document cache has evicted is missing here too.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::sync::{Arc, Weak};

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use actix_web::http::header;
use actix_web::http::uri::PathAndQuery;
use foldhash::fast::RandomState;

use crate::serve::addresses::Address;
use crate::serve::answer::respond;
use crate::serve::answer::respond::CacheableResponse;
use crate::serve::answer::terms::ResponseTerms;
use crate::serve::documents::cache::StateVersions;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::http::{coding, conditional, delta, negotiate};

/// The most entries of a worker.
const ENTRIES_MAX: usize = 1_024;

/// The largest key of an entry, in bytes.
const KEY_BYTES_MAX: usize = 1_024;

/// The entries of a worker, by the hashes of their keys.
#[derive(Debug, Default)]
pub(in crate::serve) struct ResponseCache {
    hasher: RandomState,
    answers: HashMap<u64, CachedResponse, BuildHasherDefault<Hashed>>,
}

/// The keys of the map are hashes already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// What of a request decides which document answers it: the target, what decides the public address, and `Accept` where
/// it decides the representation.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::serve) struct RequestKey {
    target: Box<str>,
    host: Box<[u8]>,
    accepted: Vec<Box<[u8]>>,
}

#[derive(Debug)]
struct CachedResponse {
    key: RequestKey,
    document: Weak<RenderedDocument>,
    terms: ResponseTerms,
    versions: StateVersions,
    second: i64,
    address: Address,
}

/// Path and query; nothing where the target names a host as well.
fn target(head: &RequestHead) -> Option<&str> {
    head.uri.path_and_query().filter(|_| head.uri.authority().is_none()).map(PathAndQuery::as_str)
}

/// What decides the public address: that from the fields of proxies, else the only `Host`.
fn host<'a>(head: &'a RequestHead, from_proxy: Option<&'a str>) -> Option<&'a [u8]> {
    let mut hosts = head.headers.get_all(header::HOST);
    let host = hosts.next().filter(|_| hosts.next().is_none())?;
    Some(from_proxy.map_or(host.as_bytes(), str::as_bytes))
}

impl ResponseCache {
    /// The answer to a request and its address, if a request with the same key was answered in this second and nothing
    /// has changed since.
    pub(in crate::serve) fn answer(
        &self,
        head: &RequestHead,
        from_proxy: Option<&str>,
        versions: StateVersions,
        second: i64,
    ) -> Option<(HttpResponse, Address)> {
        let target = target(head)?;
        let host = host(head, from_proxy)?;
        let is_negotiated = negotiate::is_negotiated(head.uri.path());
        let accepted = || {
            let fields = is_negotiated.then(|| head.headers.get_all(header::ACCEPT));
            fields.into_iter().flatten().map(header::HeaderValue::as_bytes)
        };
        let hash = self.hash(target, host, accepted());
        let cached = self.answers.get(&hash)?;
        let key = &cached.key;
        if *key.target != *target
            || *key.host != *host
            || !key.accepted.iter().map(|field| &**field).eq(accepted())
            || cached.versions != versions
            || cached.second != second
            || conditional::has_precondition(&head.headers)
        {
            return None;
        }
        let document: Arc<RenderedDocument> = cached.document.upgrade()?;
        let coding = coding::best(&head.headers)?;
        let is_current = respond::is_current(&head.headers, &document, coding);
        if !is_current && (!document.is_prepared(coding) || head.headers.contains_key(delta::A_IM)) {
            return None;
        }
        let terms = &cached.terms;
        let response = if is_current {
            respond::not_modified(&document, coding, terms)
        } else {
            respond::full(&document, coding, terms)
        };
        Some((response, cached.address))
    }

    /// The key of a request; none for one that is too long to cache.
    pub(in crate::serve) fn key(head: &RequestHead, from_proxy: Option<&str>) -> Option<RequestKey> {
        let target = target(head)?;
        let host = host(head, from_proxy)?;
        let is_negotiated = negotiate::is_negotiated(head.uri.path());
        let accepted: Vec<Box<[u8]>> = if is_negotiated {
            head.headers.get_all(header::ACCEPT).map(|field| field.as_bytes().into()).collect()
        } else {
            Vec::new()
        };
        let bytes = target.len() + host.len() + accepted.iter().map(|field| field.len()).sum::<usize>();
        (bytes <= KEY_BYTES_MAX).then(|| RequestKey { target: target.into(), host: host.into(), accepted })
    }

    pub(in crate::serve) fn insert(
        &mut self,
        key: RequestKey,
        response: CacheableResponse,
        address: Address,
    ) {
        if self.answers.len() >= ENTRIES_MAX {
            self.answers.retain(|_, cached| cached.second == response.second);
        }
        if self.answers.len() >= ENTRIES_MAX {
            self.answers.clear();
        }
        let accepted = key.accepted.iter().map(|field| &**field);
        let hash = self.hash(&key.target, &key.host, accepted);
        let CacheableResponse { document, terms, versions, second } = response;
        let document = Arc::downgrade(&document);
        self.answers.insert(hash, CachedResponse { key, document, terms, versions, second, address });
    }

    fn hash<'a>(&self, target: &str, host: &[u8], accepted: impl Iterator<Item = &'a [u8]>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        target.hash(&mut hasher);
        host.hash(&mut hasher);
        accepted.for_each(|field| field.hash(&mut hasher));
        hasher.finish()
    }
}
