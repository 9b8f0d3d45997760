//! Which documents does a part of a rule leave?

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;

use super::super::authors::{AuthorPattern, Name};
use super::super::fields::{Place, Text};
use super::super::links;
use super::super::matcher::is_doi;
use super::super::syntax::{Expr, Leaf, Node};
use super::super::words::{Occurrence, Term, Words};
use super::bits::Bits;
use super::phrase::{lists, phrase};
use super::postings::{Postings, places};
use super::{Index, facet};

pub(super) struct Search<'a> {
    pub index: &'a Index,
    pub type_of: &'a dyn Fn(u32) -> Option<AnnounceType>,
}

/// How much work it takes to test one document, in rough steps: what costs little goes first.
fn cost(expr: &Expr) -> u32 {
    match &expr.node {
        Node::And(parts) => parts.iter().map(cost).min().unwrap_or(0) + 1,
        Node::Or(parts) => parts.iter().map(cost).max().unwrap_or(0) + 1,
        Node::Not(inner) => cost(inner) + 1,
        Node::Leaf(leaf) => match leaf {
            Leaf::Words { words, .. } if words.single().is_some() => 0,
            Leaf::Subject { .. } | Leaf::Has(_) => 0,
            Leaf::Author(_) => 10,
            Leaf::Words { .. } => 20,
            Leaf::Type(_) | Leaf::Announced { .. } | Leaf::Dated { .. } => 30,
            Leaf::Id(_) | Leaf::Doi { .. } => 40,
            Leaf::List { rule, .. } => cost(rule),
            Leaf::Regex { .. } => 1_000,
        },
    }
}

impl Search<'_> {
    /// The documents of `within` that match.
    pub(super) fn find(&self, expr: &Expr, within: &Bits) -> Bits {
        match &expr.node {
            Node::And(parts) => {
                let mut left = within.clone();
                for part in by_cost(parts) {
                    if left.is_empty() {
                        break;
                    }
                    left = match &part.node {
                        Node::Not(inner) => self.without(inner, left),
                        _ => self.find(part, &left),
                    };
                }
                left
            }
            Node::Or(parts) => {
                let mut found = within.emptied();
                let mut left = within.clone();
                for part in by_cost(parts) {
                    let more = self.find(part, &left);
                    left.subtract(&more);
                    found.unite(&more);
                }
                found
            }
            Node::Not(inner) => self.without(inner, within.clone()),
            Node::Leaf(leaf) => self.leaf(leaf, within),
        }
    }

    fn without(&self, inner: &Expr, mut left: Bits) -> Bits {
        let found = self.find(inner, &left);
        left.subtract(&found);
        left
    }

    fn leaf(&self, leaf: &Leaf, within: &Bits) -> Bits {
        match leaf {
            Leaf::Words { field, words } => self.words(words, *field, within),
            Leaf::Author(pattern) => self.author(pattern, within),
            Leaf::Subject { place, subjects } => self.subjects(*place, subjects, within),
            Leaf::Has(features) => {
                let mut found = within.emptied();
                for list in features.iter().filter_map(|feature| self.index.facets.get(feature.as_str())) {
                    list.mark(&mut found);
                }
                found.intersect(within);
                found
            }
            Leaf::List { rule, .. } => self.find(rule, within),
            Leaf::Type(types) => {
                filtered(within, |id| (self.type_of)(id).is_some_and(|own| types.contains(&own)))
            }
            Leaf::Announced { from, to } => filtered(within, |id| {
                self.index.slot(id).is_some_and(|slot| {
                    from.is_none_or(|from| from <= slot.announced) && to.is_none_or(|to| slot.announced <= to)
                })
            }),
            Leaf::Dated { .. } => within.emptied(),
            Leaf::Id(ids) => filtered(within, |id| {
                self.index.slot(id).is_some_and(|slot| {
                    let own = slot.paper.id.as_str();
                    let is_there = |own: &str| ids.binary_search_by(|id| id.as_str().cmp(own)).is_ok();
                    is_there(own) || own.contains('/') && is_there(&links::id_key(&slot.paper.id))
                })
            }),
            Leaf::Doi { doi, is_prefix } => filtered(within, |id| {
                self.index
                    .slot(id)
                    .is_some_and(|slot| slot.dois.iter().any(|own| is_doi(own, doi, *is_prefix)))
            }),
            Leaf::Regex { field, pattern } => filtered(within, |id| {
                let mut found = false;
                if let Some(slot) = self.index.slot(id) {
                    let none = super::Texts::default();
                    let texts = slot.texts.as_deref().unwrap_or(&none);
                    for part in field.parts() {
                        texts.each(&slot.paper, *part, |text| found = found || pattern.is_match(text));
                    }
                }
                found
            }),
        }
    }

    fn subjects(&self, place: Place, subjects: &[SubjectId], within: &Bits) -> Bits {
        let mut found = within.emptied();
        for subject in subjects {
            for at in [Place::Primary, Place::Cross] {
                if (place == Place::Any || place == at)
                    && let Some(list) = self.index.facets.get(&facet(at, subject.as_str()))
                {
                    list.mark(&mut found);
                }
            }
        }
        found.intersect(within);
        found
    }

    fn words(&self, words: &Words, field: Text, within: &Bits) -> Bits {
        let mut found = within.emptied();
        for part in field.parts() {
            let vocabulary = &self.index.words[*part as usize];
            match words.single() {
                Some(Term::Folded { folded, .. }) => {
                    if let Some(list) = vocabulary.get(folded) {
                        list.mark(&mut found);
                    }
                }
                Some(term @ Term::Prefix { .. }) => {
                    mark(&lists(vocabulary, term), &mut found);
                }
                _ => phrase(words, vocabulary, within, &mut found),
            }
        }
        found.intersect(within);
        found
    }

    fn author(&self, pattern: &AuthorPattern, within: &Bits) -> Bits {
        let mut found = within.emptied();
        let names = &self.index.names;
        let beginnings = pattern.key_prefixes();
        let lists: Vec<&Postings> = match pattern.keys() {
            Some(keys) => keys.iter().filter_map(|key| names.get(key)).collect(),
            None => beginnings
                .iter()
                .flat_map(|beginning| names.beginning(beginning).collect::<Vec<_>>())
                .collect(),
        };
        if pattern.is_decided_by_keys() {
            mark(&lists, &mut found);
            found.intersect(within);
            return found;
        }
        for (id, stored) in lists.iter().flat_map(|list| list.iter()) {
            if !within.contains(id) || found.contains(id) {
                continue;
            }
            let Some(slot) = self.index.slot(id) else { continue };
            let names = &slot.paper.authors.names;
            let is_meant = |(place, _): (Occurrence, _)| {
                names.get(place.position as usize).is_some_and(|name| pattern.matches(&Name::read(name)))
            };
            if places(stored).any(is_meant) {
                found.insert(id);
            }
        }
        found
    }
}

fn filtered(within: &Bits, holds: impl Fn(u32) -> bool) -> Bits {
    let mut found = within.emptied();
    for id in within.iter().filter(|id| holds(*id)) {
        found.insert(id);
    }
    found
}

fn mark(lists: &[&Postings], set: &mut Bits) {
    for list in lists {
        list.mark(set);
    }
}

fn by_cost(parts: &[Expr]) -> Vec<&Expr> {
    let mut parts: Vec<&Expr> = parts.iter().collect();
    parts.sort_by_key(|part| cost(part));
    parts
}
