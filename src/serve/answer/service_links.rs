//! The `Link` field by which programs find the description of the service and its help (RFC 8631).

use actix_web::http::header::HeaderValue;

/// The links of a service below `path`.
pub(in crate::serve) fn service_links(path: &str) -> HeaderValue {
    let links = format!(
        "<{path}/openapi.json>; rel=\"service-desc\"; type=\"application/json\", <{path}/help/http>; rel=\"service-doc\""
    );
    HeaderValue::try_from(links).unwrap_or(HeaderValue::from_static(""))
}
