//! Which of many rules does a paper match?

mod plan;

use std::collections::HashMap;

use crate::domain::announcement::AnnounceType;

use super::Query;
use super::authors::{self, AuthorPattern};
use super::document::Document;
use super::fields::Text;
use super::index::Index;
use super::syntax::{Expr, Leaf, Node};
use super::words::{Kind, Term, Words, title_key};

use plan::{Answers, Plan, Tests};

/// The number of a rule in its set, in the order in which it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// Many rules, looked up by a word or name that a paper must have to match: the rarest that each rule needs, and then
/// the second rarest.
///
/// Rules that need none (a bare `type:new`, a negation, a regular expression, a beginning) are tried on every paper.
/// What several rules test is tested once for a paper.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Query>,
    plans: Vec<Plan>,
    tests: Tests,
    /// The keys that rules are looked up by, and their numbers.
    keys: HashMap<u64, u32>,
    /// The rules by the number of a key.
    by_key: Vec<Vec<Entry>>,
    /// Rules without a key.
    always: Vec<u32>,
}

/// A rule under one of its keys.
#[derive(Clone, Copy, Debug)]
struct Entry {
    rule: u32,
    /// The number of a key that a matching paper has too, where the rule needs something else.
    also: Option<u32>,
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
    also: Option<u64>,
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
        for (rule, query) in (0..).zip(rules) {
            match rarest(covers(query.normalized(), sample)).filter(|cover| cover.keys.len() <= KEYS_MAX) {
                Some(cover) => {
                    for Key { key, also } in cover.keys {
                        let also = also.map(|also| set.key_number(also));
                        let number = set.key_number(key) as usize;
                        set.by_key[number].push(Entry { rule, also });
                    }
                }
                None => set.always.push(rule),
            }
            set.plans.push(set.tests.plan(query.normalized()));
            set.rules.push(query);
        }
        set
    }

    fn key_number(&mut self, key: u64) -> u32 {
        let next = u32::try_from(self.keys.len()).expect("fewer keys than u32 counts");
        let number = *self.keys.entry(key).or_insert(next);
        if number == next {
            self.by_key.push(Vec::new());
        }
        number
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
        let mut held = Flags::none(self.by_key.len());
        let mut numbers: Vec<u32> = Vec::new();
        document.keys(|key| {
            if let Some(number) = self.keys.get(&key) {
                held.set(*number);
                numbers.push(*number);
            }
        });
        let mut candidates = Flags::none(self.rules.len());
        self.always.iter().for_each(|rule| candidates.set(*rule));
        for number in numbers {
            for entry in &self.by_key[number as usize] {
                if entry.also.is_none_or(|also| held.has(also)) {
                    candidates.set(entry.rule);
                }
            }
        }
        let mut answers = Answers::of(&self.tests, document);
        let holds = |rule: &u32| {
            type_for(RuleId(*rule)).is_some_and(|kind| answers.holds(&self.plans[*rule as usize], kind))
        };
        candidates.iter().filter(holds).map(RuleId).collect()
    }
}

/// A bit for each number.
struct Flags(Vec<u64>);

impl Flags {
    fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn set(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    fn has(&self, number: u32) -> bool {
        self.0[number as usize / 64] & (1 << (number % 64)) != 0
    }

    /// The numbers whose bit is set, in ascending order.
    fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().zip((0..).step_by(64)).flat_map(|(block, first)| {
            let mut rest = *block;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    first + bit
                })
            })
        })
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
        key.also = key.also.or(next);
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
