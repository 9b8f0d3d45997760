//! The families at `/metrics`, their labels, and the alert rules.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use crosslist::settings::Sources;
use crosslist::startup::Keep;
use reqwest::Method;

use crate::support::service::{Arxiv, Running, page};

const FRIDAY: &str = "2026-03-06T03:00:00Z";
const KEY: &str = "first-reader-0001";
const OPERATOR: &str = "operator-00000001";

/// Every series by its name and labels, and its value, as written.
type Series = BTreeMap<String, String>;

async fn series(service: &Running) -> Series {
    let text = service.text("/metrics").await;
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            (series.to_owned(), value.to_owned())
        })
        .collect()
}

fn number(value: &str) -> u64 {
    value.parse().expect("a whole number")
}

fn requests(route: &str, method: &str, status: u16) -> String {
    format!("crosslist_http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}")
}

fn sources() -> Sources {
    Sources::default().with_override("test", "subjects.watch", "cs.DC").with_override(
        "test",
        "subjects.fill_days",
        "0",
    )
}

#[tokio::test]
async fn what_was_asked_is_counted_by_pattern_method_and_status() {
    let service = Running::demo().await;
    let path = "/subjects/cs.DC.rss";
    let first = service.get(path).await;
    let tag = first.headers()["etag"].to_str().expect("text").to_owned();
    let bytes = first.text().await.expect("a body").len();
    // Some of these are answered in the words of a moment ago; whether within the second is the clock's affair.
    service.get(path).await;
    service.get(path).await;
    assert_eq!(service.ask(Method::GET, path, &[("if-none-match", &tag)]).await.status(), 304);
    assert_eq!(service.ask(Method::HEAD, path, &[]).await.status(), 200);
    assert_eq!(service.get("/subjects/cs.DX.rss").await.status(), 404);
    assert_eq!(service.get("/subjects/cs.DC.rss?sort=up").await.status(), 400);
    assert_eq!(service.get("/nowhere").await.status(), 404);
    assert_eq!(service.ask(Method::PUT, "/status", &[]).await.status(), 405);
    let series = series(&service).await;
    let route = "/subjects/{subjects}";
    for (name, count) in [
        (requests(route, "GET", 200), "3"),
        (requests(route, "GET", 304), "1"),
        (requests(route, "HEAD", 200), "1"),
        (requests(route, "GET", 404), "1"),
        (requests(route, "GET", 400), "1"),
        (requests("none", "GET", 404), "1"),
        (requests("/status", "other", 405), "1"),
        (format!("crosslist_http_request_duration_seconds_count{{route=\"{route}\"}}"), "7"),
        (format!("crosslist_http_request_duration_seconds_bucket{{route=\"{route}\",le=\"+Inf\"}}"), "7"),
        ("crosslist_documents_total{from=\"rendered\"}".to_owned(), "1"),
        ("crosslist_documents".to_owned(), "1"),
        ("crosslist_documents_bytes_max".to_owned(), "67108864"),
        ("crosslist_http_requests_in_flight".to_owned(), "1"),
        ("crosslist_http_requests_abandoned_total".to_owned(), "0"),
        (format!("crosslist_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), "1"),
    ] {
        assert_eq!(series.get(&name).map(String::as_str), Some(count), "{name}");
    }
    let answered = |from: &str| number(&series[&format!("crosslist_documents_total{{from=\"{from}\"}}")]);
    assert_eq!(answered("recent") + answered("memory"), 4, "{series:?}");
    let sent = number(&series[&format!("crosslist_http_response_bytes_total{{route=\"{route}\"}}")]);
    let bytes = bytes as u64;
    assert!((3 * bytes..4 * bytes).contains(&sent), "{sent} {bytes}");
    assert!(number(&series["crosslist_documents_bytes"]) >= bytes);
    assert!(number(&series["crosslist_http_connections"]) >= 1);
    #[cfg(target_os = "linux")]
    assert!(number(&series["process_resident_memory_bytes"]) > 1_000_000);
}

#[tokio::test]
async fn what_is_answered_in_the_words_of_a_moment_ago_is_counted_too() {
    let service = Running::demo().await;
    let recent = |series: &Series| number(&series["crosslist_documents_total{from=\"recent\"}"]);
    // Two that fall into one second are sure to come soon.
    for asked in (2..).step_by(2).take(50) {
        service.get("/subjects/cs.DC.atom").await;
        service.get("/subjects/cs.DC.atom").await;
        let series = series(&service).await;
        assert_eq!(series[&requests("/subjects/{subjects}", "GET", 200)], asked.to_string());
        if recent(&series) > 0 {
            return;
        }
    }
    panic!("none was answered at once");
}

#[tokio::test]
async fn compressions_are_counted_once_for_each_document_and_coding() {
    let service = Running::demo().await;
    for _ in 0..3 {
        service.ask(Method::GET, "/subjects/cs.DC.rss", &[("accept-encoding", "gzip")]).await;
        service.ask(Method::GET, "/subjects/cs.DC.rss", &[("accept-encoding", "br")]).await;
    }
    let series = series(&service).await;
    for coding in ["gzip", "br"] {
        let name = format!("crosslist_compression_duration_seconds_count{{coding=\"{coding}\"}}");
        assert_eq!(series.get(&name).map(String::as_str), Some("1"), "{name}");
    }
}

#[tokio::test]
async fn ten_thousand_addresses_are_a_handful_of_series() {
    let service = Running::demo().await;
    service.text("/metrics").await;
    let names = |series: &Series| series.keys().cloned().collect::<BTreeSet<_>>();
    service.get("/subjects/cs.DC.rss").await;
    for number in 0..3 {
        service.get(&format!("/{number}")).await;
        service.get(&format!("/subjects/x{number}.rss")).await;
        service.get(&format!("/subjects/cs.DC.rss?q=ti:a{number}")).await;
        service.get(&format!("/keywords/a{number}.rss?subjects=cs.DC")).await;
        service.ask(Method::from_bytes(b"BREW").expect("a method"), "/status", &[]).await;
    }
    let before = names(&series(&service).await);
    for number in 0..10_000 {
        let address = match number % 40 {
            0 => format!("/subjects/x{number}.rss"),
            1 => format!("/subjects/cs.DC.rss?q=ti:a{number}"),
            2 => format!("/keywords/a{number}.rss?subjects=cs.DC"),
            _ => format!("/{number}/{number}"),
        };
        service.get(&address).await;
    }
    for method in ["A", "B", "C"] {
        service.ask(Method::from_bytes(method.as_bytes()).expect("a method"), "/status", &[]).await;
    }
    assert_eq!(names(&series(&service).await), before);
    assert!(before.len() < 400, "{}", before.len());
}

#[tokio::test]
async fn refusals_are_counted_by_their_reasons() {
    let sources = Sources::default().with_override("test", "limits.requests_per_minute", "4");
    let service = Running::demo_with(sources).await;
    assert_eq!(service.ask(Method::GET, "/", &[("x-large", &"x".repeat(20_000))]).await.status(), 431);
    assert_eq!(service.get(&format!("/?q={}", "x".repeat(9_000))).await.status(), 414);
    service.get("/robots.txt").await;
    let series = series(&service).await;
    let refused =
        |reason: &str| &*series[&format!("crosslist_http_requests_refused_total{{reason=\"{reason}\"}}")];
    assert_eq!(
        ["headers_too_large", "address_too_long", "rate_limit", "no_key", "host", "body"].map(refused),
        ["1", "1", "0", "0", "0", "0"]
    );
    // The numbers are asked for like everything else.
    assert_eq!(service.get("/metrics").await.status(), 429);
}

#[tokio::test]
async fn as_soon_as_there_is_a_key_the_numbers_need_one() {
    for (setting, value) in [("access.keys", KEY), ("access.admin_keys", OPERATOR)] {
        let service = Running::demo_with(Sources::default().with_override("test", setting, value)).await;
        assert_eq!(service.get("/metrics").await.status(), 401, "{setting}");
        let bearer = format!("Bearer {value}");
        let answer = service.ask(Method::GET, "/metrics", &[("authorization", &bearer)]).await;
        assert_eq!(answer.status(), 200, "{setting}");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        assert!(!answer.text().await.expect("a body").contains(value));
        assert_eq!(service.get(&format!("/metrics?key={value}")).await.status(), 200, "{setting}");
        let readers_need_one = setting == "access.keys";
        let feed = service.get("/subjects/cs.DC.rss").await;
        assert_eq!(feed.status(), if readers_need_one { 401 } else { 200 });
    }
}

#[tokio::test]
async fn the_verdicts_follow_a_page_that_breaks_and_mends() {
    let folder = tempfile::tempdir().expect("a folder");
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let keep = Keep::InFile(folder.path().join("crosslist.db"));
    let service = Running::over_with(&arxiv, sources(), keep, FRIDAY).await;
    let refresh = || service.ask(Method::POST, "/admin/refresh", &[]);
    let verdict = |series: &Series| {
        let is_set = |(name, value): (&String, &String)| {
            (name.starts_with("crosslist_subject_verdict{subject=\"cs.DC\"") && *value == "1")
                .then(|| name.clone())
        };
        let set: Vec<String> = series.iter().filter_map(is_set).collect();
        assert_eq!(set.len(), 1, "{set:?}");
        set[0].split('"').nth(3).expect("a verdict").to_owned()
    };
    refresh().await;
    let whole = series(&service).await;
    assert_eq!(verdict(&whole), "complete");
    assert_eq!(whole["crosslist_subject_awaiting{subject=\"cs.DC\"}"], "0");
    assert_eq!(whole["crosslist_subject_events{subject=\"cs.DC\"}"], "7");
    assert_eq!(whole["crosslist_subject_missing_entries{subject=\"cs.DC\"}"], "0");
    // 20:00 in New York on Thursday.
    assert_eq!(whole["crosslist_subject_newest_mailing_timestamp_seconds{subject=\"cs.DC\"}"], "1772758800");
    assert_eq!(whole["crosslist_mailing_due_timestamp_seconds"], "1772758800");
    assert_eq!(whole["crosslist_mailing_shown_timestamp_seconds"], "1772758800");
    let good = &whole["crosslist_subject_last_good_read_timestamp_seconds{subject=\"cs.DC\"}"];
    assert!((1_772_766_000..1_772_767_000).contains(&number(good)), "{good}");
    assert_eq!(whole["crosslist_store_reachable"], "1");
    assert_eq!(whole["crosslist_replica_leads"], "1");
    assert!(number(&whole["crosslist_store_bytes"]) > 4_096);
    assert!(number(&whole["crosslist_store_operations_total{operation=\"record\",result=\"ok\"}"]) >= 1);
    assert_eq!(whole["crosslist_store_operations_total{operation=\"record\",result=\"failed\"}"], "0");

    let friday = page("cs.DC-new-2026-03-06.html");
    let (before, rest) = friday.split_once("<div class='list-title mathjax'>").expect("a title");
    let (_, after) = rest.split_once("</div>").expect("its end");
    arxiv.answer("/list/cs.DC/new", 200, &format!("{before}{after}"));
    refresh().await;
    let short = series(&service).await;
    assert_eq!(verdict(&short), "incomplete");
    assert_eq!(&short["crosslist_subject_last_good_read_timestamp_seconds{subject=\"cs.DC\"}"], good);

    arxiv.answer("/list/cs.DC/new", 403, "");
    refresh().await;
    let refused = series(&service).await;
    assert_eq!(verdict(&refused), "refused");
    assert_eq!(refused["crosslist_upstream_refused"], "1");
    assert_eq!(refused["crosslist_upstream_requests_total{outcome=\"refused\"}"], "1");

    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    refresh().await;
    let mended = series(&service).await;
    assert_eq!(verdict(&mended), "complete");
    assert_eq!(mended["crosslist_upstream_refused"], "0");
    assert_eq!(mended["crosslist_reads_total{verdict=\"refused\"}"], "1");
    assert!(number(&mended["crosslist_upstream_requests_total{outcome=\"page\"}"]) >= 3, "{mended:?}");
    assert!(number(&mended["crosslist_upstream_page_bytes_total"]) > friday.len() as u64);
}

#[tokio::test]
async fn promtool_finds_nothing_to_say() {
    if !super::promtool::is_there() {
        return;
    }
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let service = Running::over(&arxiv, sources(), FRIDAY).await;
    service.ask(Method::POST, "/admin/refresh", &[]).await;
    for path in ["/subjects/cs.DC.rss", "/", "/nowhere", "/status.json"] {
        service.ask(Method::GET, path, &[("accept-encoding", "gzip")]).await;
    }
    let text = service.text("/metrics").await;
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    promtool.stdin.take().expect("its input").write_all(text.as_bytes()).expect("written");
    let output = promtool.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}
