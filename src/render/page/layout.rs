//! The layout of every page (head, header, navigation, footer), and the format of dates and counts.

use jiff::Timestamp;
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, html};

use super::site::Site;
use crate::render::format::Format;

/// The media type of every page.
pub const CONTENT_TYPE: &str = "text/html; charset=utf-8";

/// Pages load only files of this service: one stylesheet, one script, one icon.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The stylesheet of every page, served at `/style.css`.
pub const STYLE: &str = include_str!("../style.css");

/// The script of every page, served at `/page.js`; every page works without it.
pub const SCRIPT: &str = include_str!("page.js");

/// Part of the addresses of both, so that browsers load the version that belongs to a page.
const STYLE_EDITION: u32 = edition(STYLE);
const SCRIPT_EDITION: u32 = edition(SCRIPT);

/// A number that changes with the text (FNV-1a, 32 bits).
const fn edition(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let (mut number, mut at) = (0x811c_9dc5_u32, 0);
    while at < bytes.len() {
        number = (number ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    number
}

/// Characters that change the direction of text; titles of windows contain none.
const DIRECTIONS: [char; 12] = [
    '\u{61C}', '\u{200E}', '\u{200F}', '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// The entries of the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Builder,
    Status,
    Rules,
    Http,
    Elsewhere,
}

pub(super) fn document(site: &Site, title: &str, place: Place, head: &Markup, body: &Markup) -> String {
    let start = if site.is_service() { "Build a feed" } else { "Feeds" };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title.replace(DIRECTIONS, "")) }
                link rel="stylesheet" href=(site.link(&format!("/style.css?{STYLE_EDITION}")));
                script src=(site.link(&format!("/page.js?{SCRIPT_EDITION}"))) defer {}
                // At the root of a host browsers request it by themselves.
                @if *site != Site::default() { link rel="icon" href=(site.link("/favicon.ico")); }
                (head)
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header.site {
                    a.brand href=(site.link("/")) { "crosslist" }
                    nav aria-label="Site" {
                        (nav_link(&site.link("/"), start, place == Place::Builder))
                        (nav_link(&site.link("/status"), "Status", place == Place::Status))
                        (nav_link(&site.link("/help/rules"), "Rules", place == Place::Rules))
                        (nav_link(&site.link("/help/http"), "API", place == Place::Http))
                    }
                }
                main id="main" tabindex="-1" { (body) }
                footer.site {
                    p { "Descriptive metadata by arXiv and its authors, CC0. crosslist is not part of arXiv." }
                }
            }
        }
    };
    page.into_string()
}

fn nav_link(address: &str, words: &str, is_here: bool) -> Markup {
    html! { a href=(address) aria-current=[is_here.then_some("page")] { (words) } }
}

pub(super) fn label(format: Format) -> &'static str {
    match format {
        Format::Rss => "RSS",
        Format::Atom => "Atom",
        Format::Json => "JSON Feed",
    }
}

/// `1 paper`, `2 papers`.
pub(super) fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// `Friday, 6 March 2026`.
pub(super) fn long_date(date: Date) -> String {
    date.strftime("%A, %-d %B %Y").to_string()
}

/// `6 March 2026`.
pub(super) fn plain_date(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

pub(super) fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (at.strftime("%-d %B %Y, %H:%M UTC")) } }
}
