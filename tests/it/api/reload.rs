//! Settings that change while the service runs: all at once or none, and told where an operator looks.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crosslist::serve::ReloadCause;
use crosslist::settings::Sources;
use crosslist::startup::Ending;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::service::Running;
use crate::support::wait::until;

/// A service and the folder of its settings.
struct Reloading {
    folder: TempDir,
    service: Running,
}

impl Reloading {
    /// The demo with this settings file and, unless they are empty, these feeds.
    async fn start(settings: &str, feeds: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let this = |name: &str| folder.path().join(name);
        fs::write(this("crosslist.toml"), settings).expect("a file");
        if !feeds.is_empty() {
            fs::write(this("feeds.toml"), feeds).expect("a file");
        }
        let sources = Sources::new(Some(this("crosslist.toml")), [("", ""); 0]);
        let service = Running::demo_with(sources).await;
        service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
        Self { folder, service }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes as a careful program does: a reader sees the old file or the new one.
    fn put(&self, name: &str, text: &str) {
        let new = self.path(".new");
        fs::write(&new, text).expect("a file");
        fs::rename(new, self.path(name)).expect("in its place");
    }

    async fn settings(&self) -> Value {
        self.service.feed("/status.json").await["settings"].clone()
    }

    async fn until(&self, what: &str, is_so: impl AsyncFn(&Running) -> bool) {
        let asked = async || (is_so(&self.service).await, self.service.text("/status.json").await);
        until(what, asked, |(is_so, _)| *is_so).await;
    }

    async fn until_named(&self, slug: &str, status: u16) {
        let path = format!("/named/{slug}.json");
        self.until(&path, async |service| service.get(&path).await.status() == status).await;
    }
}

/// Settings that show in every feed.
fn at(number: usize) -> String {
    format!("[server]\nbase_url = \"http://{number}.example\"\n")
}

/// The number of the settings that a feed shows.
async fn number(service: &Running) -> usize {
    let address = service.feed("/subjects/cs.DC.json").await["feed_url"].as_str().expect("text").to_owned();
    let number = address.strip_prefix("http://").and_then(|rest| rest.split_once(".example"));
    number.and_then(|(number, _)| number.parse().ok()).unwrap_or_default()
}

fn feed(name: &str, more: &str) -> String {
    format!("[[feed]]\nname = \"{name}\"\nsources = [\"cs.DC\"]\n{more}\n")
}

async fn etag(service: &Running, path: &str) -> (String, String) {
    let response = service.get(path).await;
    assert_eq!(response.status(), 200, "{path}");
    let tag = response.headers()["etag"].to_str().expect("text").to_owned();
    (tag, response.text().await.expect("a body"))
}

#[tokio::test]
async fn a_feed_comes_with_its_file_changes_with_it_and_goes() {
    let run = Reloading::start("", "").await;
    assert_eq!(run.service.get("/named/gpu.json").await.status(), 404);
    run.put("feeds.toml", &(feed("gpu", "query = 'ti:GPU'") + &feed("all", "")));
    run.until_named("gpu", 200).await;
    let (all, before) =
        (etag(&run.service, "/named/all.atom").await, etag(&run.service, "/named/gpu.atom").await);
    run.put("feeds.toml", &(feed("all", "") + &feed("gpu", "query = 'ti:FPGA'") + &feed("more", "")));
    run.until_named("more", 200).await;
    assert_eq!(etag(&run.service, "/named/all.atom").await, all, "a feed that did not change");
    assert_ne!(etag(&run.service, "/named/gpu.atom").await, before);
    run.put("feeds.toml", &feed("all", ""));
    run.until_named("gpu", 404).await;
    assert_eq!(etag(&run.service, "/named/all.atom").await, all);
}

#[tokio::test]
async fn a_list_that_changes_changes_the_feeds_and_the_searches_that_use_it() {
    let feeds = |rule: &str| format!("[lists]\nx = ['{rule}']\n{}", feed("a", "query = 'list:x'"));
    let run = Reloading::start("", &feeds("ti:GPU")).await;
    let (named, search) = ("/named/a.json", "/subjects/cs.DC.json?q=list:x");
    let (before, found) = (run.service.ids(named).await, run.service.ids(search).await);
    assert_eq!(before, found);
    run.put("feeds.toml", &feeds("-ti:GPU"));
    run.until("another list", async |service| service.ids(named).await != before).await;
    assert_eq!(run.service.ids(search).await, run.service.ids(named).await);
    assert_eq!(run.service.ids(named).await, run.service.ids("/subjects/cs.DC.json?q=-ti:GPU").await);
}

#[tokio::test]
async fn a_mistake_keeps_the_old_settings_and_is_told_until_it_is_mended() {
    let run = Reloading::start(&at(3), &feed("all", "")).await;
    assert_eq!(number(&run.service).await, 3);
    run.put("crosslist.toml", &format!("{}[feeds]\ndays = 0\n[access]\nkeys = [0123456789abcdef]\n", at(4)));
    run.put("feeds.toml", &feed("all", "query = 'cat:cs.DK'"));
    run.until("refused", async |service| {
        service.feed("/status.json").await["settings"]["mistakes"]
            .as_array()
            .is_some_and(|all| all.len() == 3)
    })
    .await;
    let settings = run.settings().await;
    let mistakes = settings["mistakes"].to_string();
    for expected in
        ["crosslist.toml:4:8: `days` is 0", "    4 | days = 0", "feeds.toml:4:14: unknown category", "^"]
    {
        assert!(mistakes.contains(expected), "{expected} in {mistakes}");
    }
    assert!(!mistakes.contains("0123456789abcdef"), "{mistakes}");
    let page = run.service.text("/status").await;
    assert!(page.contains("The settings have errors") && page.contains("`days` is 0"), "{page}");
    assert!(!page.contains("0123456789abcdef"), "{page}");
    assert_eq!(number(&run.service).await, 3, "the old ones are in force");
    run.put("feeds.toml", &feed("all", ""));
    run.put("crosslist.toml", &at(5));
    run.until("mended", async |service| number(service).await == 5).await;
    let settings = run.settings().await;
    assert_eq!((&settings["refused"], &settings["loaded_by"]), (&Value::Null, &"file".into()), "{settings}");
    assert!(!run.service.text("/status").await.contains("The settings have errors"));
}

#[tokio::test]
async fn what_was_wrong_and_is_set_back_is_told_no_more() {
    let run = Reloading::start("[feeds]\nlimit = 3\n", "").await;
    run.put("crosslist.toml", "[feeds]\nlimit = no\n");
    run.until("refused", async |service| {
        service.feed("/status.json").await["settings"]["refused"].is_string()
    })
    .await;
    run.put("crosslist.toml", "[feeds]\nlimit = 3\n");
    run.until("set back", async |service| {
        service.feed("/status.json").await["settings"]["refused"].is_null()
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_being_written_is_read_when_it_is_whole() {
    let run = Reloading::start(&at(3), "").await;
    let mut file = File::create(run.path("crosslist.toml")).expect("a file");
    file.write_all(b"[server]\nbase_u").expect("written");
    file.flush().expect("written");
    assert_eq!(number(&run.service).await, 3);
    file.write_all(b"rl = \"http://4.example\"\n").expect("written");
    drop(file);
    run.until("whole", async |service| number(service).await == 4).await;
    // An empty file is one that is being written, too, or one for which the disk had no room.
    fs::write(run.path("crosslist.toml"), "").expect("a file");
    run.until("empty", async |service| {
        service.feed("/status.json").await["settings"]["mistakes"].to_string().contains("is empty")
    })
    .await;
    assert_eq!(number(&run.service).await, 4);
    fs::remove_file(run.path("crosslist.toml")).expect("gone");
    run.until("gone", async |service| {
        service.feed("/status.json").await["settings"]["mistakes"].to_string().contains("cannot be read")
    })
    .await;
    assert_eq!(number(&run.service).await, 4);
}

#[tokio::test]
async fn a_folder_that_is_exchanged_behind_a_link_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let version = |name: &str, text: &str| {
        fs::create_dir(folder.path().join(name)).expect("a folder");
        fs::write(folder.path().join(name).join("crosslist.toml"), text).expect("a file");
    };
    // As Kubernetes mounts a ConfigMap.
    let point_to = |name: &str| {
        symlink(name, folder.path().join("..data_tmp")).expect("a link");
        fs::rename(folder.path().join("..data_tmp"), folder.path().join("..data")).expect("in its place");
    };
    version("..2026_1", &at(3));
    point_to("..2026_1");
    symlink("..data/crosslist.toml", folder.path().join("crosslist.toml")).expect("a link");
    let sources = Sources::new(Some(folder.path().join("crosslist.toml")), [("", ""); 0]);
    let service = Running::demo_with(sources).await;
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    let run = Reloading { folder: tempfile::tempdir().expect("a folder"), service };
    for (name, expected) in [("..2026_2", 4), ("..2026_3", 5)] {
        version(name, &at(expected));
        point_to(name);
        run.until(name, async |service| number(service).await == expected).await;
    }
}

#[tokio::test]
async fn a_key_that_is_taken_out_of_its_file_opens_nothing_more() {
    let (one, two) = ("0123456789abcdef-one", "0123456789abcdef-two");
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys");
    fs::write(&keys, format!("{one}\n{two}\n")).expect("a file");
    let settings = format!("[access]\nkeys_file = {:?}\n", keys.display().to_string());
    let run = Reloading::start(&settings, "").await;
    let status = async |service: &Running, key: &str| {
        let bearer = format!("Bearer {key}");
        let response = service.ask(reqwest::Method::GET, "/status.json", &[("authorization", &bearer)]).await;
        (response.status().as_u16(), response.text().await.expect("a body"))
    };
    assert_eq!((status(&run.service, one).await.0, status(&run.service, two).await.0), (200, 200));
    fs::write(&keys, format!("{two}\n")).expect("a file");
    until("the old key is refused", async || status(&run.service, one).await.0, |status| *status == 401)
        .await;
    // A file without a key would let everyone in, and is a mistake instead.
    fs::write(&keys, "# none\n").expect("a file");
    let refused = async || {
        let (code, text) = status(&run.service, two).await;
        assert_eq!(code, 200);
        assert!(!text.contains(two), "{text}");
        text
    };
    until("the file is refused", refused, |text| text.contains("contains no key")).await;
    assert_eq!(run.service.get("/subjects/cs.DC.json").await.status(), 401);
}

#[tokio::test]
async fn a_subject_that_is_watched_from_now_on_is_read_and_one_that_is_taken_out_is_not() {
    let run = Reloading::start("[subjects]\non_demand = false\nwatch = [\"cs.DC\"]\n", "").await;
    assert_eq!(run.service.get("/subjects/cs.PF.json").await.status(), 403);
    run.put("crosslist.toml", "[subjects]\non_demand = false\nwatch = [\"quant-ph\"]\n");
    let subjects = async |service: &Running| {
        let status = service.feed("/status.json").await;
        let subjects = status["subjects"].as_array().expect("subjects").clone();
        subjects.iter().map(|row| format!("{} {}", row["subject"], row["verdict"])).collect::<Vec<_>>()
    };
    run.until("quant-ph is read", async |service| {
        let subjects = subjects(service).await;
        subjects.len() == 1 && subjects[0].starts_with("\"quant-ph\"") && !subjects[0].contains("unread")
    })
    .await;
    assert_eq!(run.service.get("/subjects/cs.DC.json").await.status(), 403);
}

#[tokio::test]
async fn what_needs_a_restart_is_named_until_it_is_set_back() {
    let run = Reloading::start("", "").await;
    run.put("crosslist.toml", &format!("[store]\nwindow_days = 60\n[feeds]\ndays = 40\n{}", at(7)));
    run.until("the rest", async |service| number(service).await == 7).await;
    assert_eq!(run.settings().await["needs_restart"], serde_json::json!(["store.window_days"]));
    assert!(run.service.text("/status").await.contains("<code>store.window_days</code>"));
    // The memory holds thirty days still, whatever a feed may have later.
    assert_eq!(run.service.get("/subjects/cs.DC.json?days=31").await.status(), 400);
    run.put("crosslist.toml", &at(7));
    run.until("set back", async |service| {
        service.feed("/status.json").await["settings"]["needs_restart"] == serde_json::json!([])
    })
    .await;
}

/// The number of a feed's items comes from one file and its address from the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_reloads_under_requests_give_no_mixed_and_no_failed_answer() {
    const RELOADS: usize = 1_000;
    let folder = tempfile::tempdir().expect("a folder");
    let write = |number: usize| {
        fs::write(folder.path().join("crosslist.toml"), at(number)).expect("a file");
        let feeds = feed("x", &format!("title = \"{number} items\"\nlimit = {number}")) + &feed("y", "");
        fs::write(folder.path().join("feeds.toml"), feeds).expect("a file");
    };
    write(1);
    let sources = Sources::new(Some(folder.path().join("crosslist.toml")), [("", ""); 0]);
    let service = Running::demo_alone(sources).await;
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    let reloads = service.reloads.clone();
    let done = std::sync::atomic::AtomicBool::new(false);
    let readers = async {
        let mut answers = 0;
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let feed = service.feed("/named/x.json").await;
            let count = feed["items"].as_array().expect("items").len();
            assert_eq!(feed["title"], format!("{count} items"));
            assert_eq!(feed["feed_url"], format!("http://{count}.example/named/x.json"));
            answers += 1;
        }
        answers
    };
    let operator = async {
        for round in 0..RELOADS {
            write(2 + round % 5);
            assert_eq!(reloads.reload(ReloadCause::Signal).await, Ending::InForce, "{round}");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    let (answers, again, more, ()) = tokio::join!(
        readers,
        async { service.text("/named/y.atom").await },
        async { service.text("/status").await },
        operator
    );
    assert!(answers >= 10 && !again.is_empty() && !more.is_empty(), "{answers}");
}
