//! How are the addresses of arXiv's own feeds answered?

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::announcement::AnnounceType;
use crate::domain::event::Event;
use crate::domain::presentation::Presentation;
use crate::feeds::{self as make, Asked, Limit, Scope, Selection};
use crate::render::Format;
use crate::render::official::{self, OfficialFeed, OfficialFormat};

use crate::serve::feed::{costly, handlers};
use crate::serve::http::negotiate::Form;
use crate::serve::problem::details::{Mistake, Problem};
use crate::serve::problem::types::Code;
use crate::serve::request::feed_request::{FeedRequest, Target};
use crate::serve::request::query_parameters;
use crate::serve::request::values;
use crate::serve::state::State;

/// The newest mailing alone, as arXiv's own feed has it.
const DAYS: u32 = 1;

/// `/rss/{subjects}`
pub(in crate::serve) async fn rss(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = costly::understood(&request, &state, "subjects", |target, state| {
        asked(target, state, OfficialFormat::Rss)
    })
    .await;
    handlers::answer(&request, &state, asked).await
}

/// `/atom/{subjects}`
pub(in crate::serve) async fn atom(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = costly::understood(&request, &state, "subjects", |target, state| {
        asked(target, state, OfficialFormat::Atom)
    })
    .await;
    handlers::answer(&request, &state, asked).await
}

pub(in crate::serve) fn asked(
    target: &Target<'_>,
    state: &State,
    shape: OfficialFormat,
) -> Result<FeedRequest, Problem> {
    let list = target.last.replace("%2B", "+").replace("%2b", "+");
    refuse_ending(&list, shape)?;
    let scope = if list.eq_ignore_ascii_case("all") {
        Scope::Everything
    } else {
        Scope::Subjects(values::subject_list(&list, '+')?)
    };
    let given = query_parameters::given(
        target.query,
        state,
        &[query_parameters::RULE, &["version"], query_parameters::FEED],
    )?;
    let usual = Selection::of(&AnnounceType::ALL, DAYS, Limit::Usual(state.options.feed_limit));
    let asked = given.chosen(Asked::usual(scope, usual, Presentation::default()))?;
    Ok(FeedRequest { asked, form: Form::Official(shape), base: target.base.clone(), view: None })
}

/// The format is the first part of these addresses; an ending says nothing here, or the contrary.
fn refuse_ending(list: &str, shape: OfficialFormat) -> Result<(), Problem> {
    let ending =
        list.rsplit_once('.').filter(|(_, ending)| ending.to_ascii_lowercase().parse::<Format>().is_ok());
    let Some((subjects, ending)) = ending else { return Ok(()) };
    let shown = values::shortened(subjects);
    Err(Problem::bad_request(vec![Mistake {
        code: Code::UnexpectedEnding,
        parameter: "subjects".to_owned(),
        position: subjects.chars().count(),
        length: ending.chars().count() + 1,
        message: format!("`.{ending}` has no place behind /{}/", shape.as_str()),
        hint: format!("/{}/{shown}, or /subjects/{shown}.{ending}", shape.as_str()),
    }]))
}

/// The address that a feed in this shape gives itself.
pub(in crate::serve) fn own_url(request: &FeedRequest, shape: OfficialFormat) -> String {
    let feed_url = make::url(&request.asked, &request.base);
    let path = feed_url.stem.strip_prefix(&format!("{}/subjects", request.base)).unwrap_or_default();
    let question_mark = if feed_url.query.is_empty() { "" } else { "?" };
    format!("{}/{}{path}{question_mark}{}", request.base, shape.as_str(), feed_url.query)
}

/// The events that were chosen for a request, as arXiv's own feed has them.
pub(in crate::serve) fn listing(
    request: &FeedRequest,
    events: Vec<Event>,
    updated: jiff::Timestamp,
    shape: OfficialFormat,
    hub_url: Option<String>,
) -> String {
    let names: Vec<&str> = request.asked.scope.subjects().iter().map(|subject| subject.as_str()).collect();
    let events = make::in_official_order(events);
    let listing = OfficialFeed {
        subjects: if names.is_empty() { "all".to_owned() } else { names.join(", ") },
        self_url: own_url(request, shape),
        page_url: make::url(&request.asked, &request.base).stem,
        hub_url,
        updated,
        events: &events,
    };
    official::listing(&listing, shape)
}
