//! What a feed is, in its canonical form: where its papers come from, which of them, and how they are shown.

use std::sync::Arc;

use crate::domain::presentation::Presentation;
use crate::domain::taxonomy::SubjectId;
use crate::filter::Query;

use super::assemble::{Limit, Selection};
use super::options::NamedOptions;

/// The most items of a feed of ordinary size.
const ORDINARY_ITEMS_MAX: usize = 500;

/// What a feed is, in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FeedSpec {
    pub scope: Scope,
    pub selection: Selection,
    pub presentation: Presentation,
    /// Selection and presentation where the request chooses nothing.
    pub default: (Selection, Presentation),
}

impl FeedSpec {
    /// A feed for which the request chooses nothing.
    #[must_use]
    pub fn with_defaults(scope: Scope, selection: Selection, presentation: Presentation) -> Self {
        let default = (selection.clone(), presentation.clone());
        Self { scope, selection, presentation, default }
    }

    /// The memory that it takes beside itself, in bytes; a feed of the configuration counts nothing, for all share it.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let of_scope = match &self.scope {
            Scope::Keyword(keyword, rule, _) => keyword.len() + rule.memory_bytes(),
            _ => 0,
        };
        let of_subjects = match &self.scope {
            Scope::Named(_) => 0,
            scope => size_of_val(scope.subjects()),
        };
        of_scope + of_subjects + self.selection.memory_bytes() + self.default.0.memory_bytes()
    }

    /// Whether it may take much longer than a feed of ordinary size by plain words.
    #[must_use]
    pub fn is_costly(&self) -> bool {
        let is_large = |limit| matches!(limit, Limit::Chosen(items) if items > ORDINARY_ITEMS_MAX);
        let has_costly_rule = match &self.scope {
            Scope::Named(named) => {
                named.rule.iter().chain(named.scores.iter().map(|(rule, _)| rule)).any(Query::is_costly)
            }
            Scope::Keyword(_, rule, _) => rule.is_costly(),
            _ => false,
        };
        self.presentation.digest.is_some()
            || is_large(self.selection.limit)
            || has_costly_rule
            || self.selection.rules().any(Query::is_costly)
    }
}

/// Where the papers of a feed come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `/subjects/…`: these, sorted, each once.
    Subjects(Vec<SubjectId>),
    /// `/subjects/all`: everything that is read.
    Everything,
    /// `/search`: these subjects, or all that are read.
    Search(Vec<SubjectId>),
    /// `/keywords/…`: papers with this phrase, by the rule that finds it, in these subjects or all that are read.
    Keyword(String, Query, Vec<SubjectId>),
    /// `/named/…`: a feed of the configuration.
    Named(Arc<NamedOptions>),
}

/// The rule that finds a keyword: as one phrase in title, abstract and comments.
#[must_use]
pub fn keyword_rule(keyword: &str) -> String {
    let phrase = keyword.replace('"', " ");
    format!("tiabs:\"{phrase}\" OR co:\"{phrase}\"")
}

impl Scope {
    /// The subjects that were named; none for all that are read.
    #[must_use]
    pub fn subjects(&self) -> &[SubjectId] {
        match self {
            Self::Subjects(subjects) | Self::Search(subjects) | Self::Keyword(_, _, subjects) => subjects,
            Self::Named(named) => &named.sources,
            Self::Everything => &[],
        }
    }
}
