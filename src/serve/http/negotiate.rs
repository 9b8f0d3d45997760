//! Content negotiation (RFC 9110 §12.5.1): the representation that `Accept` prefers.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::render::Format;
use crate::render::official::OfficialFormat;

/// A feed, the page that shows it, or a feed in the shape of arXiv's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::serve) enum Representation {
    Feed(Format),
    Page,
    Official(OfficialFormat),
}

const ATOM: Representation = Representation::Feed(Format::Atom);

/// Media types and what is sent for them; `*/*` and the like give the first.
const FORMS: [(&str, Representation); 9] = [
    ("application/atom+xml", Representation::Feed(Format::Atom)),
    ("application/rss+xml", Representation::Feed(Format::Rss)),
    ("application/feed+json", Representation::Feed(Format::Json)),
    ("application/json", Representation::Feed(Format::Json)),
    ("application/rdf+xml", Representation::Feed(Format::Rss)),
    ("application/xml", Representation::Feed(Format::Atom)),
    ("text/xml", Representation::Feed(Format::Atom)),
    ("text/html", Representation::Page),
    ("application/xhtml+xml", Representation::Page),
];

/// Media types that a request may name, though no response has them.
const OTHER_NAMES: [&str; 5] =
    ["application/json", "application/rdf+xml", "application/xml", "text/xml", "application/xhtml+xml"];

/// The form that the `Accept` header likes best (RFC 9110 §12.5.1); Atom when it has no preference.
pub(in crate::serve) fn form(request: &HttpRequest) -> Representation {
    best(&accepted(request)).unwrap_or(ATOM)
}

/// Is any representation acceptable?
pub(in crate::serve) fn is_acceptable(request: &HttpRequest) -> bool {
    best(&accepted(request)).is_some()
}

/// Does `Accept` name plain text and no JSON?
pub(in crate::serve) fn wants_text(request: &HttpRequest) -> bool {
    let accept = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let accept = accept.collect::<Vec<_>>().join(",").to_ascii_lowercase();
    accept.contains("text/plain") && !accept.contains("json")
}

/// Does `Accept` prefer a page, as that of browsers does?
pub(in crate::serve) fn wants_page(request: &HttpRequest) -> bool {
    form(request) == Representation::Page
}

/// Does the `Accept` header decide what is sent from this path? Not where an ending does, nor from the drop-ins.
pub(in crate::serve) fn is_negotiated(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    let names_a_format = ending.is_some_and(|ending| {
        Format::ALL.iter().any(|format| format.extension().eq_ignore_ascii_case(ending))
    });
    !names_a_format && !["/rss/", "/atom/", "/api/"].iter().any(|shape| path.starts_with(shape))
}

fn accepted(request: &HttpRequest) -> String {
    let accept = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    accept.collect::<Vec<_>>().join(",")
}

/// Of media types that are liked alike, the one that is named first; `*/*` and the like stand in for what is not named.
fn best(accept: &str) -> Option<Representation> {
    let mut ranges = Vec::new();
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(1000, thousandths);
        if media.split_once('/').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty()) {
            ranges.push((media, quality));
        }
    }
    // Nothing that could be read is no preference.
    if ranges.is_empty() {
        return Some(ATOM);
    }
    let mut best = None;
    let mut consider = |form: Representation, quality: u16| {
        if quality > best.map_or(0, |(best, _)| best) {
            best = Some((quality, form));
        }
    };
    for (media, quality) in &ranges {
        if let Some((_, form)) = FORMS.iter().find(|(name, _)| name == media) {
            consider(*form, *quality);
        }
    }
    for (name, form) in FORMS.iter().filter(|(name, _)| !OTHER_NAMES.contains(name)) {
        let is_named = ranges.iter().any(|(media, _)| media == name);
        let kind = name.split_once('/').map_or(*name, |(kind, _)| kind);
        let range = |wanted: &str| ranges.iter().find(|(media, _)| media == wanted);
        let wild = range(&format!("{kind}/*")).or_else(|| range("*/*"));
        if let (false, Some((_, quality))) = (is_named, wild) {
            consider(*form, *quality);
        }
    }
    best.map(|(_, form)| form)
}

/// A `q` value in thousandths; what cannot be read is 0.
pub(in crate::serve) fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    match (whole, format!("{fraction:0<3}").parse().unwrap_or(0)) {
        ("1", 0) => 1000,
        ("0", fraction) => fraction,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &str, expected: Representation) {
        assert_eq!(best(accept), Some(expected), "{accept}");
    }

    #[test]
    fn the_best_liked_form_is_sent() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        check(browser, Representation::Page);
        check("", Representation::Feed(Format::Atom));
        check("*/*", Representation::Feed(Format::Atom));
        check(
            "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6",
            Representation::Feed(Format::Rss),
        );
        check("application/atom+xml;q=0.5, application/feed+json", Representation::Feed(Format::Json));
        check("text/html;q=0, application/rss+xml;q=0.1", Representation::Feed(Format::Rss));
        check("text/html;q=1.5, nonsense;;;q, */*", Representation::Feed(Format::Atom));
        check("nonsense", Representation::Feed(Format::Atom));
        check("application/*", Representation::Feed(Format::Atom));
        check("text/*", Representation::Page);
        check("application/atom+xml;q=0, */*", Representation::Feed(Format::Rss));
        check("image/png, */*;q=0.1", Representation::Feed(Format::Atom));
    }

    #[test]
    fn what_is_not_there_cannot_be_had() {
        assert_eq!(best("image/png"), None);
        assert_eq!(best("*/*;q=0"), None);
        assert_eq!(best("application/atom+xml;q=0"), None);
    }

    #[test]
    fn an_ending_or_a_drop_in_leaves_nothing_to_negotiate() {
        for path in ["/subjects/cs.DC.atom", "/search.JSON", "/rss/cs.DC", "/atom/cs", "/api/query"] {
            assert!(!is_negotiated(path), "{path}");
        }
        for path in ["/subjects/cs.DC", "/search", "/keywords/a.b", "/named/x"] {
            assert!(is_negotiated(path), "{path}");
        }
    }
}
