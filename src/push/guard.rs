//! Whom may we call, when someone else wrote the address?
//!
//! An address on the network is judged after its name was resolved, and the connection goes to the very address that
//! was judged: a name that leads elsewhere a moment later gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::lookup;

/// The longest address that is called.
pub(super) const URL_BYTES_MAX: usize = 2_048;

/// Ports below this are those of the system's services, and only those of the web are called.
const PORT_MIN: u16 = 1_024;

/// Why an address is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is no http or https address of at most {URL_BYTES_MAX} bytes")]
    NoWebAddress,
    #[error("a user or a password has no place in it")]
    UserInfo,
    #[error("the port {0} is not called; 80, 443 and those above 1023 are")]
    Port(u16),
    #[error("`{0}` is not on the public network, and not in `push.allow_networks`")]
    NotPublic(String),
}

/// Finds the addresses of a name; the system's resolver outside of tests.
pub type Lookup = Arc<
    dyn Fn(String) -> crate::domain::push::BoxFuture<'static, std::io::Result<Vec<IpAddr>>> + Send + Sync,
>;

/// Judges addresses before they are called.
#[derive(Clone)]
pub struct Guard {
    allowed: Arc<[IpNet]>,
    lookup: Lookup,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Guard {
    /// Lets public addresses pass, and those of the networks that are named.
    #[must_use]
    pub fn new(allowed: &[IpNet]) -> Self {
        Self::resolving_by(allowed, lookup::by_system())
    }

    /// The same with another resolver.
    #[must_use]
    pub fn resolving_by(allowed: &[IpNet], lookup: Lookup) -> Self {
        Self { allowed: allowed.into(), lookup }
    }

    /// Judges all of an address that can be judged without asking for its name.
    ///
    /// The URL standard turns `http://2130706433/` and `0x7f.1` into the addresses that they are.
    ///
    /// # Errors
    /// It is not called.
    pub fn parse(&self, text: &str) -> Result<Url, Refusal> {
        if text.len() > URL_BYTES_MAX {
            return Err(Refusal::NoWebAddress);
        }
        let url = Url::parse(text).map_err(|_| Refusal::NoWebAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::NoWebAddress);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !matches!(port, 80 | 443) && port < PORT_MIN {
            return Err(Refusal::Port(port));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(Refusal::NoWebAddress),
        };
        match literal {
            Some(address) if !self.lets_pass(address) => Err(Refusal::NotPublic(address.to_string())),
            _ => Ok(url),
        }
    }

    /// Is this address called?
    #[must_use]
    pub fn lets_pass(&self, address: IpAddr) -> bool {
        let is_allowed = |address: &IpAddr| self.allowed.iter().any(|network| network.contains(address));
        is_public(address) || is_allowed(&address) || is_allowed(&address.to_canonical())
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = (guard.lookup)(name.clone()).await?;
            // One address that is not public is reason enough: such a name is meant to lead inward.
            if let Some(address) = found.iter().find(|address| !guard.lets_pass(**address)) {
                return Err(Refusal::NotPublic(format!("{name} ({address})")).into());
            }
            let addresses: Vec<SocketAddr> =
                found.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Is this an address of the public network? By the registries of special-purpose addresses,
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
    // Only global unicast has been given out; all else is loopback, local, multicast, mapped, translated or reserved.
    let is_global_unicast = (a & 0xe000) == 0x2000;
    // Teredo, ORCHID and benchmarks, documentation; AS112; 6to4, which holds another address; documentation.
    let is_special = matches!(
        (a, b, c),
        (0x2001, 0..0x0200 | 0x0db8, _) | (0x2620, 0x004f, 0x8000) | (0x2002, ..) | (0x3fff, 0..0x1000, _)
    );
    is_global_unicast && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let said =
            Guard::new(&[]).parse(text).map_or_else(|refusal| refusal.to_string(), |_| "called".to_owned());
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
        let guard = Guard::new(&networks);
        for (address, is_called) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("::1", true),
            ("127.0.0.1", false),
            ("fd00::1", false),
        ] {
            assert_eq!(guard.lets_pass(address.parse().expect("an address")), is_called, "{address}");
        }
    }
}
