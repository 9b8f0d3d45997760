//! What was the service told to do? Layers of settings become one set that is valid, or every mistake at once.
//!
//! Lowest first: the shipped file, which states every default; the operator's file; `CROSSLIST_SECTION__KEY`
//! variables; flags. Nobody below the roof sees a setting: each stage is handed its own options.

mod access;
mod check;
mod difference;
mod layer;
mod literal;
mod mistake;
mod named;
mod near;
mod push;
mod reader;
mod secret;
mod sections;
mod sources;
mod value;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use crate::domain::taxonomy::SubjectId;
use crate::fetch;
use crate::serve;
use crate::store;

pub use self::access::{AccessSettings, Secrets};
pub use self::difference::Difference;
pub use self::mistake::{Mistake, Mistakes, Origin, Place};
pub use self::named::NamedSettings;
pub use self::push::PushSettings;
pub use self::sources::{DEFAULT_FILE, Override, SHIPPED, Sources, files};

use self::reader::Reader;

/// The most days that memory may be told to hold.
const WINDOW_DAYS_MAX: u32 = 365;

/// Every setting, valid.
#[derive(Clone, Debug)]
pub struct Settings {
    pub server: ServerSettings,
    pub upstream: fetch::UpstreamOptions,
    pub subjects: SubjectSettings,
    pub store: StoreSettings,
    pub feeds: FeedSettings,
    pub cache: CacheSettings,
    pub access: AccessSettings,
    pub limits: LimitSettings,
    pub push: PushSettings,
    pub log: LogSettings,
    pub named: NamedSettings,
}

/// `[server]`: how readers are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    pub listen: SocketAddr,
    /// At most 256; none for one per core.
    pub workers: Option<NonZeroUsize>,
    /// The public http or https address, without query and fragment; none to take it from each request.
    pub base_url: Option<Url>,
    /// How long the first request for a subject waits, 1 to 300 s.
    pub cold_wait: Duration,
    /// Whose word is taken for where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    /// The products of a `User-Agent` that are answered with 226 (RFC 3229).
    pub delta_agents: Vec<String>,
    /// 1 to 1,000,000.
    pub connections_max: usize,
}

/// `[limits]`: what one client may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// 0 for as many as it likes.
    pub requests_per_minute: u32,
}

/// `[subjects]`: what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectSettings {
    /// Canonical, each once, in the order given.
    pub watch: Vec<SubjectId>,
    pub on_demand: bool,
    /// At most 1,000.
    pub on_demand_max: usize,
    /// At most 90.
    pub fill_days: u32,
}

/// `[store]`: what was announced, and how long it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    pub options: store::Options,
    /// 30 to 36,500; 0 for ever.
    pub retention_days: u32,
    /// 1 to 365: what is held in memory to answer from.
    pub window_days: u32,
}

/// `[feeds]`: what a feed holds unless its address says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSettings {
    /// 1 to `store.window_days`.
    pub days: u32,
    /// 1 to 2,000 items.
    pub limit: usize,
}

/// `[cache]`: the memory for finished documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// At most 16 GiB; 0 keeps none.
    pub bytes_max: u64,
}

/// `[log]`: what is logged, and how it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    pub format: LogFormat,
    /// A level or a filter that `tracing_subscriber` has read without complaint.
    pub level: String,
    /// What is logged of requests.
    pub serving: serve::LogOptions,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// `Human` on a terminal, else `Json`.
    Auto,
    Human,
    Json,
}

/// Reads every layer and decides each setting.
///
/// # Errors
/// Everything that is wrong in any layer, at once.
pub fn load(sources: &Sources) -> Result<Settings, Mistakes> {
    let (layers, mut mistakes) = sources.layers();
    let mut reader = Reader::new(&layers);
    let settings = sections::read(&mut reader);
    mistakes.extend(reader.finish());
    let days_max = settings.as_ref().map_or(WINDOW_DAYS_MAX, |settings| settings.store.window_days);
    let (named, faults) = sources.named(days_max);
    mistakes.extend(faults);
    match settings {
        Some(settings) if mistakes.is_empty() => Ok(Settings { named, ..settings }),
        _ => Err(Mistakes::new(mistakes)),
    }
}
