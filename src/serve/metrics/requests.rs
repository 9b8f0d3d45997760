//! Metrics of HTTP requests and connections.

use std::sync::Arc;

use crate::counters::{Counter, HistogramSnapshot};
use crate::serve::addresses::ADDRESSES;
use crate::serve::metrics::families::{MetricFamilies, float};
use crate::serve::metrics::worker_counters::{METHODS, REFUSALS, STATUSES, WorkerCounters};

pub(in crate::serve) fn add(families: &mut MetricFamilies, workers: &[Arc<WorkerCounters>]) {
    let sum =
        |count: &dyn Fn(&WorkerCounters) -> u64| workers.iter().map(|worker| count(worker)).sum::<u64>();
    let total = |count: fn(&WorkerCounters) -> &Counter| sum(&|worker| count(worker).get());
    let statuses: Vec<String> =
        STATUSES.iter().map(ToString::to_string).chain(["other".to_owned()]).collect();
    let mut answers = Vec::new();
    for (place, row) in ADDRESSES.iter().enumerate() {
        for (method, name) in METHODS.iter().enumerate() {
            for (status, code) in statuses.iter().enumerate() {
                let count = sum(&|worker| worker.answers[place][method][status].get());
                if count > 0 {
                    answers.push((
                        vec![("route", row.pattern), ("method", *name), ("status", code.as_str())],
                        count,
                    ));
                }
            }
        }
    }
    families.counter(
        "crosslist_http_requests_total",
        "Requests that were answered, by the pattern of their address, their method and the status.",
        answers,
    );
    let spread = |place: usize| {
        let spreads = workers.iter().map(|worker| worker.durations[place].read());
        spreads.fold(HistogramSnapshot::default(), |all, worker| all.and(&worker))
    };
    let durations =
        ADDRESSES.iter().enumerate().map(|(place, row)| (vec![("route", row.pattern)], spread(place)));
    families.durations(
        "crosslist_http_request_duration_seconds",
        "From a request's head to that of its answer, by the pattern of the address.",
        durations.filter(|(_, spread)| spread.count() > 0),
    );
    let bytes = ADDRESSES
        .iter()
        .enumerate()
        .map(|(place, row)| (vec![("route", row.pattern)], sum(&|worker| worker.bytes[place].get())));
    families.counter(
        "crosslist_http_response_bytes_total",
        "Bytes of bodies that were handed to connections, as coded, by the pattern of the address.",
        bytes.filter(|(_, bytes)| *bytes > 0),
    );
    families.counter(
        "crosslist_http_requests_refused_total",
        "Requests that were let no further than the gate, by the reason.",
        REFUSALS.iter().enumerate().map(|(place, (_, reason))| {
            (vec![("reason", *reason)], sum(&|worker| worker.refused[place].get()))
        }),
    );
    families.counter(
        "crosslist_http_requests_abandoned_total",
        "Requests whose askers went away before they were answered.",
        [(vec![], total(|worker| &worker.abandoned))],
    );
    // What has ended is read first, so that it never seems more than what has begun.
    let (ended, closed) = (total(|worker| &worker.ended), total(|worker| &worker.closed));
    families.gauge(
        "crosslist_http_requests_in_flight",
        "Requests that wait for their answers, this one included.",
        [(vec![], float(total(|worker| &worker.begun).saturating_sub(ended)))],
    );
    families.gauge(
        "crosslist_http_connections",
        "Connections that are open.",
        [(vec![], float(total(|worker| &worker.opened).saturating_sub(closed)))],
    );
    families.counter(
        "crosslist_http_connections_total",
        "Connections that were opened.",
        [(vec![], total(|worker| &worker.opened))],
    );
}
