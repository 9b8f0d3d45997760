//! Who may be told of what is new, and by whom?

use ipnet::IpNet;

use super::check::{integer, list, text, web_address};
use super::reader::Reader;
use super::sections::network;
use crate::domain::push::HubChoice;

/// `[push]`: telling others without their asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushSettings {
    pub hub: HubChoice,
    /// Networks that are called although they are not public.
    pub allow_networks: Vec<IpNet>,
    /// 1 to 1,000,000.
    pub subscriptions_max: usize,
    /// 1 to 1,000,000.
    pub subscriptions_per_host_max: usize,
}

/// `has_address` is whether `server.base_url` is set; what is not known is not held against anyone.
pub(super) fn read(reader: &mut Reader<'_>, has_address: Option<bool>) -> Option<PushSettings> {
    let advice = "write off, built-in, or the http or https address of another's hub";
    let hub = reader.take("push.hub", text(advice, hub));
    let allow_networks = reader.take("push.allow_networks", list(["10.0.0.0/8", "fd00::/8"], network));
    let subscriptions_max = reader.take("push.subscriptions_max", integer::<usize>(1..=1_000_000));
    let per_host_max = reader.take("push.subscriptions_per_host_max", integer::<usize>(1..=1_000_000));
    if matches!(hub, Some(HubChoice::External(_))) && has_address == Some(false) {
        reader.refuse("push.hub", "another's hub needs `server.base_url`, to be told where the feeds are");
    }
    Some(PushSettings {
        hub: hub?,
        allow_networks: allow_networks?,
        subscriptions_max: subscriptions_max?,
        subscriptions_per_host_max: per_host_max?,
    })
}

fn hub(text: &str) -> Option<HubChoice> {
    match text {
        "off" => Some(HubChoice::Off),
        "built-in" => Some(HubChoice::BuiltIn),
        address => web_address(address).map(|url| HubChoice::External(url.into())),
    }
}
