//! The file of named feeds, `feeds.toml`: feeds, lists of rules and webhooks.

mod feeds;
mod file;
mod keys;
mod lists;
mod read;
mod rules;
mod webhooks;

pub use self::read::NamedSettings;

pub(super) use self::read::read;
