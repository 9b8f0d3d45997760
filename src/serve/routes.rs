//! Which address is answered by what?

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, Resource, web};

use crate::serve::api::{admin, hub, metrics, openapi, opml, query, status};
use crate::serve::feed::handlers;
use crate::serve::http::public_url;
use crate::serve::pages::{assets, explain, start};
use crate::serve::problem::details::Problem;
use crate::serve::push_settings::PushSettings;
use crate::serve::state::State;
use crate::serve::wire::connection;

/// What can be done at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Methods {
    Read,
    /// The same, and the parameters may also come as a form.
    ReadOrForm,
    Post,
}

/// An address, and what answers there.
pub(in crate::serve) struct Route {
    path: &'static str,
    /// The name of a format may stand behind the path; its handler takes that off.
    has_endings: bool,
    pub(in crate::serve) methods: Methods,
    /// Is it there, with these settings?
    pub(in crate::serve) is_there: fn(&PushSettings) -> bool,
    resource: fn() -> Resource,
}

/// A resource that is read and nothing else; the server does not take `HEAD` for a kind of `GET`.
macro_rules! read {
    ($path:literal, $handler:path) => {
        Route {
            path: $path,
            has_endings: false,
            methods: Methods::Read,
            is_there: always,
            resource: || readable!($path, $handler),
        }
    };
}

/// The same where the name of a format may stand behind the path.
macro_rules! feed {
    ($path:literal, $handler:path) => {
        Route {
            path: $path,
            has_endings: true,
            methods: Methods::Read,
            is_there: always,
            resource: || readable!([$path, concat!($path, ".{format}")], $handler),
        }
    };
}

macro_rules! readable {
    ($paths:expr, $handler:path) => {
        web::resource($paths)
            .route(web::get().to($handler))
            .route(web::head().to($handler))
            .default_service(web::to(only_read))
    };
}

macro_rules! post {
    ($path:literal, $handler:path) => {
        Route {
            path: $path,
            has_endings: false,
            methods: Methods::Post,
            is_there: always,
            resource: || {
                web::resource($path).route(web::post().to($handler)).default_service(web::to(only_posted))
            },
        }
    };
}

/// Every address that there is; `document.json` of the API's description says what each of them answers.
pub(in crate::serve) const ROUTES: &[Route] = &[
    feed!("/subjects/{subjects}", handlers::subjects),
    Route {
        resource: || readable!(["/rss/{subjects}", "/rss/{subjects}/"], handlers::rss),
        ..read!("/rss/{subjects}", handlers::rss)
    },
    Route {
        resource: || readable!(["/atom/{subjects}", "/atom/{subjects}/"], handlers::atom),
        ..read!("/atom/{subjects}", handlers::atom)
    },
    Route {
        methods: Methods::ReadOrForm,
        resource: || {
            web::resource(query::PATH)
                .route(web::get().to(query::query))
                .route(web::head().to(query::query))
                .route(web::post().to(query::query))
                .default_service(web::to(only_read_or_form))
        },
        ..read!("/api/query", query::query)
    },
    Route {
        resource: || readable!("/api/query/id_list/{ids:.+}", query::by_ids),
        ..read!("/api/query/id_list/{ids}", query::by_ids)
    },
    feed!("/search", handlers::search),
    Route {
        path: "/keywords/{keyword}",
        has_endings: true,
        methods: Methods::Read,
        is_there: always,
        // A proxy may have decoded `%2F`.
        resource: || readable!("/keywords/{keyword:(?s:.+)}", handlers::keyword),
    },
    feed!("/keywords", handlers::keyword),
    feed!("/named/{slug}", handlers::named_feed),
    read!("/feeds.opml", opml::list),
    read!("/", start::start),
    read!("/status", status::page),
    read!("/status.json", status::json),
    read!("/explain", explain::explain),
    read!("/style.css", assets::style),
    read!("/page.js", assets::script),
    read!("/help/rules", assets::help_rules),
    read!("/help/http", assets::help_http),
    read!("/openapi.json", openapi::document),
    read!("/robots.txt", assets::robots),
    read!("/favicon.ico", assets::icon),
    read!("/favicon.svg", assets::drawn_icon),
    read!("/healthz", admin::alive),
    read!("/readyz", admin::ready),
    read!("/metrics", metrics::metrics),
    post!("/admin/refresh", admin::refresh),
    Route {
        path: hub::PATH,
        has_endings: false,
        methods: Methods::Post,
        is_there: PushSettings::has_hub,
        resource: || {
            web::resource(hub::PATH).route(web::post().to(hub::ask)).default_service(web::to(at_hub))
        },
    },
];

fn always(_: &PushSettings) -> bool {
    true
}

impl Route {
    /// The address as it is described, also with the ending of a format where it may have one.
    pub(in crate::serve) fn paths(&self) -> impl Iterator<Item = String> {
        let with_ending = self.has_endings.then(|| format!("{}.{{format}}", self.path));
        std::iter::once(self.path.to_owned()).chain(with_ending)
    }
}

impl Methods {
    /// As the `Allow` field has them.
    pub(in crate::serve) fn allow(self) -> &'static str {
        match self {
            Self::Read => "GET, HEAD, OPTIONS",
            Self::ReadOrForm => "GET, HEAD, POST, OPTIONS",
            Self::Post => "POST, OPTIONS",
        }
    }
}

/// Adds every route; each takes the `State` that its request carries.
pub fn configure(app: &mut web::ServiceConfig) {
    let mut scope = web::scope("");
    for route in ROUTES {
        scope = scope.service((route.resource)());
    }
    app.app_data(web::PayloadConfig::new(connection::BODY_BYTES_MAX))
        // What is no path, `*`, is in no scope.
        .default_service(web::to(unknown))
        .service(scope.default_service(web::to(unknown)));
}

/// Those who refuse a method say which there are.
async fn only_read(request: HttpRequest) -> HttpResponse {
    not_allowed(&request, Methods::Read.allow())
}

async fn only_read_or_form(request: HttpRequest) -> HttpResponse {
    not_allowed(&request, Methods::ReadOrForm.allow())
}

async fn only_posted(request: HttpRequest) -> HttpResponse {
    not_allowed(&request, Methods::Post.allow())
}

async fn at_hub(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    if state.push.has_hub() { only_posted(request).await } else { unknown(request).await }
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
    // The server as a whole is asked (RFC 9110 §9.3.7).
    if request.method() == Method::OPTIONS && request.path() == "*" {
        return only_read(request).await;
    }
    Problem::unknown_path(&public_url::path_of(&request), request.path()).respond(&request)
}
