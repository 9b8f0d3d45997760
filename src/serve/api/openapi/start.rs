//! What may stand in the address of the start page?
//!
//! A choice that is empty is none, for that is how a form sends it.

use serde_json::{Value, json};

use crate::domain::presentation::{Choice, Profile, TextMode};
use crate::filter::{Limits, PLACES};

use crate::serve::api::openapi::parameters::{in_query, listed, types};
use crate::serve::options::ServiceOptions;

/// What the form sends beside the choices themselves.
const OF_THE_FORM: &str = "From the page's form: answered with the address that says the same.";

/// A parameter of the start page.
pub(super) fn parameter(name: &str, options: &ServiceOptions) -> Value {
    match name {
        "subjects" => {
            let names = json!({ "type": "array", "items": { "type": "string", "format": "arxiv-subject" } });
            listed(name, "The subjects that are ticked; may stand several times.", &names, &json!(["cs.DC"]))
        }
        "type" => {
            let mut kinds = types();
            kinds["minItems"] = json!(0);
            listed(name, "The types that are ticked; may stand several times.", &kinds, &json!(["new"]))
        }
        "q" => in_query(name, "The rule.", &text("crosslist-rule"), &json!("ti:GPU OR abs:scheduling")),
        "days" => {
            let days = json!({ "type": "integer", "minimum": 1, "maximum": options.feed_days_max });
            in_query(name, "How many days back.", &json!({ "anyOf": [days, { "const": "" }] }), &json!(7))
        }
        "text" => chosen::<TextMode>(name, "What becomes of TeX."),
        "profile" => chosen::<Profile>(name, "The client that the feed is for."),
        "place" => {
            let places = json!({ "enum": PLACES.map(|(_, place)| place) });
            in_query(name, &format!("Where `words` are looked for. {OF_THE_FORM}"), &places, &json!("ti"))
        }
        "was" => {
            let what = format!("The rule that the form showed. {OF_THE_FORM}");
            in_query(name, &what, &json!({ "type": "string" }), &json!("ti:GPU"))
        }
        _ => {
            let what = format!("A field of the form, made into a part of the rule. {OF_THE_FORM}");
            in_query(name, &what, &json!({ "type": "string" }), &json!("scheduling"))
        }
    }
}

fn chosen<T: Choice>(name: &str, description: &str) -> Value {
    let names: Vec<&str> = T::ALL.iter().map(|choice| choice.as_str()).chain([""]).collect();
    in_query(name, description, &json!({ "enum": names, "default": names[0] }), &json!(names[0]))
}

fn text(format: &str) -> Value {
    json!({ "type": "string", "format": format, "maxLength": Limits::URL.query_bytes_max })
}
