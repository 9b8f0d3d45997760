//! The table of addresses: the pattern of each, and who may ask for it.
//!
//! A request is judged by the pattern that its decoded path follows, which is the text that the router goes by as well;
//! how the path was spelled decides nothing. Numbers are told apart by patterns and never by paths, of which there are as
//! many as clients like.

/// Who may ask for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Access {
    /// Everyone: that the service is there, how to ask it, and what a page looks like.
    Everyone,
    /// Everyone, and as soon as there are keys for readers, those who have one.
    Readers,
    /// Everyone, and as soon as there is any key, those who have one.
    KeyHolders,
    /// The operator of the service; for anyone else the address does not exist.
    Operator,
}

/// An address, by its place in [`ADDRESSES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Address(u8);

/// What holds at an address.
#[derive(Debug)]
pub(in crate::serve) struct Row {
    pub(in crate::serve) pattern: &'static str,
    /// How such a path begins, where a name of one segment follows.
    beginning: Option<&'static str>,
    /// What follows may have slashes in it, as identifiers of before 2007 do.
    is_rest: bool,
    access: Access,
}

const fn row(pattern: &'static str, access: Access) -> Row {
    Row { pattern, beginning: None, is_rest: false, access }
}

const fn named(beginning: &'static str, pattern: &'static str) -> Row {
    Row { pattern, beginning: Some(beginning), is_rest: false, access: Access::Readers }
}

/// Every address; the last row stands for all paths that are none.
pub(in crate::serve) const ADDRESSES: [Row; 30] = [
    named("/subjects/", "/subjects/{subjects}"),
    named("/named/", "/named/{slug}"),
    // A keyword may have a `/`, which a proxy may have decoded.
    Row { is_rest: true, ..named("/keywords/", "/keywords/{keyword}") },
    row("/keywords", Access::Readers),
    named("/keywords.", "/keywords.{format}"),
    named("/rss/", "/rss/{subjects}"),
    named("/atom/", "/atom/{subjects}"),
    row("/search", Access::Readers),
    named("/search.", "/search.{format}"),
    row("/api/query", Access::Readers),
    Row { is_rest: true, ..named("/api/query/id_list/", "/api/query/id_list/{ids}") },
    row("/feeds.opml", Access::Readers),
    row("/", Access::Readers),
    row("/status", Access::Readers),
    row("/status.json", Access::Readers),
    row("/explain", Access::Readers),
    row("/style.css", Access::Everyone),
    row("/page.js", Access::Everyone),
    row("/help/rules", Access::Everyone),
    row("/help/http", Access::Everyone),
    row("/openapi.json", Access::Everyone),
    row("/robots.txt", Access::Everyone),
    row("/favicon.ico", Access::Everyone),
    row("/favicon.svg", Access::Everyone),
    row("/healthz", Access::Everyone),
    row("/readyz", Access::Everyone),
    row("/metrics", Access::KeyHolders),
    row("/admin/refresh", Access::Operator),
    row("/hub", Access::Readers),
    row("none", Access::Readers),
];

/// Probes, which are answered however often they are asked and use up nobody's quota.
const UNCOUNTED: [&str; 2] = ["/healthz", "/readyz"];

impl Address {
    /// The address of a decoded path.
    pub(in crate::serve) fn of(path: &str) -> Self {
        // Programs write a slash behind the drop-in feeds.
        let path = match path.strip_suffix('/') {
            Some(rest) if path.starts_with("/rss/") || path.starts_with("/atom/") => rest,
            _ => path,
        };
        let follows = |row: &Row| match row.beginning {
            None => path == row.pattern,
            Some(beginning) => path.strip_prefix(beginning).is_some_and(|rest| {
                (row.is_rest || !rest.contains('/')) && (!rest.is_empty() || beginning.ends_with('.'))
            }),
        };
        let place = ADDRESSES.iter().position(follows).unwrap_or(ADDRESSES.len() - 1);
        Self(u8::try_from(place).unwrap_or(u8::MAX))
    }

    /// Does anything answer there?
    pub(in crate::serve) fn is_somewhere(self) -> bool {
        self.place() + 1 < ADDRESSES.len()
    }

    /// The address of a pattern of the router or of the description.
    pub(in crate::serve) fn of_pattern(pattern: &str) -> Self {
        Self::of(&pattern.replace(['{', '}'], ""))
    }

    pub(in crate::serve) fn pattern(self) -> &'static str {
        ADDRESSES[self.place()].pattern
    }

    pub(in crate::serve) fn access(self) -> Access {
        ADDRESSES[self.place()].access
    }

    /// Does a request use up something of its client's quota?
    pub(in crate::serve) fn is_counted(self) -> bool {
        !UNCOUNTED.contains(&self.pattern())
    }

    pub(in crate::serve) fn place(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::routes;
    use crate::serve::routes::ROUTES;

    #[test]
    fn every_route_has_its_pattern() {
        for path in ROUTES.iter().flat_map(routes::Route::paths) {
            let pattern = Address::of_pattern(&path).pattern();
            let is_its_own = pattern == path || path.strip_suffix(".{format}") == Some(pattern);
            assert!(is_its_own, "`{path}` of src/serve/routes.rs has no row in ADDRESSES");
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
            assert_eq!(Address::of(path).pattern(), "none", "{path}");
        }
    }
}
