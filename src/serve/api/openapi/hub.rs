//! What does a subscriber send to the hub, and where do feeds name one?

use serde_json::{Value, json};

use crate::domain::push::{LEASE_SECONDS_DEFAULT, LEASE_SECONDS_MAX, LEASE_SECONDS_MIN};
use crate::serve::addresses::{Address, HUB};
use crate::serve::api::hub::{MODES, SECRET_BYTES_MAX, URL_BYTES_MAX};

/// The form of a wish; `base` is the address of this service.
pub(super) fn form(base: &str) -> Value {
    let lease = format!(
        "For how long; what is below {LEASE_SECONDS_MIN} or above {LEASE_SECONDS_MAX} is made so, and where it is left \
         out, empty or 0, it is {LEASE_SECONDS_DEFAULT}."
    );
    let text = |description: String, bytes_max: usize| json!({ "description": description, "type": "string", "maxLength": bytes_max });
    let address = |description: &str| {
        let mut address = text(format!("{description}; at most {URL_BYTES_MAX} bytes."), URL_BYTES_MAX);
        address["format"] = json!("uri");
        address
    };
    let secret = format!(
        "What deliveries are signed with (`X-Hub-Signature`); at most {SECRET_BYTES_MAX} bytes, and no NUL among them."
    );
    let schema = json!({
        "type": "object",
        "required": ["hub.mode", "hub.topic", "hub.callback"],
        "properties": {
            "hub.mode": { "enum": MODES },
            "hub.topic": address("The address of a feed of this service, best the one that it names as `self`"),
            "hub.callback": address("Where to tell of it: http or https, and on the public network"),
            "hub.lease_seconds": {
                "description": lease,
                "anyOf": [{ "type": "integer", "minimum": 0, "maximum": i64::MAX }, { "const": "" }],
                "default": LEASE_SECONDS_DEFAULT,
            },
            "hub.secret": text(secret, SECRET_BYTES_MAX),
        },
    });
    let example = json!({
        "hub.mode": "subscribe",
        "hub.topic": format!("{base}/subjects/cs.DC.atom"),
        "hub.callback": "https://reader.example.org/hear",
        "hub.lease_seconds": LEASE_SECONDS_DEFAULT,
        "hub.secret": "sesame",
    });
    let bytes_max = Address::of_pattern(HUB).route().body_bytes_max.unwrap_or(0);
    json!({
        "description": format!(
            "A form of at most {bytes_max} bytes, with its `Content-Length`; fields of other names are left alone, \
             for subscribers of earlier versions of WebSub send some."
        ),
        "required": true,
        "content": { "application/x-www-form-urlencoded": { "schema": schema, "example": example } },
    })
}

/// What a feed says beside what it is.
pub(super) fn link() -> Value {
    json!({
        "description": "Whom to ask to be told of changes, and what to name then (`rel=\"hub\"` and `rel=\"self\"` of WebSub); absent where a page is answered.",
        "schema": { "type": "string" },
    })
}
