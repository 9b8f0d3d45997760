//! Where links lead when the service is behind proxies: which scheme, host and path they have, and that everything lies
//! below that path.

use std::collections::{BTreeSet, VecDeque};
use std::future::Future;

use crosslist::settings::Sources;
use reqwest::{Method, Url};

use crate::support::service::{Raw, Running, Wire};

/// The most answers of one crawl, so that it ends whatever the pages link to.
const ANSWERS_MAX: usize = 400;

/// Addresses that no page links to, as they lie below the service.
const SEEDS: [&str; 17] = [
    "/",
    "/?subjects=cs.DC&q=ti:GPU",
    "/?q=(",
    "/?was=&words=gpu&place=ti&q=",
    "/nowhere",
    "/nowhere/at/all",
    "/subjects/cs.DC",
    "/subjects/cs.DC?type=new&page=2",
    "/subjects/no.SUCH",
    "/subjects/cs.DC.json?digest=daily",
    "/rss/cs.DC",
    "/atom/cs.DC",
    "/api/query?search_query=all:gpu",
    "/keywords/TCP%2FIP.atom",
    "/keywords?keyword=TCP/IP",
    "/explain?q=ti:GPU&id=2602.23598",
    "/robots.txt",
];

/// An answer as a crawler sees it.
pub struct Seen {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Self {
            status,
            headers,
            body: String::from_utf8_lossy(&response.bytes().await.expect("a body")).into_owned(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Everything in it that leads somewhere: of markup, of feeds, of JSON, and of header fields.
    fn links(&self, here: &Url) -> BTreeSet<Url> {
        // `feed://` is `http://` for programs that read feeds.
        let body = self.body.replace("&amp;", "&").replace("\"feed://", "\"http://");
        let mut found = Vec::new();
        for beginning in ["href=\"", "src=\"", "action=\"", "\"type\":\"", "\"url\":\""] {
            let parts = body.split(beginning).skip(1).filter_map(|rest| rest.split('"').next());
            // A media type and the kind of a hub are no addresses.
            let is_address = |part: &&str| !beginning.starts_with('"') || part.starts_with('/');
            found.extend(parts.filter(is_address).map(str::to_owned));
        }
        for scheme in ["http://", "https://"] {
            for (at, _) in body.match_indices(scheme) {
                let end = body[at..].find(|c: char| c.is_whitespace() || "\"'<>)\\`".contains(c));
                found.push(body[at..end.map_or(body.len(), |end| at + end)].to_owned());
            }
        }
        if self.header("content-type").starts_with("text/plain") {
            let rules = body.lines().filter_map(|line| line.strip_prefix("Disallow: "));
            found.extend(rules.map(str::to_owned));
        }
        found.extend(Some(self.header("location").to_owned()).filter(|location| !location.is_empty()));
        let link = self.header("link");
        found.extend(link.split('<').skip(1).filter_map(|rest| rest.split('>').next()).map(str::to_owned));
        found.iter().filter_map(|link| here.join(link).ok()).collect()
    }
}

/// Asks for every address below `base` that is linked from any other, and finds no link that leaves it.
pub async fn crawl<F: Future<Output = Seen>>(base: &str, ask: impl Fn(Url) -> F) {
    let below = |link: &Url| link.as_str() == base || link.as_str().starts_with(&format!("{base}/"));
    let root: Url = format!("{base}/").parse().expect("an address");
    let mut waiting: VecDeque<Url> =
        SEEDS.iter().map(|seed| format!("{base}{seed}").parse().expect("an address")).collect();
    waiting.extend(described(base, &ask(format!("{base}/openapi.json").parse().expect("an address")).await));
    let mut known: BTreeSet<Url> = waiting.iter().cloned().collect();
    let (mut answers, mut statuses) = (0, BTreeSet::new());
    while let Some(address) = waiting.pop_front() {
        answers += 1;
        if answers > ANSWERS_MAX {
            break;
        }
        let seen = ask(address.clone()).await;
        statuses.insert(seen.status);
        assert!(seen.status < 500 || seen.status == 503, "{address}: {}", seen.status);
        for mut link in seen.links(&address) {
            // Readers on the web that take the address of a feed have other hosts.
            if link.host_str() != root.host_str() {
                continue;
            }
            link.set_fragment(None);
            assert!(below(&link), "{address} leads to {link}");
            assert_eq!(
                (link.scheme(), link.port()),
                (root.scheme(), root.port()),
                "{address} leads to {link}"
            );
            if known.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
        let is_link = !SEEDS.iter().any(|seed| address.as_str() == format!("{base}{seed}"));
        let is_example =
            address.path().contains("/help/") || seen.header("content-type").contains("text/html");
        assert!(
            !is_link || is_example || seen.status != 404 || address.path().contains("/named/"),
            "{address} is linked and is not there"
        );
    }
    assert!(answers > 60, "only {answers} addresses were found");
    assert!(statuses.contains(&200) && statuses.contains(&404) && statuses.contains(&303), "{statuses:?}");
}

/// The addresses of the description that can be asked for as they are.
fn described(base: &str, document: &Seen) -> Vec<Url> {
    let document: serde_json::Value = serde_json::from_str(&document.body).expect("JSON");
    let server = document["servers"][0]["url"].as_str().expect("a server");
    assert_eq!(server, base);
    let paths = document["paths"].as_object().expect("paths");
    let readable = paths.iter().filter(|(_, path)| path.get("get").is_some()).map(|(path, _)| path);
    let filled = readable.map(|path| {
        let path = path.replace("{subjects}", "cs.DC").replace("{keyword}", "load%20balancing");
        path.replace("{slug}", "nothing").replace("{format}", "atom")
    });
    filled.map(|path| format!("{server}{path}").parse().expect("an address")).collect()
}

/// Behind a proxy on this machine, whose word is taken.
fn trusting() -> Sources {
    Sources::default()
        .with_override("test", "server.trusted_proxies", "127.0.0.1")
        .with_override("test", "push.hub", "built-in")
}

fn at(base_url: &str) -> Sources {
    Sources::default()
        .with_override("test", "server.base_url", base_url)
        .with_override("test", "push.hub", "built-in")
}

/// Crawls below `base` as a proxy would show it that sends these fields and takes `off` from each path.
async fn crawl_in_process(base: &str, sources: Sources, off: &str, fields: &[(&str, &str)]) {
    let service = Running::demo_with(sources).await;
    // Read once, so that pages of it are more than an estimate.
    service.get(&format!("{}/subjects/cs.DC.atom", if off.is_empty() { "/papers" } else { "" })).await;
    let client = client();
    let ask = |address: Url| {
        let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{}{query}", address.path());
        let target = target.strip_prefix(off).filter(|target| target.starts_with('/')).unwrap_or("/");
        let mut request =
            client.get(format!("{}{target}", service.base)).header("accept", "text/html, */*;q=0.1");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        async move { Seen::of(request.send().await.expect("an answer")).await }
    };
    crawl(base, ask).await;
}

/// Sees where it is sent, and does not go there.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().expect("a client")
}

#[tokio::test]
async fn everything_lies_below_the_path_of_base_url_where_the_proxy_takes_it_off() {
    let base = "https://papers.example/papers";
    crawl_in_process(base, at(base), "/papers", &[("host", "backend_1:8080")]).await;
}

#[tokio::test]
async fn everything_lies_below_the_path_of_base_url_where_the_proxy_leaves_it_on() {
    let base = "http://papers.example/papers";
    crawl_in_process(base, at(&format!("{base}/")), "", &[("host", "papers.example")]).await;
}

#[tokio::test]
async fn everything_lies_below_the_path_that_a_trusted_proxy_tells_and_takes_off() {
    let fields = [("host", "papers.example:81"), ("x-forwarded-prefix", "/papers/")];
    crawl_in_process("http://papers.example:81/papers", trusting(), "/papers", &fields).await;
}

#[tokio::test]
async fn everything_lies_below_the_path_that_a_trusted_proxy_tells_and_leaves_on() {
    let fields = [("host", "papers.example"), ("x-forwarded-prefix", "/papers")];
    crawl_in_process("http://papers.example/papers", trusting(), "", &fields).await;
}

async fn feed_url(service: &Running, fields: &[(&str, &str)]) -> String {
    let response = service.ask(Method::GET, "/subjects/cs.DC.json", fields).await;
    assert_eq!(response.status(), 200, "{fields:?}");
    let feed: serde_json::Value =
        serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    let url = feed["feed_url"].as_str().expect("an address").to_owned();
    url.strip_suffix("/subjects/cs.DC.json").expect("the feed's own address").to_owned()
}

#[tokio::test]
async fn a_trusted_proxy_decides_scheme_host_port_and_path_and_no_other_does() {
    let (trusting, wary) = (Running::demo_with(trusting()).await, Running::demo().await);
    let host = ("host", "a.example");
    for (fields, expected) in [
        (&[host][..], "http://a.example"),
        (&[host, ("x-forwarded-proto", "https")], "https://a.example"),
        (&[host, ("x-forwarded-proto", "https"), ("x-forwarded-host", "B.example")], "https://b.example"),
        (
            &[host, ("forwarded", "for=192.0.2.1;proto=https;host=\"b.example:8443\"")],
            "https://b.example:8443",
        ),
        (&[host, ("x-forwarded-proto", "https"), ("x-forwarded-port", "8443")], "https://a.example:8443"),
        (&[host, ("x-forwarded-proto", "https"), ("x-forwarded-port", "443")], "https://a.example"),
        (&[host, ("x-forwarded-prefix", "/papers")], "http://a.example/papers"),
        (&[host, ("x-forwarded-proto", "gopher"), ("x-forwarded-host", "b/c")], "http://a.example"),
        (&[host, ("x-forwarded-prefix", "/..//\"")], "http://a.example"),
        (
            &[host, ("x-forwarded-for", "192.0.2.1, 127.0.0.1"), ("x-forwarded-proto", "http, https, http")],
            "https://a.example",
        ),
    ] {
        assert_eq!(feed_url(&trusting, fields).await, expected, "{fields:?}");
        assert_eq!(feed_url(&wary, fields).await, "http://a.example", "{fields:?}");
    }
}

#[tokio::test]
async fn a_base_url_rules_over_every_field() {
    let sources = trusting().with_override("test", "server.base_url", "https://set.example/x");
    let service = Running::demo_with(sources).await;
    let fields = [
        ("host", "a.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "b.example"),
        ("x-forwarded-prefix", "/papers"),
        ("forwarded", "host=c.example"),
    ];
    assert_eq!(feed_url(&service, &fields).await, "https://set.example/x");
}

#[tokio::test]
async fn ids_are_the_same_whatever_scheme_a_proxy_tells() {
    let service = Running::demo_with(trusting()).await;
    let mut ids = BTreeSet::new();
    for scheme in ["http", "https"] {
        for path in ["/subjects/cs.DC.atom", "/subjects/cs.DC.atom?digest=daily", "/keywords/TCP%2FIP.atom"] {
            let response =
                service.ask(Method::GET, path, &[("host", "a.example"), ("x-forwarded-proto", scheme)]).await;
            let body = response.text().await.expect("a body");
            let found: Vec<&str> =
                body.split("<id>").skip(1).filter_map(|rest| rest.split("</id>").next()).collect();
            assert!(body.contains(&format!("href=\"{scheme}://a.example/")), "{body}");
            ids.insert((path, found.join("\n")));
        }
    }
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().any(|(_, ids)| ids.starts_with("http://a.example/keywords/TCP%2FIP")), "{ids:?}");
}

#[tokio::test]
async fn a_document_with_other_links_is_another_and_caches_are_told() {
    let service = Running::demo_with(trusting()).await;
    let path = "/subjects/cs.DC.atom";
    let host = ("host", "a.example");
    let evil = [host, ("x-forwarded-host", "evil.example"), ("x-forwarded-prefix", "/evil")];
    let mut tags = BTreeSet::new();
    // Each twice, for the second is answered from memory.
    for fields in [&evil[..], &[host], &evil, &[host], &[host, ("x-forwarded-proto", "https")], &[host]] {
        let response = service.ask(Method::GET, path, fields).await;
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(
            header("vary"),
            "Accept-Encoding, Forwarded, X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Prefix, X-Forwarded-Proto"
        );
        tags.insert(header("etag"));
        let body = response.text().await.expect("a body");
        assert_eq!(body.contains("evil"), fields.len() == 3, "{fields:?}");
    }
    assert_eq!(tags.len(), 3);
    let wary = Running::demo().await;
    let response = wary.ask(Method::GET, path, &evil).await;
    assert_eq!(response.headers()["vary"], "Accept-Encoding");
    assert!(!response.text().await.expect("a body").contains("evil"));
}

async fn raw(service: &Running, head: &str) -> Raw {
    let mut wire = Wire::to(service).await;
    wire.send(&format!("{head}\r\nConnection: close\r\n\r\n")).await;
    wire.answer(true).await
}

#[tokio::test]
async fn a_host_is_a_host_or_the_request_is_refused_whatever_base_url_says() {
    let services = [
        Running::demo().await,
        Running::demo_with(at("https://set.example")).await,
        Running::demo_with(trusting()).await,
    ];
    for service in &services {
        for path in ["/subjects/cs.DC.atom", "/status", "/healthz", "/style.css"] {
            for host in
                ["my_service:8080", "A.Example", "a.example.", "[::1]:8080", "a:", "127.0.0.1:1", "localhost"]
            {
                let answer = raw(service, &format!("GET {path} HTTP/1.1\r\nHost: {host}")).await;
                assert_eq!(answer.status, 200, "{path} {host}");
            }
            for host in [
                "",
                "a b",
                "a/b",
                "user@a",
                "a:b",
                "a:99999",
                "::1",
                "[::1",
                "a<b>",
                "a\"b",
                "a,b",
                "ä.example",
                "a%00",
            ] {
                let answer = raw(service, &format!("GET {path} HTTP/1.1\r\nHost: {host}")).await;
                assert_eq!(answer.status, 400, "{path} {host}");
                assert!(!answer.body.is_empty(), "{path} {host}");
            }
            assert_eq!(raw(service, &format!("GET {path} HTTP/1.1\r\nHost: a\r\nHost: b")).await.status, 400);
            assert_eq!(raw(service, &format!("GET {path} HTTP/1.1\r\nHost: a\r\nHost: a")).await.status, 400);
            assert_eq!(raw(service, &format!("GET {path} HTTP/1.1\r\nX: a")).await.status, 400);
            assert_eq!(raw(service, &format!("GET {path} HTTP/1.0\r\nX: a")).await.status, 200);
        }
    }
}

#[tokio::test]
async fn a_target_that_names_a_host_rules_over_the_field() {
    let service = Running::demo().await;
    let answer =
        raw(&service, "GET http://target.example:81/subjects/cs.DC.json HTTP/1.1\r\nHost: field.example")
            .await;
    let body = String::from_utf8(answer.body).expect("text");
    assert!(
        body.contains("http://target.example:81/subjects/cs.DC.json") && !body.contains("field.example"),
        "{body}"
    );
    for (target, host) in
        [("http://user@target.example/status", "a"), ("http://target.example/status", "a b")]
    {
        assert_eq!(
            raw(&service, &format!("GET {target} HTTP/1.1\r\nHost: {host}")).await.status,
            400,
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_keyword_survives_what_proxies_make_of_its_address() {
    let service = Running::demo().await;
    service.get("/subjects/cs.DC.atom").await;
    let of = async |path: &str| {
        let response = service.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.expect("a body")
    };
    let expected = of("/keywords/TCP%2FIP.json").await;
    assert!(expected.contains("/keywords.json?keyword=TCP%2FIP\""), "{expected}");
    for spelled in [
        "/keywords/TCP/IP.json",
        "/keywords/TCP%2fIP.json",
        "/keywords.json?keyword=TCP/IP",
        "/keywords.json?keyword=TCP%2FIP",
        "/%6Beywords/TCP%2FIP.json",
    ] {
        assert_eq!(of(spelled).await, expected, "{spelled}");
    }
    for keyword in
        ["a/../b", "a//b", "100%", "a\\b", "C#", "what?", "a;b", "keywords/x", "a&b=c", "C++", "a/b.json"]
    {
        let encoded: String = url_encoded(keyword);
        let body = of(&format!("/keywords.json?keyword={encoded}")).await;
        let feed: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert!(feed["title"].as_str().expect("a title").contains(&format!("“{keyword}”")), "{body}");
        let own = feed["feed_url"].as_str().expect("an address").to_owned();
        assert_eq!(of(own.strip_prefix(&service.base).expect("its own")).await, body, "{own}");
        assert!(!own.split('?').next().expect("a path").contains("%2F"), "{own}");
    }
    for wrong in [
        "/keywords",
        "/keywords.json",
        "/keywords.json?keyword=",
        "/keywords/",
        "/keywords/x?keyword=y",
        "/keywordsx?keyword=a",
    ] {
        assert!([400, 404].contains(&service.get(wrong).await.status().as_u16()), "{wrong}");
    }
}

fn url_encoded(text: &str) -> String {
    let encoded: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    encoded.concat()
}

#[tokio::test]
async fn no_field_brings_markup_a_header_or_a_loop() {
    let service = Running::demo_with(trusting()).await;
    for value in [
        "/\"><script>",
        "/a/../../b",
        "//evil.example",
        "/%0d%0aSet-Cookie:x",
        "/a,//b",
        "/%2e%2e/x",
        "/a'b",
        "https://evil.example",
    ] {
        for (name, path) in [
            ("x-forwarded-prefix", "/?was=&words=a&q="),
            ("x-forwarded-host", "/?was=&words=a&q="),
            ("x-forwarded-prefix", "/nowhere"),
            ("x-forwarded-host", "/subjects/cs.DC"),
        ] {
            let fields = [("host", "a.example"), ("accept", "text/html"), (name, value)];
            let seen = Seen::of(service.ask(Method::GET, path, &fields).await).await;
            assert!(seen.status < 400 || path == "/nowhere", "{name}: {value}");
            let own: Url = format!("http://a.example{path}").parse().expect("an address");
            for link in seen.links(&own) {
                assert!(!link.as_str().contains("evil"), "{name}: {value}: {link}");
            }
            assert!(!seen.body.contains("<script>"), "{name}: {value}");
            assert!(!seen.header("location").starts_with("//"), "{name}: {value}");
            assert_eq!(seen.header("set-cookie"), "");
        }
    }
    // Nothing is sent from one spelling of its path to another, so nothing goes round.
    for path in ["/papers", "/papers/", "/papers/papers", "/", "//"] {
        let fields = [("host", "a.example"), ("x-forwarded-prefix", "/papers")];
        let status = service.ask(Method::GET, path, &fields).await.status().as_u16();
        assert!([200, 404].contains(&status), "{path}: {status}");
    }
}
