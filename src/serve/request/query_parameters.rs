//! Reads the query string of a feed.

use std::borrow::Cow;

use url::form_urlencoded;

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::{ArxivId, NotAnArxivId};
use crate::domain::presentation::{Digest, Presentation, Profile, Sort, Summary, TextMode};
use crate::domain::taxonomy::SubjectId;
use crate::feeds::{FeedSpec, Limit, Scope, Selection};
use crate::filter::{self, Aliases, Context, Dialect, Limits, Query};

use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::{ParameterDiagnostic, Problem};
use crate::serve::problem::types::DiagnosticCode;
use crate::serve::request::parameter_value::{choice, flag, number, shortened, subject_list, types, wrong};
use crate::serve::request::tracking::is_tracking;

/// The most items of a feed.
pub(in crate::serve) const LIMIT_MAX: usize = 2_000;

/// The last page of a feed: as many as a feed may have items.
pub(in crate::serve) const PAGE_MAX: usize = LIMIT_MAX;

/// The lengths of a brief text in characters: the least is that of RSSHub.
pub(in crate::serve) const BRIEF_CHARACTERS: std::ops::RangeInclusive<usize> = 100..=100_000;

pub(in crate::serve) const SECONDS_PER_DAY: usize = 24 * 60 * 60;

/// The rule under both of its names, and the dialect that it is written in.
pub(in crate::serve) const RULE: &[&str] = &["q", "search_query", "compat"];

/// The parameters that every feed has beside its own.
pub(in crate::serve) const FEED: &[&str] = &[
    "type",
    "days",
    "limit",
    "sort",
    "text",
    "brief",
    "filter",
    "filter_title",
    "filter_description",
    "filter_author",
    "filter_category",
    "filterout",
    "filterout_title",
    "filterout_description",
    "filterout_author",
    "filterout_category",
    "filter_case_sensitive",
    "filter_time",
];

/// The parameters of presentation, which the drop-in feeds do not have.
pub(in crate::serve) const SHOWN: &[&str] = &["summary", "profile", "digest", "changes", "pdf"];

/// The parameters of a request, each parsed; `None` for a parameter that is missing.
#[derive(Default)]
pub(in crate::serve) struct QueryParameters {
    pub(super) id: Option<ArxivId>,
    pub(super) query: Option<Query>,
    /// Where it stands in the query and not in the path.
    pub(super) keyword: Option<String>,
    pub(super) subjects: Vec<SubjectId>,
    /// The page of a feed that is read in a browser, from 1.
    pub(super) page: Option<usize>,
    types: Option<Vec<AnnounceType>>,
    limit: Option<usize>,
    days: Option<u32>,
    aliases: Option<Aliases>,
    sort: Option<Sort>,
    text: Option<TextMode>,
    summary: Option<Summary>,
    brief: Option<u32>,
    profile: Option<Profile>,
    digest: Option<Digest>,
    changes: Option<bool>,
    pdf: Option<bool>,
}

impl QueryParameters {
    /// Reads a query string; tracking parameters are ignored.
    ///
    /// # Errors
    /// Every parameter that is not among `known`, stands twice, or has an invalid value.
    pub(in crate::serve) fn parse(
        query: &str,
        options: &ServiceOptions,
        known: &[&[&str]],
    ) -> Result<Self, Problem> {
        let known = known.concat();
        let is_compat =
            form_urlencoded::parse(query.as_bytes()).any(|pair| pair == ("compat".into(), "arxiv".into()));
        let dialect = if is_compat { Dialect::Compat } else { Dialect::Native };
        let (given, mistakes, filters) = (Self::default(), Vec::new(), Vec::new());
        let mut reader = ParameterReader { options, dialect, given, mistakes, filters };
        let mut seen: Vec<Cow<'_, str>> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !is_tracking(name)) {
            let refused = |code, message: String, hint: String| ParameterDiagnostic {
                code,
                parameter: shortened(&name),
                position: 0,
                length: value.chars().count(),
                message,
                hint,
            };
            if !known.contains(&&*name) {
                let message = format!("unknown parameter `{}`", shortened(&name));
                let hint = match known.as_slice() {
                    [] => "none is known here".to_owned(),
                    known => format!("known here: {}", known.join(", ")),
                };
                reader.mistakes.push(refused(DiagnosticCode::UnknownParameter, message, hint));
            } else if [&name, &value].iter().any(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
                let message = format!("`{}` is not UTF-8 once it is decoded", shortened(&name));
                let hint = "encode text as UTF-8, such as caf%C3%A9".to_owned();
                reader.mistakes.push(refused(DiagnosticCode::BadEncoding, message, hint));
            } else if seen.contains(&name) {
                let hint = "give it once, with a list where it takes one".to_owned();
                reader.mistakes.push(refused(
                    DiagnosticCode::RepeatedParameter,
                    format!("`{name}` is given twice"),
                    hint,
                ));
            } else {
                reader.read(&name, &value)?;
            }
            seen.push(name);
        }
        for (first, second, hint) in [
            ("days", "filter_time", "give one of the two; filter_time is in seconds"),
            ("q", "search_query", "give one of the two; they are one parameter"),
        ] {
            if [first, second].iter().all(|name| seen.iter().any(|given| given == name)) {
                let message = format!("`{first}` and `{second}` are given");
                let mistake = wrong(second, "", DiagnosticCode::RepeatedParameter, hint);
                reader.mistakes.push(ParameterDiagnostic { message, ..mistake });
            }
        }
        reader.finish()
    }

    /// The subjects that were named; empty where none were.
    pub(in crate::serve) fn subjects(self) -> Vec<SubjectId> {
        self.subjects
    }

    /// The default feed with the parameters of the request in place of the defaults.
    ///
    /// # Errors
    /// The order is by score, and the feed has none; or the rule leaves nothing of the types.
    pub(in crate::serve) fn applied_to(self, default: FeedSpec) -> Result<FeedSpec, Problem> {
        let has_scores = matches!(&default.scope, Scope::Named(named) if !named.scores.is_empty());
        if self.sort == Some(Sort::Score) && !has_scores {
            let hint = "date; score is for a feed of the configuration that has `score` rules";
            return Err(Problem::bad_request(vec![wrong("sort", "score", DiagnosticCode::NoScores, hint)]));
        }
        if let (Some(types), Some(query)) = (&self.types, &self.query)
            && !query.may_be_one_of(types)
        {
            let names = types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(",");
            return Err(Problem::bad_request(vec![ParameterDiagnostic {
                message: format!("the rule leaves nothing of type {names}"),
                ..wrong(
                    "type",
                    &names,
                    DiagnosticCode::Impossible,
                    "leave out type=, or the type: of the rule",
                )
            }]));
        }
        let selection = Selection {
            types: self.types.unwrap_or(default.selection.types),
            days: self.days.unwrap_or(default.selection.days),
            limit: self.limit.map_or(default.selection.limit, Limit::Chosen),
            query: self.query,
            aliases: self.aliases,
            sort: self.sort.unwrap_or(default.selection.sort),
        };
        let shown = default.presentation;
        let profile = self.profile.unwrap_or(shown.profile);
        let presentation = Presentation {
            text: self.text.unwrap_or(shown.text),
            summary: self.summary.unwrap_or(profile.summary()),
            brief: self.brief.or(shown.brief),
            profile,
            digest: self.digest.or(shown.digest),
            changes: self.changes.unwrap_or(shown.changes),
            pdf: self.pdf.unwrap_or(shown.pdf),
        };
        Ok(FeedSpec { selection, presentation, ..default })
    }
}

struct ParameterReader<'a> {
    options: &'a ServiceOptions,
    dialect: Dialect,
    given: QueryParameters,
    mistakes: Vec<ParameterDiagnostic>,
    /// RSSHub's filters, which are read together.
    filters: Vec<(String, String)>,
}

impl ParameterReader<'_> {
    fn read(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let days_max = self.options.feed_days_max;
        let given = &mut self.given;
        match name {
            "q" | "search_query" => {
                let context = Context { lists: &self.options.lists, dialect: self.dialect };
                match filter::parse(value, &Limits::URL, &context) {
                    Ok(query) => given.query = Some(query),
                    Err(errors) => {
                        let of_rule = |error| ParameterDiagnostic::of_rule(name, error);
                        self.mistakes.extend(errors.as_slice().iter().map(of_rule));
                    }
                }
            }
            "keyword" => given.keyword = Some(value.to_owned()),
            "compat" if value == "arxiv" => {}
            "compat" => self.mistakes.push(wrong(name, value, DiagnosticCode::UnknownValue, "arxiv")),
            "type" => match types(value) {
                Ok(types) => given.types = Some(types),
                Err(errors) => self.mistakes.extend(errors),
            },
            "id" => match pasted(value.trim()) {
                Ok(id) => given.id = Some(id),
                Err(error) => self.mistakes.push(ParameterDiagnostic {
                    message: error.to_string(),
                    ..wrong(name, value, DiagnosticCode::BadId, "an arXiv identifier")
                }),
            },
            // A `+` in a query is a blank once it is decoded.
            "subjects" => given.subjects = subject_list(&value.replace([' ', '+'], ","), ',')?,
            "page" => self.set(number(name, value, 1, PAGE_MAX), |given| &mut given.page),
            "limit" => self.set(number(name, value, 1, LIMIT_MAX), |given| &mut given.limit),
            "days" => {
                let days = number(name, value, 1, days_max as usize);
                self.set(days.map(|days| u32::try_from(days).unwrap_or(days_max)), |given| &mut given.days);
            }
            // Nothing is announced between two mailings, so hours become whole days.
            "filter_time" => {
                let seconds = number(name, value, 1, days_max as usize * SECONDS_PER_DAY);
                let days = seconds.map(|seconds| seconds.div_ceil(SECONDS_PER_DAY));
                self.set(days.map(|days| u32::try_from(days).unwrap_or(days_max)), |given| &mut given.days);
            }
            "brief" => {
                let characters = number(name, value, *BRIEF_CHARACTERS.start(), *BRIEF_CHARACTERS.end());
                let characters = characters.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
                self.set(characters, |given| &mut given.brief);
            }
            "sort" => self.set(choice(name, value), |given| &mut given.sort),
            "text" => self.set(choice(name, value), |given| &mut given.text),
            "summary" => self.set(choice(name, value), |given| &mut given.summary),
            "profile" => self.set(choice(name, value), |given| &mut given.profile),
            "digest" => self.set(choice(name, value), |given| &mut given.digest),
            "changes" => self.set(flag(name, value), |given| &mut given.changes),
            "pdf" => self.set(flag(name, value), |given| &mut given.pdf),
            "version" if value == "2.0" => {}
            "version" => {
                self.mistakes.push(wrong(
                    name,
                    value,
                    DiagnosticCode::BadVersion,
                    "2.0 is the only version of RSS here",
                ));
            }
            _ => self.filters.push((name.to_owned(), value.to_owned())),
        }
        Ok(())
    }

    fn set<T>(
        &mut self,
        read: Result<T, ParameterDiagnostic>,
        place: impl Fn(&mut QueryParameters) -> &mut Option<T>,
    ) {
        match read {
            Ok(value) => *place(&mut self.given) = Some(value),
            Err(mistake) => self.mistakes.push(mistake),
        }
    }

    fn finish(mut self) -> Result<QueryParameters, Problem> {
        let case = self.filters.iter().find(|(name, _)| name == "filter_case_sensitive");
        let is_case_sensitive = case.map_or(Ok(true), |(name, value)| flag(name, value));
        let filters: Vec<(&str, &str)> =
            self.filters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let case = *is_case_sensitive.as_ref().unwrap_or(&true);
        match Aliases::read(&filters, case, &Limits::URL) {
            Ok(aliases) => self.given.aliases = aliases,
            Err(wrong) => {
                self.mistakes
                    .extend(wrong.iter().map(|(name, error)| ParameterDiagnostic::of_rule(name, error)));
            }
        }
        self.mistakes.extend(is_case_sensitive.err());
        if self.mistakes.is_empty() { Ok(self.given) } else { Err(Problem::bad_request(self.mistakes)) }
    }
}

/// An identifier, or a link to the paper.
fn pasted(text: &str) -> Result<ArxivId, NotAnArxivId> {
    let read = |text: &str| ArxivId::parse(text).map(|(id, _)| id);
    read(text).or_else(|error| filter::paper_id(text).map_or(Err(error), |id| read(&id)))
}
