//! What was asked a moment ago in the same words, so that it need not be understood again?
//!
//! Each worker remembers for itself, so there is nothing to wait for.
//! Only the memory for documents holds documents: what it has given up is forgotten here too.

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
use crate::serve::answer::respond::{CacheableResponse, StateVersions};
use crate::serve::answer::terms::ResponseTerms;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::http::{coding, conditional, delta, negotiate};
use crate::serve::state::State;

/// How many wordings a worker remembers.
const WORDINGS_MAX: usize = 1_024;

/// The longest wording that is remembered.
const WORDING_BYTES_MAX: usize = 1_024;

/// The wordings of a worker, by their hashes.
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

/// All of a request that decides which document answers it: the target, what decides the address that links have, and
/// the types that the asker takes where these decide the form.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::serve) struct RequestKey {
    target: Box<str>,
    host: Box<[u8]>,
    accepted: Vec<Box<[u8]>>,
}

#[derive(Debug)]
struct CachedResponse {
    wording: RequestKey,
    document: Weak<RenderedDocument>,
    terms: ResponseTerms,
    versions: StateVersions,
    second: i64,
    address: Address,
}

/// Path and query; nothing of an address that names a host as well.
fn target(head: &RequestHead) -> Option<&str> {
    head.uri.path_and_query().filter(|_| head.uri.authority().is_none()).map(PathAndQuery::as_str)
}

/// What decides the address that links have: that which proxies told, else the only `Host`.
fn host<'a>(head: &'a RequestHead, told: Option<&'a str>) -> Option<&'a [u8]> {
    let mut hosts = head.headers.get_all(header::HOST);
    let host = hosts.next().filter(|_| hosts.next().is_none())?;
    Some(told.map_or(host.as_bytes(), str::as_bytes))
}

impl ResponseCache {
    /// The answer to a request, if one of its wording was answered in this second and nothing has changed since; and
    /// which pattern its address follows.
    pub(in crate::serve) fn answer(
        &self,
        head: &RequestHead,
        told: Option<&str>,
        state: &State,
    ) -> Option<(HttpResponse, Address)> {
        let target = target(head)?;
        let host = host(head, told)?;
        let is_negotiated = negotiate::is_negotiated(head.uri.path());
        let accepted = || {
            let fields = is_negotiated.then(|| head.headers.get_all(header::ACCEPT));
            fields.into_iter().flatten().map(header::HeaderValue::as_bytes)
        };
        let hash = self.hash(target, host, accepted());
        let recently = self.answers.get(&hash)?;
        let wording = &recently.wording;
        if *wording.target != *target
            || *wording.host != *host
            || !wording.accepted.iter().map(|field| &**field).eq(accepted())
            || recently.versions != respond::versions(state)
            || recently.second != state.clock.now().as_second()
            || conditional::is_particular(&head.headers)
        {
            return None;
        }
        let document: Arc<RenderedDocument> = recently.document.upgrade()?;
        let coding = coding::best(&head.headers)?;
        let is_current = respond::is_current(&head.headers, &document, coding);
        if !is_current && (!document.is_prepared(coding) || head.headers.contains_key(delta::A_IM)) {
            return None;
        }
        let terms = &recently.terms;
        let response = if is_current {
            respond::not_modified(&document, coding, terms)
        } else {
            respond::whole(&document, coding, terms)
        };
        Some((response, recently.address))
    }

    /// What of a request would have to be the same again; nothing for one that is not worth remembering.
    pub(in crate::serve) fn wording(head: &RequestHead, told: Option<&str>) -> Option<RequestKey> {
        let target = target(head)?;
        let host = host(head, told)?;
        let is_negotiated = negotiate::is_negotiated(head.uri.path());
        let accepted: Vec<Box<[u8]>> = if is_negotiated {
            head.headers.get_all(header::ACCEPT).map(|field| field.as_bytes().into()).collect()
        } else {
            Vec::new()
        };
        let bytes = target.len() + host.len() + accepted.iter().map(|field| field.len()).sum::<usize>();
        (bytes <= WORDING_BYTES_MAX).then(|| RequestKey {
            target: target.into(),
            host: host.into(),
            accepted,
        })
    }

    pub(in crate::serve) fn keep(&mut self, wording: RequestKey, kept: CacheableResponse, address: Address) {
        if self.answers.len() >= WORDINGS_MAX {
            self.answers.retain(|_, recently| recently.second == kept.second);
        }
        if self.answers.len() >= WORDINGS_MAX {
            self.answers.clear();
        }
        let accepted = wording.accepted.iter().map(|field| &**field);
        let hash = self.hash(&wording.target, &wording.host, accepted);
        let CacheableResponse { document, terms, versions, second } = kept;
        let document = Arc::downgrade(&document);
        self.answers.insert(hash, CachedResponse { wording, document, terms, versions, second, address });
    }

    fn hash<'a>(&self, target: &str, host: &[u8], accepted: impl Iterator<Item = &'a [u8]>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        target.hash(&mut hasher);
        host.hash(&mut hasher);
        accepted.for_each(|field| field.hash(&mut hasher));
        hasher.finish()
    }
}
