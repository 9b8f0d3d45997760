//! The status page and `/status.json`: for each subject, how its last reads ended.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::collect::{KnownSubject, ReplicaStatus};
use crate::domain::mailing;
use crate::domain::outcome::{Day, EntryCounts};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::render::page;
use crate::render::page::{SettingsStatus, Site, StatusPage, SubjectStatus};

use crate::serve::answer::respond;
use crate::serve::answer::service_links::service_links;
use crate::serve::api::push_status;
use crate::serve::api::timestamp::timestamp;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::http::fields::JSON;
use crate::serve::http::public_url;
use crate::serve::reload_status::ReloadStatus;
use crate::serve::request::feed_request;
use crate::serve::state::State;

/// How many calendar days are shown of each subject.
const DAYS_SHOWN: i64 = 14;

/// `/status`
pub(in crate::serve) async fn page(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    if let Err(problem) = feed_request::no_parameters(&request, &state.options) {
        return problem.respond(&request);
    }
    let mut status = status(&state);
    status.site = Site::below(&public_url::path_of(&request));
    let replica = state.collector.replica();
    if let Some((trouble, since)) = replica.store_error {
        let since = timestamp(since);
        status.upstream = format!("{}; nothing is new here since {since}: {trouble}", status.upstream);
    } else if !replica.leads {
        status.upstream = format!("{}, by another replica", status.upstream);
    }
    let body = page::status(&status);
    respond::document(&request, &RenderedDocument::undated(body, page::CONTENT_TYPE), "no-cache")
}

/// `/status.json`
pub(in crate::serve) async fn json(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    if let Err(problem) = feed_request::no_parameters(&request, &state.options) {
        return problem.respond(&request);
    }
    let (replica, settings) = (state.collector.replica().into(), (&*state.reload_status).into());
    let push = state.push.report.as_ref().map(|report| report().into());
    let body = report(status(&state), replica, settings, push);
    let mut response = respond::document(&request, &RenderedDocument::undated(body, JSON), "no-cache");
    response.headers_mut().insert(header::LINK, service_links(&public_url::path_of(&request)));
    response
}

fn report(
    status: StatusPage,
    replica: ReplicaReport,
    settings: SettingsReport,
    push: Option<push_status::PushStatus>,
) -> String {
    serde_json::to_string(&Report { replica, settings, push, ..status.into() }).unwrap_or_default()
}

/// The status page and `status.json` for an export, with the time of the last read as the current time.
///
/// `has_page` says which subjects have one.
pub(in crate::serve) fn files(
    state: &State,
    site: Site,
    has_page: &dyn Fn(SubjectId) -> bool,
) -> (String, String) {
    let known = state.collector.subjects();
    let reads = known.iter().flat_map(|(_, known)| {
        known.status.iter().map(|status| status.attempted).chain(known.days.values().map(|day| day.read))
    });
    let oldest = || mailing::moment(mailing::newest_due(state.clock.now()));
    let mut status = status_at(reads.max().unwrap_or_else(oldest), state);
    status.site = site;
    status.subjects.retain(|subject| state.collector.watched().contains(&subject.subject));
    for subject in &mut status.subjects {
        subject.next_attempt = None;
        subject.has_page = has_page(subject.subject);
    }
    // When these settings were read is nothing that a file should change for.
    let settings = (&ReloadStatus::at_start(status.now)).into();
    (page::status(&status), report(status, ReplicaReport::default(), settings, None))
}

fn status(state: &State) -> StatusPage {
    status_at(state.clock.now(), state)
}

fn status_at(now: Timestamp, state: &State) -> StatusPage {
    let newest_due = mailing::newest_due(now);
    StatusPage {
        upstream: state.collector.upstream(),
        now,
        newest_due,
        next_mailing: mailing::moment(mailing::next_due(now)),
        settings: SettingsStatus {
            loaded: state.reload_status.at,
            refused: state
                .reload_status
                .refused
                .as_ref()
                .map(|refused| (refused.at, refused.mistakes.clone())),
            needs_restart: state.reload_status.needs_restart.clone(),
        },
        subjects: state
            .collector
            .subjects()
            .into_iter()
            .map(|(subject, known)| subject_status(subject, known, newest_due))
            .collect(),
        site: Site::default(),
    }
}

fn subject_status(subject: SubjectId, known: KnownSubject, newest_due: Date) -> SubjectStatus {
    let gaps = known.days.values().filter(|day| day.verdict == Verdict::Gap).map(|day| day.date).collect();
    let days = (0..DAYS_SHOWN).rev().map(|back| {
        let date = newest_due.saturating_sub(SignedDuration::from_hours(24 * back));
        // A page that came back short has no day of its own until it is kept.
        let short = || {
            let status = known.status.as_ref().filter(|status| status.outcome.date == Some(date))?;
            Day::of(&status.outcome, status.attempted).filter(|day| day.verdict == Verdict::Incomplete)
        };
        (date, known.days.get(&date).cloned().or_else(short))
    });
    let days = days.collect();
    let read = known.days.values().filter(|day| day.verdict != Verdict::Gap);
    let history = read.map(|day| (day.date, day.counts.total())).collect();
    let status = known.status;
    SubjectStatus {
        subject,
        verdict: status.as_ref().map_or(Verdict::Unread, |status| status.outcome.verdict),
        reason: status
            .as_ref()
            .map_or_else(|| "not read yet".to_owned(), |status| status.outcome.reason.clone()),
        counts: status.as_ref().map(|status| status.outcome.counts).unwrap_or_default(),
        attempted: status.as_ref().map(|status| status.attempted),
        proved: status.as_ref().and_then(|status| status.proved),
        next_attempt: status.as_ref().map(|status| status.next_attempt),
        days,
        gaps,
        history,
        has_page: true,
    }
}

#[derive(Serialize)]
struct Report {
    upstream: String,
    now: String,
    newest_due: String,
    next_mailing: String,
    replica: ReplicaReport,
    settings: SettingsReport,
    /// The state of the hub and the webhooks, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    push: Option<push_status::PushStatus>,
    subjects: Vec<SubjectReport>,
}

#[derive(Default, Serialize)]
struct SettingsReport {
    loaded: String,
    /// Why then: `start`, `SIGHUP`, `file`, `again`.
    loaded_by: &'static str,
    /// When others were refused; the mistakes say why.
    refused: Option<String>,
    mistakes: Vec<String>,
    needs_restart: Vec<&'static str>,
}

#[derive(Default, Serialize)]
struct ReplicaReport {
    /// This replica reads from the upstream.
    leads: bool,
    /// Why the store cannot be used, and since when.
    trouble: Option<String>,
    trouble_since: Option<String>,
}

#[derive(Serialize)]
struct SubjectReport {
    subject: &'static str,
    name: &'static str,
    verdict: &'static str,
    reason: String,
    counts: EntryCounts,
    last_read: Option<String>,
    last_proved: Option<String>,
    next_attempt: Option<String>,
    /// Mailing days of the last two weeks, the oldest first; `unread` where nothing is known.
    days: Vec<DayReport>,
    gaps: Vec<String>,
}

#[derive(Serialize)]
struct DayReport {
    date: String,
    verdict: &'static str,
    counts: EntryCounts,
    missing: u32,
    read: Option<String>,
}

impl From<StatusPage> for Report {
    fn from(status: StatusPage) -> Self {
        Self {
            upstream: status.upstream,
            now: timestamp(status.now),
            newest_due: status.newest_due.to_string(),
            next_mailing: timestamp(status.next_mailing),
            replica: ReplicaReport::default(),
            settings: SettingsReport::default(),
            push: None,
            subjects: status.subjects.into_iter().map(SubjectReport::from).collect(),
        }
    }
}

impl From<&ReloadStatus> for SettingsReport {
    fn from(loaded: &ReloadStatus) -> Self {
        let refused = loaded.refused.as_ref();
        Self {
            loaded: timestamp(loaded.at),
            loaded_by: loaded.by.as_str(),
            refused: refused.map(|refused| timestamp(refused.at)),
            mistakes: refused.map(|refused| refused.mistakes.clone()).unwrap_or_default(),
            needs_restart: loaded.needs_restart.clone(),
        }
    }
}

impl From<ReplicaStatus> for ReplicaReport {
    fn from(replica: ReplicaStatus) -> Self {
        let (trouble, since) = replica.store_error.unzip();
        Self { leads: replica.leads, trouble, trouble_since: since.map(timestamp) }
    }
}

impl From<SubjectStatus> for SubjectReport {
    fn from(status: SubjectStatus) -> Self {
        let days = status.days.into_iter().filter(|(date, day)| day.is_some() || mailing::has_mailing(*date));
        Self {
            subject: status.subject.as_str(),
            name: status.subject.name(),
            verdict: status.verdict.as_str(),
            reason: status.reason,
            counts: status.counts,
            last_read: status.attempted.map(timestamp),
            last_proved: status.proved.map(timestamp),
            next_attempt: status.next_attempt.map(timestamp),
            days: days.map(|(date, day)| day_report(date, day)).collect(),
            gaps: status.gaps.iter().map(ToString::to_string).collect(),
        }
    }
}

fn day_report(date: Date, day: Option<Day>) -> DayReport {
    DayReport {
        date: date.to_string(),
        verdict: day.as_ref().map_or(Verdict::Unread, |day| day.verdict).as_str(),
        counts: day.as_ref().map(|day| day.counts).unwrap_or_default(),
        missing: day.as_ref().map_or(0, |day| day.missing),
        read: day.map(|day| timestamp(day.read)),
    }
}
