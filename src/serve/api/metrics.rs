//! Answers `/metrics` in the text exposition format of Prometheus.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::filter;

use crate::serve::metrics::families::MetricFamilies;
use crate::serve::metrics::{push, requests, subject, work};
use crate::serve::problem::details::Problem;
use crate::serve::request::feed_request;
use crate::serve::state::State;

/// The text exposition format of Prometheus.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `/metrics`
pub(in crate::serve) async fn metrics(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    if let Err(problem) = feed_request::no_parameters(&request, &state.options) {
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

async fn families(state: &State) -> MetricFamilies {
    let mut families = MetricFamilies::default();
    let version = vec![("version", env!("CARGO_PKG_VERSION"))];
    families.gauge("crosslist_build_info", "Which crosslist this is; always 1.", [(version, 1.0)]);
    requests::add(&mut families, &state.metrics.workers());
    work::documents(&mut families, &state.documents.numbers().await, &state.metrics.workers());
    work::renders(&mut families, &state.renders.numbers(), filter::cached_programs());
    subject::add(&mut families, &state.collector, &state.working_set);
    work::upstream(&mut families, &state.collector.observed(), state.clock.now());
    work::store(&mut families, &state.collector);
    work::settings(&mut families, &state.reload_status);
    if let Some(report) = &state.push.report {
        push::add(&mut families, &report());
    }
    #[cfg(target_os = "linux")]
    families.extend(prometheus::core::Collector::collect(
        &prometheus::process_collector::ProcessCollector::for_self(),
    ));
    families
}
