//! The public address of the service as noted on a request: links and problem types begin with it.

use actix_web::dev::ServiceRequest;
use actix_web::{HttpMessage, HttpRequest};

/// The public address where another than the request's own `Host` decides it, or where it has a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) struct PublicUrl {
    /// Without a slash at its end.
    pub(in crate::serve) base: String,
    /// Header fields of a proxy may have decided it, so that other fields would give another address.
    pub(in crate::serve) is_from_proxy: bool,
}

/// The path of the public address, such as `/papers`; empty where the service is at the root of its host.
pub(in crate::serve) fn path_of(request: &HttpRequest) -> String {
    request.extensions().get::<PublicUrl>().map_or_else(String::new, |public| path(&public.base).to_owned())
}

/// Would other header fields of a proxy give another public address?
pub(in crate::serve) fn is_from_proxy(request: &HttpRequest) -> bool {
    request.extensions().get::<PublicUrl>().is_some_and(|public| public.is_from_proxy)
}

/// The public address where header fields of a proxy may have decided it.
pub(in crate::serve) fn from_proxy(request: &ServiceRequest) -> Option<String> {
    let extensions = request.extensions();
    extensions.get::<PublicUrl>().filter(|public| public.is_from_proxy).map(|public| public.base.clone())
}

/// The path of an address, without its query; empty where none follows the host.
pub(in crate::serve) fn path(base: &str) -> &str {
    let authority = base.find("://").map_or(0, |at| at + "://".len());
    base[authority..].find('/').map_or("", |at| &base[authority + at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_an_address_is_what_stands_behind_its_host() {
        assert_eq!(path("https://x.example/a/b"), "/a/b");
        assert_eq!(path("https://[::1]:8080"), "");
        assert_eq!(path("http://x.example"), "");
    }
}
