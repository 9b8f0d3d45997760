//! The handlers of feeds, from the request to the answer.

pub mod costly;
pub mod documents;
pub mod handlers;
pub mod html_view;
pub mod official;
pub mod render;
pub mod sources;
