//! What is counted of every request, and what is logged of which?

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

/// How many requests one that is measured stands for, of those that are answered at once.
const MEASURED_EVERY: u32 = 64;

/// From when on an answer is slow.
const SLOW: Duration = Duration::from_secs(1);

/// The most of a path that is logged, in bytes.
const PATH_BYTES_MAX: usize = 200;

/// One worker's account of what it answers.
#[derive(Debug)]
pub(in crate::serve) struct RequestRecorder {
    counts: Arc<WorkerCounters>,
    ids: RequestIds,
    /// How many requests have come, and how long the last one took that was measured and answered at once.
    come: Cell<u32>,
    recent_took: Cell<Duration>,
}

/// A request that is not answered yet.
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
    pub(in crate::serve) fn new(counts: Arc<WorkerCounters>) -> Self {
        Self { counts, ids: RequestIds::default(), come: Cell::default(), recent_took: Cell::default() }
    }

    pub(in crate::serve) fn counts(&self) -> &WorkerCounters {
        &self.counts
    }

    /// Is the time taken of this one, should it be answered at once? To look at a clock twice costs a hundredth of such
    /// an answer, so that one of many stands for those after it.
    pub(in crate::serve) fn measures(&self, state: &State) -> bool {
        let come = self.come.get();
        self.come.set(come.wrapping_add(1));
        come.is_multiple_of(MEASURED_EVERY) || self.recent_took.get().is_zero() || state.options.log.requests
    }

    /// Gives a request its id: that of a trusted proxy, else a new one.
    pub(in crate::serve) fn name(&self, request: &HttpRequest, state: &State) -> RequestId {
        let is_trusted = request.peer_addr().is_some_and(|peer| state.clients.is_proxy(peer.ip()));
        let given = is_trusted.then(|| RequestId::given(request.headers())).flatten();
        let id = given.unwrap_or_else(|| self.ids.next());
        request.extensions_mut().insert(id.clone());
        id
    }

    /// An answer that was remembered from a moment ago, which is neither slow nor a failure, and of whose body the
    /// connection has so many bytes; the state is there where every request is logged.
    pub(in crate::serve) fn close_recent(
        &self,
        started: Option<Instant>,
        address: Address,
        response: &ServiceResponse<BoxBody>,
        state: Option<&State>,
    ) {
        let (status, bytes) = (response.status(), bytes(response));
        if let Some(started) = started {
            self.recent_took.set(started.elapsed());
        }
        let took = self.recent_took.get();
        self.counts.was_recent();
        self.counts.answered(address, &Method::GET, status, bytes, took);
        if let Some(state) = state {
            self.name(response.request(), state);
            let asked = PendingRequest {
                address,
                method: Method::GET,
                started: started.unwrap_or_else(Instant::now),
            };
            log(&asked, response.request(), status, bytes, took, state);
        }
    }

    /// Any other answer that is there.
    pub(in crate::serve) fn close(
        &self,
        asked: &PendingRequest,
        response: &ServiceResponse<BoxBody>,
        state: &State,
    ) {
        let bytes = if asked.method == Method::HEAD { 0 } else { bytes(response) };
        let (status, took) = (response.status(), asked.started.elapsed());
        self.counts.answered(asked.address, &asked.method, status, bytes, took);
        if state.options.log.requests || status.is_server_error() || took >= SLOW {
            log(asked, response.request(), status, bytes, took, state);
        }
    }

    /// An error for which there is no request any more to tell of.
    pub(in crate::serve) fn close_failed(&self, asked: &PendingRequest, status: StatusCode) {
        self.counts.answered(asked.address, &asked.method, status, 0, asked.started.elapsed());
    }
}

fn bytes(response: &ServiceResponse<BoxBody>) -> u64 {
    match response.response().body().size() {
        BodySize::Sized(bytes) => bytes,
        BodySize::None | BodySize::Stream => 0,
    }
}

/// A line of the log; the path goes in only where someone has to look for what is wrong, and the query, which may hold
/// a key, never.
#[cold]
fn log(
    asked: &PendingRequest,
    request: &HttpRequest,
    status: StatusCode,
    bytes: u64,
    took: Duration,
    state: &State,
) {
    let id = RequestId::of(request).map(|id| id.to_string()).unwrap_or_default();
    let client = client(request.headers(), request, state);
    let (method, route) = (asked.method.as_str(), asked.address.pattern());
    // To a microsecond.
    let duration_ms = (took.as_secs_f64() * 1e6).round() / 1e3;
    let is_quiet = asked.address.route().is_quiet;
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

/// Nothing unless the operator wants to know.
fn client(headers: &HeaderMap, request: &HttpRequest, state: &State) -> Option<String> {
    let peer = request.peer_addr().filter(|_| state.options.log.client_addresses)?;
    Some(state.clients.client(peer.ip().to_canonical(), headers).to_string())
}
