//! Checks the head of a request before actix sees it, and rewrites what actix would misread.
//!
//! actix answers a malformed head with an empty 400. Here each kind of mistake has a name, which becomes a problem.
//! Raw bytes in a target that browsers would encode are encoded. `Upgrade` is removed, because actix takes everything
//! behind it for a body without an end; `Expect` is removed, because actix asks for every body, also an unwanted one.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write as _;
use std::mem::MaybeUninit;

use actix_web::http::{Method, Uri};

/// The most header fields, which is also actix's limit.
const FIELDS_MAX: usize = 96;

/// The longest target of any form.
const TARGET_BYTES_MAX: usize = 32 * 1024;

/// Why bytes are not a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Refusal {
    Tls,
    NotHttp,
    RequestLine,
    Method,
    BlankInTarget,
    Target,
    NotUtf8,
    TargetTooLong,
    Version,
    Field,
    TooLarge,
    Host,
    Length,
    Coding,
    TooSlow,
}

/// How the end of a request's body is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Body {
    None,
    Bytes(u64),
    Chunked,
}

/// Why the bytes of the request that the server sees were no request; the server then sees one in their place.
#[derive(Debug, Default)]
pub(in crate::serve) struct RefusedRequest(Cell<Option<Refusal>>);

impl RefusedRequest {
    pub(in crate::serve) fn set(&self, refusal: Refusal) {
        self.0.set(Some(refusal));
    }

    /// Returns the refusal once.
    pub(in crate::serve) fn take(&self) -> Option<Refusal> {
        self.0.take()
    }
}

/// A head that actix reads as it is meant.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::serve) struct RequestHead {
    /// The head for the server, if it differs from the one that came.
    pub(in crate::serve) rewritten: Option<Vec<u8>>,
    pub(in crate::serve) body: Body,
    /// The client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    pub(in crate::serve) expects_continue: bool,
}

/// Refuses a connection by its first byte, if no request can begin with it.
pub(in crate::serve) fn refused_beginning(bytes: &[u8]) -> Option<Refusal> {
    match bytes.iter().find(|byte| !matches!(byte, b'\r' | b'\n'))? {
        // The record type of a handshake (RFC 8446 §5.1).
        0x16 => Some(Refusal::Tls),
        first => (!is_token(*first)).then_some(Refusal::NotHttp),
    }
}

/// Reads a whole head.
pub(in crate::serve) fn read(head: &[u8]) -> Result<RequestHead, Refusal> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(head, &mut fields) {
        Ok(httparse::Status::Complete(bytes)) if bytes == head.len() => {}
        // If the parser sees another end than `HeadEnd` did, it is unclear what follows.
        Ok(_) => return Err(Refusal::Field),
        Err(error) => return Err(of_syntax(error, head)),
    }
    let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
    let is_1_0 = request.version == Some(0);
    if Method::from_bytes(method.as_bytes()).is_err() {
        return Err(Refusal::Method);
    }
    let target = encoded(target);
    check_target(method, &target)?;
    let Fields { body, has_removed, expects_continue } = read_fields(request.headers, is_1_0)?;
    // HTTP/1.0 has no other way to mark the end of the body of a POST (RFC 1945 §8.3).
    if is_1_0 && method == "POST" && body == Body::None && !has_field(request.headers, "content-length") {
        return Err(Refusal::Length);
    }
    let is_unchanged = matches!(target, Cow::Borrowed(_)) && !has_removed;
    let rewritten = (!is_unchanged).then(|| rewritten(&request, &target));
    Ok(RequestHead { rewritten, body, expects_continue: expects_continue && !is_1_0 })
}

/// What the fields say about the body and the connection.
struct Fields {
    body: Body,
    /// There are fields that the server must not see.
    has_removed: bool,
    expects_continue: bool,
}

fn read_fields(fields: &[httparse::Header<'_>], is_1_0: bool) -> Result<Fields, Refusal> {
    let (mut hosts, mut codings, mut length) = (0, 0, None);
    let (mut has_removed, mut expects_continue) = (false, false);
    for field in fields {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        if is("host") {
            hosts += 1;
        } else if is("content-length") {
            let digits = field.value.trim_ascii();
            let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
            let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
            if !is_number || number.is_none() || length.is_some() {
                return Err(Refusal::Length);
            }
            length = number;
        } else if is("transfer-encoding") {
            codings += 1;
            if codings > 1 || is_1_0 || !field.value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                return Err(Refusal::Coding);
            }
        } else if is("expect") {
            has_removed = true;
            expects_continue |= field.value.trim_ascii().eq_ignore_ascii_case(b"100-continue");
        } else if is("upgrade") || is("connection") && options(field.value).any(is_upgrade) {
            has_removed = true;
        }
    }
    let body = match (codings, length) {
        (1, Some(_)) => return Err(Refusal::Coding),
        _ if hosts > 1 || hosts == 0 && !is_1_0 => return Err(Refusal::Host),
        (1, None) => Body::Chunked,
        (_, None | Some(0)) => Body::None,
        (_, Some(bytes)) => Body::Bytes(bytes),
    };
    Ok(Fields { body, has_removed, expects_continue })
}

fn has_field(fields: &[httparse::Header<'_>], name: &str) -> bool {
    fields.iter().any(|field| field.name.eq_ignore_ascii_case(name))
}

/// The options of a `Connection` field.
fn options(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|option| !option.is_empty())
}

fn is_upgrade(option: &[u8]) -> bool {
    option.eq_ignore_ascii_case(b"upgrade")
}

/// The head with this target, and without `Upgrade` and `Expect`.
fn rewritten(request: &httparse::Request<'_, '_>, target: &str) -> Vec<u8> {
    let (method, minor) = (request.method.unwrap_or_default(), request.version.unwrap_or(1));
    let mut head = format!("{method} {target} HTTP/1.{minor}\r\n").into_bytes();
    let is_removed = |name: &str| ["upgrade", "expect"].iter().any(|other| name.eq_ignore_ascii_case(other));
    for field in request.headers.iter().filter(|field| !is_removed(field.name)) {
        let kept: Vec<&[u8]> = options(field.value).filter(|option| !is_upgrade(option)).collect();
        let value = match field.name.eq_ignore_ascii_case("connection") {
            true if kept.is_empty() => continue,
            true => Cow::Owned(kept.join(&b", "[..])),
            false => Cow::Borrowed(field.value),
        };
        head.extend_from_slice(&[field.name.as_bytes(), b": ", &value, b"\r\n"].concat());
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// The target as a browser sends it: bytes that do not belong into a URI are percent-encoded.
fn encoded(target: &str) -> Cow<'_, str> {
    // The bytes that actix accepts; it drops `#` and what follows.
    let is_accepted = |byte: u8| matches!(byte, b'!' | b'#'..=b';' | b'=' | b'?'..=b'_' | b'a'..=b'z' | b'{' | b'|' | b'}' | b'~');
    if target.bytes().all(is_accepted) {
        return Cow::Borrowed(target);
    }
    let mut encoded = String::with_capacity(3 * target.len());
    for byte in target.bytes() {
        if is_accepted(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Cow::Owned(encoded)
}

/// The forms of a target (RFC 9112 §3.2).
fn check_target(method: &str, target: &str) -> Result<(), Refusal> {
    if target.len() > TARGET_BYTES_MAX {
        return Err(Refusal::TargetTooLong);
    }
    let is_absolute = ["http://", "https://"].iter().any(|scheme| {
        target.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme))
    });
    let is_read = || Uri::try_from(target).is_ok_and(|uri| uri.authority().is_some());
    let is_one =
        target.starts_with('/') || target == "*" || (is_absolute || method == "CONNECT") && is_read();
    if is_one { Ok(()) } else { Err(Refusal::Target) }
}

/// The mistake in a head that the parser refuses.
fn of_syntax(error: httparse::Error, head: &[u8]) -> Refusal {
    match error {
        httparse::Error::TooManyHeaders => Refusal::TooLarge,
        httparse::Error::HeaderName | httparse::Error::HeaderValue => Refusal::Field,
        _ => of_request_line(head),
    }
}

/// The mistake in the request line, or else in the fields.
fn of_request_line(head: &[u8]) -> Refusal {
    let head = head.trim_ascii_start();
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let parts: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let [method, targets @ .., version] = parts.as_slice() else { return Refusal::RequestLine };
    if method.is_empty() || !method.iter().copied().all(is_token) {
        return Refusal::Method;
    }
    match (targets, *version) {
        ([_, ..], b"HTTP/1.0" | b"HTTP/1.1") => {}
        ([_, ..], version) if version.to_ascii_uppercase().starts_with(b"HTTP/") => return Refusal::Version,
        _ => return Refusal::RequestLine,
    }
    match targets {
        [target] if std::str::from_utf8(target).is_err() => Refusal::NotUtf8,
        [target] if target.is_empty() || target.iter().any(u8::is_ascii_control) => Refusal::Target,
        [_] => Refusal::Field,
        _ => Refusal::BlankInTarget,
    }
}

/// Whether a token, such as a method, may contain the byte (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "Host: a\r\n";

    fn of(line: &[u8], fields: &str) -> Result<RequestHead, Refusal> {
        read(&[line, b"\r\n", fields.as_bytes(), b"\r\n"].concat())
    }

    fn target(target: &[u8]) -> Result<String, Refusal> {
        let head = of(&[b"GET ", target, b" HTTP/1.1"].concat(), HOST)?;
        let shown = head.rewritten.map_or(target.to_vec(), |head| {
            head.split(|byte| *byte == b' ').nth(1).expect("a target").to_vec()
        });
        Ok(String::from_utf8(shown).expect("text"))
    }

    #[test]
    fn raw_bytes_of_a_target_are_encoded_and_all_others_stay() {
        let check = |raw: &str, expected: &str| {
            assert_eq!(target(raw.as_bytes()).as_deref(), Ok(expected));
            // The server takes it, and it is a fixed point.
            assert!(Uri::try_from(expected).is_ok(), "{expected}");
            assert_eq!(target(expected.as_bytes()).as_deref(), Ok(expected));
        };
        check("/search?q=au:Müller", "/search?q=au:M%C3%BCller");
        check("/search?q=\"leader\"", "/search?q=%22leader%22");
        check("/search?q=<a>|b^c`d\\e{f}[g]", "/search?q=%3Ca%3E|b^c%60d\\e{f}[g]");
        check("/keywords/λ-calculus.rss", "/keywords/%CE%BB-calculus.rss");
        check("/search?q=100%&x=%zz%E9", "/search?q=100%&x=%zz%E9");
        check("http://a.example/search?q=ü", "http://a.example/search?q=%C3%BC");
        check("*", "*");
        check("//a", "//a");
        assert_eq!(target(b"/search?q=M\xfcller"), Err(Refusal::NotUtf8));
        assert_eq!(target(b"/search?q=a b"), Err(Refusal::BlankInTarget));
        assert_eq!(target(b"/a\x7f"), Err(Refusal::Target));
        assert_eq!(target(b"/a\0"), Err(Refusal::Target));
        for other in ["robots.txt", "ftp://a/", "http:///a", "http:/a", "?q=x", "a:80"] {
            assert_eq!(target(other.as_bytes()), Err(Refusal::Target), "{other}");
        }
        assert_eq!(target("/".repeat(TARGET_BYTES_MAX + 1).as_bytes()), Err(Refusal::TargetTooLong));
    }

    #[test]
    fn each_kind_of_malformed_head_has_a_name() {
        let line = |line: &str| of(line.as_bytes(), HOST).expect_err(line);
        assert_eq!(line("GET /"), Refusal::RequestLine);
        assert_eq!(line("GET"), Refusal::RequestLine);
        assert_eq!(line("GET / HTTP/1.1 "), Refusal::RequestLine);
        assert_eq!(line("GET  / HTTP/1.1"), Refusal::BlankInTarget);
        assert_eq!(line("G@T / HTTP/1.1"), Refusal::Method);
        for version in ["HTTP/2.0", "HTTP/1.2", "http/1.1", "HTTP/0.9", "HTTP/11"] {
            assert_eq!(line(&format!("GET / {version}")), Refusal::Version);
        }
        let fields = |fields: &str| of(b"GET / HTTP/1.1", fields).expect_err(fields);
        for field in ["nonsense", ": y", "X(y): z", "X: y\r\n z", "X: y\rz", "X: \0", "X : y"] {
            assert_eq!(fields(&format!("{HOST}{field}\r\n")), Refusal::Field, "{field}");
        }
        assert_eq!(fields(""), Refusal::Host);
        assert_eq!(fields("Host: a\r\nhost: b\r\n"), Refusal::Host);
        assert_eq!(fields(&"X: y\r\n".repeat(97)), Refusal::TooLarge);
        for length in ["", "+5", "-5", "5, 5", "5 5", "0x5", "99999999999999999999", "5\r\nContent-Length: 5"]
        {
            assert_eq!(fields(&format!("{HOST}Content-Length: {length}\r\n")), Refusal::Length, "{length}");
        }
        for coding in ["xchunked", "gzip, chunked", "identity", "chunked\r\nTransfer-Encoding: chunked"] {
            assert_eq!(
                fields(&format!("{HOST}Transfer-Encoding: {coding}\r\n")),
                Refusal::Coding,
                "{coding}"
            );
        }
        assert_eq!(
            fields(&format!("{HOST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")),
            Refusal::Coding
        );
        assert_eq!(of(b"GET / HTTP/1.0", "Transfer-Encoding: chunked\r\n"), Err(Refusal::Coding));
        assert_eq!(of(b"POST / HTTP/1.0", ""), Err(Refusal::Length));
    }

    #[test]
    fn the_end_of_a_body_is_marked_in_one_way() {
        let body = |fields: &str| of(b"POST / HTTP/1.1", &format!("{HOST}{fields}")).map(|head| head.body);
        assert_eq!(body(""), Ok(Body::None));
        assert_eq!(body("Content-Length: 0\r\n"), Ok(Body::None));
        assert_eq!(body("content-length:  17 \r\n"), Ok(Body::Bytes(17)));
        assert_eq!(body("Transfer-Encoding: Chunked\r\n"), Ok(Body::Chunked));
    }

    #[test]
    fn upgrade_and_expect_are_removed_and_nothing_else() {
        let shown = |fields: &str| {
            let head = of(b"GET / HTTP/1.1", &format!("{HOST}{fields}")).expect("a head");
            head.rewritten.map(|head| String::from_utf8(head).expect("text"))
        };
        assert_eq!(shown("Connection: keep-alive\r\nAccept: */*\r\n"), None);
        let plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        assert_eq!(shown("Connection: Upgrade\r\nUpgrade: websocket\r\n").as_deref(), Some(plain));
        assert_eq!(shown("Upgrade: h2c\r\n").as_deref(), Some(plain));
        assert_eq!(shown("Expect: 100-continue\r\n").as_deref(), Some(plain));
        let closes = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, x\r\nX: y\r\n\r\n";
        assert_eq!(
            shown("Connection: close,upgrade , x\r\nUpgrade: websocket\r\nX: y\r\n").as_deref(),
            Some(closes)
        );
    }

    #[test]
    fn only_http_1_1_can_expect_100_continue() {
        let expects = |line: &str, value: &str| {
            let head = of(line.as_bytes(), &format!("{HOST}Content-Length: 1\r\nExpect: {value}\r\n"));
            head.expect("a head").expects_continue
        };
        assert!(expects("POST / HTTP/1.1", "100-Continue"));
        assert!(!expects("POST / HTTP/1.0", "100-continue"));
        assert!(!expects("POST / HTTP/1.1", "200-ok"));
    }

    #[test]
    fn a_connection_that_cannot_begin_a_request_is_refused_by_its_first_byte() {
        assert_eq!(refused_beginning(b"\x16\x03\x01"), Some(Refusal::Tls));
        assert_eq!(refused_beginning(b"\r\n\0"), Some(Refusal::NotHttp));
        assert_eq!(refused_beginning(b" GET"), Some(Refusal::NotHttp));
        for begun in [&b"\r\n"[..], b"", b"G", b"\r\n\r\nGET / HT"] {
            assert_eq!(refused_beginning(begun), None);
        }
    }
}
