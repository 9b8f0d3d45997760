//! Request ids, which join a line of the log with an answer.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{HttpMessage, HttpRequest};

pub(in crate::serve) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a proxy.
const GIVEN_BYTES_MAX: usize = 64;

/// The id of a request; of its own making or a trusted proxy's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) enum RequestId {
    Own { worker: u32, number: u64 },
    QueryParameters(Box<str>),
}

/// Where one worker's ids come from: its own random number and a count, so that an id costs nothing to make.
#[derive(Debug)]
pub(in crate::serve) struct RequestIds {
    worker: u32,
    number: Cell<u64>,
}

impl Default for RequestIds {
    fn default() -> Self {
        // The hasher's keys are random and differ from call to call; no more randomness is needed here.
        let random = RandomState::new().build_hasher().finish();
        Self { worker: u32::try_from(random >> 32).unwrap_or_default(), number: Cell::new(0) }
    }
}

impl RequestIds {
    pub(in crate::serve) fn next(&self) -> RequestId {
        let number = self.number.get().wrapping_add(1);
        self.number.set(number);
        RequestId::Own { worker: self.worker, number }
    }
}

impl RequestId {
    /// What a proxy calls the request: one field of letters, digits and a few signs that are harmless wherever they are
    /// written.
    pub(in crate::serve) fn given(headers: &HeaderMap) -> Option<Self> {
        let mut fields = headers.get_all(X_REQUEST_ID);
        let (Some(field), None) = (fields.next(), fields.next()) else { return None };
        let text = field.to_str().ok()?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let is_sane = (1..=GIVEN_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_plain);
        is_sane.then(|| Self::QueryParameters(text.into()))
    }

    /// The one that the gate gave to a request.
    pub(in crate::serve) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own { worker, number } => write!(f, "{worker:08x}-{number}"),
            Self::QueryParameters(id) => f.write_str(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn check(fields: &[&str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(X_REQUEST_ID, HeaderValue::from_str(field).expect("a value"));
        }
        let given = RequestId::given(&headers).map(|id| id.to_string());
        assert_eq!(given.as_deref(), expected, "{fields:?}");
    }

    #[test]
    fn an_id_is_taken_from_a_proxy_when_it_is_harmless() {
        check(&["7f000001-2A_b.c"], Some("7f000001-2A_b.c"));
        check(&[&"a".repeat(64)], Some(&"a".repeat(64)));
        check(&[&"a".repeat(65)], None);
        for odd in ["", "a b", "a\"b", "a\tb", "ä", "<b>", "a,b", "a/b", "%0a"] {
            check(&[odd], None);
        }
        check(&["a", "b"], None);
        check(&[], None);
    }

    #[test]
    fn no_two_ids_of_a_worker_are_alike() {
        let ids = RequestIds::default();
        assert_ne!(ids.next(), ids.next());
        assert!(ids.next().to_string().ends_with("-3"));
    }
}
