//! The difference between two sets of settings, and which part of it takes effect without a restart.

use super::table::{SETTINGS, Setting, TakesEffect};
use super::types::Settings;
use crate::feeds::NamedOptions;

/// The other settings of `[upstream]` are for this server, and must not be applied to another.
const UPSTREAM: &str = "upstream.base_url";

/// The keys that have changed; without values, because some are secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Settings that take effect at once.
    pub changed: Vec<&'static str>,
    /// Settings that take effect at the next start.
    pub needs_restart: Vec<&'static str>,
    /// Slugs of named feeds.
    pub feeds_added: Vec<String>,
    pub feeds_changed: Vec<String>,
    pub feeds_removed: Vec<String>,
    /// Lists of rules, webhooks, or the order of the feeds.
    pub is_other_different: bool,
}

impl Difference {
    /// Returns whether nothing takes effect at once.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let feeds = [&self.feeds_added, &self.feeds_changed, &self.feeds_removed];
        self.changed.is_empty() && !self.is_other_different && feeds.iter().all(|slugs| slugs.is_empty())
    }
}

impl Settings {
    /// The difference of the settings that follow these.
    #[must_use]
    pub fn difference(&self, next: &Self) -> Difference {
        let is_other_upstream = has_changed(UPSTREAM, self, next);
        let mut difference = Difference::default();
        for setting in SETTINGS.iter().filter(|setting| !(setting.is_same)(self, next)) {
            let waits = waits(setting, is_other_upstream);
            let keys = if waits { &mut difference.needs_restart } else { &mut difference.changed };
            keys.push(setting.key);
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
    pub fn following(mut self, before: &Self) -> Self {
        let is_other_upstream = has_changed(UPSTREAM, before, &self);
        for setting in SETTINGS.iter().filter(|setting| waits(setting, is_other_upstream)) {
            (setting.copy)(&mut self, before);
        }
        self
    }
}

/// Returns whether a change of the setting waits for a restart: with another upstream, all that is set for it does.
fn waits(setting: &Setting, is_other_upstream: bool) -> bool {
    setting.takes_effect == TakesEffect::AtRestart
        || is_other_upstream && setting.key.starts_with("upstream.")
}

fn has_changed(key: &str, before: &Settings, next: &Settings) -> bool {
    SETTINGS.iter().any(|setting| setting.key == key && !(setting.is_same)(before, next))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::settings::access::KEY_FILES;
    use crate::settings::{Sources, load};

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
        let known: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
        let tried: BTreeSet<&str> = OTHERS.iter().map(|(key, _)| *key).collect();
        // Key files need files, and have a test of their own.
        assert_eq!(&tried | &BTreeSet::from(KEY_FILES), known, "a setting needs another value in OTHERS");
        let before = load(&Sources::default()).expect("valid settings");
        for (key, value) in OTHERS {
            let next = with(key, value);
            let difference = before.difference(&next);
            let found = [&difference.changed[..], &difference.needs_restart[..]].concat();
            assert_eq!(found, [*key], "{key}");
            let waits = !difference.needs_restart.is_empty();
            assert_eq!(difference.is_empty(), waits, "{key}");
            // A setting that waits is reported at every reload until the restart, any other once.
            let in_force = next.clone().following(&before);
            assert_eq!(in_force.difference(&next).needs_restart.is_empty(), !waits, "{key}");
            assert!(in_force.difference(&next).is_empty(), "{key}");
            assert_eq!(before.difference(&in_force).is_empty(), waits, "{key}");
        }
    }

    #[test]
    fn settings_of_another_upstream_are_not_applied_to_the_present_one() {
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
    fn feeds_are_compared_by_slug_and_content() {
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
