//! The types of problems, and the codes of diagnostics.

use actix_web::http::StatusCode;

use crate::filter;

macro_rules! problems {
    ($($name:ident $slug:literal $status:ident $title:literal,)*) => {
        /// The type of a problem; each has a section in the HTTP help.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::serve) enum ProblemType {
            $($name,)*
        }

        impl ProblemType {
            pub(in crate::serve) const ALL: &[Self] = &[$(Self::$name,)*];

            /// The section of the help.
            pub(in crate::serve) fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            pub(in crate::serve) fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            pub(in crate::serve) fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

problems! {
    UnknownSubject "unknown-subject" NOT_FOUND "No such subject",
    UnknownFeed "unknown-feed" NOT_FOUND "No such feed",
    BadRequest "bad-request" BAD_REQUEST "Mistakes in the request",
    Malformed "malformed" BAD_REQUEST "Malformed HTTP request",
    TooSlow "too-slow" REQUEST_TIMEOUT "The request took too long",
    BadHost "bad-host" BAD_REQUEST "No usable Host",
    NotAdmitted "not-admitted" FORBIDDEN "Forbidden",
    NothingWatched "nothing-watched" NOT_FOUND "No subject is watched",
    UnknownPath "unknown-path" NOT_FOUND "No such page",
    NotAcceptable "not-acceptable" NOT_ACCEPTABLE "Not acceptable",
    PreconditionFailed "precondition-failed" PRECONDITION_FAILED "Precondition failed",
    KeyNeeded "key-needed" UNAUTHORIZED "An access key is needed",
    TooManyRequests "too-many-requests" TOO_MANY_REQUESTS "Too many requests",
    HeadersTooLarge "headers-too-large" REQUEST_HEADER_FIELDS_TOO_LARGE "Header fields too large",
    BodyRefused "body-refused" PAYLOAD_TOO_LARGE "Request body not accepted",
    HubFull "hub-full" SERVICE_UNAVAILABLE "Too many pending subscription requests",
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "Method not allowed",
    AddressTooLong "address-too-long" URI_TOO_LONG "Address too long",
    Failed "failed" INTERNAL_SERVER_ERROR "Internal error",
    Busy "busy" SERVICE_UNAVAILABLE "Busy with costly requests",
    NotReadYet "not-read-yet" SERVICE_UNAVAILABLE "Not read from arXiv yet",
}

impl ProblemType {
    /// The `type` of a problem (RFC 9457).
    pub(in crate::serve) fn address(self) -> String {
        format!("/help/http#{}", self.slug())
    }
}

macro_rules! mistakes {
    ($($name:ident $code:literal,)*) => {
        /// What is wrong with one parameter, for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::serve) enum DiagnosticCode {
            $($name,)*
            OfRule(filter::DiagnosticCode),
        }

        impl DiagnosticCode {
            pub(in crate::serve) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                    Self::OfRule(code) => code.as_str(),
                }
            }

            /// All codes, sorted.
            pub(in crate::serve) fn names() -> Vec<&'static str> {
                let of_rules = filter::DiagnosticCode::ALL.iter().map(|code| code.as_str());
                let mut names: Vec<&str> = [$($code,)*].into_iter().chain(of_rules).collect();
                names.sort_unstable();
                names.dedup();
                names
            }
        }
    };
}

mistakes! {
    BadCallback "bad-callback",
    BadDays "bad-days",
    BadEncoding "bad-encoding",
    BadField "bad-field",
    BadId "bad-id",
    BadKeyword "bad-keyword",
    BadLimit "bad-limit",
    BadNumber "bad-number",
    BadQuery "bad-query",
    BadVersion "bad-version",
    Impossible "impossible",
    MissingParameter "missing-parameter",
    NoForm "no-form",
    NoQuery "no-query",
    NoScores "no-scores",
    RepeatedParameter "repeated-parameter",
    TooManySubjects "too-many-subjects",
    UnexpectedEnding "unexpected-ending",
    UnknownFeed "unknown-feed",
    UnknownParameter "unknown-parameter",
    UnknownSubject "unknown-subject",
    UnknownTopic "unknown-topic",
    UnknownType "unknown-type",
    UnknownValue "unknown-value",
}

impl serde::Serialize for DiagnosticCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_problem_type_has_a_section_in_the_help_and_every_section_a_type() {
        let help = include_str!("../../../docs/http.md");
        let (_, errors) = help.split_once("\n## Errors\n").expect("the section");
        let sections: BTreeSet<&str> = errors.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        let kinds: BTreeSet<&str> = ProblemType::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(sections, kinds);
    }
}
