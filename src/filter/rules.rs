//! Which of many rules does a paper match?

use std::collections::HashMap;

use crate::domain::announcement::AnnounceType;

use super::authors::{self, AuthorPattern};
use super::document::Document;
use super::index::Index;
use super::syntax::{Expr, Leaf, Node};
use super::words::{Kind, Words};
use super::{Query, matcher};

/// The number of a rule in its set, in the order in which it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// Many rules, looked up by a word or name that a paper must have to match: the rarest that each rule needs.
///
/// Rules that need none (a bare `type:new`, a negation, a regular expression, a beginning) are tried on every paper.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Query>,
    by_key: HashMap<u64, Vec<RuleId>>,
    /// Rules without a key.
    always: Vec<RuleId>,
}

/// Keys of which a matching paper has at least one, and how many papers have any of them.
struct Cover {
    keys: Vec<u64>,
    frequency: usize,
}

/// A rule that would be looked up by more keys than this is tried on every paper instead.
const KEYS_MAX: usize = 64;

impl RuleSet {
    /// Puts rules together; their numbers are their places. `sample` says which words are rare: any index of papers
    /// will do, an empty one too, at some cost in speed.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = Query>, sample: &Index) -> Self {
        let mut set = Self::default();
        for (number, rule) in (0..).zip(rules) {
            let id = RuleId(number);
            match cover(rule.normalized(), sample).filter(|cover| cover.keys.len() <= KEYS_MAX) {
                Some(cover) => cover.keys.iter().for_each(|key| set.by_key.entry(*key).or_default().push(id)),
                None => set.always.push(id),
            }
            set.rules.push(rule);
        }
        set
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    #[must_use]
    pub fn get(&self, id: RuleId) -> Option<&Query> {
        self.rules.get(id.0 as usize)
    }

    /// The rules that the paper matches, in the order of their numbers; `type_for` says how the paper is announced in
    /// the feed of a rule, and none that it is not in it.
    #[must_use]
    pub fn matches(
        &self,
        document: &Document,
        type_for: impl Fn(RuleId) -> Option<AnnounceType>,
    ) -> Vec<RuleId> {
        let mut candidates = self.always.clone();
        document.keys(|key| {
            if let Some(rules) = self.by_key.get(&key) {
                candidates.extend_from_slice(rules);
            }
        });
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|id| {
            let rule = self.get(*id).zip(type_for(*id));
            rule.is_some_and(|(rule, kind)| matcher::matches(rule.normalized(), document, kind))
        });
        candidates
    }
}

fn cover(expr: &Expr, sample: &Index) -> Option<Cover> {
    match &expr.node {
        Node::And(parts) => parts
            .iter()
            .filter_map(|part| cover(part, sample))
            .min_by_key(|cover| (cover.frequency, cover.keys.len())),
        Node::Or(parts) => parts.iter().map(|part| cover(part, sample)).try_fold(
            Cover { keys: Vec::new(), frequency: 0 },
            |mut any, part| {
                let part = part?;
                any.keys.extend(part.keys);
                any.frequency = any.frequency.saturating_add(part.frequency);
                Some(any)
            },
        ),
        Node::Leaf(Leaf::Words { words, .. }) => of_words(words, sample),
        Node::Leaf(Leaf::Author(pattern)) => of_author(pattern),
        Node::Leaf(Leaf::List { rule, .. }) => cover(rule, sample),
        Node::Not(_) | Node::Leaf(_) => None,
    }
}

/// The rarest word; a hyphenated one also in its joined form.
fn of_words(words: &Words, sample: &Index) -> Option<Cover> {
    let last = words.items.len() - 1;
    let items =
        words.items.iter().enumerate().filter(|(index, _)| words.kind != Kind::Prefix || *index < last);
    let covers = items.filter_map(|(_, item)| {
        let rarest = item.parts.iter().min_by_key(|part| sample.frequency(part.folded()))?;
        let mut cover = Cover { keys: vec![rarest.key()], frequency: sample.frequency(rarest.folded()) };
        // Near looks for the parts alone.
        if let Some(joined) = item.joined.as_ref().filter(|_| !matches!(words.kind, Kind::Near(_))) {
            cover.keys.push(joined.key());
            cover.frequency += sample.frequency(joined.folded());
        }
        Some(cover)
    });
    covers.min_by_key(|cover| cover.frequency)
}

/// A name is taken for rare: it is in few papers even where it is a common one.
fn of_author(pattern: &AuthorPattern) -> Option<Cover> {
    let keys: Vec<u64> = pattern.keys()?.iter().map(|key| authors::number(key)).collect();
    Some(Cover { frequency: keys.len(), keys })
}
