//! The settings of the stage and of a webhook.

use ipnet::IpNet;
use url::Url;

use crate::domain::push::{HubChoice, WebhookKind};

/// The hub and its limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushOptions {
    pub hub: HubChoice,
    /// Networks that may be called although they are not public.
    pub allow_networks: Vec<IpNet>,
    /// The most subscriptions of the built-in hub.
    pub subscriptions_max: usize,
    /// The most subscriptions whose callbacks are on one host.
    pub subscriptions_per_host_max: usize,
    /// The public address of the service, without a slash at the end; empty if each request sets it.
    pub base_url: String,
    /// The address for links in messages, without a slash at the end: `base_url`, or else the address of the listener.
    pub address: String,
}

/// A webhook of a named feed.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookOptions {
    /// The slug of the feed.
    pub feed: String,
    pub kind: WebhookKind,
    /// A secret: whoever knows it can post to the channel.
    pub url: Url,
    /// The most papers of a mailing that get a message each; a mailing with more gets one message that lists them.
    pub messages_max: usize,
}

impl WebhookOptions {
    /// The part of the address that logs and reports may show.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The key of the webhook in the store: a digest of kind and address, from which the address cannot be recovered.
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
