//! The problems (RFC 9457) that the service answers with, each with its title, status, detail and mistakes.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use serde::Serialize;

use crate::domain::excerpt::beginning;
use crate::domain::taxonomy::UnknownSubject;
use crate::filter::TooMuchWork;

pub(in crate::serve) use crate::serve::problem::parameter_diagnostic::ParameterDiagnostic;
use crate::serve::problem::suggestions;
use crate::serve::problem::types::{DiagnosticCode, ProblemType};

/// The shortest `Retry-After`, so that a reader does not come back while the answer is on its way.
const RETRY_AFTER_SECONDS_MIN: u64 = 5;

/// When to come back with a rule that took too long, as on a machine that is busy with other things.
const TOO_LONG_RETRY: Duration = Duration::from_mins(1);

/// The most of an unknown name that is repeated and compared.
const NAME_CHARACTERS_MAX: usize = 64;

/// An answer that is no document.
#[derive(Clone, Debug, Serialize)]
pub(in crate::serve) struct Problem {
    #[serde(skip)]
    pub(in crate::serve) kind: ProblemType,
    pub(super) title: &'static str,
    #[serde(serialize_with = "status_number")]
    pub(in crate::serve) status: StatusCode,
    /// What is wrong as a whole.
    pub(in crate::serve) detail: String,
    /// Every mistake of the request, not the first alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ParameterDiagnostic>,
    /// How many more there are, where all of them would be too much for an answer.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    #[serde(skip)]
    pub(super) retry_after: Option<u64>,
}

/// The media type of a problem (RFC 9457).
pub(in crate::serve) const PROBLEM: &str = "application/problem+json";

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn status_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Problem {
    pub(in crate::serve) fn new(kind: ProblemType, detail: String) -> Self {
        Self {
            kind,
            title: kind.title(),
            status: kind.status(),
            detail,
            errors: Vec::new(),
            left_out: 0,
            retry_after: None,
        }
    }

    pub(in crate::serve) fn unknown_subject(unknown: &[(usize, UnknownSubject)]) -> Self {
        let detail = |(_, subject): &(usize, UnknownSubject)| {
            format!("unknown subject `{}`: {}", subject.given, suggestions::of_subject(subject))
        };
        let details: Vec<String> = unknown.iter().map(detail).collect();
        let mut problem = Self::new(ProblemType::UnknownSubject, details.join("; "));
        problem.errors = unknown
            .iter()
            .map(|(position, subject)| ParameterDiagnostic {
                code: DiagnosticCode::UnknownSubject,
                parameter: "subjects".to_owned(),
                position: *position,
                length: subject.given.chars().count(),
                message: format!("unknown subject `{}`", subject.given),
                hint: suggestions::of_subject(subject),
            })
            .collect();
        problem
    }

    pub(in crate::serve) fn unknown_feed<'a>(slug: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let given: String = slug.chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS_MAX).collect();
        let hint = suggestions::of_feed(&given.to_ascii_lowercase(), &known.collect::<Vec<_>>());
        let message = format!("unknown feed `{given}`");
        let (length, parameter) = (slug.chars().count(), "slug".to_owned());
        let mistake = ParameterDiagnostic {
            code: DiagnosticCode::UnknownFeed,
            parameter,
            position: 0,
            length,
            message,
            hint,
        };
        let mut problem = Self::new(ProblemType::UnknownFeed, mistake.sentence());
        problem.errors = vec![mistake];
        problem
    }

    pub(in crate::serve) fn bad_request(errors: Vec<ParameterDiagnostic>) -> Self {
        Self::new(ProblemType::BadRequest, String::new()).with(errors, 0, String::new())
    }

    pub(in crate::serve) fn bad_host() -> Self {
        let detail = "the `Host` header is missing, is there twice or names no host; send the one of the address that is asked";
        Self::new(ProblemType::BadHost, detail.to_owned())
    }

    /// `below` is the path of the service.
    pub(in crate::serve) fn unknown_path(below: &str, path: &str) -> Self {
        let path = beginning(path, 100);
        let detail = format!(
            "nothing is at `{below}{path}`; feeds are at {below}/subjects/cs.DC.atom, and {below}/ lists what can be asked"
        );
        Self::new(ProblemType::UnknownPath, detail)
    }

    pub(in crate::serve) fn nothing_watched() -> Self {
        let detail =
            "`all` means every subject of `subjects.watch`, and that is empty here; name a subject instead";
        Self::new(ProblemType::NothingWatched, detail.to_owned())
    }

    pub(in crate::serve) fn not_admitted(detail: String) -> Self {
        Self::new(ProblemType::NotAdmitted, detail)
    }

    pub(in crate::serve) fn method_not_allowed(method: &Method, allow: &str) -> Self {
        let detail = format!("{:.64} is not possible here; possible: {allow}", method.as_str());
        Self::new(ProblemType::MethodNotAllowed, detail)
    }

    pub(in crate::serve) fn target_too_long(bytes_max: usize) -> Self {
        let detail = format!("the address is longer than {bytes_max} bytes");
        Self::new(ProblemType::AddressTooLong, detail)
    }

    pub(in crate::serve) fn headers_too_large(bytes_max: usize) -> Self {
        let detail = format!("the header fields are longer than {bytes_max} bytes, or more than 96");
        Self::new(ProblemType::HeadersTooLarge, detail)
    }

    pub(in crate::serve) fn too_slow() -> Self {
        let detail =
            "the request did not come to its end in time: its head and its body have 10 seconds each";
        Self::new(ProblemType::TooSlow, detail.to_owned())
    }

    pub(in crate::serve) fn body_refused(detail: &str) -> Self {
        Self::new(ProblemType::BodyRefused, detail.to_owned())
    }

    pub(in crate::serve) fn hub_is_full(detail: String, retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after.as_secs()), ..Self::new(ProblemType::HubFull, detail) }
    }

    pub(in crate::serve) fn no_form() -> Self {
        let detail = "none of the types in `Accept` can be had; there are application/atom+xml, \
                      application/rss+xml, application/feed+json and text/html, or put .atom, .rss or .json behind \
                      the path"
            .to_owned();
        Self::new(ProblemType::NotAcceptable, detail)
    }

    pub(in crate::serve) fn no_coding() -> Self {
        let detail =
            "none of the codings in `Accept-Encoding` can be had; there are identity, gzip and br".to_owned();
        Self::new(ProblemType::NotAcceptable, detail)
    }

    pub(in crate::serve) fn precondition_failed() -> Self {
        let detail = "what is here is not what `If-Match` or `If-Unmodified-Since` asks for".to_owned();
        Self::new(ProblemType::PreconditionFailed, detail)
    }

    pub(in crate::serve) fn too_many_requests(wait: Duration) -> Self {
        let detail =
            "more requests came from your address than the setting `limits.requests_per_minute` allows";
        let retry_after = Some(wait.as_secs() + 1);
        Self { retry_after, ..Self::new(ProblemType::TooManyRequests, detail.to_owned()) }
    }

    pub(in crate::serve) fn too_many_connections() -> Self {
        let detail = "more connections are open from your address than it can need within the setting \
                      `limits.requests_per_minute`; close those that you do not use";
        Self::new(ProblemType::TooManyRequests, detail.to_owned())
    }

    pub(in crate::serve) fn no_key() -> Self {
        let detail = "an access key is needed: send it as `Authorization: Bearer KEY`, or as `key=KEY` in the address \
                      where no header can be sent";
        Self::new(ProblemType::KeyNeeded, detail.to_owned())
    }

    pub(in crate::serve) fn not_read_yet(detail: String, retry_after: Duration) -> Self {
        let seconds = (retry_after.as_secs() + 1).max(RETRY_AFTER_SECONDS_MIN);
        Self { retry_after: Some(seconds), ..Self::new(ProblemType::NotReadYet, detail) }
    }

    pub(in crate::serve) fn busy(retry_after: Duration) -> Self {
        let detail = "too many costly requests wait already: rules with regular expressions or many phrases, digests, \
                      and feeds of more than 500 items; ask again later";
        Self { retry_after: Some(retry_after.as_secs()), ..Self::new(ProblemType::Busy, detail.to_owned()) }
    }

    /// A rule that takes more work than one request may, with the parameter that it was given in.
    pub(in crate::serve) fn too_much_work(parameter: &str, rule: &str, why: TooMuchWork) -> Self {
        if why.steps_max.is_none() {
            return Self { detail: why.to_string(), ..Self::busy(TOO_LONG_RETRY) };
        }
        Self::bad_request(vec![ParameterDiagnostic::of_rule(parameter, &why.diagnostic(rule))])
    }

    pub(in crate::serve) fn is_busy(&self) -> bool {
        self.kind == ProblemType::Busy
    }

    pub(in crate::serve) fn failed(detail: String) -> Self {
        Self::new(ProblemType::Failed, detail)
    }

    /// The mistakes one by one; none where the request is wrong as a whole.
    pub(in crate::serve) fn diagnostics(&self) -> &[ParameterDiagnostic] {
        &self.errors
    }

    /// The same problem with these mistakes and the number of those that are left out; `detail` counts where both are none.
    pub(in crate::serve) fn with(
        &self,
        errors: Vec<ParameterDiagnostic>,
        left_out: usize,
        detail: String,
    ) -> Self {
        let mut problem = Self { detail, errors, left_out, ..self.clone() };
        if !problem.errors.is_empty() || left_out > 0 {
            problem.detail = problem.sentences().join("; ");
        }
        problem
    }

    /// Every mistake in a sentence, or what is wrong as a whole.
    pub(in crate::serve) fn sentences(&self) -> Vec<String> {
        if self.errors.is_empty() && self.left_out == 0 {
            return vec![self.detail.clone()];
        }
        let more = match (self.left_out, self.errors.len()) {
            (0, _) => None,
            (1, 0) => Some("there is a mistake that is too long to be told".to_owned()),
            (left_out, 0) => Some(format!("there are {left_out} mistakes, too many to be told")),
            (left_out, _) => Some(format!("and {left_out} more")),
        };
        self.errors.iter().map(ParameterDiagnostic::sentence).chain(more).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_takes_too_much_is_a_mistake_and_one_that_takes_too_long_comes_again() {
        let too_much = Problem::too_much_work("q", "/a+/", TooMuchWork { steps_max: Some(5) });
        assert_eq!((too_much.status, too_much.retry_after), (StatusCode::BAD_REQUEST, None));
        assert_eq!((&*too_much.diagnostics()[0].parameter, too_much.diagnostics()[0].length), ("q", 4));
        assert_eq!(too_much.diagnostics()[0].code.as_str(), "too_much_work");
        let too_long = Problem::too_much_work("q", "/a+/", TooMuchWork { steps_max: None });
        assert_eq!((too_long.status, too_long.retry_after), (StatusCode::SERVICE_UNAVAILABLE, Some(60)));
        assert!(too_long.is_busy() && too_long.diagnostics().is_empty() && !too_much.is_busy());
    }
}
