//! Which documents does a part of a rule leave?

use std::borrow::Cow;

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;

use super::super::authors::{AuthorPattern, Name};
use super::super::fields::{Part, Place, Text};
use super::super::links;
use super::super::matcher::is_doi;
use super::super::syntax::{Expr, Leaf, Node};
use super::super::words::{Occurrence, Term, Words};
use super::bits::Bits;
use super::postings::{Postings, places};
use super::vocabulary::Vocabulary;
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
            Leaf::Type(_) | Leaf::Announced { .. } => 30,
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
            Leaf::Id(ids) => filtered(within, |id| {
                self.index.slot(id).is_some_and(|slot| {
                    let own = slot.paper.id.as_str();
                    ids.iter().any(|id| id == own)
                        || own.contains('/') && ids.contains(&links::id_key(&slot.paper.id))
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
                _ => self.phrase(words, *part, within, &mut found),
            }
        }
        found.intersect(within);
        found
    }

    /// Adds the documents that have the words in one part next to each other, or near.
    fn phrase(&self, words: &Words, part: Part, within: &Bits, found: &mut Bits) {
        let vocabulary = &self.index.words[part as usize];
        let lists: Vec<(&Term, Vec<&Postings>)> =
            words.terms().map(|term| (term, lists(vocabulary, term))).collect();
        let Some(candidates) = candidates(words, &lists, within) else { return };
        let mut cursors: Vec<(&Term, Vec<Cursor<'_>>)> = lists
            .iter()
            .map(|(term, lists)| (*term, lists.iter().filter_map(|list| Cursor::new(list, term)).collect()))
            .collect();
        for id in candidates.iter() {
            let is_in = words.are_in(|wanted| {
                let cursors =
                    cursors.iter_mut().find(|(term, _)| std::ptr::eq(*term, wanted) || *term == wanted);
                let mut places = Vec::new();
                if let Some((_, cursors)) = cursors {
                    for cursor in cursors.iter_mut() {
                        cursor.places(id, &mut places);
                    }
                    if cursors.len() > 1 {
                        places.sort_unstable();
                    }
                }
                Cow::Owned(places)
            });
            if is_in {
                found.insert(id);
            }
        }
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

/// The postings of a word, or of every word that begins so.
fn lists<'a>(vocabulary: &'a Vocabulary, term: &'a Term) -> Vec<&'a Postings> {
    match term {
        Term::Prefix { plain, folded, .. } => {
            let mut found: Vec<&Postings> = vocabulary.beginning(plain).collect();
            if !folded.starts_with(plain.as_str()) {
                found.extend(vocabulary.get(folded));
            }
            found
        }
        term => vocabulary.get(term.folded()).into_iter().collect(),
    }
}

/// The documents that have every word somewhere in the part; none where a word is nowhere.
fn candidates(words: &Words, lists: &[(&Term, Vec<&Postings>)], within: &Bits) -> Option<Bits> {
    let marked = |wanted: &Term, set: &mut Bits| {
        let found = lists.iter().find(|(term, _)| *term == wanted);
        found.into_iter().flat_map(|(_, lists)| lists).for_each(|list| list.mark(set));
    };
    let mut left = within.clone();
    for item in &words.items {
        let mut has_item = within.clone();
        for part in &item.parts {
            let mut has_part = within.emptied();
            marked(part, &mut has_part);
            has_item.intersect(&has_part);
        }
        if let Some(joined) = &item.joined {
            marked(joined, &mut has_item);
        }
        left.intersect(&has_item);
        if left.is_empty() {
            return None;
        }
    }
    Some(left)
}

/// Which spellings of a word count.
#[derive(Clone, Copy)]
enum Spelling {
    Any,
    /// The number of a spelling, none for the folded one.
    Only(Option<usize>),
}

/// Goes through one list forward, for documents in ascending order; a document may be asked for again.
struct Cursor<'a> {
    entries: Box<dyn Iterator<Item = (u32, &'a [u8])> + 'a>,
    current: Option<(u32, &'a [u8])>,
    spelling: Spelling,
}

impl<'a> Cursor<'a> {
    /// None where no document has the word spelled as wanted.
    fn new(list: &'a Postings, term: &Term) -> Option<Self> {
        let spelling = match term {
            Term::Exact { exact, folded, .. } => Spelling::Only(list.wanted(exact, folded).ok()?),
            _ => Spelling::Any,
        };
        let mut entries: Box<dyn Iterator<Item = (u32, &'a [u8])> + 'a> = Box::new(list.iter());
        let current = entries.next();
        Some(Self { entries, current, spelling })
    }

    fn places(&mut self, wanted: u32, found: &mut Vec<Occurrence>) {
        while self.current.is_some_and(|(id, _)| id < wanted) {
            self.current = self.entries.next();
        }
        if let Some((_, stored)) = self.current.filter(|(id, _)| *id == wanted) {
            let counts = |(place, spelling): (Occurrence, Option<usize>)| match self.spelling {
                // A hyphenated word as a whole has no spelling of its own.
                Spelling::Only(exact) if spelling != exact || place.length != 1 => None,
                _ => Some(place),
            };
            found.extend(places(stored).filter_map(counts));
        }
    }
}
