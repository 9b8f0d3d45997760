//! Which address is answered by what?

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::Problem;
use super::{admin, assets, builder, explain, feeds, metrics, official, opml, query_api, status};

/// A resource that is read and nothing else; the server does not take `HEAD` for a kind of `GET`.
macro_rules! readable {
    ($path:literal, $handler:path) => {
        web::resource($path)
            .route(web::get().to($handler))
            .route(web::head().to($handler))
            .default_service(web::to(only_read))
    };
}

/// Adds every route; each takes the `State` that its request carries.
pub fn configure(app: &mut web::ServiceConfig) {
    app.service(
        web::scope("")
            .service(readable!("/subjects/{subjects}", feeds::subjects))
            .service(readable!("/rss/{subjects}", official::rss))
            .service(readable!("/atom/{subjects}", official::atom))
            .service(readable!("/api/query", query_api::query))
            .service(readable!("/{search:search(\\.[^/]*)?}", feeds::search))
            .service(readable!("/keywords/{keyword}", feeds::keyword))
            .service(readable!("/named/{slug}", feeds::named_feed))
            .service(readable!("/feeds.opml", opml::list))
            .service(readable!("/", builder::start))
            .service(readable!("/status", status::page))
            .service(readable!("/status.json", status::json))
            .service(readable!("/explain", explain::explain))
            .service(readable!("/style.css", assets::style))
            .service(readable!("/page.js", assets::script))
            .service(readable!("/help/rules", assets::help_rules))
            .service(readable!("/help/http", assets::help_http))
            .service(readable!("/robots.txt", assets::robots))
            .service(readable!("/favicon.ico", assets::icon))
            .service(readable!("/favicon.svg", assets::drawn_icon))
            .service(readable!("/healthz", admin::alive))
            .service(readable!("/metrics", metrics::show))
            .service(readable!("/readyz", admin::ready))
            .service(web::resource("/admin/refresh").route(web::post().to(admin::refresh)).default_service(
                web::to(|request: HttpRequest| async move { not_allowed(&request, "POST, OPTIONS") }),
            ))
            .default_service(web::to(unknown)),
    );
}

/// Those who refuse a method say which there are.
async fn only_read(request: HttpRequest) -> HttpResponse {
    not_allowed(&request, "GET, HEAD, OPTIONS")
}

fn not_allowed(request: &HttpRequest, allow: &'static str) -> HttpResponse {
    if request.method() == Method::OPTIONS {
        return HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, allow))
            .insert_header((
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "A-IM, Authorization, If-Modified-Since, If-None-Match",
            ))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish();
    }
    let mut response = Problem::method_not_allowed(request.method(), allow).respond(request);
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allow));
    response
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    Problem::unknown_path(request.path()).respond(&request)
}
