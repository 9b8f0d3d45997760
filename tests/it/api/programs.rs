//! Programs that others wrote, over several mailings: rss2email, and feedparser with the `arxiv` package.
//!
//! A test whose program is not installed is skipped (`support::tools`).

use std::path::Path;
use std::process::{Command, Output};

use crosslist::settings::Sources;
use reqwest::Method;
use serde_json::Value;

use crate::support::service::{Arxiv, Running};
use crate::support::tools::has_tool;

const FRIDAY: &str = "2026-03-06T12:00:00Z";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/api/programs/arxiv_package.py");

/// What a program says, which must have ended well; the service goes on answering meanwhile.
async fn run(mut command: Command) -> Output {
    let ended = tokio::task::spawn_blocking(move || command.output());
    let output = ended.await.expect("it ends").expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The ids of the items that the mails of a Maildir folder are of.
fn mailed(folder: &Path) -> Vec<String> {
    let mails = std::fs::read_dir(folder).expect("mails").map(|mail| mail.expect("a mail").path());
    let id = |mail: std::path::PathBuf| {
        let mail = std::fs::read_to_string(mail).expect("UTF-8");
        let id = mail.lines().find_map(|line| line.strip_prefix("X-RSS-ID: "));
        id.expect("an id").to_owned()
    };
    let mut ids: Vec<String> = mails.map(id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn rss2email_mails_every_paper_of_three_mailings_once() {
    if !has_tool("r2e", &["--version"]) {
        return;
    }
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, sources, FRIDAY).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mail = folder.path().join("mail");
    std::fs::create_dir(&mail).expect("a folder for mails");
    let settings = format!(
        "[DEFAULT]\nfrom = feeds@example.org\nto = reader@example.org\nemail-protocol = maildir\n\
         maildir-path = {}\nmaildir-mailbox = INBOX\nhtml-mail = False\n",
        mail.display()
    );
    std::fs::write(folder.path().join("settings"), settings).expect("settings");
    let r2e = |arguments: &[&str]| {
        let mut command = Command::new("r2e");
        command.current_dir(folder.path()).env("HOME", folder.path());
        command.args(["--config", "settings", "--data", "data.json"]).args(arguments);
        command
    };
    let feed = format!("{}/subjects/cs.DC.rss", service.base);
    run(r2e(&["add", "papers", &feed])).await;
    let mut mails = 0;
    for page in ["cs.DC-new-2026-03-02.html", "cs.DC-new-2026-03-03.html", "cs.DC-new-2026-03-06.html"] {
        arxiv.page("/list/cs.DC/new", page);
        service.ask(Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
        // Twice: the second poll is answered with 304 and mails nothing.
        for _ in 0..2 {
            run(r2e(&["run"])).await;
        }
        let mut ids = service.ids("/subjects/cs.DC.json").await;
        ids.sort();
        assert!(ids.len() > mails, "{page} brought nothing new");
        mails = ids.len();
        assert_eq!(mailed(&mail.join("INBOX/new")), ids, "{page}");
    }
}

#[tokio::test]
async fn feedparser_and_the_arxiv_package_find_every_new_paper_where_the_host_is_changed() {
    if !has_tool("python3", &["-c", "import arxiv, feedparser"]) {
        return;
    }
    let service =
        Running::demo_with(Sources::default().with_override("test", "subjects.watch", "cs.DC")).await;
    let mut command = Command::new("python3");
    command.args([SCRIPT, &service.base, "cs.DC?days=7"]);
    let output = run(command).await;
    let seen: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&seen["title"], &seen["bozo"]), (&"cs.DC updates on arXiv.org".into(), &false.into()));
    let ids: Vec<&str> = seen["ids"].as_array().expect("ids").iter().filter_map(Value::as_str).collect();
    assert!(ids.len() > 20, "more than one batch: {}", ids.len());
    let results = seen["results"].as_array().expect("results");
    let number = |id: &str| id.split('v').next().unwrap_or_default().to_owned();
    let found: Vec<String> =
        results.iter().map(|result| number(result["id"].as_str().expect("an id"))).collect();
    assert_eq!(found, ids.iter().map(|id| number(id)).collect::<Vec<_>>());
    for (entry, result) in seen["entries"].as_array().expect("entries").iter().zip(results) {
        assert_eq!(entry[1], result["authors"], "{result}");
        for field in ["title", "primary", "published", "pdf"] {
            assert!(result[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {result}");
        }
    }
}
