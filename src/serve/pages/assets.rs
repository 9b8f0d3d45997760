//! The files of the program itself: style sheet, script, icons, help pages, `robots.txt`.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use actix_web::{HttpRequest, HttpResponse, web};
use url::form_urlencoded::byte_serialize;

use crate::filter::{self, Context, Dialect, Limits, Lists};
use crate::render::page::{self, Site};
use crate::serve::addresses::{self, Address};
use crate::serve::answer::respond;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::http::public_url;
use crate::serve::request::feed_request;
use crate::serve::state::State;

/// How long a browser keeps what changes only with the program.
const MAX_AGE: &str = "max-age=3600";
const ICON_MAX_AGE: &str = "max-age=86400";

/// Placeholders that stand in an address of the documents for what a reader fills in.
const PLACEHOLDERS: [&str; 5] = ["{", "RULE", "=ID", "…", "*"];

/// Addresses of the documents that need something behind them, or a service that watches something.
const NOT_TO_BE_OPENED: [&str; 6] = ["/admin", "/api/query", "/feeds.opml", "/keywords", "/named", "/search"];

const TEXT: &str = "text/plain; charset=utf-8";

/// The documents, and whether they are about rules.
const RULES: &str = include_str!("../../../docs/rules.md");
const HTTP: &str = include_str!("../../../docs/http.md");

const ICON_FILE: &[u8] = include_bytes!("assets/favicon.ico");
const DRAWN_ICON_FILE: &str = include_str!("assets/favicon.svg");

static STYLE: LazyLock<RenderedDocument> =
    LazyLock::new(|| RenderedDocument::undated(page::STYLE, "text/css; charset=utf-8"));
static SCRIPT: LazyLock<RenderedDocument> =
    LazyLock::new(|| RenderedDocument::undated(page::SCRIPT, "text/javascript; charset=utf-8"));
static HELP_RULES: DocumentByPath = DocumentByPath::new(|path| help(path, RULES, true));
static HELP_HTTP: DocumentByPath = DocumentByPath::new(|path| help(path, HTTP, false));
static ROBOTS_TXT: DocumentByPath = DocumentByPath::new(|path| {
    let lines = addresses::not_crawled().into_iter().map(|segment| format!("Disallow: {path}{segment}\n"));
    RenderedDocument::undated(format!("User-agent: *\n{}", lines.collect::<String>()), TEXT)
});
static ICON: LazyLock<RenderedDocument> =
    LazyLock::new(|| RenderedDocument::undated(ICON_FILE, "image/x-icon"));
static DRAWN_ICON: LazyLock<RenderedDocument> =
    LazyLock::new(|| RenderedDocument::undated(DRAWN_ICON_FILE, "image/svg+xml; charset=utf-8"));

/// A document with links, written once for the path below which the service lies.
///
/// One other than the last is written again: a service lies below one path, or a few.
struct DocumentByPath {
    write: fn(&str) -> RenderedDocument,
    last: Mutex<Option<(String, Arc<RenderedDocument>)>>,
}

impl DocumentByPath {
    const fn new(write: fn(&str) -> RenderedDocument) -> Self {
        Self { write, last: Mutex::new(None) }
    }

    fn document(&self, path: &str) -> Arc<RenderedDocument> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, document)) = last().as_ref().filter(|(known, _)| known == path) {
            return document.clone();
        }
        let document = Arc::new((self.write)(path));
        *last() = Some((path.to_owned(), document.clone()));
        document
    }
}

/// `/style.css`
pub(in crate::serve) async fn style(request: HttpRequest) -> HttpResponse {
    respond::document(&request, &STYLE, MAX_AGE)
}

/// `/page.js`
pub(in crate::serve) async fn script(request: HttpRequest) -> HttpResponse {
    respond::document(&request, &SCRIPT, MAX_AGE)
}

/// `/help/rules`: the rule language, as the repository has it.
pub(in crate::serve) async fn help_rules(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    help_page(&request, &state, &HELP_RULES)
}

/// `/help/http`: the HTTP help, as the repository has it.
pub(in crate::serve) async fn help_http(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    help_page(&request, &state, &HELP_HTTP)
}

fn help_page(request: &HttpRequest, state: &State, page: &DocumentByPath) -> HttpResponse {
    match feed_request::no_parameters(request, &state.options) {
        Ok(()) => respond::document(request, &page.document(&public_url::path_of(request)), "no-cache"),
        Err(problem) => problem.respond(request),
    }
}

fn help(path: &str, markdown: &str, is_of_rules: bool) -> RenderedDocument {
    RenderedDocument::undated(
        page::help(&Site::below(path), markdown, is_of_rules, &example),
        page::CONTENT_TYPE,
    )
}

/// What the program itself has, as files of a host that only has files; `is_there` says which addresses lead somewhere.
pub(in crate::serve) fn files(is_there: &dyn Fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
    let example = |code: &str, _| is_there(code).then(|| code.to_owned());
    let help = |name: &str, markdown, is_of_rules| {
        let path = page::page_file(name);
        let page = page::help(&Site::around(&path), markdown, is_of_rules, &example);
        (path, page.into_bytes())
    };
    let own = |path: &str, bytes: &[u8]| (path.to_owned(), bytes.to_vec());
    vec![
        help("help/rules", RULES, true),
        help("help/http", HTTP, false),
        own("style.css", page::STYLE.as_bytes()),
        own("page.js", page::SCRIPT.as_bytes()),
        own("favicon.ico", ICON_FILE),
        own("favicon.svg", DRAWN_ICON_FILE.as_bytes()),
        // Nothing here costs work or has no end.
        own("robots.txt", b"User-agent: *\nDisallow:\n"),
    ]
}

/// Where an example of the documents leads: an address to itself, a rule to the page that shows what it finds.
fn example(code: &str, is_of_rules: bool) -> Option<String> {
    let path = code.split(['?', '#']).next().unwrap_or(code);
    // Regular expressions begin with a slash too.
    if Address::of(path).is_known() {
        let is_open = PLACEHOLDERS.iter().any(|placeholder| code.contains(placeholder));
        return (!is_open && !NOT_TO_BE_OPENED.contains(&code)).then(|| code.to_owned());
    }
    let looks_like_one = is_of_rules || code.contains(':') && code.contains(' ');
    let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
    let is_rule = looks_like_one && filter::parse(code, &Limits::URL, &context).is_ok();
    is_rule.then(|| format!("/?q={}", byte_serialize(code.as_bytes()).collect::<String>()))
}

/// `/robots.txt`
pub(in crate::serve) async fn robots(request: HttpRequest) -> HttpResponse {
    respond::document(&request, &ROBOTS_TXT.document(&public_url::path_of(&request)), ICON_MAX_AGE)
}

/// `/favicon.ico`
pub(in crate::serve) async fn icon(request: HttpRequest) -> HttpResponse {
    respond::document(&request, &ICON, ICON_MAX_AGE)
}

/// `/favicon.svg`
pub(in crate::serve) async fn drawn_icon(request: HttpRequest) -> HttpResponse {
    respond::document(&request, &DRAWN_ICON, ICON_MAX_AGE)
}
