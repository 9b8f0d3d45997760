//! Which webhooks are told of a feed? What is wrong with one is told without its address, which is a secret.

use std::ffi::OsString;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};
use url::Url;

use super::File;
use crate::domain::presentation::Choice;
use crate::domain::push::WebhookKind;
use crate::push::WebhookOptions;
use crate::settings::check::{integer, text};

const KEYS: [&str; 5] = ["kind", "url", "url_env", "url_file", "messages_max"];

/// Where the address may stand.
const ADDRESSES: [&str; 3] = ["url", "url_env", "url_file"];

/// How many papers of a mailing are told one by one, unless it is said.
const MESSAGES_USUAL: usize = 10;
const MESSAGES_MAX: i64 = 100;

/// How many webhooks a feed may have.
const WEBHOOKS_MAX: usize = 20;

/// The largest file with an address that is read, and the longest address.
const FILE_BYTES_MAX: u64 = 16 * 1024;
const URL_BYTES_MAX: usize = 2_048;

const ADVICE: &str = "write a list such as [{ kind = \"slack\", url_env = \"SLACK_GPU\" }]";

impl File<'_> {
    /// The webhooks of a feed; one that has a mistake is left out.
    pub(super) fn webhooks(&mut self, table: &DeTable<'_>, feed: &str) -> Vec<WebhookOptions> {
        let Some(value) = table.get("webhooks") else { return Vec::new() };
        self.of_webhooks.push(value.span());
        let DeValue::Array(items) = value.get_ref() else {
            let given = self.given(value);
            self.hide(&given.span);
            self.fault(&given.span, format!("`webhooks` is {}; {ADVICE}", given.value.kind()));
            return Vec::new();
        };
        if items.len() > WEBHOOKS_MAX {
            let span = value.span().start..value.span().start + 1;
            self.fault(&span, format!("a feed has at most {WEBHOOKS_MAX} webhooks"));
        }
        let mut webhooks: Vec<WebhookOptions> = Vec::new();
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                self.hide(&item.span());
                self.fault(&item.span(), format!("this is no webhook; {ADVICE}"));
                continue;
            };
            let Some(webhook) = self.webhook(table, &item.span(), feed) else { continue };
            if webhooks.iter().any(|known| known.url == webhook.url) {
                let start = item.span().start;
                self.fault(
                    &(start..start + 1),
                    "this webhook is told of the feed already; keep one".to_owned(),
                );
                continue;
            }
            webhooks.push(webhook);
        }
        webhooks
    }

    fn webhook(&mut self, table: &DeTable<'_>, whole: &Range<usize>, feed: &str) -> Option<WebhookOptions> {
        if let Some(url) = table.get("url") {
            self.hide(&url.span());
        }
        self.refuse_unknown(table, &KEYS);
        let place = whole.start..whole.start + 1;
        if !table.contains_key("kind") {
            let why = format!("a webhook without `kind`; choose from {}", WebhookKind::names());
            self.missing.push((place.clone(), why));
        }
        let advice = "choose from slack, mattermost, discord, matrix, json";
        let kind = self.take(table, "kind", text(advice, WebhookKind::named));
        let messages_max = self.take(table, "messages_max", integer::<usize>(0..=MESSAGES_MAX));
        let given: Vec<&str> = ADDRESSES.into_iter().filter(|key| table.contains_key(*key)).collect();
        let [key] = given[..] else {
            let why = "a webhook has one of `url`, `url_env` and `url_file`, for where it is told".to_owned();
            self.missing.push((place, why));
            return None;
        };
        let value = self.given(table.get(key)?);
        let url =
            value.text().ok_or_else(|| "is to be a string, in quotes".to_owned()).and_then(
                |text| match key {
                    "url_env" => self.of_variable(text),
                    "url_file" => of_file(text),
                    _ => parse(text),
                },
            );
        let url = url.map_err(|why| self.fault(&value.span, format!("`{key}` {why}"))).ok()?;
        Some(WebhookOptions {
            feed: feed.to_owned(),
            kind: kind?,
            url,
            messages_max: messages_max.unwrap_or(MESSAGES_USUAL),
        })
    }

    fn of_variable(&self, name: &str) -> Result<Url, String> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        let text = found.and_then(|(_, value)| value.to_str());
        let text = text.ok_or_else(|| format!("names the variable `{name}`, which is not set"))?;
        parse(text).map_err(|why| format!("names the variable `{name}`, which {why}"))
    }
}

/// The address that a file holds, blanks around it left off.
fn of_file(path: &str) -> Result<Url, String> {
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

fn parse(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url
        .filter(|url| url.username().is_empty() && url.password().is_none() && text.len() <= URL_BYTES_MAX);
    url.ok_or_else(|| {
        "holds no http or https address without a user; copy the one that the chat gives".to_owned()
    })
}

/// The text with every secret as stars, so that each character stays where it is.
pub(super) fn masked(text: &str, hidden: &[Range<usize>]) -> String {
    let mut secrets = hidden.to_vec();
    // Also where the syntax is broken: nothing in this file but a webhook has such an address.
    for (at, _) in text.match_indices("://") {
        let rest = &text[at + 3..];
        let end = rest.find(|c: char| c.is_whitespace() || "\"'`,}]".contains(c)).unwrap_or(rest.len());
        let host = rest[..end].find(['/', '?', '#']).unwrap_or(end);
        secrets.push(at + 3 + host..at + 3 + end);
    }
    let is_secret = |at: usize| secrets.iter().any(|span| span.contains(&at));
    text.char_indices().fold(String::with_capacity(text.len()), |mut masked, (at, c)| {
        if is_secret(at) && c != '\n' {
            masked.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            masked.push(c);
        }
        masked
    })
}

/// What variables there are.
pub(super) type Environment<'a> = &'a [(OsString, OsString)];
