//! The settings that answers depend on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::feeds::NamedOptions;
use crate::filter::Lists;

/// The longest request target that is read, in bytes; a longer one is answered with 414.
pub const TARGET_BYTES_MAX: usize = 8 * 1024;

/// What the settings say about serving.
#[derive(Clone, Debug)]
pub struct ServiceOptions {
    /// Where the service listens.
    pub address: SocketAddr,
    /// The public address; without it, that of the request's `Host`.
    pub base_url: Option<Url>,
    /// How long a reader waits for the first read of a subject.
    pub cold_wait: Duration,
    /// The programs that take a 226, each by the product that its `User-Agent` begins with (RFC 9110 §10.1.5).
    pub delta_agents: Vec<String>,
    /// Calendar days back from the newest announcement.
    pub feed_days: u32,
    /// The most days that a reader may choose.
    pub feed_days_max: u32,
    /// Items of a feed when the reader does not choose.
    pub feed_limit: usize,
    /// The feeds of the configuration; no two of one slug.
    pub named: Vec<Arc<NamedOptions>>,
    /// What `list:` means in a rule.
    pub lists: Lists,
    pub log: LogOptions,
}

/// What the settings say about the log of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// A line for each request.
    pub requests: bool,
    /// These lines, and those of slow and failed answers, name the client.
    pub client_addresses: bool,
}
