//! Parsers of single values.

use std::net::IpAddr;

use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::value_kind::{Form, ValueError, ValueKind};
use crate::domain::push::HubChoice;
use crate::domain::taxonomy::SubjectId;
use crate::fetch::UpstreamOptions;
use crate::store;

/// The levels of the log; any other single word would be taken for the name of a module.
const LOG_LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// An http or https address with a host and perhaps a path, without user, query and fragment.
#[must_use]
pub fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(UpstreamOptions::is_base_url)
}

/// A web address, or "" for none.
pub(super) fn public_address() -> ValueKind<Option<Url>> {
    let advice = "write an http or https address without user, query and fragment, or \"\"";
    ValueKind::new(Form::Text(advice), |raw, form| match raw.text() {
        None => Err(form.wrong_type()),
        Some("") => Ok(None),
        Some(text) => web_address(text).map(Some).ok_or_else(|| form.invalid()),
    })
}

/// A web address that is https or of this machine.
pub(super) fn upstream_address(text: &str) -> Option<Url> {
    web_address(text).filter(|url| url.scheme() == "https" || UpstreamOptions::is_loopback(url))
}

pub(super) fn contact(text: &str) -> Option<String> {
    UpstreamOptions::is_contact(text).then(|| text.to_owned())
}

/// An IP address, or a network such as 10.0.0.0/8.
pub(super) fn network(text: &str, _: &[IpNet]) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    address.or_else(|_| text.parse::<IpNet>()).map(|network| network.trunc()).map_err(|_| {
        format!("`{text}` is not an address or a network; write one such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32")
    })
}

/// A product of a `User-Agent`, without its version: a token (RFC 9110, section 5.6.2).
pub(super) fn product(text: &str, _: &[String]) -> Result<String, String> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if !text.is_empty() && text.chars().all(is_token) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is not a product name; write the first word of a User-Agent before its `/`, such as newsboat"
    ))
}

/// A subject that is not among those before.
pub(super) fn subject(text: &str, before: &[SubjectId]) -> Result<SubjectId, String> {
    let subject = SubjectId::parse(text).map_err(|unknown| unknown.to_string())?;
    if before.contains(&subject) {
        return Err(format!("`{text}` is {subject}, which is listed already; keep one"));
    }
    Ok(subject)
}

/// The address of a store. The message is the store's own, which never repeats a password.
pub(super) fn store_options() -> ValueKind<store::Options> {
    let advice = "write sqlite: and the path of a file, or the address of a PostgreSQL database";
    ValueKind::new(Form::Text(advice), |raw, form| {
        let text = raw.text().ok_or_else(|| form.wrong_type())?;
        let error = |error| ValueError::Items(vec![(raw.span.clone(), format!("`url`: {error}"))]);
        text.parse::<store::Options>().map_err(error)
    })
}

pub(super) fn hub(text: &str) -> Option<HubChoice> {
    match text {
        "off" => Some(HubChoice::Off),
        "built-in" => Some(HubChoice::BuiltIn),
        address => web_address(address).map(|url| HubChoice::External(url.into())),
    }
}

/// A level, or a filter of `tracing_subscriber` with a level for a module.
pub(super) fn log_filter(text: &str) -> Option<String> {
    let is_filter = text.contains('=') && EnvFilter::builder().parse(text).is_ok();
    (LOG_LEVELS.contains(&text) || is_filter).then(|| text.to_owned())
}
