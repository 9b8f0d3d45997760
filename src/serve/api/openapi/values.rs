//! The limits, choices and addresses that the description takes from the code.
//!
//! `document.json` has `{NAME}` in their places, as a whole value or within a text.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::announcement::AnnounceType;
use crate::domain::presentation::{Choice, Digest, Profile, Sort, Summary, TextMode};
use crate::domain::push::{LEASE_SECONDS_DEFAULT, LEASE_SECONDS_MAX, LEASE_SECONDS_MIN, WebhookKind};
use crate::domain::verdict::Verdict;
use crate::filter::{Limits, PLACES};
use crate::render::Format;

use crate::serve::addresses::{Address, HUB, QUERY_API};
use crate::serve::api::hub::{MODES, SECRET_BYTES_MAX, URL_BYTES_MAX};
use crate::serve::http::public_url;
use crate::serve::options::ServiceOptions;
use crate::serve::problem::types::{DiagnosticCode, ProblemType};
use crate::serve::reload_status::ReloadCause;
use crate::serve::request::api_request;
use crate::serve::request::feed_request::KEYWORD_BYTES_MAX;
use crate::serve::request::query_parameters::{BRIEF_CHARACTERS, LIMIT_MAX, PAGE_MAX, SECONDS_PER_DAY};

pub(super) type Values = BTreeMap<&'static str, Value>;

/// All values, of a service at the address `base`.
pub(super) fn values(base: &str, options: &ServiceOptions) -> Values {
    let path = public_url::path(base);
    let problem_types = ProblemType::ALL.iter().map(|kind| format!("{path}{}", kind.address()));
    let body_bytes_max = |pattern: &str| json!(Address::of_pattern(pattern).route().body_bytes_max);
    let mut values = Values::from([
        ("BASE", json!(base)),
        ("PATH", json!(path)),
        ("VERSION", json!(env!("CARGO_PKG_VERSION"))),
        ("ANNOUNCE_TYPES", json!(AnnounceType::ALL.map(AnnounceType::as_str))),
        ("API_FORM_BYTES_MAX", body_bytes_max(QUERY_API)),
        ("API_ORDERS", json!(api_request::ORDERS)),
        ("API_ORDER_DEFAULT", json!(api_request::ORDERS[0])),
        ("API_RESULTS", json!(api_request::RESULTS)),
        ("API_RESULTS_MAX", json!(api_request::RESULTS_MAX)),
        ("API_SORTS", json!(api_request::SORTS)),
        ("API_SORT_DEFAULT", json!(api_request::SORTS[0])),
        ("BRIEF_CHARACTERS_MAX", json!(BRIEF_CHARACTERS.end())),
        ("BRIEF_CHARACTERS_MIN", json!(BRIEF_CHARACTERS.start())),
        ("DIAGNOSTIC_CODES", json!(DiagnosticCode::names())),
        ("DIGEST_CHOICES", json!(names::<Digest>())),
        ("FEED_DAYS", json!(options.feed_days)),
        ("FEED_DAYS_MAX", json!(options.feed_days_max)),
        ("FEED_LIMIT", json!(options.feed_limit)),
        ("FEED_SECONDS_MAX", json!(options.feed_days_max as usize * SECONDS_PER_DAY)),
        ("FORMATS", Format::ALL.iter().map(|format| format.extension()).collect()),
        ("HUB_FORM_BYTES_MAX", body_bytes_max(HUB)),
        ("HUB_MODES", json!(MODES)),
        ("HUB_SECRET_BYTES_MAX", json!(SECRET_BYTES_MAX)),
        ("HUB_URL_BYTES_MAX", json!(URL_BYTES_MAX)),
        ("KEYWORD_BYTES_MAX", json!(KEYWORD_BYTES_MAX)),
        ("LEASE_SECONDS_DEFAULT", json!(LEASE_SECONDS_DEFAULT)),
        ("LEASE_SECONDS_MAX", json!(LEASE_SECONDS_MAX)),
        ("LEASE_SECONDS_MIN", json!(LEASE_SECONDS_MIN)),
        ("LIMIT_MAX", json!(LIMIT_MAX)),
        ("LOAD_CAUSES", json!(ReloadCause::ALL.map(ReloadCause::as_str))),
        ("PAGE_MAX", json!(PAGE_MAX)),
        ("PLACES", json!(PLACES.map(|(_, place)| place))),
        ("PROBLEM_TYPES", problem_types.collect()),
        ("REGEX_BYTES_MAX", json!(Limits::URL.regex_bytes_max)),
        ("RULE_BYTES_MAX", json!(Limits::URL.query_bytes_max)),
        ("SORT_CHOICES", json!(names::<Sort>())),
        ("SORT_DEFAULT", json!(names::<Sort>()[0])),
        ("SUMMARY_CHOICES", json!(names::<Summary>())),
        ("SUMMARY_DEFAULT", json!(names::<Summary>()[0])),
        ("VERDICTS", json!(Verdict::ALL.map(Verdict::as_str))),
        ("WEBHOOK_KINDS", WebhookKind::ALL.iter().map(|kind| kind.as_str()).collect()),
    ]);
    // A form sends an empty text for a choice that was not made.
    let or_none = |choices: &[&str]| json!([choices, &[""]].concat());
    let (texts, profiles) = (names::<TextMode>(), names::<Profile>());
    values.insert("TEXT_CHOICES_OR_NONE", or_none(&texts));
    values.insert("TEXT_DEFAULT", json!(texts[0]));
    values.insert("TEXT_CHOICES", json!(texts));
    values.insert("PROFILE_CHOICES_OR_NONE", or_none(&profiles));
    values.insert("PROFILE_DEFAULT", json!(profiles[0]));
    values.insert("PROFILE_CHOICES", json!(profiles));
    values
}

/// The names of a choice, the default first.
fn names<T: Choice>() -> Vec<&'static str> {
    T::ALL.iter().map(|choice| choice.as_str()).collect()
}

/// Puts the values into every text that names them.
pub(super) fn fill(value: &mut Value, values: &Values) {
    match value {
        Value::String(text) if text.contains('{') => {
            let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            if let Some(whole) = name.and_then(|name| values.get(name)) {
                *value = whole.clone();
                return;
            }
            for (name, value) in values {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                *text = text.replace(&format!("{{{name}}}"), &value);
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| fill(part, values)),
        Value::Object(parts) => parts.values_mut().for_each(|part| fill(part, values)),
        _ => {}
    }
}
