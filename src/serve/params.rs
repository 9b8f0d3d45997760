//! What exactly does a request ask for, and what is wrong with it?

use actix_web::HttpRequest;
use actix_web::http::header;
use url::{Url, form_urlencoded};

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;
use crate::feeds::{Limit, Selection};
use crate::render::Format;

use super::error::{Mistake, Problem};
use super::{State, negotiate};

/// How many subjects may be joined with `+`.
pub(super) const SUBJECTS_MAX: usize = 40;

/// The most items of a feed.
pub(super) const LIMIT_MAX: usize = 2_000;

/// What may stand behind the `?` of a feed's address.
const PARAMETERS: &str = "type, limit";

/// A request for a feed, understood and put into its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FeedRequest {
    /// Sorted, each once.
    pub(super) subjects: Vec<SubjectId>,
    /// All watched subjects were meant.
    pub(super) all: bool,
    pub(super) selection: Selection,
    pub(super) form: negotiate::Form,
    /// The public address of the service, without a slash at the end.
    pub(super) base: String,
}

/// Reads the path and the query of `/subjects/{subjects}`.
pub(super) fn subjects(request: &HttpRequest, state: &State) -> Result<FeedRequest, Problem> {
    // The router leaves `+` as it came; some clients encode it.
    let path = request.match_info().query("subjects").replace("%2B", "+").replace("%2b", "+");
    let (list, form) = match path.rsplit_once('.').and_then(|(list, ending)| Some((list, format(ending)?))) {
        Some((list, format)) => (list, negotiate::Form::Feed(format)),
        None => (path.as_str(), negotiate::form(request)),
    };
    let (subjects, all) = subject_list(list, state)?;
    let selection = selection(request.query_string(), state)?;
    Ok(FeedRequest { subjects, all, selection, form, base: base(request, state)? })
}

fn format(ending: &str) -> Option<Format> {
    ending.to_ascii_lowercase().parse().ok()
}

fn subject_list(list: &str, state: &State) -> Result<(Vec<SubjectId>, bool), Problem> {
    if list.eq_ignore_ascii_case("all") {
        let mut watched = state.collector.watched().to_vec();
        watched.sort_unstable();
        return if watched.is_empty() { Err(Problem::nothing_watched()) } else { Ok((watched, true)) };
    }
    let (mut subjects, mut unknown, mut position) = (Vec::new(), Vec::new(), 0);
    for name in list.split('+') {
        match SubjectId::parse(name) {
            Ok(subject) => subjects.push(subject),
            Err(error) => unknown.push((position, error)),
        }
        position += name.chars().count() + 1;
    }
    if !unknown.is_empty() {
        unknown.truncate(SUBJECTS_MAX);
        return Err(Problem::unknown_subject(&unknown));
    }
    subjects.sort_unstable();
    subjects.dedup();
    if subjects.len() > SUBJECTS_MAX {
        return Err(Problem::bad_request(vec![Mistake {
            code: "too-many-subjects",
            parameter: "subjects".to_owned(),
            position: 0,
            length: list.chars().count(),
            message: format!("{} subjects are joined", subjects.len()),
            hint: format!("join at most {SUBJECTS_MAX}, or ask for an archive such as cs"),
        }]));
    }
    Ok((subjects, false))
}

/// The selection when nothing is chosen.
pub(super) fn default_selection(state: &State) -> Selection {
    Selection {
        types: AnnounceType::ALL.to_vec(),
        days: state.options.feed_days,
        limit: Limit::Usual(state.options.feed_limit),
    }
}

fn selection(query: &str, state: &State) -> Result<Selection, Problem> {
    let mut selection = default_selection(state);
    let (mut seen, mut mistakes) = (Vec::new(), Vec::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value_length = value.chars().count();
        let whole = |code, message, hint: &str| Mistake {
            code,
            parameter: shortened(&name),
            position: 0,
            length: value_length,
            message,
            hint: hint.to_owned(),
        };
        if seen.contains(&name) {
            let message = format!("`{}` is given twice", shortened(&name));
            mistakes.push(whole(
                "repeated-parameter",
                message,
                "give it once, with a list where it takes one",
            ));
            continue;
        }
        match &*name {
            "type" => match types(&value) {
                Ok(types) => selection.types = types,
                Err(errors) => mistakes.extend(errors),
            },
            "limit" => {
                if let Ok(limit @ 1..=LIMIT_MAX) = value.parse() {
                    selection.limit = Limit::Chosen(limit);
                } else {
                    let message = format!("`limit` is `{}`", shortened(&value));
                    mistakes.push(whole("bad-limit", message, &format!("a number from 1 to {LIMIT_MAX}")));
                }
            }
            _ => {
                let message = format!("unknown parameter `{}`", shortened(&name));
                mistakes.push(whole("unknown-parameter", message, &format!("known here: {PARAMETERS}")));
            }
        }
        seen.push(name);
    }
    if mistakes.is_empty() { Ok(selection) } else { Err(Problem::bad_request(mistakes)) }
}

/// A comma list of announcement types, put into the page's order.
fn types(list: &str) -> Result<Vec<AnnounceType>, Vec<Mistake>> {
    let (mut types, mut mistakes, mut position) = (Vec::new(), Vec::new(), 0);
    for name in list.split(',') {
        match name.trim().parse::<AnnounceType>() {
            Ok(kind) => types.push(kind),
            Err(_) => mistakes.push(Mistake {
                code: "unknown-type",
                parameter: "type".to_owned(),
                position,
                length: name.chars().count(),
                message: format!("unknown type `{}`", shortened(name)),
                hint: "new, cross, replace, replace-cross".to_owned(),
            }),
        }
        position += name.chars().count() + 1;
    }
    types.sort_unstable();
    types.dedup();
    if mistakes.is_empty() { Ok(types) } else { Err(mistakes) }
}

/// What is shown of a value that came from outside.
pub(super) fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// The public address: from the settings, else from the request's `Host`.
pub(super) fn base(request: &HttpRequest, state: &State) -> Result<String, Problem> {
    if let Some(base) = &state.options.base_url {
        return Ok(base.as_str().trim_end_matches('/').to_owned());
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.filter(|host| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
    });
    let url =
        host.and_then(|host| Url::parse(&format!("http://{host}")).ok()).ok_or_else(Problem::bad_host)?;
    Ok(url.origin().ascii_serialization())
}
