//! The code keeps to the tables of `ARCHITECTURE.md`: who uses whom, where a dependency belongs, what stays pure.
//!
//! The checker reads tokens and not types: it expands `use` groups, aliases, `self` and `super`, and that is enough to
//! keep honest people honest. Code under `#[cfg(test)]` is free to use what it likes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::source::Source;

mod circles;
mod source;

/// Which stages a stage may use besides itself.
const IMPORTS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("counters", &[]),
    ("fetch", &["domain", "counters"]),
    ("parse", &["domain"]),
    ("text", &["domain"]),
    ("store", &["domain", "counters"]),
    ("filter", &["domain", "text"]),
    ("collect", &["domain", "fetch", "parse", "store", "counters"]),
    ("feeds", &["domain", "filter", "store", "text"]),
    ("render", &["domain", "text"]),
    ("serve", &["domain", "filter", "feeds", "render", "collect", "counters"]),
    ("push", &["domain", "feeds", "render", "store"]),
    ("settings", &["domain", "filter"]),
    ("telemetry", &[]),
    ("startup", ROOF),
    ("cli", ROOF),
];

/// What those see who put the service together.
const ROOF: &[&str] = &[
    "domain",
    "counters",
    "fetch",
    "parse",
    "text",
    "store",
    "filter",
    "collect",
    "feeds",
    "render",
    "serve",
    "push",
    "settings",
    "telemetry",
    "startup",
    "cli",
];

/// Where a crate of others is at home; an empty list for the whole house.
const HOMES: &[(&str, &[&str])] = &[
    ("actix_http", &["serve"]),
    ("actix_server", &["serve", "startup"]),
    ("actix_service", &["serve"]),
    ("actix_web", &["serve", "startup"]),
    ("anyhow", &["cli", "startup"]),
    ("arc_swap", &["serve", "collect"]),
    ("atom_syndication", &["render"]),
    ("blake3", &["serve", "cli"]),
    ("brotli", &["serve"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy_table", &["cli"]),
    ("encoding_rs", &["parse"]),
    ("flate2", &["serve"]),
    ("foldhash", &["collect", "serve"]),
    ("futures_executor", &["store"]),
    ("futures_util", &["store"]),
    ("governor", &["serve"]),
    ("hex", &["serve", "push", "startup"]),
    ("httpdate", &["domain"]),
    ("httparse", &["serve"]),
    ("indexmap", &["filter"]),
    ("indicatif", &["cli"]),
    ("ipnet", &["serve", "push", "settings"]),
    ("jiff", &[]),
    ("math_core", &["text"]),
    ("maud", &["text", "render"]),
    ("memchr", &["serve", "text"]),
    ("aho_corasick", &["text"]),
    ("moka", &["serve", "filter"]),
    ("notify", &["startup"]),
    ("prometheus", &["serve"]),
    ("pulldown_cmark", &["render"]),
    ("regex_automata", &["filter"]),
    ("reqwest", &["fetch", "push", "cli"]),
    ("ring", &["push", "startup"]),
    ("rlimit", &["startup"]),
    ("rss", &["render"]),
    ("rustix", &["cli"]),
    ("rustls", &["fetch"]),
    ("scraper", &["parse"]),
    ("serde", &[]),
    ("serde_json", &["store", "push", "render", "serve", "cli"]),
    ("similar", &["feeds"]),
    ("socket2", &["startup"]),
    ("sqlx", &["store"]),
    ("strsim", &["domain", "settings", "serve"]),
    ("thiserror", &[]),
    ("tokio", &["fetch", "collect", "store", "push", "serve", "startup", "cli"]),
    ("toml", &["settings"]),
    ("unicode_normalization", &["text"]),
    ("tracing", &["fetch", "collect", "store", "push", "serve", "startup", "cli", "telemetry"]),
    ("tracing_subscriber", &["telemetry", "settings"]),
    ("url", &[]),
];

/// The folders and files right below a stage, and which of them each may use.
const LAYERS: &[(&str, &circles::Layers)] = &[(
    "serve",
    &[
        ("wire", &[]),
        ("http", &[]),
        ("options", &[]),
        ("addresses", &[]),
        ("reload_status", &[]),
        ("push_settings", &["addresses"]),
        ("access", &["addresses"]),
        ("problem", &["http"]),
        ("request", &["access", "addresses", "http", "options", "problem"]),
        ("documents", &["http", "problem", "request"]),
        ("metrics", &["addresses", "documents", "problem", "reload_status"]),
        ("state", &["access", "documents", "metrics", "options", "push_settings", "reload_status"]),
        ("current_state", &["state"]),
        ("answer", &["access", "addresses", "documents", "http", "problem"]),
        ("feed", &["answer", "documents", "http", "options", "problem", "request", "state"]),
        (
            "gate",
            &[
                "addresses",
                "answer",
                "current_state",
                "http",
                "metrics",
                "options",
                "problem",
                "request",
                "state",
                "wire",
            ],
        ),
        (
            "pages",
            &["addresses", "answer", "documents", "feed", "http", "options", "problem", "request", "state"],
        ),
        (
            "api",
            &[
                "access",
                "addresses",
                "answer",
                "current_state",
                "documents",
                "feed",
                "http",
                "metrics",
                "options",
                "problem",
                "push_settings",
                "reload_status",
                "request",
                "state",
            ],
        ),
        ("routes", &["addresses", "api", "feed", "http", "pages", "problem", "state"]),
        ("server", &["addresses", "current_state", "gate", "metrics", "problem", "routes", "wire"]),
        ("cache_warming", &["api", "current_state", "documents", "feed", "http", "state"]),
        ("export", &["addresses", "api", "feed", "http", "pages", "problem", "request", "state"]),
    ],
)];

/// The stages that give the same bytes for the same input.
const PURE: &[&str] = &["domain", "parse", "text", "filter", "render"];

/// What a pure stage does not touch, by the beginning of the path.
const IMPURE: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "net"],
    &["std", "env"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["std", "time", "*"],
    &["tokio"],
];

/// The stage that may read the system's clock, and how that is done.
const CLOCK_STAGE: &str = "startup";
const CLOCKS: &[&str] = &["Timestamp", "Zoned", "SystemTime"];

/// The longest file, without its tests.
const FILE_LINES_MAX: usize = 350;

const MANIFEST: &str = include_str!("../../Cargo.toml");
const ARCHITECTURE: &str = include_str!("../../ARCHITECTURE.md");

// ---------------------------------------------------------------------------------------------- the house as it is

#[test]
fn the_code_keeps_to_the_architecture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    read_into(&root.join("src"), "src", &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let violations = check(&files);
    assert!(violations.is_empty(), "\n\n{}\n", violations.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle_and_layers_are_kept() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    read_into(&root.join("src"), "src", &mut files);
    let violations = check_inside_stages(&files);
    assert!(violations.is_empty(), "\n\n{}\n", violations.join("\n"));
}

#[test]
fn every_dependency_has_a_home() {
    let manifest: toml::Table = MANIFEST.parse().expect("TOML");
    let homes: BTreeSet<&str> = HOMES.iter().map(|(name, _)| *name).collect();
    for name in manifest["dependencies"].as_table().expect("a table").keys() {
        let name = name.replace('-', "_");
        assert!(homes.contains(name.as_str()), "`{name}` has no home; name its stages in HOMES");
    }
}

#[test]
fn no_crate_has_a_home_that_does_not_use_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    read_into(&root.join("src"), "src", &mut files);
    let stale = stale_homes(files.iter().map(|(file, text)| Source::read(file, text)));
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

/// A line for each stage of `HOMES` that uses its crate nowhere.
fn stale_homes(sources: impl Iterator<Item = Source>) -> Vec<String> {
    let used: BTreeSet<(String, String)> = sources
        .flat_map(|source| {
            let stage = source.module[0].clone();
            source.paths.into_iter().map(move |path| (stage.clone(), path.segments[0].clone()))
        })
        .collect();
    HOMES
        .iter()
        .flat_map(|(name, homes)| homes.iter().map(move |home| (*home, *name)))
        .filter(|(home, name)| !used.contains(&((*home).to_owned(), (*name).to_owned())))
        .map(|(home, name)| format!("`{name}` has a home in `{home}`, which does not use it"))
        .collect()
}

#[test]
fn the_document_has_the_same_table() {
    let stages: BTreeSet<&str> = IMPORTS.iter().map(|(stage, _)| *stage).collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let exists = |stage: &str| source.join(stage).is_dir() || source.join(format!("{stage}.rs")).is_file();
    let table =
        ARCHITECTURE.split("## ").find(|part| part.starts_with("Who may use whom")).expect("the section");
    let rows: BTreeMap<String, BTreeSet<String>> = table.lines().filter_map(table_row).collect();
    for stage in stages.iter().filter(|stage| exists(stage)) {
        let row = rows.get(*stage).unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for `{stage}`"));
        let allowed: BTreeSet<String> =
            allowed(stage).iter().filter(|used| exists(used)).map(ToString::to_string).collect();
        let is_roof = row.contains("everything");
        assert!(is_roof == (allowed.len() > 10), "ARCHITECTURE.md is wrong about `{stage}`");
        assert!(
            is_roof || *row == allowed,
            "ARCHITECTURE.md allows `{stage}` {row:?}; the test allows {allowed:?}"
        );
    }
    let unknown: Vec<&String> = rows.keys().filter(|stage| !exists(stage)).collect();
    assert!(unknown.is_empty(), "ARCHITECTURE.md has rows for what does not exist: {unknown:?}");
}

#[test]
fn every_invariant_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    read_into(&root.join("src"), "src", &mut files);
    read_into(&root.join("tests"), "tests", &mut files);
    let holders = ARCHITECTURE.lines().filter_map(|line| line.trim().strip_prefix("Held by "));
    let names: Vec<&str> = holders.flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 12, "the invariants were not found");
    for name in names {
        let is_there = files.values().any(|text| text.contains(&format!("fn {name}()")));
        assert!(is_there, "ARCHITECTURE.md names `{name}`, which is no test");
    }
}

#[test]
fn the_document_has_the_same_layers() {
    for (stage, layers) in LAYERS {
        let title = format!("Layers of {stage}\n");
        let table = ARCHITECTURE.split("## ").find(|part| part.starts_with(&title)).expect("the section");
        // | `folder` | one sentence | `folder`, `folder` |
        let cells = |line: &str| line.splitn(4, " | ").map(str::to_owned).collect::<Vec<_>>();
        let rows = table.lines().filter(|line| line.starts_with("| `")).map(cells);
        let rows: Vec<(String, BTreeSet<String>)> = rows
            .map(|cells| {
                let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
                let name: BTreeSet<String> = names(&cells[0]);
                (name.into_iter().collect(), names(&cells[2]))
            })
            .collect();
        let allowed: Vec<(String, BTreeSet<String>)> = layers
            .iter()
            .map(|(layer, uses)| ((*layer).to_owned(), uses.iter().map(ToString::to_string).collect()))
            .collect();
        assert_eq!(rows, allowed, "the rows of ARCHITECTURE.md and those of the test");
    }
}

/// The names in backticks of a row such as: | `serve` | `domain`, `feeds` |
fn table_row(line: &str) -> Option<(String, BTreeSet<String>)> {
    let (stage, uses) = line.strip_prefix("| `")?.split_once("` | ")?;
    let mut names: BTreeSet<String> = uses.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    if uses.starts_with("everything") {
        names.insert("everything".to_owned());
    }
    Some((stage.to_owned(), names))
}

fn read_into(folder: &Path, name: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = format!("{name}/{}", path.file_name().and_then(|name| name.to_str()).expect("UTF-8"));
        if path.is_dir() {
            read_into(&path, &name, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(name, fs::read_to_string(&path).expect("UTF-8"));
        }
    }
}

// ---------------------------------------------------------------------------------------------------- the rules

/// Every violation, a line each: the place, what is there, and what would be right.
fn check(files: &BTreeMap<String, String>) -> Vec<String> {
    let sources: Vec<Source> = files.iter().map(|(file, text)| Source::read(file, text)).collect();
    let test_files: BTreeSet<&String> = sources.iter().flat_map(|source| &source.test_files).collect();
    let mut violations = Vec::new();
    for source in &sources {
        if !files[&source.file].starts_with("//! ") {
            violations.push(format!("{}:1: no question; open the file with a `//!` line", source.file));
        }
        if test_files.contains(&source.file) {
            continue;
        }
        if source.lines > FILE_LINES_MAX {
            let (file, lines) = (&source.file, source.lines);
            violations.push(format!(
                "{file}:{FILE_LINES_MAX}: {lines} lines without tests; split at {FILE_LINES_MAX}"
            ));
        }
        if !matches!(source.file.as_str(), "src/lib.rs" | "src/main.rs") {
            check_stage(source, &mut violations);
        }
    }
    violations
}

/// Every circle of imports between the files of a stage, and every import against its layers.
fn check_inside_stages(files: &BTreeMap<String, String>) -> Vec<String> {
    let sources: Vec<Source> = files.iter().map(|(file, text)| Source::read(file, text)).collect();
    let test_files: BTreeSet<&String> = sources.iter().flat_map(|source| &source.test_files).collect();
    let sources: Vec<&Source> = sources.iter().filter(|source| !test_files.contains(&source.file)).collect();
    let arrows = circles::arrows(&sources);
    let mut violations = circles::circles(&arrows);
    for (stage, layers) in LAYERS {
        violations.extend(circles::against_layers(stage, layers, &arrows, &sources));
    }
    violations
}

fn check_stage(source: &Source, violations: &mut Vec<String>) {
    let stage = source.module[0].as_str();
    let mut complain = |line: usize, what: String| violations.push(format!("{}:{line}: {what}", source.file));
    if !IMPORTS.iter().any(|(known, _)| *known == stage) {
        complain(
            1,
            format!("`{stage}` is not in the table of imports; add a row in ARCHITECTURE.md and here"),
        );
        return;
    }
    for path in &source.paths {
        let shown = path.segments.join("::");
        let names: Vec<&str> = path.segments.iter().map(String::as_str).collect();
        if let ["crate", inner @ ..] = names.as_slice() {
            if let Some(what) = import_violation(stage, inner) {
                complain(path.line, format!("`{stage}` uses `{shown}`; {what}"));
            }
            continue;
        }
        if let Some((_, homes)) = HOMES.iter().find(|(name, _)| *name == names[0])
            && !homes.is_empty()
            && !homes.contains(&stage)
        {
            complain(path.line, format!("`{stage}` uses `{}`; its home is {}", names[0], quoted(homes)));
        }
        if PURE.contains(&stage) && IMPURE.iter().any(|impure| names.starts_with(impure)) {
            complain(
                path.line,
                format!("`{stage}` uses `{shown}`; it is pure: let the caller hand in what it needs"),
            );
        }
        if stage != CLOCK_STAGE && matches!(names.as_slice(), [.., clock, "now"] if CLOCKS.contains(clock)) {
            complain(
                path.line,
                format!("`{stage}` uses `{shown}`; time comes through `domain::clock::Clock`"),
            );
        }
    }
    for (word, line) in &source.waits {
        if PURE.contains(&stage) {
            complain(*line, format!("`{stage}` has `{word}`; it is pure and never waits"));
        }
    }
}

/// What is wrong with a path behind `crate::`, if anything.
fn import_violation(stage: &str, path: &[&str]) -> Option<String> {
    let used = path.first().copied().unwrap_or("*");
    let may_use = allowed(stage);
    if used == stage || may_use.contains(&used) {
        return None;
    }
    if !IMPORTS.iter().any(|(known, _)| *known == used) {
        return Some("name the stage: `crate::STAGE::…`, lib.rs holds nothing else".to_owned());
    }
    if stage == "settings" {
        // `use crate::fetch;` is the way to `fetch::Options`, which is judged where it stands.
        let is_options = path.get(1).is_none_or(|name| name.ends_with("Options"));
        return (!is_options).then(|| "of a stage it may use the type `Options` alone".to_owned());
    }
    Some(format!("it may use {}", if may_use.is_empty() { "no stage".to_owned() } else { quoted(may_use) }))
}

fn allowed(stage: &str) -> &'static [&'static str] {
    IMPORTS.iter().find(|(known, _)| *known == stage).map_or(&[], |(_, uses)| uses)
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

// ------------------------------------------------------------------------------- each rule can fail, and only then

/// Checks a made-up file, to which the opening line is added.
#[track_caller]
fn judged(file: &str, code: &str, expected: &[&str]) {
    let files = BTreeMap::from([(file.to_owned(), format!("//! Which one?\n{code}"))]);
    assert_eq!(check(&files), expected, "{code}");
}

#[test]
fn an_import_against_the_table_is_found_in_every_spelling() {
    let wrong = |shown: &str| format!("src/parse/page.rs:2: `parse` uses `{shown}`; it may use `domain`");
    for (code, shown) in [
        ("use crate::serve::routes;", "crate::serve::routes"),
        ("use crate::{domain::paper, serve};", "crate::serve"),
        ("use crate::{domain::{paper, feed}, serve::{a::b}};", "crate::serve::a::b"),
        ("use super::super::serve;", "crate::serve"),
        ("mod inner { use super::super::super::serve; }", "crate::serve"),
        ("fn f() { crate::serve::g::<u8>(); }", "crate::serve::g"),
        ("type T = Vec<crate::serve::T>;", "crate::serve::T"),
        ("pub(in crate::serve) fn f() {}", "crate::serve"),
        ("use self::super::super::serve as other;", "crate::serve"),
        ("use crate::serve::*;", "crate::serve::*"),
        ("impl<'a> crate::serve::Tr<'a> for u8 {}", "crate::serve::Tr"),
        ("const C: char = '\"'; use crate::serve; const D: char = '\\'';", "crate::serve"),
    ] {
        judged("src/parse/page.rs", code, &[&wrong(shown)]);
    }
}

#[test]
fn what_the_table_allows_passes() {
    for code in [
        "use crate::domain::paper::Paper;",
        "use super::heading;",
        "use crate::{domain, parse::{page, entry}};",
        "// use crate::serve;\n/* crate::serve::x /* */ crate::serve::y */",
        "const A: &str = \"crate::serve::x\"; const B: &str = r#\"\" crate::serve::x\"#;",
        "pub(crate) fn f() {}",
        "#[cfg(test)]\nmod tests {\n use crate::serve::x;\n fn f() { std::fs::read(1); }\n}",
        "fn f<'serve>(x: &'serve str) -> char { 'x' }",
    ] {
        judged("src/parse/page.rs", code, &[]);
    }
    judged("src/cli/serve.rs", "use crate::{serve, fetch, startup, store};", &[]);
    judged(
        "src/parse/page.rs",
        "#[cfg(test)]\nmod tests;\nuse crate::text::x;",
        &["src/parse/page.rs:4: `parse` uses `crate::text::x`; it may use `domain`"],
    );
}

#[test]
fn the_ground_stands_on_nothing_and_the_roof_is_not_seen() {
    judged(
        "src/domain/feed.rs",
        "use crate::text::x;",
        &["src/domain/feed.rs:2: `domain` uses `crate::text::x`; it may use no stage"],
    );
    judged(
        "src/serve/mod.rs",
        "use crate::settings::Settings;\nuse crate::store::Store;",
        &[
            "src/serve/mod.rs:2: `serve` uses `crate::settings::Settings`; \
         it may use `domain`, `filter`, `feeds`, `render`, `collect`, `counters`",
            "src/serve/mod.rs:3: `serve` uses `crate::store::Store`; \
         it may use `domain`, `filter`, `feeds`, `render`, `collect`, `counters`",
        ],
    );
}

#[test]
fn settings_use_the_options_of_a_stage_and_nothing_else() {
    judged(
        "src/settings/a.rs",
        "use crate::fetch;\nfn f() -> fetch::Options { fetch::Client::new() }",
        &["src/settings/a.rs:3: `settings` uses `crate::fetch::Client::new`; \
         of a stage it may use the type `Options` alone"],
    );
}

#[test]
fn a_stage_that_is_not_in_the_table_is_found() {
    judged(
        "src/util/mod.rs",
        "",
        &["src/util/mod.rs:1: `util` is not in the table of imports; add a row in ARCHITECTURE.md and here"],
    );
    for code in ["use crate::VERSION;", "use crate::*;", "use crate as c;"] {
        let files = BTreeMap::from([("src/parse/mod.rs".to_owned(), format!("//! Which?\n{code}"))]);
        let violations = check(&files);
        assert_eq!(violations.len(), 1, "{code} {violations:?}");
        assert!(violations[0].ends_with("name the stage: `crate::STAGE::…`, lib.rs holds nothing else"));
    }
}

#[test]
fn a_crate_away_from_home_is_found() {
    let line = "src/serve/mod.rs:2: `serve` uses `scraper`; its home is `parse`";
    for code in [
        "use scraper::Html;",
        "use ::scraper::Html;",
        "use scraper as s;",
        "use {std::fmt, scraper::Html};",
        "fn f(x: scraper::Html) {}",
        "fn f(x: &::scraper::Html) {}",
    ] {
        judged("src/serve/mod.rs", code, &[line]);
    }
    judged(
        "src/serve/mod.rs",
        "#[toml::x]\nfn f() {}",
        &["src/serve/mod.rs:2: `serve` uses `toml`; its home is `settings`"],
    );
    judged("src/parse/mod.rs", "use scraper::Html;", &[]);
    // Modules of ours may be called like a crate of others.
    judged("src/serve/mod.rs", "use crate::render::rss;\nfn f() { rss::write(); }", &[]);
    judged("src/serve/mod.rs", "mod rss;\nfn f() { rss::write(); crate::render::rss::write(); }", &[]);
}

#[test]
fn waiting_and_the_outside_world_are_found_in_a_pure_stage() {
    let wrong = |what: &str| format!("src/render/rss.rs:2: `render` {what}");
    let pure = "it is pure: let the caller hand in what it needs";
    judged("src/render/rss.rs", "async fn f() {}", &[&wrong("has `async`; it is pure and never waits")]);
    for (code, shown) in [
        ("use std::fs;", "std::fs"),
        ("use std::{fmt, net::TcpStream};", "std::net::TcpStream"),
        ("fn f() { std::env::var(1); }", "std::env::var"),
        ("use std::time::{Duration, Instant};", "std::time::Instant"),
        ("use std::time::*;", "std::time::*"),
    ] {
        judged("src/render/rss.rs", code, &[&wrong(&format!("uses `{shown}`; {pure}"))]);
    }
    judged(
        "src/render/rss.rs",
        "use std::time; fn f() { time::SystemTime::UNIX_EPOCH; }",
        &[&wrong(&format!("uses `std::time::SystemTime::UNIX_EPOCH`; {pure}"))],
    );
    judged("src/render/rss.rs", "use std::time::Duration;", &[]);
    judged("src/collect/mod.rs", "async fn f() { std::fs::read(1).await }", &[]);
}

#[test]
fn a_clock_outside_the_startup_is_found() {
    let wrong = |path: &str| {
        format!("src/collect/a.rs:2: `collect` uses `{path}`; time comes through `domain::clock::Clock`")
    };
    for (code, path) in [
        ("use jiff::Timestamp; fn f() { Timestamp::now() }", "jiff::Timestamp::now"),
        ("fn f() { jiff::Zoned::now() }", "jiff::Zoned::now"),
        ("use std::time::SystemTime as T; fn f() { x.map(T::now) }", "std::time::SystemTime::now"),
    ] {
        judged("src/collect/a.rs", code, &[&wrong(path)]);
    }
    judged("src/startup.rs", "fn f() { jiff::Timestamp::now() }", &[]);
    judged("src/collect/a.rs", "fn f(clock: &dyn Clock) { clock.now() }", &[]);
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let code = "const A: u8 = 1;\n".repeat(FILE_LINES_MAX - 1);
    judged("src/parse/a.rs", &code, &[]);
    judged("src/parse/a.rs", &format!("{code}#[cfg(test)]\nmod tests {{\n{code}}}\n"), &[]);
    judged(
        "src/parse/a.rs",
        &format!("{code}const B: u8 = 1;\n"),
        &["src/parse/a.rs:350: 351 lines without tests; split at 350"],
    );
    judged(
        "src/parse/a.rs",
        &format!("#[cfg(test)]\nmod tests {{\n}}\n{code}{code}"),
        &["src/parse/a.rs:350: 699 lines without tests; split at 350"],
    );
}

#[test]
fn a_file_of_tests_is_free_but_says_what_it_is() {
    let outer =
        "//! Which?\n#[cfg(test)]\n#[path = \"a_tests.rs\"]\nmod tests;\n#[cfg(test)]\nmod samples;\n";
    let tests = "use crate::serve::x;\n".repeat(FILE_LINES_MAX + 1);
    let files = BTreeMap::from([
        ("src/parse/a.rs".to_owned(), outer.to_owned()),
        ("src/parse/a_tests.rs".to_owned(), format!("//! Does it?\n{tests}")),
        ("src/parse/a/samples.rs".to_owned(), tests),
    ]);
    assert_eq!(check(&files), ["src/parse/a/samples.rs:1: no question; open the file with a `//!` line"]);
}
