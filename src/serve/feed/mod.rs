//! The handlers of feeds, from the request to the answer.

pub mod costly;
pub mod handlers;
pub mod html_view;
pub mod official;
