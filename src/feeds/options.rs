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
    /// Sorted, each once, never empty; what a type is relative to.
    pub sources: Vec<SubjectId>,
    /// What a paper must match; everything without it.
    pub rule: Option<Query>,
    /// What a paper scores for each rule that it matches.
    pub scores: Vec<(Query, i64)>,
    /// What it must score in all.
    pub min_score: Option<i64>,
    /// Calendar days back, unless the reader chooses.
    pub days: Option<u32>,
    /// The most items, unless the reader chooses.
    pub limit: Option<usize>,
    /// What becomes of TeX, unless the reader chooses.
    pub text: TextMode,
    /// Whether what was announced before the feed's rules came into force is shown.
    pub backfill: bool,
    /// When the rules came into force; nothing of before is shown where `backfill` is off.
    pub since: Option<Timestamp>,
}

impl NamedOptions {
    /// All that decides which papers are in the feed, in words that change when it does.
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
