//! Webhooks of named feeds, and diagnostics that do not show their addresses.

use std::ffi::OsString;
use std::fs;

use crosslist::domain::push::WebhookKind;
use crosslist::push::WebhookOptions;
use crosslist::settings::{self, Sources};

/// Loads a feed with these webhooks; `{folder}` in them is a folder with the file `secret`.
fn load(webhooks: &str) -> Result<Vec<WebhookOptions>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.toml");
    fs::write(&path, "").expect("a file");
    fs::write(folder.path().join("secret"), "https://chat.example/hooks/of-file\n").expect("a file");
    let shown = folder.path().display().to_string();
    let feeds = format!("[[feed]]\nname = 'gpu'\nsources = ['cs.DC']\nwebhooks = {webhooks}\n");
    fs::write(folder.path().join("feeds.toml"), feeds.replace("{folder}", &shown)).expect("a file");
    let variable = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
    let environment =
        [variable("HOOK", "https://chat.example/hooks/of-variable"), variable("WRONG", "s3cret")];
    let loaded = settings::load(&Sources::new(Some(path), environment));
    loaded
        .map(|settings| settings.named.webhooks)
        .map_err(|mistakes| mistakes.to_string().replace(&format!("{shown}/"), ""))
}

#[track_caller]
fn refused(webhooks: &str, expected: &str) {
    let mistakes = load(webhooks).expect_err(webhooks);
    assert!(mistakes.contains(expected), "no {expected} in\n{mistakes}");
    assert!(mistakes.contains('^') && !mistakes.contains("s3cret"), "{mistakes}");
}

#[test]
fn an_address_stands_in_the_file_in_a_variable_or_in_a_file_of_its_own() {
    let webhooks = load(
        "[{ kind = 'slack', url = 'https://chat.example/hooks/x' }, { kind = 'json', url_env = 'HOOK', messages_max = 0 },\n\
         { kind = 'matrix', url_file = '{folder}/secret' }]",
    )
    .expect("webhooks");
    let shown: Vec<(&str, WebhookKind, &str, usize)> =
        webhooks.iter().map(|one| (one.feed.as_str(), one.kind, one.url.path(), one.messages_max)).collect();
    assert_eq!(
        shown,
        [
            ("gpu", WebhookKind::Slack, "/hooks/x", 10),
            ("gpu", WebhookKind::Json, "/hooks/of-variable", 0),
            ("gpu", WebhookKind::Matrix, "/hooks/of-file", 10),
        ]
    );
    assert!(!format!("{webhooks:?}").contains("hooks/"));
    assert_ne!(webhooks[0].target(), webhooks[1].target());
    assert_eq!(load("[]"), Ok(Vec::new()));
}

#[test]
fn mistakes_are_told_with_their_place_and_without_the_secret() {
    let said = load("[{ kind = 'slak', url = 'https://chat.example/s3cret' }]").expect_err("a mistake");
    let lines: Vec<&str> = said.lines().collect();
    let why = "`kind` is 'slak'; choose from slack, mattermost, discord, matrix, json";
    let hidden = "*".repeat("'https://chat.example/s3cret'".len());
    assert_eq!(lines[0], format!("feeds.toml:4:22: {why}"));
    assert_eq!(lines[1], format!("    4 | webhooks = [{{ kind = 'slak', url = {hidden} }}]"));
    assert_eq!(lines[2], format!("      | {}^^^^^^", " ".repeat(21)));
    refused("[{ kind = 'slack', url = 's3cret' }]", "`url` is not an http or https address without a user");
    refused(
        "[{ kind = 'slack', url = 'https://a:s3cret@chat.example/' }]",
        "is not an http or https address",
    );
    refused("[{ kind = 'slack', url = 'ftp://chat.example/s3cret' }]", "is not an http or https address");
    refused("[{ kind = 'slack', url = https://chat.example/s3cret }]", "feeds.toml:4:");
    refused(
        "[{ kind = 'slack', ulr = 'https://chat.example/s3cret' }]",
        "unknown key `ulr`; choose from kind, url",
    );
    refused(
        "[{ kind = 'slack', url = 'https://chat.example/s3cret', url_env = 'HOOK' }]",
        "one of `url`, `url_env`",
    );
    refused("[{ kind = 'slack' }]", "one of `url`, `url_env` and `url_file`");
    refused("[{ url = 'https://chat.example/s3cret' }]", "a webhook without `kind`; choose from slack");
    refused("[{ kind = 'slack', url_env = 'NONE' }]", "names the variable `NONE`, which is not set");
    refused("[{ kind = 'slack', url_env = 'WRONG' }]", "names the variable `WRONG`, which is not an http");
    refused("[{ kind = 'slack', url_file = '{folder}/none' }]", "which cannot be read");
    refused("[{ kind = 'slack', url_env = 'HOOK', messages_max = 101 }]", "an integer from 0 to 100");
    refused("['https://chat.example/s3cret']", "this is not a webhook; write a list such as");
    refused("'https://chat.example/s3cret'", "`webhooks` is a string; write a list such as");
    refused(
        "[{ kind = 'slack', url_env = 'HOOK' }, { kind = 'slack', url_env = 'HOOK' }]",
        "has this webhook already",
    );
}
