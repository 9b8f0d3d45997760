//! What can be asked here, and what is answered, for programs (`OpenAPI` 3.1)?
//!
//! `document.json` is kept by hand and says what each address is and answers, in short: a word in place of an object
//! means the component of that name, and of parameters and headers also a group of them. Whatever the code has a
//! constant for comes from there.

mod hub;
mod parameters;
mod start;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use crate::domain::announcement::AnnounceType;
use crate::domain::presentation::Choice;
use crate::domain::push::WebhookKind;
use crate::domain::verdict::Verdict;
use crate::render::Format;

use crate::serve::access::keys::AccessControl;
use crate::serve::addresses::{self, Access, Address, HUB, Methods, QUERY_API};
use crate::serve::answer::respond;
use crate::serve::http::public_url;
use crate::serve::options::ServiceOptions;
use crate::serve::problem::types::{DiagnosticCode, ProblemType};
use crate::serve::push_settings::PushSettings;
use crate::serve::reload_status::ReloadCause;
use crate::serve::request::{base_url, feed_request};
use crate::serve::state::State;

static BY_HAND: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("document.json")).unwrap_or_default());

/// What every document says of itself.
const OF_DOCUMENTS: &[&str] = &[
    "ETag",
    "Cache-Control",
    "Vary",
    "Access-Control-Allow-Origin",
    "X-Content-Type-Options",
    "Content-Encoding",
];
const OF_FILES: &[&str] = &["Access-Control-Expose-Headers"];
const OF_PAGES: &[&str] = &["Content-Security-Policy", "Referrer-Policy"];
const OF_FEEDS: &[&str] = &["Last-Modified", "Cache-Status", "Age"];
const OF_WHAT_IS_NOT_KEPT: &[&str] = &["Cache-Control", "X-Content-Type-Options"];

/// `/openapi.json`
pub(in crate::serve) async fn document(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let described = feed_request::no_parameters(&request, &state.options)
        .and_then(|()| base_url::of(&request, &state.options));
    match described {
        Ok(base) => {
            let write = |base: &str| describe(base, &state.options, &state.access, &state.push).to_string();
            let document = state.description.get(base, state.generation, write);
            respond::document(&request, &document, "no-cache")
        }
        Err(problem) => problem.respond(&request),
    }
}

/// The whole description of the service at an address.
fn describe(base: &str, options: &ServiceOptions, access: &AccessControl, push: &PushSettings) -> Value {
    let mut whole = BY_HAND.clone();
    whole["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    whole["servers"] = json!([{ "url": base }]);
    let below = public_url::path(base);
    whole["externalDocs"]["url"] = json!(format!("{below}/help/http"));
    let mut paths = Map::new();
    for route in addresses::routes().filter(|route| !route.needs_hub || push.has_hub()) {
        for path in route.paths() {
            let methods = &whole["paths"][&path];
            if methods.is_object() {
                let methods = completed(&path, route.methods, methods, access);
                paths.insert(path, methods);
            }
        }
    }
    if let Some(hub) = paths.get_mut(HUB) {
        hub["post"]["requestBody"] = hub::form(base);
    }
    whole["paths"] = paths.into();
    let components = &mut whole["components"];
    let has_hub = push.hub_url(base).is_some();
    if has_hub {
        components["headers"]["FeedLink"] = hub::link();
    }
    components["parameters"] = parameters::parameters(options).into();
    for (name, words) in words(below) {
        components["schemas"][name] = json!({ "enum": words });
    }
    for response in components["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let is_feed = matches!(response["headers"].as_str(), Some("feed" | "delta"));
        spell_out(response);
        if is_feed && has_hub {
            response["headers"]["Link"] = reference("headers", "FeedLink");
        }
    }
    let statuses: BTreeSet<u16> = ProblemType::ALL.iter().map(|kind| kind.status().as_u16()).collect();
    for status in statuses {
        components["responses"][format!("Problem{status}")] = problem(status, &[]);
    }
    components["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "A key, or the operator's token, as `Authorization: Bearer KEY`." },
    });
    if access.has_keys() {
        components["securitySchemes"]["key"] = json!({ "type": "apiKey", "in": "query", "name": "key", "description": "An access key, for readers that cannot send headers.",
        });
    }
    whole
}

/// The words that the service's answers are made of.
fn words(below: &str) -> [(&'static str, Vec<String>); 6] {
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    [
        ("Verdict", owned(Verdict::ALL.map(Verdict::as_str).to_vec())),
        ("LoadCause", owned(ReloadCause::ALL.map(ReloadCause::as_str).to_vec())),
        ("AnnounceType", owned(AnnounceType::ALL.map(AnnounceType::as_str).to_vec())),
        ("WebhookKind", owned(WebhookKind::ALL.iter().map(|kind| kind.as_str()).collect())),
        ("ProblemType", ProblemType::ALL.iter().map(|kind| format!("{below}{}", kind.address())).collect()),
        ("MistakeCode", owned(DiagnosticCode::names())),
    ]
}

/// What can be done at a path, with `HEAD` and `OPTIONS`.
fn completed(path: &str, methods: Methods, by_hand: &Value, access: &AccessControl) -> Value {
    let method = match methods {
        Methods::Read | Methods::ReadOrForm => "get",
        Methods::Post => "post",
    };
    let mut operation = by_hand[method].clone();
    complete(path, method, &mut operation, access);
    let is_admin = Address::of_pattern(path).route().access == Access::Operator;
    let mut all = json!({ "options": options(&operation, is_admin) });
    if methods == Methods::ReadOrForm {
        let mut form = operation.clone();
        form["operationId"] = named(&operation, "ByForm");
        form["summary"] =
            json!("The same with the parameters in a form, or some in the address and some in a form");
        form["requestBody"] = form_of_the_api();
        all["post"] = form;
    }
    if methods != Methods::Post {
        let mut head = operation.clone();
        head["operationId"] = named(&operation, "Head");
        head["summary"] = json!("The same without its body");
        all["head"] = head;
    }
    all[method] = operation;
    all
}

/// The parameters of arXiv's query API as a form.
fn form_of_the_api() -> Value {
    let keys = parameters::group("API").into_iter().flatten();
    let property = |key: String| {
        let name = key.trim_start_matches("api-").to_owned();
        (name, reference("parameters", &format!("{key}/schema")))
    };
    let properties: Map<String, Value> = keys.map(property).collect();
    let example = json!({ "search_query": "ti:GPU", "max_results": 5 });
    json!({
        "description": format!("A form of at most {} bytes, with its `Content-Length`.", Address::of_pattern(QUERY_API).route().body_bytes_max.unwrap_or(0)),
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": { "type": "object", "properties": properties },
                "example": example,
            },
        },
    })
}

fn named(operation: &Value, ending: &str) -> Value {
    json!(format!("{}{ending}", operation["operationId"].as_str().unwrap_or_default()))
}

/// Spells out an operation and adds what any may be answered with.
fn complete(path: &str, method: &str, operation: &mut Value, access: &AccessControl) {
    let given = operation["parameters"].take();
    let names = given.as_array().into_iter().flatten().filter_map(Value::as_str);
    let names = names.flat_map(|name| parameters::group(name).unwrap_or_else(|| vec![name.to_owned()]));
    operation["parameters"] = names.map(|name| reference("parameters", &name)).collect();

    let address = Address::of_pattern(path).route();
    let is_admin = address.access == Access::Operator;
    let needs_key = access.needs_key(address.access);
    let ways = match needs_key {
        false => json!([]),
        true if access.has_keys() => json!([{ "bearer": [] }, { "key": [] }]),
        true => json!([{ "bearer": [] }]),
    };
    operation["security"] = ways;

    let responses = &mut operation["responses"];
    let is_word = !address.is_counted;
    let mut usual = vec![400, 408, 413, 414, 431, 500];
    usual.extend((!is_word).then_some(429));
    // Numbers come in one form.
    let has_tags = !is_word && method == "get" && path != "/metrics";
    usual.extend(has_tags.then_some([406, 412]).into_iter().flatten());
    usual.extend((if is_admin { access.reading_needs_key() } else { needs_key }).then_some(401));
    for status in usual {
        let status = status.to_string();
        if responses[&status].is_null() {
            responses[status] = json!("Problem");
        }
    }
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        let other = match path {
            path if path.starts_with(QUERY_API) => &[Format::Atom.media_type()],
            _ => &[][..],
        };
        *response = match (response.as_str(), status.parse()) {
            (Some("Problem"), Ok(status)) if !other.is_empty() => problem(status, other),
            (Some("Problem"), _) => reference("responses", &format!("Problem{status}")),
            (Some(name), _) => reference("responses", name),
            (None, _) => {
                spell_out(response);
                response.take()
            }
        };
    }
}

/// What `OPTIONS` answers beside this operation.
fn options(operation: &Value, is_admin: bool) -> Value {
    let of_path = |parameter: &&Value| {
        let name = parameter["$ref"].as_str().and_then(|name| name.rsplit_once('/'));
        name.is_some_and(|(_, name)| ["path-subjects", "keyword", "slug", "format", "ids"].contains(&name))
    };
    let parameters: Vec<&Value> =
        operation["parameters"].as_array().into_iter().flatten().filter(of_path).collect();
    let mut responses = json!({ "204": reference("responses", "Methods") });
    // Whoever is not the operator is told that nothing is there.
    let (of_operator, security) = match &operation["security"] {
        ways if is_admin => (&["401", "404"][..], ways.clone()),
        _ => (&[][..], json!([])),
    };
    for status in ["400", "408", "413", "414", "429", "431", "500"].iter().chain(of_operator).copied() {
        if let Some(response) = operation["responses"].get(status) {
            responses[status] = response.clone();
        }
    }
    json!({
        "operationId": named(operation, "Options"),
        "tags": operation["tags"],
        "summary": "The methods that there are, also for pages of other sites that ask before they ask",
        "parameters": parameters,
        "responses": responses,
        "security": security,
    })
}

/// Headers by the name of their group, and schemas by their names.
fn spell_out(response: &mut Value) {
    let group = response["headers"].take();
    let names = group.as_str().map(headers).unwrap_or_default();
    response["headers"] = names.iter().map(|name| ((*name).to_owned(), reference("headers", name))).collect();
    for media in response["content"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let schema = media["schema"].as_str().map(|name| reference("schemas", name));
        if let Some(schema) = schema {
            media["schema"] = schema;
        }
    }
    if let Some(response) = response.as_object_mut() {
        response.retain(|_, part| !part.is_null());
    }
}

/// The headers that stand in `document.json` under one word.
fn headers(group: &str) -> Vec<&'static str> {
    match group {
        "feed" => [OF_DOCUMENTS, OF_FEEDS, OF_FILES, OF_PAGES].concat(),
        "delta" => [OF_DOCUMENTS, OF_FEEDS, OF_FILES, &["IM"]].concat(),
        "results" => [OF_DOCUMENTS, OF_FEEDS, OF_FILES, &["X-Crosslist-Query"]].concat(),
        "page" => [OF_DOCUMENTS, OF_PAGES].concat(),
        "start" => [OF_DOCUMENTS, OF_PAGES, &["Link"]].concat(),
        "report" => [OF_DOCUMENTS, OF_FILES, &["Link"]].concat(),
        "explained" => [OF_DOCUMENTS, OF_FILES, OF_PAGES].concat(),
        "file" => [OF_DOCUMENTS, OF_FILES].concat(),
        "word" | "unkept" => OF_WHAT_IS_NOT_KEPT.to_vec(),
        "settled" => vec!["Location", "Cache-Control", "X-Content-Type-Options"],
        "unchanged" => OF_DOCUMENTS[..4].to_vec(),
        "unchanged-report" => [&OF_DOCUMENTS[..4], &["Link"]].concat(),
        "unchanged-feed" => [&OF_DOCUMENTS[..4], &OF_FEEDS[1..]].concat(),
        "methods" => vec![
            "Allow",
            "Access-Control-Allow-Origin",
            "Access-Control-Allow-Methods",
            "Access-Control-Allow-Headers",
            "Access-Control-Max-Age",
            "Cache-Control",
            "X-Content-Type-Options",
        ],
        _ => Vec::new(),
    }
}

/// All problems of a status; `others` are types in which they are told at some addresses alone.
fn problem(status: u16, others: &[&str]) -> Value {
    let kinds = ProblemType::ALL.iter().filter(|kind| kind.status().as_u16() == status);
    let titles: Vec<String> = kinds.map(|kind| format!("{} (`{}`)", kind.title(), kind.slug())).collect();
    let mut headers = [OF_DOCUMENTS[1..5].to_vec(), OF_FILES.to_vec(), OF_PAGES.to_vec()].concat();
    headers.push("X-Request-Id");
    match status {
        // What went wrong may have left nothing to tell of the request.
        500 => headers.retain(|name| *name != "Vary"),
        401 => headers.push("WWW-Authenticate"),
        405 => headers.push("Allow"),
        429 | 503 => headers.push("Retry-After"),
        _ => {}
    }
    let headers: Map<String, Value> =
        headers.into_iter().map(|name| (name.to_owned(), reference("headers", name))).collect();
    let mut content = json!({
        "application/problem+json": { "schema": reference("schemas", "Problem") },
        "text/html": { "schema": reference("schemas", "Text") },
        "text/plain": { "schema": reference("schemas", "Text") },
    });
    for other in others {
        content[*other] = json!({ "schema": reference("schemas", "Text") });
    }
    json!({ "description": titles.join("; "), "headers": headers, "content": content })
}

fn reference(section: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{section}/{name}") })
}

#[cfg(test)]
mod tests;
