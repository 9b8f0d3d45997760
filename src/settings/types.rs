//! The sections of the settings.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::access::{KeyFile, Secrets};
use super::named::NamedSettings;
use crate::domain::presentation::Choice;
use crate::domain::push::HubChoice;
use crate::domain::taxonomy::SubjectId;
use crate::fetch;
use crate::store;

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
    /// The feeds and lists of `feeds.toml`.
    pub named: NamedSettings,
}

/// `[server]`: how requests are answered.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    pub listen: SocketAddr,
    /// None for one per core.
    pub workers: Option<NonZeroUsize>,
    /// The public address; none to take it from each request.
    pub base_url: Option<Url>,
    /// How long the first request for a subject waits for it to be read.
    pub cold_wait: Duration,
    /// The proxies whose forwarding fields are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The products of a `User-Agent` that are answered with 226 (RFC 3229).
    pub delta_agents: Vec<String>,
    pub connections_max: usize,
}

/// `[subjects]`: what is read from arXiv.
#[derive(Clone, Debug)]
pub struct SubjectSettings {
    /// Canonical, each once, in the given order.
    pub watch: Vec<SubjectId>,
    /// Other subjects are read when they are requested.
    pub on_demand: bool,
    pub on_demand_max: usize,
    /// How many days back a new subject is read.
    pub fill_days: u32,
}

/// `[store]`: where announcements are stored, and for how long.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    pub options: store::Options,
    /// 0 for ever.
    pub retention_days: u32,
    /// The days in memory, from which requests are answered.
    pub window_days: u32,
}

/// `[feeds]`: what a feed contains unless its address says otherwise.
#[derive(Clone, Debug)]
pub struct FeedSettings {
    pub days: u32,
    pub limit: usize,
}

/// `[cache]`: the memory for finished documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// 0 for no cache.
    pub bytes_max: u64,
}

/// `[access]`: the keys of readers and operators. Without a key of readers, everyone may read.
#[derive(Clone, Debug)]
pub struct AccessSettings {
    pub keys: Secrets,
    pub keys_file: KeyFile,
    pub admin_keys: Secrets,
    pub admin_keys_file: KeyFile,
}

/// `[limits]`: what one client may request.
#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// 0 for no limit.
    pub requests_per_minute: u32,
}

/// `[push]`: the notification of subscribers and webhooks.
#[derive(Clone, Debug)]
pub struct PushSettings {
    pub hub: HubChoice,
    /// Networks that may be called although they are not public.
    pub allow_networks: Vec<IpNet>,
    pub subscriptions_max: usize,
    pub subscriptions_per_host_max: usize,
}

/// `[log]`: what is logged, and in which format.
#[derive(Clone, Debug)]
pub struct LogSettings {
    pub format: LogFormat,
    /// A level, or a filter that `tracing_subscriber` parses without an error.
    pub level: String,
    /// Each request is logged.
    pub requests: bool,
    /// Log lines about requests contain the address of the client.
    pub client_addresses: bool,
}

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// `Human` on a terminal, else `Json`.
    Auto,
    Human,
    Json,
}

impl Choice for LogFormat {
    const ALL: &'static [Self] = &[Self::Auto, Self::Human, Self::Json];

    fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Human => "human",
            Self::Json => "json",
        }
    }
}

impl AccessSettings {
    /// The keys of readers: those of the settings and those of the file.
    pub fn reader_keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().chain(self.keys_file.keys.iter())
    }

    /// The keys of operators: those of the settings and those of the file.
    pub fn operator_keys(&self) -> impl Iterator<Item = &str> {
        self.admin_keys.iter().chain(self.admin_keys_file.keys.iter())
    }
}
