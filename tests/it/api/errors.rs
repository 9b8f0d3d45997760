//! What a mistake is answered with.

use reqwest::Method;
use serde_json::Value;

use crate::support::service::Running;

async fn problem(service: &Running, path: &str, status: u16) -> Value {
    let response = service.get(path).await;
    assert_eq!(response.status(), status, "{path}");
    assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
    assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    let problem: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    assert_eq!(problem["status"], status);
    let kind = problem["type"].as_str().expect("a type");
    let section = kind.strip_prefix("/help/http#").expect("a section of the help");
    let help = include_str!("../../../docs/http.md");
    assert!(help.contains(&format!("### {section}\n")), "{kind} is not in the help");
    problem
}

#[tokio::test]
async fn a_mistyped_subject_names_its_near_misses() {
    let service = Running::demo().await;
    let problem = problem(&service, "/subjects/cs.DC+cs.DK+quantph.rss", 404).await;
    assert_eq!(problem["errors"][0]["position"], 6);
    assert_eq!(problem["errors"][0]["length"], 5);
    assert!(problem["errors"][0]["hint"].as_str().expect("a hint").contains("cs.DC"));
    assert_eq!(problem["errors"][1]["position"], 12);
    assert_eq!(problem["errors"][1]["hint"], "quant-ph");
}

#[tokio::test]
async fn every_mistake_of_a_request_is_listed_at_once() {
    let service = Running::demo().await;
    let problem =
        problem(&service, "/subjects/cs.DC.rss?type=new,crossed&limit=0&limit=3&order=up", 400).await;
    let found: Vec<(&str, &str, u64, u64)> = problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| {
            (
                error["code"].as_str().expect("a code"),
                error["parameter"].as_str().expect("a parameter"),
                error["position"].as_u64().expect("a position"),
                error["length"].as_u64().expect("a length"),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("unknown-type", "type", 4, 7),
            ("bad-limit", "limit", 0, 1),
            ("repeated-parameter", "limit", 0, 1),
            ("unknown-parameter", "order", 0, 2),
        ]
    );
}

#[tokio::test]
async fn bad_requests_are_refused_and_never_ignored() {
    let service = Running::demo().await;
    for path in [
        "/subjects/cs.DC.rss?limit=2001",
        "/subjects/cs.DC.rss?limit=-1",
        "/subjects/cs.DC.rss?limit=",
        "/subjects/cs.DC.rss?type=",
        "/subjects/cs.DC.rss?q=gpu+AND",
        "/subjects/cs.DC.rss?days=31",
        "/search.rss",
        "/subjects/cs.DC.rss?%00=%FF",
    ] {
        problem(&service, path, 400).await;
    }
    for path in
        ["/subjects/all.rss", "/subjects/cs.DC.xml", "/subjects/+.rss", "/nothing", "/subjects", "/subjects/"]
    {
        problem(&service, path, 404).await;
    }
    problem(&service, &format!("/subjects/{}.rss", "x".repeat(9_000)), 414).await;
    let many = vec!["cs.DC"; 60].join("+");
    assert_eq!(service.get(&format!("/subjects/{many}.rss")).await.status(), 200);
}

#[tokio::test]
async fn a_subject_that_the_folder_lacks_is_answered_with_503_and_when_to_come_back() {
    let service = Running::demo().await;
    let response = service.get("/subjects/cs.LG.rss").await;
    assert_eq!(response.status(), 503);
    let seconds: u64 = response.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((5..=301).contains(&seconds), "{seconds}");
    let text = response.text().await.expect("a body");
    assert!(text.contains("it holds cs.DC"), "{text}");
}

#[tokio::test]
async fn other_methods_are_refused_with_the_choices() {
    let service = Running::demo().await;
    for (method, path, allow) in [
        (Method::POST, "/subjects/cs.DC.rss", "GET, HEAD, OPTIONS"),
        (Method::DELETE, "/", "GET, HEAD, OPTIONS"),
        (Method::GET, "/admin/refresh", "POST, OPTIONS"),
    ] {
        let response = service.ask(method, path, &[]).await;
        assert_eq!(response.status(), 405, "{path}");
        assert_eq!(response.headers()["allow"], allow);
    }
    let options = service.ask(Method::OPTIONS, "/subjects/cs.DC.rss", &[]).await;
    assert_eq!(options.status(), 204);
    assert_eq!(options.headers()["allow"], "GET, HEAD, OPTIONS");
}

#[tokio::test]
async fn a_browser_is_told_in_a_page() {
    let service = Running::demo().await;
    let response = service.ask(Method::GET, "/subjects/cs.DK", &[("accept", "text/html")]).await;
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    let text = response.text().await.expect("a body");
    assert!(text.contains("unknown subject `cs.DK`: ") && text.contains("cs.DC"), "{text}");
}

#[tokio::test]
async fn a_host_that_is_none_is_refused() {
    let service = Running::demo().await;
    for host in ["a b", "x/y", "<script>", "a@b"] {
        let response = service.ask(Method::GET, "/subjects/cs.DC.rss", &[("host", host)]).await;
        assert_eq!(response.status(), 400, "{host}");
    }
}

#[tokio::test]
async fn a_refresh_is_for_who_has_the_token_wherever_the_request_comes_from() {
    let service = Running::demo().await;
    let path = "/admin/refresh?subjects=cs.DC";
    let stranger = |host: &'static str| [("authorization", "Bearer 0123456789abcdef"), ("host", host)];
    for host in ["127.0.0.1", "localhost", "[::1]", "evil.example"] {
        assert_eq!(service.ask(Method::POST, path, &stranger(host)).await.status(), 404, "{host}");
    }
    let from_afar = [("host", "feeds.example"), ("x-forwarded-for", "10.0.0.1")];
    let answer = service.ask(Method::POST, path, &from_afar).await;
    assert_eq!(answer.status(), 200);
    let rows: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    assert_eq!(rows[0]["verdict"], "complete");
    assert_eq!(rows[0]["listing_date"], "2026-03-06");
    assert_eq!(rows[0]["cross"], 6);
}

#[tokio::test]
async fn a_type_that_the_rule_leaves_nothing_of_is_refused() {
    let service = Running::demo().await;
    let refused = problem(&service, "/subjects/cs.DC.rss?type=new,cross&q=gpu+-type:new,cross", 400).await;
    assert_eq!(refused["errors"][0]["message"], "the rule leaves nothing of type new,cross");
    assert_eq!(service.get("/subjects/cs.DC.rss?type=new&q=gpu+OR+type:replace").await.status(), 200);
}

#[tokio::test]
async fn a_terminal_gets_a_caret_under_each_mistake() {
    let service = Running::demo().await;
    let asked = [("Accept", "text/plain, */*;q=0.1")];
    let response =
        service.ask(reqwest::Method::GET, "/subjects/cs.DC.rss?q=gpu+or+fpga&limit=x", &asked).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (400, &"text/plain; charset=utf-8".parse().expect("a value"))
    );
    let told = response.text().await.expect("a body");
    let expected = "q=gpu or fpga\n      ^^ operators are uppercase: write OR, or \"or\" in quotes for the word\n\
                    limit=x\n      ^ `limit` is `x`: a number from 1 to 2000\n";
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_error_has_its_bound_in_every_form_however_many_mistakes_there_are() {
    let service = Running::demo().await;
    let many = (0..1_000).map(|number| format!("&x{number}")).collect::<Vec<_>>().concat();
    let subjects = "x+".repeat(2_000) + "y";
    let long = "%01".repeat(2_500);
    for path in [
        format!("/subjects/cs.DC.rss?{many}"),
        format!("/api/query?{many}"),
        format!("/?{many}"),
        format!("/?type={}", "x,".repeat(3_000)),
        format!("/subjects/{subjects}.rss"),
        format!("/subjects/{}.xml", "<".repeat(4_000)),
        format!("/subjects/cs.DC.rss?type={}", "x,".repeat(3_000)),
        format!("/subjects/cs.DC.rss?{long}={long}"),
        format!("/search.rss?q={}", "(a+or+".repeat(600)),
        format!("/named/{}", "%22".repeat(2_500)),
        format!("/rss/{subjects}"),
        format!("/explain?{many}"),
        format!("/feeds.opml?subjects={}", "x,".repeat(3_000)),
        format!("/{}", "x".repeat(8_000)),
    ] {
        for accept in ["application/json", "text/plain", "text/html"] {
            let response = service.ask(Method::GET, &path, &[("accept", accept)]).await;
            assert!(response.status().is_client_error(), "{path:.60}");
            let kind = response.headers()["content-type"].to_str().expect("text").to_owned();
            let body = response.text().await.expect("a body");
            // The start page shows the mistakes beside its fields.
            assert!(
                body.len() <= 16 * 1024 || body.contains("id=\"builder\""),
                "{path:.60} {accept}: {}",
                body.len()
            );
            if kind == "application/problem+json" && path.starts_with("/subjects/cs.DC.rss?&x0") {
                let problem: Value = serde_json::from_str(&body).expect("JSON");
                let told = problem["errors"].as_array().expect("errors").len() as u64;
                assert_eq!(told + problem["left_out"].as_u64().expect("a number"), 1_000);
                assert!(told >= 8, "{told}");
            }
        }
    }
}

#[tokio::test]
async fn what_follows_a_link_changes_nothing_and_what_is_unknown_is_still_a_mistake() {
    let service = Running::demo().await;
    let tail = "utm_source=mastodon&fbclid=x%FF&gclid=1&ref=a&REF=b&mc_cid=2";
    for path in [
        "/subjects/cs.DC.atom",
        "/subjects/cs.DC.json?type=new",
        "/search.rss?q=gpu",
        "/keywords/GPU.rss",
        "/rss/cs.DC",
        "/",
        "/?subjects=cs.DC",
        "/feeds.opml?subjects=cs.DC",
        "/explain?q=gpu&id=2602.23598",
        "/help/http",
    ] {
        let mark = if path.contains('?') { '&' } else { '?' };
        let plain = service.text(path).await;
        assert_eq!(service.text(&format!("{path}{mark}{tail}")).await, plain, "{path}");
        if let Some((path, query)) = path.split_once('?') {
            assert_eq!(service.text(&format!("{path}?{tail}&{query}")).await, plain, "{path}");
        }
        for unknown in ["utm", "refs=1", "clid=x", "source=rss"] {
            assert_eq!(
                service.get(&format!("{path}{mark}{tail}&{unknown}")).await.status(),
                400,
                "{path} {unknown}"
            );
        }
    }
}
