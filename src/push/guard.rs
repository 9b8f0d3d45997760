//! Refuses addresses that others supplied and that lead to anything but the public web.
//!
//! A host name is resolved before its addresses are checked, and the connection goes to an address that was checked, so
//! that a name that resolves differently a moment later (DNS rebinding) gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::lookup::{self, Lookup};

/// The longest address that is called.
pub(super) const URL_BYTES_MAX: usize = 2_048;

/// The lowest port that may be called, besides 80 and 443: those below belong to system services.
const PORT_MIN: u16 = 1_024;

/// Why an address is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressRefusal {
    #[error("it is no http or https address of at most {URL_BYTES_MAX} bytes")]
    NoWebAddress,
    #[error("a user or a password has no place in it")]
    UserInfo,
    #[error("the port {0} is not called; 80, 443 and those above 1023 are")]
    Port(u16),
    #[error("`{0}` is not on the public network, and not in `push.allow_networks`")]
    NotPublic(String),
}

/// Checks addresses before a call.
#[derive(Clone)]
pub struct AddressGuard {
    allowed: Arc<[IpNet]>,
    lookup: Lookup,
}

impl std::fmt::Debug for AddressGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddressGuard").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl AddressGuard {
    /// Permits public addresses and those of the `allowed` networks; names are resolved by the system.
    #[must_use]
    pub fn new(allowed: &[IpNet]) -> Self {
        Self::resolving_by(allowed, lookup::by_system())
    }

    /// Like [`new`](Self::new), with another resolver.
    #[must_use]
    pub fn resolving_by(allowed: &[IpNet], lookup: Lookup) -> Self {
        Self { allowed: allowed.into(), lookup }
    }

    /// Checks everything about an address but the resolution of its name.
    ///
    /// `http://2130706433/` and `0x7f.1` are checked as the IP addresses that the URL standard makes of them.
    ///
    /// # Errors
    /// The address may not be called.
    pub fn parse(&self, text: &str) -> Result<Url, AddressRefusal> {
        if text.len() > URL_BYTES_MAX {
            return Err(AddressRefusal::NoWebAddress);
        }
        let url = Url::parse(text).map_err(|_| AddressRefusal::NoWebAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressRefusal::NoWebAddress);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressRefusal::UserInfo);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !matches!(port, 80 | 443) && port < PORT_MIN {
            return Err(AddressRefusal::Port(port));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(AddressRefusal::NoWebAddress),
        };
        match literal {
            Some(address) if !self.permits(address) => Err(AddressRefusal::NotPublic(address.to_string())),
            _ => Ok(url),
        }
    }

    /// Returns whether connections may go to `address`.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        let is_allowed = |address: &IpAddr| self.allowed.iter().any(|network| network.contains(address));
        is_public(address) || is_allowed(&address) || is_allowed(&address.to_canonical())
    }
}

impl Resolve for AddressGuard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = (guard.lookup)(name.clone()).await?;
            // One forbidden address is enough to refuse: such a name is made to lead inward.
            if let Some(address) = found.iter().find(|address| !guard.permits(**address)) {
                return Err(AddressRefusal::NotPublic(format!("{name} ({address})")).into());
            }
            let addresses: Vec<SocketAddr> =
                found.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Returns whether an address is on the public network, by the registries of special-purpose addresses,
/// <https://www.iana.org/assignments/iana-ipv4-special-registry> and `-ipv6-`, read on 2026-02-20.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)          // this network, private, loopback, multicast, reserved, broadcast
            | (100, 64..=127, _)                 // shared by the customers of a provider
            | (169, 254, _)                      // link-local, and the metadata of clouds
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)                    // protocol assignments, documentation
            | (192, 31, 196) | (192, 52, 193) | (192, 175, 48)  // AS112, AMT
            | (192, 88, 99)                      // the relays of 6to4
            | (198, 18..=19, _)                  // benchmarks
            | (198, 51, 100) | (203, 0, 113) // documentation
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    // Only global unicast is allocated; everything else is loopback, local, multicast, mapped, translated or reserved.
    let is_global_unicast = (a & 0xe000) == 0x2000;
    // Teredo, ORCHID and benchmarks, documentation; AS112; 6to4, which holds another address; documentation.
    let is_special = matches!(
        (a, b, c),
        (0x2001, 0..0x0200 | 0x0db8, _) | (0x2620, 0x004f, 0x8000) | (0x2002, ..) | (0x3fff, 0..0x1000, _)
    );
    is_global_unicast && !is_special
}

/// The host of an address; none if it has none or is no URL.
pub(super) fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let said = AddressGuard::new(&[])
            .parse(text)
            .map_or_else(|refusal| refusal.to_string(), |_| "called".to_owned());
        assert!(said.contains(expected), "{text}: {said}");
    }

    #[test]
    fn addresses_that_are_not_public_are_not_called_however_they_are_written() {
        for host in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "017700000001",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:8.8.8.8]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[100::1]",
            "[2001::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[3fff::1]",
            "[5f00::1]",
            "[fc00::1]",
            "[fd12:3456::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "①②⑦.⓪.⓪.①",
        ] {
            check(&format!("http://{host}/hear"), "is not on the public network");
        }
        for host in
            ["8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "[2606:4700::1111]", "example.org"]
        {
            check(&format!("http://{host}/hear"), "called");
        }
    }

    #[test]
    fn addresses_that_lead_to_other_services_are_not_called() {
        check("ftp://example.org/", "no http or https address");
        check("file:///etc/passwd", "no http or https address");
        check("hear", "no http or https address");
        check(&format!("https://example.org/{}", "a".repeat(URL_BYTES_MAX)), "no http or https address");
        check("https://user@example.org/", "a user or a password has no place");
        check("https://:secret@example.org/", "a user or a password has no place");
        check("http://example.org:25/", "the port 25 is not called");
        check("http://example.org:0/", "the port 0 is not called");
        for address in ["http://example.org:80/", "https://example.org:8443/", "http://example.org:443/"] {
            check(address, "called");
        }
    }

    #[test]
    fn networks_that_are_named_are_called() {
        let networks = ["10.0.0.0/8", "::1/128"].map(|network| network.parse().expect("a network"));
        let guard = AddressGuard::new(&networks);
        for (address, is_called) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("::1", true),
            ("127.0.0.1", false),
            ("fd00::1", false),
        ] {
            assert_eq!(guard.permits(address.parse().expect("an address")), is_called, "{address}");
        }
    }
}
