//! Listens on a socket, and runs one connection of a client from its first byte to its end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use actix_http::{Extensions, HttpService, KeepAlive};
use actix_server::{GracefulShutdownSignal, Server};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_factory, fn_service, map_config,
};
use actix_web::App;
use actix_web::dev::AppConfig;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::serve::addresses;
use crate::serve::current_state::CurrentState;
use crate::serve::gate::service::Gate;
use crate::serve::metrics::worker_counters::{OpenConnection, WorkerCounters};
use crate::serve::problem::details::Problem;
use crate::serve::routes::configure;
use crate::serve::wire::connection::{Connection, IDLE_BEFORE_PARKING, Limits, Parked};

/// What a client is answered that has too many connections open already, before anything of it is read.
static TOO_MANY_CONNECTIONS: LazyLock<Vec<u8>> = LazyLock::new(|| Problem::too_many_connections().written());

/// The limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ServerOptions {
    pub workers: usize,
    /// Over all workers.
    pub connections_max: usize,
    /// How long a client may take to send a request's head.
    pub head_timeout: Duration,
    /// How long a connection stays open without a request.
    pub keep_alive: Duration,
    /// How long readers that are being answered may take when the service stops.
    pub shutdown_timeout: Duration,
}

/// Answers what comes in at a socket.
///
/// Signals of the system are left to the caller; what is returned with the server says when it begins to stop.
///
/// # Errors
/// The socket cannot be listened on.
pub fn listen(
    listener: TcpListener,
    current: CurrentState,
    options: ServerOptions,
) -> io::Result<(Server, GracefulShutdownSignal)> {
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(options.workers)
        .max_concurrent_connections(options.connections_max.div_ceil(options.workers))
        // A permit of the render queue finds a thread in every worker.
        .worker_max_blocking_threads(current.state().renders.threads())
        .disable_signals()
        .shutdown_timeout(options.shutdown_timeout.as_secs());
    let is_stopping = builder.graceful_shutdown_signal();
    let stops = is_stopping.clone();
    let server = builder.listen("http", listener, move || {
        let is_stopping = is_stopping.clone();
        // This is called once for each worker, on its own thread.
        let counts = current.state().metrics.worker();
        let app = App::new().wrap(Gate::new(current.clone(), counts.clone())).configure(configure);
        let app = app.into_factory().map_err(|error: actix_web::Error| error.error_response());
        let ending = is_stopping.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            // `Connection` has the deadlines, and reads on after the last answer.
            .keep_alive(KeepAlive::Os)
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(Duration::ZERO)
            .local_addr(address)
            .on_connect_ext(|connection: &Connection, request: &mut Extensions| {
                request.insert(connection.refused_request());
            })
            .h1(map_config(app, |()| AppConfig::default()));
        let http = Rc::new(http);
        let current = current.clone();
        fn_factory(move || {
            let (http, is_stopping, counts) = (http.clone(), is_stopping.clone(), counts.clone());
            let current = current.clone();
            async move {
                let http = Rc::new(http.new_service(()).await?);
                let serve = move |socket| {
                    let current = current.clone();
                    serve(socket, http.clone(), is_stopping.clone(), counts.clone(), current, options)
                };
                Ok::<_, ()>(fn_service(serve))
            }
        })
    })?;
    Ok((server.run(), stops))
}

/// Answers a connection's requests. While it is parked, it takes a task and no buffers.
async fn serve<H>(
    mut socket: TcpStream,
    http: Rc<H>,
    is_stopping: GracefulShutdownSignal,
    counts: Arc<WorkerCounters>,
    current: CurrentState,
    options: ServerOptions,
) -> Result<(), H::Error>
where
    H: Service<(Connection, Option<SocketAddr>)>,
{
    let peer = socket.peer_addr().ok();
    let _open = OpenConnection::new(&counts);
    let Some(_connected) = current.state().clients.connect(peer) else {
        // What was sent meanwhile is not read; the client may see that alone.
        drop(socket.write_all(&TOO_MANY_CONNECTIONS).await);
        return Ok(());
    };
    let limits = Limits { head_timeout: options.head_timeout, body_bytes_max: addresses::body_bytes_max() };
    let parked = Parked::default();
    loop {
        // In a box, for a task is as large as the largest that it ever holds.
        Box::pin(http.call((Connection::new(socket, limits, parked.clone()), peer))).await?;
        let Some(idle) = parked.take() else { return Ok(()) };
        let is_woken = tokio::select! {
            woken = idle.readable() => woken.is_ok(),
            () = tokio::time::sleep(options.keep_alive.saturating_sub(IDLE_BEFORE_PARKING)) => false,
            () = is_stopping.notified() => false,
        };
        if !is_woken {
            return Ok(());
        }
        socket = idle;
    }
}
