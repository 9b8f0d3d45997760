//! A feed as a page, with notices about its subjects.

use jiff::civil::Date;

use crate::domain::event::Event;
use crate::domain::feed::{Feed, FeedUrl};
use crate::domain::presentation::{Choice, Sort};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::feeds::{FeedSpec, Scope, changes_html};
use crate::render::page::{self, HtmlView, Notice, Site};

use crate::serve::http::negotiate::Representation;
use crate::serve::http::public_url;
use crate::serve::request::feed_request::FeedRequest;
use crate::serve::request::form_state::encoded;
use crate::serve::state::State;

/// A request for a page, with what its reader should know of the subjects; any other as it is.
pub(in crate::serve) fn with_notices(
    mut request: FeedRequest,
    subjects: &[SubjectId],
    state: &State,
) -> FeedRequest {
    if request.form == Representation::Page {
        let notices: Vec<Notice> = subjects.iter().filter_map(|subject| notice(*subject, state)).collect();
        if !notices.is_empty() {
            request.view.get_or_insert_default().notices = notices;
        }
    }
    request
}

fn notice(subject: SubjectId, state: &State) -> Option<Notice> {
    let status = state.collector.status(subject)?;
    let verdict = status.outcome.verdict;
    let is_well = matches!(verdict, Verdict::Complete | Verdict::Quiet | Verdict::Unread);
    let words = format!("{verdict}: {}", status.outcome.reason);
    (!is_well).then(|| Notice { subject, words, newest: state.working_set.newest(&[subject]) })
}

/// The page of a feed.
pub(in crate::serve) fn page(request: &FeedRequest, feed: &Feed, events: &[Event], newest: Date) -> String {
    let asked = &request.spec;
    let shown = &asked.presentation;
    let changes = |event| changes_html(event, shown.text).filter(|_| shown.changes);
    let changes: Vec<Option<String>> = events.iter().map(changes).collect();
    let own = Site::below(public_url::path(&request.base));
    // What is among files says so.
    let site = request.view.as_ref().map(|view| &view.site).filter(|site| !site.is_service()).unwrap_or(&own);
    let builder = builder(asked).filter(|_| site.is_service()).map(|address| site.link(&address));
    page::html_view(&HtmlView {
        feed,
        events,
        changes: &changes,
        text: shown.text,
        is_by_day: asked.selection.sort == Sort::Date,
        newest,
        days: asked.selection.days,
        page: request.view.as_ref().map_or(1, |view| view.page.max(1)),
        notices: request.view.as_ref().map_or(&[], |view| &view.notices),
        builder: builder.as_deref(),
        site,
        folder: folder(&feed.base_url, &request.base),
    })
}

/// Where a feed's own page is below the public address, such as `subjects/cs.DC`.
pub(in crate::serve) fn folder<'a>(url: &'a FeedUrl, base: &str) -> &'a str {
    url.stem.strip_prefix(base).unwrap_or_default().trim_start_matches('/')
}

/// The start page with the choices that make this feed; none for a feed of the configuration.
fn builder(asked: &FeedSpec) -> Option<String> {
    let (selection, shown) = (&asked.selection, &asked.presentation);
    let rule = match &asked.scope {
        Scope::Named(_) => return None,
        Scope::Keyword(_, phrase, _) => match &selection.query {
            Some(query) => phrase.and(query).canonical().to_owned(),
            None => phrase.canonical().to_owned(),
        },
        _ => selection.query.as_ref().map(|query| query.canonical().to_owned()).unwrap_or_default(),
    };
    let list = |names: Vec<&str>| names.join(",");
    let days = selection.days.to_string();
    let parameters = [
        ("subjects", list(asked.scope.subjects().iter().map(|subject| subject.as_str()).collect())),
        ("type", list(selection.types.iter().map(|kind| kind.as_str()).collect())),
        ("q", rule),
        ("days", if selection.days == asked.default.0.days { String::new() } else { days }),
        ("text", if shown.text == asked.default.1.text { "" } else { shown.text.as_str() }.to_owned()),
        (
            "profile",
            if shown.profile == asked.default.1.profile { "" } else { shown.profile.as_str() }.to_owned(),
        ),
    ];
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    Some(format!("/?{}", query.join("&")))
}
