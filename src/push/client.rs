//! Makes one HTTP call: without proxy, redirect or cookie, within 30 seconds, and only to an address that the guard permits.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use reqwest::{Method, redirect};

use super::guard::{AddressGuard, AddressRefusal};
use crate::domain::retry_after::{self, RETRY_AFTER_MAX};

/// The longest wait for a connection, including the resolution of the name.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest a call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The most bytes of a body that are read: only a challenge is of interest, and it is shorter.
const BODY_BYTES_MAX: usize = 4_096;

/// Cheap to clone; all clones share one HTTP client.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// Made at the first use, because that reads every certificate that the system trusts.
    http: Arc<OnceLock<reqwest::Client>>,
    guard: AddressGuard,
}

/// A request to make.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Vec<u8>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CallOutcome {
    Response {
        status: u16,
        /// At most the first 4,096 bytes.
        body: Vec<u8>,
        /// `body` is all of the body.
        is_whole: bool,
        /// How long the receiver asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The address may not be called.
    Refused(AddressRefusal),
    /// No response; the reason does not contain the address.
    NoResponse(String),
}

impl Client {
    pub(super) fn new(guard: AddressGuard) -> Self {
        Self { http: Arc::default(), guard }
    }

    /// Makes the HTTP client, which the first call would do otherwise.
    ///
    /// # Errors
    /// The system has no certificates to trust.
    pub(super) fn prepare(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = http(&self.guard)?;
        Ok(self.http.get_or_init(|| http))
    }

    pub(super) async fn call(&self, call: Call) -> CallOutcome {
        let url = match self.guard.parse(&call.url) {
            Ok(url) => url,
            Err(refusal) => return CallOutcome::Refused(refusal),
        };
        let http = match self.prepare() {
            Ok(http) => http,
            Err(error) => return failed(error),
        };
        let mut request = http.request(call.method, url);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if !call.body.is_empty() {
            request = request.body(call.body);
        }
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return failed(error),
        };
        let status = response.status().as_u16();
        let retry_after = retry_after_in_header(response.headers());
        let mut body = Vec::new();
        let is_whole = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= BODY_BYTES_MAX => {
                    body.extend_from_slice(&chunk);
                }
                Ok(None) => break true,
                // The status is known; the rest of the body decides nothing.
                Ok(Some(_)) | Err(_) => break false,
            }
        };
        let retry_after = retry_after.or_else(|| retry_after_in_body(status, &body));
        CallOutcome::Response { status, body, is_whole, retry_after }
    }
}

fn http(guard: &AddressGuard) -> Result<reqwest::Client, reqwest::Error> {
    let agent = concat!("crosslist/", env!("CARGO_PKG_VERSION"), " (", env!("CARGO_PKG_REPOSITORY"), ")");
    reqwest::Client::builder()
        .default_headers(HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(agent))]))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_gzip()
        .no_brotli()
        // No connection outlives its call, so that each call is checked by the guard.
        .pool_max_idle_per_host(0)
        .dns_resolver(Arc::new(guard.clone()))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .build()
}

fn retry_after_in_header(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    retry_after::parse(text(RETRY_AFTER)?, text(DATE))
}

/// Discord puts the wait into the body too, in fractions of a second.
fn retry_after_in_body(status: u16, body: &[u8]) -> Option<Duration> {
    if status != 429 {
        return None;
    }
    let problem: serde_json::Value = serde_json::from_slice(body).ok()?;
    let wait = Duration::try_from_secs_f64(problem.get("retry_after")?.as_f64()?.ceil()).ok()?;
    Some(wait.min(RETRY_AFTER_MAX))
}

/// The message of the innermost cause, because those of the outer ones repeat the address.
fn failed(error: reqwest::Error) -> CallOutcome {
    let is_timeout = error.is_timeout();
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    loop {
        if let Some(refusal) = cause.downcast_ref::<AddressRefusal>() {
            return CallOutcome::Refused(refusal.clone());
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    if is_timeout {
        return CallOutcome::NoResponse(format!("no response within {} seconds", CALL_TIMEOUT.as_secs()));
    }
    CallOutcome::NoResponse(cause.to_string())
}

impl CallOutcome {
    pub(super) fn is_success(&self) -> bool {
        matches!(self, Self::Response { status: 200..=299, .. })
    }

    /// A description for an operator, without the address and the body.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Response { status, .. } => format!("the response had status {status}"),
            Self::Refused(refusal) => format!("the address may not be called: {refusal}"),
            Self::NoResponse(why) => why.clone(),
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        if let Self::Response { retry_after, .. } = self { *retry_after } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_in_the_body_is_read_from_429_alone() {
        let body = br#"{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}"#;
        assert_eq!(retry_after_in_body(429, body), Some(Duration::from_secs(65)));
        assert_eq!(retry_after_in_body(200, body), None);
        assert_eq!(retry_after_in_body(429, br#"{"retry_after": -1}"#), None);
        assert_eq!(retry_after_in_body(429, b"<html>"), None);
    }
}
