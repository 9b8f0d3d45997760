//! The future of a response: it records how the response ends, with an answer, a panic, or a client that disconnected.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::error::InternalError;

use crate::serve::gate::access_log::{PendingRequest, RequestRecorder};
use crate::serve::gate::finish::finished;
use crate::serve::http::request_id::RequestId;
use crate::serve::problem::details::Problem;
use crate::serve::problem::panic::panic_message;
use crate::serve::state::State;

type Answered = Result<ServiceResponse<BoxBody>, Error>;

/// The future of a response, which records how it ends.
pub struct ResponseFuture {
    pending: PendingRequest,
    id: RequestId,
    answer: Pin<Box<dyn Future<Output = Answered>>>,
    recorder: Rc<RequestRecorder>,
    state: Arc<State>,
    /// The path of the service.
    below: String,
    is_answered: bool,
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").field("pending", &self.pending).finish_non_exhaustive()
    }
}

impl ResponseFuture {
    pub(in crate::serve) fn new(
        pending: PendingRequest,
        id: RequestId,
        answer: Pin<Box<dyn Future<Output = Answered>>>,
        recorder: Rc<RequestRecorder>,
        state: Arc<State>,
        below: String,
    ) -> Self {
        recorder.counters().begin();
        Self { pending, id, answer, recorder, state, below, is_answered: false }
    }

    /// A panic becomes a problem with the id of the request; without this the connection would be cut.
    fn panicked(&self, panic: &(dyn Any + Send)) -> Error {
        tracing::error!(
            request.id = %self.id,
            request.method = self.pending.method.as_str(),
            request.route = self.pending.address.pattern(),
            panic = panic_message(panic),
            "the answer to a request stopped"
        );
        let problem = Problem::failed("the answer could not be made; the service's log says why".to_owned());
        let response = problem.respond_unasked(&self.below, &self.id);
        self.recorder.record_failure(&self.pending, response.status());
        InternalError::from_response("the answer stopped", response).into()
    }
}

impl Future for ResponseFuture {
    type Output = Answered;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answered> {
        let this = self.get_mut();
        let polled = catch_unwind(AssertUnwindSafe(|| this.answer.as_mut().poll(context)));
        let answered = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Ok(response))) => {
                this.recorder.record(&this.pending, &response, &this.state);
                Ok(finished(response))
            }
            Ok(Poll::Ready(Err(error))) => {
                this.recorder.record_failure(&this.pending, error.as_response_error().status_code());
                Err(error)
            }
            Err(panic) => Err(this.panicked(&*panic)),
        };
        this.is_answered = true;
        Poll::Ready(answered)
    }
}

impl Drop for ResponseFuture {
    fn drop(&mut self) {
        self.recorder.counters().end(self.is_answered);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_http::Request;
    use actix_web::dev::Service;
    use actix_web::http::StatusCode;
    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::{App, web};
    use jiff::Timestamp;

    use super::*;
    use crate::collect::{self, Collector};
    use crate::domain::clock::Clock;
    use crate::feeds::WorkingSet;
    use crate::fetch::{Replay, Upstream};
    use crate::serve::access::clients::Clients;
    use crate::serve::current_state::CurrentState;
    use crate::serve::documents::cache::DocumentCache;
    use crate::serve::gate::service::Gate;
    use crate::serve::metrics::worker_counters::WorkerCounters;
    use crate::serve::options::ServiceOptions;
    use crate::serve::reload_status::ReloadStatus;
    use crate::store::{Contents, Store};

    struct FixedClock;

    impl Clock for FixedClock {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    fn state() -> State {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock);
        let replay = Replay::open(concat!(env!("CARGO_MANIFEST_DIR"), "/demo"), 1 << 20).expect("the demo");
        let options = collect::CollectorOptions {
            watch: Vec::new(),
            on_demand: false,
            on_demand_max: 0,
            fill_days: 0,
            retention_days: 0,
        };
        let store = Store::in_memory().expect("a store in memory");
        let (upstream, contents) = (Upstream::Replay(replay), Contents::default());
        State {
            working_set: Arc::new(WorkingSet::keeping(30)),
            collector: Collector::start(upstream, store, &contents, clock.clone(), options, Box::new(|_| ())),
            documents: DocumentCache::new(0),
            renders: Arc::new(crate::serve::documents::render_queue::RenderQueue::new(2)),
            clock,
            clients: Arc::new(Clients::new(Vec::new(), 0)),
            access: Arc::default(),
            generation: 0,
            reload_status: Arc::new(ReloadStatus::at_start(Timestamp::UNIX_EPOCH)),
            push: crate::serve::push_settings::PushSettings::default(),
            description: crate::serve::documents::description::Description::default(),
            metrics: Arc::default(),
            options: Arc::new(ServiceOptions {
                address: ([127, 0, 0, 1], 0).into(),
                base_url: None,
                cold_wait: Duration::from_secs(1),
                delta_agents: Vec::new(),
                feed_days: 14,
                feed_days_max: 30,
                feed_limit: 500,
                named: Vec::new(),
                lists: crate::filter::Lists::default(),
                log: crate::serve::options::LogOptions::default(),
            }),
        }
    }

    /// A request without a body, which a request of the tests has unless it is taken away.
    fn asked(path: &str) -> Request {
        let mut request = TestRequest::get().uri(path).insert_header(("host", "a")).to_request();
        drop(request.take_payload());
        request
    }

    async fn stops() -> &'static str {
        panic!("on purpose")
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_a_failure_with_an_id_and_the_next_request_is_answered() {
        let counters = Arc::<WorkerCounters>::default();
        let app = App::new()
            .wrap(Gate::new(CurrentState::new(state()), counters.clone()))
            .route("/stops", web::get().to(stops))
            .route("/works", web::get().to(async || "works"));
        let app = init_service(app).await;
        let error = try_call_service(&app, asked("/stops")).await.expect_err("a failure");
        let response = error.error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.headers().contains_key("x-request-id"));
        let kind = response.headers().get("content-type").expect("a type");
        assert_eq!(kind, "application/problem+json");
        let answer = try_call_service(&app, asked("/works")).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!((counters.begun.get(), counters.ended.get(), counters.abandoned.get()), (2, 2, 0));
    }

    #[tokio::test]
    async fn a_client_that_disconnects_before_its_answer_is_counted() {
        let counters = Arc::<WorkerCounters>::default();
        let app = App::new()
            .wrap(Gate::new(CurrentState::new(state()), counters.clone()))
            .route("/waits", web::get().to(std::future::pending::<&'static str>));
        let app = init_service(app).await;
        let mut answer = Box::pin(app.call(asked("/waits")));
        let is_pending =
            std::future::poll_fn(|context| Poll::Ready(answer.as_mut().poll(context).is_pending())).await;
        assert!(is_pending);
        assert_eq!((counters.begun.get(), counters.ended.get()), (1, 0));
        drop(answer);
        assert_eq!((counters.begun.get(), counters.ended.get(), counters.abandoned.get()), (1, 1, 1));
    }
}
