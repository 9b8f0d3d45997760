//! What the log says of requests, and what it never says.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const KEY: &str = "first-reader-0001";

/// The program itself over the demo, whose log is read.
struct Program {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    base: String,
}

impl Program {
    fn start(settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosslist"));
        command
            .args(["serve", "--replay", "demo", "--listen", "127.0.0.1:0"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CROSSLIST_SERVER__WORKERS", "1")
            // A first read takes its time on a busy machine.
            .env("CROSSLIST_SERVER__COLD_WAIT_SECONDS", "120")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        for (name, value) in settings {
            command.env(name, value);
        }
        let mut child = command.spawn().expect("the program starts");
        let mut log = BufReader::new(child.stderr.take().expect("its log"));
        let base = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).expect("a line") > 0, "the program ended");
            if let Some((_, rest)) = line.split_once("listening on ") {
                break rest.split('"').next().expect("an address").to_owned();
            }
        };
        Self { child, log, base }
    }

    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        crosslist::fetch::install_cryptography();
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut request = client.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("an answer")
    }

    /// Stops it; everything that it has logged since it began to listen.
    fn end(mut self) -> String {
        let stopped = Command::new("kill").arg(self.child.id().to_string()).status().expect("a signal");
        assert!(stopped.success());
        let mut log = String::new();
        self.log.read_to_string(&mut log).expect("text");
        assert!(self.child.wait().expect("it ends").success());
        log
    }
}

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// From when on an answer is slow, in milliseconds: on a busy machine any may be.
const SLOW_MS: f64 = 1_000.0;

fn is_slow(line: &Value) -> bool {
    line["duration_ms"].as_f64().is_some_and(|took| took >= SLOW_MS)
}

fn answered(log: &str) -> Vec<Value> {
    let is_answer =
        |line: &Value| line["message"] == "answered a request" || line["message"] == "a request took long";
    lines(log).into_iter().filter(is_answer).collect()
}

#[tokio::test]
async fn requests_are_logged_where_that_is_wanted_and_neither_keys_nor_clients_are() {
    let program = Program::start(&[
        ("CROSSLIST_LOG__REQUESTS", "true"),
        ("CROSSLIST_LOG__LEVEL", "debug"),
        ("CROSSLIST_ACCESS__KEYS", KEY),
        ("CROSSLIST_SERVER__TRUSTED_PROXIES", "127.0.0.1"),
    ]);
    let bearer = format!("Bearer {KEY}");
    let client = ("x-forwarded-for", "192.0.2.77");
    let from_proxy = [("authorization", bearer.as_str()), ("x-request-id", "proxy-0815"), client];
    for _ in 0..3 {
        assert_eq!(program.ask("/subjects/cs.DC.rss", &from_proxy).await.status(), 200);
    }
    assert_eq!(program.ask(&format!("/subjects/cs.DC.rss?key={KEY}"), &[client]).await.status(), 200);
    assert_eq!(program.ask(&format!("/subjects/cs.DC.rss?key={KEY}&sort=up"), &[client]).await.status(), 400);
    let refused = program.ask("/subjects/cs.DC.rss?key=wrong-key-0000001", &[client]).await;
    assert_eq!(refused.status(), 401);
    let id = refused.headers()["x-request-id"].to_str().expect("text").to_owned();
    let own_address = program.base.trim_start_matches("http://").to_owned();
    let log = program.end();
    let answered = answered(&log);
    assert_eq!(answered.len(), 6, "{log}");
    for line in &answered {
        assert_eq!(line["request.route"], "/subjects/{subjects}");
        assert_eq!(line["request.method"], "GET");
        assert_eq!(line["level"], if is_slow(line) { "WARN" } else { "INFO" });
        assert!(line["duration_ms"].as_f64().expect("a number") >= 0.0);
        assert!(line["bytes"].as_u64().expect("a number") > 0);
        assert!(line.get("client.address").is_none());
    }
    assert!(answered[..3].iter().all(|line| line["request.id"] == "proxy-0815" && line["status"] == 200));
    assert_eq!((&answered[5]["request.id"], &answered[5]["status"]), (&Value::from(id), &Value::from(401)));
    for secret in [KEY, "wrong-key", "192.0.2", "sort=up"] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
    // Where the service itself listens is no secret.
    let of_peer = |line: &&Value| line.to_string().replace(&own_address, "").contains("127.0.0.1");
    assert_eq!(lines(&log).iter().find(of_peer), None);
}

#[tokio::test]
async fn clients_are_named_where_the_operator_wants_it() {
    let program = Program::start(&[
        ("CROSSLIST_LOG__REQUESTS", "true"),
        ("CROSSLIST_LOG__CLIENT_ADDRESSES", "true"),
        ("CROSSLIST_SERVER__TRUSTED_PROXIES", "127.0.0.1"),
    ]);
    program.ask("/robots.txt", &[("x-forwarded-for", "192.0.2.77")]).await;
    assert_eq!(answered(&program.end())[0]["client.address"], "192.0.2.77");
}

#[tokio::test]
async fn by_itself_a_request_leaves_no_line_and_an_error_bears_its_id() {
    let program = Program::start(&[("CROSSLIST_LOG__LEVEL", "debug")]);
    let answer = program.ask("/subjects/cs.DC.rss", &[]).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().get("x-request-id").is_none());
    // Nobody but a trusted proxy chooses an id.
    let answer = program.ask("/nowhere", &[("x-request-id", "mine")]).await;
    let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
    assert_ne!(id, "mine");
    let problem: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    assert_eq!(problem["instance"], format!("urn:crosslist:request:{id}"));
    assert_ne!(program.ask("/nowhere", &[]).await.headers()["x-request-id"], id.as_str());
    let log = program.end();
    // What took long by chance is logged by itself.
    assert!(lines(&log).iter().all(|line| line.get("request.id").is_none() || is_slow(line)), "{log}");
}

#[tokio::test]
async fn what_failed_here_is_logged_with_its_id_and_without_its_query() {
    let program = Program::start(&[("CROSSLIST_SERVER__COLD_WAIT_SECONDS", "1")]);
    // The demo has no page of this subject.
    let answer = program.ask("/subjects/cs.LG.rss?type=new", &[]).await;
    assert_eq!(answer.status(), 503);
    let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
    let log = program.end();
    let failed: Vec<Value> =
        lines(&log).into_iter().filter(|line| line["request.id"] == id.as_str()).collect();
    assert_eq!(failed.len(), 1, "{log}");
    assert_eq!(failed[0]["level"], "WARN");
    assert_eq!(failed[0]["request.path"], "/subjects/cs.LG.rss");
    assert_eq!(failed[0]["status"], 503);
    assert!(!log.contains("type=new"), "{log}");
}
