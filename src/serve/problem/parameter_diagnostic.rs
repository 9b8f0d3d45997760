//! A mistake in one parameter, with its place and what would work.

use serde::Serialize;

use crate::filter;

use crate::serve::problem::types::DiagnosticCode;

/// One mistake in one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::serve) struct ParameterDiagnostic {
    pub(in crate::serve) code: DiagnosticCode,
    /// The parameter, or `path`.
    pub(in crate::serve) parameter: String,
    /// Where in the decoded value it begins, and how long it is, in Unicode scalar values.
    pub(in crate::serve) position: usize,
    pub(in crate::serve) length: usize,
    pub(in crate::serve) message: String,
    /// What would work.
    pub(in crate::serve) hint: String,
}

impl ParameterDiagnostic {
    /// The message and what would work, as one sentence.
    pub(in crate::serve) fn sentence(&self) -> String {
        if self.hint.is_empty() { self.message.clone() } else { format!("{}: {}", self.message, self.hint) }
    }

    /// A mistake in the rule of a parameter.
    pub(in crate::serve) fn of_rule(parameter: &str, mistake: &filter::RuleDiagnostic) -> Self {
        Self {
            code: DiagnosticCode::OfRule(mistake.code),
            parameter: parameter.to_owned(),
            position: mistake.position,
            length: mistake.length,
            message: mistake.message.clone(),
            hint: mistake.hint.clone(),
        }
    }
}
