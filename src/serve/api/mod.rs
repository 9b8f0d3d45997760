//! The handlers of everything for programs but feeds: status, OPML, the query API, the hub, the description (`OpenAPI`).

pub mod admin;
pub mod hub;
pub mod metrics;
pub mod openapi;
pub mod opml;
pub mod push_status;
pub mod query;
pub mod status;
pub mod timestamp;
pub mod topics;
