//! The start page: a form that makes a feed, with a preview.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use url::{Host, Url};

use crate::domain::presentation::{Choice, Profile, TextMode};
use crate::domain::preview::Preview;
use crate::domain::taxonomy::SubjectId;
use crate::feeds::{self as make, Budget, FeedSpec, Scope};
use crate::filter::{PLACES, TooMuchWork};
use crate::render::page::{self, BuiltFeed, Fields, Site, StartPage};

use crate::serve::answer::respond;
use crate::serve::answer::service_links::service_links;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::documents::render_queue::RenderClass;
use crate::serve::documents::render_task::run_blocking;
use crate::serve::feed::costly;
use crate::serve::feed::sources::all_subjects;
use crate::serve::http::public_url;
use crate::serve::http::request_id::RequestId;
use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::Problem;
use crate::serve::problem::response;
use crate::serve::problem::size::DIAGNOSTICS_MAX;
use crate::serve::request::form_state::{FormState, encoded, fields_of};
use crate::serve::request::parameter_value;
use crate::serve::request::query_parameters::{FEED, QueryParameters, SHOWN};
use crate::serve::request::{base_url, feed_request};
use crate::serve::state::State;

/// Where the form of the page leads, so that what came of it is in sight.
const OUTCOME: &str = "#feed";

/// `/`: the choices, the feed that they make and what it brings now.
pub(in crate::serve) async fn start(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let read = FormState::read(request.query_string()).and_then(|choices| {
        let base = base_url::of(&request, &state.options)?;
        Ok((choices, base))
    });
    let (choices, base) = match read {
        Ok(read) => read,
        Err(problem) => return problem.respond(&request),
    };
    let class = if feed_request::may_hold_regex(request.query_string()) {
        RenderClass::Costly
    } else {
        RenderClass::Ordinary
    };
    let ticket = state.render_ticket(state.clients.quota_key_of(&request), class);
    let making = {
        let state = state.clone();
        run_blocking(&ticket, RequestId::of(&request), move || {
            match choices.settled(&state.options) {
                Ok(choices) => outcome(&choices, &base, &state),
                // The address that the browser then shows is short, says all, and can be shared.
                Err(address) => Ok(Outcome::Elsewhere(address)),
            }
        })
    };
    match making.await {
        Ok(Outcome::Page(body)) => {
            let document = RenderedDocument::undated(body, page::CONTENT_TYPE);
            let mut response = respond::document(&request, &document, "no-cache");
            response.headers_mut().insert(header::LINK, service_links(&public_url::path_of(&request)));
            response
        }
        Ok(Outcome::RefusedSettings(body)) => response::refused_on(body),
        Ok(Outcome::Elsewhere(address)) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("{}{address}{OUTCOME}", public_url::path_of(&request))))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .finish(),
        Err(problem) => problem.respond(&request),
    }
}

/// What comes of the choices.
enum Outcome {
    Page(String),
    /// The page with mistakes on it.
    RefusedSettings(String),
    /// The page has another address.
    Elsewhere(String),
}

fn outcome(choices: &FormState, base: &str, state: &State) -> Result<Outcome, Problem> {
    let (asked, mut mistakes) = match asked(choices, &state.options) {
        Ok(asked) => (Some(asked), Vec::new()),
        Err(problem) => (None, page_mistakes(&problem)),
    };
    let typed = choices.unknown.join(" ");
    if !choices.unknown.is_empty()
        && let Err(problem) = parameter_value::subject_list(&typed, ' ')
    {
        mistakes.extend(page_mistakes(&problem));
    }
    let asked = asked.filter(|_| mistakes.is_empty());
    let chosen = if choices.subjects.is_empty() {
        all_subjects(state).unwrap_or_default()
    } else {
        choices.subjects.clone()
    };
    let cold: Vec<SubjectId> =
        chosen.iter().copied().filter(|subject| !state.working_set.holds(*subject)).collect();
    let (mut asked, mut preview) = (asked, None);
    if let Some(known) = &asked {
        match look(known, &chosen, state) {
            Ok(seen) => preview = Some(seen),
            Err(why) => {
                let problem = costly::too_much_work(known, why);
                if problem.diagnostics().is_empty() {
                    return Err(problem);
                }
                mistakes.extend(page_mistakes(&problem));
                asked = None;
            }
        }
    }
    let site = Site::below(public_url::path(base));
    let share = site.link(&choices.address(&state.options));
    let made =
        asked.as_ref().filter(|_| !chosen.is_empty()).map(|asked| ChosenFeed::of(asked, &chosen, base));
    let made = match &made {
        Some(made) => Ok(made.shown(&share, base)),
        None if mistakes.is_empty() => Err("Choose a subject first: none is read here yet."),
        None => Err("The feed comes back when the mistakes are mended."),
    };
    let fields = fields_of(&choices.rule, &state.options);
    let place = PLACES.iter().find(|(place, _)| *place == fields.place).map_or("all", |(_, name)| name);
    let named: Vec<(&str, &str)> =
        state.options.named.iter().map(|named| (named.slug.as_str(), named.title.as_str())).collect();
    let days =
        if choices.days.is_empty() { state.options.feed_days.to_string() } else { choices.days.clone() };
    let body = page::start_page(&StartPage {
        site: &site,
        subjects: &choices.subjects,
        typed: &typed,
        types: asked.as_ref().map_or(choices.usual_types(), |asked| &asked.selection.types),
        rule: &choices.rule,
        fields: Fields { place, words: &fields.words, authors: &fields.authors, without: &fields.without },
        days: &days,
        days_max: state.options.feed_days_max,
        text: TextMode::named(&choices.text).unwrap_or_default(),
        profile: Profile::named(&choices.profile).unwrap_or_default(),
        mistakes: &mistakes,
        made,
        preview: preview.as_ref(),
        cold: &cold,
        named: &named,
        is_begun: choices.is_begun(),
    });
    Ok(if mistakes.is_empty() { Outcome::Page(body) } else { Outcome::RefusedSettings(body) })
}

/// The feed that the choices make, by the same reading as the feed's own address has.
fn asked(choices: &FormState, options: &ServiceOptions) -> Result<FeedSpec, Problem> {
    let is_everything = choices.subjects.is_empty() && !choices.is_search();
    // The feed of everything has replacements, which is more than a newcomer wants to see.
    let types = if is_everything && choices.types.is_empty() { "new,cross" } else { &choices.types };
    let parameters = [
        ("q", &*choices.rule),
        ("type", types),
        ("days", &choices.days),
        ("text", &choices.text),
        ("profile", &choices.profile),
    ];
    let query: Vec<String> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let given = QueryParameters::parse(&query.join("&"), options, &[&["q"], FEED, SHOWN])?;
    let scope = match (choices.subjects.is_empty(), choices.is_search()) {
        (true, true) => Scope::Search(Vec::new()),
        (true, false) => Scope::Everything,
        (false, _) => Scope::Subjects(parameter_value::sorted(choices.subjects.clone())?),
    };
    feed_request::spec(scope, given, choices.usual_types(), options)
}

fn page_mistakes(problem: &Problem) -> Vec<page::FieldDiagnostic> {
    let mistake = |mistake: &crate::serve::problem::details::ParameterDiagnostic| page::FieldDiagnostic {
        parameter: mistake.parameter.clone(),
        position: mistake.position,
        length: mistake.length,
        message: mistake.message.clone(),
        hint: mistake.hint.clone(),
    };
    problem.diagnostics().iter().take(DIAGNOSTICS_MAX).map(mistake).collect()
}

/// What the feed would bring of what was read; nothing is read for it.
fn look(asked: &FeedSpec, subjects: &[SubjectId], state: &State) -> Result<Preview, TooMuchWork> {
    let sources = state.working_set.sources(subjects);
    let mut preview =
        Budget::of_an_address(|budget| make::preview(&state.working_set, &sources, asked, budget))?;
    preview.sources.retain(|(subject, number)| subjects.contains(subject) || *number > 0);
    Ok(preview)
}

/// A feed with its addresses, before it is shown.
struct ChosenFeed {
    title: String,
    url: crate::domain::feed::FeedUrl,
    page_url: String,
    slack_url: String,
    matrix_url: String,
    section: String,
}

impl ChosenFeed {
    fn of(asked: &FeedSpec, subjects: &[SubjectId], base: &str) -> Self {
        let url = make::url(asked, base);
        let is_usual = asked.presentation.profile == asked.default.1.profile;
        let written_for = |profile: Profile, format: &str| {
            let mut asked = asked.clone();
            if is_usual {
                asked.presentation.profile = profile;
                asked.presentation.summary = profile.summary();
            }
            make::url(&asked, base).with_extension(format)
        };
        Self {
            title: make::title(asked),
            page_url: if url.query.is_empty() {
                url.stem.clone()
            } else {
                format!("{}?{}", url.stem, url.query)
            },
            slack_url: written_for(Profile::Slack, "rss"),
            matrix_url: written_for(Profile::Matrix, "rss"),
            section: make::section(asked, subjects),
            url,
        }
    }

    fn shown<'a>(&'a self, share: &'a str, base: &str) -> BuiltFeed<'a> {
        BuiltFeed {
            title: &self.title,
            url: &self.url,
            page_url: &self.page_url,
            slack_url: &self.slack_url,
            matrix_url: &self.matrix_url,
            section: &self.section,
            share,
            is_local: is_local(base),
        }
    }
}

fn is_local(base: &str) -> bool {
    match Url::parse(base).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
