//! The start page of an export, which lists the exported feeds, and its page for unknown addresses.

use maud::{Markup, html};

use super::layout::{Place, document, label};
use super::site::Site;
use crate::domain::feed::FeedUrl;
use crate::render::format::{Format, PROJECT_URL};

/// A feed on the start page of an export.
#[derive(Clone, Debug)]
pub struct ContentsEntry {
    pub title: String,
    pub url: FeedUrl,
    /// The address of its page in a service, such as `/subjects/cs.DC`.
    pub page: String,
    /// False if the feed has never been read.
    pub is_there: bool,
}

/// The start page of an export.
#[must_use]
pub fn contents(site: &Site, named: &[ContentsEntry], subjects: &[ContentsEntry]) -> String {
    let body = html! {
        h1 { "Feeds" }
        p.lead { "arXiv’s listings as complete feeds: every new paper, cross-list and replacement, once." }
        p { "All feeds as one list: " a href=(site.link("/feeds.opml")) { "feeds.opml" }
            ". Whether every day was read: " a href=(site.link("/status")) { "status" } "." }
        @if named.is_empty() && subjects.is_empty() { p { "No feed is configured." } }
        (list(site, "Named feeds", named))
        (list(site, "Subjects", subjects))
        p.quiet { "Static files, exported by " a href=(PROJECT_URL) { "crosslist" }
            ". A crosslist service also builds feeds, searches, and reads any other subject." }
    };
    document(site, "Feeds of arXiv’s listings", Place::Builder, &html! {}, &body)
}

/// The page for an unknown address, which a host may show at any path.
#[must_use]
pub fn not_there(site: &Site) -> String {
    let body = html! {
        h1 { "File not found" }
        p.lead { "These feeds are static files: query parameters have no effect, and only configured feeds exist." }
        p { a href=(site.link("/")) { "All feeds" } }
    };
    document(site, "File not found", Place::Elsewhere, &html! {}, &body)
}

fn list(site: &Site, heading: &str, feeds: &[ContentsEntry]) -> Markup {
    html! {
        @if !feeds.is_empty() {
            section.named {
                h2 { (heading) }
                ul { @for feed in feeds { li {
                    @if feed.is_there {
                        a href=(site.link(&feed.page)) { bdi { (feed.title) } }
                        @for format in Format::ALL { " · " a href=(feed.url.with_extension(format.extension())) { (label(format)) } }
                    } @else { bdi { (feed.title) } " – not read yet" }
                } } }
            }
        }
    }
}
