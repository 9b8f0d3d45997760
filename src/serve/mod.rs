//! What is answered to whom over HTTP?

mod account;
mod addresses;
mod admin;
mod admission;
mod assets;
mod builder;
mod choices;
mod clients;
mod coding;
mod conditional;
mod connection;
mod costly;
mod current;
mod delta;
mod document;
mod documents;
mod doors;
mod error;
mod explain;
mod export;
mod feeds;
mod forwarded;
mod freshness;
mod gate;
mod head;
mod hints;
mod hub;
mod kinds;
mod later;
mod live_bytes;
mod loaded;
mod metrics;
mod mistake;
mod negotiate;
mod official;
mod openapi;
mod opml;
mod outbox;
mod params;
mod popular;
mod problem_size;
mod public_url;
mod pushed;
mod query_api;
mod reading;
mod recent;
mod render_queue;
mod request_id;
mod respond;
mod routes;
mod server;
mod status;
mod told;
mod topics;
mod wire;
mod writing;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::collect::Collector;
use crate::domain::clock::Clock;
use crate::feeds::{NamedOptions, Shelf};
use crate::filter::Lists;

pub use account::LogOptions;
pub use clients::Clients;
pub use current::Current;
pub use documents::Documents;
pub use doors::{Doors, Keys};
pub use export::{Exported, File, export};
pub use loaded::{Cause, Loaded, Refused};
pub use metrics::Metrics;
pub use openapi::Description;
pub use popular::keep_ready;
pub use render_queue::RenderQueue;
pub use server::{ServerOptions, listen};
pub use topics::{FeedTopics, Outward};

use gate::Gate;
use routes::configure;

/// The longest request target that is read, in bytes; a longer one is answered with 414.
pub const TARGET_BYTES_MAX: usize = 8 * 1024;

/// What a request is answered from; the settings in it never change, for others come in a state of their own.
#[derive(Clone)]
pub struct State {
    pub shelf: Arc<Shelf>,
    pub collector: Collector,
    pub documents: Documents,
    pub renders: Arc<RenderQueue>,
    pub clock: Arc<dyn Clock>,
    pub clients: Arc<Clients>,
    pub doors: Arc<Doors>,
    pub metrics: Arc<Metrics>,
    pub outward: Outward,
    pub options: Arc<Options>,
    /// Which settings these are: changes whenever any of them does.
    pub generation: u64,
    pub loaded: Arc<Loaded>,
    pub description: Description,
}

/// What the settings say about serving.
#[derive(Clone, Debug)]
pub struct Options {
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

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("options", &self.options).finish_non_exhaustive()
    }
}
