//! Reads requests for feeds: the path, the query and the negotiated representation become a `FeedRequest`.

use std::sync::Arc;

use actix_web::HttpRequest;
use url::form_urlencoded;

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::presentation::Presentation;
use crate::feeds::{self as make, FeedSpec, Limit, NamedOptions, Scope, Selection};
use crate::filter::{self, Context, Dialect, Limits, Lists, Query};
use crate::render::Format;

use crate::serve::http::{negotiate, public_url};
use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::{ParameterDiagnostic, Problem};
use crate::serve::problem::types::DiagnosticCode;
use crate::serve::request::base_url;
use crate::serve::request::page_view::PageView;
use crate::serve::request::parameter_value::subject_list;
use crate::serve::request::query_parameters::{FEED, QueryParameters, RULE, SHOWN};

/// The longest keyword, in bytes; the rule of a keyword contains it twice.
pub(in crate::serve) const KEYWORD_BYTES_MAX: usize = 400;

/// A parsed request for a feed, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::serve) struct FeedRequest {
    pub(in crate::serve) spec: FeedSpec,
    pub(in crate::serve) form: negotiate::Representation,
    /// The public address of the service, without a slash at the end.
    pub(in crate::serve) base: String,
    /// What the page of a feed shows beside it.
    pub(in crate::serve) view: Option<Box<PageView>>,
}

impl FeedRequest {
    /// The memory that it takes beside itself, in bytes.
    pub(in crate::serve) fn memory_bytes(&self) -> usize {
        self.spec.memory_bytes() + self.base.len() + self.view.as_ref().map_or(0, |view| view.memory_bytes())
    }
}

/// May a query string hold a regular expression, which takes time to compile?
pub(in crate::serve) fn may_hold_regex(query: &str) -> bool {
    let has = |name: &str| form_urlencoded::parse(query.as_bytes()).any(|(known, _)| known.starts_with(name));
    query.contains('/') || query.contains("%2F") || query.contains("%2f") || has("filter")
}

/// The address that a feed is requested at, by a client or by the hub.
pub(in crate::serve) struct FeedTarget<'a> {
    /// As it was received, percent-encoded.
    pub(in crate::serve) path: &'a str,
    /// The last part of the path, as the router reads it.
    pub(in crate::serve) last: &'a str,
    pub(in crate::serve) query: &'a str,
    /// The representation where the path has no ending.
    pub(in crate::serve) form: negotiate::Representation,
    /// The public address of the service, without a slash at the end.
    pub(in crate::serve) base: String,
}

impl<'a> FeedTarget<'a> {
    /// That of a request; `last` is the name of the last part.
    pub(in crate::serve) fn of(
        request: &'a HttpRequest,
        options: &ServiceOptions,
        last: &str,
    ) -> Result<Self, Problem> {
        Ok(Self {
            path: request.uri().path(),
            // The pattern of a search has no parameter there.
            last: request.match_info().get(last).unwrap_or_else(|| last_part(request.path())),
            query: request.query_string(),
            form: negotiate::form(request),
            base: base_url::of(request, options)?,
        })
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, last)| last)
}

/// Reads the path and the query of `/subjects/{subjects}`.
pub(in crate::serve) fn subjects(
    target: &FeedTarget<'_>,
    options: &ServiceOptions,
) -> Result<FeedRequest, Problem> {
    // The router decodes no `%2B`, and some clients encode `+`.
    let path = target.last.replace("%2B", "+").replace("%2b", "+");
    let (list, form) = form_of(&path, target.form);
    let scope = if list.eq_ignore_ascii_case("all") {
        Scope::Everything
    } else {
        Scope::Subjects(subject_list(list, '+')?)
    };
    let parameters = QueryParameters::parse(target.query, options, &[RULE, of_form(form), FEED, SHOWN])?;
    feed_request(scope, parameters, &AnnounceType::ALL, form, target, options)
}

/// Reads `/search[.{format}]`.
pub(in crate::serve) fn search(
    target: &FeedTarget<'_>,
    options: &ServiceOptions,
) -> Result<FeedRequest, Problem> {
    let (name, form) = form_of(target.last, target.form);
    if name != "search" {
        return Err(Problem::unknown_path(public_url::path(&target.base), target.path));
    }
    let mut parameters =
        QueryParameters::parse(target.query, options, &[RULE, &["subjects"], of_form(form), FEED, SHOWN])?;
    if parameters.query.is_none() {
        return Err(Problem::bad_request(vec![ParameterDiagnostic {
            code: DiagnosticCode::NoQuery,
            parameter: "q".to_owned(),
            position: 0,
            length: 0,
            message: "a search needs a rule".to_owned(),
            hint: format!(
                "write one behind q=, such as {}/search.atom?q=ti:GPU",
                public_url::path(&target.base)
            ),
        }]));
    }
    let scope = Scope::Search(std::mem::take(&mut parameters.subjects));
    feed_request(scope, parameters, &APPEARANCES, form, target, options)
}

/// Reads `/keywords/{keyword}[.{format}]` and `/keywords[.{format}]?keyword=…`.
pub(in crate::serve) fn keyword(
    target: &FeedTarget<'_>,
    options: &ServiceOptions,
) -> Result<FeedRequest, Problem> {
    let own: [&[&str]; 4] = [RULE, &["subjects"], FEED, SHOWN];
    // The path begins with a slash, and its first segment may be percent-encoded.
    let (keyword, form, mut parameters) = if let Some(part) = target.path.splitn(3, '/').nth(2) {
        let (keyword, form) = form_of(part, target.form);
        (decoded(keyword), form, None)
    } else {
        let (name, form) = form_of(target.last, target.form);
        if name != "keywords" {
            return Err(Problem::unknown_path(public_url::path(&target.base), target.path));
        }
        let mut parameters = QueryParameters::parse(
            target.query,
            options,
            &[&own[..], &[&["keyword"], of_form(form)]].concat(),
        )?;
        let Some(keyword) = parameters.keyword.take() else {
            return Err(no_keyword(public_url::path(&target.base)));
        };
        (keyword, form, Some(parameters))
    };
    let keyword = keyword.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = keyword.chars().count();
    let below = public_url::path(&target.base);
    let mistake = |message: &str, hint: &str| {
        let (message, hint) = (message.to_owned(), hint.to_owned());
        let parameter = "keyword".to_owned();
        Problem::bad_request(vec![ParameterDiagnostic {
            code: DiagnosticCode::BadKeyword,
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
            &format!("at most {KEYWORD_BYTES_MAX} bytes; use {below}/search with a rule for more"),
        ));
    }
    let mut parameters = match parameters.take() {
        Some(parameters) => parameters,
        None => QueryParameters::parse(target.query, options, &[&own[..], &[of_form(form)]].concat())?,
    };
    let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
    let rule = filter::parse(&make::keyword_rule(&keyword), &Limits::URL, &context).map_err(|mistakes| {
        let is_beginning =
            mistakes.as_slice().iter().any(|mistake| mistake.code == filter::DiagnosticCode::BadWildcard);
        if is_beginning {
            let hint = format!("a keyword is whole words; for a beginning, write {below}/search?q=schedul*");
            return mistake("* has no meaning in a keyword", &hint);
        }
        let hint = format!("write letters or digits, such as {below}/keywords/GPU.atom");
        mistake("the keyword has no word in it", &hint)
    })?;
    let scope = Scope::Keyword(keyword, rule, std::mem::take(&mut parameters.subjects));
    feed_request(scope, parameters, &APPEARANCES, form, target, options)
}

fn no_keyword(below: &str) -> Problem {
    Problem::bad_request(vec![ParameterDiagnostic {
        code: DiagnosticCode::MissingParameter,
        parameter: "keyword".to_owned(),
        position: 0,
        length: 0,
        message: "`keyword` is missing".to_owned(),
        hint: format!("write one behind keyword=, such as {below}/keywords.atom?keyword=TCP/IP"),
    }])
}

/// Reads `/explain?q=…&id=…`.
pub(in crate::serve) fn explain(query: &str, options: &ServiceOptions) -> Result<(Query, ArxivId), Problem> {
    let mut parameters = QueryParameters::parse(query, options, &[RULE, &["id"]])?;
    let missing = |parameter: &str, hint: &str| ParameterDiagnostic {
        code: DiagnosticCode::MissingParameter,
        parameter: parameter.to_owned(),
        position: 0,
        length: 0,
        message: format!("`{parameter}` is missing"),
        hint: hint.to_owned(),
    };
    match (parameters.query.take(), parameters.id.take()) {
        (Some(query), Some(id)) => Ok((query, id)),
        (query, id) => {
            let no_query = query.is_none().then(|| missing("q", "a rule, such as q=ti:GPU"));
            let no_id = id.is_none().then(|| missing("id", "an identifier, such as id=2602.23598"));
            Err(Problem::bad_request(no_query.into_iter().chain(no_id).collect()))
        }
    }
}

/// Refuses every parameter at an address that has none.
pub(in crate::serve) fn no_parameters(
    request: &HttpRequest,
    options: &ServiceOptions,
) -> Result<(), Problem> {
    QueryParameters::parse(request.query_string(), options, &[]).map(drop)
}

/// Reads `/named/{slug}[.{format}]`.
pub(in crate::serve) fn named(
    target: &FeedTarget<'_>,
    options: &ServiceOptions,
) -> Result<FeedRequest, Problem> {
    let (slug, form) = form_of(target.last, target.form);
    let known = &options.named;
    let found = known.iter().find(|named| named.slug.eq_ignore_ascii_case(slug));
    let Some(named) = found else {
        return Err(Problem::unknown_feed(slug, known.iter().map(|named| named.slug.as_str())));
    };
    let parameters = QueryParameters::parse(target.query, options, &[RULE, of_form(form), FEED, SHOWN])?;
    let view = PageView::of_page(parameters.page);
    let spec = of_named(named, parameters, options)?;
    Ok(FeedRequest { spec, form, base: target.base.clone(), view })
}

fn of_named(
    named: &Arc<NamedOptions>,
    parameters: QueryParameters,
    options: &ServiceOptions,
) -> Result<FeedSpec, Problem> {
    let limit = named.limit.map_or(Limit::Default(options.feed_limit), Limit::Chosen);
    let days = named.days.unwrap_or(options.feed_days);
    let default = Selection::of(&AnnounceType::ALL, days, limit);
    let presentation = Presentation { text: named.text, ..Presentation::default() };
    parameters.applied_to(FeedSpec::with_defaults(Scope::Named(named.clone()), default, presentation))
}

/// A configured feed, or the feed of subjects, with defaults for all parameters.
pub(in crate::serve) fn default_spec(scope: Scope, options: &ServiceOptions) -> Result<FeedSpec, Problem> {
    match &scope {
        Scope::Named(named) => of_named(named, QueryParameters::default(), options),
        _ => spec(scope, QueryParameters::default(), &AnnounceType::ALL, options),
    }
}

/// The types that a search shows where neither `type=` nor the rule names any.
pub(in crate::serve) const APPEARANCES: [AnnounceType; 2] = [AnnounceType::New, AnnounceType::Cross];

fn feed_request(
    scope: Scope,
    parameters: QueryParameters,
    default_types: &[AnnounceType],
    form: negotiate::Representation,
    target: &FeedTarget<'_>,
    options: &ServiceOptions,
) -> Result<FeedRequest, Problem> {
    let view = PageView::of_page(parameters.page);
    let spec = spec(scope, parameters, default_types, options)?;
    Ok(FeedRequest { spec, form, base: target.base.clone(), view })
}

/// The feed of a scope, with defaults for the parameters that are missing.
pub(in crate::serve) fn spec(
    scope: Scope,
    parameters: QueryParameters,
    default_types: &[AnnounceType],
    options: &ServiceOptions,
) -> Result<FeedSpec, Problem> {
    let decides_types = parameters.query.as_ref().is_some_and(Query::decides_types);
    let types = if decides_types { &AnnounceType::ALL } else { default_types };
    let limit = Limit::Default(options.feed_limit);
    let default = Selection::of(types, options.feed_days, limit);
    parameters.applied_to(FeedSpec::with_defaults(scope, default, Presentation::default()))
}

/// The parameters that only the page of a feed has.
fn of_form(form: negotiate::Representation) -> &'static [&'static str] {
    if form == negotiate::Representation::Page { &["page"] } else { &[] }
}

/// The last segment of a path without the ending of a format, and the representation that is requested.
fn form_of(path: &str, otherwise: negotiate::Representation) -> (&str, negotiate::Representation) {
    let format = |ending: &str| ending.to_ascii_lowercase().parse::<Format>().ok();
    match path.rsplit_once('.').and_then(|(rest, ending)| Some((rest, format(ending)?))) {
        Some((rest, format)) => (rest, negotiate::Representation::Feed(format)),
        None => (path, otherwise),
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
