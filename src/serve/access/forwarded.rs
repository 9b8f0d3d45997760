//! The public address as trusted proxies report it: `X-Forwarded-Proto`, `-Host`, `-Port` and `-Prefix`, and `Forwarded`
//! (RFC 7239).
//!
//! Of a list, only the members that trusted proxies appended count. An invalid value is ignored and logged once; no value
//! is written into a link before it was parsed.

use std::sync::atomic::{AtomicU8, Ordering};

use actix_web::http::header::{self, HeaderMap, HeaderName};

static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static X_FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
static X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// The fields that decide links where a trusted proxy sends them, as `Vary` has them.
pub(in crate::serve) const VARY: &str =
    "Forwarded, X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Prefix, X-Forwarded-Proto";

/// The longest name of a host (RFC 1035 §2.3.4) with a port behind it.
const HOST_BYTES_MAX: usize = 255 + ":65535".len();

/// The longest path below which the service may lie.
const PREFIX_BYTES_MAX: usize = 256;

/// The parts of the public address that proxies sent; the request itself has the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::serve) struct ForwardedUrl {
    pub(in crate::serve) scheme: Option<Scheme>,
    /// A host with or without a port, valid as a part of an address.
    pub(in crate::serve) host: Option<String>,
    /// For a host that names none.
    pub(in crate::serve) port: Option<u16>,
    /// `/papers`, or empty.
    pub(in crate::serve) prefix: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::serve) enum Scheme {
    #[default]
    Http,
    Https,
}

impl Scheme {
    pub(in crate::serve) fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn named(text: &str) -> Option<Self> {
        [Self::Http, Self::Https].into_iter().find(|scheme| text.eq_ignore_ascii_case(scheme.as_str()))
    }
}

/// How many trusted proxies a request went through by each kind of field: so many last members of its lists are theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) struct TrustedHops {
    pub(in crate::serve) by_x: usize,
    pub(in crate::serve) by_forwarded: usize,
}

/// Names each field once that could not be believed.
#[derive(Debug, Default)]
pub(in crate::serve) struct ForwardedWarnings(AtomicU8);

/// What may be wrong with a field; each has a bit of its own.
#[derive(Clone, Copy)]
enum ForwardedError {
    Scheme,
    Host,
    Port,
    Prefix,
    Contradiction,
}

impl ForwardedError {
    fn message(self) -> &'static str {
        match self {
            Self::Scheme => "`X-Forwarded-Proto` or `proto=` is neither `http` nor `https`",
            Self::Host => "`X-Forwarded-Host` or `host=` names no host",
            Self::Port => "`X-Forwarded-Port` is no port of this scheme",
            Self::Prefix => "`X-Forwarded-Prefix` is no path such as `/papers`",
            Self::Contradiction => {
                "`Forwarded` and `X-Forwarded-…` contradict each other; let the proxy set both or remove one"
            }
        }
    }
}

impl ForwardedWarnings {
    fn note(&self, error: ForwardedError) {
        let bit = 1 << error as u8;
        if self.0.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            tracing::warn!("links do not follow what a trusted proxy says: {}", error.message());
        }
    }
}

impl ForwardedUrl {
    /// Reads the fields of a request that came through so many trusted proxies.
    pub(in crate::serve) fn read(
        headers: &HeaderMap,
        proxies: TrustedHops,
        complaints: &ForwardedWarnings,
    ) -> Self {
        let elements = elements(headers);
        let elements = outermost(&elements, proxies.by_forwarded);
        let first = |part: fn(&ForwardedElement) -> Option<&str>| elements.iter().flatten().find_map(part);
        let list = |name| list(headers, name);
        let x = |list: &[Option<String>]| outermost(list, proxies.by_x).first().cloned();
        let agreed = |x: Option<Option<String>>, forwarded: Option<&str>| match (x, forwarded) {
            (Some(x), Some(forwarded))
                if !x.as_deref().is_some_and(|x| x.eq_ignore_ascii_case(forwarded)) =>
            {
                complaints.note(ForwardedError::Contradiction);
                None
            }
            (Some(x), _) => Some(x.unwrap_or_default()),
            (None, forwarded) => forwarded.map(str::to_owned),
        };
        let valid = |text: Option<String>, is_valid: fn(&str) -> bool, error| {
            let text = text?;
            if is_valid(&text) {
                return Some(text);
            }
            complaints.note(error);
            None
        };
        let scheme = agreed(x(&list(&X_FORWARDED_PROTO)), first(|element| element.proto.as_deref()));
        let scheme = valid(scheme, |text| Scheme::named(text).is_some(), ForwardedError::Scheme);
        let scheme = scheme.and_then(|text| Scheme::named(&text));
        let host = agreed(x(&list(&X_FORWARDED_HOST)), first(|element| element.host.as_deref()));
        let host = valid(host, is_host, ForwardedError::Host);
        let port = x(&list(&X_FORWARDED_PORT)).and_then(|text| {
            let port = text.and_then(|text| text.parse().ok()).filter(|port| is_port_of(scheme, *port));
            port.or_else(|| {
                complaints.note(ForwardedError::Port);
                None
            })
        });
        let prefixes = list(&X_FORWARDED_PREFIX);
        // Each proxy names what it took off, the outermost first.
        let read: Option<String> = outermost(&prefixes, proxies.by_x)
            .iter()
            .map(|text| text.as_deref().and_then(prefix))
            .collect::<Option<Vec<_>>>()
            .map(|parts| parts.concat());
        let prefix = read.filter(|prefix| prefix.len() <= PREFIX_BYTES_MAX).unwrap_or_else(|| {
            complaints.note(ForwardedError::Prefix);
            String::new()
        });
        Self { scheme, host, port, prefix }
    }
}

/// Can this stand as a host in an address, with or without a port (RFC 3986 §3.2)? A name may have `_`.
pub(in crate::serve) fn is_host(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~:[]".contains(&byte);
    (1..=HOST_BYTES_MAX).contains(&text.len())
        && text.bytes().all(is_plain)
        && url::Url::parse(&format!("http://{text}/")).is_ok()
}

/// Does a port stand behind this host?
pub(in crate::serve) fn has_port(host: &str) -> bool {
    host.rsplit_once(']').map_or(host, |(_, behind)| behind).contains(':')
}

/// A proxy that is requested without encryption sends its own port, which does not go with the scheme of the proxy
/// before it.
fn is_port_of(scheme: Option<Scheme>, port: u16) -> bool {
    match scheme {
        Some(Scheme::Https) => port != 0 && port != 80,
        Some(Scheme::Http) | None => port != 0 && port != 443,
    }
}

/// A path below which everything lies, without a slash at its end; none for what must not stand before a link.
fn prefix(text: &str) -> Option<String> {
    let path = text.trim_end_matches('/');
    if path.is_empty() {
        return Some(String::new());
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+@:=%".contains(&byte);
    let is_segment = |segment: &str| {
        let decoded = decoded(segment);
        !matches!(decoded.as_deref(), None | Some(b"" | b"." | b".."))
            && segment.bytes().all(is_plain)
            && decoded.is_some_and(|bytes| {
                bytes.iter().all(|byte| !byte.is_ascii_control() && !b"/\\".contains(byte))
            })
    };
    path.strip_prefix('/')?.split('/').all(is_segment).then(|| path.to_owned())
}

/// A segment of a path with its percent-encoding undone; none where that is broken.
pub(in crate::serve) fn decoded(segment: &str) -> Option<Vec<u8>> {
    let bytes = segment.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = segment.get(at + 1..at + 3)?;
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            decoded.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    Some(decoded)
}

/// The members that trusted proxies wrote, the one that the client spoke to first.
fn outermost<T>(members: &[T], proxies: usize) -> &[T] {
    &members[members.len().saturating_sub(proxies)..]
}

/// The members of a field in their order, over all its lines; nothing for one that is no text.
fn list(headers: &HeaderMap, name: &'static HeaderName) -> Vec<Option<String>> {
    let mut members = Vec::new();
    for field in headers.get_all(name) {
        match field.to_str() {
            Ok(field) => {
                let given = field.split(',').map(str::trim).filter(|member| !member.is_empty());
                members.extend(given.map(|member| Some(member.to_owned())));
            }
            Err(_) => members.push(None),
        }
    }
    members
}

/// One proxy's part of `Forwarded` (RFC 7239 §4), its values without their quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::serve) struct ForwardedElement {
    pub(in crate::serve) node: Option<String>,
    proto: Option<String>,
    host: Option<String>,
}

/// The elements of `Forwarded` in their order, over all its lines; nothing for one that cannot be read.
pub(in crate::serve) fn elements(headers: &HeaderMap) -> Vec<Option<ForwardedElement>> {
    let mut elements = Vec::new();
    for field in headers.get_all(header::FORWARDED) {
        match field.to_str() {
            // A quote that does not end reaches to the end of its line and no further.
            Ok(field) => {
                let parts = split(field, b',').into_iter().filter(|part| !part.trim().is_empty());
                elements.extend(parts.map(element));
            }
            Err(_) => elements.push(None),
        }
    }
    elements
}

fn element(text: &str) -> Option<ForwardedElement> {
    let mut element = ForwardedElement::default();
    for pair in split(text, b';') {
        if pair.trim().is_empty() {
            continue;
        }
        let (name, value) = pair.trim().split_once('=')?;
        let value = unquoted(value)?;
        let place = match name.to_ascii_lowercase().as_str() {
            "for" => &mut element.node,
            "proto" => &mut element.proto,
            "host" => &mut element.host,
            _ => continue,
        };
        // Each stands once (RFC 7239 §4).
        if place.replace(value).is_some() {
            return None;
        }
    }
    Some(element)
}

/// A token or a quoted string (RFC 9110 §5.6.4); without quotes also the colons and brackets that many proxies write.
fn unquoted(value: &str) -> Option<String> {
    let Some(rest) = value.strip_prefix('"') else {
        let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | ',' | ';' | '=');
        return (!value.is_empty() && value.chars().all(is_plain)).then(|| value.to_owned());
    };
    let (mut text, mut characters) = (String::new(), rest.chars());
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(text),
            '\\' => text.push(characters.next()?),
            character => text.push(character),
        }
    }
}

/// The parts between separators that stand in no quotes.
fn split(text: &str, separator: u8) -> Vec<&str> {
    let (mut parts, mut from) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ if byte == separator && !is_quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn told_through(proxies: usize, fields: &[(&'static str, &'static str)]) -> ForwardedUrl {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let proxies = TrustedHops { by_x: proxies, by_forwarded: proxies };
        ForwardedUrl::read(&headers, proxies, &ForwardedWarnings::default())
    }

    /// `https://host:port/prefix`, with `-` for what was not told.
    fn shown(told: &ForwardedUrl) -> String {
        let scheme = told.scheme.map_or("-", Scheme::as_str);
        let host = told.host.as_deref().unwrap_or("-");
        let port = told.port.map_or_else(|| "-".to_owned(), |port| port.to_string());
        format!("{scheme} {host} {port} {}", told.prefix)
    }

    fn check(fields: &[(&'static str, &'static str)], expected: &str) {
        assert_eq!(shown(&told_through(1, fields)), expected, "{fields:?}");
    }

    #[test]
    fn each_field_tells_its_part() {
        check(&[], "- - - ");
        check(&[("x-forwarded-proto", "https")], "https - - ");
        check(&[("x-forwarded-proto", "HTTPS")], "https - - ");
        check(&[("x-forwarded-host", "papers.example:8443")], "- papers.example:8443 - ");
        check(&[("x-forwarded-host", "[2001:db8::1]:8443")], "- [2001:db8::1]:8443 - ");
        check(&[("x-forwarded-proto", "https"), ("x-forwarded-port", "8443")], "https - 8443 ");
        check(&[("x-forwarded-prefix", "/papers/")], "- - - /papers");
        check(&[("x-forwarded-prefix", "/")], "- - - ");
        check(&[("x-forwarded-prefix", "/a%20b/c~d")], "- - - /a%20b/c~d");
    }

    #[test]
    fn the_port_of_a_proxy_inside_is_nobodys() {
        check(&[("x-forwarded-proto", "https"), ("x-forwarded-port", "80")], "https - - ");
        check(&[("x-forwarded-proto", "http"), ("x-forwarded-port", "443")], "http - - ");
        for port in ["", "0", "65536", "80a", "-1", "443;x"] {
            assert_eq!(told_through(1, &[("x-forwarded-port", port)]).port, None, "{port}");
        }
    }

    #[test]
    fn forwarded_is_read_with_its_quotes_blanks_and_lines() {
        let forwarded = |value| [("forwarded", value)];
        check(&forwarded("for=192.0.2.1;proto=https;host=papers.example"), "https papers.example - ");
        check(
            &forwarded("For=\"[2001:db8::1]:47\" ; Proto=\"https\";HOST=\"a.example:81\""),
            "https a.example:81 - ",
        );
        check(&forwarded("host=\"[2001:db8::2]:81\";by=_x"), "- [2001:db8::2]:81 - ");
        check(&forwarded("for=\"_a,b;host=evil\";proto=ht\\tps"), "- - - ");
        check(&forwarded("for=\"_a,b;host=evil\";proto=\"ht\\tps\""), "https - - ");
        check(&forwarded(", ,proto=https,,"), "https - - ");
        let two = [("forwarded", "for=a;host=evil"), ("forwarded", "for=b;host=real.example")];
        check(&two, "- real.example - ");
    }

    #[test]
    fn what_cannot_be_read_tells_nothing() {
        for value in [
            "host",
            "host=",
            "host=\"real.example",
            "host=a;host=b",
            "host=\"a\"b",
            "host=evil;for=\", for=1.2.3.4;host=real.example",
            "=a",
        ] {
            assert_eq!(told_through(1, &[("forwarded", value)]), ForwardedUrl::default(), "{value}");
        }
    }

    #[test]
    fn of_a_list_only_what_trusted_proxies_wrote_counts() {
        let fields = [
            ("x-forwarded-host", "evil, real.example"),
            ("x-forwarded-proto", "gopher"),
            ("x-forwarded-proto", "https"),
        ];
        assert_eq!(shown(&told_through(1, &fields)), "https real.example - ");
        let fields =
            [("x-forwarded-host", "evil, real.example, inside"), ("x-forwarded-proto", "https, http")];
        assert_eq!(shown(&told_through(2, &fields)), "https real.example - ");
        let fields =
            [("forwarded", "host=evil, for=192.0.2.1;proto=https, for=10.0.0.1;host=inside;proto=http")];
        assert_eq!(shown(&told_through(2, &fields)), "https inside - ");
        let fields = [("x-forwarded-prefix", "/evil, /outer"), ("x-forwarded-prefix", "/inner/")];
        assert_eq!(shown(&told_through(2, &fields)), "- - - /outer/inner");
    }

    #[test]
    fn two_kinds_of_fields_that_disagree_tell_nothing() {
        let both = [
            ("forwarded", "proto=https;host=evil"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "real.example"),
        ];
        check(&both, "https - - ");
        check(&[("forwarded", "for=192.0.2.1"), ("x-forwarded-proto", "https")], "https - - ");
    }

    #[test]
    fn nothing_stands_in_a_link_that_is_no_part_of_one() {
        for host in [
            "",
            " ",
            "a b",
            "a/b",
            "a\"b",
            "a<b",
            "a'b",
            "user@a",
            "a:b",
            "a:99999",
            "a:80:90",
            "::1",
            "[::1",
            "a]",
            "a?b",
            "a#b",
            "a\\b",
            "a%2fb",
            "a,b;c",
            "[fe80::1%25eth0]",
            ":80",
            "[v1.x]",
            "256.256.256.256",
        ] {
            assert!(!is_host(host), "{host}");
        }
        assert!(!is_host(&"a".repeat(262)));
        for host in [
            "a",
            "my_service:8080",
            "A.Example.",
            "a:",
            "127.0.0.1",
            "[::1]",
            "[::ffff:1.2.3.4]:1",
            "xn--bcher-kva.example",
        ] {
            assert!(is_host(host), "{host}");
        }
        for prefix in [
            "papers",
            "//papers",
            "/a//b",
            "/a/../b",
            "/..",
            "/a/.",
            "/%2e%2E/a",
            "/a%2Fb",
            "/a%5Cb",
            "/a%00b",
            "/a%0d%0ab",
            "/a%",
            "/a%4",
            "/a%+1",
            "/a b",
            "/a\"b",
            "/a'b",
            "/a<b>",
            "/a?b",
            "/a#b",
            "/a\\b",
            "http://evil.example/",
            "/a;b",
            "javascript:x",
        ] {
            assert_eq!(super::prefix(prefix), None, "{prefix}");
            let told = ForwardedUrl::read(
                &HeaderMap::from_iter([(
                    X_FORWARDED_PREFIX.clone(),
                    HeaderValue::from_str(prefix).expect("a value"),
                )]),
                TrustedHops { by_x: 1, by_forwarded: 1 },
                &ForwardedWarnings::default(),
            );
            assert_eq!(told.prefix, "", "{prefix}");
        }
        for scheme in ["ftp", "https:", "javascript", "http s", "\"https\"", "on"] {
            assert_eq!(told_through(1, &[]).scheme, None);
            assert_eq!(Scheme::named(scheme), None, "{scheme}");
        }
    }

    #[test]
    fn a_prefix_has_an_end() {
        let long = format!("/{}", "a".repeat(PREFIX_BYTES_MAX));
        let headers = HeaderMap::from_iter([(
            X_FORWARDED_PREFIX.clone(),
            HeaderValue::from_str(&long).expect("a value"),
        )]);
        let proxies = TrustedHops { by_x: 1, by_forwarded: 1 };
        assert_eq!(ForwardedUrl::read(&headers, proxies, &ForwardedWarnings::default()).prefix, "");
    }
}
