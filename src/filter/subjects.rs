//! Subjects as rules name them, and those that a category of a paper counts for.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::paper::Subject;
use crate::domain::taxonomy::{self, SubjectId};

/// Every subject that a paper in this category is in: the category, and the archives around it.
///
/// A category that arXiv opened after the table was made counts for its archive alone.
#[must_use]
pub fn containing(category: &str) -> Vec<SubjectId> {
    static KNOWN: LazyLock<HashMap<&'static str, Vec<SubjectId>>> = LazyLock::new(|| {
        let around =
            |id: SubjectId| SubjectId::all().filter(|subject| subject.contains(id.as_str())).collect();
        SubjectId::all().map(|id| (id.as_str(), around(id))).collect()
    });
    let canonical = taxonomy::canonical(category).unwrap_or(category);
    KNOWN.get(canonical).cloned().unwrap_or_else(|| {
        let archive = category.split_once('.').map_or(category, |(archive, _)| archive);
        SubjectId::parse(archive).into_iter().collect()
    })
}

/// The subjects of a paper's first category, and of the others.
pub(super) fn of_paper(subjects: &[Subject]) -> (Vec<SubjectId>, Vec<SubjectId>) {
    let primary = subjects.first().map(|subject| containing(&subject.id)).unwrap_or_default();
    let others = subjects.iter().skip(1).flat_map(|subject| containing(&subject.id));
    let mut cross: Vec<SubjectId> = others.collect();
    cross.sort_unstable();
    cross.dedup();
    (primary, cross)
}

/// A subject as a rule names it: `cs.DC`, `cs.*` or `cs`.
///
/// # Errors
/// The nearest ids, best first.
pub(super) fn read(text: &str) -> Result<SubjectId, Vec<&'static str>> {
    let (name, is_wild) = match text.strip_suffix(".*") {
        Some(archive) => (archive, true),
        None => (text, false),
    };
    match SubjectId::parse(name) {
        Ok(subject) if !is_wild || !subject.as_str().contains('.') => Ok(subject),
        Ok(subject) => Err(vec![subject.as_str()]),
        Err(unknown) if unknown.near.is_empty() => Err(prefixed(name)),
        Err(unknown) => Err(unknown.near),
    }
}

/// The same, groups of archives (`grp_physics`, `hep`), and a beginning of ids: `astro-ph*` is the archive with all of it, `hep-*` four archives, `cs.A*` what
/// begins so in cs.
///
/// # Errors
/// The nearest ids, best first.
pub(super) fn read_all(text: &str) -> Result<Vec<SubjectId>, Vec<&'static str>> {
    if let Some(archives) = group(text) {
        return Ok(archives);
    }
    if let Some(beginning) = text.strip_suffix('*').filter(|beginning| !beginning.ends_with('.')) {
        let begins = |id: &SubjectId| {
            id.as_str().get(..beginning.len()).is_some_and(|own| own.eq_ignore_ascii_case(beginning))
        };
        let found: Vec<SubjectId> = SubjectId::all().filter(begins).collect();
        if !beginning.is_empty() && !found.is_empty() {
            let is_within_another =
                |id: &SubjectId| found.iter().any(|other| other != id && other.contains(id.as_str()));
            return Ok(found.iter().copied().filter(|id| !is_within_another(id)).collect());
        }
    }
    read(text).map(|subject| vec![subject])
}

/// The groups of arXiv's taxonomy, and archives that people name together.
const GROUPS: &[(&str, &[&str])] = &[
    ("grp_cs", &["cs"]),
    ("grp_econ", &["econ"]),
    ("grp_eess", &["eess"]),
    ("grp_math", &["math"]),
    (
        "grp_physics",
        &[
            "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin",
            "nucl-ex", "nucl-th", "physics", "quant-ph",
        ],
    ),
    ("grp_q-bio", &["q-bio"]),
    ("grp_q-fin", &["q-fin"]),
    ("grp_stat", &["stat"]),
    ("hep", &["hep-ex", "hep-lat", "hep-ph", "hep-th"]),
    ("nucl", &["nucl-ex", "nucl-th"]),
];

/// The archives of a group: `grp_physics`, `hep` or `hep.*`.
fn group(text: &str) -> Option<Vec<SubjectId>> {
    let name = text.strip_suffix(".*").unwrap_or(text);
    let (_, archives) = GROUPS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    archives.iter().map(|archive| SubjectId::parse(archive).ok()).collect()
}

/// The ids that begin alike, for a name that comes near none.
fn prefixed(name: &str) -> Vec<&'static str> {
    let Some((archive, _)) = name.split_once('.') else { return Vec::new() };
    let begins = |id: &SubjectId| id.as_str().eq_ignore_ascii_case(archive);
    SubjectId::all().filter(begins).map(SubjectId::as_str).collect()
}

/// Does a bare word name a subject? Words without a dot or hyphen (`math`, `physics`) are words.
pub(super) fn looks_like(word: &str) -> bool {
    if word.contains(',') {
        return word.split(',').all(|item| !item.is_empty() && looks_like(item));
    }
    if !word.contains(['.', '-']) {
        return word.starts_with("grp_") && group(word).is_some();
    }
    let known_archive = |name: &str| SubjectId::parse(name).is_ok_and(|id| !id.as_str().contains('.'));
    read(word).is_ok()
        || word.split_once('.').is_some_and(|(archive, class)| {
            known_archive(archive)
                && class.len() >= 2
                && class.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
        })
}

/// As a canonical rule has it; archives of several categories with `.*`.
pub(super) fn written(subject: SubjectId) -> String {
    if subject.is_archive_of_several() { format!("{subject}.*") } else { subject.to_string() }
}
