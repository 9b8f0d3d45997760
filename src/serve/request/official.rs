//! Reads requests for the addresses of arXiv's own feeds: `/rss/{subjects}` and `/atom/{subjects}`.

use crate::domain::announcement::AnnounceType;
use crate::domain::presentation::Presentation;
use crate::feeds::{FeedSpec, Limit, Scope, Selection};
use crate::render::Format;
use crate::render::official::OfficialFormat;

use crate::serve::http::negotiate::Representation;
use crate::serve::http::public_url;
use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::{ParameterDiagnostic, Problem};
use crate::serve::problem::types::DiagnosticCode;
use crate::serve::request::feed_request::{FeedRequest, FeedTarget};
use crate::serve::request::parameter_value;
use crate::serve::request::query_parameters::{FEED, QueryParameters, RULE};

/// The newest mailing alone, as arXiv's own feed has it.
const DAYS: u32 = 1;

/// Reads `/rss/{subjects}` or `/atom/{subjects}`.
pub(in crate::serve) fn parse(
    target: &FeedTarget<'_>,
    options: &ServiceOptions,
    format: OfficialFormat,
) -> Result<FeedRequest, Problem> {
    let list = target.last.replace("%2B", "+").replace("%2b", "+");
    refuse_ending(&list, format, public_url::path(&target.base))?;
    let scope = if list.eq_ignore_ascii_case("all") {
        Scope::Everything
    } else {
        Scope::Subjects(parameter_value::subject_list(&list, '+')?)
    };
    let parameters = QueryParameters::parse(target.query, options, &[RULE, &["version"], FEED])?;
    let default = Selection::of(&AnnounceType::ALL, DAYS, Limit::Default(options.feed_limit));
    let spec = parameters.applied_to(FeedSpec::with_defaults(scope, default, Presentation::default()))?;
    Ok(FeedRequest { spec, form: Representation::Official(format), base: target.base.clone(), view: None })
}

/// The format is the first segment of these paths, so an ending that names a format is refused.
fn refuse_ending(list: &str, format: OfficialFormat, below: &str) -> Result<(), Problem> {
    let ending =
        list.rsplit_once('.').filter(|(_, ending)| ending.to_ascii_lowercase().parse::<Format>().is_ok());
    let Some((subjects, ending)) = ending else { return Ok(()) };
    let shown = parameter_value::shortened(subjects);
    Err(Problem::bad_request(vec![ParameterDiagnostic {
        code: DiagnosticCode::UnexpectedEnding,
        parameter: "subjects".to_owned(),
        position: subjects.chars().count(),
        length: ending.chars().count() + 1,
        message: format!("`.{ending}` has no place behind {below}/{}/", format.as_str()),
        hint: format!("{below}/{}/{shown}, or {below}/subjects/{shown}.{ending}", format.as_str()),
    }]))
}
