//! The words of a link.

/// What a link is called: its own words, or its address where arXiv put `this https URL` in their place.
pub(super) fn link_words<'a>(href: &'a str, text: &'a str) -> &'a str {
    let stands_in = matches!(text.trim(), "this http URL" | "this https URL" | "this ftp URL" | "");
    if stands_in { href } else { text }
}
