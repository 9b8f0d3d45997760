//! What does the first reader of a subject cost? `cargo bench --bench cold`
//!
//! A page of 2,000 entries is read, proved, kept in a new SQLite file, indexed and answered as a feed, up to the first
//! byte; in turns with it the HTML parser alone builds its tree of the same page and reads the text of each entry.
//! Both are CPU time of all threads. `CROSSLIST_BENCH_PAGE` names another page, `ROUNDS` how often (7).

mod page;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crosslist::fetch::{Replay, Upstream};
use crosslist::parse;
use crosslist::settings::{self, Sources};
use crosslist::startup::{Keep, Service, SystemClock};
use scraper::{Html, Selector};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PAGE_BYTES_MAX: usize = 32 << 20;

#[tokio::main]
#[allow(clippy::print_stdout)] // The figures are what this program is for.
async fn main() {
    let listing = parse::listing(&page::BYTES, None).expect("a listing");
    let parse::ListingKind::New(date) = listing.kind else { panic!("not a page of new submissions") };
    let subject = listing.subject.expect("a subject");
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(7_usize);
    let (mut alone, mut cold, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let parsed = parsed_alone();
        let answered = answered(&format!("{subject}"), &date.to_string()).await;
        ratios.push(answered.as_secs_f64() / parsed.as_secs_f64());
        alone.push(parsed.as_secs_f64() * 1e3);
        cold.push(answered.as_secs_f64() * 1e3);
    }
    println!("{subject} of {date}, {} entries", listing.entries_found());
    println!("parser alone          {:8.1} ms CPU", median(alone));
    println!("cold, to first byte   {:8.1} ms CPU", median(cold));
    println!("ratio                 {:8.2}", median(ratios));
}

fn parsed_alone() -> Duration {
    let lists = Selector::parse("#dlpage dl#articles").expect("a selector");
    let before = cpu();
    let document = Html::parse_document(std::str::from_utf8(&page::BYTES).expect("UTF-8"));
    let children = document.select(&lists).flat_map(|list| list.child_elements());
    let entries: Vec<String> = children.map(|child| child.text().collect()).collect();
    assert!(!std::hint::black_box(entries).is_empty());
    drop(document);
    cpu().saturating_sub(before)
}

async fn answered(subject: &str, date: &str) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("pages");
    fs::create_dir(&pages).expect("a folder");
    fs::write(pages.join(format!("{subject}-new-{date}.html")), &*page::BYTES).expect("a page");
    let service = start(&pages, &folder.path().join("crosslist.db")).await;
    let (address, handle) = (service.address(), service.handle());
    let run = tokio::spawn(service.run());
    let mut reader = TcpStream::connect(address).await.expect("a connection");
    let before = cpu();
    let request = format!("GET /subjects/{subject}.rss?limit=2000 HTTP/1.1\r\nHost: feeds.example\r\n\r\n");
    reader.write_all(request.as_bytes()).await.expect("asked");
    let mut first = [0; 15];
    reader.read_exact(&mut first).await.expect("an answer");
    let spent = cpu().saturating_sub(before);
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    drop(reader);
    handle.stop(true).await;
    run.await.expect("no panic").expect("stopped");
    spent
}

async fn start(pages: &Path, store: &Path) -> Service {
    let replay = Replay::open(pages, PAGE_BYTES_MAX).expect("a replay");
    let clock = Arc::new(SystemClock::starting_at(Some(replay.start_time())));
    let sources = Sources::default().with_override("bench", "server.listen", "127.0.0.1:0").with_override(
        "bench",
        "subjects.fill_days",
        "0",
    );
    let settings = settings::load(&sources).expect("valid settings");
    let keep = Keep::InFile(store.to_owned());
    Service::start(&settings, Upstream::Replay(replay), keep, clock).await.expect("a service")
}

/// CPU time of all threads of this process that live.
fn cpu() -> Duration {
    let threads = fs::read_dir("/proc/self/task").expect("Linux").filter_map(Result::ok);
    let spent = threads.filter_map(|thread| {
        let stat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(spent.sum())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
