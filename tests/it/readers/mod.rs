//! Feeds as readers and validators of others parse them.
//!
//! A test whose tool is not installed is skipped (`support::tools`).

mod chats;
mod feeds;

use std::path::Path;
use std::process::{Command, Output};

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::feed::Feed;
use crosslist::render::{self, Format};
use serde_json::Value;

use crate::support::tools::has_tool;

const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/schemas");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/readers/read.py");

/// What every reader must get out of every format.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    id: String,
    title: String,
    link: String,
    published: i64,
    authors: Vec<String>,
    tags: Vec<String>,
}

#[test]
fn feed_rs_reads_the_same_out_of_all_three_formats() {
    for (name, feed) in feeds::all() {
        for format in Format::ALL {
            let document = render::feed(&feed, format);
            let read = feed_rs::parser::parse(document.as_bytes()).expect(name);
            assert_eq!(read.title.expect("a title").content, feed.title, "{name} {format}");
            let seen = read.entries.into_iter().map(|entry| Seen {
                id: entry.id,
                title: entry.title.expect("a title").content,
                link: entry.links.into_iter().next().expect("a link").href,
                published: entry.published.expect("a date").timestamp(),
                authors: known(entry.authors.into_iter().filter_map(|author| author.name).collect()),
                tags: entry.categories.into_iter().map(|category| category.term).collect(),
            });
            same(&seen.collect::<Vec<_>>(), &expected(&feed), &format!("{name} {format}"));
        }
    }
}

#[test]
fn feed_rs_reads_content_and_summary_as_they_were() {
    let feed = feeds::hostile();
    for format in Format::ALL {
        let read = feed_rs::parser::parse(render::feed(&feed, format).as_bytes()).expect("a feed");
        for (seen, entry) in read.entries.iter().zip(&feed.entries) {
            let content = seen.content.as_ref().and_then(|content| content.body.as_deref());
            assert_eq!(content, Some(&*cleaned(&entry.content_html)), "{format} {}", entry.id);
        }
    }
}

#[test]
fn libxml2_finds_the_documents_well_formed() {
    if !has_tool("xmllint", &["--version"]) {
        return;
    }
    for (name, feed) in feeds::all() {
        for format in [Format::Rss, Format::Atom] {
            on_file(&feed, format, |file| accepted(&run("xmllint", &["--noout", file]), name));
        }
    }
}

#[test]
fn atom_is_what_rfc_4287_says() {
    if !has_tool("xmllint", &["--version"]) {
        return;
    }
    let grammar = format!("{SCHEMAS}/atom.rng");
    for (name, feed) in feeds::all() {
        on_file(&feed, Format::Atom, |file| {
            accepted(&run("xmllint", &["--noout", "--relaxng", &grammar, file]), name);
        });
    }
}

#[test]
fn feedparser_reads_rss_and_atom_without_complaint() {
    if !has_tool("python3", &["-c", "import feedparser"]) {
        return;
    }
    for (name, feed) in feeds::all() {
        for format in [Format::Rss, Format::Atom] {
            let about = format!("{name} {format}");
            let read = on_file(&feed, format, |file| json(&run("python3", &[SCRIPT, "feedparser", file])));
            assert_eq!(read["bozo"], Value::Null, "{about}");
            assert_eq!(read["link"], feed.page_url, "{about}");
            let entries = read["entries"].as_array().expect("a list");
            same(&entries.iter().map(by_feedparser).collect::<Vec<_>>(), &expected(&feed), &about);
            let types = entries.iter().map(|entry| entry["announce_type"].as_str());
            let expected = feed.entries.iter().map(|entry| entry.announce_type.map(AnnounceType::as_str));
            assert!(types.eq(expected), "{about}");
        }
    }
}

#[test]
fn what_chats_get_is_valid_and_keeps_ids_and_dates() {
    let has_xmllint = has_tool("xmllint", &["--version"]);
    let grammar = format!("{SCHEMAS}/atom.rng");
    for (name, feed) in feeds::for_chats() {
        for format in Format::ALL {
            let read = feed_rs::parser::parse(render::feed(&feed, format).as_bytes()).expect(name);
            let fixed = |id: &str, moment: i64| (id.to_owned(), moment);
            let seen = read
                .entries
                .iter()
                .map(|entry| fixed(&entry.id, entry.published.expect("a date").timestamp()));
            let expected = feed.entries.iter().map(|entry| fixed(&entry.id, entry.published.as_second()));
            assert!(seen.eq(expected), "{name} {format}");
        }
        if has_xmllint {
            on_file(&feed, Format::Rss, |file| accepted(&run("xmllint", &["--noout", file]), name));
            on_file(&feed, Format::Atom, |file| {
                accepted(&run("xmllint", &["--noout", "--relaxng", &grammar, file]), name);
            });
        }
    }
}

#[test]
fn json_feed_is_what_its_schema_says() {
    if !has_tool("python3", &["-c", "import jsonschema, referencing"]) {
        return;
    }
    let schemas = ["jsonfeed-1.1.json", "jsonfeed-1.json"].map(|schema| format!("{SCHEMAS}/{schema}"));
    for (name, feed) in feeds::all() {
        on_file(&feed, Format::Json, |file| {
            let answer = json(&run("python3", &[SCRIPT, "jsonschema", file, &schemas[0], &schemas[1]]));
            assert_eq!(answer["errors"], Value::Array(Vec::new()), "{name}");
        });
    }
}

#[test]
fn others_read_what_the_export_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");
    let output = Command::new(env!("CARGO_BIN_EXE_crosslist"))
        .current_dir(folder.path())
        .env("CROSSLIST_SUBJECTS__WATCH", "cs.DC")
        .args(["export", "--out", "site", "--replay", demo, "--base-url", "https://user.github.io/papers"])
        .output();
    accepted(&output.expect("it ends"), "export");
    let path = |name: &str| site.join(name).to_str().expect("UTF-8").to_owned();
    if has_tool("xmllint", &["--version"]) {
        let grammar = format!("{SCHEMAS}/atom.rng");
        let atom = path("subjects/cs.DC.atom");
        accepted(&run("xmllint", &["--noout", "--relaxng", &grammar, &atom]), "atom");
        accepted(&run("xmllint", &["--noout", &path("subjects/cs.DC.rss"), &path("feeds.opml")]), "xml");
    }
    if has_tool("python3", &["-c", "import feedparser"]) {
        for ending in ["rss", "atom"] {
            let name = format!("subjects/cs.DC.{ending}");
            let read = json(&run("python3", &[SCRIPT, "feedparser", &path(&name)]));
            assert_eq!(read["bozo"], Value::Null, "{ending}");
            assert_eq!(read["link"], "https://user.github.io/papers/subjects/cs.DC", "{ending}");
            assert_eq!(read["entries"].as_array().map(Vec::len), Some(37), "{ending}");
        }
    }
    if has_tool("python3", &["-c", "import jsonschema, referencing"]) {
        let schemas = ["jsonfeed-1.1.json", "jsonfeed-1.json"].map(|schema| format!("{SCHEMAS}/{schema}"));
        let file = path("subjects/cs.DC.json");
        let answer = json(&run("python3", &[SCRIPT, "jsonschema", &file, &schemas[0], &schemas[1]]));
        assert_eq!(answer["errors"], Value::Array(Vec::new()));
    }
}

fn expected(feed: &Feed) -> Vec<Seen> {
    let entries = feed.entries.iter().map(|entry| Seen {
        id: entry.id.clone(),
        title: cleaned(&entry.title).trim().to_owned(),
        link: entry.url.clone(),
        published: entry.published.as_second(),
        authors: entry
            .authors
            .iter()
            .map(|name| cleaned(name))
            .filter(|name| !name.trim().is_empty())
            .collect(),
        tags: entry.subjects.iter().map(|subject| subject.id.to_string()).collect(),
    });
    entries.collect()
}

/// The characters of `feeds::hostile` that no feed may carry are taken out.
fn cleaned(text: &str) -> String {
    text.replace(['\u{0}', '\u{8}', '\u{1F}', '\u{85}', '\u{FFFD}', '\u{FFFE}'], "")
}

/// The authors without what a format adds for old readers' sake or a standard's.
///
/// Atom needs an author where arXiv has none, and feed-rs takes JSON Feed's old `author` for one more.
fn known(mut authors: Vec<String>) -> Vec<String> {
    let one_more = authors.split_first().is_some_and(|(first, others)| *first == others.join(", "));
    if one_more || authors == ["(author list is unavailable)"] {
        authors.remove(0);
    }
    authors
}

fn by_feedparser(entry: &Value) -> Seen {
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().expect("a list").iter().map(words).collect();
    Seen {
        id: words(&entry["id"]),
        title: words(&entry["title"]),
        link: words(&entry["link"]),
        published: entry["published"].as_i64().expect("a number"),
        authors: known(list(&entry["authors"])),
        tags: list(&entry["tags"]),
    }
}

/// Entry by entry, so that a failure shows one and not thousands of authors.
fn same(seen: &[Seen], expected: &[Seen], about: &str) {
    assert_eq!(seen.len(), expected.len(), "{about}");
    for (seen, expected) in seen.iter().zip(expected) {
        assert_eq!(seen, expected, "{about}");
    }
}

fn on_file<T>(feed: &Feed, format: Format, check: impl FnOnce(&str) -> T) -> T {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(Path::new("feed").with_extension(format.extension()));
    std::fs::write(&file, render::feed(feed, format)).expect("a temporary file");
    check(file.to_str().expect("a path in UTF-8"))
}

fn run(tool: &str, arguments: &[&str]) -> Output {
    Command::new(tool).args(arguments).output().expect(tool)
}

fn accepted(output: &Output, about: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{about}: {said}");
}

fn json(output: &Output) -> Value {
    accepted(output, "read.py");
    serde_json::from_slice(&output.stdout).expect("JSON")
}
