//! Records every request: its counters, its id and its line in the log.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest};

use crate::domain::excerpt::beginning;
use crate::serve::addresses::Address;
use crate::serve::http::request_id::{RequestId, RequestIds};
use crate::serve::metrics::worker_counters::WorkerCounters;
use crate::serve::state::State;

/// One of so many answers of the response cache is timed.
const SAMPLED_EVERY: u32 = 64;

/// A slower answer is logged.
const SLOW: Duration = Duration::from_secs(1);

/// The most of a path that is logged, in bytes.
const PATH_BYTES_MAX: usize = 200;

/// Counts and logs the requests of one worker.
#[derive(Debug)]
pub(in crate::serve) struct RequestRecorder {
    counters: Arc<WorkerCounters>,
    ids: RequestIds,
    /// How many requests were received, and how long the last timed answer of the response cache took.
    received: Cell<u32>,
    cached_took: Cell<Duration>,
}

/// A request that has no response yet.
#[derive(Debug)]
pub(in crate::serve) struct PendingRequest {
    pub(in crate::serve) address: Address,
    pub(in crate::serve) method: Method,
    pub(in crate::serve) started: Instant,
}

impl PendingRequest {
    pub(in crate::serve) fn new(request: &ServiceRequest, address: Address, started: Instant) -> Self {
        Self { address, method: request.method().clone(), started }
    }
}

impl RequestRecorder {
    pub(in crate::serve) fn new(counters: Arc<WorkerCounters>) -> Self {
        Self { counters, ids: RequestIds::default(), received: Cell::default(), cached_took: Cell::default() }
    }

    pub(in crate::serve) fn counters(&self) -> &WorkerCounters {
        &self.counters
    }

    /// Is this request timed where the response cache answers it? Reading a clock twice costs a hundredth of such an
    /// answer, so one timed request stands for those behind it.
    pub(in crate::serve) fn is_sampled(&self, state: &State) -> bool {
        let received = self.received.get();
        self.received.set(received.wrapping_add(1));
        received.is_multiple_of(SAMPLED_EVERY)
            || self.cached_took.get().is_zero()
            || state.options.log.requests
    }

    /// Gives a request its id: that of a trusted proxy, else a new one.
    pub(in crate::serve) fn assign_id(&self, request: &HttpRequest, state: &State) -> RequestId {
        let is_trusted = request.peer_addr().is_some_and(|peer| state.clients.is_proxy(peer.ip()));
        let given = is_trusted.then(|| RequestId::given(request.headers())).flatten();
        let id = given.unwrap_or_else(|| self.ids.next());
        request.extensions_mut().insert(id.clone());
        id
    }

    /// Records an answer of the response cache, whose body has `bytes` bytes; `state` is there where every request is
    /// logged.
    pub(in crate::serve) fn record_cached(
        &self,
        started: Option<Instant>,
        address: Address,
        response: &ServiceResponse<BoxBody>,
        state: Option<&State>,
    ) {
        let (status, bytes) = (response.status(), bytes(response));
        if let Some(started) = started {
            self.cached_took.set(started.elapsed());
        }
        let took = self.cached_took.get();
        self.counters.answered_from_cache();
        self.counters.answered(address, &Method::GET, status, bytes, took);
        if let Some(state) = state {
            self.assign_id(response.request(), state);
            let pending = PendingRequest {
                address,
                method: Method::GET,
                started: started.unwrap_or_else(Instant::now),
            };
            log(&pending, response.request(), status, bytes, took, state);
        }
    }

    /// Records any other response.
    pub(in crate::serve) fn record(
        &self,
        pending: &PendingRequest,
        response: &ServiceResponse<BoxBody>,
        state: &State,
    ) {
        let bytes = if pending.method == Method::HEAD { 0 } else { bytes(response) };
        let (status, took) = (response.status(), pending.started.elapsed());
        self.counters.answered(pending.address, &pending.method, status, bytes, took);
        if state.options.log.requests || status.is_server_error() || took >= SLOW {
            log(pending, response.request(), status, bytes, took, state);
        }
    }

    /// Records an error whose request is gone.
    pub(in crate::serve) fn record_failure(&self, pending: &PendingRequest, status: StatusCode) {
        self.counters.answered(pending.address, &pending.method, status, 0, pending.started.elapsed());
    }
}

fn bytes(response: &ServiceResponse<BoxBody>) -> u64 {
    match response.response().body().size() {
        BodySize::Sized(bytes) => bytes,
        BodySize::None | BodySize::Stream => 0,
    }
}

/// Writes a line of the log. The path is in it only for slow and failed requests, and the query, which may hold a key,
/// never.
#[cold]
fn log(
    pending: &PendingRequest,
    request: &HttpRequest,
    status: StatusCode,
    bytes: u64,
    took: Duration,
    state: &State,
) {
    let id = RequestId::of(request).map(|id| id.to_string()).unwrap_or_default();
    let client = client(request.headers(), request, state);
    let (method, route) = (pending.method.as_str(), pending.address.pattern());
    // To a microsecond.
    let duration_ms = (took.as_secs_f64() * 1e6).round() / 1e3;
    let is_quiet = pending.address.route().is_quiet;
    if (status.is_server_error() || took >= SLOW) && !is_quiet {
        let path = beginning(request.path(), PATH_BYTES_MAX);
        let what = if status.is_server_error() { "a request failed" } else { "a request took long" };
        tracing::warn!(
            request.id = id,
            request.method = method,
            request.route = route,
            request.path = path,
            status = status.as_u16(),
            bytes,
            duration_ms,
            client.address = client,
            "{what}"
        );
    } else if state.options.log.requests {
        tracing::info!(
            target: "crosslist::access",
            {
                request.id = id,
                request.method = method,
                request.route = route,
                status = status.as_u16(),
                bytes,
                duration_ms,
                client.address = client,
            },
            "answered a request"
        );
    }
}

/// The address of the client, where `log.client_addresses` is set.
fn client(headers: &HeaderMap, request: &HttpRequest, state: &State) -> Option<String> {
    let peer = request.peer_addr().filter(|_| state.options.log.client_addresses)?;
    Some(state.clients.client(peer.ip().to_canonical(), headers).to_string())
}
