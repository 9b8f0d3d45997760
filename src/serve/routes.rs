//! Which address is answered by what?

use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpRequest, HttpResponse, Resource, web};

use super::error::Problem;
use super::{State, TARGET_BYTES_MAX, admin, explain, feeds, official, pages, query_api, status};

/// Adds every route; the caller puts `State` beside it.
pub fn configure(app: &mut web::ServiceConfig, state: State) {
    app.app_data(web::Data::new(state)).service(
        web::scope("")
            .wrap(from_fn(guard))
            .service(readable("/").route(web::get().to(pages::start)).route(web::head().to(pages::start)))
            .service(
                readable("/style.css").route(web::get().to(pages::style)).route(web::head().to(pages::style)),
            )
            .service(
                readable("/subjects/{subjects}")
                    .route(web::get().to(feeds::subjects))
                    .route(web::head().to(feeds::subjects)),
            )
            .service(
                readable("/rss/{subjects}")
                    .route(web::get().to(official::rss))
                    .route(web::head().to(official::rss)),
            )
            .service(
                readable("/atom/{subjects}")
                    .route(web::get().to(official::atom))
                    .route(web::head().to(official::atom)),
            )
            .service(
                readable("/api/query")
                    .route(web::get().to(query_api::query))
                    .route(web::head().to(query_api::query)),
            )
            .service(
                readable("/status").route(web::get().to(status::page)).route(web::head().to(status::page)),
            )
            .service(
                readable("/status.json")
                    .route(web::get().to(status::json))
                    .route(web::head().to(status::json)),
            )
            .service(
                readable("/{search:search(\\.[^/]*)?}")
                    .route(web::get().to(feeds::search))
                    .route(web::head().to(feeds::search)),
            )
            .service(
                readable("/keywords/{keyword}")
                    .route(web::get().to(feeds::keyword))
                    .route(web::head().to(feeds::keyword)),
            )
            .service(
                readable("/explain")
                    .route(web::get().to(explain::explain))
                    .route(web::head().to(explain::explain)),
            )
            .service(
                readable("/help/rules")
                    .route(web::get().to(pages::help_rules))
                    .route(web::head().to(pages::help_rules)),
            )
            .service(
                readable("/named/{slug}")
                    .route(web::get().to(feeds::named_feed))
                    .route(web::head().to(feeds::named_feed)),
            )
            .service(
                readable("/help/http")
                    .route(web::get().to(pages::help_http))
                    .route(web::head().to(pages::help_http)),
            )
            .service(
                readable("/healthz").route(web::get().to(admin::alive)).route(web::head().to(admin::alive)),
            )
            .service(
                readable("/readyz").route(web::get().to(admin::ready)).route(web::head().to(admin::ready)),
            )
            .service(web::resource("/admin/refresh").route(web::post().to(admin::refresh)).default_service(
                web::to(|request: HttpRequest| async move { not_allowed(&request, "POST, OPTIONS") }),
            ))
            .default_service(web::to(unknown)),
    );
}

/// A resource that is read and nothing else.
fn readable(path: &str) -> Resource {
    web::resource(path).default_service(web::to(|request: HttpRequest| async move {
        not_allowed(&request, "GET, HEAD, OPTIONS")
    }))
}

fn not_allowed(request: &HttpRequest, allow: &'static str) -> HttpResponse {
    if request.method() == Method::OPTIONS {
        return HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, allow))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match, If-Modified-Since"))
            .finish();
    }
    let mut response = Problem::method_not_allowed(request.method(), allow).respond(request);
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allow));
    response
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    Problem::unknown_path(request.path()).respond(&request)
}

/// Refuses what no route should see, answers `HEAD` without a body, and says that every type is meant.
async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_head = request.method() == Method::HEAD;
    let mut response = if target_bytes(&request) > TARGET_BYTES_MAX {
        let problem = Problem::target_too_long(TARGET_BYTES_MAX);
        let answer = problem.respond(request.request());
        request.into_response(answer).map_into_boxed_body()
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    if is_head {
        // A body of no kind at all: with an empty one, a pipelined connection falls out of step in actix-http 3.
        response = response.map_body(|_, _| BoxBody::new(body::None::new()));
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    Ok(response)
}

fn target_bytes(request: &ServiceRequest) -> usize {
    request.uri().path_and_query().map_or(0, |target| target.as_str().len())
}
