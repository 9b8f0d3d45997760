//! Counters of what the service does, and how they are written for Prometheus.
//!
//! Each worker counts for itself in plain numbers; all else is looked up when `/metrics` is requested.

pub mod families;
pub mod push;
pub mod requests;
pub mod subject;
pub mod work;
pub mod worker_counters;
pub mod workers;
