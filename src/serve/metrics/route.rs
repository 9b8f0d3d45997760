//! Which pattern does an address follow, in a few words that are known beforehand?
//!
//! Numbers are told apart by patterns and never by addresses, of which there are as many as askers like.

/// A pattern of addresses, by its place in [`PATTERNS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Route(u8);

/// Every pattern, the last for what is nowhere; behind it how such an address begins, where it goes on as it likes.
pub(super) const PATTERNS: [(&str, Option<&str>); 27] = [
    ("/subjects/{subjects}", Some("/subjects/")),
    ("/named/{slug}", Some("/named/")),
    ("/keywords/{keyword}", Some("/keywords/")),
    ("/rss/{subjects}", Some("/rss/")),
    ("/atom/{subjects}", Some("/atom/")),
    ("/search", None),
    ("/search.{format}", Some("/search.")),
    ("/api/query", None),
    ("/feeds.opml", None),
    ("/", None),
    ("/status", None),
    ("/status.json", None),
    ("/explain", None),
    ("/style.css", None),
    ("/page.js", None),
    ("/help/rules", None),
    ("/help/http", None),
    ("/openapi.json", None),
    ("/robots.txt", None),
    ("/favicon.ico", None),
    ("/favicon.svg", None),
    ("/healthz", None),
    ("/readyz", None),
    ("/metrics", None),
    ("/admin/refresh", None),
    ("/hub", None),
    ("none", None),
];

impl Route {
    /// Of a decoded path.
    pub(in crate::serve) fn of(path: &str) -> Self {
        let follows = |(pattern, beginning): &(&str, Option<&str>)| match beginning {
            None => path == *pattern,
            Some(beginning) => path
                .strip_prefix(beginning)
                .is_some_and(|rest| !rest.contains('/') && (!rest.is_empty() || beginning.ends_with('.'))),
        };
        let place = PATTERNS.iter().position(follows).unwrap_or(PATTERNS.len() - 1);
        Self(u8::try_from(place).unwrap_or(u8::MAX))
    }

    pub(in crate::serve) fn pattern(self) -> &'static str {
        PATTERNS[self.place()].0
    }

    pub(super) fn place(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::routes::{self, ROUTES};
    use super::*;

    #[test]
    fn every_route_has_its_pattern() {
        for path in ROUTES.iter().flat_map(routes::Route::paths) {
            let pattern = Route::of(&path.replace(['{', '}'], "")).pattern();
            let is_its_own = pattern == path || path.strip_suffix(".{format}") == Some(pattern);
            assert!(is_its_own, "`{path}` of src/serve/routes.rs has no line in PATTERNS");
        }
    }

    #[test]
    fn what_is_nowhere_is_all_one() {
        for path in [
            "",
            "/subjects/",
            "/subjects",
            "/subjects/a/b",
            "/searches",
            "/search/x",
            "/STATUS",
            "/none",
            "//",
        ] {
            assert_eq!(Route::of(path).pattern(), "none", "{path}");
        }
    }
}
