//! Rules and subjects as arguments.

use super::failure::Failure;
use crate::domain::taxonomy::SubjectId;
use crate::filter::{self, Context, Dialect, Limits, Lists, Query};

/// Reads a rule; the command line has no named lists.
pub(super) fn rule(text: &str) -> Result<Query, Failure> {
    let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
    filter::parse(text, &Limits::CONFIG, &context).map_err(|diagnostics| {
        Failure::wrong(format!("the rule has errors\n{}", diagnostics.with_carets(text)))
    })
}

/// Reads subjects, one per argument or joined with `+` or commas; duplicates are dropped, and every error is listed.
pub(super) fn subjects(arguments: &[String]) -> Result<Vec<SubjectId>, Failure> {
    let (mut subjects, mut errors) = (Vec::new(), Vec::new());
    for name in arguments.iter().flat_map(|argument| argument.split(['+', ',', ' '])) {
        match SubjectId::parse(name) {
            Ok(subject) if subjects.contains(&subject) => {}
            Ok(subject) => subjects.push(subject),
            Err(unknown) => errors.push(unknown.to_string()),
        }
    }
    if errors.is_empty() { Ok(subjects) } else { Err(Failure::wrong(errors.join("; "))) }
}
