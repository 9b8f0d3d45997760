//! The endpoint of the `WebSub` hub: reads subscription requests.
//!
//! The hub verifies the subscriber's intent after this answer
//! (<https://www.w3.org/TR/websub/#subscriber-sends-subscription-request>).

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use url::form_urlencoded;

use crate::domain::push::{HubRefusal, HubRequest};
use crate::serve::addresses::HUB;
use crate::serve::api::topics;
use crate::serve::http::fields::is_form;
use crate::serve::http::public_url;
use crate::serve::problem::details::{ParameterDiagnostic, Problem};
use crate::serve::problem::types::DiagnosticCode;
use crate::serve::request::parameter_value;
use crate::serve::request::{base_url, feed_request};
use crate::serve::state::State;

/// The values of `hub.mode`.
pub(in crate::serve) const MODES: [&str; 2] = ["subscribe", "unsubscribe"];

/// The longest topic, callback, and secret; the last is the standard's.
pub(in crate::serve) const URL_BYTES_MAX: usize = 2_048;
pub(in crate::serve) const SECRET_BYTES_MAX: usize = 199;

/// `Retry-After` where too many subscription requests are pending.
const FULL_RETRY: Duration = Duration::from_mins(1);

/// `POST /hub`
pub(in crate::serve) async fn ask(
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
    state: web::Data<State>,
) -> HttpResponse {
    // Its length was known before it was let through, so that what is wrong with it is that it did not come.
    let Ok(body) = body else { return Problem::too_slow().respond(&request) };
    let asked = async {
        let Some(hub) = state.push.hub.clone() else {
            return Err(Problem::unknown_path(&public_url::path_of(&request), HUB));
        };
        let wish = read(&request, &body, &state).await?;
        hub.take(wish).await.map_err(refused)
    };
    match asked.await {
        Ok(()) => HttpResponse::Accepted()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type("text/plain; charset=utf-8")
            .body("your callback is asked whether it was you\n"),
        Err(problem) => problem.respond(&request),
    }
}

fn refused(refusal: HubRefusal) -> Problem {
    match refusal {
        HubRefusal::Callback(why) => Problem::bad_request(vec![mistake(
            "hub.callback",
            DiagnosticCode::BadCallback,
            "the callback is not called".to_owned(),
            &why,
        )]),
        HubRefusal::Full(why) => Problem::hub_is_full(why, FULL_RETRY),
        HubRefusal::Failed(why) => {
            tracing::error!(error = why, "a subscriber's wish could not be kept");
            Problem::failed("your wish could not be kept; the service's log says why".to_owned())
        }
    }
}

/// Reads a subscription request; an error has every mistake of the address and of the form.
async fn read(request: &HttpRequest, body: &[u8], state: &State) -> Result<HubRequest, Problem> {
    let is_form = is_form(request.headers());
    let mut mistakes = match feed_request::no_parameters(request, &state.options) {
        Ok(()) => Vec::new(),
        Err(problem) => problem.diagnostics().to_vec(),
    };
    if !is_form {
        let hint =
            "send the fields hub.mode, hub.topic and hub.callback as application/x-www-form-urlencoded";
        let message = "this is no form".to_owned();
        mistakes.push(mistake("body", DiagnosticCode::NoForm, message, hint));
        return Err(Problem::bad_request(mistakes));
    }
    let fields: Vec<(String, String)> =
        form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    // Subscribers of earlier versions send fields that mean nothing now, so others are left alone.
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let mut wrong = |name: &str, message: String, hint: &str| {
        mistakes.push(mistake(name, DiagnosticCode::BadField, message, hint));
    };
    for name in ["hub.mode", "hub.topic", "hub.callback"] {
        if fields.iter().filter(|(known, _)| known == name).count() != 1 {
            wrong(name, format!("`{name}` is to be given once"), "see https://www.w3.org/TR/websub/");
        }
    }
    let mode = field("hub.mode").unwrap_or("subscribe");
    if !MODES.contains(&mode) {
        let hint = format!("choose from {}", MODES.join(", "));
        wrong("hub.mode", format!("`hub.mode` is `{}`", parameter_value::shortened(mode)), &hint);
    }
    let (topic, callback) =
        (field("hub.topic").unwrap_or_default(), field("hub.callback").unwrap_or_default());
    for (name, value) in [("hub.topic", topic), ("hub.callback", callback)] {
        if value.len() > URL_BYTES_MAX {
            wrong(name, format!("`{name}` is too long"), "an address of at most 2048 bytes is taken");
        }
    }
    let lease = field("hub.lease_seconds").filter(|lease| !lease.is_empty()).map(str::parse::<i64>);
    if matches!(lease, Some(Err(_) | Ok(..=-1))) {
        wrong(
            "hub.lease_seconds",
            "`hub.lease_seconds` is no number of seconds".to_owned(),
            "such as 864000",
        );
    }
    let secret = field("hub.secret").filter(|secret| !secret.is_empty());
    if secret.is_some_and(|secret| secret.len() > SECRET_BYTES_MAX || secret.contains('\0')) {
        wrong(
            "hub.secret",
            "`hub.secret` cannot be taken".to_owned(),
            "it has less than 200 bytes and no NUL",
        );
    }
    if !mistakes.is_empty() {
        return Err(Problem::bad_request(mistakes));
    }
    let base = base_url::of(request, &state.options)?;
    let client = state.clients.quota_key_of(request);
    let content = match (mode, topics::now(topic, &base, client, state).await) {
        (_, Ok(found)) => found.content,
        // One who is subscribed to what is gone can say that it wants no more.
        ("unsubscribe", Err(_)) => String::new(),
        (_, Err(problem)) => return Err(problem),
    };
    Ok(HubRequest {
        topic: topic.to_owned(),
        callback: callback.to_owned(),
        is_subscription: mode == "subscribe",
        lease_seconds: lease.and_then(Result::ok).filter(|seconds| *seconds > 0),
        secret: secret.map(str::to_owned),
        content,
    })
}

fn mistake(name: &str, code: DiagnosticCode, message: String, hint: &str) -> ParameterDiagnostic {
    ParameterDiagnostic {
        code,
        parameter: name.to_owned(),
        position: 0,
        length: 0,
        message,
        hint: hint.to_owned(),
    }
}
