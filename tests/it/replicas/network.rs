//! The network between a service and its database, which a test can cut, silence and mend.

use std::path::PathBuf;

use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// What happens to what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Connections end, and new ones end at once.
    Cut,
}

/// A port that leads to a server's socket.
pub struct Network {
    port: u16,
    state: watch::Sender<State>,
}

impl Network {
    /// Leads to the server of `url`.
    pub async fn to(url: &str) -> Self {
        let url: url::Url = url.parse().expect("an address");
        let socket = url.query_pairs().find(|(name, _)| name == "host").map(|(_, folder)| {
            PathBuf::from(&*folder).join(format!(".s.PGSQL.{}", url.port().unwrap_or(5432)))
        });
        let host = format!("{}:{}", url.host_str().unwrap_or("localhost"), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (state, seen) = watch::channel(State::Open);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (mut seen, socket, host) = (seen.clone(), socket.clone(), host.clone());
                tokio::spawn(async move {
                    let carry = async {
                        if let Some(path) = socket {
                            let mut server = UnixStream::connect(path).await?;
                            tokio::io::copy_bidirectional(&mut client, &mut server).await
                        } else {
                            let mut server = TcpStream::connect(host).await?;
                            tokio::io::copy_bidirectional(&mut client, &mut server).await
                        }
                    };
                    tokio::select! {
                        _ = carry => {}
                        _ = seen.wait_for(|state| *state == State::Cut) => {}
                    }
                });
            }
        });
        Self { port, state }
    }

    /// The address of a database by this way.
    pub fn through(&self, url: &str) -> String {
        let mut url: url::Url = url.parse().expect("an address");
        let others: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != "host")
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(others).append_pair("sslmode", "disable");
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(self.port)).expect("a port");
        url.into()
    }

    pub fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    pub fn mend(&self) {
        self.state.send_replace(State::Open);
    }
}
