//! The parsed request: what is asked for, and every mistake in it.

pub mod feed_request;
pub mod form_state;
pub mod public_url;
pub mod query_parameters;
pub mod tracking;
pub mod values;
