//! Answers `/openapi.json`: every address, parameter and response of this service (`OpenAPI` 3.1), for programs.
//!
//! `document.json` describes what is written by hand, one method of each address. Added here are the values of the code
//! (`values`), `HEAD` and `OPTIONS`, security, and the problems that any request may get. Three extensions stand for lists:
//! `x-parameters` for parameters, with the parser's own groups in capitals, `x-headers` for a group of header fields, and
//! `x-problems` for statuses of problems. Written out, the document has 240 KB.

mod values;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use crate::render::Format;

use crate::serve::access::keys::AccessControl;
use crate::serve::addresses::{self, Access, Methods, QUERY_API, Route};
use crate::serve::answer::respond;
use crate::serve::options::ServiceOptions;
use crate::serve::problem::types::ProblemType;
use crate::serve::push_settings::PushSettings;
use crate::serve::request::query_parameters::{FEED, RULE, SHOWN};
use crate::serve::request::{api_request, base_url, feed_request, form_state};
use crate::serve::state::State;

static BY_HAND: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("document.json")).unwrap_or_default());

/// The header fields of every document.
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

/// The description of the service at the address `base`.
fn describe(base: &str, options: &ServiceOptions, access: &AccessControl, push: &PushSettings) -> Value {
    let mut whole = BY_HAND.clone();
    values::fill(&mut whole, &values::values(base, options));
    let mut paths = Map::new();
    for route in addresses::routes().filter(|route| !route.needs_hub || push.has_hub()) {
        for path in route.paths() {
            let methods = &whole["paths"][&path];
            if methods.is_object() {
                let methods = methods_of(route, methods, access);
                paths.insert(path, methods);
            }
        }
    }
    whole["paths"] = paths.into();
    let components = &mut whole["components"];
    let has_hub = push.hub_url(base).is_some();
    for response in components["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let is_feed = matches!(response["x-headers"].as_str(), Some("feed" | "delta"));
        expand_headers(response);
        if is_feed && has_hub {
            response["headers"]["Link"] = reference("headers", "FeedLink");
        }
    }
    let statuses: BTreeSet<u16> = ProblemType::ALL.iter().map(|kind| kind.status().as_u16()).collect();
    for status in statuses {
        components["responses"][format!("Problem{status}")] = problem(status, &[]);
    }
    let absent = [("headers", "FeedLink", has_hub), ("securitySchemes", "key", access.has_keys())];
    for (section, name, _) in absent.into_iter().filter(|(_, _, exists)| !exists) {
        components[section].as_object_mut().and_then(|section| section.remove(name));
    }
    whole
}

/// The methods of an address: the one that is written by hand, a form with the same parameters, `HEAD` and `OPTIONS`.
fn methods_of(route: &Route, by_hand: &Value, access: &AccessControl) -> Value {
    let method = if route.methods == Methods::Post { "post" } else { "get" };
    let mut operation = by_hand[method].clone();
    complete(route, &mut operation, access);
    let mut all = json!({ "options": options(&operation, route.access == Access::Operator) });
    if route.methods == Methods::ReadOrForm {
        let mut form = operation.clone();
        for (name, part) in by_hand["post"].as_object().into_iter().flatten() {
            form[name] = part.clone();
        }
        all["post"] = form;
    }
    if route.methods != Methods::Post {
        let mut head = operation.clone();
        head["operationId"] = named(&operation, "Head");
        head["summary"] = json!("The same without its body");
        all["head"] = head;
    }
    all[method] = operation;
    all
}

fn named(operation: &Value, ending: &str) -> Value {
    json!(format!("{}{ending}", operation["operationId"].as_str().unwrap_or_default()))
}

/// Writes out parameters, security and responses of an operation.
fn complete(route: &Route, operation: &mut Value, access: &AccessControl) {
    let names = take(operation, "x-parameters");
    let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
    operation["parameters"] = names.flat_map(parameters).map(|name| reference("parameters", &name)).collect();

    let needs_key = access.needs_key(route.access);
    operation["security"] = match needs_key {
        false => json!([]),
        true if access.has_keys() => json!([{ "bearer": [] }, { "key": [] }]),
        true => json!([{ "bearer": [] }]),
    };

    let listed = take(operation, "x-problems");
    let mut problems: BTreeSet<u64> =
        listed.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    problems.extend([400, 408, 413, 414, 431, 500]);
    problems.extend(route.is_counted.then_some(429));
    // A document can be compressed and has a tag; health and metrics are no documents.
    let is_document = route.is_counted && route.methods != Methods::Post && route.pattern != "/metrics";
    problems.extend(is_document.then_some([406, 412]).into_iter().flatten());
    let is_operators = route.access == Access::Operator;
    problems.extend((if is_operators { access.reading_needs_key() } else { needs_key }).then_some(401));

    let responses = &mut operation["responses"];
    responses.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(expand_headers);
    for status in problems {
        responses[status.to_string()] = if route.pattern.starts_with(QUERY_API) {
            problem(u16::try_from(status).unwrap_or_default(), &[Format::Atom.media_type()])
        } else {
            reference("responses", &format!("Problem{status}"))
        };
    }
}

/// The parameters of a group, whose name is in capitals, or the one of this name.
fn parameters(name: &str) -> Vec<String> {
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match name {
        "RULE" => all(RULE),
        "FEED" => all(FEED),
        "SHOWN" => all(SHOWN),
        "START" => form_state::KNOWN.iter().map(|name| format!("start-{name}")).collect(),
        "API" => {
            let key =
                |name: &str| if name == "search_query" { format!("api-{name}") } else { name.to_owned() };
            api_request::KNOWN.iter().map(|name| key(name)).collect()
        }
        "CONDITIONAL" => all(&["Accept-Encoding", "If-None-Match", "If-Modified-Since", "A-IM"]),
        "CONDITIONAL_WITHOUT_DELTA" => all(&["Accept-Encoding", "If-None-Match", "If-Modified-Since"]),
        name => all(&[name]),
    }
}

/// Takes an extension out of an object.
fn take(object: &mut Value, name: &str) -> Value {
    object.as_object_mut().and_then(|object| object.remove(name)).unwrap_or_default()
}

fn expand_headers(response: &mut Value) {
    let group = take(response, "x-headers");
    if let Some(group) = group.as_str() {
        response["headers"] =
            headers(group).iter().map(|name| ((*name).to_owned(), reference("headers", name))).collect();
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

/// The header fields of a group.
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
