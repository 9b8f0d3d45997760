//! Escaping of plain text for HTML and XML.

use std::borrow::Cow;

use memchr::memchr3;

/// Plain text as HTML shows it, or XML: `&`, `<` and `>` become references.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    let mut escaped = String::new();
    let mut rest = text;
    while let Some(at) = memchr3(b'&', b'<', b'>', rest.as_bytes()) {
        if escaped.is_empty() {
            escaped.reserve(text.len() + text.len() / 8);
        }
        escaped.push_str(&rest[..at]);
        escaped.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[at + 1..];
    }
    if escaped.is_empty() {
        return Cow::Borrowed(text);
    }
    escaped.push_str(rest);
    Cow::Owned(escaped)
}
