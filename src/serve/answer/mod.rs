//! Turns a document into a response to one request.

pub mod freshness;
pub mod respond;
pub mod response_cache;
pub mod service_links;
pub mod terms;
