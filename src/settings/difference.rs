//! What is different in settings that were read again, and what of it waits for a restart?

use super::{LogSettings, ServerSettings, Settings, StoreSettings};
use crate::feeds::NamedOptions;

/// When a setting that has changed comes into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    AtOnce,
    AtTheStart,
}

type IsSame = fn(&Settings, &Settings) -> bool;

/// Every setting; one that is not here would change without a word.
const KEYS: &[(&str, When, IsSame)] = &[
    ("server.listen", When::AtTheStart, |a, b| a.server.listen == b.server.listen),
    ("server.workers", When::AtTheStart, |a, b| a.server.workers == b.server.workers),
    ("server.base_url", When::AtOnce, |a, b| a.server.base_url == b.server.base_url),
    ("server.cold_wait_seconds", When::AtOnce, |a, b| a.server.cold_wait == b.server.cold_wait),
    ("server.delta_agents", When::AtOnce, |a, b| a.server.delta_agents == b.server.delta_agents),
    ("server.trusted_proxies", When::AtOnce, |a, b| a.server.trusted_proxies == b.server.trusted_proxies),
    ("server.connections_max", When::AtTheStart, |a, b| a.server.connections_max == b.server.connections_max),
    (UPSTREAM, When::AtTheStart, |a, b| a.upstream.base_url == b.upstream.base_url),
    ("upstream.contact", When::AtOnce, |a, b| a.upstream.contact == b.upstream.contact),
    ("upstream.pause_seconds", When::AtOnce, |a, b| a.upstream.pause == b.upstream.pause),
    ("upstream.connect_timeout_seconds", When::AtOnce, |a, b| {
        a.upstream.connect_timeout == b.upstream.connect_timeout
    }),
    ("upstream.read_timeout_seconds", When::AtOnce, |a, b| {
        a.upstream.read_timeout == b.upstream.read_timeout
    }),
    ("upstream.total_timeout_seconds", When::AtOnce, |a, b| {
        a.upstream.total_timeout == b.upstream.total_timeout
    }),
    ("upstream.page_bytes_max", When::AtOnce, |a, b| a.upstream.page_bytes_max == b.upstream.page_bytes_max),
    ("subjects.watch", When::AtOnce, |a, b| a.subjects.watch == b.subjects.watch),
    ("subjects.on_demand", When::AtOnce, |a, b| a.subjects.on_demand == b.subjects.on_demand),
    ("subjects.on_demand_max", When::AtOnce, |a, b| a.subjects.on_demand_max == b.subjects.on_demand_max),
    ("subjects.fill_days", When::AtOnce, |a, b| a.subjects.fill_days == b.subjects.fill_days),
    ("store.url", When::AtTheStart, |a, b| a.store.options == b.store.options),
    ("store.retention_days", When::AtOnce, |a, b| a.store.retention_days == b.store.retention_days),
    ("store.window_days", When::AtTheStart, |a, b| a.store.window_days == b.store.window_days),
    ("feeds.days", When::AtOnce, |a, b| a.feeds.days == b.feeds.days),
    ("feeds.limit", When::AtOnce, |a, b| a.feeds.limit == b.feeds.limit),
    ("cache.bytes_max", When::AtOnce, |a, b| a.cache.bytes_max == b.cache.bytes_max),
    ("access.keys", When::AtOnce, |a, b| a.access.keys == b.access.keys),
    ("access.keys_file", When::AtOnce, |a, b| a.access.keys_file == b.access.keys_file),
    ("access.admin_keys", When::AtOnce, |a, b| a.access.admin_keys == b.access.admin_keys),
    ("access.admin_keys_file", When::AtOnce, |a, b| a.access.admin_keys_file == b.access.admin_keys_file),
    ("limits.requests_per_minute", When::AtOnce, |a, b| {
        a.limits.requests_per_minute == b.limits.requests_per_minute
    }),
    ("push.hub", When::AtTheStart, |a, b| a.push.hub == b.push.hub),
    ("push.allow_networks", When::AtTheStart, |a, b| a.push.allow_networks == b.push.allow_networks),
    ("push.subscriptions_max", When::AtTheStart, |a, b| a.push.subscriptions_max == b.push.subscriptions_max),
    ("push.subscriptions_per_host_max", When::AtTheStart, |a, b| {
        a.push.subscriptions_per_host_max == b.push.subscriptions_per_host_max
    }),
    ("log.format", When::AtTheStart, |a, b| a.log.format == b.log.format),
    ("log.level", When::AtOnce, |a, b| a.log.level == b.log.level),
    ("log.requests", When::AtOnce, |a, b| a.log.serving.requests == b.log.serving.requests),
    ("log.client_addresses", When::AtOnce, |a, b| {
        a.log.serving.client_addresses == b.log.serving.client_addresses
    }),
];

/// What is said about the upstream belongs to one server: with another all of it waits for the start.
const UPSTREAM: &str = "upstream.base_url";

/// What has changed, by its name; no value is told, for some are secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Keys that come into force at once.
    pub changed: Vec<&'static str>,
    /// Keys that come into force at the next start.
    pub needs_restart: Vec<&'static str>,
    /// Named feeds, by their slugs.
    pub feeds_added: Vec<String>,
    pub feeds_changed: Vec<String>,
    pub feeds_removed: Vec<String>,
    /// Lists of rules, webhooks, or the order of the feeds.
    pub is_other_different: bool,
}

impl Difference {
    /// Nothing comes into force at once.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let feeds = [&self.feeds_added, &self.feeds_changed, &self.feeds_removed];
        self.changed.is_empty() && !self.is_other_different && feeds.iter().all(|slugs| slugs.is_empty())
    }
}

impl Settings {
    /// What is different in settings that are to follow these.
    #[must_use]
    pub fn difference(&self, next: &Self) -> Difference {
        let is_same_upstream = self.upstream.base_url == next.upstream.base_url;
        let mut difference = Difference::default();
        for (key, when, is_same) in KEYS {
            if !is_same(self, next) {
                let waits = !is_same_upstream && key.starts_with("upstream.");
                match when {
                    When::AtOnce if !waits => difference.changed.push(key),
                    _ => difference.needs_restart.push(key),
                }
            }
        }
        let (old, new) = (&self.named.feeds, &next.named.feeds);
        let of = |slug: &str, feeds: &[std::sync::Arc<NamedOptions>]| {
            feeds.iter().find(|feed| feed.slug == slug).cloned()
        };
        for feed in new {
            match of(&feed.slug, old) {
                None => difference.feeds_added.push(feed.slug.clone()),
                Some(before) if before != *feed => difference.feeds_changed.push(feed.slug.clone()),
                Some(_) => {}
            }
        }
        let gone = old.iter().filter(|feed| of(&feed.slug, new).is_none());
        difference.feeds_removed = gone.map(|feed| feed.slug.clone()).collect();
        let is_same_order = old.iter().map(|feed| &feed.slug).eq(new.iter().map(|feed| &feed.slug));
        difference.is_other_different = self.named.lists != next.named.lists
            || self.named.webhooks != next.named.webhooks
            || !is_same_order && difference.feeds_added.is_empty() && difference.feeds_removed.is_empty();
        difference
    }

    /// These settings as far as they can follow those of `before` without a restart.
    #[must_use]
    pub fn following(self, before: &Self) -> Self {
        let upstream = if self.upstream.base_url == before.upstream.base_url {
            self.upstream
        } else {
            before.upstream.clone()
        };
        Self {
            server: ServerSettings {
                listen: before.server.listen,
                workers: before.server.workers,
                connections_max: before.server.connections_max,
                ..self.server
            },
            upstream,
            store: StoreSettings {
                options: before.store.options.clone(),
                window_days: before.store.window_days,
                ..self.store
            },
            push: before.push.clone(),
            log: LogSettings { format: before.log.format, ..self.log },
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::settings::{SHIPPED, Sources, load};

    /// Another value for every setting.
    const OTHERS: &[(&str, &str)] = &[
        ("server.listen", "127.0.0.1:8081"),
        ("server.workers", "3"),
        ("server.base_url", "https://feeds.example"),
        ("server.cold_wait_seconds", "21"),
        ("server.delta_agents", "liferea"),
        ("server.trusted_proxies", "10.0.0.0/8"),
        ("server.connections_max", "100"),
        ("upstream.base_url", "https://export.arxiv.org"),
        ("push.hub", "built-in"),
        ("push.allow_networks", "10.0.0.0/8"),
        ("push.subscriptions_max", "5"),
        ("push.subscriptions_per_host_max", "5"),
        ("upstream.contact", "ops@lab.example"),
        ("upstream.pause_seconds", "16"),
        ("upstream.connect_timeout_seconds", "11"),
        ("upstream.read_timeout_seconds", "31"),
        ("upstream.total_timeout_seconds", "121"),
        ("upstream.page_bytes_max", "1000000"),
        ("subjects.watch", "cs.DC"),
        ("subjects.on_demand", "false"),
        ("subjects.on_demand_max", "41"),
        ("subjects.fill_days", "8"),
        ("store.url", "sqlite:other.db"),
        ("store.retention_days", "366"),
        ("store.window_days", "31"),
        ("feeds.days", "15"),
        ("feeds.limit", "501"),
        ("cache.bytes_max", "1000000"),
        ("access.keys", "0123456789abcdef"),
        ("access.admin_keys", "0123456789abcdef"),
        ("limits.requests_per_minute", "121"),
        ("log.format", "json"),
        ("log.level", "debug"),
        ("log.requests", "true"),
        ("log.client_addresses", "true"),
    ];

    fn with(key: &str, value: &str) -> Settings {
        load(&Sources::default().with_override("test", key, value)).expect("valid settings")
    }

    #[test]
    fn every_setting_is_either_changed_at_once_or_waits_for_a_restart() {
        let table: toml::Table = SHIPPED.parse().expect("the shipped file is TOML");
        let sections = table.iter().filter_map(|(section, keys)| Some((section, keys.as_table()?)));
        let shipped: BTreeSet<String> = sections
            .flat_map(|(section, keys)| keys.keys().map(move |name| format!("{section}.{name}")))
            .collect();
        let known: BTreeSet<String> = KEYS.iter().map(|(key, ..)| (*key).to_owned()).collect();
        assert_eq!(known, shipped, "a setting needs a row in KEYS");
        let tried: BTreeSet<String> = OTHERS.iter().map(|(key, _)| (*key).to_owned()).collect();
        // Files need files, and have a test of their own.
        let files = ["access.keys_file", "access.admin_keys_file"].map(str::to_owned);
        assert_eq!(&tried | &BTreeSet::from(files), shipped, "a setting needs another value in OTHERS");
        let before = load(&Sources::default()).expect("valid settings");
        for (key, value) in OTHERS {
            let next = with(key, value);
            let difference = before.difference(&next);
            let found = [&difference.changed[..], &difference.needs_restart[..]].concat();
            assert_eq!(found, [*key], "{key}");
            let waits = !difference.needs_restart.is_empty();
            assert_eq!(difference.is_empty(), waits, "{key}");
            // What waits is not in force, so it is told again until the restart; what does not is told once.
            let in_force = next.clone().following(&before);
            assert_eq!(in_force.difference(&next).needs_restart.is_empty(), !waits, "{key}");
            assert!(in_force.difference(&next).is_empty(), "{key}");
            assert_eq!(before.difference(&in_force).is_empty(), waits, "{key}");
        }
    }

    #[test]
    fn nothing_is_said_about_another_upstream_to_the_one_that_is_asked() {
        let before = load(&Sources::default()).expect("valid settings");
        let next = load(
            &Sources::default()
                .with_override("test", "upstream.base_url", "http://127.0.0.1:1")
                .with_override("test", "upstream.pause_seconds", "0"),
        );
        let next = next.expect("valid settings");
        let difference = before.difference(&next);
        assert_eq!(difference.needs_restart, ["upstream.base_url", "upstream.pause_seconds"]);
        assert_eq!(next.following(&before).upstream.pause, before.upstream.pause);
    }

    #[test]
    fn feeds_are_compared_by_their_names_and_all_that_they_say() {
        let read = |text: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("feeds.toml");
            std::fs::write(&path, text).expect("a file");
            load(&Sources { feeds_file: Some(path), ..Sources::default() }).expect("valid settings")
        };
        let feed =
            |name: &str, more: &str| format!("[[feed]]\nname = \"{name}\"\nsources = [\"cs.DC\"]\n{more}\n");
        let list = |rule: &str| format!("[lists]\nx = ['{rule}']\n");
        let before = read(&format!("{}{}{}", list("ti:gpu"), feed("a", "query = 'list:x'"), feed("b", "")));
        let after = read(&format!("{}{}{}", list("ti:fpga"), feed("c", ""), feed("a", "query = 'list:x'")));
        let expected = Difference {
            feeds_added: vec!["c".to_owned()],
            feeds_changed: vec!["a".to_owned()],
            feeds_removed: vec!["b".to_owned()],
            is_other_different: true,
            ..Difference::default()
        };
        assert_eq!(before.difference(&after), expected);
        assert!(before.difference(&before).is_empty());
        let (one, other) = (feed("a", "") + &feed("b", ""), feed("b", "") + &feed("a", ""));
        assert!(!read(&one).difference(&read(&other)).is_empty());
    }
}
