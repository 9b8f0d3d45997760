//! The description has what the service has, no less and no more.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::push::HubChoice;
use crate::filter::Lists;
use crate::serve::access::keys::Keys;
use crate::serve::api::openapi::*;
use crate::serve::options::LogOptions;

const WHAT_TO_DO: &str = "\nDescribe what is new under `paths` in src/serve/api/openapi/document.json (its parameters, \
     answers and schemas; see the others), or take out what is gone;\na new limit or choice gets a name in \
     src/serve/api/openapi/values.rs. tests/it/api/openapi.rs then asks for its examples.\n";

fn options_of_a_service() -> ServiceOptions {
    ServiceOptions {
        address: "127.0.0.1:8080".parse().expect("an address"),
        base_url: None,
        cold_wait: Duration::from_secs(20),
        delta_agents: Vec::new(),
        feed_days: 14,
        feed_days_max: 30,
        feed_limit: 500,
        named: Vec::new(),
        lists: Lists::default(),
        log: LogOptions::default(),
    }
}

fn described(access: &AccessControl, choice: HubChoice) -> Value {
    let push = PushSettings { choice, ..PushSettings::default() };
    describe("http://localhost:8080", &options_of_a_service(), access, &push)
}

fn locked() -> AccessControl {
    AccessControl {
        readers: Keys::new(["reader"]),
        admins: Keys::new(["operator"]),
        ..AccessControl::default()
    }
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let whole = described(&AccessControl::default(), HubChoice::BuiltIn);
    let mut routes = BTreeSet::new();
    for route in addresses::routes() {
        let expected: &[&str] = match route.methods {
            Methods::Read => &["get", "head", "options"],
            Methods::ReadOrForm => &["get", "head", "options", "post"],
            Methods::Post => &["options", "post"],
        };
        for path in route.paths() {
            let methods = whole["paths"][&path].as_object();
            let methods: Vec<&str> = methods.into_iter().flat_map(Map::keys).map(String::as_str).collect();
            assert_eq!(methods, expected, "`{path}` of src/serve/addresses.rs{WHAT_TO_DO}");
            let by_hand = BY_HAND["paths"][&path].as_object().expect("methods");
            let count = if route.methods == Methods::ReadOrForm && path == QUERY_API { 2 } else { 1 };
            assert_eq!(by_hand.len(), count, "`{path}` is described by one method{WHAT_TO_DO}");
            assert!(by_hand.keys().all(|method| expected.contains(&method.as_str())), "{path}");
            routes.insert(path);
        }
    }
    for path in BY_HAND["paths"].as_object().expect("paths").keys() {
        assert!(routes.contains(path), "`{path}` is described and is no route{WHAT_TO_DO}");
    }
}

#[test]
fn the_hub_is_described_where_there_is_one_and_feeds_name_whichever_there_is() {
    let another = || HubChoice::External("https://hub.example.org/".to_owned());
    for (choice, has_hub, is_named) in
        [(HubChoice::Off, false, false), (another(), false, true), (HubChoice::BuiltIn, true, true)]
    {
        let whole = described(&AccessControl::default(), choice.clone());
        assert_eq!(whole["paths"]["/hub"].is_object(), has_hub, "{choice:?}");
        let of_feed = &whole["components"]["responses"]["Feed"]["headers"]["Link"];
        assert_eq!(of_feed.is_object(), is_named, "{choice:?}");
    }
    let whole = described(&locked(), HubChoice::BuiltIn);
    let asked = &whole["paths"]["/hub"]["post"];
    assert!(asked["responses"]["401"].is_object() && asked["security"] != json!([]), "{asked}");
    let form = &asked["requestBody"]["content"]["application/x-www-form-urlencoded"];
    assert_eq!(form["example"]["hub.topic"], "http://localhost:8080/subjects/cs.DC.atom");
    assert_eq!(form["schema"]["properties"]["hub.secret"]["maxLength"], 199);
}

#[test]
fn every_value_of_the_code_has_a_place_and_every_place_a_value() {
    let by_hand = BY_HAND.to_string();
    let names = values::values("http://localhost:8080", &options_of_a_service());
    for name in names.keys() {
        assert!(by_hand.contains(&format!("{{{name}}}")), "`{name}` of values.rs is not in document.json");
    }
    let filled = described(&locked(), HubChoice::BuiltIn).to_string();
    let mut parts = filled.split('{').skip(1).filter_map(|part| part.split_once('}'));
    let is_name = |text: &str| text.len() > 1 && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    assert_eq!(parts.find(|(text, _)| is_name(text)), None, "not in values.rs");
    assert!(!filled.contains("\"x-"), "an extension that is not written out");
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    if let Some(reference) = value["$ref"].as_str() {
        found.insert(reference.to_owned());
    }
    match value {
        Value::Object(parts) => parts.values().for_each(|part| references(part, found)),
        Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
        _ => {}
    }
}

#[test]
fn what_is_referred_to_is_there_and_what_is_there_is_referred_to() {
    let another = HubChoice::External("https://hub.example.org/".to_owned());
    for (access, choice) in [
        (AccessControl::default(), HubChoice::Off),
        (AccessControl::default(), HubChoice::BuiltIn),
        (locked(), HubChoice::BuiltIn),
        (locked(), another),
    ] {
        let whole = described(&access, choice);
        let mut found = BTreeSet::new();
        references(&whole, &mut found);
        assert!(found.len() > 50, "{found:?}");
        for reference in &found {
            let there = whole.pointer(reference.trim_start_matches('#'));
            assert!(there.is_some_and(Value::is_object), "`{reference}` is not there{WHAT_TO_DO}");
        }
        for section in ["parameters", "responses", "headers", "schemas"] {
            for name in whole["components"][section].as_object().expect(section).keys() {
                let reference = format!("#/components/{section}/{name}");
                // The answer to a method that is not described, which no operation can have; and the key's, without keys.
                let is_of_none = ["Problem405", "Problem401", "WWW-Authenticate", "Allow"].contains(&&**name);
                assert!(is_of_none || found.contains(&reference), "`{reference}` is of no use");
            }
        }
    }
}

#[test]
fn no_operation_shares_its_name() {
    let whole = described(&AccessControl::default(), HubChoice::BuiltIn);
    let mut names = BTreeSet::new();
    for operation in whole["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|methods| methods.as_object().expect("methods").values())
    {
        let name = operation["operationId"].as_str().expect("a name");
        assert!(names.insert(name), "`{name}` is the name of two operations");
    }
}

#[test]
fn keys_are_asked_for_where_the_doors_ask_for_them() {
    let open = described(&AccessControl::default(), HubChoice::BuiltIn);
    assert_eq!(open["paths"]["/admin/refresh"]["post"]["security"], json!([{ "bearer": [] }]));
    assert!(open["components"]["securitySchemes"]["key"].is_null());
    assert_eq!(open["paths"]["/status"]["get"]["security"], json!([]));
    let locked = described(&locked(), HubChoice::BuiltIn);
    let ways = json!([{ "bearer": [] }, { "key": [] }]);
    let status = &locked["paths"]["/status"]["get"];
    assert_eq!((&status["security"], status["responses"]["401"].is_object()), (&ways, true));
    assert_eq!(locked["paths"]["/status"]["options"]["security"], json!([]));
    for method in ["post", "options"] {
        assert_eq!(locked["paths"]["/admin/refresh"][method]["security"], ways);
    }
    for path in ["/openapi.json", "/healthz", "/help/http", "/style.css"] {
        assert_eq!(locked["paths"][path]["get"]["security"], json!([]), "{path}");
        assert!(locked["paths"][path]["get"]["responses"]["401"].is_null(), "{path}");
    }
}
