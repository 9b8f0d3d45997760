//! The page of an error (RFC 9457 problem) for browsers.

use maud::html;

use super::layout::{Place, document};
use super::site::Site;

/// The page of a problem.
#[must_use]
pub fn problem(site: &Site, title: &str, detail: &str) -> String {
    let body = html! {
        h1 { (title) }
        p.lead { bdi { (detail) } }
        p { a href=(site.link("/")) { "Build a feed" } " · "
            a href=(site.link("/help/http")) { "HTTP API" } " · "
            a href=(site.link("/status")) { "Status" } }
    };
    document(site, title, Place::Elsewhere, &html! {}, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_problem_never_becomes_markup_or_changes_direction() {
        let page = problem(&Site::default(), "a\u{202E}<b>", "<script>alert(1)</script>\u{202E}");
        assert!(page.contains("<title>a&lt;b&gt;</title>"), "{page}");
        assert!(page.contains("<bdi>&lt;script&gt;"), "{page}");
    }
}
