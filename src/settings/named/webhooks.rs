//! The webhooks of a feed. No diagnostic shows the address of one, which is a secret.

use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};
use url::Url;

use super::file::{Environment, FeedsFile};
use crate::domain::presentation::Choice;
use crate::domain::push::WebhookKind;
use crate::push::WebhookOptions;
use crate::settings::value_kind::{choice, integer};

const KEYS: [&str; 5] = ["kind", "url", "url_env", "url_file", "messages_max"];

/// The keys that say where the address is.
const ADDRESS_KEYS: [&str; 3] = ["url", "url_env", "url_file"];

const MESSAGES_MAX_DEFAULT: usize = 10;
const MESSAGES_MAX_LIMIT: i64 = 100;

/// The most webhooks of a feed.
const WEBHOOKS_MAX: usize = 20;

/// The largest file with an address.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// The longest address.
const URL_BYTES_MAX: usize = 2_048;

const ADVICE: &str = "write a list such as [{ kind = \"slack\", url_env = \"SLACK_GPU\" }]";

/// The valid webhooks of the feed with this slug.
pub(super) fn read(file: &mut FeedsFile<'_>, table: &DeTable<'_>, feed: &str) -> Vec<WebhookOptions> {
    let mut webhooks: Vec<WebhookOptions> = Vec::new();
    let Some(value) = table.get("webhooks") else { return webhooks };
    file.webhooks.push(value.span());
    let DeValue::Array(items) = value.get_ref() else {
        let raw = file.raw(value);
        file.secrets.push(raw.span.clone());
        file.error(&raw.span, format!("`webhooks` is {}; {ADVICE}", raw.value.kind()));
        return webhooks;
    };
    if items.len() > WEBHOOKS_MAX {
        file.error(&first_byte(&value.span()), format!("a feed has at most {WEBHOOKS_MAX} webhooks"));
    }
    for item in items {
        let DeValue::Table(table) = item.get_ref() else {
            file.secrets.push(item.span());
            file.error(&item.span(), format!("this is not a webhook; {ADVICE}"));
            continue;
        };
        let Some(webhook) = webhook(file, table, &item.span(), feed) else { continue };
        if webhooks.iter().any(|known| known.url == webhook.url) {
            file.error(&first_byte(&item.span()), "the feed has this webhook already; keep one".to_owned());
            continue;
        }
        webhooks.push(webhook);
    }
    webhooks
}

fn webhook(
    file: &mut FeedsFile<'_>,
    table: &DeTable<'_>,
    whole: &Range<usize>,
    feed: &str,
) -> Option<WebhookOptions> {
    if let Some(url) = table.get("url") {
        file.secrets.push(url.span());
    }
    file.refuse_unknown(table, &KEYS);
    if !table.contains_key("kind") {
        let message = format!("a webhook without `kind`; choose from {}", WebhookKind::names());
        file.missing.push((first_byte(whole), message));
    }
    let kind = file.take(table, "kind", &choice());
    let messages_max = file.take(table, "messages_max", &integer::<usize>(0..=MESSAGES_MAX_LIMIT));
    let keys: Vec<&str> = ADDRESS_KEYS.into_iter().filter(|key| table.contains_key(*key)).collect();
    let [key] = keys[..] else {
        let message =
            "a webhook needs one of `url`, `url_env` and `url_file`, which say where its address is";
        file.missing.push((first_byte(whole), message.to_owned()));
        return None;
    };
    let raw = file.raw(table.get(key)?);
    let url = match (raw.text(), key) {
        (None, _) => Err("must be a string, in quotes".to_owned()),
        (Some(name), "url_env") => from_variable(name, file.environment),
        (Some(path), "url_file") => from_file(path),
        (Some(text), _) => parse(text),
    };
    let url = url.map_err(|why| file.error(&raw.span, format!("`{key}` {why}"))).ok()?;
    let messages_max = messages_max.unwrap_or(MESSAGES_MAX_DEFAULT);
    Some(WebhookOptions { feed: feed.to_owned(), kind: kind?, url, messages_max })
}

/// The place for an error about a whole value, which must not show the value.
fn first_byte(span: &Range<usize>) -> Range<usize> {
    span.start..span.start + 1
}

fn from_variable(name: &str, environment: Environment<'_>) -> Result<Url, String> {
    let found = environment.iter().find(|(known, _)| known == name);
    let text = found.and_then(|(_, value)| value.to_str());
    let text = text.ok_or_else(|| format!("names the variable `{name}`, which is not set"))?;
    parse(text).map_err(|why| format!("names the variable `{name}`, which {why}"))
}

fn from_file(path: &str) -> Result<Url, String> {
    let read = |path: &Path| {
        if std::fs::metadata(path)?.len() > FILE_BYTES_MAX {
            return Err(std::io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
        }
        std::fs::read_to_string(path)
    };
    let text = read(Path::new(path))
        .map_err(|error| format!("names the file `{path}`, which cannot be read: {error}"))?;
    parse(&text).map_err(|why| format!("names the file `{path}`, which {why}"))
}

/// An address, with white space around it.
fn parse(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url
        .filter(|url| url.username().is_empty() && url.password().is_none() && text.len() <= URL_BYTES_MAX);
    url.ok_or_else(|| "is not an http or https address without a user; copy it from the chat".to_owned())
}
