//! HTTP's own rules as pure functions: negotiation, content codings, conditional requests, delta encoding, request ids.

pub mod coding;
pub mod conditional;
pub mod delta;
pub mod etag;
pub mod fields;
pub mod negotiate;
pub mod public_url;
pub mod request_id;
