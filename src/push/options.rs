//! What does a stage that calls others need to be told?

use ipnet::IpNet;
use url::Url;

use crate::domain::push::{HubChoice, WebhookKind};

/// What the settings say about telling others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub hub: HubChoice,
    /// Networks that are called although they are not public.
    pub allow_networks: Vec<IpNet>,
    /// Subscriptions of the built-in hub in all.
    pub subscriptions_max: usize,
    /// Those whose callbacks are on one host.
    pub subscriptions_per_host_max: usize,
    /// The public address of the service, without a slash at the end; empty where it is that of each request.
    pub base_url: String,
    /// The same, or where the service listens: where messages lead.
    pub address: String,
}

/// A webhook of a feed of the configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookOptions {
    /// The name of the feed.
    pub feed: String,
    pub kind: WebhookKind,
    /// A secret: it is all that is needed to write there.
    pub url: Url,
    /// How many papers of a mailing get a message of their own; more are told in one.
    pub messages_max: usize,
}

impl WebhookOptions {
    /// All of its address that may be shown.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// What it is known by in the store: the same for the same address, which cannot be told from it.
    #[must_use]
    pub fn target(&self) -> String {
        let kind = crate::domain::presentation::Choice::as_str(self.kind);
        let digest = ring::digest::digest(&ring::digest::SHA256, format!("{kind} {}", self.url).as_bytes());
        hex::encode(&digest.as_ref()[..16])
    }
}

impl std::fmt::Debug for WebhookOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookOptions")
            .field("feed", &self.feed)
            .field("kind", &self.kind)
            .field("host", &self.host())
            .finish_non_exhaustive()
    }
}
