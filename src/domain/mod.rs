//! The ground that every stage stands on: arXiv's and the feeds' own notions, without I/O, clock or format.

pub mod announcement;
pub mod arxiv_id;
pub mod back_off;
pub mod clock;
pub mod event;
pub mod excerpt;
pub mod feed;
pub mod mailing;
pub mod outcome;
pub mod paper;
pub mod presentation;
pub mod preview;
pub mod prose;
pub mod push;
pub mod record;
pub mod retry_after;
pub mod taxonomy;
mod taxonomy_table;
pub mod verdict;
