//! Starts the service, and stops it within two seconds so that requests under way are answered.

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
use super::{Reloads, clock, holder, listener, operator_token, push, store_watch};

/// How long requests under way may take when the service stops; the server takes whole seconds.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// How long the server may take to stop, and the tasks that read, notify and write to the store.
const STOP_TIMEOUT: Duration = Duration::from_millis(1_300);

/// How long the store may then take to close: with that, the service ends within two seconds.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(400);

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an idle connection stays open.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a client may acknowledge nothing of a response that is being sent.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Open files besides connections: the store, the log, those of the runtime.
const OTHER_FILES: u64 = 128;

/// The running service.
pub struct Service {
    server: Server,
    is_stopping: GracefulShutdownSignal,
    address: SocketAddr,
    store: Store,
    current: CurrentState,
    settings: Settings,
    push: Push,
    /// Authorizes the operator; empty if the system had no randomness for a token.
    operator_token: String,
    /// Notifies subscribers and webhooks.
    push_task: JoinHandle<()>,
    /// Received from the start, so that SIGHUP does not end the process.
    hangups: Option<Signal>,
    /// The tasks that run beside the server.
    tasks: Vec<JoinHandle<()>>,
}

/// Where announcements are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As long as the process runs.
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
    /// Opens the store for announcements of this upstream; `holder` describes this process to others that want the store.
    ///
    /// # Errors
    /// It cannot be opened, is in use, or has the announcements of another upstream.
    pub async fn open(self, upstream: &Upstream, holder: &str) -> Result<Store, StoreError> {
        match self.options() {
            Some(options) => Store::open_as(&options, &upstream.identity(), holder).await,
            None => Store::in_memory(),
        }
    }

    /// Opens a store that a service may be using; no request is sent to the upstream then.
    ///
    /// # Errors
    /// As [`open`](Self::open), except that it may be in use.
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
        // First, since without it SIGHUP would end the process.
        let hangups = signal(SignalKind::hangup()).context("cannot receive SIGHUP")?;
        let listen = settings.server.listen;
        // Bound here and not by the server, for an error that names the address once.
        let listener = listener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
        prepare(&listener, settings.server.connections_max);
        let address = listener.local_addr().context("cannot read the address of the listener")?;
        let described = upstream.describe();
        let token_path = match &keep {
            Keep::InFile(store) => Some(operator_token::path(store)),
            Keep::InMemory | Keep::InPostgres(_) => None,
        };
        let store = keep.open(&upstream, &holder("serve", Some(address))).await?;
        if let Some(time) = store.server_time().await? {
            clock::compare_with(time);
        }
        let push = Push::new(push::options(settings, address));
        let asking = Asking::Upstream;
        let state =
            state::build(settings, address, upstream, store.clone(), clock, asking, Some(&push)).await?;
        let (state, operator_token) = with_operator_token(state, token_path.as_deref());
        let current = CurrentState::new(state);
        let tasks = vec![
            tokio::spawn(serve::warm_cache(current.clone())),
            tokio::spawn(store_watch::watch(store.clone(), current.clone())),
        ];
        let push_task = push::start(settings, &push, &current, store.clone())?;
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
            push_task,
            tasks,
        })
    }

    /// The address of the listener; its port differs from the settings if that is 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The token that authorizes the operator, as a key of `access.admin_keys` does.
    #[must_use]
    pub fn operator_token(&self) -> &str {
        &self.operator_token
    }

    /// Stops the service.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Reloads the settings from the sources that the service was started with.
    #[must_use]
    pub fn reloads(&self, sources: &Sources) -> Reloads {
        let (current, store, push) = (self.current.clone(), self.store.clone(), self.push.clone());
        Reloads::new(current, store, push, self.settings.clone(), sources)
    }

    /// Reloads at every SIGHUP and at every change of a file; a SIGHUP from a closed terminal stops the service.
    #[must_use]
    pub fn following(mut self, reloads: &Reloads) -> Self {
        let server = self.server.handle();
        if let Some(hangups) = self.hangups.take() {
            self.tasks.push(tokio::spawn(reloads.clone().follow(hangups, server)));
        }
        self
    }

    /// Answers requests until it is [stopped](Self::handle), and then ends within two seconds.
    ///
    /// Requests under way have a second to finish; those that wait for a subject to be read are answered at once with 503.
    /// Writes to the store are completed, unless the store does not answer.
    ///
    /// # Errors
    /// The server stopped by itself.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self { mut server, is_stopping, store, current, push, push_task, tasks, .. } = self;
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
                // In this order: recording deliveries needs the lead, which the collector gives up.
                drop(push_task.await);
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
            tokio::time::timeout(STOP_TIMEOUT, answering),
            tokio::time::timeout(STOP_TIMEOUT, ending),
        );
        if ended.is_err() {
            tracing::warn!("the store did not answer in time, so the last state is not in it");
        }
        drop(current);
        if tokio::time::timeout(CLOSE_TIMEOUT, store.close()).await.is_err() {
            tracing::warn!("the store was not closed in time; no stored data is lost");
        }
        served.unwrap_or(Ok(())).context("the server stopped")?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// The state with a new token of the operator, which is written to a file for `crosslist refresh`.
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

/// Sets the timeout for clients that acknowledge nothing, and raises the limit of open files.
fn prepare(listener: &TcpListener, connections_max: usize) {
    // Connections inherit both; the system counts from the last byte that the client acknowledged.
    let socket = socket2::SockRef::from(listener);
    if let Err(error) = socket.set_tcp_nodelay(true) {
        tracing::warn!("small responses may be delayed: {error}");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket.set_tcp_user_timeout(Some(WRITE_TIMEOUT)) {
        tracing::warn!("clients that stop reading are not disconnected: {error}");
    }
    let wanted = connections_max as u64 + OTHER_FILES;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(allowed) if allowed >= wanted => {}
        Ok(allowed) => tracing::warn!(
            "`server.connections_max` is {connections_max}, but the system allows only {allowed} open files"
        ),
        Err(error) => tracing::warn!("the limit of open files cannot be raised: {error}"),
    }
}
