//! The addresses of links between pages, in a service and in an export of files.

/// Extensions of files that are linked directly; any other address is the folder of a page.
const ENDINGS: [&str; 9] = [".css", ".js", ".ico", ".svg", ".txt", ".json", ".opml", ".rss", ".atom"];

/// The surroundings of a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Site {
    /// A running service.
    Service {
        /// The path of the service: `/papers`, or empty.
        path: String,
    },
    /// Static files.
    Files {
        /// The path from the page to the root of the files: `../../`, or the address of the root.
        up: String,
    },
}

/// One of the pages of a feed.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageLink<'a> {
    /// The feed's first page: its address in a service; `folder` is its folder in an export.
    pub(super) page_url: &'a str,
    pub(super) separator: char,
    pub(super) folder: &'a str,
    pub(super) number: usize,
}

impl Default for Site {
    fn default() -> Self {
        Self::below("")
    }
}

impl Site {
    /// A service at a path without a trailing slash.
    #[must_use]
    pub fn below(path: &str) -> Self {
        Self::Service { path: path.to_owned() }
    }

    /// The files, seen from the one at `path`.
    #[must_use]
    pub fn around(path: &str) -> Self {
        Self::Files { up: "../".repeat(path.matches('/').count()) }
    }

    /// True for a running service.
    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(self, Self::Service { .. })
    }

    /// A link to an address of the service; in an export every page is `index.html` in a folder of its name, which works
    /// on every host.
    #[must_use]
    pub fn link(&self, address: &str) -> String {
        let up = match self {
            Self::Service { path } => return format!("{path}{address}"),
            Self::Files { up } => up,
        };
        let (path, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
        let path = path.trim_start_matches('/');
        if ENDINGS.iter().any(|ending| path.ends_with(ending)) {
            format!("{up}{path}{rest}")
        } else {
            format!("{up}{}{rest}", page_file(path))
        }
    }

    pub(super) fn leaf(&self, leaf: PageLink<'_>) -> String {
        match (self, leaf.number) {
            (Self::Service { .. }, 0 | 1) => leaf.page_url.to_owned(),
            (Self::Service { .. }, number) => format!("{}{}page={number}", leaf.page_url, leaf.separator),
            (Self::Files { .. }, number) => self.link(&leaf_folder(leaf.folder, number)),
        }
    }
}

/// The file of a page: `status/index.html` for `status`.
#[must_use]
pub fn page_file(folder: &str) -> String {
    if folder.is_empty() { "index.html".to_owned() } else { format!("{folder}/index.html") }
}

/// The folder of a page of a feed, by its number from 1.
#[must_use]
pub fn leaf_folder(folder: &str, number: usize) -> String {
    if number <= 1 { folder.to_owned() } else { format!("{folder}/{number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, address: &str, expected: &str) {
        assert_eq!(Site::around(path).link(address), expected);
        assert_eq!(Site::default().link(address), address);
        assert_eq!(Site::below("/papers").link(address), format!("/papers{address}"));
    }

    #[test]
    fn links_between_files_are_relative() {
        check("index.html", "/status", "status/index.html");
        check("index.html", "/", "index.html");
        check("help/rules/index.html", "/", "../../index.html");
        check("status/index.html", "/style.css?7", "../style.css?7");
        check("status/index.html", "/help/http#verdicts", "../help/http/index.html#verdicts");
        check("status/index.html", "/subjects/cs.DC", "../subjects/cs.DC/index.html");
        check("status/index.html", "/subjects/cs.DC.atom", "../subjects/cs.DC.atom");
    }
}
