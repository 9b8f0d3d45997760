//! The service ends soon and in order, whatever goes on.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use crosslist::settings::Sources;

use crate::support::service::{Arxiv, Running, Wire};

const FRIDAY: &str = "2026-03-06T02:00:00Z";

#[tokio::test]
async fn readers_who_wait_for_a_cold_subject_are_told_at_once_when_the_service_stops() {
    let arxiv = Arxiv::silent().await;
    let service = Running::over(&arxiv, Sources::default(), FRIDAY).await;
    let mut readers = Vec::new();
    for subject in ["cs.DC", "cs.LG", "cs.DC+cs.PF"] {
        let mut reader = Wire::to(&service).await;
        reader.send(&format!("GET /subjects/{subject}.atom HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        readers.push(reader);
    }
    // One that says half of what it wants, and one that says nothing.
    let (mut slow, _quiet) = (Wire::to(&service).await, Wire::to(&service).await);
    slow.send("GET /subjects/cs.DC.atom HTTP/1.1\r\nHo").await;
    while arxiv.asked("/list/cs.DC/new") == 0 {
        tokio::task::yield_now().await;
    }
    // All are waiting once the service has answered somebody who came after them.
    service.text("/healthz").await;
    let ((), answers) = tokio::join!(service.stop(), async {
        let mut answers = Vec::new();
        for reader in &mut readers {
            answers.push(reader.answer(true).await);
            assert!(reader.is_closed().await);
        }
        answers
    });
    for answer in answers {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("connection"), Some("close"));
        assert_eq!(answer.header("retry-after"), Some("10"));
        let body = String::from_utf8(answer.body).expect("text");
        assert!(body.contains("the service is stopping"), "{body}");
    }
}

/// The program itself.
struct Program {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Program {
    fn start(settings: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir();
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosslist"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(folder);
        command.envs(settings.iter().copied()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let log = BufReader::new(child.stderr.take().expect("its log"));
        Self { child, log }
    }

    fn listening(mut self) -> Self {
        let mut line = String::new();
        while !line.contains("listening on ") {
            line.clear();
            assert!(self.log.read_line(&mut line).expect("a line") > 0, "the program ended");
        }
        self
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("a signal").success());
    }

    /// What it says to the end, and its exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let mut log = String::new();
        self.log.read_to_string(&mut log).expect("text");
        (log, self.child.wait().expect("it ends").code())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_signal_ends_it_in_order_also_while_arxiv_does_not_answer() {
    for name in ["TERM", "INT", "QUIT"] {
        let arxiv = Arxiv::silent().await;
        let folder = tempfile::tempdir().expect("a folder");
        let store = format!("sqlite:{}", folder.path().join("s.db").display());
        let program = Program::start(&[
            ("CROSSLIST_UPSTREAM__BASE_URL", &arxiv.base),
            ("CROSSLIST_STORE__URL", &store),
            ("CROSSLIST_SUBJECTS__WATCH", "cs.DC"),
        ])
        .listening();
        while arxiv.asked("/list/cs.DC/new") == 0 {
            tokio::task::yield_now().await;
        }
        program.signal(name);
        let (log, code) = program.end();
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("stopping") && log.contains("\"stopped\""), "{log}");
        // The log was copied into the file, and the pause is left to the next.
        assert!(!folder.path().join("s.db-wal").exists(), "{log}");
        let left = std::fs::read_to_string(folder.path().join("s.db.lock")).expect("the lock file");
        assert!(left.lines().nth(1).is_some_and(|rest| rest.parse::<u64>().is_ok()), "{left}");
    }
}

#[tokio::test]
async fn a_signal_ends_it_also_while_a_database_does_not_answer_at_the_start() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let store = format!("postgres://ann@{}/feeds", silent.local_addr().expect("an address"));
    let program = Program::start(&[("CROSSLIST_STORE__URL", &store)]);
    let _held = silent.accept().await.expect("it connects");
    program.signal("TERM");
    assert_eq!(program.end().1, Some(0));
}
