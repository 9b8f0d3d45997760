//! Access keys, and which addresses need one.

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::uri::{PathAndQuery, Uri};
use url::form_urlencoded;

use crate::serve::addresses::Access;

/// The parameter that holds a key, for readers that cannot send headers.
const PARAMETER: &str = "key";

/// Keys that are in force; of each its hash alone is kept, and that is compared in constant time.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<blake3::Hash>);

/// Which keys grant which access.
#[derive(Clone, Debug, Default)]
pub struct AccessControl {
    /// For everything that is read; without any, everyone may read.
    pub readers: Keys,
    /// For `/admin`, and for reading too.
    pub admins: Keys,
    /// The token of the operator of this process, for `/admin` alone.
    pub operator: Keys,
}

impl Keys {
    #[must_use]
    pub fn new<K: AsRef<[u8]>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self(keys.into_iter().map(|key| blake3::hash(key.as_ref())).collect())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is this one of the keys? Every key is compared, so that the time reveals nothing.
    fn open(&self, given: &[u8]) -> bool {
        let given = blake3::hash(given);
        self.0.iter().filter(|known| **known == given).count() > 0
    }
}

impl AccessControl {
    /// Does reading need a key?
    pub(in crate::serve) fn reading_needs_key(&self) -> bool {
        !self.readers.is_empty()
    }

    /// Are there any keys?
    pub(in crate::serve) fn has_keys(&self) -> bool {
        !self.readers.is_empty() || !self.admins.is_empty()
    }

    /// Is a key needed there?
    pub(in crate::serve) fn needs_key(&self, access: Access) -> bool {
        match access {
            Access::Everyone => false,
            Access::Readers => self.reading_needs_key(),
            Access::KeyHolders => self.has_keys(),
            Access::Operator => true,
        }
    }

    /// Does a key of the request, if one is needed, grant this access?
    pub(in crate::serve) fn is_authorized(&self, access: Access, headers: &HeaderMap, uri: &Uri) -> bool {
        let opens = |key: &Vec<u8>| match access {
            Access::Operator => self.admins.open(key) || self.operator.open(key),
            _ => self.readers.open(key) || self.admins.open(key),
        };
        !self.needs_key(access) || given(headers, uri).iter().any(opens)
    }

    /// The address without the key, so that it gets into no link and no log; nothing where it holds none.
    pub(in crate::serve) fn without_key(&self, uri: &Uri, access: Access) -> Option<Uri> {
        let is_asked = self.reading_needs_key() || self.needs_key(access);
        let query = uri.query().filter(|_| is_asked)?;
        let others: Vec<&str> = query.split('&').filter(|part| key_of(part).is_none()).collect();
        if others.len() == query.split('&').count() {
            return None;
        }
        let question_mark = if others.is_empty() { "" } else { "?" };
        let target = format!("{}{question_mark}{}", uri.path(), others.join("&"));
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
        Uri::from_parts(parts).ok()
    }
}

/// The keys that a request shows: `Authorization: Bearer KEY`, `?key=KEY`.
fn given(headers: &HeaderMap, uri: &Uri) -> Vec<Vec<u8>> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|field| field.to_str().ok()).and_then(|field| {
        let (scheme, key) = field.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().as_bytes().to_vec())
    });
    let parts = uri.query().into_iter().flat_map(|query| query.split('&'));
    bearer.into_iter().chain(parts.filter_map(key_of).map(String::into_bytes)).collect()
}

fn key_of(part: &str) -> Option<String> {
    let (name, value) = form_urlencoded::parse(part.as_bytes()).next()?;
    (name == PARAMETER).then(|| value.into_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;
    use crate::serve::addresses::Address;

    fn access() -> AccessControl {
        AccessControl {
            readers: Keys::new(["reader-one", "reader-two"]),
            admins: Keys::new(["operator"]),
            operator: Keys::new(["token"]),
        }
    }

    fn is_authorized(authorization: Option<&'static str>, target: &str) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        let uri: Uri = target.parse().expect("an address");
        access().is_authorized(Address::of(uri.path()).route().access, &headers, &uri)
    }

    #[test]
    fn every_key_grants_the_access_that_it_is_for() {
        assert!(is_authorized(Some("Bearer reader-one"), "/subjects/cs.DC.rss"));
        assert!(is_authorized(Some("bearer reader-two"), "/"));
        assert!(is_authorized(Some("Bearer operator"), "/status"));
        assert!(is_authorized(None, "/subjects/cs.DC.rss?type=new&key=reader%2Done"));
        assert!(is_authorized(None, "/healthz"));
        assert!(is_authorized(Some("Bearer token"), "/admin/refresh"));
        assert!(is_authorized(None, "/admin/refresh?key=operator"));
        for (authorization, target) in [
            (None, "/subjects/cs.DC.rss"),
            (Some("Bearer reader-three"), "/"),
            (Some("Bearer "), "/"),
            (Some("Basic reader-one"), "/"),
            (Some("reader-one"), "/"),
            (None, "/?key="),
            (None, "/?KEY=reader-one"),
            (None, "/subjects/cs.DC.rss?q=key=reader-one"),
            (Some("Bearer token"), "/status"),
            (Some("Bearer token"), "/metrics"),
            (Some("Bearer reader-one"), "/admin/refresh"),
            (None, "/admin/refresh"),
        ] {
            assert!(!is_authorized(authorization, target), "{authorization:?} {target}");
        }
    }

    #[test]
    fn the_key_is_taken_off_the_address() {
        let check = |target: &str, expected: Option<&str>| {
            let without = access().without_key(&target.parse().expect("an address"), Access::Readers);
            assert_eq!(without.map(|uri| uri.to_string()).as_deref(), expected, "{target}");
        };
        check("/a?key=x", Some("/a"));
        check("/a?key=x&q=gpu&%6Bey=y", Some("/a?q=gpu"));
        check("/a?q=a%26key=b", None);
        check("/a", None);
    }
}
