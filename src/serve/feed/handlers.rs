//! How is a request for a feed answered?

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::event::Event;
use crate::domain::mailing;
use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;
use crate::feeds::{self as make, Asked, Budget, Scope};
use crate::render;

use crate::serve::answer::freshness::Freshness;
use crate::serve::answer::respond;
use crate::serve::documents::cache::{Found, Key};
use crate::serve::documents::document::{Document, Tag, fingerprint};
use crate::serve::documents::render_queue::Turn;
use crate::serve::documents::render_task::written;
use crate::serve::feed::costly::{too_much_work, turn, understood};
use crate::serve::feed::{html_view, official};
use crate::serve::http::negotiate;
use crate::serve::http::negotiate::Form;
use crate::serve::http::request_id::RequestId;
use crate::serve::http::{coding, delta};
use crate::serve::problem::details::Problem;
use crate::serve::request::feed_request;
use crate::serve::request::feed_request::FeedRequest;
use crate::serve::request::public_url;
use crate::serve::state::State;

/// How long a read takes beyond the wait for its turn, for the estimate that a reader is given.
const READ_SECONDS: u64 = 10;

/// When a reader is to come back to a service that stops: a restart takes seconds.
const STOPPING_RETRY: Duration = Duration::from_secs(9);

/// `/subjects/{subjects}[.{format}]`
pub(in crate::serve) async fn subjects(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = understood(&request, &state, "subjects", feed_request::subjects).await;
    answer(&request, &state, asked).await
}

/// `/search[.{format}]?q=…`
pub(in crate::serve) async fn search(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = understood(&request, &state, "search", feed_request::search).await;
    answer(&request, &state, asked).await
}

/// `/keywords/{keyword}[.{format}]` and `/keywords[.{format}]?keyword=…`
pub(in crate::serve) async fn keyword(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = understood(&request, &state, "keyword", feed_request::keyword).await;
    answer(&request, &state, asked).await
}

/// `/named/{slug}[.{format}]`
pub(in crate::serve) async fn named_feed(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let asked = understood(&request, &state, "slug", feed_request::named).await;
    answer(&request, &state, asked).await
}

pub(in crate::serve) async fn answer(
    request: &HttpRequest,
    state: &State,
    asked: Result<FeedRequest, Problem>,
) -> HttpResponse {
    let answered = async {
        let asked = asked?;
        if negotiate::is_negotiated(request.path()) && !negotiate::is_acceptable(request) {
            return Err(Problem::no_form());
        }
        let versions = respond::versions(state);
        let subjects = named(&asked.asked, state)?;
        state.collector.admit(&subjects).map_err(|error| Problem::not_admitted(error.to_string()))?;
        let was_read_now = warm(&subjects, state).await?;
        let asked = html_view::noted(asked, &subjects, state);
        let turn = turn(&asked, state.clients.household_of(request), state);
        let whole = document(&asked, &subjects, None, RequestId::of(request), &turn, state).await?;
        let found = unseen(request, &asked, &subjects, &whole, &turn, state).await?.unwrap_or(whole);
        let freshness = Freshness::of(&subjects, state);
        respond::kept(request, state, found, versions, &freshness, was_read_now).await
    };
    answered.await.unwrap_or_else(|problem: Problem| problem.respond(request))
}

/// The part of a feed that its asker has not seen, where that will do and is less than the whole.
async fn unseen(
    request: &HttpRequest,
    asked: &FeedRequest,
    subjects: &[SubjectId],
    whole: &Found,
    turn: &Turn,
    state: &State,
) -> Result<Option<Found>, Problem> {
    let seen = delta::seen(request, &state.options.delta_agents);
    let is_current = coding::best(request.headers())
        .is_some_and(|coding| respond::is_current(request.headers(), &whole.document, coding));
    // A digest is seen as a whole or not at all.
    let is_digest = asked.asked.presentation.digest.is_some();
    if seen.is_empty() || is_current || is_digest || asked.form == Form::Page {
        return Ok(None);
    }
    let Some((tag, items)) = state.documents.version(&seen).await else { return Ok(None) };
    if tag == whole.document.tag() || !whole.document.items().iter().any(|item| items.contains(item)) {
        return Ok(None);
    }
    let since = Since { tag, items, whole: whole.document.tag() };
    document(asked, subjects, Some(since), RequestId::of(request), turn, state).await.map(Some)
}

/// Makes sure that every subject was read once, and says whether that was now; readers of the same subject share the
/// read.
pub(in crate::serve) async fn warm(subjects: &[SubjectId], state: &State) -> Result<bool, Problem> {
    let cold: Vec<SubjectId> =
        subjects.iter().copied().filter(|subject| !state.shelf.holds(*subject)).collect();
    if cold.is_empty() {
        return Ok(false);
    }
    if state.collector.is_stopping() {
        return Err(stopping());
    }
    let wait = state.options.cold_wait;
    let mut reads = Vec::new();
    for subject in &cold {
        refuse_if_it_just_failed(*subject, state)?;
        let (collector, subject) = (state.collector.clone(), *subject);
        let filled = collector.fills_within(wait);
        reads.push(tokio::spawn(async move { collector.first_read(subject, filled).await }));
    }
    let all = async {
        let mut outcomes = Vec::new();
        for read in reads {
            outcomes.push(read.await.ok().flatten());
        }
        outcomes
    };
    let outcomes: Vec<Option<ReadOutcome>> = tokio::time::timeout(wait, all).await.unwrap_or_default();
    if let Some(subject) = cold.iter().find(|subject| !state.shelf.holds(**subject)) {
        let outcome = outcomes.iter().flatten().find(|outcome| outcome.subject == *subject);
        if state.collector.is_stopping() {
            return Err(stopping());
        }
        if let Some(outcome) = outcome {
            return Err(not_read(*subject, outcome.verdict, &outcome.reason, until_next(*subject, state)));
        }
        let reads = u32::try_from(cold.len()).unwrap_or(u32::MAX);
        let estimate = state.collector.wait_estimate() + state.collector.pause() * reads;
        let detail = format!("{subject} is being read from arXiv for the first time; ask again shortly");
        return Err(Problem::not_read_yet(detail, estimate + Duration::from_secs(READ_SECONDS)));
    }
    Ok(true)
}

/// What readers hear whose subject is not read any more, for the service ends.
fn stopping() -> Problem {
    Problem::not_read_yet("the service is stopping; ask again when it is back".to_owned(), STOPPING_RETRY)
}

/// A subject that could not be read is not asked for again because a reader does; its time will come.
fn refuse_if_it_just_failed(subject: SubjectId, state: &State) -> Result<(), Problem> {
    match state.collector.status(subject) {
        Some(status) if status.next_attempt > state.clock.now() => {
            let ReadOutcome { verdict, reason, .. } = &status.outcome;
            Err(not_read(subject, *verdict, reason, until_next(subject, state)))
        }
        _ => Ok(()),
    }
}

fn not_read(
    subject: SubjectId,
    verdict: crate::domain::verdict::Verdict,
    reason: &str,
    retry: Duration,
) -> Problem {
    Problem::not_read_yet(format!("{subject} could not be read from arXiv yet: {verdict}: {reason}"), retry)
}

fn until_next(subject: SubjectId, state: &State) -> Duration {
    let next =
        state.collector.status(subject).map(|status| status.next_attempt.duration_since(state.clock.now()));
    next.and_then(|wait| wait.try_into().ok()).unwrap_or_default()
}

/// What an asker has seen of a feed.
#[derive(Clone, Debug)]
struct Since {
    tag: Tag,
    items: Arc<[u64]>,
    /// The tag of the feed as it is now.
    whole: Tag,
}

async fn document(
    asked: &FeedRequest,
    subjects: &[SubjectId],
    since: Option<Since>,
    id: Option<RequestId>,
    turn: &Turn,
    state: &State,
) -> Result<Found, Problem> {
    let sources = state.shelf.sources(subjects);
    let generation = state.shelf.generation(&sources);
    let key = Key {
        request: asked.clone().into(),
        sources: sources.clone(),
        generation,
        since: since.as_ref().map(|since| since.tag),
    };
    let render = || {
        let (asked, state) = (asked.clone(), state.clone());
        let (sources, since) = (sources.clone(), since.clone());
        written(turn, id.clone(), move || render(&asked, &sources, since.as_ref(), &state))
    };
    state.documents.get(key, turn, render).await
}

/// A feed as it is now, for a file; none while a subject of it was never read.
pub(in crate::serve) fn for_a_file(asked: FeedRequest, state: &State) -> Option<Document> {
    let subjects = named(&asked.asked, state).ok()?;
    let is_read = subjects.iter().all(|subject| state.shelf.holds(*subject));
    if !is_read {
        return None;
    }
    let asked = html_view::noted(asked, &subjects, state);
    render(&asked, &state.shelf.sources(&subjects), None, state).ok()
}

/// Renders a feed again whose content has changed, before its readers ask; one that costs much and that a reader made
/// up is rendered when it is asked for.
pub(in crate::serve) async fn renew(asked: &FeedRequest, state: &State) -> Option<Found> {
    let is_configured = matches!(asked.asked.scope, Scope::Named(_));
    let has_rule = asked.asked.selection.query.is_some() || asked.asked.selection.aliases.is_some();
    if asked.asked.is_costly() && (has_rule || !is_configured) {
        return None;
    }
    let subjects = named(&asked.asked, state).ok()?;
    let turn = Turn::own(state, turn(asked, None, state).class);
    document(asked, &subjects, None, None, &turn, state).await.ok()
}

/// A feed as its subscribers get it, with what tells whether they have; nothing is read for it.
pub(in crate::serve) async fn as_topic(
    asked: &FeedRequest,
    client: Option<IpAddr>,
    state: &State,
) -> Result<(Arc<Document>, String), Problem> {
    let subjects = named(&asked.asked, state)?;
    state.collector.admit(&subjects).map_err(|error| Problem::not_admitted(error.to_string()))?;
    if let Some(cold) = subjects.iter().find(|subject| !state.shelf.holds(**subject)) {
        let detail = format!("{cold} has not been read from arXiv yet; ask for the feed first");
        return Err(Problem::not_read_yet(detail, state.collector.wait_estimate()));
    }
    let turn = turn(asked, client, state);
    let found = document(asked, &subjects, None, None, &turn, state).await?;
    let content = found.document.content().to_owned();
    Ok((found.document, content))
}

/// The subjects that a feed is made of: those that were named, else all that are read, as far as they have been.
fn named(asked: &Asked, state: &State) -> Result<Vec<SubjectId>, Problem> {
    if !asked.scope.subjects().is_empty() {
        return Ok(asked.scope.subjects().to_vec());
    }
    all_read(state)
}

/// All subjects that are read, as far as they have been.
pub(in crate::serve) fn all_read(state: &State) -> Result<Vec<SubjectId>, Problem> {
    let read: Vec<SubjectId> = state.collector.subjects().into_iter().map(|(subject, _)| subject).collect();
    let held: Vec<SubjectId> = read.iter().copied().filter(|subject| state.shelf.holds(*subject)).collect();
    match (held.is_empty(), read.is_empty()) {
        (false, _) => Ok(held),
        (true, false) => Ok(read),
        (true, true) => Err(Problem::nothing_watched()),
    }
}

/// The address that a document gives itself; none for a page.
fn own_url(request: &FeedRequest) -> Option<String> {
    match request.form {
        Form::Feed(format) => {
            Some(make::url(&request.asked, &request.base).with_extension(format.extension()))
        }
        Form::Official(shape) => Some(official::own_url(request, shape)),
        Form::Page => None,
    }
}

/// Which items a feed has, in words that another version of this program writes as well.
fn content(events: &[Event]) -> String {
    let mut hasher = blake3::Hasher::new();
    for event in events {
        hasher.update(format!("{} {} {}\n", event.paper.id, event.listing_date, event.published).as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn render(
    request: &FeedRequest,
    sources: &[SubjectId],
    since: Option<&Since>,
    state: &State,
) -> Result<Document, Problem> {
    let newest = state.shelf.newest(sources).unwrap_or_else(|| mailing::newest_due(state.clock.now()));
    let mut events =
        Budget::of_an_address(|budget| make::choose(&state.shelf, sources, &request.asked, budget))
            .map_err(|why| too_much_work(&request.asked, why))?;
    let updated = make::updated(&request.asked, &events, newest);
    let items: Vec<u64> = events.iter().map(fingerprint).collect();
    if let Some(since) = since {
        let mut fingerprints = items.iter();
        events.retain(|_| fingerprints.next().is_some_and(|item| !since.items.contains(item)));
    }
    let hub_url = state.outward.hub_url(&request.base);
    let content = hub_url.as_ref().map(|_| content(&events)).unwrap_or_default();
    let feed = || {
        let ids = public_url::for_ids(&request.base, &state.options);
        let bases = make::Bases { links: &request.base, ids: &ids };
        let feed = make::feed(&request.asked, &events, bases, newest);
        crate::domain::feed::Feed { updated, hub_url: hub_url.clone(), ..feed }
    };
    let (body, content_type) = match request.form {
        Form::Feed(format) => (render::feed(&feed(), format), format.content_type()),
        Form::Page => (html_view::page(request, &feed(), &events, newest), render::page::CONTENT_TYPE),
        Form::Official(shape) => {
            let listed = official::listing(request, events.clone(), updated, shape, hub_url.clone());
            (listed, shape.content_type())
        }
    };
    let mut document = Document::new(body, content_type, updated);
    if let Some(hub) = &hub_url {
        document = document.of_topic(content, hub, own_url(request).as_deref());
    }
    Ok(match since {
        Some(since) => document.part_of(since.whole),
        None => document.showing(items),
    })
}
