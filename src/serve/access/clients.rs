//! Identifies clients behind trusted proxies, and bounds their requests and connections.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

use crate::serve::access::forwarded;
use crate::serve::access::forwarded::{ForwardedUrl, ForwardedWarnings, TrustedHops};

pub(in crate::serve) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// An IPv6 network of this length counts as one client, which can choose the rest of its address.
const IPV6_PREFIX_BITS: u32 = 64;

/// After so many requests the limiter drops the clients whose quota is whole again.
const FORGET_EVERY: u32 = 4_096;

/// How many connections a client may have open for each request that it may send in a minute. With an idle connection
/// kept for 75 seconds, whoever opens one for each request has two and a quarter of them.
const CONNECTIONS_PER_REQUEST_A_MINUTE: u32 = 3;

/// The most hops that are followed.
const HOPS_MAX: usize = 64;

type Limiter = RateLimiter<
    IpAddr,
    DefaultKeyedStateStore<IpAddr>,
    MonotonicClock,
    NoOpMiddleware<<MonotonicClock as Clock>::Instant>,
>;

/// The clients, identified by their addresses, and the quota of each.
pub struct Clients {
    trusted_proxies: Vec<IpNet>,
    requests_per_minute: u32,
    limiter: Option<Arc<Limiter>>,
    /// How many connections each client has open.
    connections: Arc<Connections>,
    asked: AtomicU32,
    has_warned: AtomicBool,
    complaints: ForwardedWarnings,
}

/// The client by one kind of field, and the number of trusted proxies before it.
#[derive(Clone, Copy)]
struct ClientPath {
    client: IpAddr,
    proxies: usize,
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients").field("trusted_proxies", &self.trusted_proxies).finish_non_exhaustive()
    }
}

impl Clients {
    /// Each client may send so many requests in a minute, also at once; 0 for no limit.
    #[must_use]
    pub fn new(trusted_proxies: Vec<IpNet>, requests_per_minute: u32) -> Self {
        let limiter = NonZeroU32::new(requests_per_minute).map(|requests| {
            let counts = DefaultKeyedStateStore::default();
            Arc::new(RateLimiter::new(Quota::per_minute(requests), counts, MonotonicClock))
        });
        Self {
            trusted_proxies,
            requests_per_minute,
            limiter,
            connections: Arc::default(),
            asked: AtomicU32::new(0),
            has_warned: AtomicBool::new(false),
            complaints: ForwardedWarnings::default(),
        }
    }

    /// Other settings for the same clients; their quota is kept where the limit is the same.
    #[must_use]
    pub fn under(&self, trusted_proxies: Vec<IpNet>, requests_per_minute: u32) -> Self {
        let mut others = Self::new(trusted_proxies, requests_per_minute);
        if self.requests_per_minute == requests_per_minute {
            others.limiter.clone_from(&self.limiter);
        }
        others.connections.clone_from(&self.connections);
        others
    }

    /// Counts a connection for as long as what is given is held; nothing where its client has too many.
    ///
    /// A proxy that is trusted has as many as it likes, for they are many clients'.
    pub(in crate::serve) fn connect(&self, peer: Option<SocketAddr>) -> Option<ConnectionPermit> {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let Some(peer) = peer.filter(|peer| self.requests_per_minute > 0 && !self.is_trusted(*peer)) else {
            return Some(ConnectionPermit(None));
        };
        let most = self.requests_per_minute.saturating_mul(CONNECTIONS_PER_REQUEST_A_MINUTE);
        let client = quota_key(peer);
        let mut open = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let number = open.entry(client).or_default();
        if *number >= most {
            return None;
        }
        *number += 1;
        Some(ConnectionPermit(Some((self.connections.clone(), client))))
    }

    /// Counts a request; how long its client has to wait when it was one too many.
    pub(in crate::serve) fn count(
        &self,
        peer: Option<SocketAddr>,
        headers: &HeaderMap,
    ) -> Result<(), Duration> {
        let (Some(limiter), Some(peer)) = (&self.limiter, peer) else { return Ok(()) };
        let client = self.client(peer.ip().to_canonical(), headers);
        let counted = limiter.check_key(&quota_key(client));
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        counted.map_err(|refused| refused.wait_time_from(MonotonicClock.now()))
    }

    /// The network that a request counts for; none for a request without a peer.
    pub(in crate::serve) fn quota_key_of(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        Some(quota_key(self.client(peer, request.headers())))
    }

    /// Is this peer a proxy whose word is taken?
    pub(in crate::serve) fn is_proxy(&self, peer: IpAddr) -> bool {
        !self.trusted_proxies.is_empty() && self.is_trusted(peer.to_canonical())
    }

    /// The nearest address that is not a trusted proxy's.
    pub(in crate::serve) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.is_trusted(peer) {
            self.warn_of_a_proxy(peer, headers);
            return peer;
        }
        match self.ways(peer, headers) {
            (None, None) => peer,
            (Some(way), None) | (None, Some(way)) => way.client,
            // A proxy writes one of them, and the other may be the client's own invention: believed when they agree.
            (Some(one), Some(other)) => {
                if one.client == other.client {
                    one.client
                } else {
                    peer
                }
            }
        }
    }

    /// The public address by the fields of proxies; none where the peer is no trusted proxy.
    pub(in crate::serve) fn forwarded_url(&self, peer: IpAddr, headers: &HeaderMap) -> Option<ForwardedUrl> {
        if !self.is_proxy(peer) {
            return None;
        }
        let through = |by_x, by_forwarded| TrustedHops { by_x, by_forwarded };
        let proxies = match self.ways(peer.to_canonical(), headers) {
            (Some(way), None) | (None, Some(way)) => through(way.proxies, way.proxies),
            (Some(one), Some(other)) if one.client == other.client => through(one.proxies, other.proxies),
            // Only what the peer itself wrote is sure.
            (None, None) | (Some(_), Some(_)) => through(1, 1),
        };
        Some(ForwardedUrl::read(headers, proxies, &self.complaints))
    }

    /// The way of a request by `X-Forwarded-For` and by `Forwarded`, as far as they are there.
    fn ways(&self, peer: IpAddr, headers: &HeaderMap) -> (Option<ClientPath>, Option<ClientPath>) {
        let x = headers.contains_key(X_FORWARDED_FOR).then(|| self.way(peer, x_forwarded_for(headers)));
        let forwarded =
            headers.contains_key(header::FORWARDED).then(|| self.way(peer, forwarded_for(headers)));
        (x, forwarded)
    }

    /// Goes from proxy to proxy for as long as they are trusted; what cannot be read leaves the proxy that wrote it.
    fn way(&self, peer: IpAddr, hops: Vec<Option<IpAddr>>) -> ClientPath {
        let mut way = ClientPath { client: peer, proxies: 1 };
        for hop in hops.into_iter().rev().take(HOPS_MAX) {
            let Some(hop) = hop else { break };
            way.client = hop;
            if !self.is_trusted(hop) {
                break;
            }
            way.proxies += 1;
        }
        way
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// Behind a proxy that is not known as one, all the world is a single client.
    fn warn_of_a_proxy(&self, peer: IpAddr, headers: &HeaderMap) {
        let is_near = match peer {
            IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
            IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
        };
        if is_near && headers.contains_key(X_FORWARDED_FOR) && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                "requests come through a proxy that is not in `server.trusted_proxies`, so all of them count as one client's"
            );
        }
    }
}

type Connections = Mutex<HashMap<IpAddr, u32>>;

/// A connection that counts for its client.
#[derive(Debug)]
pub(in crate::serve) struct ConnectionPermit(Option<(Arc<Connections>, IpAddr)>);

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let Some((connections, client)) = &self.0 else { return };
        let mut open = connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = open.get_mut(client) {
            *number -= 1;
            if *number == 0 {
                open.remove(client);
            }
        }
    }
}

/// The addresses of `X-Forwarded-For`; nothing for one that cannot be read.
fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops: Vec<Option<IpAddr>> = Vec::new();
    for field in headers.get_all(&X_FORWARDED_FOR) {
        match field.to_str() {
            Ok(field) => hops.extend(field.split(',').map(address)),
            Err(_) => hops.push(None),
        }
    }
    hops
}

/// Those of `Forwarded`.
fn forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let node = |element: Option<forwarded::ForwardedElement>| element.and_then(|element| element.node);
    forwarded::elements(headers)
        .into_iter()
        .map(|element| node(element).and_then(|node| address(&node)))
        .collect()
}

/// An address with or without a port, brackets and quotes.
fn address(node: &str) -> Option<IpAddr> {
    let node = node.trim().trim_matches('"');
    let plain = node.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(node, |(inner, _)| inner);
    let parsed = plain.parse::<IpAddr>().ok();
    parsed.or_else(|| node.parse::<SocketAddr>().ok().map(|socket| socket.ip())).map(|ip| ip.to_canonical())
}

/// What is counted as one client.
fn quota_key(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            let network = address.to_bits() & (u128::MAX << (128 - IPV6_PREFIX_BITS));
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(peer: &str, fields: &[(HeaderName, &'static str)]) -> String {
        let trusted = ["127.0.0.1/32", "10.0.0.0/8", "2001:db8:ff::/48"];
        let trusted = trusted.iter().map(|network| network.parse().expect("a network")).collect();
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        Clients::new(trusted, 1).client(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn the_nearest_hop_that_is_no_trusted_proxy_is_the_client() {
        let x = |value| [(X_FORWARDED_FOR, value)];
        assert_eq!(client("192.0.2.1", &x("198.51.100.7")), "192.0.2.1");
        assert_eq!(client("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(client("127.0.0.1", &x("198.51.100.7")), "198.51.100.7");
        assert_eq!(client("127.0.0.1", &x("203.0.113.9, 198.51.100.7")), "198.51.100.7");
        assert_eq!(client("127.0.0.1", &x("203.0.113.9, 198.51.100.7, 10.1.2.3")), "198.51.100.7");
        assert_eq!(client("127.0.0.1", &x("203.0.113.9, nonsense, 10.1.2.3")), "10.1.2.3");
        assert_eq!(client("127.0.0.1", &x("198.51.100.7:4711")), "198.51.100.7");
        assert_eq!(client("127.0.0.1", &x("::ffff:198.51.100.7")), "198.51.100.7");
        let two = [(X_FORWARDED_FOR, "203.0.113.9"), (X_FORWARDED_FOR, "198.51.100.7, 10.1.2.3")];
        assert_eq!(client("10.0.0.1", &two), "198.51.100.7");
    }

    #[test]
    fn forwarded_is_read_and_believed_only_where_the_other_field_agrees() {
        let forwarded = |value| (header::FORWARDED, value);
        let one = [forwarded("for=203.0.113.9, proto=https;For=\"[2001:db8::1]:4711\", for=10.1.1.1")];
        assert_eq!(client("127.0.0.1", &one), "2001:db8::1");
        assert_eq!(client("127.0.0.1", &[forwarded("for=unknown")]), "127.0.0.1");
        let both = [forwarded("for=203.0.113.9"), (X_FORWARDED_FOR, "198.51.100.7")];
        assert_eq!(client("127.0.0.1", &both), "127.0.0.1");
        let both = [forwarded("for=198.51.100.7"), (X_FORWARDED_FOR, "198.51.100.7")];
        assert_eq!(client("127.0.0.1", &both), "198.51.100.7");
    }

    #[test]
    fn a_quota_key_of_ipv6_is_one_client() {
        let quota_key = |text: &str| quota_key(text.parse().expect("an address"));
        assert_eq!(quota_key("2001:db8:1:2:3:4:5:6"), quota_key("2001:db8:1:2:ffff::1"));
        assert_ne!(quota_key("2001:db8:1:2::1"), quota_key("2001:db8:1:3::1"));
        assert_ne!(quota_key("192.0.2.1"), quota_key("192.0.2.2"));
    }

    #[test]
    fn one_request_too_many_has_to_wait() {
        let clients = Clients::new(Vec::new(), 2);
        let ask = |peer: &str| clients.count(Some(peer.parse().expect("an address")), &HeaderMap::new());
        assert!(ask("192.0.2.1:1").is_ok() && ask("192.0.2.1:2").is_ok());
        let wait = ask("192.0.2.1:3").expect_err("one too many");
        assert!(wait <= Duration::from_secs(30), "{wait:?}");
        assert!(ask("192.0.2.2:1").is_ok());
    }

    #[test]
    fn a_client_has_as_many_connections_as_it_can_need_and_no_more() {
        let clients = Clients::new(vec!["10.0.0.0/8".parse().expect("a network")], 2);
        let connect = |peer: &str| clients.connect(Some(peer.parse().expect("an address")));
        let mut open: Vec<_> = (1..=6).map(|port| connect(&format!("[2001:db8::{port}]:{port}"))).collect();
        assert!(open.iter().all(Option::is_some) && connect("[2001:db8::7]:7").is_none());
        // Settings that change meanwhile change nothing about who has how many.
        assert!(clients.under(Vec::new(), 2).connect("[2001:db8::7]:7".parse().ok()).is_none());
        assert!(connect("192.0.2.1:1").is_some());
        open.pop();
        assert!(connect("[2001:db8::7]:7").is_some());
        drop(open);
        assert!(clients.connections.lock().expect("a lock").is_empty());
        let proxied: Vec<_> = (1..=60).map(|port| connect(&format!("10.0.0.1:{port}"))).collect();
        assert!(proxied.iter().all(Option::is_some));
        let unlimited = Clients::new(Vec::new(), 0);
        let open: Vec<_> = (1..=60).map(|_| unlimited.connect("192.0.2.1:1".parse().ok())).collect();
        assert!(open.iter().all(Option::is_some));
    }

    #[test]
    fn what_was_asked_counts_on_under_other_terms_unless_the_limit_is_another() {
        let ask = |clients: &Clients| clients.count("192.0.2.1:1".parse().ok(), &HeaderMap::new());
        let clients = Clients::new(Vec::new(), 1);
        assert!(ask(&clients).is_ok());
        let proxies = vec!["10.0.0.0/8".parse().expect("a network")];
        assert!(ask(&clients.under(proxies, 1)).is_err());
        assert!(ask(&clients.under(Vec::new(), 2)).is_ok());
        assert!(ask(&clients.under(Vec::new(), 0)).is_ok());
    }
}
