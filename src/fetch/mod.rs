//! Fetches pages from arXiv: one request at a time, never faster than the pause, never outside one origin.
//!
//! No other stage sends requests to arXiv.

mod client;
mod connection;
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

pub use client::UpstreamClient;
pub use connection::install_cryptography;
pub use counters::{RequestCounters, RequestEnding};
pub use failure::FetchError;
pub use guard::RequestGuard;
pub use options::{UpstreamOptions, UpstreamOptionsError};
pub use page::{ListingUrl, Page, SHOW_MAX};
pub use rate_limiter::{Permit, RateLimiter, RequestOutcome};
pub use replay::{Replay, ReplayError};
pub use transport::{NoResponse, PendingResponse, Transport};
pub use upstream::Upstream;
