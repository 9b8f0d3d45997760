//! The settings of one feed of the configuration.

use jiff::Timestamp;

use crate::domain::presentation::TextMode;
use crate::domain::taxonomy::SubjectId;
use crate::filter::Query;

/// A feed of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamedOptions {
    /// Lowercase letters, digits and `-`; unique.
    pub slug: String,
    pub title: String,
    /// The subjects of the feed, sorted, each once, at least one; types are relative to them.
    pub sources: Vec<SubjectId>,
    /// The rule that a paper must match; every paper matches without one.
    pub rule: Option<Query>,
    /// The rules that add to a paper's score, each with what it adds.
    pub scores: Vec<(Query, i64)>,
    /// The least score of a paper that is shown.
    pub min_score: Option<i64>,
    /// Calendar days back, unless the reader chooses.
    pub days: Option<u32>,
    /// The most items, unless the reader chooses.
    pub limit: Option<usize>,
    /// How TeX is written, unless the reader chooses.
    pub text: TextMode,
    /// Whether what was announced before the feed's rules came into force is shown.
    pub backfill: bool,
    /// When the rules came into force; nothing of before is shown where `backfill` is off.
    pub since: Option<Timestamp>,
}

impl NamedOptions {
    /// A text of everything that decides which papers are in the feed; it changes when that does.
    #[must_use]
    pub fn rules(&self) -> String {
        let sources: Vec<&str> = self.sources.iter().map(|subject| subject.as_str()).collect();
        let mut rules = format!("sources {}", sources.join(","));
        if let Some(rule) = &self.rule {
            rules.extend(["\nrule ", &rule.in_full()]);
        }
        if let Some(min_score) = self.min_score {
            let scores = self.scores.iter().map(|(rule, add)| format!("\nscore {add} {}", rule.in_full()));
            rules.extend(scores.chain([format!("\nmin_score {min_score}")]));
        }
        rules
    }
}
