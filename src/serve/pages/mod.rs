//! The handlers of pages for people, and of the files that pages load.

pub mod assets;
pub mod explain;
pub mod start;
