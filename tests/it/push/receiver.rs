//! One who is called, and answers as a test wants.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use url::Url;

use crate::support::wait::DEADLINE;

/// What came in.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lowercase.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = Url::parse(&format!("http://x{}", self.target)).expect("an address");
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// What goes back.
#[derive(Clone, Debug)]
pub enum Reply {
    Text(u16, String),
    With(u16, Vec<(&'static str, String)>, String),
    /// Nothing, for as long as the other waits.
    Silence,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self::Text(status, String::new())
    }

    /// What a subscriber says who means it; 204 to what is delivered.
    pub fn honest(request: &Request) -> Self {
        match request.parameter("hub.challenge") {
            Some(challenge) => Self::Text(200, challenge),
            None => Self::status(204),
        }
    }
}

type Answer = Arc<dyn Fn(&Request, usize) -> Reply + Send + Sync>;

/// A server on loopback.
pub struct Receiver {
    pub base: String,
    heard: Arc<Mutex<Vec<Request>>>,
    came: Arc<Notify>,
    answer: Arc<Mutex<Answer>>,
}

impl Receiver {
    /// `answer` sees each request and how many came before it.
    pub async fn start(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let (heard, came): (Arc<Mutex<Vec<Request>>>, Arc<Notify>) = Default::default();
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Arc::new(answer)));
        let (log, bell, says) = (heard.clone(), came.clone(), answer.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (log, bell, says) = (log.clone(), bell.clone(), says.clone());
                tokio::spawn(async move { one(socket, &log, &bell, &says).await });
            }
        });
        Self { base, heard, came, answer }
    }

    pub async fn honest() -> Self {
        Self::start(|request, _| Reply::honest(request)).await
    }

    /// Answers otherwise from now on.
    pub fn answers(&self, answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) {
        *self.answer.lock().expect("an answer") = Arc::new(answer);
    }

    pub fn heard(&self) -> Vec<Request> {
        self.heard.lock().expect("the log").clone()
    }

    pub fn posts(&self) -> Vec<Request> {
        self.heard().into_iter().filter(|request| request.method == "POST").collect()
    }

    /// Waits until what came in is as it should be.
    pub async fn until(&self, what: &str, is_so: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        let waiting = async {
            loop {
                let came = self.came.notified();
                let heard = self.heard();
                if is_so(&heard) {
                    return heard;
                }
                came.await;
            }
        };
        let heard = tokio::time::timeout(DEADLINE, waiting).await;
        heard.unwrap_or_else(|_| panic!("never came: {what}; heard {:?}", self.heard()))
    }

    /// Waits for that many requests of a method.
    pub async fn count(&self, method: &str, count: usize) -> Vec<Request> {
        let of = |heard: &[Request]| heard.iter().filter(|request| request.method == method).count();
        let heard = self.until(&format!("{count} {method}"), |heard| of(heard) >= count).await;
        heard.into_iter().filter(|request| request.method == method).collect()
    }
}

async fn one(mut socket: TcpStream, log: &Mutex<Vec<Request>>, bell: &Notify, says: &Mutex<Answer>) {
    let Some(request) = read(&mut socket).await else { return };
    let before = {
        let mut log = log.lock().expect("the log");
        log.push(request.clone());
        log.len() - 1
    };
    let answer = says.lock().expect("an answer").clone();
    let reply = answer(&request, before);
    bell.notify_waiters();
    let (status, headers, body) = match reply {
        Reply::Text(status, body) => (status, Vec::new(), body),
        Reply::With(status, headers, body) => (status, headers, body),
        Reply::Silence => return std::future::pending().await,
    };
    let mut answer =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        answer.extend([name, ": ", &value, "\r\n"]);
    }
    answer.push_str("\r\n");
    answer.push_str(&body);
    let _ = socket.write_all(answer.as_bytes()).await;
}

async fn read(socket: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.trim_end().split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(end);
    while body.len() < length {
        if socket.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { method, target, headers, body })
}
