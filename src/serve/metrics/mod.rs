//! What is told to those who watch the service from outside, at `/metrics`?
//!
//! Counts are kept where things happen, as plain numbers; all else is looked up when somebody asks.
//! A part of the service that has numbers adds a function to [`families`].

mod counts;
mod families;
mod push;
mod request;
mod subject;
mod work;

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::filter;

use crate::serve::problem::details::Problem;
use crate::serve::request::feed_request;
use crate::serve::state::State;
use families::Families;

pub(super) use counts::{Counts, Open};

/// The text exposition format of Prometheus.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The counts of every worker.
#[derive(Debug, Default)]
pub struct Metrics {
    workers: Mutex<Vec<Arc<Counts>>>,
}

impl Metrics {
    /// The counts of one more worker.
    pub(super) fn worker(&self) -> Arc<Counts> {
        let counts = Arc::<Counts>::default();
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(counts.clone());
        counts
    }

    /// A worker that has stopped keeps what it has counted.
    fn workers(&self) -> Vec<Arc<Counts>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `/metrics`
pub(super) async fn show(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    if let Err(problem) = feed_request::nothing(&request, &state) {
        return problem.respond(&request);
    }
    match families(&state).await.text() {
        Ok(text) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type(CONTENT_TYPE)
            .body(text),
        Err(error) => Problem::failed(format!("the numbers could not be written: {error}")).respond(&request),
    }
}

async fn families(state: &State) -> Families {
    let mut families = Families::default();
    let version = vec![("version", env!("CARGO_PKG_VERSION"))];
    families.gauge("crosslist_build_info", "Which crosslist this is; always 1.", [(version, 1.0)]);
    request::add(&mut families, &state.metrics.workers());
    work::documents(&mut families, &state.documents.numbers().await, &state.metrics.workers());
    work::renders(&mut families, &state.renders.numbers(), filter::cached_programs());
    subject::add(&mut families, state);
    work::upstream(&mut families, &state.collector.observed(), state.clock.now());
    work::store(&mut families, &state.collector);
    work::settings(&mut families, &state.loaded);
    if let Some(report) = &state.outward.report {
        push::add(&mut families, &report());
    }
    #[cfg(target_os = "linux")]
    families.extend(prometheus::core::Collector::collect(
        &prometheus::process_collector::ProcessCollector::for_self(),
    ));
    families
}
