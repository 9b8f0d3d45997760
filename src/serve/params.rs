//! What exactly does a request ask for, and what is wrong with it?

use actix_web::HttpRequest;
use actix_web::http::header;
use url::{Url, form_urlencoded};

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::taxonomy::SubjectId;
use crate::feeds::{self as make, Asked, Limit, Scope, Selection};
use crate::filter::{self, Context, Limits, Lists, Mode, Query};
use crate::render::Format;

use super::error::{Mistake, Problem};
use super::{State, negotiate};

/// How many subjects may be joined with `+`.
pub(super) const SUBJECTS_MAX: usize = 40;

/// The most items of a feed.
pub(super) const LIMIT_MAX: usize = 2_000;

/// The longest keyword, in bytes; it stands twice in the rule that it becomes.
const KEYWORD_BYTES_MAX: usize = 400;

/// A request for a feed, understood and put into its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FeedRequest {
    pub(super) asked: Asked,
    pub(super) form: negotiate::Form,
    /// The public address of the service, without a slash at the end.
    pub(super) base: String,
}

/// What a query string says, as far as it was understood.
#[derive(Default)]
pub(super) struct Given {
    id: Option<ArxivId>,
    pub(super) types: Option<Vec<AnnounceType>>,
    pub(super) limit: Option<usize>,
    pub(super) days: Option<u32>,
    pub(super) query: Option<Query>,
    pub(super) subjects: Vec<SubjectId>,
}

/// Reads the path and the query of `/subjects/{subjects}`.
pub(super) fn subjects(request: &HttpRequest, state: &State) -> Result<FeedRequest, Problem> {
    // The router leaves `+` as it came; some clients encode it.
    let path = request.match_info().query("subjects").replace("%2B", "+").replace("%2b", "+");
    let (list, form) = form_of(&path, request);
    let scope = if list.eq_ignore_ascii_case("all") {
        Scope::Everything
    } else {
        Scope::Subjects(subject_list(list, '+')?)
    };
    let given = given(request.query_string(), state, &["q", "type", "days", "limit"])?;
    feed_request(scope, given, &AnnounceType::ALL, form, request, state)
}

/// Reads `/search[.{format}]`.
pub(super) fn search(request: &HttpRequest, state: &State) -> Result<FeedRequest, Problem> {
    let (_, form) = form_of(request.path().trim_start_matches('/'), request);
    let mut given = given(request.query_string(), state, &["q", "subjects", "type", "days", "limit"])?;
    if given.query.is_none() {
        return Err(Problem::bad_request(vec![Mistake {
            code: "no-query",
            parameter: "q".to_owned(),
            position: 0,
            length: 0,
            message: "a search needs a rule".to_owned(),
            hint: "write one behind q=, such as /search.atom?q=ti:GPU".to_owned(),
        }]));
    }
    let scope = Scope::Search(std::mem::take(&mut given.subjects));
    feed_request(scope, given, &APPEARANCES, form, request, state)
}

/// Reads `/keywords/{keyword}[.{format}]`.
pub(super) fn keyword(request: &HttpRequest, state: &State) -> Result<FeedRequest, Problem> {
    let path = request.uri().path().trim_start_matches("/keywords/");
    let (keyword, form) = form_of(path, request);
    let keyword = decoded(keyword);
    let keyword = keyword.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = keyword.chars().count();
    let mistake = |message: &str, hint: &str| {
        let (message, hint) = (message.to_owned(), hint.to_owned());
        let parameter = "keyword".to_owned();
        Problem::bad_request(vec![Mistake {
            code: "bad-keyword",
            parameter,
            position: 0,
            length,
            message,
            hint,
        }])
    };
    if keyword.len() > KEYWORD_BYTES_MAX {
        return Err(mistake(
            "the keyword is too long",
            "at most 400 bytes; use /search with a rule for more",
        ));
    }
    let mut given = given(request.query_string(), state, &["subjects", "type", "days", "limit"])?;
    let rule = filter::parse(&make::keyword_rule(&keyword), &Limits::URL, &context(&Lists::default()))
        .map_err(|_| {
            mistake("the keyword has no word in it", "write letters or digits, such as /keywords/GPU.atom")
        })?;
    given.query = Some(rule);
    let scope = Scope::Keyword(keyword, std::mem::take(&mut given.subjects));
    feed_request(scope, given, &APPEARANCES, form, request, state)
}

/// Reads `/explain?q=…&id=…`.
pub(super) fn explain(request: &HttpRequest, state: &State) -> Result<(Query, ArxivId), Problem> {
    let mut given = given(request.query_string(), state, &["q", "id"])?;
    let missing = |parameter: &str, hint: &str| Mistake {
        code: "missing-parameter",
        parameter: parameter.to_owned(),
        position: 0,
        length: 0,
        message: format!("`{parameter}` is missing"),
        hint: hint.to_owned(),
    };
    match (given.query.take(), given.id.take()) {
        (Some(query), Some(id)) => Ok((query, id)),
        (query, id) => {
            let no_query = query.is_none().then(|| missing("q", "a rule, such as q=ti:GPU"));
            let no_id = id.is_none().then(|| missing("id", "an identifier, such as id=2602.23598"));
            Err(Problem::bad_request(no_query.into_iter().chain(no_id).collect()))
        }
    }
}

/// Reads `/named/{slug}[.{format}]`.
pub(super) fn named(request: &HttpRequest, state: &State) -> Result<FeedRequest, Problem> {
    let (slug, form) = form_of(request.match_info().query("slug"), request);
    let known = &state.options.named;
    let found = known.iter().find(|named| named.slug.eq_ignore_ascii_case(slug));
    let Some(named) = found else {
        return Err(Problem::unknown_feed(slug, known.iter().map(|named| named.slug.as_str())));
    };
    let given = given(request.query_string(), state, &["q", "type", "days", "limit"])?;
    let scope = Scope::Named(named.clone());
    let default = Selection {
        types: AnnounceType::ALL.to_vec(),
        days: named.days.unwrap_or(state.options.feed_days),
        limit: named.limit.map_or(Limit::Usual(state.options.feed_limit), Limit::Chosen),
        query: None,
    };
    with_default(scope, given, default, form, request, state)
}

/// What a search shows when neither `type=` nor the rule says anything of types.
const APPEARANCES: [AnnounceType; 2] = [AnnounceType::New, AnnounceType::Cross];

fn feed_request(
    scope: Scope,
    given: Given,
    default_types: &[AnnounceType],
    form: negotiate::Form,
    request: &HttpRequest,
    state: &State,
) -> Result<FeedRequest, Problem> {
    let names_a_type = given.query.as_ref().is_some_and(Query::names_a_type);
    let types = if names_a_type { AnnounceType::ALL.to_vec() } else { default_types.to_vec() };
    let default = Selection {
        types,
        days: state.options.feed_days,
        limit: Limit::Usual(state.options.feed_limit),
        query: None,
    };
    with_default(scope, given, default, form, request, state)
}

fn with_default(
    scope: Scope,
    given: Given,
    default: Selection,
    form: negotiate::Form,
    request: &HttpRequest,
    state: &State,
) -> Result<FeedRequest, Problem> {
    let selection = Selection {
        types: given.types.unwrap_or_else(|| default.types.clone()),
        days: given.days.unwrap_or(default.days),
        limit: given.limit.map_or(default.limit, Limit::Chosen),
        query: given.query,
    };
    Ok(FeedRequest { asked: Asked { scope, selection, default }, form, base: base(request, state)? })
}

/// The last part of a path without the ending of a format, and the form that is asked for.
fn form_of<'a>(path: &'a str, request: &HttpRequest) -> (&'a str, negotiate::Form) {
    let format = |ending: &str| ending.to_ascii_lowercase().parse::<Format>().ok();
    match path.rsplit_once('.').and_then(|(rest, ending)| Some((rest, format(ending)?))) {
        Some((rest, format)) => (rest, negotiate::Form::Feed(format)),
        None => (path, negotiate::form(request)),
    }
}

/// A part of a path with its percent-encoding undone; `+` is a character of a path like others.
fn decoded(part: &str) -> String {
    let as_value = format!("part={}", part.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(as_value.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn context(lists: &Lists) -> Context<'_> {
    Context { lists, mode: Mode::Native }
}

pub(super) fn subject_list(list: &str, separator: char) -> Result<Vec<SubjectId>, Problem> {
    let (mut subjects, mut unknown, mut position) = (Vec::new(), Vec::new(), 0);
    for name in list.split(separator) {
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
    Ok(subjects)
}

/// Reads a query string; what is not among `known` is a mistake, and so is a value that means nothing.
pub(super) fn given(query: &str, state: &State, known: &[&str]) -> Result<Given, Problem> {
    let mut given = Given::default();
    let (mut seen, mut mistakes) = (Vec::new(), Vec::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let whole = |code, message: String, hint: &str| Mistake {
            code,
            parameter: shortened(&name),
            position: 0,
            length: value.chars().count(),
            message,
            hint: hint.to_owned(),
        };
        if !known.contains(&&*name) {
            let message = format!("unknown parameter `{}`", shortened(&name));
            mistakes.push(whole("unknown-parameter", message, &format!("known here: {}", known.join(", "))));
        } else if seen.contains(&name) {
            let message = format!("`{name}` is given twice");
            mistakes.push(whole(
                "repeated-parameter",
                message,
                "give it once, with a list where it takes one",
            ));
        } else {
            let number = |most: usize| value.parse().ok().filter(|number| (1..=most).contains(number));
            let wrong = |code, most: usize| {
                let message = format!("`{name}` is `{}`", shortened(&value));
                whole(code, message, &format!("a number from 1 to {most}"))
            };
            let days_max = state.options.feed_days_max as usize;
            match &*name {
                "q" => match filter::parse(&value, &Limits::URL, &context(&state.options.lists)) {
                    Ok(query) => given.query = Some(query),
                    Err(errors) => mistakes.extend(errors.as_slice().iter().map(Mistake::of_rule)),
                },
                "type" => match types(&value) {
                    Ok(types) => given.types = Some(types),
                    Err(errors) => mistakes.extend(errors),
                },
                "limit" => match number(LIMIT_MAX) {
                    Some(limit) => given.limit = Some(limit),
                    None => mistakes.push(wrong("bad-limit", LIMIT_MAX)),
                },
                "days" => match number(days_max).and_then(|days| u32::try_from(days).ok()) {
                    Some(days) => given.days = Some(days),
                    None => mistakes.push(wrong("bad-days", days_max)),
                },
                "id" => match ArxivId::parse(value.trim()) {
                    Ok((id, _)) => given.id = Some(id),
                    Err(error) => mistakes.push(whole("bad-id", error.to_string(), "an arXiv identifier")),
                },
                "version" => {
                    if value != "2.0" {
                        let message = format!("`version` is `{}`", shortened(&value));
                        mistakes.push(whole("bad-version", message, "2.0 is the only version of RSS here"));
                    }
                }
                // A `+` in a query is a blank once it is decoded.
                _ => given.subjects = subject_list(&value.replace([' ', '+'], ","), ',')?,
            }
        }
        seen.push(name);
    }
    if mistakes.is_empty() { Ok(given) } else { Err(Problem::bad_request(mistakes)) }
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
