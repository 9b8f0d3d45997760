//! How is one call made, so that nobody who is called can hold us up or send us elsewhere?

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use reqwest::{Method, redirect};

use super::guard::{Guard, Refusal};
use crate::domain::retry_after::{self, RETRY_AFTER_MAX};

/// How long connecting may take, the look-up of the name included.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// How long a call may take in all.
const CALL_MAX: Duration = Duration::from_secs(30);

/// The most of an answer that is read: a challenge is shorter, and nothing else is of interest.
pub(super) const ANSWER_BYTES_MAX: usize = 4_096;

/// Calls others: no proxy, no redirect, no cookie, and nobody whom the guard refuses.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// Made when it is first needed, for it reads all certificates that the system trusts.
    http: Arc<OnceLock<reqwest::Client>>,
    guard: Guard,
}

/// A call to be made.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Vec<u8>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Answered {
        status: u16,
        /// The beginning of the body.
        body: Vec<u8>,
        /// The body ended within what is read.
        is_whole: bool,
        /// For how long the other wants to be left alone.
        wait: Option<Duration>,
    },
    /// The address is not called.
    Refused(Refusal),
    /// There was no answer, in words without the address.
    Unanswered(String),
}

impl Client {
    pub(super) fn new(guard: Guard) -> Self {
        Self { http: Arc::default(), guard }
    }

    /// Makes ready for the first call, which would do so otherwise.
    ///
    /// # Errors
    /// There are no certificates to trust.
    pub(super) fn prepare(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = http(&self.guard)?;
        Ok(self.http.get_or_init(|| http))
    }

    pub(super) async fn call(&self, call: Call) -> Answer {
        let url = match self.guard.parse(&call.url) {
            Ok(url) => url,
            Err(refusal) => return Answer::Refused(refusal),
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
        let wait = asked_to_wait(response.headers());
        let mut body = Vec::new();
        let is_whole = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_BYTES_MAX => {
                    body.extend_from_slice(&chunk);
                }
                Ok(None) => break true,
                // The status has been told; what follows it decides nothing but a challenge.
                Ok(Some(_)) | Err(_) => break false,
            }
        };
        let wait = wait.or_else(|| told_to_wait(status, &body));
        Answer::Answered { status, body, is_whole, wait }
    }
}

fn http(guard: &Guard) -> Result<reqwest::Client, reqwest::Error> {
    let agent = concat!("crosslist/", env!("CARGO_PKG_VERSION"), " (", env!("CARGO_PKG_REPOSITORY"), ")");
    reqwest::Client::builder()
        .default_headers(HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(agent))]))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_gzip()
        .no_brotli()
        // Each call is judged anew: no connection outlives it.
        .pool_max_idle_per_host(0)
        .dns_resolver(Arc::new(guard.clone()))
        .connect_timeout(CONNECT_MAX)
        .timeout(CALL_MAX)
        .build()
}

fn asked_to_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    retry_after::parse(text(RETRY_AFTER)?, text(DATE))
}

/// Discord says it in the body, too, and in fractions of a second.
fn told_to_wait(status: u16, body: &[u8]) -> Option<Duration> {
    if status != 429 {
        return None;
    }
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let wait = Duration::try_from_secs_f64(answer.get("retry_after")?.as_f64()?.ceil()).ok()?;
    Some(wait.min(RETRY_AFTER_MAX))
}

/// The words of the innermost cause, for those of the outer ones repeat the address.
fn failed(error: reqwest::Error) -> Answer {
    let is_timeout = error.is_timeout();
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    loop {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return Answer::Refused(refusal.clone());
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    if is_timeout {
        return Answer::Unanswered(format!("no answer within {} seconds", CALL_MAX.as_secs()));
    }
    Answer::Unanswered(cause.to_string())
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        matches!(self, Self::Answered { status: 200..=299, .. })
    }

    /// In words for an operator, without the address and without what was answered.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Answered { status, .. } => format!("it was answered with {status}"),
            Self::Refused(refusal) => format!("the address is not called: {refusal}"),
            Self::Unanswered(why) => why.clone(),
        }
    }

    pub(super) fn wait(&self) -> Option<Duration> {
        if let Self::Answered { wait, .. } = self { *wait } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_in_the_body_is_kept_to() {
        let body = br#"{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}"#;
        assert_eq!(told_to_wait(429, body), Some(Duration::from_secs(65)));
        assert_eq!(told_to_wait(200, body), None);
        assert_eq!(told_to_wait(429, br#"{"retry_after": -1}"#), None);
        assert_eq!(told_to_wait(429, b"<html>"), None);
    }
}
