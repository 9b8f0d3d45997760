//! Metrics of rendering, of requests to arXiv, of the store and of the settings.

use std::sync::Arc;

use jiff::Timestamp;

use crate::collect::{Collector, Observed};
use crate::domain::mailing;
use crate::serve::documents::cache::CacheNumbers;
use crate::serve::documents::render_queue::QueueNumbers;
use crate::serve::metrics::families::{MetricFamilies, flag, float, seconds};
use crate::serve::metrics::worker_counters::WorkerCounters;
use crate::serve::reload_status::ReloadStatus;

pub(in crate::serve) fn documents(
    families: &mut MetricFamilies,
    documents: &CacheNumbers,
    workers: &[Arc<WorkerCounters>],
) {
    families.counter(
        "crosslist_documents_total",
        "DocumentCache that were answered with or made, by where they came from: `recent` were asked for in the same words \
         within the second, `memory` were found, `rendered` were written.",
        [
            (vec![("from", "recent")], workers.iter().map(|worker| worker.cached.get()).sum()),
            (vec![("from", "memory")], documents.found),
            (vec![("from", "rendered")], documents.renders.count()),
        ],
    );
    families.gauge(
        "crosslist_documents",
        "Documents that are held in memory.",
        [(vec![], float(documents.entries))],
    );
    families.gauge(
        "crosslist_documents_bytes",
        "Memory that is held for documents, every coding included.",
        [(vec![], float(documents.bytes))],
    );
    families.gauge(
        "crosslist_documents_live_bytes",
        "Bytes of documents that are held or on their way to readers, every coding included.",
        [(vec![], float(documents.live_bytes))],
    );
    families.gauge(
        "crosslist_documents_bytes_max",
        "The setting `cache.bytes_max`.",
        [(vec![], float(documents.bytes_max))],
    );
    families.durations(
        "crosslist_render_duration_seconds",
        "How long documents took to be written.",
        [(vec![], documents.renders)],
    );
    families.durations(
        "crosslist_compression_duration_seconds",
        "How long documents took to be compressed, by the coding.",
        [(vec![("coding", "gzip")], documents.gzip), (vec![("coding", "br")], documents.brotli)],
    );
}

/// Who renders and who waits for it, and the compiled expressions: how many, and their bytes.
pub(in crate::serve) fn renders(families: &mut MetricFamilies, queue: &QueueNumbers, programs: (u64, u64)) {
    let by_class = |numbers: [u64; 2]| {
        let classes = ["ordinary", "costly"].into_iter().zip(numbers);
        classes.map(|(class, number)| (vec![("class", class)], float(number)))
    };
    families.gauge(
        "crosslist_renders_running",
        "Documents that are being written or compressed, by what their requests may cost.",
        by_class(queue.running),
    );
    families.gauge("crosslist_renders_waiting", "Requests that wait for that.", by_class(queue.waiting));
    families.counter(
        "crosslist_renders_refused_total",
        "Requests that were answered with 503 because too many waited, or for too long.",
        [(vec![], queue.refused)],
    );
    families.gauge(
        "crosslist_regexes",
        "Regular expressions of addresses that are held compiled.",
        [(vec![], float(programs.0))],
    );
    families.gauge(
        "crosslist_regexes_bytes",
        "Memory that these take, at most 8 MiB.",
        [(vec![], float(programs.1))],
    );
}

pub(in crate::serve) fn upstream(families: &mut MetricFamilies, observed: &Observed, now: Timestamp) {
    families.counter(
        "crosslist_upstream_requests_total",
        "Requests to arXiv, by how they ended.",
        observed.requests.iter().map(|(outcome, count)| (vec![("outcome", *outcome)], *count)),
    );
    families.durations(
        "crosslist_upstream_request_duration_seconds",
        "How long requests to arXiv took, from asking to the last byte.",
        [(vec![], observed.request_durations)],
    );
    families.counter(
        "crosslist_upstream_page_bytes_total",
        "Bytes of pages that came from arXiv, decoded.",
        [(vec![], observed.page_bytes)],
    );
    families.gauge(
        "crosslist_upstream_not_before_timestamp_seconds",
        "From when on arXiv may be asked again; a moment that has passed where it may be asked now.",
        [(vec![], seconds(observed.may_ask))],
    );
    families.gauge(
        "crosslist_upstream_refused",
        "1 where arXiv turned us away, by 403, 406, 429, a captcha or the like, and pages do not come again yet.",
        [(vec![], flag(observed.is_refused))],
    );
    families.counter(
        "crosslist_pages_parsed_total",
        "Pages that were parsed, be they listings or not.",
        [(vec![], observed.pages)],
    );
    families.counter(
        "crosslist_reads_total",
        "Reads of listings, of the newest mailing or a past one, by verdict.",
        observed.reads.iter().map(|(verdict, count)| (vec![("verdict", verdict.as_str())], *count)),
    );
    families.gauge(
        "crosslist_mailing_due_timestamp_seconds",
        "The moment of the newest mailing that is due by the calendar, which knows weekends and no holidays.",
        [(vec![], seconds(mailing::moment(mailing::newest_due(now))))],
    );
    families.gauge(
        "crosslist_mailing_shown_timestamp_seconds",
        "The moment of the newest mailing that any page has shown.",
        observed.shown.map(|date| (vec![], seconds(mailing::moment(date)))),
    );
}

pub(in crate::serve) fn store(families: &mut MetricFamilies, collector: &Collector) {
    let (observed, replica) = (collector.observed(), collector.replica());
    let operations = observed.operations.iter().filter(|(_, spread, _)| spread.count() > 0);
    families.counter(
        "crosslist_store_operations_total",
        "What the store was asked for, by kind and result.",
        operations.clone().flat_map(|(operation, spread, failed)| {
            [("ok", spread.count().saturating_sub(*failed)), ("failed", *failed)]
                .map(|(result, count)| (vec![("operation", *operation), ("result", result)], count))
        }),
    );
    families.durations(
        "crosslist_store_operation_duration_seconds",
        "How long the store took, by kind.",
        operations.map(|(operation, spread, _)| (vec![("operation", *operation)], *spread)),
    );
    families.gauge(
        "crosslist_store_bytes",
        "What the file of the store and its log take on the disk.",
        observed.store_bytes.map(|bytes| (vec![], float(bytes))),
    );
    families.gauge(
        "crosslist_store_reachable",
        "1 where the store can be used, 0 where readers get what was read before.",
        [(vec![], flag(replica.store_error.is_none()))],
    );
    families.gauge(
        "crosslist_replica_leads",
        "1 for the replica that asks arXiv and writes; without others it is always this one.",
        [(vec![], flag(replica.leads))],
    );
}

pub(in crate::serve) fn settings(families: &mut MetricFamilies, loaded: &ReloadStatus) {
    families.gauge(
        "crosslist_settings_last_reload_successful",
        "1 where the settings that were read last are in force, 0 where they had mistakes and older ones are.",
        [(vec![], flag(loaded.refused.is_none()))],
    );
    families.gauge(
        "crosslist_settings_last_reload_success_timestamp_seconds",
        "When settings were last read without a mistake.",
        [(vec![], seconds(loaded.at))],
    );
    families.gauge(
        "crosslist_settings_awaiting_restart",
        "Settings that have changed and come into force at the next start.",
        [(vec![], float(loaded.needs_restart.len() as u64))],
    );
}
