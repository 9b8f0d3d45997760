//! The table of all settings: the key of each field, when a change of it takes effect, and how its value is read.
//!
//! A new setting is a field in `types`, a row here and its default with a sentence in `config/crosslist.toml`;
//! `UPDATE_SCHEMA=1 cargo test --lib settings::schema` writes `config/schema.json` from them.

use std::net::SocketAddr;
use std::num::NonZeroUsize;

use super::access::{key_file, key_list};
use super::named::NamedSettings;
use super::reader::Reader;
use super::types::{
    AccessSettings, CacheSettings, FeedSettings, LimitSettings, LogSettings, PushSettings, ServerSettings,
    Settings, StoreSettings, SubjectSettings,
};
#[cfg(test)]
use super::value_kind::{Form, ValueKind};
use super::value_kind::{boolean, choice, integer, list, seconds, seconds_with_fraction, text};
use super::values::{
    contact, hub, log_filter, network, product, public_address, store_options, subject, upstream_address,
};
use crate::fetch::UpstreamOptions as UpstreamSettings;

/// When a changed setting takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TakesEffect {
    AtOnce,
    AtRestart,
}

/// One setting.
pub(super) struct Setting {
    /// `section.key`, as in a file.
    pub(super) key: &'static str,
    pub(super) takes_effect: TakesEffect,
    /// Returns whether the setting has the same value in both.
    pub(super) is_same: fn(&Settings, &Settings) -> bool,
    /// Copies the value from the second to the first.
    pub(super) copy: fn(&mut Settings, &Settings),
}

/// Makes `SETTINGS`, `read` and, for the schema, `forms` from rows such as `field = "key", AtOnce, kind;`.
macro_rules! table {
    ($($section:ident: $Section:ident {
        $($field:ident = $key:literal, $takes_effect:ident, $kind:expr;)*
    })*) => {
        pub(super) const SETTINGS: &[Setting] = &[$($(Setting {
            key: concat!(stringify!($section), ".", $key),
            takes_effect: TakesEffect::$takes_effect,
            is_same: |a, b| a.$section.$field == b.$section.$field,
            copy: |to, from| Clone::clone_from(&mut to.$section.$field, &from.$section.$field),
        },)*)*];

        /// Reads every section but the named feeds; none if a setting has no valid value in any layer.
        pub(super) fn read(reader: &mut Reader<'_>) -> Option<Settings> {
            $(fn $section(reader: &mut Reader<'_>) -> Option<$Section> {
                $(let $field = reader.take(concat!(stringify!($section), ".", $key), &$kind);)*
                Some($Section { $($field: $field?,)* })
            })*
            $(let $section = $section(reader);)*
            Some(Settings { $($section: $section?,)* named: NamedSettings::default() })
        }

        /// The form of the values of each setting.
        #[cfg(test)]
        pub(super) fn forms() -> Vec<(&'static str, Form)> {
            vec![$($((concat!(stringify!($section), ".", $key), form_of($kind, |from: &$Section| &from.$field)),)*)*]
        }
    };
}

/// The form of a kind of values, whose type is that of a field.
#[cfg(test)]
fn form_of<S, T: 'static>(kind: ValueKind<T>, _: fn(&S) -> &T) -> Form {
    kind.form
}

table! {
    server: ServerSettings {
        listen = "listen", AtRestart,
            text("write an IP address and a port such as 127.0.0.1:8080", |text| text.parse::<SocketAddr>().ok());
        workers = "workers", AtRestart, integer(0..=256).map(NonZeroUsize::new);
        base_url = "base_url", AtOnce, public_address();
        cold_wait = "cold_wait_seconds", AtOnce, seconds(1..=300);
        trusted_proxies = "trusted_proxies", AtOnce, list(["127.0.0.1", "10.0.0.0/8"], network);
        delta_agents = "delta_agents", AtOnce, list(["newsboat", "python-reader"], product);
        connections_max = "connections_max", AtRestart, integer(1..=1_000_000);
    }
    upstream: UpstreamSettings {
        base_url = "base_url", AtRestart,
            text("write an https address such as https://arxiv.org; http is for a loopback host only", upstream_address);
        contact = "contact", AtOnce, text("write a mail or web address, or \"\"", contact);
        pause = "pause_seconds", AtOnce, seconds_with_fraction(3600);
        connect_timeout = "connect_timeout_seconds", AtOnce, seconds(1..=3600);
        read_timeout = "read_timeout_seconds", AtOnce, seconds(1..=3600);
        total_timeout = "total_timeout_seconds", AtOnce, seconds(1..=3600);
        page_bytes_max = "page_bytes_max", AtOnce, integer(65_536..=268_435_456);
    }
    subjects: SubjectSettings {
        watch = "watch", AtOnce, list(["cs.DC", "quant-ph"], subject);
        on_demand = "on_demand", AtOnce, boolean();
        on_demand_max = "on_demand_max", AtOnce, integer(0..=1000);
        fill_days = "fill_days", AtOnce, integer(0..=90);
    }
    store: StoreSettings {
        options = "url", AtRestart, store_options();
        retention_days = "retention_days", AtOnce, integer(0..=36500);
        window_days = "window_days", AtRestart, integer(1..=365);
    }
    feeds: FeedSettings {
        days = "days", AtOnce, integer(1..=365);
        limit = "limit", AtOnce, integer(1..=2000);
    }
    cache: CacheSettings {
        bytes_max = "bytes_max", AtOnce, integer(0..=17_179_869_184);
    }
    access: AccessSettings {
        keys = "keys", AtOnce, key_list();
        keys_file = "keys_file", AtOnce, key_file();
        admin_keys = "admin_keys", AtOnce, key_list();
        admin_keys_file = "admin_keys_file", AtOnce, key_file();
    }
    limits: LimitSettings {
        requests_per_minute = "requests_per_minute", AtOnce, integer(0..=1_000_000_000);
    }
    push: PushSettings {
        hub = "hub", AtRestart,
            text("write off, built-in, or the http or https address of an external hub", hub);
        allow_networks = "allow_networks", AtRestart, list(["10.0.0.0/8", "fd00::/8"], network);
        subscriptions_max = "subscriptions_max", AtRestart, integer(1..=1_000_000);
        subscriptions_per_host_max = "subscriptions_per_host_max", AtRestart, integer(1..=1_000_000);
    }
    log: LogSettings {
        format = "format", AtRestart, choice();
        level = "level", AtOnce,
            text("choose from error, warn, info, debug, trace, or write a filter such as crosslist=debug", log_filter);
        requests = "requests", AtOnce, boolean();
        client_addresses = "client_addresses", AtOnce, boolean();
    }
}
