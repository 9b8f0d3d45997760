//! Fetches pages from arXiv: one request at a time, never faster than the pause, never outside one origin.
//!
//! No other stage sends requests to arXiv.

mod client;
mod counters;
mod failure;
mod foreign_text;
mod guard;
mod options;
mod page;
mod rate_limiter;
mod refusal_tracker;
mod replay;
mod response_head;
mod tagged_pages;
mod transport;
mod upstream;

pub use client::{Client, install_cryptography};
pub use counters::{Ending, Tally};
pub use failure::FetchError;
pub use guard::Guard;
pub use options::{Options, OptionsError};
pub use page::{ListingUrl, Page, SHOW_MAX};
pub use rate_limiter::{Outcome, Pace, Turn};
pub use replay::{OpenError, Replay};
pub use transport::{NoAnswer, Sending, Transport};
pub use upstream::Upstream;
