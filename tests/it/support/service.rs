//! A running service for a test, and the arXiv that it reads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use crosslist::fetch::{Replay, Upstream, UpstreamClient};
use crosslist::settings::{self, Override, Sources};
use crosslist::startup::{Keep, Reloads, Service, SystemClock};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::wait::{DEADLINE, within};

/// A service on a port of its own; it stops when the test ends.
pub struct Running {
    pub base: String,
    pub reloads: Reloads,
    handle: ServerHandle,
    /// What the operator shows; the tests are the operator of a service that has no keys.
    pub operator_token: Option<String>,
    run: tokio::task::JoinHandle<anyhow::Result<()>>,
    client: reqwest::Client,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl Running {
    /// Over the saved pages of `demo/`, its clock on the evening after the newest of them.
    pub async fn demo() -> Self {
        Self::demo_with(Sources::default()).await
    }

    /// The same with settings.
    pub async fn demo_with(sources: Sources) -> Self {
        let replay =
            Replay::open(concat!(env!("CARGO_MANIFEST_DIR"), "/demo"), 1 << 20).expect("the demo opens");
        let start = replay.start_time();
        Self::start(sources, Upstream::Replay(replay), Keep::InMemory, start, true).await
    }

    /// The same, which reads its settings again when it is told to and not by itself.
    pub async fn demo_alone(sources: Sources) -> Self {
        let replay =
            Replay::open(concat!(env!("CARGO_MANIFEST_DIR"), "/demo"), 1 << 20).expect("the demo opens");
        let start = replay.start_time();
        Self::start(sources, Upstream::Replay(replay), Keep::InMemory, start, false).await
    }

    /// Over a server in arXiv's place.
    pub async fn over(arxiv: &Arxiv, sources: Sources, now: &str) -> Self {
        Self::over_with(arxiv, sources, Keep::InMemory, now).await
    }

    /// The same with a choice of where announcements are kept.
    pub async fn over_with(arxiv: &Arxiv, sources: Sources, keep: Keep, now: &str) -> Self {
        let mut sources = sources.with_override("test", "upstream.base_url", &arxiv.base);
        // One that is about the pause sets its own, which is stronger.
        let at_once = Override {
            flag: "test".to_owned(),
            key: "upstream.pause_seconds".to_owned(),
            value: "0".to_owned(),
        };
        sources.overrides.insert(0, at_once);
        let options = settings::load(&sources).expect("valid settings").upstream;
        let upstream = Upstream::Live(Box::new(UpstreamClient::new(&options).expect("a client")));
        Self::start(sources, upstream, keep, now.parse().expect("a time"), true).await
    }

    async fn start(sources: Sources, upstream: Upstream, keep: Keep, now: Timestamp, follows: bool) -> Self {
        let sources = sources.with_override("test", "server.listen", "127.0.0.1:0").with_override(
            "test",
            "server.workers",
            "1",
        );
        let mut sources = sources;
        // All tests come from one address, and a busy machine reads a page slowly; one that tries a limit sets its own,
        // which is stronger.
        let cold_wait = DEADLINE.as_secs().to_string();
        for (key, value) in [("limits.requests_per_minute", "0"), ("server.cold_wait_seconds", &cold_wait)] {
            let generous = Override { flag: "test".to_owned(), key: key.to_owned(), value: value.to_owned() };
            sources.overrides.insert(0, generous);
        }
        let settings = settings::load(&sources).expect("valid settings");
        let clock = Arc::new(SystemClock::starting_at(Some(now)));
        let service = Service::start(&settings, upstream, keep, clock).await.expect("the service starts");
        let (base, handle) = (format!("http://{}", service.address()), service.handle());
        let has_keys = settings.access.reader_keys().chain(settings.access.operator_keys()).next().is_some();
        let operator_token = (!has_keys).then(|| service.operator_token().to_owned());
        let reloads = service.reloads(&sources);
        let service = if follows { service.following(&reloads) } else { service };
        let run = tokio::spawn(service.run());
        crosslist::fetch::install_cryptography();
        // The service waits as long for a first read.
        let client = reqwest::Client::builder()
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .timeout(2 * DEADLINE)
            .build()
            .expect("a client");
        Self { base, reloads, handle, operator_token, run, client }
    }

    /// Ends the service and what it holds, as a restart needs it.
    pub async fn stop(mut self) {
        self.handle.stop(true).await;
        (&mut self.run).await.expect("no panic").expect("stopped");
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.ask(reqwest::Method::GET, path, &[]).await
    }

    pub async fn text(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.expect("a body")
    }

    pub async fn ask(
        &self,
        method: reqwest::Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::Response {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let token = self.operator_token.as_ref().filter(|_| path.starts_with("/admin/"));
        if let Some(token) = token.filter(|_| headers.iter().all(|(name, _)| *name != "authorization")) {
            request = request.bearer_auth(token);
        }
        request.send().await.expect("an answer")
    }

    /// The JSON Feed at a path.
    pub async fn feed(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.text(path).await).expect("JSON")
    }

    /// The ids of the items of the JSON Feed at a path.
    pub async fn ids(&self, path: &str) -> Vec<String> {
        let feed = self.feed(path).await;
        let items = feed["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }
}

/// An answer as it came over the wire.
pub struct Raw {
    pub status: u16,
    /// Names in lowercase.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Raw {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A connection that sends whatever it is told, byte for byte.
pub struct Wire(TcpStream);

impl Wire {
    pub async fn to(service: &Running) -> Self {
        let address = service.base.trim_start_matches("http://");
        Self(TcpStream::connect(address).await.expect("a connection"))
    }

    pub async fn send(&mut self, text: &str) {
        // A server that has refused already may have closed.
        let _ = self.0.write_all(text.as_bytes()).await;
    }

    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// Sends nothing more.
    pub async fn end(&mut self) {
        let _ = self.0.shutdown().await;
    }

    /// The next answer to a request with a body, if one comes before the end.
    pub async fn next_answer(&mut self) -> Option<Raw> {
        let mut first = [0];
        match self.0.peek(&mut first).await {
            Ok(1) => Some(self.answer(true).await),
            _ => None,
        }
    }

    /// The next answer; `has_body` is false for `HEAD`.
    pub async fn answer(&mut self, has_body: bool) -> Raw {
        within("an answer", self.read_answer(has_body)).await
    }

    async fn read_answer(&mut self, has_body: bool) -> Raw {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.expect("the head of an answer"));
        }
        let head = String::from_utf8(head).expect("text");
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let status = status.parse().expect("a number");
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut raw = Raw { status, headers, body: Vec::new() };
        let length = raw.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if has_body && status != 304 && status != 204 {
            raw.body = vec![0; length];
            self.0.read_exact(&mut raw.body).await.expect("a body");
        }
        raw
    }

    /// Is nothing more to come?
    pub async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(DEADLINE, self.0.read_to_end(&mut rest)).await;
        read.is_ok() && rest.is_empty()
    }
}

/// A server on loopback that answers paths with what it was told.
pub struct Arxiv {
    pub base: String,
    pages: Arc<Mutex<HashMap<String, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Arxiv {
    /// One that hears what it is asked and answers nothing.
    pub async fn silent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = asked.clone();
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut head = [0; 4096];
                let count = socket.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..count]).into_owned();
                log.lock().expect("the log").extend(head.split(' ').nth(1).map(str::to_owned));
                kept.push(socket);
            }
        });
        Self { base, pages: Arc::default(), asked }
    }

    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let pages: Arc<Mutex<HashMap<String, (u16, String)>>> = Arc::default();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (known, log) = (pages.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut head = Vec::new();
                let mut buffer = [0; 4096];
                while !head.ends_with(b"\r\n\r\n") {
                    match socket.read(&mut buffer).await {
                        Ok(count) if count > 0 => head.extend_from_slice(&buffer[..count]),
                        _ => break,
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                log.lock().expect("the log").push(path.clone());
                let (status, body) =
                    known.lock().expect("the pages").get(&path).cloned().unwrap_or((404, String::new()));
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self { base, pages, asked }
    }

    pub fn answer(&self, path: &str, status: u16, body: &str) {
        self.pages.lock().expect("the pages").insert(path.to_owned(), (status, body.to_owned()));
    }

    pub fn page(&self, path: &str, file: &str) {
        self.answer(path, 200, &page(file));
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.asked.lock().expect("the log").iter().filter(|asked| *asked == path).count()
    }
}

/// The same page as that of cs.LG would be, with both subjects in each other's place.
pub fn page_of_cs_lg(file: &str) -> String {
    page(file)
        .replace("<h1>Distributed, Parallel, and Cluster Computing</h1>", "<h1>Machine Learning</h1>")
        .replace("cs.LG", "cs.dc")
        .replace("cs.DC", "cs.LG")
        .replace("cs.dc", "cs.DC")
}

/// A saved page of the demo.
pub fn page(file: &str) -> String {
    let path = format!("{}/demo/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a page of the demo")
}
