//! The addresses of a built feed, with links for readers, commands for chats, and its section for feeds.toml.

use maud::{Markup, html};
use url::form_urlencoded::byte_serialize;

use super::layout::label;
use crate::domain::feed::FeedUrl;
use crate::render::format::Format;

/// The feed of a form, or why there is none.
pub type BuildResult<'a> = std::result::Result<BuiltFeed<'a>, &'a str>;

/// A feed to subscribe to.
#[derive(Clone, Copy, Debug)]
pub struct BuiltFeed<'a> {
    pub title: &'a str,
    pub url: &'a FeedUrl,
    /// The address of its HTML page.
    pub page_url: &'a str,
    /// The feed in the profiles of Slack and Matrix.
    pub slack_url: &'a str,
    pub matrix_url: &'a str,
    /// The feed as a section of feeds.toml.
    pub section: &'a str,
    /// The address of the start page with this form.
    pub share: &'a str,
    /// True if the service listens on localhost only.
    pub is_local: bool,
}

/// Web-based readers that accept a feed's address in a link.
const READERS: [(&str, &str); 6] = [
    ("Feedly", "https://feedly.com/i/subscription/feed%2F"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
    ("Feedbin", "https://feedbin.com/?subscribe="),
    ("Feeder", "https://feeder.co/add-feed?url="),
];

/// The section of the feed, or of the errors.
pub(super) fn result(made: &BuildResult<'_>, help: &Markup) -> Markup {
    html! {
        section id="feed" tabindex="-1" aria-labelledby="feed-title" {
            h2 id="feed-title" { "Your feed" }
            @match made {
                Err(why) => { p.quiet { (why) } (help) }
                Ok(made) => (addresses(made)),
            }
        }
    }
}

fn addresses(made: &BuiltFeed<'_>) -> Markup {
    let address = |format: Format| made.url.with_extension(format.extension());
    let atom = address(Format::Atom);
    let encoded: String = byte_serialize(atom.as_bytes()).collect::<String>().replace('+', "%20");
    html! {
        p.feedtitle { bdi { (made.title) } }
        @for format in Format::ALL {
            (line(&format!("address-{format}"), label(format), &address(format)))
        }
        p.open {
            a href=(made.page_url) { "Open as page" } " · "
            a href=(made.share) id="share" { "Permalink" }
        }
        h3 { "Open in" }
        ul.ways {
            @for (name, beginning) in READERS { li { a.way href={ (beginning) (encoded) } rel="noreferrer" { (name) } } }
            @if let Some(link) = feed_link(&atom) { li { a.way href=(link) { "NetNewsWire and other apps" } } }
        }
        @if made.is_local {
            p.quiet { "This service listens on localhost only; web-based readers cannot reach it." }
        }
        details.more {
            summary { "Chats and named feeds" }
            (line("slack", "Slack", &format!("/feed subscribe {}", made.slack_url)))
            (line("matrix", "Matrix", &format!("!hookshot feed {}", made.matrix_url)))
            p.label { "Section for feeds.toml " (copy("section")) }
            pre.toml tabindex="0" id="section" { code { (made.section) } }
        }
    }
}

/// The address for programs that handle the scheme `feed`: `feed://` for http, `feed:https://` for https. Only the first
/// form may have brackets, which an IPv6 address has.
fn feed_link(address: &str) -> Option<String> {
    match address.strip_prefix("http://") {
        Some(rest) => Some(format!("feed://{rest}")),
        None => (!address.contains(['[', ']'])).then(|| format!("feed:{address}")),
    }
}

/// A line with a button that copies it.
fn line(id: &str, name: &str, value: &str) -> Markup {
    html! {
        div.line {
            label for=(id) { (name) }
            input type="text" readonly id=(id) value=(value) spellcheck="false";
            (copy(id))
        }
    }
}

/// The script shows the button, since only it can copy.
fn copy(id: &str) -> Markup {
    html! { button.copy type="button" hidden data-copy=(id) { "Copy" span.visually-hidden { " " (id) } } }
}

#[cfg(test)]
mod tests {
    use super::feed_link;

    #[test]
    fn a_link_for_programs_is_a_valid_address_or_none() {
        let check = |address: &str, expected: Option<&str>| {
            let link = feed_link(address);
            assert_eq!(link.as_deref(), expected);
            assert!(link.is_none_or(|link| url::Url::parse(&link).is_ok()), "{address}");
        };
        check("http://a.example:81/search.atom?q=ti:GPU", Some("feed://a.example:81/search.atom?q=ti:GPU"));
        check("http://[::1]:8080/search.atom", Some("feed://[::1]:8080/search.atom"));
        check("https://a.example/search.atom?q=x", Some("feed:https://a.example/search.atom?q=x"));
        check("https://[2001:db8::1]/search.atom", None);
    }
}
