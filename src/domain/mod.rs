//! The types that all stages share: papers, subjects, announcements, events, feeds and verdicts.
//!
//! No I/O, no clock and no output format; every other stage may use this one, and it uses none.

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
