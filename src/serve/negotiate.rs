//! Which form does the asker read best?

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::render::Format;
use crate::render::official::Shape;

/// A feed, the page that shows it, or a feed in the shape of arXiv's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Feed(Format),
    Page,
    Official(Shape),
}

/// Media types and what is sent for them; `*/*` and the like give the first.
const FORMS: [(&str, Form); 9] = [
    ("application/atom+xml", Form::Feed(Format::Atom)),
    ("application/rss+xml", Form::Feed(Format::Rss)),
    ("application/feed+json", Form::Feed(Format::Json)),
    ("application/json", Form::Feed(Format::Json)),
    ("application/rdf+xml", Form::Feed(Format::Rss)),
    ("application/xml", Form::Feed(Format::Atom)),
    ("text/xml", Form::Feed(Format::Atom)),
    ("text/html", Form::Page),
    ("application/xhtml+xml", Form::Page),
];

/// The form that the `Accept` header likes best (RFC 9110 §12.5.1); Atom when it has no preference.
pub(super) fn form(request: &HttpRequest) -> Form {
    let accept = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    best(&accept.collect::<Vec<_>>().join(","))
}

/// Is it a browser that asks?
pub(super) fn wants_page(request: &HttpRequest) -> bool {
    form(request) == Form::Page
}

fn best(accept: &str) -> Form {
    let mut best = (0, Form::Feed(Format::Atom));
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let Some((_, form)) = FORMS.iter().find(|(name, _)| *name == media) else { continue };
        let quality = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(1000, thousandths);
        if quality > best.0 {
            best = (quality, *form);
        }
    }
    best.1
}

/// A `q` value in thousandths; what cannot be read is 0.
fn thousandths(text: &str) -> u16 {
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

    fn check(accept: &str, expected: Form) {
        assert_eq!(best(accept), expected, "{accept}");
    }

    #[test]
    fn the_best_liked_form_is_sent() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        check(browser, Form::Page);
        check("", Form::Feed(Format::Atom));
        check("*/*", Form::Feed(Format::Atom));
        check(
            "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6",
            Form::Feed(Format::Rss),
        );
        check("application/atom+xml;q=0.5, application/feed+json", Form::Feed(Format::Json));
        check("text/html;q=0, application/rss+xml;q=0.1", Form::Feed(Format::Rss));
        check("text/html;q=1.5, nonsense;;;q", Form::Feed(Format::Atom));
    }
}
