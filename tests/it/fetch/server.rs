//! A server with scripted responses that records the requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crosslist::domain::taxonomy::SubjectId;
use crosslist::fetch::{ListingUrl, UpstreamClient, UpstreamOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::wait::DEADLINE;

/// One answer, written as it is.
#[derive(Clone, Debug)]
pub enum Say {
    /// These bytes; then the connection ends.
    Bytes(Vec<u8>),
    /// These bytes; then nothing, for as long as the asker stays.
    Silence(Vec<u8>),
    /// These bytes, again and again, for as long as the asker stays.
    Endless(Vec<u8>, Vec<u8>),
    /// This head, then a byte every few milliseconds.
    Drip(Vec<u8>),
    /// These bytes, and the next request may come over the same connection.
    KeepAlive(Vec<u8>),
}

/// A server on loopback that says its answers one after the other, the last one for ever.
#[derive(Clone, Debug)]
pub struct Server {
    pub port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    busiest: Arc<AtomicUsize>,
}

impl Server {
    pub async fn start(answers: Vec<Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let server = Self {
            port: listener.local_addr().expect("an address").port(),
            heads: Arc::default(),
            busiest: Arc::default(),
        };
        let (heads, busiest) = (Arc::clone(&server.heads), Arc::clone(&server.busiest));
        let active = Arc::new(AtomicUsize::new(0));
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let answers = answers.clone();
                let (heads, busiest, active) =
                    (Arc::clone(&heads), Arc::clone(&busiest), Arc::clone(&active));
                tokio::spawn(async move {
                    busiest.fetch_max(active.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    serve(stream, &answers, &heads).await;
                    active.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic before").clone()
    }

    /// How many connections were open at most at one time.
    pub fn busiest(&self) -> usize {
        self.busiest.load(Ordering::SeqCst)
    }

    /// Options without a limit of time that a test reaches unless it means to.
    pub fn options(&self) -> UpstreamOptions {
        UpstreamOptions {
            base_url: format!("http://127.0.0.1:{}", self.port).parse().expect("an address"),
            contact: "ops@lab.example".into(),
            pause: Duration::ZERO,
            connect_timeout: DEADLINE,
            read_timeout: DEADLINE,
            total_timeout: DEADLINE,
            page_bytes_max: 1 << 20,
        }
    }

    pub fn client(&self) -> UpstreamClient {
        UpstreamClient::new(&self.options()).expect("good options")
    }
}

async fn serve(mut stream: TcpStream, answers: &[Say], heads: &Mutex<Vec<String>>) {
    loop {
        let Some(head) = read_head(&mut stream).await else { return };
        let asked = {
            let mut heads = heads.lock().expect("no panic before");
            heads.push(head);
            heads.len()
        };
        let answer = &answers[asked.min(answers.len()) - 1];
        if say(&mut stream, answer).await.is_err() || !matches!(answer, Say::KeepAlive(_)) {
            return;
        }
    }
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while !head.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await.ok()?;
        if count == 0 {
            return None;
        }
        head.extend_from_slice(&chunk[..count]);
    }
    String::from_utf8(head).ok()
}

async fn say(stream: &mut TcpStream, answer: &Say) -> std::io::Result<()> {
    match answer {
        Say::KeepAlive(bytes) => stream.write_all(bytes).await,
        Say::Bytes(bytes) => {
            stream.write_all(bytes).await?;
            stream.shutdown().await
        }
        Say::Silence(bytes) => {
            stream.write_all(bytes).await?;
            stream.read(&mut [0]).await.map(drop)
        }
        Say::Endless(head, bytes) => {
            stream.write_all(head).await?;
            loop {
                stream.write_all(bytes).await?;
            }
        }
        Say::Drip(head) => {
            stream.write_all(head).await?;
            let mut beat = tokio::time::interval(Duration::from_millis(5));
            loop {
                beat.tick().await;
                stream.write_all(b"x").await?;
            }
        }
    }
}

/// A whole answer with its length; `headers` are lines that end with `\r\n`.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// An HTML page, over a connection that stays.
pub fn page(headers: &str, body: &str) -> Say {
    let headers = format!("Content-Type: text/html; charset=utf-8\r\n{headers}");
    Say::KeepAlive(answer("200 OK", &headers, body.as_bytes()))
}

pub fn redirect(location: &str) -> Say {
    Say::KeepAlive(answer("302 Found", &format!("Location: {location}\r\n"), b""))
}

pub fn new(subject: &str) -> ListingUrl {
    ListingUrl::New { subject: SubjectId::parse(subject).expect("a known subject"), skip: 0 }
}

/// The values of a header, whatever the case of its name.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
