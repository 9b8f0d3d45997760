//! The public address of the service for one request; every link of the answer begins with it.
//!
//! It is `server.base_url` where that is set. Otherwise it is the address that was requested, corrected by the
//! `Forwarded` and `X-Forwarded-*` fields of trusted proxies. Its path is removed from the request's path where a proxy
//! has left it there.

use std::borrow::Cow;

use actix_web::dev::{RequestHead, ServiceRequest};
use actix_web::http::uri::{Authority, Uri};
use actix_web::http::{Version, header};
use actix_web::{HttpMessage, HttpRequest};
use url::Url;

use crate::serve::access::clients::Clients;
use crate::serve::access::forwarded;
use crate::serve::access::forwarded::{ForwardedUrl, has_port, is_host};
use crate::serve::addresses::Address;
use crate::serve::http::public_url::{PublicUrl, path};
use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::Problem;

/// Where the service is for this request, which is changed to what it would be at the root of a host.
///
/// Nothing is noted where the `Host` of the request decides it; that is read when a link is made.
pub(in crate::serve) fn settle(request: &mut ServiceRequest, options: &ServiceOptions, clients: &Clients) {
    let public = match base_of(options) {
        Some(base) if path(&base).is_empty() => return,
        Some(base) => PublicUrl { base, is_from_proxy: false },
        None => {
            let peer = request.peer_addr().map(|peer| peer.ip());
            let Some(told) = peer.and_then(|peer| clients.forwarded_url(peer, request.headers())) else {
                return;
            };
            // `admission::check` refuses a request that names no host.
            let Ok(base) = told_base(&told, request.head(), options) else { return };
            PublicUrl { base, is_from_proxy: true }
        }
    };
    if let Some(uri) = below(request.uri(), path(&public.base)) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    request.extensions_mut().insert(public);
}

/// The address of `server.base_url`.
pub(in crate::serve) fn base_of(options: &ServiceOptions) -> Option<String> {
    options.base_url.as_ref().map(|base| base.as_str().trim_end_matches('/').to_owned())
}

/// The public address of a request.
///
/// # Errors
/// It names no host.
pub(in crate::serve) fn of(request: &HttpRequest, options: &ServiceOptions) -> Result<String, Problem> {
    if let Some(public) = request.extensions().get::<PublicUrl>() {
        return Ok(public.base.clone());
    }
    match base_of(options) {
        Some(base) => Ok(base),
        None => told_base(&ForwardedUrl::default(), request.head(), options),
    }
}

/// What the ids of a feed begin with: always `http`, so that a proxy that starts to send the scheme changes no id.
pub(in crate::serve) fn for_ids<'a>(base: &'a str, options: &ServiceOptions) -> Cow<'a, str> {
    match base.strip_prefix("https://") {
        Some(rest) if options.base_url.is_none() => Cow::Owned(format!("http://{rest}")),
        _ => Cow::Borrowed(base),
    }
}

/// Does the request name its host as RFC 9112 §3.2 wants it: once, and as a host, in the target too where that has one?
pub(in crate::serve) fn is_host_valid(head: &RequestHead) -> bool {
    let mut hosts = head.headers.get_all(header::HOST);
    let is_field_valid = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        (None, _) => head.version < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    is_field_valid && head.uri.authority().is_none_or(|authority| is_host(authority.as_str()))
}

/// The address that fields of proxies and the request itself make together.
fn told_base(told: &ForwardedUrl, head: &RequestHead, options: &ServiceOptions) -> Result<String, Problem> {
    if !is_host_valid(head) {
        return Err(Problem::bad_host());
    }
    // A target that names a host rules over the field (RFC 9112 §3.2.2).
    let authority = head.uri.authority().map(Authority::as_str);
    let field = || head.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    // A request of HTTP/1.0 need not name its host.
    let own = || {
        if options.address.ip().is_unspecified() {
            format!("localhost:{}", options.address.port())
        } else {
            options.address.to_string()
        }
    };
    let host = told.host.as_deref().or(authority).or_else(field).map_or_else(own, str::to_owned);
    let scheme = told.scheme.unwrap_or_default().as_str();
    let port = told.port.filter(|_| !has_port(&host)).map(|port| format!(":{port}")).unwrap_or_default();
    let url = is_host(&host).then(|| Url::parse(&format!("{scheme}://{host}{port}")).ok()).flatten();
    let url = url.ok_or_else(Problem::bad_host)?;
    Ok(format!("{}{}", url.origin().ascii_serialization(), told.prefix))
}

/// A target without the path below which the service lies; none where that is not in it.
fn below(uri: &Uri, prefix: &str) -> Option<Uri> {
    let rest = without(uri.path(), prefix)?;
    // The path of the service may be called as one of its own addresses is, and a proxy may have taken it off.
    if is_known(uri.path()) && !is_known(rest) {
        return None;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{rest}{query}").parse().ok()?);
    Uri::from_parts(parts).ok()
}

fn is_known(path: &str) -> bool {
    forwarded::decoded(path)
        .and_then(|path| String::from_utf8(path).ok())
        .is_some_and(|path| Address::of(&path).is_known())
}

/// What is behind the segments of a prefix, however these are encoded.
fn without<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let mut rest = path;
    for segment in prefix.strip_prefix('/')?.split('/') {
        rest = rest.strip_prefix('/')?;
        let end = rest.find('/').unwrap_or(rest.len());
        if forwarded::decoded(&rest[..end])? != forwarded::decoded(segment)? {
            return None;
        }
        rest = &rest[end..];
    }
    Some(if rest.is_empty() { "/" } else { rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, prefix: &str, expected: &str) {
        let uri: Uri = target.parse().expect("a target");
        let changed = below(&uri, prefix).unwrap_or(uri);
        assert_eq!(changed.path_and_query().map_or("", |target| target.as_str()), expected, "{target}");
    }

    #[test]
    fn the_path_of_the_service_is_taken_off_where_it_is_there() {
        check("/papers/status?x=/papers", "/papers", "/status?x=/papers");
        check("/papers", "/papers", "/");
        check("/papers/", "/papers", "/");
        check("/papers?q=a", "/papers", "/?q=a");
        check("/%70apers/subjects/cs.DC%2B", "/papers", "/subjects/cs.DC%2B");
        check("/a%20b/status", "/a%20b", "/status");
        check("http://x.example/papers/status", "/papers", "/status");
        for other in ["/status", "/papersX/status", "/paper", "//papers/status", "/Papers/status", "/"] {
            check(other, "/papers", other);
        }
    }

    #[test]
    fn a_path_that_is_called_as_an_address_is_taken_off_once() {
        check("/rss/cs.DC", "/rss", "/rss/cs.DC");
        check("/rss/rss/cs.DC", "/rss", "/rss/cs.DC");
        check("/rss/status", "/rss", "/status");
        check("/rss", "/rss", "/");
        check("/subjects/subjects/cs.DC.atom", "/subjects", "/subjects/cs.DC.atom");
        check("/subjects/cs.DC.atom", "/subjects", "/subjects/cs.DC.atom");
    }
}
