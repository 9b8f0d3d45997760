//! Requests go to arXiv alone and at a polite pace, and only a complete page counts as one.

use std::time::Duration;

use crosslist::domain::back_off::{BackOff, BackOffCause};
use crosslist::domain::verdict::Verdict;
use crosslist::fetch::{
    FetchError, RequestEnding, Upstream, UpstreamClient, UpstreamOptions, UpstreamOptionsError,
};
use tokio::time::Instant;

mod gzip;
mod server;

use crate::support::wait::DEADLINE;
use server::{Say, Server, answer, header, new, page, redirect};

/// A limit of time that is meant to be reached: long enough for a head to come on any machine.
const SHORT: Duration = Duration::from_secs(2);

const HTML: &str = "Content-Type: text/html; charset=utf-8\r\n";

/// One request to a server with one answer, and what became of it; the reason without the address.
async fn failure(say: Say) -> FetchError {
    failure_with(say, |options| options).await
}

async fn failure_with(say: Say, change: impl FnOnce(UpstreamOptions) -> UpstreamOptions) -> FetchError {
    let server = Server::start(vec![say]).await;
    let client = UpstreamClient::new(&change(server.options())).expect("good options");
    let error = client.get(&new("cs.DC")).await.expect_err("no page");
    let asked = format!("`http://127.0.0.1:{}/list/cs.DC/new` ", server.port);
    let reason = error.reason.strip_prefix(&asked).unwrap_or_else(|| panic!("{}", error.reason)).to_owned();
    assert!(!reason.contains(['\n', '\r', '\u{1b}']), "{reason:?}");
    FetchError { reason, ..error }
}

async fn check(bytes: impl Into<Vec<u8>>, verdict: Verdict, reason: &str) {
    let error = failure(Say::Bytes(bytes.into())).await;
    assert_eq!((error.verdict, error.reason.as_str()), (verdict, reason));
}

#[tokio::test]
async fn a_page_comes_as_it_was_sent() {
    let server = Server::start(vec![page("", "<h1>Ä</h1>")]).await;
    let upstream = Upstream::Live(Box::new(server.client()));
    let found = upstream.get(&new("cs.DC"), jiff::civil::date(2026, 3, 2)).await.expect("a page");
    assert_eq!(found.url, format!("http://127.0.0.1:{}/list/cs.DC/new", server.port));
    assert_eq!(found.bytes, "<h1>Ä</h1>".as_bytes());
    assert_eq!(found.charset.as_deref(), Some("utf-8"));
    assert_eq!(upstream.describe(), format!("http://127.0.0.1:{}", server.port));
}

#[tokio::test]
async fn a_request_has_the_user_agent_and_no_unusual_field() {
    let server =
        Server::start(vec![page("Set-Cookie: a=b\r\nLast-Modified: Mon, 02 Mar 2026 01:00:00 GMT\r\n", "x")])
            .await;
    let client = server.client();
    for _ in 0..3 {
        client.get(&new("cs.DC")).await.expect("a page");
    }
    for head in server.heads() {
        assert!(head.starts_with("GET /list/cs.DC/new HTTP/1.1\r\n"), "{head}");
        let agent = header(&head, "user-agent").expect("a name");
        assert!(head.contains("\r\nUser-Agent: "), "{head}");
        assert_eq!(agent, format!("crosslist/{} (+ops@lab.example)", env!("CARGO_PKG_VERSION")));
        assert_eq!(header(&head, "accept-encoding"), Some("gzip,br"));
        let accept = header(&head, "accept").expect("what is accepted");
        assert!(accept.starts_with("text/html,") && accept.ends_with(",*/*;q=0.1"), "{accept}");
        for name in ["if-modified-since", "if-none-match", "cookie", "referer", "authorization"] {
            assert_eq!(header(&head, name), None, "{head}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_followed_on_the_same_site_only() {
    for location in [
        "http://evil.invalid/list/cs.DC/new",
        "http://127.0.0.1:9/list/cs.DC/new",
        "http://localhost:80/",
        "http://127.0.0.1@evil.invalid/",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
    ] {
        let error = failure(redirect(location)).await;
        assert_eq!(error.verdict, Verdict::Unrecognized);
        assert!(error.reason.starts_with(&format!("redirects to `{location}`, which ")), "{}", error.reason);
        assert!(error.reason.ends_with("; not followed"), "{}", error.reason);
    }
    let server = Server::start(vec![redirect("/list/cs/new?a=1#top"), page("", "moved")]).await;
    let found = server.client().get(&new("cs.DC")).await.expect("a page");
    assert_eq!(found.url, format!("http://127.0.0.1:{}/list/cs/new?a=1", server.port));
    let heads = server.heads();
    assert!(heads[1].starts_with("GET /list/cs/new?a=1 HTTP/1.1\r\n"), "{heads:?}");
    assert_eq!(header(&heads[1], "referer"), None);
}

#[tokio::test]
async fn every_request_is_counted_by_how_it_ended() {
    let status =
        |line: &str| Say::Bytes(format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n").into_bytes());
    let begun = |rest: &str| format!("HTTP/1.1 200 OK\r\n{HTML}{rest}").into_bytes();
    let tagged = page("ETag: \"a\"\r\n", "x");
    for (answers, endings) in [
        (vec![status("403 Forbidden")], vec![RequestEnding::Refused]),
        (vec![status("451 Unavailable")], vec![RequestEnding::Refused]),
        (vec![status("429 Too Many Requests")], vec![RequestEnding::RateLimited]),
        (vec![status("406 Not Acceptable")], vec![RequestEnding::RateLimited]),
        (vec![status("503 Unavailable")], vec![RequestEnding::ServerError]),
        (vec![status("404 Not Found")], vec![RequestEnding::Unusable]),
        (vec![Say::Silence(Vec::new())], vec![RequestEnding::Timeout]),
        (vec![Say::Silence(begun("Content-Length: 9\r\n\r\n1"))], vec![RequestEnding::Timeout]),
        (vec![Say::Bytes(Vec::new())], vec![RequestEnding::NoResponse]),
        (vec![Say::Bytes(begun("Content-Length: 9\r\n\r\n1"))], vec![RequestEnding::BrokenOff]),
        (vec![Say::Bytes(begun("Content-Length: 99999999\r\n\r\n1"))], vec![RequestEnding::TooLong]),
        (vec![redirect("/list/cs/new"), page("", "x")], vec![RequestEnding::Page, RequestEnding::Redirect]),
        (vec![tagged, status("304 Not Modified")], vec![RequestEnding::Page, RequestEnding::Unchanged]),
    ] {
        let server = Server::start(answers.clone()).await;
        let is_silent = answers.iter().any(|answer| matches!(answer, Say::Silence(_)));
        let read_timeout = if is_silent { SHORT } else { DEADLINE };
        let options = UpstreamOptions { read_timeout, ..server.options() };
        let client = UpstreamClient::new(&options).expect("good options");
        while server.heads().len() < answers.len() {
            // How it ended is what is counted.
            drop(client.get(&new("cs.DC")).await);
        }
        let count = |ending: &RequestEnding| client.counters().count(*ending);
        let counted: Vec<RequestEnding> =
            RequestEnding::ALL.into_iter().filter(|ending| count(ending) > 0).collect();
        assert_eq!(counted, endings);
        assert!(counted.iter().all(|ending| count(ending) == 1));
        assert_eq!(client.counters().durations().count(), answers.len() as u64);
        assert_eq!(client.counters().page_bytes(), u64::from(counted.contains(&RequestEnding::Page)));
    }
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::start(vec![redirect("/list/cs.DC/new")]).await;
    let error = server.client().get(&new("cs.DC")).await.expect_err("a circle");
    assert!(error.reason.ends_with("redirects in a circle"), "{error}");
    assert_eq!(server.heads().len(), 1);
    let server = Server::start((0..9).map(|n| redirect(&format!("/{n}"))).collect()).await;
    let error = server.client().get(&new("cs.DC")).await.expect_err("a chain");
    assert!(error.reason.ends_with("redirects once more after 3 redirects"), "{error}");
    assert_eq!(server.heads().len(), 4);
}

#[tokio::test]
async fn an_incomplete_body_is_not_a_page() {
    let trouble = Verdict::Unreachable;
    let cut = format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 100\r\n\r\n0123456789");
    check(cut, trouble, "broke off after 10 bytes: end of file before message length reached").await;
    let chunked = format!("HTTP/1.1 200 OK\r\n{HTML}Transfer-Encoding: chunked\r\n\r\n");
    let error = failure(Say::Bytes(format!("{chunked}a\r\n0123456789\r\n").into_bytes())).await;
    assert_eq!(error.verdict, trouble);
    assert!(error.reason.starts_with("broke off after 10 bytes: "), "{}", error.reason);
    let error = failure(Say::Bytes(format!("{chunked}zz\r\nabc\r\n0\r\n\r\n").into_bytes())).await;
    assert_eq!(error.verdict, trouble);
    assert!(error.reason.starts_with("broke off after 0 bytes: "), "{}", error.reason);
    check("", trouble, "gave no answer: connection closed before message completed").await;
    check("ICY 999 what\r\n\r\n", trouble, "gave no answer: invalid HTTP version parsed").await;
}

#[tokio::test]
async fn gzip_is_decoded_and_broken_gzip_is_not_a_page() {
    let coded = |bytes: &[u8]| answer("200 OK", &format!("{HTML}Content-Encoding: gzip\r\n"), bytes);
    let good = gzip::stored(b"<html>");
    let server = Server::start(vec![Say::Bytes(coded(&good))]).await;
    assert_eq!(server.client().get(&new("cs.DC")).await.expect("a page").bytes, b"<html>");

    let mut wrong_sum = good.clone();
    wrong_sum[good.len() - 5] ^= 1;
    for bytes in [b"<html>plain".as_slice(), &good[..good.len() - 9], &wrong_sum] {
        let error = failure(Say::Bytes(coded(bytes))).await;
        assert_eq!(error.verdict, Verdict::Unreachable, "{}", error.reason);
        assert!(error.reason.starts_with("broke off after "), "{}", error.reason);
    }
    let twice = answer("200 OK", &format!("{HTML}Content-Encoding: gzip, gzip\r\n"), &good);
    check(twice, Verdict::Unrecognized, "sent a page coded as `gzip, gzip`, which was not asked for").await;
}

#[tokio::test]
async fn a_page_is_cut_off_at_its_limit() {
    let odd = Verdict::Unrecognized;
    let reason = "sends more than 1048576 bytes, the most that a page may have";
    let bomb = gzip::bomb(1 << 16);
    assert!(bomb.len() < 1 << 17, "{} bytes on the wire", bomb.len());
    check(answer("200 OK", &format!("{HTML}Content-Encoding: gzip\r\n"), &bomb), odd, reason).await;
    let head = format!("HTTP/1.1 200 OK\r\n{HTML}\r\n").into_bytes();
    let error = failure(Say::Endless(head, vec![b'a'; 1 << 16])).await;
    assert_eq!((error.verdict, error.reason.as_str()), (odd, reason));
    // What only promises too much is not waited for.
    let head = format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 99999999999\r\n\r\n").into_bytes();
    let error = failure(Say::Silence(head)).await;
    assert_eq!((error.verdict, error.reason.as_str()), (odd, reason));
}

#[tokio::test]
async fn a_head_without_an_end_is_no_response() {
    let line = format!("X: {}\r\n", "y".repeat(200)).into_bytes();
    let error = failure(Say::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), line)).await;
    assert_eq!(error.verdict, Verdict::Unreachable);
    assert_eq!(error.reason, "gave no answer: message head is too large");
    let error = failure(Say::Endless(b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'y'; 1 << 16])).await;
    assert_eq!(error.reason, "gave no answer: message head is too large");
}

#[tokio::test]
async fn silence_and_slow_bodies_end_at_the_timeouts() {
    let head = format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 60000\r\n\r\n").into_bytes();
    let total = |options| UpstreamOptions { total_timeout: SHORT, ..options };
    let read = |options| UpstreamOptions { read_timeout: SHORT, ..options };

    let error = failure_with(Say::Silence(Vec::new()), total).await;
    assert_eq!((error.verdict, error.reason.as_str()), (Verdict::Unreachable, "did not answer in time"));
    let error = failure_with(Say::Silence(Vec::new()), read).await;
    assert_eq!(error.reason, "did not answer in time");
    let error = failure_with(Say::Silence(head.clone()), read).await;
    assert_eq!(error.reason, "was not complete in time; 0 bytes had come");
    // No pause of the drip is as long as the read limit.
    let error = failure_with(Say::Drip(head), |options| total(read(options))).await;
    assert!(error.reason.starts_with("was not complete in time; "), "{}", error.reason);
    assert_eq!(error.verdict, Verdict::Unreachable);
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let server = Server::start(vec![page("", "x")]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let base_url = format!("http://127.0.0.1:{port}").parse().expect("an address");
    let client =
        UpstreamClient::new(&UpstreamOptions { base_url, ..server.options() }).expect("good options");
    let error = client.get(&new("cs.DC")).await.expect_err("nobody there");
    assert_eq!(error.verdict, Verdict::Unreachable);
    assert!(error.reason.ends_with("gave no answer: connection refused"), "{error}");
}

#[tokio::test]
async fn a_response_that_is_not_html_is_not_a_page() {
    let odd = Verdict::Unrecognized;
    let typed = |kind: &str| answer("200 OK", kind, b"{}");
    check(
        typed("Content-Type: application/json\r\n"),
        odd,
        "sent `application/json` where an HTML page was expected",
    )
    .await;
    check(
        typed("Content-Type: application/pdf\r\n"),
        odd,
        "sent `application/pdf` where an HTML page was expected",
    )
    .await;
    check(typed(""), odd, "sent something without a Content-Type where an HTML page was expected").await;
    check(
        answer("206 Partial Content", HTML, b"x"),
        odd,
        "answered 206 Partial Content where a whole page was expected",
    )
    .await;
    check("HTTP/1.1 204 No Content\r\n\r\n", odd, "answered 204 No Content where a whole page was expected")
        .await;
    check("HTTP/1.1 304 Not Modified\r\n\r\n", odd, "answered 304 Not Modified though no condition was sent")
        .await;
    check(answer("404 Not Found", HTML, b"x"), odd, "answered 404 Not Found").await;
}

#[tokio::test]
async fn a_refusal_reports_its_retry_after() {
    let date = "Date: Mon, 02 Mar 2026 01:00:00 GMT\r\nRetry-After: Mon, 02 Mar 2026 02:00:00 GMT\r\n";
    let server =
        Server::start(vec![Say::Bytes(answer("429 Too Many Requests", date, b"Rate exceeded."))]).await;
    let client = server.client();
    let error = client.get(&new("cs.DC")).await.expect_err("refused");
    assert_eq!(error.verdict, Verdict::Refused);
    assert_eq!(error.retry_after, Some(Duration::from_hours(1)));
    assert!(client.wait_estimate() > Duration::from_mins(59));

    let error = failure(Say::Bytes(answer("503 Service Unavailable", "Retry-After: 300\r\n", b""))).await;
    assert_eq!((error.verdict, error.retry_after), (Verdict::Unreachable, Some(Duration::from_mins(5))));
    let error = failure(Say::Bytes(answer("429 Too Many Requests", "Retry-After: -5; soon\r\n", b""))).await;
    assert_eq!((error.verdict, error.retry_after), (Verdict::Refused, None));
    let error = failure(Say::Bytes(answer("403 Forbidden", HTML, b"captcha"))).await;
    assert_eq!((error.verdict, error.reason.as_str()), (Verdict::Refused, "answered 403 Forbidden"));
}

#[tokio::test]
async fn after_a_refusal_every_request_waits_for_long() {
    let server = Server::start(vec![Say::Bytes(answer("403 Forbidden", HTML, b""))]).await;
    let pause = Duration::from_mins(1);
    let client = UpstreamClient::new(&UpstreamOptions { pause, ..server.options() }).expect("good options");
    client.get(&new("cs.DC")).await.expect_err("refused");
    assert!(client.wait_estimate() > pause * 200, "{:?}", client.wait_estimate());
    client.report_refusal("a captcha");
    assert!(client.wait_estimate() > pause * 400, "{:?}", client.wait_estimate());
    assert_eq!(client.refusal().as_deref(), Some("a captcha"));
}

#[tokio::test]
async fn a_406_says_nothing_of_the_page_and_slows_everybody_down() {
    let answers = || vec![Say::Bytes(answer("406 Not Acceptable", "", b"")), page("", "x")];
    let server = Server::start(answers()).await;
    let pause = Duration::from_mins(10);
    let client = UpstreamClient::new(&UpstreamOptions { pause, ..server.options() }).expect("good options");
    let error = client.get(&new("cs.DC")).await.expect_err("refused");
    assert_eq!(error.verdict, Verdict::Refused);
    assert!(error.reason.ends_with(" answered 406 Not Acceptable"), "{error}");
    assert!(client.wait_estimate() > pause * 2, "{:?}", client.wait_estimate());
    assert_eq!(client.refusal(), Some(error.reason));
    let server = Server::start(answers()).await;
    let pause = Duration::from_millis(1);
    let client = UpstreamClient::new(&UpstreamOptions { pause, ..server.options() }).expect("good options");
    client.get(&new("cs.DC")).await.expect_err("refused");
    // A page that comes in between does not end it, those that come in a row do.
    client.get(&new("cs.LG")).await.expect("a page");
    assert!(client.refusal().is_some());
    client.get(&new("cs.LG")).await.expect("a page");
    assert_eq!(client.refusal(), None);
}

#[tokio::test]
async fn an_absent_page_counts_as_a_refusal_only_after_several() {
    let absent = || Say::Bytes(answer("404 Not Found", HTML, b"x"));
    let server = Server::start(vec![absent(), absent(), absent(), page("", "x"), absent()]).await;
    let client = server.client();
    for subject in ["cs.DC", "cs.LG", "cs.PF"] {
        let error = client.get(&new(subject)).await.expect_err("absent");
        assert_eq!(error.verdict, Verdict::Unrecognized, "{error}");
    }
    client.get(&new("cs.AI")).await.expect("a page");
    // The same page again and again says nothing of others.
    for subject in ["cs.DC", "cs.DC", "cs.DC", "cs.DC", "cs.LG", "cs.PF"] {
        let error = client.get(&new(subject)).await.expect_err("absent");
        assert_eq!(error.verdict, Verdict::Unrecognized, "{error}");
    }
    assert_eq!(client.refusal(), None);
    let error = client.get(&new("cs.AI")).await.expect_err("absent");
    assert_eq!(error.verdict, Verdict::Refused);
    assert!(error.reason.ends_with(" answered 404 Not Found, as did the 3 listings before it"), "{error}");
    assert!(client.refusal().is_some());
}

#[tokio::test]
async fn a_tag_is_sent_back_for_its_own_page_only_and_304_brings_the_page_again() {
    let server = Server::start(vec![
        page("ETag: \"one\"\r\n", "first"),
        page("", "other"),
        Say::KeepAlive(b"HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\n\r\n".to_vec()),
        page("ETag: W/\"two\"\r\n", "second"),
        page("", "third"),
        page("", "fourth"),
    ])
    .await;
    let client = server.client();
    let mut bodies = Vec::new();
    for subject in ["cs.DC", "cs.PF", "cs.DC", "cs.DC", "cs.DC", "cs.DC"] {
        let found = client.get(&new(subject)).await.expect("a page");
        assert!(found.url.ends_with(&format!("/list/{subject}/new")));
        assert_eq!(found.charset.as_deref(), Some("utf-8"));
        bodies.push(String::from_utf8(found.bytes).expect("text"));
    }
    assert_eq!(bodies, ["first", "other", "first", "second", "third", "fourth"]);
    let heads = server.heads();
    let tags: Vec<_> = heads.iter().map(|head| header(head, "if-none-match")).collect();
    assert_eq!(tags, [None, None, Some("\"one\""), Some("\"one\""), Some("W/\"two\""), None]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_requests_at_once_never_overlap() {
    let server = Server::start(vec![Say::Bytes(answer("200 OK", HTML, &[b'x'; 1 << 16]))]).await;
    let pause = Duration::from_millis(40);
    let client = UpstreamClient::new(&UpstreamOptions { pause, ..server.options() }).expect("good options");
    let started = Instant::now();
    let (one, two) = (new("cs.DC"), new("cs.PF"));
    let (first, second, third) = tokio::join!(client.get(&one), client.get(&two), client.get(&one));
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert_eq!(server.busiest(), 1);
    assert!(started.elapsed() >= pause * 2);
}

#[tokio::test]
async fn a_connection_is_used_again_and_one_that_was_closed_is_replaced() {
    let server = Server::start(vec![
        page("", "1"),
        Say::Bytes(answer("200 OK", HTML, b"2")),
        Say::Bytes(answer("200 OK", HTML, b"3")),
        page("", "4"),
    ])
    .await;
    // The pause gives the end of a connection the time to arrive, as it does in truth.
    let pause = Duration::from_millis(20);
    let client = UpstreamClient::new(&UpstreamOptions { pause, ..server.options() }).expect("good options");
    for body in ["1", "2", "3", "4"] {
        assert_eq!(client.get(&new("cs.DC")).await.expect("a page").bytes, body.as_bytes());
    }
    assert_eq!(server.heads().len(), 4);
}

#[test]
fn arxiv_is_safe_from_a_typo_in_the_pause() {
    let options = UpstreamOptions {
        base_url: "https://arxiv.org".parse().expect("an address"),
        contact: String::new(),
        pause: Duration::from_millis(15),
        connect_timeout: Duration::from_secs(10),
        read_timeout: Duration::from_secs(30),
        total_timeout: Duration::from_mins(2),
        page_bytes_max: 32 << 20,
    };
    let error = UpstreamClient::new(&options).expect_err("too fast");
    assert_eq!(error, UpstreamOptionsError::Pause(Duration::from_millis(15)));
    // Without a certificate at hand, as in a bare container.
    let base_url = "http://arxiv.invalid".parse().expect("an address");
    let client =
        UpstreamClient::new(&UpstreamOptions { base_url, pause: Duration::from_secs(15), ..options })
            .expect("good options");
    client.report_refusal("a captcha");
    assert!(client.wait_estimate() > Duration::from_mins(59));
}

#[tokio::test]
async fn a_restart_resumes_a_back_off() {
    let throttled = || Say::Bytes(answer("429 Too Many Requests", "Retry-After: 18000\r\n", b""));
    let server = Server::start(vec![throttled(), throttled()]).await;
    let client = server.client();
    let error = client.get(&new("cs.DC")).await.expect_err("refused");
    let back_off = client.back_off().expect("a back-off");
    assert_eq!((back_off.cause, back_off.times), (BackOffCause::Throttle, 1));
    assert_eq!(back_off.reason, Some(error.reason));
    let hours = Duration::from_hours(4)..=Duration::from_secs(18_001);
    assert!(hours.contains(&back_off.wait), "{back_off:?}");
    let again = server.client();
    assert_eq!(again.back_off(), None);
    again.resume(&back_off);
    assert!(hours.contains(&again.wait_estimate()), "{:?}", again.wait_estimate());
    assert_eq!(again.refusal(), back_off.reason);
    // The next one is longer than the first would be.
    let times = BackOff { wait: Duration::ZERO, ..back_off };
    let again = server.client();
    again.resume(&times);
    again.get(&new("cs.DC")).await.expect_err("refused");
    assert_eq!(again.back_off().expect("a back-off").times, 2);
}
