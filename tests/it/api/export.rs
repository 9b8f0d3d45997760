//! `crosslist export`: what it writes is what the service serves, and everything in it leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use crosslist::settings::Sources;
use crosslist::startup::Keep;
use scraper::{Html, Selector};
use url::Url;

use crate::support::service::{Arxiv, Running};

/// An hour after the mailing of Monday, 2 March 2026, and of the days that follow.
const MONDAY: &str = "2026-03-02T02:00:00Z";
const TUESDAY: &str = "2026-03-03T02:00:00Z";

const BASE: &str = "https://user.github.io/papers";

/// Together more than fit on a page to read.
const SUBJECTS: [(&str, &str); 5] = [
    ("cs.DC", "cs.DC-new-2026-03-02.html"),
    ("cs.CY", "cs.CY-new.html"),
    ("hep-ex", "hep-ex-new.html"),
    ("hep-th", "hep-th-new.html"),
    ("quant-ph", "quant-ph-new.html"),
];

const FEEDS: &str = "[[feed]]\nname = \"gpu\"\ntitle = \"GPU & more\"\nsources = [\"cs.DC\"]\nquery = 'ti:GPU'\n\n\
    [[feed]]\nname = \"much\"\nsources = [\"cs.DC\", \"cs.CY\", \"hep-ex\", \"hep-th\", \"quant-ph\"]\n";

/// A folder to run the command in, with settings that watch and name something.
struct Place {
    folder: tempfile::TempDir,
    arxiv: Arxiv,
}

impl Place {
    async fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder"), arxiv: Arxiv::start().await };
        for (subject, file) in SUBJECTS {
            let path = format!("{}/tests/fixtures/pages/{file}", env!("CARGO_MANIFEST_DIR"));
            let page = fs::read_to_string(path).expect("a saved page");
            place.arxiv.answer(&format!("/list/{subject}/new"), 200, &page);
        }
        fs::create_dir(place.folder.path().join("config")).expect("a folder");
        place.watch(&["cs.DC", "quant-ph"]);
        fs::write(place.folder.path().join("config/feeds.toml"), FEEDS).expect("a file");
        place
    }

    fn watch(&self, subjects: &[&str]) {
        let settings = format!(
            "[subjects]\nwatch = {subjects:?}\nfill_days = 0\n[upstream]\nbase_url = \"{}\"\npause_seconds = 0\n[server]\nbase_url = \"{BASE}/\"\n",
            self.arxiv.base
        );
        fs::write(self.folder.path().join("config/crosslist.toml"), settings).expect("a file");
    }

    fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// Runs the command, which must end so, and gives what it said.
    async fn export(&self, arguments: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosslist"));
        command.current_dir(self.folder.path()).args(["export", "--out", "site"]).args(arguments);
        // The server in arXiv's place runs on this thread.
        let output: Output =
            tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it runs");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        said
    }

    /// Every file and when it was last written.
    fn files(&self) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
        let mut files = BTreeMap::new();
        collect(&self.site(), &self.site(), &mut files);
        files
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.site().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

fn collect(top: &Path, folder: &Path, files: &mut BTreeMap<String, (Vec<u8>, SystemTime)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(top, &path, files);
        } else {
            let name = path.strip_prefix(top).expect("inside").to_str().expect("UTF-8").to_owned();
            let modified = path.metadata().and_then(|meta| meta.modified()).expect("a time");
            files.insert(name, (fs::read(&path).expect("a file"), modified));
        }
    }
}

#[tokio::test]
async fn an_exported_feed_has_the_bytes_that_the_service_serves() {
    let place = Place::new().await;
    place.export(&["--now", MONDAY], 0).await;
    let sources = Sources {
        file: Some(place.folder.path().join("config/crosslist.toml")),
        feeds_file: Some(place.folder.path().join("config/feeds.toml")),
        ..Sources::default()
    };
    let keep = Keep::InFile(place.folder.path().join("data/crosslist.db"));
    let service = Running::over_with(&place.arxiv, sources, keep, MONDAY).await;
    let feeds = ["subjects/cs.DC", "subjects/quant-ph", "subjects/cs.CY", "named/gpu", "named/much"];
    for feed in feeds {
        for ending in ["rss", "atom", "json"] {
            let path = format!("{feed}.{ending}");
            let served = service.text(&format!("/{path}")).await;
            let written = fs::read_to_string(place.site().join(&path)).expect("an exported feed");
            assert!(served == written, "{path} is not the same");
            assert!(written.contains(&format!("{BASE}/{path}")), "{path} does not say where it is");
            assert!(
                !feed_rs::parser::parse(written.as_bytes()).expect("a feed").entries.is_empty(),
                "{path}"
            );
        }
    }
    let opml = fs::read_to_string(place.site().join("feeds.opml")).expect("the list");
    assert_eq!(opml, service.text("/feeds.opml").await);
}

fn ends(path: &str, ending: &str) -> bool {
    path.ends_with(ending)
}

/// The links of a page, and the names inside it that others may lead to.
fn links(page: &str) -> (Vec<String>, BTreeSet<String>) {
    let document = Html::parse_document(page);
    let select = |selector: &str| Selector::parse(selector).expect("a selector");
    let mut links = Vec::new();
    for (selector, name) in [("[href]", "href"), ("[src]", "src")] {
        links.extend(document.select(&select(selector)).filter_map(|e| e.attr(name)).map(str::to_owned));
    }
    assert_eq!(document.select(&select("form, input, [action]")).count(), 0, "a form needs a service");
    let marked = select("[id]");
    let names = document.select(&marked).filter_map(|element| element.attr("id")).map(str::to_owned);
    (links, names.collect())
}

#[tokio::test]
async fn every_link_of_an_export_leads_to_a_file_of_it_and_no_page_has_a_form() {
    let place = Place::new().await;
    place.export(&["--now", MONDAY], 0).await;
    let files = place.files();
    assert!(files.contains_key("named/much/2/index.html"), "the longest feed has a second page");
    let text = |path: &str| String::from_utf8(files[path].0.clone()).expect("text");
    let pages: BTreeMap<&String, _> =
        files.keys().filter(|path| ends(path, ".html")).map(|path| (path, links(&text(path)))).collect();
    // A host may answer a folder with the page in it, and this is asked of it by feeds alone.
    let file_at = |path: &str, is_exact: bool| {
        let page = format!("{}/index.html", path.trim_end_matches('/'));
        [path.to_owned(), page]
            .into_iter()
            .find(|path| files.contains_key(path))
            .filter(|found| !is_exact || found == path)
    };
    let (mut inside, mut seen) = (0, BTreeSet::new());
    let mut check = |from: &str, link: &str, is_exact: bool| {
        let here = Url::parse(&format!("{BASE}/{from}")).expect("an address");
        let leads = here.join(link).unwrap_or_else(|error| panic!("{from}: {link}: {error}"));
        let Some(path) = leads.as_str().strip_prefix(&format!("{BASE}/")) else {
            // What papers link to is theirs.
            assert!(["http", "https", "mailto"].contains(&leads.scheme()), "{from} leads to {link}");
            return;
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        assert!(!link.starts_with('/'), "{from}: {link} is lost below a folder");
        let found =
            file_at(path, is_exact).unwrap_or_else(|| panic!("{from} leads to {link}, which is not there"));
        if let Some(fragment) = leads.fragment() {
            assert!(pages[&found].1.contains(fragment), "{from}: nothing of {found} is named {fragment}");
        }
        inside += 1;
        seen.insert(found);
    };
    for (path, (links, _)) in &pages {
        for link in links {
            check(path, link, true);
        }
    }
    for (path, _) in files.iter().filter(|(path, _)| ends(path, ".opml") || ends(path, ".atom")) {
        let document = text(path);
        for part in document.split(&format!("\"{BASE}/")).skip(1) {
            check(path, &format!("{BASE}/{}", part.split('"').next().expect("an end")), false);
        }
    }
    assert!(inside > 200, "{inside}");
    // What nothing leads to is for those who look for it by themselves.
    let alone = files.keys().filter(|path| !seen.contains(*path) && !path.starts_with('.'));
    let alone: Vec<&String> = alone.collect();
    assert_eq!(alone, ["favicon.svg"]);
}

#[tokio::test]
async fn what_has_not_changed_is_not_written_and_arxiv_is_not_asked() {
    let place = Place::new().await;
    place.export(&["--now", MONDAY], 0).await;
    let first = place.files();
    let said = place.export(&["--now", "2026-03-02T20:00:00Z"], 0).await;
    assert!(!said.contains("verdict"), "{said}");
    assert_eq!(place.arxiv.asked("/list/cs.DC/new"), 1);
    assert!(place.files() == first, "a file was written again");
    // From what is kept alone, and into another folder: the same bytes.
    fs::rename(place.site(), place.folder.path().join("before")).expect("moved");
    place.export(&["--no-fetch", "--now", "2026-03-02T21:00:00Z"], 0).await;
    let again = place.files();
    assert!(first.keys().eq(again.keys()));
    for (path, (bytes, _)) in &first {
        assert!(*bytes == again[path].0, "{path} differs");
    }
}

#[tokio::test]
async fn a_broken_page_leaves_the_files_as_they_were_and_a_table_says_which() {
    let place = Place::new().await;
    place.export(&["--now", MONDAY], 0).await;
    let before = place.files();
    place.arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    place.arxiv.answer("/list/quant-ph/new", 200, "<html><title>Down</title></html>");
    let said = place.export(&["--now", TUESDAY], 1).await;
    assert!(said.contains("quant-ph") && said.contains("unrecognized"), "{said}");
    assert!(said.contains("could not be read: "), "{said}");
    let after = place.files();
    for ending in ["rss", "atom", "json"] {
        let (broken, whole) = (format!("subjects/quant-ph.{ending}"), format!("subjects/cs.DC.{ending}"));
        assert!(before[&broken] == after[&broken], "{broken} was touched");
        assert!(before[&whole].0 != after[&whole].0, "{whole} is old");
    }
    let page = String::from_utf8(after["subjects/quant-ph/index.html"].0.clone()).expect("text");
    assert!(page.contains("could not be read recently"), "the page does not say so");
}

#[tokio::test]
async fn what_was_never_read_is_not_written_and_what_was_written_before_stays() {
    let place = Place::new().await;
    place.arxiv.answer("/list/quant-ph/new", 404, "");
    let said = place.export(&["--now", MONDAY], 1).await;
    assert!(
        said.contains("no data yet, so nothing new was written: named/much, subjects/quant-ph"),
        "{said}"
    );
    let files = place.files();
    assert!(
        !files.keys().any(|path| path.starts_with("subjects/quant-ph") || path.starts_with("named/much"))
    );
    let start = String::from_utf8(files["index.html"].0.clone()).expect("text");
    assert!(start.contains("not read yet"), "{start}");
    let opml = String::from_utf8(files["feeds.opml"].0.clone()).expect("text");
    assert!(opml.contains("cs.DC.atom") && !opml.contains("quant-ph.atom"), "{opml}");

    // The store is lost, and arXiv as well.
    fs::remove_dir_all(place.folder.path().join("data")).expect("removed");
    for (subject, _) in SUBJECTS {
        place.arxiv.answer(&format!("/list/{subject}/new"), 500, "");
    }
    place.export(&["--no-fetch", "--now", MONDAY], 1).await;
    let after = place.files();
    for path in ["subjects/cs.DC.atom", "subjects/cs.DC.json", "subjects/cs.DC/index.html", "named/gpu.rss"] {
        assert!(files[path] == after[path], "{path}");
    }
    let start = String::from_utf8(after["index.html"].0.clone()).expect("text");
    assert!(start.contains("subjects/cs.DC/index.html") && !start.contains("subjects/quant-ph/"), "{start}");
}

#[tokio::test]
async fn files_of_others_are_neither_replaced_nor_removed() {
    let place = Place::new().await;
    place.write("CNAME", "papers.example");
    place.write("subjects/notes.txt", "mine");
    place.export(&["--now", MONDAY], 0).await;

    // What is no longer configured goes, with its folders; what is of others stays.
    fs::write(place.folder.path().join("config/feeds.toml"), "").expect("a file");
    place.watch(&["cs.DC"]);
    place.write("subjects/quant-ph/mine.txt", "mine");
    place.write("subjects/quant-ph.rss", "changed by hand");
    let said = place.export(&["--now", MONDAY], 0).await;
    assert!(said.contains("left, because it was changed after the export: subjects/quant-ph.rss"), "{said}");
    let files = place.files();
    assert!(!place.site().join("named").exists());
    let of_others: Vec<&String> = files
        .keys()
        .filter(|path| path.starts_with("subjects/") && !path.starts_with("subjects/cs.DC"))
        .collect();
    assert_eq!(of_others, ["subjects/notes.txt", "subjects/quant-ph.rss", "subjects/quant-ph/mine.txt"]);
    assert_eq!(files["CNAME"].0, b"papers.example");

    // What was changed, and what stands where the export would write, is named, and nothing at all is written.
    place.write("index.html", "my own start page");
    place.write("subjects/cs.CY.atom", "my own feed");
    place.watch(&["cs.DC", "cs.CY"]);
    let before = place.files();
    let said = place.export(&["--now", MONDAY], 2).await;
    assert!(said.contains("`index.html`") && said.contains("`subjects/cs.CY.atom`"), "{said}");
    assert!(place.files() == before, "something was written");
}

#[tokio::test]
async fn an_export_that_was_interrupted_is_finished_by_the_next() {
    let place = Place::new().await;
    place.export(&["--now", MONDAY], 0).await;
    let whole = place.files();
    // As it is when the power fails in the middle: some are new, some are not there, one is half written.
    let listed = fs::read_to_string(place.site().join(".crosslist-export.json")).expect("the list");
    let mut list: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    let mut files = list["files"].take();
    let started = files.as_object_mut().expect("files").remove("subjects/cs.DC.atom").expect("the feed");
    list["pending"] = serde_json::json!({ "subjects/cs.DC.atom": started });
    list["files"] = files;
    fs::write(place.site().join(".crosslist-export.json"), list.to_string()).expect("a file");
    fs::remove_file(place.site().join("subjects/cs.DC.rss")).expect("removed");
    place.write("subjects/.crosslist-export.tmp", "half a f");
    place.export(&["--now", MONDAY], 0).await;
    let again = place.files();
    assert!(whole.keys().eq(again.keys()), "{:?}", again.keys());
    for (path, (bytes, _)) in &whole {
        assert!(*bytes == again[path].0, "{path} differs");
    }
}

#[tokio::test]
async fn two_exports_do_not_work_on_one_folder() {
    let place = Place::new().await;
    fs::create_dir(place.site()).expect("a folder");
    let lock = fs::File::create(place.site().join(".crosslist-export.lock")).expect("a file");
    lock.lock().expect("the lock");
    let said = place.export(&["--now", MONDAY], 1).await;
    assert!(said.contains("another `crosslist export` is writing to `site`"), "{said}");
    assert_eq!(place.arxiv.asked("/list/cs.DC/new"), 0);
    drop(lock);
    place.export(&["--now", MONDAY], 0).await;
}

#[tokio::test]
async fn compressed_files_are_the_files() {
    let place = Place::new().await;
    place.export(&["--now", MONDAY, "--precompress"], 0).await;
    let files = place.files();
    let mut compressed = 0;
    for (path, (bytes, _)) in files.iter().filter(|(path, _)| ends(path, ".gz")) {
        let mut whole = Vec::new();
        let mut reader = flate2::read::GzDecoder::new(&bytes[..]);
        std::io::Read::read_to_end(&mut reader, &mut whole).expect("gzip");
        assert!(whole == files[path.trim_end_matches(".gz")].0, "{path}");
        assert!(bytes.len() < whole.len() && files.contains_key(&path.replace(".gz", ".br")), "{path}");
        compressed += 1;
    }
    assert!(compressed > 20, "{compressed}");
    place.export(&["--no-fetch", "--now", MONDAY], 0).await;
    assert!(!place.files().keys().any(|path| ends(path, ".gz") || ends(path, ".br")));
}

#[tokio::test]
async fn what_the_export_needs_to_know_is_asked_for() {
    let place = Place::new().await;
    let check = async |arguments: &[&str], says: &str| {
        let said = place.export(arguments, 2).await;
        assert!(said.contains(says) && said.lines().count() == 1, "{said}");
    };
    check(&["--base-url", ""], "give --base-url such as https://user.github.io/papers/").await;
    check(&["--base-url", "papers"], "write an http or https address").await;
    fs::write(place.folder.path().join("config/feeds.toml"), "").expect("a file");
    place.watch(&[]);
    check(&[], "no feed is configured").await;
    assert!(!place.site().exists());
}
