//! Keys for readers and for operators.

use crosslist::settings::Sources;
use reqwest::Method;

use crate::support::service::{Running, Wire};

const ONE: &str = "first-reader-0001";
const TWO: &str = "second-reader-002";
const OPERATOR: &str = "operator-00000001";

async fn locked() -> Running {
    let sources = Sources::default()
        .with_override("test", "access.keys", &format!("{ONE},{TWO}"))
        .with_override("test", "access.admin_keys", OPERATOR);
    Running::demo_with(sources).await
}

#[tokio::test]
async fn where_keys_are_set_nothing_is_read_without_one() {
    let service = locked().await;
    for path in ["/", "/subjects/cs.DC.rss", "/rss/cs.DC", "/status.json", "/api/query?id_list=1", "/nothing"]
    {
        let answer = service.get(path).await;
        assert_eq!(answer.status(), 401, "{path}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"crosslist\"");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let bearer = format!("Bearer {ONE}");
        assert_ne!(
            service.ask(Method::GET, path, &[("authorization", &bearer)]).await.status(),
            401,
            "{path}"
        );
    }
    for path in ["/healthz", "/readyz", "/robots.txt", "/favicon.ico", "/help/http", "/style.css"] {
        assert_eq!(service.get(path).await.status(), 200, "{path}");
    }
    for key in ["wrong", "", &ONE[1..], &format!("{ONE}x")] {
        assert_eq!(service.get(&format!("/subjects/cs.DC.rss?key={key}")).await.status(), 401, "{key}");
    }
    assert_eq!(service.ask(Method::OPTIONS, "/subjects/cs.DC.rss", &[]).await.status(), 204);
}

#[tokio::test]
async fn a_key_in_the_address_is_in_no_link() {
    let service = locked().await;
    for _ in 0..2 {
        for path in ["/subjects/cs.DC.atom", "/subjects/cs.DC.json", "/rss/cs.DC", "/"] {
            let answer = service.get(&format!("{path}?key={TWO}")).await;
            assert_eq!(answer.status(), 200, "{path}");
            let control = answer.headers()["cache-control"].to_str().expect("text").to_owned();
            assert!(path == "/" || control.starts_with("private, max-age="), "{control}");
            assert!(!answer.text().await.expect("a body").contains(TWO), "{path}");
        }
    }
    let refused = service.get(&format!("/subjects/cs.DC.rss?key={TWO}&sort=up")).await;
    assert_eq!(refused.status(), 400);
    assert!(!refused.text().await.expect("a body").contains(TWO));
    let chosen = service.text(&format!("/subjects/cs.DC.rss?type=new&key={TWO}")).await;
    assert!(chosen.contains("/subjects/cs.DC.rss?type=new\""), "{chosen:.600}");
}

#[tokio::test]
async fn what_a_key_opened_is_private_everywhere() {
    let service = locked().await;
    for path in [
        "/",
        "/?subjects=cs.DC",
        "/subjects/cs.DC.atom",
        "/rss/cs.DC",
        "/api/query?id_list=2602.23598",
        "/feeds.opml?subjects=cs.DC",
        "/status",
        "/status.json",
        "/explain?q=gpu&id=2602.23598",
        "/metrics",
    ] {
        // Twice, for what was asked a moment ago is answered from memory.
        for _ in 0..2 {
            let answer = service.ask(Method::GET, path, &[("authorization", &format!("Bearer {ONE}"))]).await;
            assert_eq!(answer.status(), 200, "{path}");
            let control = answer.headers()["cache-control"].to_str().expect("text").to_owned();
            assert!(control.contains("private") || control.contains("no-store"), "{path}: {control}");
        }
    }
    for path in ["/style.css", "/help/http"] {
        let answer = service.get(path).await;
        assert!(!answer.headers()["cache-control"].to_str().expect("text").contains("private"), "{path}");
    }
}

#[tokio::test]
async fn where_no_keys_are_set_a_key_is_an_unknown_parameter() {
    let service = Running::demo().await;
    assert_eq!(service.get(&format!("/subjects/cs.DC.rss?key={ONE}")).await.status(), 400);
}

#[tokio::test]
async fn an_order_of_the_operator_is_not_there_for_anyone_else() {
    // A reader's key, where there are any, opens what is not there; without one nothing is told.
    let only_operators = || Sources::default().with_override("test", "access.admin_keys", OPERATOR);
    let behind_a_proxy = || Sources::default().with_override("test", "server.trusted_proxies", "127.0.0.1");
    for (service, stranger) in [
        (locked().await, 401),
        (Running::demo_with(only_operators()).await, 404),
        (Running::demo_with(behind_a_proxy()).await, 404),
        (Running::demo().await, 404),
    ] {
        let ask = |method: Method, path: &'static str, key: String| {
            let service = &service;
            async move { service.ask(method, path, &[("authorization", &format!("Bearer {key}"))]).await }
        };
        for host in ["127.0.0.1", "localhost", "feeds.example"] {
            for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS"] {
                // What it is told of an address that nobody has is what it is told of this one.
                let mut told = Vec::new();
                for path in ["/admin/refresh", "/admin/refused"] {
                    let mut wire = Wire::to(&service).await;
                    wire.send(&format!(
                        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                    ))
                    .await;
                    let answer = wire.answer(method != "HEAD").await;
                    assert_eq!(
                        answer.status,
                        if method == "OPTIONS" { 404 } else { stranger },
                        "{method} {host}"
                    );
                    let mut names: Vec<String> = answer.headers.into_iter().map(|(name, _)| name).collect();
                    names.sort();
                    let body = String::from_utf8(answer.body).expect("text").replace("refused", "refresh");
                    told.push((names, body.split(",\"instance").next().map(str::to_owned)));
                }
                assert_eq!(told[0], told[1], "{method} {host}");
            }
        }
        if stranger == 401 {
            assert_eq!(ask(Method::POST, "/admin/refresh", ONE.to_owned()).await.status(), 404);
        }
        let key = service.operator_token.clone().unwrap_or_else(|| OPERATOR.to_owned());
        assert_eq!(ask(Method::POST, "/admin/refresh?subjects=cs.DC", key.clone()).await.status(), 200);
        assert_eq!(ask(Method::POST, "/%61dmin/refresh?subjects=cs.DC", key.clone()).await.status(), 200);
        assert_eq!(ask(Method::GET, "/admin/refresh", key.clone()).await.status(), 405);
        assert_eq!(ask(Method::OPTIONS, "/admin/refresh", key.clone()).await.status(), 204);
        let almost = key.replace(|c: char| c.is_ascii_digit(), "x");
        assert_ne!(ask(Method::POST, "/admin/refresh", almost).await.status(), 200);
    }
    let service = locked().await;
    let in_the_address = format!("/admin/refresh?key={OPERATOR}&subjects=cs.DC");
    assert_eq!(service.ask(Method::POST, &in_the_address, &[]).await.status(), 200);
    // An operator may read as well.
    let bearer = format!("Bearer {OPERATOR}");
    let answer = service.ask(Method::GET, "/subjects/cs.DC.rss", &[("authorization", &bearer)]).await;
    assert_eq!(answer.status(), 200);
}

/// How one may write a path so that it reads otherwise and may mean the same.
fn spellings(path: &str) -> Vec<String> {
    let first = path.as_bytes()[1];
    let rest = &path[2..];
    let encoded = path[1..].bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let end = path.rfind('/').expect("a slash");
    vec![
        path.to_owned(),
        format!("/%{first:02x}{rest}"),
        format!("/%{first:02X}{rest}"),
        format!("/%25{first:02X}{rest}"),
        format!("/{encoded}"),
        format!("/{}", encoded.to_lowercase()),
        format!("%2F{}", &path[1..]),
        format!("/{path}"),
        format!("{}/{}", &path[..end], &path[end..]),
        format!("/.{path}"),
        format!("/x/..{path}"),
        format!("/robots.txt/..{path}"),
        format!("/healthz/%2e%2e{path}"),
        format!("/healthz%2F..{path}"),
        format!("{path}/"),
        format!("{path}/."),
        format!("{path}//"),
        format!("{path};v=1"),
        format!("{path}%3Bv=1"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("{path}?"),
        format!("{path}?/healthz"),
        format!("{path}#/healthz"),
        format!("{path}%23"),
        format!("{path}%3F"),
        path.to_ascii_uppercase(),
        format!("http://a{path}"),
        format!("HTTP://a:80/%{first:02X}{rest}"),
        format!("http://a/healthz/..{path}"),
    ]
}

#[tokio::test]
async fn no_spelling_of_an_address_opens_it_without_a_key() {
    let only_operators = Sources::default().with_override("test", "access.admin_keys", OPERATOR);
    for (service, paths) in [
        (locked().await, &["/metrics", "/admin/refresh", "/subjects/cs.DC.rss", "/status.json", "/hub"][..]),
        (Running::demo_with(only_operators).await, &["/metrics", "/admin/refresh"]),
    ] {
        for target in paths.iter().flat_map(|path| spellings(path)) {
            for method in ["GET", "HEAD", "POST", "PUT", "get"] {
                let mut wire = Wire::to(&service).await;
                wire.send(&format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                    .await;
                let status = wire.answer(method != "HEAD").await.status;
                assert!((400..500).contains(&status), "{method} {target}: {status}");
            }
            let mut wire = Wire::to(&service).await;
            wire.send(&format!(
                "GET {target} HTTP/1.0\r\nX-Original-URL: /healthz\r\nX-Rewrite-URL: /healthz\r\n\r\n"
            ))
            .await;
            let status = wire.answer(true).await.status;
            assert!((400..500).contains(&status), "{target}: {status}");
        }
    }
    // And a key opens it in any spelling that leads there.
    let service = locked().await;
    for target in ["/metrics", "/%6Detrics", "/%6d%65trics", "http://a/%6Detrics"] {
        let mut wire = Wire::to(&service).await;
        wire.send(&format!("GET {target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {OPERATOR}\r\n\r\n"))
            .await;
        assert_eq!(wire.answer(true).await.status, 200, "{target}");
    }
    for target in ["/%6Detrics?key=", "/subjects/cs%2EDC.rss?type=new&%6Bey="] {
        assert_eq!(service.get(&format!("{target}{OPERATOR}")).await.status(), 200, "{target}");
    }
}
