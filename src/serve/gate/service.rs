//! The middleware around every handler: it admits or refuses a request, answers a repeated one from the cache, and records
//! and completes every response.

use std::cell::RefCell;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{ConnectionType, Method};

use crate::serve::addresses::{Access, Address};
use crate::serve::answer::respond::CacheableResponse;
use crate::serve::answer::response_cache::ResponseCache;
use crate::serve::current_state::CurrentState;
use crate::serve::current_state::StateView;
use crate::serve::gate::access_log::{PendingRequest, RequestRecorder};
use crate::serve::gate::admission;
use crate::serve::gate::finish::finished;
use crate::serve::gate::response_future::ResponseFuture;
use crate::serve::http::public_url;
use crate::serve::metrics::worker_counters::WorkerCounters;
use crate::serve::problem::details::Problem;
use crate::serve::request::base_url;
use crate::serve::wire::request_head::RefusedRequest;

/// Makes the middleware of one worker.
#[derive(Clone, Debug)]
pub struct Gate {
    current: CurrentState,
    counters: Arc<WorkerCounters>,
}

impl Gate {
    /// Only this worker writes these counters.
    pub(in crate::serve) fn new(current: CurrentState, counters: Arc<WorkerCounters>) -> Self {
        Self { current, counters }
    }
}

impl<S> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = GatedService<S>;
    type InitError = ();
    type Future = Ready<Result<GatedService<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let cache = Rc::new(RefCell::new(ResponseCache::default()));
        let recorder = Rc::new(RequestRecorder::new(self.counters.clone()));
        ready(Ok(GatedService {
            routes: Rc::new(service),
            view: StateView::of(&self.current),
            cache,
            recorder,
        }))
    }
}

/// The handlers of one worker behind the middleware.
pub struct GatedService<S> {
    routes: Rc<S>,
    view: StateView,
    cache: Rc<RefCell<ResponseCache>>,
    recorder: Rc<RequestRecorder>,
}

impl<S> std::fmt::Debug for GatedService<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gated").finish_non_exhaustive()
    }
}

/// A response that is ready, or one that a handler makes.
pub enum GateFuture {
    Ready(Option<ServiceResponse<BoxBody>>),
    Pending(ResponseFuture),
}

impl std::fmt::Debug for GateFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Ready(_)) { "Ready" } else { "Pending" })
    }
}

impl Future for GateFuture {
    type Output = Result<ServiceResponse<BoxBody>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            // A future is not polled after it was ready.
            Self::Ready(answer) => answer.take().map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer))),
            Self::Pending(answer) => Pin::new(answer).poll(context),
        }
    }
}

impl<S> Service<ServiceRequest> for GatedService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = GateFuture;

    actix_web::dev::forward_ready!(routes);

    fn call(&self, mut request: ServiceRequest) -> GateFuture {
        let is_plain = *request.method() == Method::GET && matches!(request.parts_mut().1, Payload::None);
        // First, because the target may lie below a path.
        self.view.look(|state| base_url::settle(&mut request, &state.options, &state.clients));
        let from_proxy = public_url::from_proxy(&request);
        let address = Address::of(request.match_info().as_str());
        let refusal = request.conn_data::<Rc<RefusedRequest>>().and_then(|refused| refused.take());
        let seen = self.view.look(|state| {
            let started = self.recorder.is_sampled(state).then(Instant::now);
            admission::admit(&request, address, refusal, state)?;
            let answer = is_plain
                .then(|| {
                    self.cache.borrow().answer(
                        request.head(),
                        from_proxy.as_deref(),
                        state.versions(),
                        state.clock.now().as_second(),
                    )
                })
                .flatten();
            // A cached response needs the state only for the log.
            let state = (answer.is_none() || state.options.log.requests).then(|| state.clone());
            Ok((answer, state, started))
        });
        let state = match seen {
            Ok((Some((response, address)), log, started)) => {
                let response = request.into_response(response);
                self.recorder.record_cached(started, address, &response, log.as_deref());
                return GateFuture::Ready(Some(response));
            }
            Ok((None, state, _)) => state.unwrap_or_else(|| self.view.look(Arc::clone)),
            Err(problem) => return self.refuse(request, address, &problem, Instant::now()),
        };
        // Everything before takes about a microsecond.
        let started = Instant::now();
        if let Err(problem) = admission::check(&request, address, &state) {
            return self.refuse(request, address, &problem, started);
        }
        request.add_data_container(self.view.carried(&state));
        let key = ResponseCache::key(request.head(), from_proxy.as_deref());
        let pending = PendingRequest::new(&request, address, started);
        let access = &state.access;
        if access.has_keys()
            && let Some(uri) = access.without_key(request.uri(), address.route().access)
        {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
        let id = self.recorder.assign_id(request.request(), &state);
        let below = public_url::path_of(request.request());
        let (routes, cache) = (self.routes.clone(), self.cache.clone());
        let is_private = access.reading_needs_key() && address.route().access != Access::Everyone;
        let answer = Box::pin(async move {
            let mut response = routes.call(request).await?;
            if is_private {
                make_private(response.headers_mut());
            }
            let cacheable = response.response_mut().extensions_mut().remove::<CacheableResponse>();
            if let (Some(cacheable), Some(key)) = (cacheable, key) {
                cache.borrow_mut().insert(key, cacheable, address);
            }
            Ok(response)
        });
        GateFuture::Pending(ResponseFuture::new(pending, id, answer, self.recorder.clone(), state, below))
    }
}

impl<S> GatedService<S> {
    fn refuse(
        &self,
        request: ServiceRequest,
        address: Address,
        problem: &Problem,
        started: Instant,
    ) -> GateFuture {
        let state = self.view.look(Arc::clone);
        self.recorder.assign_id(request.request(), &state);
        let pending = PendingRequest::new(&request, address, started);
        let mut response = problem.respond(request.request());
        // The body is not read, so that no next request can be found behind it.
        if admission::has_body(request.headers()) {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        let response = request.into_response(response);
        self.recorder.counters().refused(problem.kind);
        self.recorder.record(&pending, &response, &state);
        GateFuture::Ready(Some(finished(response)))
    }
}

/// Keeps a response that needed a key out of shared caches.
fn make_private(fields: &mut HeaderMap) {
    let control =
        fields.get(header::CACHE_CONTROL).and_then(|control| control.to_str().ok()).unwrap_or_default();
    if control.contains("private") || control.contains("no-store") {
        return;
    }
    let comma = if control.is_empty() { "" } else { ", " };
    if let Ok(control) = HeaderValue::try_from(format!("private{comma}{control}")) {
        fields.insert(header::CACHE_CONTROL, control);
    }
}
