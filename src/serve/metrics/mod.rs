//! Counts what the service does, and writes it for Prometheus.
//!
//! Each worker counts its requests; everything else is read from where it is when `/metrics` is requested.

pub mod families;
pub mod push;
pub mod requests;
pub mod subject;
pub mod work;
pub mod worker_counters;
pub mod workers;
