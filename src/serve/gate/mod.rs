//! The middleware around every request: admission, limits, the access log.

pub mod access_log;
pub mod admission;
pub mod finish;
pub mod response_future;
pub mod service;
