//! Which files of the program itself are served?

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse};

use super::document::Document;
use super::respond;
use crate::render::page;

/// How long a browser keeps what changes only with the program.
const MAX_AGE: &str = "max-age=3600";
const ICON_MAX_AGE: &str = "max-age=86400";

const TEXT: &str = "text/plain; charset=utf-8";

/// What costs work to answer and has no end is not for search engines.
const ROBOTS: &str = "User-agent: *\n\
    Disallow: /admin\n\
    Disallow: /api\n\
    Disallow: /explain\n\
    Disallow: /keywords\n\
    Disallow: /search\n";

static STYLE: LazyLock<Document> =
    LazyLock::new(|| Document::undated(page::STYLE, "text/css; charset=utf-8"));
static HELP_RULES: LazyLock<Document> =
    LazyLock::new(|| Document::undated(include_str!("../../docs/rules.md"), TEXT));
static HELP_HTTP: LazyLock<Document> =
    LazyLock::new(|| Document::undated(include_str!("../../docs/http.md"), TEXT));
static ROBOTS_TXT: LazyLock<Document> = LazyLock::new(|| Document::undated(ROBOTS, TEXT));
static ICON: LazyLock<Document> =
    LazyLock::new(|| Document::undated(&include_bytes!("assets/favicon.ico")[..], "image/x-icon"));
static DRAWN_ICON: LazyLock<Document> =
    LazyLock::new(|| Document::undated(include_str!("assets/favicon.svg"), "image/svg+xml; charset=utf-8"));

/// `/style.css`
pub(super) async fn style(request: HttpRequest) -> HttpResponse {
    respond::page(&request, &STYLE, MAX_AGE)
}

/// `/help/rules`: the rule language, as the repository has it.
pub(super) async fn help_rules(request: HttpRequest) -> HttpResponse {
    respond::page(&request, &HELP_RULES, MAX_AGE)
}

/// `/help/http`: the HTTP help, as the repository has it.
pub(super) async fn help_http(request: HttpRequest) -> HttpResponse {
    respond::page(&request, &HELP_HTTP, MAX_AGE)
}

/// `/robots.txt`
pub(super) async fn robots(request: HttpRequest) -> HttpResponse {
    respond::page(&request, &ROBOTS_TXT, ICON_MAX_AGE)
}

/// `/favicon.ico`
pub(super) async fn icon(request: HttpRequest) -> HttpResponse {
    respond::page(&request, &ICON, ICON_MAX_AGE)
}

/// `/favicon.svg`
pub(super) async fn drawn_icon(request: HttpRequest) -> HttpResponse {
    respond::page(&request, &DRAWN_ICON, ICON_MAX_AGE)
}
