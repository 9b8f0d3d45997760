//! Reads single values of parameters: subjects, types, choices, numbers.

use crate::domain::announcement::AnnounceType;
use crate::domain::presentation::Choice;
use crate::domain::taxonomy::SubjectId;

use crate::serve::problem::details::{ParameterDiagnostic, Problem};
use crate::serve::problem::types::DiagnosticCode;

/// How many subjects may be joined with `+`.
const SUBJECTS_MAX: usize = 40;

/// A list of subjects, sorted, each once.
pub(in crate::serve) fn subject_list(list: &str, separator: char) -> Result<Vec<SubjectId>, Problem> {
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
    sorted(subjects)
}

/// Subjects in the order of their ids, each once.
pub(in crate::serve) fn sorted(mut subjects: Vec<SubjectId>) -> Result<Vec<SubjectId>, Problem> {
    subjects.sort_unstable();
    subjects.dedup();
    if subjects.len() > SUBJECTS_MAX {
        return Err(Problem::bad_request(vec![ParameterDiagnostic {
            code: DiagnosticCode::TooManySubjects,
            parameter: "subjects".to_owned(),
            position: 0,
            length: 0,
            message: format!("{} subjects are joined", subjects.len()),
            hint: format!("join at most {SUBJECTS_MAX}, or ask for an archive such as cs"),
        }]));
    }
    Ok(subjects)
}

/// A comma list of announcement types, put into the page's order.
pub(super) fn types(list: &str) -> Result<Vec<AnnounceType>, Vec<ParameterDiagnostic>> {
    let (mut types, mut mistakes, mut position) = (Vec::new(), Vec::new(), 0);
    for name in list.split(',') {
        match name.trim().parse::<AnnounceType>() {
            Ok(kind) => types.push(kind),
            Err(_) => mistakes.push(ParameterDiagnostic {
                code: DiagnosticCode::UnknownType,
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
pub(in crate::serve) fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// One of a few words.
pub(super) fn choice<T: Choice>(name: &str, value: &str) -> Result<T, ParameterDiagnostic> {
    T::named(value).ok_or_else(|| wrong(name, value, DiagnosticCode::UnknownValue, &T::names()))
}

pub(super) fn flag(name: &str, value: &str) -> Result<bool, ParameterDiagnostic> {
    value.parse().map_err(|_| wrong(name, value, DiagnosticCode::UnknownValue, "true, false"))
}

/// A number from `least` to `most`.
pub(super) fn number(
    name: &str,
    value: &str,
    least: usize,
    most: usize,
) -> Result<usize, ParameterDiagnostic> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| {
        let code = match name {
            "limit" => DiagnosticCode::BadLimit,
            "days" => DiagnosticCode::BadDays,
            _ => DiagnosticCode::BadNumber,
        };
        wrong(name, value, code, &format!("a number from {least} to {most}"))
    })
}

/// A value that means nothing, as a whole.
pub(super) fn wrong(name: &str, value: &str, code: DiagnosticCode, hint: &str) -> ParameterDiagnostic {
    ParameterDiagnostic {
        code,
        parameter: shortened(name),
        position: 0,
        length: value.chars().count(),
        message: format!("`{}` is `{}`", shortened(name), shortened(value)),
        hint: hint.to_owned(),
    }
}
