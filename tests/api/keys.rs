//! Keys for readers and for operators.

use crosslist::settings::Sources;
use reqwest::Method;

use crate::service::Running;

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
async fn where_no_keys_are_set_a_key_is_an_unknown_parameter() {
    let service = Running::demo().await;
    assert_eq!(service.get(&format!("/subjects/cs.DC.rss?key={ONE}")).await.status(), 400);
}

#[tokio::test]
async fn orders_need_an_operators_key_as_soon_as_others_could_look_like_one() {
    let service = locked().await;
    let refresh = |key: &'static str, more: &'static [(&'static str, &'static str)]| {
        let service = &service;
        async move {
            let bearer = format!("Bearer {key}");
            let mut headers = vec![("authorization", bearer.as_str())];
            headers.extend(more);
            service.ask(Method::POST, "/admin/refresh?subjects=cs.DC", &headers).await.status().as_u16()
        }
    };
    assert_eq!(refresh("none", &[]).await, 403);
    assert_eq!(refresh(ONE, &[]).await, 403);
    assert_eq!(refresh(OPERATOR, &[]).await, 200);
    assert_eq!(refresh(OPERATOR, &[("x-forwarded-for", "192.0.2.1")]).await, 200);
    let in_the_address = format!("/admin/refresh?key={OPERATOR}&subjects=cs.DC");
    assert_eq!(service.ask(Method::POST, &in_the_address, &[]).await.status(), 200);
    // An operator may read as well.
    let bearer = format!("Bearer {OPERATOR}");
    let answer = service.ask(Method::GET, "/subjects/cs.DC.rss", &[("authorization", &bearer)]).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn behind_a_trusted_proxy_no_order_comes_without_a_key() {
    let sources = Sources::default().with_override("test", "server.trusted_proxies", "127.0.0.1");
    let service = Running::demo_with(sources).await;
    let answer = service.ask(Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.expect("a body").contains("access.admin_keys"));
}
