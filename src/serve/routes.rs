//! Binds each address of the table to the handler that serves it.

use actix_web::http::{Method, header};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, guard, web};

use crate::serve::addresses::{self, Address, HUB, Methods, QUERY_API};
use crate::serve::api::{admin, hub, metrics, openapi, opml, query, status};
use crate::serve::feed::handlers;
use crate::serve::http::public_url;
use crate::serve::pages::{assets, explain, start};
use crate::serve::problem::details::Problem;
use crate::serve::state::State;

/// Every address with its handler, which accepts the methods of the table and no others.
fn resources() -> Vec<(&'static str, Resource)> {
    vec![
        bind("/subjects/{subjects}", handlers::subjects),
        bind("/named/{slug}", handlers::named_feed),
        bind("/keywords/{keyword}", handlers::keyword),
        bind("/keywords", handlers::keyword),
        bind("/keywords.{format}", handlers::keyword),
        bind("/rss/{subjects}", handlers::rss),
        bind("/atom/{subjects}", handlers::atom),
        bind("/search", handlers::search),
        bind("/search.{format}", handlers::search),
        bind(QUERY_API, query::query),
        bind("/api/query/id_list/{ids}", query::by_ids),
        bind("/feeds.opml", opml::list),
        bind("/", start::start),
        bind("/status", status::page),
        bind("/status.json", status::json),
        bind("/explain", explain::explain),
        bind("/style.css", assets::style),
        bind("/page.js", assets::script),
        bind("/help/rules", assets::help_rules),
        bind("/help/http", assets::help_http),
        bind("/openapi.json", openapi::document),
        bind("/robots.txt", assets::robots),
        bind("/favicon.ico", assets::icon),
        bind("/favicon.svg", assets::drawn_icon),
        bind("/healthz", admin::alive),
        bind("/readyz", admin::ready),
        bind("/metrics", metrics::metrics),
        bind("/admin/refresh", admin::refresh),
        bind(HUB, hub::ask),
    ]
}

fn bind<F, Args>(pattern: &'static str, handler: F) -> (&'static str, Resource)
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    let route = Address::of_pattern(pattern).route();
    let is_accepted = guard::fn_guard(|request| route.methods.accept(&request.head().method));
    let resource = web::resource(route.router_patterns()).route(web::route().guard(is_accepted).to(handler));
    (pattern, resource.default_service(web::to(other_method)))
}

/// Adds every resource; each takes the `State` that its request carries.
pub(in crate::serve) fn configure(app: &mut web::ServiceConfig) {
    let scope = resources().into_iter().fold(web::scope(""), |scope, (_, resource)| scope.service(resource));
    app.app_data(web::PayloadConfig::new(addresses::body_bytes_max()))
        // `*` is not a path and in no scope.
        .default_service(web::to(unknown))
        .service(scope.default_service(web::to(unknown)));
}

/// `OPTIONS`, or a method that the address does not have.
async fn other_method(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let route = Address::of(request.match_info().as_str()).route();
    if route.needs_hub && !state.push.has_hub() {
        return unknown(request).await;
    }
    let allow = route.methods.allow();
    if request.method() == Method::OPTIONS {
        return options(allow);
    }
    let mut response = Problem::method_not_allowed(request.method(), allow).respond(&request);
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allow));
    response
}

fn options(allow: &'static str) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ALLOW, allow))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, allow))
        .insert_header((
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "A-IM, Authorization, If-Modified-Since, If-None-Match",
        ))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    // `OPTIONS *` concerns the server as a whole (RFC 9110 §9.3.7).
    if request.method() == Method::OPTIONS && request.path() == "*" {
        return options(Methods::Read.allow());
    }
    Problem::unknown_path(&public_url::path_of(&request), request.path()).respond(&request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_the_table_has_a_handler_and_no_other_has() {
        let mut bound: Vec<&str> = resources().into_iter().map(|(pattern, _)| pattern).collect();
        let mut table: Vec<&str> = addresses::routes().map(|route| route.pattern).collect();
        bound.sort_unstable();
        table.sort_unstable();
        assert_eq!(bound, table);
    }
}
