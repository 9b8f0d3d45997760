//! How is everything built, and run until it is told to stop?

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use crate::collect::{self, Collector};
use crate::domain::clock::Clock;
use crate::domain::verdict::Verdict;
use crate::feeds::{NamedOptions, Shelf};
use crate::fetch::{self, Client, Replay, Upstream};
use crate::serve::{self, Clients, Documents, Doors, Keys, ServerOptions, State};
use crate::settings::Settings;
use crate::store::{self, AnyStore, Store};

/// How long readers that are being answered may take when the service stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may take to send its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection stays open without a request.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a reader may take nothing of an answer that waits for it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Files that are open beside connections: the store, the log, those of the runtime.
const FILES_OF_OUR_OWN: u64 = 128;

/// How far this machine's clock may be from the database's without a word.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(1);

/// The system's clock, or one that was started at another time and runs on.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    offset: SignedDuration,
}

impl SystemClock {
    /// A clock that shows `start` now; the system's own time without it.
    #[must_use]
    pub fn starting_at(start: Option<Timestamp>) -> Self {
        let offset = start.map_or(SignedDuration::ZERO, |start| start.duration_since(Timestamp::now()));
        Self { offset }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(self.offset).unwrap_or(Timestamp::MAX)
    }
}

/// arXiv or a folder in its place, and the clock that goes with it.
///
/// # Errors
/// The folder cannot be read or holds no page, or the client cannot be built.
pub fn upstream(
    options: &fetch::Options,
    replay: Option<&Path>,
    now: Option<Timestamp>,
) -> anyhow::Result<(Upstream, SystemClock)> {
    let Some(folder) = replay else {
        return Ok((Upstream::Live(Box::new(Client::new(options)?)), SystemClock::starting_at(now)));
    };
    let replay = Replay::open(folder, options.page_bytes_max)?;
    let start = now.unwrap_or_else(|| replay.start_time());
    Ok((Upstream::Replay(replay), SystemClock::starting_at(Some(start))))
}

/// The running service.
pub struct Service {
    server: Server,
    address: SocketAddr,
    store: AnyStore,
    popular: JoinHandle<()>,
}

/// Where announcements are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// For as long as the process runs.
    InMemory,
    /// In a SQLite file.
    InFile(PathBuf),
    /// In a PostgreSQL database, which several replicas may share.
    InPostgres(store::Address),
}

impl From<store::Options> for Keep {
    fn from(options: store::Options) -> Self {
        match options {
            store::Options::Sqlite(path) => Self::InFile(path),
            store::Options::Postgres(address) => Self::InPostgres(address),
        }
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Service {
    /// Builds every stage and begins to listen; requests are answered once it [runs](Self::run).
    ///
    /// # Errors
    /// The store cannot be opened, or the address cannot be listened on.
    pub async fn start(
        settings: &Settings,
        upstream: Upstream,
        keep: Keep,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let listen = settings.server.listen;
        // Bound here rather than by the server, for an error that names the address once.
        let listener = TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
        prepare(&listener, settings.server.connections_max);
        let address = listener.local_addr().context("cannot tell the address that was listened on")?;
        let described = upstream.describe();
        let options = match keep {
            Keep::InMemory => None,
            Keep::InFile(path) => Some(store::Options::Sqlite(path)),
            Keep::InPostgres(address) => Some(store::Options::Postgres(address)),
        };
        let store = match &options {
            None => AnyStore::Memory(Arc::default()),
            Some(options) => AnyStore::open(options, &upstream.identity()).await?,
        };
        if let AnyStore::Postgres(store) = &store {
            compare_clocks(store.now().await?);
        }
        let state = state(settings, address, upstream, store.clone(), clock).await?;
        let popular = tokio::spawn(serve::keep_popular_ready(state.clone()));
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let options = ServerOptions {
            workers: settings.server.workers.map_or_else(cores, NonZeroUsize::get),
            connections_max: settings.server.connections_max,
            head_timeout: HEAD_TIMEOUT,
            keep_alive: KEEP_ALIVE,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
        };
        let server =
            serve::listen(listener, state, options).with_context(|| format!("cannot listen on {listen}"))?;
        tracing::info!(upstream = described, "listening on http://{address}");
        Ok(Self { server, address, store, popular })
    }

    /// Where the service answers; differs from the settings where those leave the port open.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the service from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Answers until SIGTERM or SIGINT; readers that are being answered are answered to the end.
    ///
    /// # Errors
    /// The server stopped by itself.
    pub async fn run(self) -> anyhow::Result<()> {
        let served = self.server.await.context("the server stopped");
        self.popular.abort();
        // What it holds keeps the collector at work.
        drop(self.popular.await);
        self.store.close().await;
        served?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Gives up on readers who take nothing for too long, and lets the process have as many connections as it may.
fn prepare(listener: &TcpListener, connections_max: usize) {
    // Connections inherit both; the system counts from the last byte that the reader took.
    let socket = socket2::SockRef::from(listener);
    if let Err(error) = socket.set_tcp_nodelay(true) {
        tracing::warn!("small answers may wait for others: {error}");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket.set_tcp_user_timeout(Some(WRITE_TIMEOUT)) {
        tracing::warn!("readers who stop taking are not cut off: {error}");
    }
    let wanted = connections_max as u64 + FILES_OF_OUR_OWN;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(allowed) if allowed >= wanted => {}
        Ok(allowed) => tracing::warn!(
            "`server.connections_max` is {connections_max}, and the system allows {allowed} open files"
        ),
        Err(error) => tracing::warn!("the limit of open files stays as it is: {error}"),
    }
}

/// Says when this machine's clock is not the database's: mailings are looked for by it, and fresh papers are dated.
fn compare_clocks(database: Timestamp) {
    let apart = Timestamp::now().duration_since(database);
    if apart.abs() > SKEW_MAX {
        tracing::warn!(
            clock.ahead_seconds = apart.as_secs(),
            "this machine's clock and the database's disagree; set them by a time server"
        );
    }
}

/// Puts the stages together over a store; what it remembers is on the shelf before the first reader asks.
async fn state(
    settings: &Settings,
    address: SocketAddr,
    upstream: Upstream,
    store: AnyStore,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<State> {
    let window_days = settings.store.window_days;
    let mut contents = store.load(Some(window_days)).await?;
    let shelf = Arc::new(Shelf::keeping(window_days));
    for change in contents.changes.drain(..) {
        shelf.apply(&change);
    }
    for day in contents.days.iter().filter(|day| day.verdict != Verdict::Gap) {
        shelf.know(day.subject, day.date);
    }
    let documents = Documents::new(settings.cache.bytes_max);
    let sink = {
        let (shelf, documents) = (shelf.clone(), documents.clone());
        Box::new(move |change: &_| {
            shelf.apply(change);
            documents.content_has_changed();
        })
    };
    let mut watch = settings.subjects.watch.clone();
    for source in settings.named.feeds.iter().flat_map(|feed| &feed.sources) {
        if !watch.contains(source) {
            watch.push(*source);
        }
    }
    let named = in_force(&settings.named.feeds, &store, clock.now()).await?;
    let options = collect::Options {
        watch,
        on_demand: settings.subjects.on_demand,
        on_demand_max: settings.subjects.on_demand_max,
        fill_days: settings.subjects.fill_days,
        retention_days: settings.store.retention_days,
    };
    let collector = Collector::start(upstream, Arc::new(store), &contents, clock.clone(), options, sink);
    Ok(State {
        shelf,
        collector,
        documents,
        clock,
        clients: Arc::new(Clients::new(
            settings.server.trusted_proxies.clone(),
            settings.limits.requests_per_minute,
        )),
        doors: Arc::new(Doors {
            readers: Keys::new(settings.access.keys.iter()),
            admins: Keys::new(settings.access.admin_keys.iter()),
        }),
        options: Arc::new(serve::Options {
            address,
            base_url: settings.server.base_url.clone(),
            cold_wait: settings.server.cold_wait,
            feed_days: settings.feeds.days,
            feed_days_max: window_days,
            feed_limit: settings.feeds.limit,
            named,
            lists: settings.named.lists.clone(),
        }),
    })
}

/// The feeds of the configuration, each that leaves out what came before its rules with the moment when they came.
async fn in_force<S: Store>(
    feeds: &[Arc<NamedOptions>],
    store: &S,
    now: Timestamp,
) -> anyhow::Result<Vec<Arc<NamedOptions>>> {
    let mut found = Vec::with_capacity(feeds.len());
    for feed in feeds {
        if feed.backfill {
            found.push(feed.clone());
            continue;
        }
        let since = store.in_force_since(&feed.slug, &feed.rules(), now).await?;
        found.push(Arc::new(NamedOptions { since: Some(since), ..(**feed).clone() }));
    }
    Ok(found)
}
