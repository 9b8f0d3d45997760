//! What may stand in the address and in the header of a request?
//!
//! Names, choices and limits are the code's own; this file says what they mean.

use serde_json::{Map, Value, json};

use crate::domain::announcement::AnnounceType;
use crate::domain::presentation::{Choice, Digest, Profile, Sort, Summary, TextMode};
use crate::filter::Limits;
use crate::render::Format;

use crate::serve::api::openapi::start;
use crate::serve::options::ServiceOptions;
use crate::serve::request::api_request;
use crate::serve::request::feed_request::KEYWORD_BYTES_MAX;
use crate::serve::request::form_state;
use crate::serve::request::query_parameters::{
    BRIEF_CHARACTERS, FEED, LIMIT_MAX, PAGE_MAX, RULE, SECONDS_PER_DAY, SHOWN,
};

fn keyword() -> Value {
    json!({ "type": "string", "format": "crosslist-keyword", "minLength": 1, "maxLength": KEYWORD_BYTES_MAX })
}

fn required(mut parameter: Value) -> Value {
    parameter["required"] = json!(true);
    parameter
}

/// Every parameter, by the name that `document.json` has for it.
pub(super) fn parameters(options: &ServiceOptions) -> Map<String, Value> {
    let mut all = Map::new();
    let mut add = |key: &str, parameter: Value| all.insert(key.to_owned(), parameter);
    add(
        "path-subjects",
        path(
            "subjects",
            "Categories or archives joined by `+`, at most 40, or `all`; case does not matter.",
            &string("arxiv-subjects"),
            &json!("cs.DC"),
        ),
    );
    add(
        "keyword",
        path("keyword", "Whole words, looked for as a phrase.", &keyword(), &json!("load balancing")),
    );
    add(
        "keyword-query",
        required(in_query(
            "keyword",
            "Whole words, looked for as a phrase; for what proxies change in a path, such as `/`.",
            &keyword(),
            &json!("TCP/IP"),
        )),
    );
    add(
        "slug",
        path(
            "slug",
            "The name of a feed of the configuration.",
            &json!({ "type": "string", "pattern": "^[a-z0-9-]+$" }),
            &json!("dc-systems"),
        ),
    );
    add(
        "ids",
        path(
            "ids",
            "Identifiers with or without versions, joined by commas.",
            &string("arxiv-ids"),
            &json!("2602.23598"),
        ),
    );
    let formats: Vec<&str> = Format::ALL.iter().map(|format| format.extension()).collect();
    add(
        "format",
        path("format", "The ending that names the format.", &json!({ "enum": formats }), &json!("atom")),
    );
    for name in names() {
        let parameter = query(name, options);
        add(name, if name == "id" { required(parameter) } else { parameter });
    }
    for name in form_state::KNOWN {
        add(&format!("start-{name}"), start::parameter(name, options));
    }
    add(
        "api-search_query",
        in_query(
            "search_query",
            "What to search for, in arXiv's own language: terms side by side are an OR.",
            &rule("arxiv-query"),
            &json!("ti:GPU"),
        ),
    );
    add(
        "refreshed",
        listed(
            "subjects",
            "The subjects to read; without it, all that are read.",
            &subjects(),
            &json!(["cs.DC"]),
        ),
    );
    for (name, description, example) in HEADERS {
        let schema = json!({ "type": "string" });
        add(
            name,
            json!({ "name": name, "in": "header", "description": description, "schema": schema, "example": example }),
        );
    }
    all
}

/// Fields of a request that change its answer, beside `Accept` and `Authorization`, which `OpenAPI` has other places for.
const HEADERS: [(&str, &str, &str); 4] = [
    ("Accept-Encoding", "`br` and `gzip` can be had; of those liked alike the smallest is sent.", "gzip"),
    (
        "If-None-Match",
        "The tag of the document that the asker has, or several; rules over `If-Modified-Since`.",
        "\"0\"",
    ),
    ("If-Modified-Since", "The date of the document that the asker has.", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ("A-IM", "With `feed` and `If-None-Match`, only what is new since then will do (RFC 3229).", "feed"),
];

/// The parameters that stand together in `document.json` under one word in capitals.
pub(super) fn group(word: &str) -> Option<Vec<String>> {
    let own = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    match word {
        "RULE" => own(RULE),
        "FEED" => own(FEED),
        "SHOWN" => own(SHOWN),
        "START" => {
            let keys = form_state::KNOWN.iter().map(|name| format!("start-{name}"));
            Some(keys.collect())
        }
        "API" => {
            let key = |name: &&str| {
                if *name == "search_query" { format!("api-{name}") } else { (*name).to_owned() }
            };
            Some(api_request::KNOWN.iter().map(key).collect())
        }
        "CONDITIONAL" => own(&["Accept-Encoding", "If-None-Match", "If-Modified-Since", "A-IM"]),
        "conditional-headers" => own(&["Accept-Encoding", "If-None-Match", "If-Modified-Since"]),
        _ => None,
    }
}

/// The names of all parameters of a query.
fn names() -> impl Iterator<Item = &'static str> {
    let known = [RULE, FEED, SHOWN, &api_request::KNOWN].concat();
    known.into_iter().chain(["id", "page", "subjects", "version"])
}

fn query(name: &'static str, options: &ServiceOptions) -> Value {
    match name {
        "q" => in_query(
            name,
            "A rule: which papers match.",
            &rule("crosslist-rule"),
            &json!("ti:GPU OR abs:scheduling"),
        ),
        "search_query" => {
            in_query(name, "Another name of `q`; one of the two.", &rule("crosslist-rule"), &json!("ti:GPU"))
        }
        "compat" => in_query(
            name,
            "Read the rule as arXiv's query API does.",
            &json!({ "enum": ["arxiv"] }),
            &json!("arxiv"),
        ),
        "subjects" => listed(name, "Only these subjects.", &subjects(), &json!(["cs.DC"])),
        "type" => listed(
            name,
            "Only what is announced so; all four, on `/search` and `/keywords` `new,cross`, unless the rule has a `type:`.",
            &types(),
            &json!(["new", "cross"]),
        ),
        "days" => in_query(
            name,
            "Calendar days back from the newest announcement.",
            &json!({ "type": "integer", "minimum": 1, "maximum": options.feed_days_max, "default": options.feed_days }),
            &json!(7),
        ),
        "filter_time" => in_query(
            name,
            "Seconds, made into `days`: any part of a day is one; one of the two.",
            &json!({ "type": "integer", "minimum": 1, "maximum": options.feed_days_max as usize * SECONDS_PER_DAY }),
            &json!(86_400),
        ),
        "limit" => in_query(
            name,
            "The most items, the newest first; without it the newest mailing is whole.",
            &json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": options.feed_limit }),
            &json!(20),
        ),
        "page" => in_query(
            name,
            "Of the page to read alone, which shows 50 items at a time.",
            &json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": 1 }),
            &json!(1),
        ),
        "brief" => in_query(
            name,
            "A plain text of at most so many characters in place of all content.",
            &json!({ "type": "integer", "minimum": BRIEF_CHARACTERS.start(), "maximum": BRIEF_CHARACTERS.end() }),
            &json!(200),
        ),
        "sort" => chosen::<Sort>(
            name,
            "What stands first; `score` is for a feed of the configuration that has `score` rules.",
            Some(0),
        ),
        "text" => chosen::<TextMode>(name, "What becomes of TeX.", Some(0)),
        "summary" => chosen::<Summary>(
            name,
            "How much of the abstract stands where markup is stripped; `short` for the profile of a chat.",
            Some(0),
        ),
        "profile" => chosen::<Profile>(name, "The client that the feed is for.", Some(0)),
        "digest" => chosen::<Digest>(name, "One item for each mailing or week.", None),
        "changes" => flag(name, "Whether a replacement says how it differs from the version before.", true),
        "pdf" => flag(name, "Whether the pdf is an enclosure.", false),
        "filter_case_sensitive" => flag(name, "Whether RSSHub's filters mind the case.", true),
        "version" => in_query(name, "The version of RSS.", &json!({ "enum": ["2.0"] }), &json!("2.0")),
        "id" => in_query(
            name,
            "The identifier of a paper, or a link to it.",
            &string("arxiv-id"),
            &json!("2602.23598"),
        ),
        name if api_request::KNOWN.contains(&name) => of_the_api(name),
        _ => filter(name),
    }
}

/// A parameter of arXiv's query API, beside what it searches for.
fn of_the_api(name: &'static str) -> Value {
    match name {
        "id_list" => in_query(
            name,
            "Identifiers with or without versions, joined by commas; with `search_query`, both must hold.",
            &string("arxiv-ids"),
            &json!("2602.23598,2603.02510v1"),
        ),
        "start" => in_query(
            name,
            "How many results to leave out.",
            &json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX, "default": 0 }),
            &json!(10),
        ),
        "max_results" => in_query(
            name,
            &format!("The most results; more than {} are {0}.", api_request::RESULTS_MAX),
            &json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX, "default": api_request::RESULTS }),
            &json!(5),
        ),
        "sortBy" => in_query(
            name,
            "What the results are ordered by.",
            &json!({ "enum": api_request::SORTS, "default": api_request::SORTS[0] }),
            &json!("lastUpdatedDate"),
        ),
        _ => in_query(
            name,
            "Which end of that order stands first.",
            &json!({ "enum": api_request::ORDERS, "default": api_request::ORDERS[0] }),
            &json!("ascending"),
        ),
    }
}

/// One of RSSHub's filters.
fn filter(name: &'static str) -> Value {
    let example = if name.ends_with("category") { r"cs\.LG" } else { "GPU|FPGA" };
    let (does, place) = match name.strip_prefix("filterout") {
        Some(place) => ("leaves out what matches", place),
        None => ("keeps what matches", name.strip_prefix("filter").unwrap_or(name)),
    };
    let place = match (place.trim_start_matches('_'), does) {
        ("", "leaves out what matches") => "in title or abstract",
        ("", _) => "in title, abstract, any author or category; the other `filter_…` are then out of force",
        ("title", _) => "in the title",
        ("description", _) => "in the abstract",
        ("author", _) => "in any author",
        _ => "in the id or name of any category",
    };
    let schema = json!({ "type": "string", "format": "regex", "maxLength": Limits::URL.regex_bytes_max });
    in_query(
        name,
        &format!("A regular expression as in RSSHub, none if it is empty; {does} {place}."),
        &schema,
        &json!(example),
    )
}

fn rule(format: &str) -> Value {
    json!({ "type": "string", "format": format, "minLength": 1, "maxLength": Limits::URL.query_bytes_max })
}

fn string(format: &str) -> Value {
    json!({ "type": "string", "format": format, "minLength": 1 })
}

pub(super) fn subjects() -> Value {
    json!({ "type": "array", "minItems": 1, "items": { "type": "string", "format": "arxiv-subject", "minLength": 1 } })
}

pub(super) fn types() -> Value {
    json!({ "type": "array", "minItems": 1, "items": { "enum": AnnounceType::ALL.map(AnnounceType::as_str) } })
}

fn chosen<T: Choice>(name: &str, description: &str, usual: Option<usize>) -> Value {
    let names: Vec<&str> = T::ALL.iter().map(|choice| choice.as_str()).collect();
    let mut schema = json!({ "enum": names });
    if let Some(usual) = usual {
        schema["default"] = json!(names[usual]);
    }
    in_query(name, description, &schema, &json!(names[0]))
}

fn flag(name: &str, description: &str, usual: bool) -> Value {
    in_query(name, description, &json!({ "type": "boolean", "default": usual }), &json!(!usual))
}

/// A list in one value, with commas between its members.
pub(super) fn listed(name: &str, description: &str, schema: &Value, example: &Value) -> Value {
    let mut parameter = in_query(name, description, schema, example);
    parameter["style"] = json!("form");
    parameter["explode"] = json!(false);
    parameter
}

pub(super) fn in_query(name: &str, description: &str, schema: &Value, example: &Value) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": schema, "example": example })
}

fn path(name: &str, description: &str, schema: &Value, example: &Value) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema, "example": example })
}
