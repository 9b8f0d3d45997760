//! Feeds from the request to the document: handlers, sources, rendering.

pub mod costly;
pub mod documents;
pub mod handlers;
pub mod html_view;
pub mod official;
pub mod render;
pub mod sources;
