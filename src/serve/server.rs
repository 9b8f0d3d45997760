//! How is a socket listened on?

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::HttpService;
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::App;
use actix_web::dev::AppConfig;
use tokio::net::TcpStream;

use super::connection::Connection;
use super::{Gate, State, configure};

/// What the server is told of connections.
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
/// # Errors
/// The socket cannot be listened on.
pub fn listen(listener: TcpListener, state: State, options: ServerOptions) -> io::Result<Server> {
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(options.workers)
        .max_concurrent_connections(options.connections_max.div_ceil(options.workers))
        .shutdown_timeout(options.shutdown_timeout.as_secs());
    let is_stopping = builder.graceful_shutdown_signal();
    let server = builder.listen("http", listener, move || {
        let (state, is_stopping) = (state.clone(), is_stopping.clone());
        let app = App::new().wrap(Gate::new(state.clone())).configure(|app| configure(app, state));
        let app = app.into_factory().map_err(|error: actix_web::Error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let is_stopping = is_stopping.clone();
                async move { is_stopping.notified().await }
            })
            .keep_alive(options.keep_alive)
            .client_request_timeout(options.head_timeout)
            .local_addr(address)
            .h1(map_config(app, |()| AppConfig::default()));
        let connect = move |socket: TcpStream| {
            let peer = socket.peer_addr().ok();
            let connection = Connection::new(socket, options.head_timeout);
            std::future::ready(Ok((connection, peer)))
        };
        fn_service(connect).and_then(http)
    })?;
    Ok(server.run())
}
