//! A rule that has been read: its canonical form, its warnings, and its combination with other rules.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;

use super::context::{Context, Dialect};
use super::dated::{Dated, Period};
use super::document::TokenizedPaper;
use super::error::{RuleDiagnostics, Warning};
use super::limits::Limits;
use super::syntax::{Expr, Leaf, Node};
use super::{canonical, impossible, links, lists, matcher, parser, weight};

/// A rule that was understood; cheap to clone.
#[derive(Clone, Debug)]
pub struct Query(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    written: Expr,
    normalized: Expr,
    canonical: String,
    /// What the lists hold that it uses, as a hash; 0 where it uses none.
    lists: u64,
    warnings: Vec<Warning>,
    memory_bytes: usize,
}

/// Reads a rule.
///
/// # Errors
/// Every diagnostic in it, with places in Unicode scalar values of `text`.
pub fn parse(text: &str, limits: &Limits, context: &Context<'_>) -> Result<Query, RuleDiagnostics> {
    let (written, warnings) = parser::parse(text, limits, context)?;
    if context.dialect == Dialect::Native {
        let impossible = impossible::diagnostics(&written);
        if !impossible.is_empty() {
            return Err(RuleDiagnostics::new(impossible));
        }
    }
    Ok(Query::new(written, warnings))
}

impl Query {
    pub(super) fn new(written: Expr, warnings: Vec<Warning>) -> Self {
        let normalized = canonical::normalized(&written);
        let canonical = canonical::printed(&normalized);
        let lists = lists::meaning(&normalized);
        let texts = canonical.len() + warnings.iter().map(|warning| warning.message.len()).sum::<usize>();
        let exprs = weight::memory_bytes(&written) + weight::memory_bytes(&normalized);
        let memory_bytes = size_of::<Parsed>() + size_of_val(&*warnings) + texts + exprs;
        Self(Arc::new(Parsed { written, normalized, canonical, lists, warnings, memory_bytes }))
    }

    /// The rule in the one form that rules of the same meaning share, in the native reading.
    ///
    /// Reading it again gives an equal query, but for `submittedDate:` and `lastUpdatedDate:`, which the native reading
    /// does not have. Differences that only the words make (`gpu` and `GPUs` fold to one, but
    /// `a b` and `"a b" b a` do not) are as far as it goes: it is a key, not a proof.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.0.canonical
    }

    /// The rule as it was written, with the places of its parts.
    #[must_use]
    pub fn as_written(&self) -> &Expr {
        &self.0.written
    }

    /// The rule in canonical order.
    #[must_use]
    pub fn normalized(&self) -> &Expr {
        &self.0.normalized
    }

    /// What is allowed and probably not meant, such as `ti:two words`.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings
    }

    /// Whether a feed whose default is `new,cross` leaves the announcement types to the rule: it names types, or papers
    /// by their ids, of which people want to see every version.
    #[must_use]
    pub fn decides_types(&self) -> bool {
        let mut found = names_a_paper(&self.0.normalized);
        self.0.normalized.each_leaf(&mut |_, leaf| found |= matches!(leaf, Leaf::Type(_)));
        found
    }

    /// Does the rule leave anything of papers announced in these ways, as far as its `type:` goes?
    #[must_use]
    pub fn may_be_one_of(&self, types: &[AnnounceType]) -> bool {
        impossible::may_be_one_of(&self.0.normalized, types)
    }

    /// Why no paper can match, where that is so; a rule that was read in one piece was refused for it.
    #[must_use]
    pub fn impossible(&self) -> Option<String> {
        impossible::diagnostics(&self.0.normalized).into_iter().next().map(|diagnostic| diagnostic.message)
    }

    /// The memory that the rule takes while it is kept, in bytes; the rules of lists and compiled expressions of
    /// addresses are kept elsewhere.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.0.memory_bytes
    }

    /// May the rule take much longer than one of plain words? Such rules wait for their turn.
    #[must_use]
    pub fn is_costly(&self) -> bool {
        weight::is_costly(&self.0.normalized)
    }

    /// The names of the lists that the rule uses, directly or through others.
    #[must_use]
    pub fn lists(&self) -> Vec<&str> {
        lists::used_by(&self.0.normalized)
    }

    /// The rule and every list that it uses; it changes whenever what the rule means does.
    #[must_use]
    pub fn in_full(&self) -> String {
        let mut full = self.0.canonical.clone();
        self.0.normalized.each_leaf(&mut |_, leaf| {
            if let Leaf::List { name, rule } = leaf {
                full.extend(["; list:", name, " is ", &canonical::printed(rule)]);
            }
        });
        full
    }

    /// The rule with ids in the place of every `submittedDate:` and `lastUpdatedDate:`: those of the papers that have
    /// the date in question in the period, which `papers` tells.
    ///
    /// Without this such a part of a rule matches nothing. The canonical form stays that of the rule as it was asked.
    #[must_use]
    pub fn with_dates(&self, papers: impl Fn(Dated, &Period) -> Vec<ArxivId>) -> Self {
        let mut has_dates = false;
        self.0.normalized.each_leaf(&mut |_, leaf| has_dates |= matches!(leaf, Leaf::Dated { .. }));
        if !has_dates {
            return self.clone();
        }
        let mut normalized = self.0.normalized.clone();
        normalized.replace_leaves(&mut |leaf| {
            let Leaf::Dated { of, period } = leaf else { return };
            let mut ids: Vec<String> = papers(*of, period).iter().map(links::id_key).collect();
            ids.sort_unstable();
            *leaf = Leaf::Id(ids);
        });
        let Parsed { written, canonical, lists, warnings, .. } = &*self.0;
        let (written, canonical, warnings) = (written.clone(), canonical.clone(), warnings.clone());
        let memory_bytes = self.0.memory_bytes;
        Self(Arc::new(Parsed { written, normalized, canonical, lists: *lists, warnings, memory_bytes }))
    }

    /// Does the paper match, announced in this way in the feed at hand?
    #[must_use]
    pub fn matches(&self, document: &TokenizedPaper, announce_type: AnnounceType) -> bool {
        matcher::matches(&self.0.normalized, document, announce_type)
    }

    /// Both rules; the second keeps its own places.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.joined(other, Node::And)
    }

    /// Either rule; the second keeps its own places.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.joined(other, Node::Or)
    }

    /// Everything that the rule leaves out.
    #[must_use]
    pub fn negated(&self) -> Self {
        let inner = self.0.written.clone();
        Self::new(Expr { span: inner.span, node: Node::Not(Box::new(inner)) }, self.0.warnings.clone())
    }

    fn joined(&self, other: &Self, of: fn(Vec<Expr>) -> Node) -> Self {
        let parts = vec![self.0.written.clone(), other.0.written.clone()];
        let warnings = [&self.0.warnings[..], &other.0.warnings[..]].concat();
        Self::new(Expr { span: self.0.written.span, node: of(parts) }, warnings)
    }
}

/// Whether a rule asks for papers by their ids; leaving some out does not count.
fn names_a_paper(expr: &Expr) -> bool {
    match &expr.node {
        Node::And(parts) | Node::Or(parts) => parts.iter().any(names_a_paper),
        Node::Leaf(Leaf::List { rule, .. }) => names_a_paper(rule),
        Node::Leaf(Leaf::Id(_)) => true,
        Node::Not(_) | Node::Leaf(_) => false,
    }
}

/// Equal when the canonical forms are, and the lists that they use hold the same.
impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical() && self.0.lists == other.0.lists
    }
}

impl Eq for Query {}

impl Hash for Query {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
        self.0.lists.hash(state);
    }
}
