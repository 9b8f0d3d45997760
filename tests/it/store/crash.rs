//! A service that is killed at any moment loses nothing that it has shown, and doubles nothing.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// How often the service is killed, each time a little later in its life.
const KILLS: u32 = 12;

struct Service {
    child: Child,
    base: String,
}

impl Service {
    /// Starts the program over the demo's pages and a store, and waits for it to say where it listens.
    fn start(store: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_crosslist"))
            .args(["serve", "--replay", "demo", "--listen", "127.0.0.1:0", "--store", store])
            .env("CROSSLIST_LOG__FORMAT", "human")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let base = lines
            .find_map(|line| {
                line.expect("a line").split_once("listening on http://").map(|(_, rest)| rest.to_owned())
            })
            .expect("it says where it listens");
        let address = base.split_whitespace().next().expect("an address");
        let base = format!("http://{address}");
        // The pipe is read to its end, so that the program never waits for it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base }
    }

    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

/// Ids and dates of the feed.
async fn items(service: &Service) -> Option<HashMap<String, String>> {
    crosslist::fetch::install_cryptography();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = client.get(format!("{}/subjects/cs.DC.json", service.base)).send().await.ok()?;
    let feed: serde_json::Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
    let text = |item: &serde_json::Value, name: &str| item[name].as_str().expect("text").to_owned();
    let items = feed["items"].as_array()?;
    let found: HashMap<String, String> =
        items.iter().map(|item| (text(item, "id"), text(item, "date_published"))).collect();
    assert_eq!(found.len(), items.len(), "an id stands twice");
    Some(found)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_keeps_every_id_and_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", folder.path().join("crosslist.db").display());
    let mut shown: HashMap<String, String> = HashMap::new();
    for kill in 0..KILLS {
        let service = Service::start(&store);
        if kill % 2 == 0 {
            // Killed while it reads and writes: the answer is not waited for.
            let asked =
                tokio::time::timeout(std::time::Duration::from_millis(u64::from(kill) * 4), items(&service));
            drop(asked.await);
        } else {
            let found = items(&service).await.expect("a feed");
            for (id, date) in &shown {
                assert_eq!(found.get(id), Some(date), "{id}");
            }
            shown = found;
        }
        service.kill();
    }
    assert_eq!(shown.len(), 37);
}
