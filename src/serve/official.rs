//! How are the addresses of arXiv's own feeds answered?

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::announcement::AnnounceType;
use crate::domain::event::Event;
use crate::domain::presentation::Presentation;
use crate::feeds::{self as make, Asked, Limit, Scope, Selection};
use crate::render::official::{self, Listing, Shape};

use super::documents::Document;
use super::error::Problem;
use super::negotiate::Form;
use super::params::{self, FeedRequest};
use super::{State, feeds};

/// The newest mailing alone, as arXiv's own feed has it.
const DAYS: u32 = 1;

/// `/rss/{subjects}`
pub(super) async fn rss(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    feeds::answer(&request, &state, asked(&request, &state, Shape::Rss)).await
}

/// `/atom/{subjects}`
pub(super) async fn atom(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    feeds::answer(&request, &state, asked(&request, &state, Shape::Atom)).await
}

fn asked(request: &HttpRequest, state: &State, shape: Shape) -> Result<FeedRequest, Problem> {
    let list = request.match_info().query("subjects").replace("%2B", "+").replace("%2b", "+");
    let scope = if list.eq_ignore_ascii_case("all") {
        Scope::Everything
    } else {
        Scope::Subjects(params::subject_list(&list, '+')?)
    };
    let given = params::given(request.query_string(), state, &[&["version", "q"], params::FEED])?;
    let usual = Selection::of(&AnnounceType::ALL, DAYS, Limit::Usual(state.options.feed_limit));
    let asked = given.chosen(Asked::usual(scope, usual, Presentation::default()))?;
    let base = params::base(request, state)?;
    Ok(FeedRequest { asked, form: Form::Official(shape), base })
}

/// The document of the events that were chosen for a request; `newest` dates one without any.
pub(super) fn document(
    request: &FeedRequest,
    events: Vec<Event>,
    newest: jiff::civil::Date,
    shape: Shape,
) -> Document {
    let feed_url = make::url(&request.asked, &request.base);
    let path = feed_url.stem.strip_prefix(&format!("{}/subjects", request.base)).unwrap_or_default();
    let question_mark = if feed_url.query.is_empty() { "" } else { "?" };
    let self_url = format!("{}/{}{path}{question_mark}{}", request.base, shape.as_str(), feed_url.query);
    let names: Vec<&str> = request.asked.scope.subjects().iter().map(|subject| subject.as_str()).collect();
    let updated = events.iter().map(|event| event.added).max();
    let updated = updated.unwrap_or_else(|| crate::domain::mailing::moment(newest));
    let events = make::in_official_order(events);
    let listing = Listing {
        subjects: if names.is_empty() { "all".to_owned() } else { names.join(", ") },
        self_url,
        page_url: feed_url.stem.clone(),
        updated,
        events: &events,
    };
    Document::new(official::listing(&listing, shape), shape.content_type(), updated)
}
