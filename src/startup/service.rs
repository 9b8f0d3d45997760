//! How is the service started, and stopped so that nobody is cut off?

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_server::GracefulShutdownSignal;
use actix_web::dev::{Server, ServerHandle};
use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use crate::domain::clock::Clock;
use crate::fetch::Upstream;
use crate::push::Push;
use crate::serve::{self, AccessControl, CurrentState, Keys, ServerOptions, State};
use crate::settings::{Settings, Sources};
use crate::store::{self, Store, StoreError};

use super::state::{self, Asking};
use super::{Reloads, clock, holder, keeper, listener, operator_token, outward};

/// How long readers that are being answered may take when the service stops; the server counts whole seconds.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// How long the server may take to stop, and beside it what reads, tells others and writes to the store.
const ENDING_TIMEOUT: Duration = Duration::from_millis(1_300);

/// How long the store may take to be closed after that: all in all the service ends within two seconds.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(400);

/// How long a client may take to send its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection stays open without a request.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a reader may take nothing of an answer that waits for it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Files that are open beside connections: the store, the log, those of the runtime.
const FILES_OF_OUR_OWN: u64 = 128;

/// The running service.
pub struct Service {
    server: Server,
    is_stopping: GracefulShutdownSignal,
    address: SocketAddr,
    store: Store,
    current: CurrentState,
    settings: Settings,
    push: Push,
    /// What the operator shows; empty where there is none.
    operator_token: String,
    /// Tells others.
    telling: JoinHandle<()>,
    /// Heard from the start on, and by one alone.
    hangups: Option<Signal>,
    /// What goes on beside answering, and holds the collector at its work.
    tasks: Vec<JoinHandle<()>>,
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

impl Keep {
    /// Opens what announcements of this upstream are kept in; `holder` is what others are told that want it too.
    ///
    /// # Errors
    /// It cannot be opened, is in use, or is filled from elsewhere.
    pub async fn open(self, upstream: &Upstream, holder: &str) -> Result<Store, StoreError> {
        match self.options() {
            Some(options) => Store::open_as(&options, &upstream.identity(), holder).await,
            None => Store::in_memory(),
        }
    }

    /// The same beside a service that has it; nothing is asked of the upstream then.
    ///
    /// # Errors
    /// As there, but that it may be in use.
    pub async fn open_beside(self, upstream: &Upstream, holder: &str) -> Result<Store, StoreError> {
        match self.options() {
            Some(options) => Store::open_beside(&options, &upstream.identity(), holder).await,
            None => Store::in_memory(),
        }
    }

    fn options(self) -> Option<store::Options> {
        match self {
            Self::InMemory => None,
            Self::InFile(path) => Some(store::Options::Sqlite(path)),
            Self::InPostgres(address) => Some(store::Options::Postgres(address)),
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
        // First of all: without it a hangup would end the process.
        let hangups = signal(SignalKind::hangup()).context("cannot hear of SIGHUP")?;
        let listen = settings.server.listen;
        // Bound here rather than by the server, for an error that names the address once.
        let listener = listener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
        prepare(&listener, settings.server.connections_max);
        let address = listener.local_addr().context("cannot tell the address that was listened on")?;
        let described = upstream.describe();
        let token_place = match &keep {
            Keep::InFile(store) => Some(operator_token::place(store)),
            Keep::InMemory | Keep::InPostgres(_) => None,
        };
        let store = keep.open(&upstream, &holder("serve", Some(address))).await?;
        if let Some(time) = store.server_time().await? {
            clock::compare_with(time);
        }
        let push = Push::new(outward::options(settings, address));
        let asking = Asking::Upstream;
        let state =
            state::build(settings, address, upstream, store.clone(), clock, asking, Some(&push)).await?;
        let (state, operator_token) = with_operator_token(state, token_place.as_deref());
        let current = CurrentState::new(state);
        let tasks = vec![
            tokio::spawn(serve::warm_cache(current.clone())),
            tokio::spawn(keeper::keep(store.clone(), current.clone())),
        ];
        let telling = outward::start(settings, &push, &current, store.clone())?;
        let options = ServerOptions {
            workers: settings.server.workers.map_or_else(state::cores, NonZeroUsize::get),
            connections_max: settings.server.connections_max,
            head_timeout: HEAD_TIMEOUT,
            keep_alive: KEEP_ALIVE,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
        };
        let (server, is_stopping) = serve::listen(listener, current.clone(), options)
            .with_context(|| format!("cannot listen on {listen}"))?;
        tracing::info!(upstream = described, "listening on http://{address}");
        Ok(Self {
            server,
            is_stopping,
            address,
            store,
            current,
            settings: settings.clone(),
            hangups: Some(hangups),
            push,
            operator_token,
            telling,
            tasks,
        })
    }

    /// Where the service answers; differs from the settings where those leave the port open.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What opens `/admin` beside a key of the operator; a store that is a file has it beside it.
    #[must_use]
    pub fn operator_token(&self) -> &str {
        &self.operator_token
    }

    /// Stops the service from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Reads the settings that the service was started with again, from where they came.
    #[must_use]
    pub fn reloads(&self, sources: &Sources) -> Reloads {
        let (current, store, push) = (self.current.clone(), self.store.clone(), self.push.clone());
        Reloads::new(current, store, push, self.settings.clone(), sources)
    }

    /// Reloads at every SIGHUP and at every change of a file; a SIGHUP of a terminal that has gone stops the service.
    #[must_use]
    pub fn following(mut self, reloads: &Reloads) -> Self {
        let server = self.server.handle();
        if let Some(hangups) = self.hangups.take() {
            self.tasks.push(tokio::spawn(reloads.clone().follow(hangups, server)));
        }
        self
    }

    /// Answers until it is [stopped](Self::handle), and ends within two seconds then, whatever is going on.
    ///
    /// Readers that are being answered have a second for that; those who wait for a subject to be read are told at
    /// once to come back. What is being written is written to its end, unless the store does not answer.
    ///
    /// # Errors
    /// The server stopped by itself.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self { mut server, is_stopping, store, current, push, telling, tasks, .. } = self;
        let served = tokio::select! {
            served = &mut server => Some(served),
            () = is_stopping.notified() => None,
        };
        push.stop();
        let collector = current.state().collector.clone();
        let answering = async {
            match served {
                Some(served) => served,
                None => server.await,
            }
        };
        let ending = async {
            let collecting = async {
                // In this order: what others have taken is put down by the one that leads.
                drop(telling.await);
                collector.stop().await;
            };
            collector.begin_to_stop();
            for task in tasks {
                task.abort();
                drop(task.await);
            }
            collecting.await;
        };
        let (served, ended) = tokio::join!(
            tokio::time::timeout(ENDING_TIMEOUT, answering),
            tokio::time::timeout(ENDING_TIMEOUT, ending),
        );
        if ended.is_err() {
            tracing::warn!("stopped without a word to the store, which did not answer");
        }
        drop(current);
        if tokio::time::timeout(CLOSE_TIMEOUT, store.close()).await.is_err() {
            tracing::warn!("the store was not closed in time; nothing that it holds is lost");
        }
        served.unwrap_or(Ok(())).context("the server stopped")?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// The state with a new token of the operator, which is written where `crosslist refresh` finds it.
fn with_operator_token(state: State, place: Option<&Path>) -> (State, String) {
    let Some(token) = operator_token::new() else { return (state, String::new()) };
    if let Some(place) = place
        && let Err(error) = operator_token::write(&token, place)
    {
        tracing::warn!(
            "`crosslist refresh` needs a key of `access.admin_keys`: cannot write `{}`: {error}",
            place.display()
        );
    }
    let access = AccessControl { operator: Keys::new([&token]), ..AccessControl::clone(&state.access) };
    (State { access: Arc::new(access), ..state }, token)
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
