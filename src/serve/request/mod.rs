//! The parsed request: what is requested, and every mistake in it.

pub mod api_request;
pub mod base_url;
pub mod feed_request;
pub mod form_state;
pub mod official;
pub mod page_view;
pub mod parameter_value;
pub mod query_parameters;
pub mod tracking;
