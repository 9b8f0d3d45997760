//! One mistake in one value of a request, with its place and what would work.

use serde::Serialize;

use crate::filter;

use super::kinds::Code;

/// One mistake in one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Mistake {
    pub(super) code: Code,
    /// The parameter, or `path`.
    pub(super) parameter: String,
    /// Where in the decoded value it begins, and how long it is, in Unicode scalar values.
    pub(super) position: usize,
    pub(super) length: usize,
    pub(super) message: String,
    /// What would work.
    pub(super) hint: String,
}

impl Mistake {
    pub(super) fn said(&self) -> String {
        if self.hint.is_empty() { self.message.clone() } else { format!("{}: {}", self.message, self.hint) }
    }

    /// A mistake in the rule of a parameter.
    pub(super) fn of_rule(parameter: &str, mistake: &filter::Mistake) -> Self {
        Self {
            code: Code::OfRule(mistake.code),
            parameter: parameter.to_owned(),
            position: mistake.position,
            length: mistake.length,
            message: mistake.message.clone(),
            hint: mistake.hint.clone(),
        }
    }
}
