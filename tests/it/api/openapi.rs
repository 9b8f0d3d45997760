//! The service is as `/openapi.json` describes it.
//!
//! A test whose tool is not installed is skipped (`support::tools`).

use std::collections::BTreeSet;
use std::process::Command;

use crosslist::settings::Sources;
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::support::service::{Arxiv, Running, Wire};
use crate::support::tools::has_tool;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/api/openapi");

/// The feed that the examples name, and one of another service's whims.
const FEEDS: &str = r#"
[[feed]]
name = "dc-systems"
sources = ["cs.DC"]
score = [{ q = 'ti:GPU', add = 3 }]
webhooks = [{ kind = "json", url = "http://127.0.0.1:65535/hear" }]
"#;

const FORM: &str = "application/x-www-form-urlencoded";

/// Addresses that leave alone what stands behind their `?`, such as the edition of a file.
const UNREAD: [&str; 7] =
    ["/style.css", "/page.js", "/robots.txt", "/favicon.ico", "/favicon.svg", "/healthz", "/readyz"];

const READER: &str = "first-reader-0001";
const OPERATOR: &str = "operator-00000001";

async fn service(sources: Sources) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("feeds.toml");
    std::fs::write(&path, FEEDS).expect("a file");
    // Callbacks of tests are on this machine.
    let sources = sources.with_override("test", "push.hub", "built-in");
    let sources = sources.with_override("test", "push.allow_networks", "127.0.0.0/8");
    let service = Running::demo_with(Sources { feeds_file: Some(path), ..sources }).await;
    // The past days too, before anything is compared.
    let key = format!("Bearer {}", service.operator_token.as_deref().unwrap_or(OPERATOR));
    let refreshed =
        service.ask(Method::POST, "/admin/refresh?subjects=cs.DC", &[("authorization", &key)]).await;
    assert_eq!(refreshed.status(), 200);
    service
}

fn with_keys() -> Sources {
    let sources = Sources::default().with_override("test", "access.keys", READER);
    sources.with_override("test", "access.admin_keys", OPERATOR)
}

/// What a service says of itself.
struct Described(Value);

impl Described {
    async fn of(service: &Running) -> Self {
        let whole: Value = serde_json::from_str(&service.text("/openapi.json").await).expect("JSON");
        assert_eq!(whole["servers"][0]["url"], service.base);
        Self(whole)
    }

    /// What a `$ref` means.
    fn at<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else { return value };
        self.0.pointer(reference.trim_start_matches('#')).expect(reference)
    }

    fn operations(&self) -> Vec<(&str, &str, &Value)> {
        let paths = self.0["paths"].as_object().expect("paths").iter();
        paths
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().expect("methods").iter();
                methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
            })
            .collect()
    }

    fn parameters<'a>(&'a self, operation: &'a Value, place: &str) -> Vec<&'a Value> {
        let all = operation["parameters"].as_array().expect("parameters").iter();
        all.map(|parameter| self.at(parameter)).filter(|parameter| parameter["in"] == place).collect()
    }

    /// An address by the examples of its path and of what it must have.
    fn address(&self, path: &str, operation: &Value) -> String {
        let mut address = path.to_owned();
        for parameter in self.parameters(operation, "path") {
            let name = parameter["name"].as_str().expect("a name");
            let example = encoded(&parameter["example"]).replace('+', "%20");
            address = address.replace(&format!("{{{name}}}"), &example);
        }
        let of_query = self.parameters(operation, "query");
        let mut query: Vec<String> =
            of_query.iter().filter(|parameter| parameter["required"] == true).map(|p| pair(p)).collect();
        // One of two is needed, which OpenAPI cannot say.
        let needed = match path {
            "/search" | "/search.{format}" | "/explain" => Some("q"),
            "/api/query" => Some("search_query"),
            _ => None,
        };
        query.extend(
            of_query.iter().filter(|p| needed.is_some() && p["name"].as_str() == needed).map(|p| pair(p)),
        );
        if query.is_empty() { address } else { format!("{address}?{}", query.join("&")) }
    }

    /// The form of an operation that takes one, by its example, with a callback that is on this machine.
    fn form(&self, operation: &Value) -> Option<Value> {
        let mut form = operation["requestBody"]["content"][FORM]["example"].clone();
        form["hub.callback"].is_string().then(|| {
            form["hub.callback"] =
                format!("{}/hear", self.0["servers"][0]["url"].as_str().expect("text")).into();
            form
        })
    }

    /// Fails where an answer is not among those of the operation, or lacks what it must have.
    fn check(&self, operation: &Value, answer: &Answer) {
        let what = &answer.what;
        let described = self.at(&operation["responses"][answer.status.to_string()]);
        assert!(described.is_object(), "{what}: {} is not described", answer.status);
        for (name, header) in described["headers"].as_object().expect("headers") {
            let header = self.at(header);
            let value = answer.header(name);
            assert!(value.is_some() || header["required"] != true, "{what}: `{name}` is missing");
        }
        let named = described["headers"].as_object().expect("headers");
        for name in answer.headers.iter().map(|(name, _)| name) {
            let is_known = named.keys().any(|known| known.eq_ignore_ascii_case(name));
            let is_of_http =
                ["content-type", "content-length", "date", "connection"].contains(&name.as_str());
            assert!(is_known || is_of_http, "{what}: {}: `{name}` is not described", answer.status);
        }
        if let Some(kind) = answer.media_type() {
            let content = described["content"].as_object();
            assert!(
                content.is_some_and(|content| content.contains_key(kind)),
                "{what}: `{kind}` is not described"
            );
        }
    }
}

/// `name=value` by a parameter's example.
fn pair(parameter: &Value) -> String {
    format!("{}={}", parameter["name"].as_str().expect("a name"), encoded(&parameter["example"]))
}

fn encoded(example: &Value) -> String {
    let text = match example {
        Value::String(text) => text.clone(),
        Value::Array(members) => {
            members.iter().map(|member| member.as_str().expect("text")).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    byte_serialize(text.as_bytes()).collect()
}

/// What was answered to what.
struct Answer {
    what: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    async fn to(service: &Running, method: &Method, path: &str, headers: &[(&str, &str)]) -> Self {
        let answer = service.ask(method.clone(), path, headers).await;
        Self::of(format!("{method} {path} {headers:?}"), answer).await
    }

    /// The answer to an operation, with its form where it takes one.
    async fn to_operation(
        service: &Running,
        (method, form): (&Method, Option<&Value>),
        path: &str,
        headers: &[(&str, &str)],
    ) -> Self {
        let Some(form) = form else { return Self::to(service, method, path, headers).await };
        let fields = form.as_object().expect("fields").iter();
        let fields: Vec<String> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut request = client.request(method.clone(), format!("{}{path}", service.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("content-type", FORM).body(fields.join("&"));
        Self::of(format!("{method} {path} {headers:?} {form}"), request.send().await.expect("an answer"))
            .await
    }

    async fn of(what: String, answer: reqwest::Response) -> Self {
        let fields = answer.headers().iter();
        Self {
            what,
            status: answer.status().as_u16(),
            headers: fields
                .map(|(name, value)| (name.as_str().to_owned(), value.to_str().expect("text").to_owned()))
                .collect(),
            body: String::from_utf8_lossy(&answer.bytes().await.expect("a body")).into_owned(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The beginning of the body.
    fn said(&self) -> String {
        self.body.chars().take(300).collect()
    }

    fn media_type(&self) -> Option<&str> {
        self.header("content-type").and_then(|kind| kind.split(';').next())
    }

    /// The answer and the schema that it must keep to, where it is JSON.
    fn as_checked(&self, described: &Described, operation: &Value) -> Option<Value> {
        let response = described.at(&operation["responses"][self.status.to_string()]);
        let schema = &response["content"][self.media_type()?]["schema"];
        let is_list = schema["type"] == "array";
        let name = if is_list { &schema["items"]["$ref"] } else { &schema["$ref"] };
        let name = name.as_str()?.rsplit_once('/')?.1;
        let body: Value = serde_json::from_str(&self.body).ok()?;
        Some(json!({ "what": self.what, "schema": name, "is_list": is_list, "body": body }))
    }
}

/// Has others judge the description, and what was answered by its schemas.
fn judged(described: &Described, answers: &[Value]) {
    if !has_tool("python3", &["-c", "import openapi_spec_validator, jsonschema"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, value: &Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, value.to_string()).expect("a file");
        path
    };
    let (whole, answers) = (file("openapi.json", &described.0), file("answers.json", &answers.into()));
    let output = Command::new("python3").arg(format!("{SCRIPTS}/check.py")).args([whole, answers]).output();
    let output = output.expect("python3");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["mistakes"], json!([]), "of {} answers", found["checked"]);
}

#[tokio::test]
async fn every_example_is_answered_as_it_is_described() {
    let service = service(Sources::default()).await;
    let described = Described::of(&service).await;
    let mut checked = Vec::new();
    for (path, method, operation) in described.operations() {
        let method: Method = method.to_ascii_uppercase().parse().expect("a method");
        let address = described.address(path, operation);
        let mark = if address.contains('?') { '&' } else { '?' };
        let is_given = |parameter: &Value| {
            address.contains(&format!("{}=", parameter["name"].as_str().expect("a name")))
        };
        let mut asked = vec![(address.clone(), Vec::new())];
        for parameter in described.parameters(operation, "path").iter().filter(|p| p["name"] == "format") {
            for format in parameter["schema"]["enum"].as_array().expect("formats") {
                let format = format.as_str().expect("text");
                asked.push((address.replacen(".atom", &format!(".{format}"), 1), Vec::new()));
            }
        }
        for parameter in described.parameters(operation, "query") {
            // Another name of what is given already.
            let is_other_name = parameter["name"] == "search_query" && address.contains("q=");
            if !is_given(parameter) && !is_other_name {
                let headers =
                    if parameter["name"] == "page" { vec![("accept", "text/html")] } else { Vec::new() };
                asked.push((format!("{address}{mark}{}", pair(parameter)), headers));
            }
        }
        for parameter in described.parameters(operation, "header") {
            let field = |part: &str| parameter[part].as_str().expect("text");
            asked.push((address.clone(), vec![(field("name"), field("example"))]));
        }
        for (address, headers) in asked {
            let form = described.form(operation);
            let answer = Answer::to_operation(&service, (&method, form.as_ref()), &address, &headers).await;
            let what = &answer.what;
            let is_of_the_form =
                ["was=", "place=", "words=", "authors=", "without="].iter().any(|p| address.contains(p));
            match (path, &method) {
                (_, &Method::OPTIONS) => assert_eq!(answer.status, 204, "{what}"),
                // The client follows to the address that says the same.
                ("/", _) if is_of_the_form => {}
                ("/hub", _) => assert_eq!(answer.status, 202, "{what}: {}", answer.said()),
                _ => assert_eq!(answer.status, 200, "{what}: {}", answer.said()),
            }
            described.check(operation, &answer);
            checked.extend(answer.as_checked(&described, operation));
        }
    }
    assert!(checked.len() > 15, "{}", checked.len());
    judged(&described, &checked);
}

#[tokio::test]
async fn every_parameter_is_described_and_every_described_one_is_known() {
    let service = service(Sources::default()).await;
    let described = Described::of(&service).await;
    for (path, method, operation) in described.operations() {
        if method == "options" || method == "head" {
            continue;
        }
        let address = described.address(path, operation);
        let mark = if address.contains('?') { '&' } else { '?' };
        let method = method.to_ascii_uppercase().parse().expect("a method");
        let answer = Answer::to(&service, &method, &format!("{address}{mark}nonsense=1"), &[]).await;
        if UNREAD.contains(&path) {
            assert_eq!(answer.status, 200, "{path}");
            assert!(described.parameters(operation, "query").is_empty(), "{path}");
            continue;
        }
        if path.starts_with("/api/query") {
            // As arXiv's own, it ignores what it does not know.
            assert_eq!(answer.status, 200);
            continue;
        }
        assert_eq!(answer.status, 400, "{path}");
        described.check(operation, &answer);
        let known = answer.body.split_once("known here: ").map_or("", |(_, rest)| rest);
        let end = known.find(['"', '<', ';']).unwrap_or(known.len());
        let known: BTreeSet<&str> = known[..end].split(", ").filter(|name| !name.is_empty()).collect();
        let of_query = described.parameters(operation, "query");
        let names: BTreeSet<&str> =
            of_query.iter().map(|parameter| parameter["name"].as_str().expect("a name")).collect();
        // Atom was answered, and pages are of the page alone.
        let names: BTreeSet<&str> = names.into_iter().filter(|name| *name != "page").collect();
        assert_eq!(known, names, "{path}");
    }
}

#[tokio::test]
async fn mistakes_and_unchanged_documents_are_answered_as_they_are_described() {
    let service = service(Sources::default()).await;
    let described = Described::of(&service).await;
    let feed = Answer::to(&service, &Method::GET, "/subjects/cs.DC.json", &[]).await;
    let page = Answer::to(&service, &Method::GET, "/status.json", &[]).await;
    let (tag, other) = (feed.header("etag").expect("a tag"), page.header("etag").expect("a tag"));
    let since = feed.header("last-modified").expect("a date");
    let long = format!("/subjects/{}.rss", "x".repeat(9_000));
    let wide = "x".repeat(17_000);
    let html = [("accept", "text/html")];
    let mut checked = Vec::new();
    for (path, method, asked, headers, status) in [
        ("/subjects/{subjects}.{format}", "get", "/subjects/cs.DC.json", &[("if-none-match", tag)][..], 304),
        (
            "/subjects/{subjects}.{format}",
            "head",
            "/subjects/cs.DC.json",
            &[("if-modified-since", since)],
            304,
        ),
        ("/status.json", "get", "/status.json", &[("if-none-match", other)], 304),
        ("/subjects/{subjects}", "get", "/subjects/cs.DC", &html, 200),
        ("/subjects/{subjects}", "get", "/subjects/cs.DC", &[("accept", "image/png")], 406),
        ("/subjects/{subjects}", "get", "/subjects/cs.DK", &html, 404),
        ("/subjects/{subjects}", "get", "/subjects/cs.DC?page=2", &[], 400),
        ("/subjects/{subjects}.{format}", "get", "/subjects/cs.DK.rss", &[("accept", "text/plain")], 404),
        (
            "/subjects/{subjects}.{format}",
            "get",
            "/subjects/cs.DC.json",
            &[("accept-encoding", "br, gzip")],
            200,
        ),
        (
            "/subjects/{subjects}.{format}",
            "get",
            "/subjects/cs.DC.json?q=gpu+or&limit=0&days=99&sort=score",
            &[],
            400,
        ),
        ("/subjects/{subjects}.{format}", "get", "/subjects/cs.LG.rss", &[], 503),
        ("/subjects/{subjects}.{format}", "get", "/subjects/cs.DC.rss", &[("host", "a b")], 400),
        ("/subjects/{subjects}.{format}", "get", "/subjects/cs.DC.rss", &[("x-wide", &wide)], 431),
        ("/subjects/{subjects}.{format}", "get", &long, &[], 414),
        ("/search", "get", "/search", &[], 400),
        ("/keywords/{keyword}.{format}", "get", "/keywords/*.rss", &[], 400),
        ("/named/{slug}", "get", "/named/dc-system", &[], 404),
        (
            "/named/{slug}.{format}",
            "get",
            "/named/dc-systems.json?sort=score&digest=daily&pdf=true",
            &[],
            200,
        ),
        ("/rss/{subjects}", "get", "/rss/cs.DC.atom", &[], 400),
        ("/api/query", "get", "/api/query?start=-1", &[], 400),
        (
            "/api/query",
            "get",
            "/api/query?id_list=2602.23598",
            &[("accept-encoding", "identity;q=0, x")],
            406,
        ),
        ("/", "get", "/?q=gpu+or", &[], 400),
        ("/", "get", "/?nonsense=1", &html, 400),
        ("/status", "get", "/status", &[("accept-encoding", "*;q=0")], 406),
        ("/explain", "get", "/explain?q=gpu", &[], 400),
        ("/explain", "get", "/explain?q=gpu&id=2602.23598", &html, 200),
        ("/feeds.opml", "get", "/feeds.opml?subjects=cs.DK", &[], 404),
        (
            "/admin/refresh",
            "post",
            "/admin/refresh?subjects=cs.DC",
            &[("authorization", "Bearer of-nobody")],
            404,
        ),
        ("/admin/refresh", "post", "/admin/refresh?subjects=cs.DK", &[], 404),
        ("/status", "options", "/status", &[("x-wide", &wide)], 431),
    ] {
        let method_name = method.to_ascii_uppercase().parse().expect("a method");
        let answer = Answer::to(&service, &method_name, asked, headers).await;
        assert_eq!(answer.status, status, "{}: {}", answer.what, answer.said());
        let operation = &described.0["paths"][path][method];
        described.check(operation, &answer);
        checked.extend(answer.as_checked(&described, operation));
    }
    let mut connection = Wire::to(&service).await;
    connection.send("GET /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx").await;
    let raw = connection.answer(true).await;
    let body = String::from_utf8(raw.body).expect("text");
    let refused = Answer { what: "a body".to_owned(), status: raw.status, headers: raw.headers, body };
    let operation = &described.0["paths"]["/status"]["get"];
    assert_eq!(refused.status, 413);
    described.check(operation, &refused);
    checked.extend(refused.as_checked(&described, operation));
    judged(&described, &checked);
}

#[tokio::test]
async fn a_description_says_where_it_is_and_is_open_where_keys_are_set() {
    let service = service(with_keys()).await;
    let described = Described::of(&service).await;
    let key = format!("Bearer {READER}");
    for path in ["/", "/status.json"] {
        let answer = Answer::to(&service, &Method::GET, path, &[("authorization", &key)]).await;
        let link = answer.header("link").expect("a link");
        assert!(link.contains("</openapi.json>; rel=\"service-desc\""), "{link}");
    }
    let tag = Answer::to(&service, &Method::GET, "/openapi.json", &[]).await;
    let tag = tag.header("etag").expect("a tag");
    let again = Answer::to(&service, &Method::GET, "/openapi.json", &[("if-none-match", tag)]).await;
    assert_eq!(again.status, 304);
    for (path, method, operation) in described.operations() {
        let is_open = operation["security"] == json!([]);
        let address = described.address(path, operation);
        let method: Method = method.to_ascii_uppercase().parse().expect("a method");
        let answer = Answer::to(&service, &method, &address, &[]).await;
        // What needs no key to be asked for its methods is not there for who has none.
        let refused = if path.starts_with("/admin/") && method == Method::OPTIONS { 404 } else { 401 };
        assert_eq!(answer.status == refused, !is_open, "{}", answer.what);
        described.check(operation, &answer);
        let key = if path.starts_with("/admin/") { OPERATOR } else { READER };
        let mark = if address.contains('?') { '&' } else { '?' };
        for (address, headers) in [
            (format!("{address}{mark}key={key}"), Vec::new()),
            (address.clone(), vec![("authorization", format!("Bearer {key}"))]),
        ] {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let form = described.form(operation);
            let answer = Answer::to_operation(&service, (&method, form.as_ref()), &address, &headers).await;
            let is_key_refused_as_unknown = is_open && answer.status == 400;
            assert!(answer.status < 300 || is_key_refused_as_unknown, "{}: {}", answer.what, answer.said());
            described.check(operation, &answer);
        }
    }
    judged(&described, &[]);
}

#[tokio::test]
async fn the_hub_answers_every_wish_as_it_is_described() {
    let service = service(with_keys()).await;
    let described = Described::of(&service).await;
    let operation = &described.0["paths"]["/hub"]["post"];
    let right = described.form(operation).expect("a form");
    let key = format!("Bearer {READER}");
    let with_key = [("authorization", &*key)];
    let with = |name: &str, value: &str| {
        let mut form = right.clone();
        form[name] = value.into();
        form
    };
    let topic = |path: &str| with("hub.topic", &format!("{}{path}", service.base));
    let long = format!("{}/{}", service.base, "x".repeat(2_100));
    let mut checked = Vec::new();
    for (form, path, headers, status) in [
        (right.clone(), "/hub", &with_key[..], 202),
        (with("hub.mode", "unsubscribe"), "/hub", &with_key, 202),
        (with("hub.lease_seconds", ""), "/hub", &with_key, 202),
        (with("hub.lease_seconds", "0"), "/hub", &with_key, 202),
        // What subscribers of earlier versions send means nothing, and hinders nobody.
        (with("hub.verify", "async"), "/hub", &with_key, 202),
        (right.clone(), &format!("/hub?key={READER}"), &[], 202),
        (right.clone(), "/hub", &[], 401),
        (right.clone(), "/hub?nonsense=1", &with_key, 400),
        (with("hub.mode", "publish"), "/hub", &with_key, 400),
        (with("hub.callback", &long), "/hub", &with_key, 400),
        (with("hub.callback", "http://192.168.0.1/hear"), "/hub", &with_key, 400),
        (with("hub.lease_seconds", "-1"), "/hub", &with_key, 400),
        (with("hub.secret", &"x".repeat(200)), "/hub", &with_key, 400),
        (topic("/status"), "/hub", &with_key, 400),
        (topic("/named/none.atom"), "/hub", &with_key, 404),
        (topic("/subjects/cs.DK"), "/hub", &with_key, 404),
        (topic("/subjects/cs.LG"), "/hub", &with_key, 503),
        (with("hub.other", &"x".repeat(9_000)), "/hub", &with_key, 413),
    ] {
        let answer = Answer::to_operation(&service, (&Method::POST, Some(&form)), path, headers).await;
        assert_eq!(answer.status, status, "{}: {}", answer.what, answer.said());
        described.check(operation, &answer);
        checked.extend(answer.as_checked(&described, operation));
    }
    let every = with("hub.mode", "publish");
    let asked = (&Method::POST, Some(&every));
    let answer = Answer::to_operation(&service, asked, "/hub?nonsense=1", &with_key).await;
    for part in ["unknown parameter `nonsense`", "choose from subscribe, unsubscribe"] {
        assert!(answer.body.contains(part), "no {part} in {}", answer.body);
    }
    let unread = Answer::to(&service, &Method::POST, "/hub?nonsense=1", &with_key).await;
    assert!(unread.body.contains("no-form") && unread.body.contains("unknown-parameter"), "{}", unread.body);
    let status = Answer::to(&service, &Method::GET, "/status.json", &with_key).await;
    let said: Value = serde_json::from_str(&status.body).expect("JSON");
    assert_eq!(said["push"]["webhooks"][0]["kind"], "json", "{said}");
    checked.extend(status.as_checked(&described, &described.0["paths"]["/status.json"]["get"]));
    judged(&described, &checked);
}

#[tokio::test]
async fn a_hub_that_is_not_there_is_not_described() {
    let service = Running::demo().await;
    let described = Described::of(&service).await;
    assert!(described.0["paths"]["/hub"].is_null());
    for method in [Method::POST, Method::OPTIONS, Method::GET] {
        let answer = Answer::to(&service, &method, "/hub", &[]).await;
        assert_eq!(answer.status, 404, "{}", answer.what);
    }
    let (feed, status) = ("/subjects/{subjects}.{format}", "/status.json");
    let mut checked = Vec::new();
    for (path, asked) in [(feed, "/subjects/cs.DC.json"), (feed, "/subjects/cs.DC.rss"), (status, status)] {
        let operation = &described.0["paths"][path]["get"];
        let answer = Answer::to(&service, &Method::GET, asked, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.what);
        described.check(operation, &answer);
        checked.extend(answer.as_checked(&described, operation));
    }
    judged(&described, &checked);
}

#[tokio::test]
async fn a_description_is_of_the_address_and_the_settings_that_it_is_asked_under() {
    let service = Running::demo().await;
    let said = async |host: &str| {
        let answer = Answer::to(&service, &Method::GET, "/openapi.json", &[("host", host)]).await;
        let whole: Value = serde_json::from_str(&answer.body).expect("JSON");
        (whole["servers"][0]["url"].clone(), answer.header("etag").expect("a tag").to_owned())
    };
    let (one, other) = (said("one.example").await, said("other.example").await);
    assert_eq!((&one.0, &other.0), (&json!("http://one.example"), &json!("http://other.example")));
    assert_ne!(one.1, other.1);
    assert_eq!((said("one.example").await, said("one.example").await), (one.clone(), one));
}

/// Has schemathesis ask what it likes; `more` are arguments beside the usual ones.
async fn fuzzed(service: &Running, more: &[&str]) {
    if !has_tool("schemathesis", &["--version"]) {
        return;
    }
    // In a folder of its own, for it keeps what it found.
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("{}/openapi.json", service.base);
    let mut command = Command::new("schemathesis");
    command.args(["--config-file", &format!("{SCRIPTS}/schemathesis.toml"), "run", &address]);
    command
        .args(["--max-examples", "5", "--warnings", "off", "--no-color", "--continue-on-failure"])
        .args(more);
    command.env("SCHEMATHESIS_HOOKS", format!("{SCRIPTS}/hooks.py")).current_dir(folder.path());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
    let output = output.expect("schemathesis");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn schemathesis_finds_no_answer_that_is_not_described() {
    // `HEAD` is what `GET` is, and is looked at above.
    let phases = ["--phases", "examples,coverage,fuzzing", "--exclude-method", "HEAD"];
    fuzzed(&service(Sources::default()).await, &phases).await;
}

#[tokio::test]
async fn schemathesis_finds_no_answer_that_is_not_described_behind_keys() {
    let key = format!("Authorization: Bearer {OPERATOR}");
    let more = ["--phases", "examples,fuzzing", "--exclude-method", "HEAD", "--header", &key];
    fuzzed(&service(with_keys()).await, &more).await;
}

#[tokio::test]
async fn schemathesis_finds_no_answer_that_is_not_described_where_nothing_can_be_read() {
    let sources = Sources::default().with_override("test", "subjects.watch", "cs.DC");
    let service = Running::over(&Arxiv::start().await, sources, "2026-03-06T02:00:00Z").await;
    fuzzed(&service, &["--phases", "examples,fuzzing", "--exclude-method", "HEAD"]).await;
}
