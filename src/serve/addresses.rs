//! The table of addresses: everything that holds for an address, except the handler that serves it.
//!
//! Routing, access control, body limits, the quota, metrics, the access log, the description in `OpenAPI`, robots.txt
//! and the export read it.
//! A request is matched by its decoded path, as the router does it; how the path was spelled makes no difference.
//! Metrics and logs name patterns and never paths, of which there are as many as clients like.

use actix_web::http::Method;

/// Who may request an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Access {
    /// Everyone: health checks, documentation, and the files that pages load.
    Everyone,
    /// Everyone, unless there are keys for readers; then those who have one.
    Readers,
    /// Everyone, unless there is any key; then those who have one.
    KeyHolders,
    /// The operator of the service; for anyone else the address does not exist.
    Operator,
}

/// The methods of an address, besides `OPTIONS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Methods {
    /// `GET` and `HEAD`.
    Read,
    /// `GET`, `HEAD`, and `POST` with the parameters in a form.
    ReadOrForm,
    Post,
}

impl Methods {
    pub(in crate::serve) fn accept(self, method: &Method) -> bool {
        match self {
            Self::Read => [Method::GET, Method::HEAD].contains(method),
            Self::ReadOrForm => [Method::GET, Method::HEAD, Method::POST].contains(method),
            Self::Post => *method == Method::POST,
        }
    }

    /// The value of the `Allow` field.
    pub(in crate::serve) fn allow(self) -> &'static str {
        match self {
            Self::Read => "GET, HEAD, OPTIONS",
            Self::ReadOrForm => "GET, HEAD, POST, OPTIONS",
            Self::Post => "POST, OPTIONS",
        }
    }
}

/// One row of the table.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of an address, not states")]
pub(in crate::serve) struct Route {
    pub(in crate::serve) pattern: &'static str,
    /// The pattern up to its parameter, if it has one.
    beginning: Option<&'static str>,
    /// The parameter may contain slashes.
    is_rest: bool,
    /// The name of a format may follow the parameter, as in `/subjects/cs.DC.atom`; the handler separates it.
    has_format: bool,
    /// A slash at the end makes no difference.
    takes_trailing_slash: bool,
    pub(in crate::serve) methods: Methods,
    pub(in crate::serve) access: Access,
    /// The largest body of a `POST`, in bytes; none if no body is accepted.
    pub(in crate::serve) body_bytes_max: Option<usize>,
    /// It exists only while the service is a hub.
    pub(in crate::serve) needs_hub: bool,
    /// A request counts for the quota of its client.
    pub(in crate::serve) is_counted: bool,
    /// Slow and failed responses are expected and not logged.
    pub(in crate::serve) is_quiet: bool,
    /// Search engines may request it.
    is_crawled: bool,
    /// The export of files has it in any case.
    pub(in crate::serve) is_exported: bool,
}

/// An address that readers may request with `GET` and `HEAD`.
const fn read(pattern: &'static str) -> Route {
    Route {
        pattern,
        beginning: beginning(pattern),
        is_rest: false,
        has_format: false,
        takes_trailing_slash: false,
        methods: Methods::Read,
        access: Access::Readers,
        body_bytes_max: None,
        needs_hub: false,
        is_counted: true,
        is_quiet: false,
        is_crawled: true,
        is_exported: false,
    }
}

/// An address that needs no key.
const fn open(pattern: &'static str) -> Route {
    Route { access: Access::Everyone, ..read(pattern) }
}

const fn beginning(pattern: &'static str) -> Option<&'static str> {
    let bytes = pattern.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            return Some(pattern.split_at(at).0);
        }
        at += 1;
    }
    None
}

/// The query API of arXiv.
pub(in crate::serve) const QUERY_API: &str = "/api/query";
/// Where subscription requests of `WebSub` are sent.
pub(in crate::serve) const HUB: &str = "/hub";

/// Every address; the last row stands for all paths that match no other.
pub(in crate::serve) const ADDRESSES: [Route; 30] = [
    Route { has_format: true, ..read("/subjects/{subjects}") },
    Route { has_format: true, ..read("/named/{slug}") },
    // A proxy may have decoded the slash of a keyword.
    Route { has_format: true, is_rest: true, is_crawled: false, ..read("/keywords/{keyword}") },
    Route { is_crawled: false, ..read("/keywords") },
    Route { is_crawled: false, ..read("/keywords.{format}") },
    // Programs append a slash to the drop-in feeds.
    Route { takes_trailing_slash: true, ..read("/rss/{subjects}") },
    Route { takes_trailing_slash: true, ..read("/atom/{subjects}") },
    Route { is_crawled: false, ..read("/search") },
    Route { is_crawled: false, ..read("/search.{format}") },
    Route {
        methods: Methods::ReadOrForm,
        // As many identifiers as a request may name.
        body_bytes_max: Some(32 * 1024),
        is_crawled: false,
        ..read(QUERY_API)
    },
    // Identifiers of before 2007 contain a slash.
    Route { is_rest: true, is_crawled: false, ..read("/api/query/id_list/{ids}") },
    Route { is_exported: true, ..read("/feeds.opml") },
    Route { is_exported: true, ..read("/") },
    Route { is_exported: true, ..read("/status") },
    Route { is_exported: true, ..read("/status.json") },
    Route { is_crawled: false, ..read("/explain") },
    open("/style.css"),
    open("/page.js"),
    Route { is_exported: true, ..open("/help/rules") },
    Route { is_exported: true, ..open("/help/http") },
    open("/openapi.json"),
    Route { is_exported: true, ..open("/robots.txt") },
    open("/favicon.ico"),
    open("/favicon.svg"),
    Route { is_counted: false, is_quiet: true, ..open("/healthz") },
    Route { is_counted: false, is_quiet: true, ..open("/readyz") },
    Route { access: Access::KeyHolders, ..read("/metrics") },
    Route {
        methods: Methods::Post,
        access: Access::Operator,
        // It waits for a round of reading.
        is_quiet: true,
        is_crawled: false,
        ..read("/admin/refresh")
    },
    Route { methods: Methods::Post, body_bytes_max: Some(8 * 1024), needs_hub: true, ..read(HUB) },
    read("none"),
];

/// Every address that a handler serves.
pub(in crate::serve) fn routes() -> impl Iterator<Item = &'static Route> {
    ADDRESSES[..ADDRESSES.len() - 1].iter()
}

/// The largest body that any address accepts, in bytes.
pub(in crate::serve) fn body_bytes_max() -> usize {
    routes().filter_map(|route| route.body_bytes_max).max().unwrap_or(0)
}

/// The first segments that search engines must not request: responses that cost work and have no end.
pub(in crate::serve) fn not_crawled() -> Vec<&'static str> {
    let first_segment = |route: &'static Route| {
        let end = route.pattern[1..].find(['/', '.']).map_or(route.pattern.len(), |at| at + 1);
        &route.pattern[..end]
    };
    let mut segments: Vec<&str> = routes().filter(|route| !route.is_crawled).map(first_segment).collect();
    segments.sort_unstable();
    segments.dedup();
    segments
}

impl Route {
    /// The address as it is documented, once more with the ending of a format if it may have one.
    pub(in crate::serve) fn paths(&self) -> impl Iterator<Item = String> {
        let with_format = self.has_format.then(|| format!("{}.{{format}}", self.pattern));
        std::iter::once(self.pattern.to_owned()).chain(with_format)
    }

    /// The patterns of the router.
    pub(in crate::serve) fn router_patterns(&self) -> Vec<String> {
        let rest = self.is_rest.then(|| self.pattern.replace('}', ":(?s:.+)}"));
        let with_slash = self.takes_trailing_slash.then(|| format!("{}/", self.pattern));
        std::iter::once(rest.unwrap_or_else(|| self.pattern.to_owned())).chain(with_slash).collect()
    }

    fn matches(&self, path: &str) -> bool {
        let path = path.strip_suffix('/').filter(|_| self.takes_trailing_slash).unwrap_or(path);
        let Some(beginning) = self.beginning else { return path == self.pattern };
        path.strip_prefix(beginning).is_some_and(|rest| {
            (self.is_rest || !rest.contains('/')) && (!rest.is_empty() || beginning.ends_with('.'))
        })
    }
}

/// An address, by its place in [`ADDRESSES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Address(u8);

impl Address {
    /// The address of a decoded path.
    pub(in crate::serve) fn of(path: &str) -> Self {
        let place = ADDRESSES.iter().position(|route| route.matches(path)).unwrap_or(ADDRESSES.len() - 1);
        Self(u8::try_from(place).unwrap_or(u8::MAX))
    }

    /// The address with a pattern of the table.
    pub(in crate::serve) fn of_pattern(pattern: &str) -> Self {
        Self::of(&pattern.replace(['{', '}'], ""))
    }

    pub(in crate::serve) fn route(self) -> &'static Route {
        const TABLE: &[Route] = &ADDRESSES;
        &TABLE[self.place()]
    }

    /// Whether a handler serves it.
    pub(in crate::serve) fn is_known(self) -> bool {
        self.place() + 1 < ADDRESSES.len()
    }

    pub(in crate::serve) fn pattern(self) -> &'static str {
        self.route().pattern
    }

    pub(in crate::serve) fn place(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_matches_its_own_row() {
        for (place, route) in ADDRESSES.iter().enumerate() {
            for path in route.paths() {
                assert_eq!(Address::of(&path.replace(['{', '}'], "")).place(), place, "{path}");
            }
        }
        assert_eq!(Address::of("/rss/cs.DC/").pattern(), "/rss/{subjects}");
        assert_eq!(Address::of("/keywords/TCP/IP.rss").pattern(), "/keywords/{keyword}");
        assert_eq!(Address::of("/api/query/id_list/cs/0703470v2").pattern(), "/api/query/id_list/{ids}");
    }

    #[test]
    fn a_path_that_is_no_address_matches_the_last_row() {
        for path in [
            "",
            "/subjects/",
            "/subjects",
            "/subjects/a/b",
            "/subjects/cs.DC/",
            "/searches",
            "/search/x",
            "/STATUS",
            "/status/",
            "/none",
            "//",
        ] {
            assert_eq!(Address::of(path).pattern(), "none", "{path}");
            assert!(!Address::of(path).is_known());
        }
    }

    #[test]
    fn search_engines_leave_out_the_first_segments_of_costly_addresses() {
        assert_eq!(not_crawled(), ["/admin", "/api", "/explain", "/keywords", "/search"]);
    }
}
