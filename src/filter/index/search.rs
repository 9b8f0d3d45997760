//! Searches the index: every part of a rule but regular expressions.

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;

use super::super::authors::{AuthorPattern, Name};
use super::super::fields::{Place, Text};
use super::super::links;
use super::super::matcher::is_doi;
use super::super::query::Query;
use super::super::syntax::{Expr, Leaf, Node};
use super::super::words::{Occurrence, Term, Words};
use super::super::work::{TooMuchWork, Work};
use super::bits::Bits;
use super::documents::{DocumentId, Index, facet};
use super::phrase::{lists, phrase, steps};
use super::postings::{Postings, places};
use super::residue::{Pending, Residue};

struct Search<'a> {
    index: &'a Index,
    type_of: &'a dyn Fn(u32) -> Option<AnnounceType>,
    work: &'a Work<'a>,
}

/// The steps of taking a document along, for its texts to be read.
const STEPS_PER_DOCUMENT: usize = 64;

impl Index {
    /// The documents that match, in the order in which they came.
    ///
    /// `type_of` says how a document is announced in the feed at hand; what has no type is not in the feed. It is asked
    /// for what matches, or for what the rest of the query leaves where the query names a type.
    #[must_use]
    pub fn search(
        &self,
        query: &Query,
        type_of: impl Fn(DocumentId) -> Option<AnnounceType>,
    ) -> Vec<DocumentId> {
        let found = self
            .begin(query, None, &type_of, &Work::unlimited())
            .and_then(|pending| pending.finish(&Work::unlimited()))
            .unwrap_or_default();
        found.into_iter().filter(|id| type_of(*id).is_some()).collect()
    }

    /// Does what the index can do for a search: all but regular expressions, which the [`Pending`] rest of it runs.
    ///
    /// `among` names the documents that are searched, every one without.
    ///
    /// # Errors
    /// The work is used up.
    pub fn begin(
        &self,
        query: &Query,
        among: Option<&mut dyn Iterator<Item = DocumentId>>,
        type_of: impl Fn(DocumentId) -> Option<AnnounceType>,
        work: &Work<'_>,
    ) -> Result<Pending, TooMuchWork> {
        let mut within = self.present.clone();
        if let Some(among) = among {
            within = within.emptied();
            among.for_each(|id| within.insert(id.0));
            within.intersect(&self.present);
        }
        let search = Search { index: self, type_of: &|id| type_of(DocumentId(id)), work };
        let residue = search.residue(query.normalized(), &within)?;
        let text = |id| self.slot(id).map(|slot| (id, slot.paper.clone(), slot.texts.clone()));
        let texts = match &residue {
            Residue::Set(_) => Vec::new(),
            open => open.may_match(&within).iter().filter_map(text).collect(),
        };
        work.take(STEPS_PER_DOCUMENT * texts.len())?;
        Ok(Pending { residue, texts })
    }
}

/// The steps of asking the caller how a document is announced, and of comparing one document's own fields.
const STEPS_PER_TYPE: usize = 64;
const STEPS_PER_FIELD: usize = 16;

/// The steps of reading a name and comparing it with one of a rule, and those for each byte of that.
const STEPS_PER_NAME: usize = 1_000;
const STEPS_PER_NAME_BYTE: usize = 20;

/// The documents of a part of a rule, or the end of the work.
type Found = Result<Bits, TooMuchWork>;

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
    /// What is left of a rule once all of it that the index can answer is answered, for the documents of `within`.
    ///
    /// # Errors
    /// The work is used up.
    fn residue(&self, expr: &Expr, within: &Bits) -> Result<Residue, TooMuchWork> {
        if !has_regex(expr) {
            return self.find(expr, within).map(Residue::Set);
        }
        Ok(match &expr.node {
            Node::Not(inner) => Residue::Not(Box::new(self.residue(inner, within)?)),
            Node::Leaf(Leaf::List { rule, .. }) => self.residue(rule, within)?,
            Node::Leaf(Leaf::Regex { field, pattern }) => {
                Residue::Regex { field: *field, pattern: pattern.clone() }
            }
            Node::Leaf(leaf) => Residue::Set(self.leaf(leaf, within)?),
            Node::And(parts) => {
                let mut left = within.clone();
                let (answered, open): (Vec<&Expr>, Vec<&Expr>) =
                    by_cost(parts).into_iter().partition(|part| !has_regex(part));
                for part in answered {
                    left = self.find(part, &left)?;
                }
                let open =
                    open.into_iter().map(|part| self.residue(part, &left)).collect::<Result<Vec<_>, _>>()?;
                Residue::And(left, open)
            }
            Node::Or(parts) => {
                let (answered, open): (Vec<&Expr>, Vec<&Expr>) =
                    parts.iter().partition(|part| !has_regex(part));
                let (found, left) = self.any(&answered, within)?;
                let open =
                    open.into_iter().map(|part| self.residue(part, &left)).collect::<Result<Vec<_>, _>>()?;
                Residue::Or(found, open)
            }
        })
    }

    /// The documents of `within` that match a rule without regular expressions.
    fn find(&self, expr: &Expr, within: &Bits) -> Found {
        self.work.take(within.blocks())?;
        match &expr.node {
            Node::And(parts) => {
                let mut left = within.clone();
                for part in by_cost(parts) {
                    if left.is_empty() {
                        break;
                    }
                    left = self.find(part, &left)?;
                }
                Ok(left)
            }
            Node::Or(parts) => self.any(&by_cost(parts), within).map(|(found, _)| found),
            Node::Not(inner) => {
                let mut left = within.clone();
                left.subtract(&self.find(inner, within)?);
                Ok(left)
            }
            Node::Leaf(leaf) => self.leaf(leaf, within),
        }
    }

    /// The documents that match any of the parts, and the others.
    fn any(&self, parts: &[&Expr], within: &Bits) -> Result<(Bits, Bits), TooMuchWork> {
        let (mut found, mut left) = (within.emptied(), within.clone());
        for part in parts {
            let more = self.find(part, &left)?;
            left.subtract(&more);
            found.unite(&more);
        }
        Ok((found, left))
    }

    fn leaf(&self, leaf: &Leaf, within: &Bits) -> Found {
        match leaf {
            Leaf::Words { field, words } => self.words(words, *field, within),
            Leaf::Author(pattern) => self.author(pattern, within),
            Leaf::Subject { place, subjects } => self.subjects(*place, subjects, within),
            Leaf::Has(features) => {
                let mut found = within.emptied();
                for list in features.iter().filter_map(|feature| self.index.facets.get(feature.as_str())) {
                    self.mark(&[list], &mut found)?;
                }
                found.intersect(within);
                Ok(found)
            }
            Leaf::List { rule, .. } => self.find(rule, within),
            Leaf::Type(types) => self.filtered(within, STEPS_PER_TYPE, |id| {
                (self.type_of)(id).is_some_and(|own| types.contains(&own))
            }),
            Leaf::Announced { from, to } => self.filtered(within, STEPS_PER_FIELD, |id| {
                self.index.slot(id).is_some_and(|slot| {
                    from.is_none_or(|from| from <= slot.announced) && to.is_none_or(|to| slot.announced <= to)
                })
            }),
            Leaf::Id(ids) => self.filtered(within, 4 * STEPS_PER_FIELD, |id| {
                self.index.slot(id).is_some_and(|slot| {
                    let own = slot.paper.id.as_str();
                    let is_there = |own: &str| ids.binary_search_by(|id| id.as_str().cmp(own)).is_ok();
                    is_there(own) || own.contains('/') && is_there(&links::id_key(&slot.paper.id))
                })
            }),
            Leaf::Doi { doi, is_prefix } => self.filtered(within, 2 * STEPS_PER_FIELD, |id| {
                self.index
                    .slot(id)
                    .is_some_and(|slot| slot.dois.iter().any(|own| is_doi(own, doi, *is_prefix)))
            }),
            // Expressions are run elsewhere, as what is left of a rule; dates became ids before.
            Leaf::Regex { .. } | Leaf::Dated { .. } => Ok(within.emptied()),
        }
    }

    fn subjects(&self, place: Place, subjects: &[SubjectId], within: &Bits) -> Found {
        let mut found = within.emptied();
        for subject in subjects {
            for at in [Place::Primary, Place::Cross] {
                if (place == Place::Any || place == at)
                    && let Some(list) = self.index.facets.get(&facet(at, subject.as_str()))
                {
                    self.mark(&[list], &mut found)?;
                }
            }
        }
        found.intersect(within);
        Ok(found)
    }

    fn words(&self, words: &Words, field: Text, within: &Bits) -> Found {
        let mut found = within.emptied();
        for part in field.parts() {
            let vocabulary = &self.index.words[*part as usize];
            match words.single() {
                Some(term @ (Term::Word { .. } | Term::Prefix { .. })) => {
                    self.mark(&lists(vocabulary, term, self.work)?, &mut found)?;
                }
                _ => phrase(words, vocabulary, within, &mut found, self.work)?,
            }
        }
        found.intersect(within);
        Ok(found)
    }

    fn author(&self, pattern: &AuthorPattern, within: &Bits) -> Found {
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
        self.work.take(STEPS_PER_FIELD * lists.len() + names.unsorted() * beginnings.len())?;
        if pattern.is_decided_by_keys() {
            self.mark(&lists, &mut found)?;
            found.intersect(within);
            return Ok(found);
        }
        let steps_per_name = STEPS_PER_NAME + STEPS_PER_NAME_BYTE * pattern.written.len();
        self.work.take(lists.iter().map(|list| steps(list)).sum())?;
        for (id, stored) in lists.iter().flat_map(|list| list.iter()) {
            if !within.contains(id) || found.contains(id) {
                continue;
            }
            let Some(slot) = self.index.slot(id) else { continue };
            self.work.take(steps_per_name)?;
            let names = &slot.paper.authors.names;
            let is_meant = |(place, _): (Occurrence, _)| {
                names.get(place.position as usize).is_some_and(|name| pattern.matches(&Name::read(name)))
            };
            if places(stored).any(is_meant) {
                found.insert(id);
            }
        }
        Ok(found)
    }

    fn mark(&self, lists: &[&Postings], set: &mut Bits) -> Result<(), TooMuchWork> {
        for list in lists {
            self.work.take(2 * list.documents() + list.bytes() / 4)?;
            list.mark(set);
        }
        Ok(())
    }

    fn filtered(&self, within: &Bits, steps: usize, holds: impl Fn(u32) -> bool) -> Found {
        let mut found = within.emptied();
        for id in within.iter() {
            self.work.take(steps)?;
            if holds(id) {
                found.insert(id);
            }
        }
        Ok(found)
    }
}

fn has_regex(expr: &Expr) -> bool {
    let mut found = false;
    expr.each_leaf(&mut |_, leaf| found |= matches!(leaf, Leaf::Regex { .. }));
    found
}

fn by_cost(parts: &[Expr]) -> Vec<&Expr> {
    let mut parts: Vec<&Expr> = parts.iter().collect();
    parts.sort_by_key(|part| cost(part));
    parts
}
