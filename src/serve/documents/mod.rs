//! Rendered documents, their cache, and the queue of the work that renders them.

pub mod cache;
pub mod description;
pub mod document;
pub mod live_bytes;
pub mod render_queue;
pub mod render_task;
