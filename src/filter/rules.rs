//! Which of many rules does a paper match?

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU64;

use crate::domain::announcement::AnnounceType;

use super::authors::{self, AuthorPattern};
use super::document::Document;
use super::fields::Text;
use super::index::Index;
use super::syntax::{Expr, Leaf, Node};
use super::words::{Kind, Term, Words, title_key};
use super::{Query, matcher};

/// The number of a rule in its set, in the order in which it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// Many rules, looked up by a word or name that a paper must have to match: the rarest that each rule needs, and then
/// the second rarest.
///
/// Rules that need none (a bare `type:new`, a negation, a regular expression, a beginning) are tried on every paper.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Query>,
    by_key: HashMap<u64, Vec<Entry>>,
    /// Rules without a key.
    always: Vec<RuleId>,
}

/// A rule under one of its keys.
#[derive(Clone, Copy, Debug)]
struct Entry {
    rule: RuleId,
    /// What a matching paper has too, where the rule needs something else.
    also: Option<NonZeroU64>,
}

/// Keys of which a matching paper has at least one, and how many papers have any of them.
struct Cover {
    keys: Vec<Key>,
    frequency: usize,
}

/// A key, and another that a paper which matches by it has too.
#[derive(Clone, Copy, PartialEq)]
struct Key {
    key: u64,
    also: Option<NonZeroU64>,
}

impl From<u64> for Key {
    fn from(key: u64) -> Self {
        Self { key, also: None }
    }
}

/// A rule that would be looked up by more keys than this is tried on every paper instead.
const KEYS_MAX: usize = 64;

impl RuleSet {
    /// Puts rules together; their numbers are their places. `sample` says which words are rare: any index of papers
    /// will do, an empty one too, at some cost in speed.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = Query>, sample: &Index) -> Self {
        let mut set = Self::default();
        for (number, query) in (0..).zip(rules) {
            let rule = RuleId(number);
            match rarest(covers(query.normalized(), sample)).filter(|cover| cover.keys.len() <= KEYS_MAX) {
                Some(cover) => {
                    for Key { key, also } in cover.keys {
                        set.by_key.entry(key).or_default().push(Entry { rule, also });
                    }
                }
                None => set.always.push(rule),
            }
            set.rules.push(query);
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
        let mut keys: Vec<u64> = Vec::new();
        document.keys(|key| keys.push(key));
        let held: HashSet<u64> = keys.iter().copied().collect();
        let mut candidates = self.always.clone();
        for entries in keys.iter().filter_map(|key| self.by_key.get(key)) {
            let possible =
                entries.iter().filter(|entry| entry.also.is_none_or(|also| held.contains(&also.get())));
            candidates.extend(possible.map(|entry| entry.rule));
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|id| {
            let rule = self.get(*id).zip(type_for(*id));
            rule.is_some_and(|(rule, kind)| matcher::matches(rule.normalized(), document, kind))
        });
        candidates
    }
}

/// The cover that the fewest papers have; the next one that is a single key goes with each of its keys.
fn rarest(mut covers: Vec<Cover>) -> Option<Cover> {
    covers.sort_by_key(|cover| (cover.frequency, cover.keys.len()));
    let mut covers = covers.into_iter();
    let mut rarest = covers.next()?;
    let next = covers.filter(|cover| cover.keys.len() == 1).flat_map(|cover| cover.keys);
    let next = next.map(|other| other.key).find(|other| rarest.keys.iter().all(|key| key.key != *other));
    for key in &mut rarest.keys {
        key.also = key.also.or(next.and_then(NonZeroU64::new));
    }
    Some(rarest)
}

/// Everything that a matching paper must have, each as a choice of keys.
fn covers(expr: &Expr, sample: &Index) -> Vec<Cover> {
    match &expr.node {
        Node::And(parts) => parts.iter().flat_map(|part| covers(part, sample)).collect(),
        Node::Or(parts) => {
            let mut any = Cover { keys: Vec::new(), frequency: 0 };
            for part in parts {
                let Some(rarest) = rarest(covers(part, sample)) else { return Vec::new() };
                any.keys.extend(rarest.keys);
                any.frequency = any.frequency.saturating_add(rarest.frequency);
            }
            vec![any]
        }
        Node::Leaf(Leaf::Words { field, words }) => of_words(words, *field, sample),
        Node::Leaf(Leaf::Author(pattern)) => of_author(pattern).into_iter().collect(),
        Node::Leaf(Leaf::List { rule, .. }) => covers(rule, sample),
        Node::Not(_) | Node::Leaf(_) => Vec::new(),
    }
}

/// Every word that must be there; a hyphenated one by its rarest part, or in its joined form.
fn of_words(words: &Words, field: Text, sample: &Index) -> Vec<Cover> {
    let is_title = field == Text::Title;
    let key = |term: &Term| Key::from(if is_title { title_key(term.key()) } else { term.key() });
    // Titles hold a tenth of the words.
    let frequency = |term: &Term| sample.frequency(term.folded()) / if is_title { 10 } else { 1 };
    let last = words.items.len() - 1;
    let items =
        words.items.iter().enumerate().filter(|(index, _)| words.kind != Kind::Prefix || *index < last);
    let covers = items.filter_map(|(_, item)| {
        let rarest = item.parts.iter().min_by_key(|part| frequency(part))?;
        let mut cover = Cover { keys: vec![key(rarest)], frequency: frequency(rarest) };
        // Near looks for the parts alone.
        if let Some(joined) = item.joined.as_ref().filter(|_| !matches!(words.kind, Kind::Near(_))) {
            cover.keys.push(key(joined));
            cover.frequency += frequency(joined);
        }
        Some(cover)
    });
    covers.collect()
}

/// A name is taken for rare: it is in few papers even where it is a common one.
fn of_author(pattern: &AuthorPattern) -> Option<Cover> {
    let mut keys: Vec<u64> = pattern.keys()?.iter().map(|key| authors::number(key)).collect();
    keys.sort_unstable();
    keys.dedup();
    Some(Cover { frequency: keys.len(), keys: keys.into_iter().map(Key::from).collect() })
}
