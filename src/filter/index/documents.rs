//! The index itself: papers in the order in which they came, with postings for what rules look up.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::civil::Date;

use super::super::authors;
use super::super::document::{Texts, TokenizedPaper};
use super::super::fields::{PaperPart, Place};
use super::bits::Bits;
use super::postings::Entry;
use super::vocabulary::Vocabulary;
use crate::domain::paper::Paper;

/// A document of an index; later ones have greater ids, and none is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId(pub(super) u32);

/// How many removed documents wait until they are swept out of the postings; more wait where more documents live.
const SWEEP_MIN: usize = 1_024;

/// The working set: papers in the order in which they came, with postings for every word, name, subject and feature.
///
/// It keeps no text that the paper has already; words, places and exact spellings take less room than the texts.
#[derive(Debug)]
pub struct Index {
    /// The id of the first slot.
    base: u32,
    slots: VecDeque<Option<Slot>>,
    alive: usize,
    /// Every document that is there.
    pub(super) present: Bits,
    /// Removed documents that are still in the postings.
    removed: usize,
    /// The words of each part.
    pub(super) words: [Vocabulary; PaperPart::ALL.len()],
    pub(super) names: Vocabulary,
    /// Subjects by place, and features.
    pub(super) facets: Vocabulary,
}

/// What is kept of a document beside its postings.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) paper: Arc<Paper>,
    pub(super) announced: Date,
    pub(super) texts: Option<Arc<Texts>>,
    pub(super) dois: Box<[String]>,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    #[must_use]
    pub fn new() -> Self {
        Self {
            base: 0,
            slots: VecDeque::new(),
            alive: 0,
            present: Bits::none(0, 0),
            removed: 0,
            words: std::array::from_fn(|_| Vocabulary::default()),
            names: Vocabulary::default(),
            facets: Vocabulary::default(),
        }
    }

    /// Takes a document in.
    ///
    /// # Panics
    /// After four thousand million documents.
    pub fn add(&mut self, document: &TokenizedPaper) -> DocumentId {
        let id = u32::try_from(self.slots.len())
            .ok()
            .and_then(|count| self.base.checked_add(count))
            .expect("fewer documents than u32 counts");
        for same in document.words() {
            for places in same.chunk_by(|left, right| left.part == right.part) {
                let folded = document.folded(&places[0]);
                let entries = places
                    .iter()
                    .map(|place| Entry { occurrence: place.occurrence, exact: document.exact(place) });
                self.words[places[0].part as usize].add(folded, id, entries);
            }
        }
        for (number, name) in document.names.iter().enumerate() {
            let position = u32::try_from(number).unwrap_or(u32::MAX);
            authors::keys(name, |key| self.names.add_position(key, id, position));
        }
        for subject in &document.primary {
            self.facets.add(&facet(Place::Primary, subject.as_str()), id, std::iter::empty());
        }
        for subject in &document.cross {
            self.facets.add(&facet(Place::Cross, subject.as_str()), id, std::iter::empty());
        }
        for feature in &document.features {
            self.facets.add(feature.as_str(), id, std::iter::empty());
        }
        self.slots.push_back(Some(Slot {
            paper: Arc::clone(&document.paper),
            announced: document.announced,
            texts: (!document.texts.is_empty()).then(|| Arc::new(document.texts.clone())),
            dois: document.dois.clone().into(),
        }));
        self.alive += 1;
        self.present.push(id);
        DocumentId(id)
    }

    /// Lets a document go; false when it is not there.
    pub fn remove(&mut self, id: DocumentId) -> bool {
        let Some(slot) = self.slot_number(id).and_then(|number| self.slots.get_mut(number)) else {
            return false;
        };
        if slot.take().is_none() {
            return false;
        }
        self.alive -= 1;
        self.present.remove(id.0);
        self.removed += 1;
        if self.removed > SWEEP_MIN.max(self.alive / 4) {
            self.sweep();
        }
        true
    }

    /// Drops what is left of removed documents.
    fn sweep(&mut self) {
        while self.slots.front().is_some_and(Option::is_none) {
            self.slots.pop_front();
            self.base += 1;
        }
        self.present = Bits::none(self.base, self.slots.len());
        for (_, id) in self.slots.iter().zip(self.base..).filter(|(slot, _)| slot.is_some()) {
            self.present.insert(id);
        }
        for vocabulary in self.words.iter_mut().chain([&mut self.names, &mut self.facets]) {
            vocabulary.sweep(&self.present);
        }
        self.removed = 0;
    }

    /// How many documents there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.alive
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alive == 0
    }

    /// The paper of a document, and the day it was announced.
    #[must_use]
    pub fn get(&self, id: DocumentId) -> Option<(&Arc<Paper>, Date)> {
        self.slot(id.0).map(|slot| (&slot.paper, slot.announced))
    }

    /// Every document, oldest first.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, &Arc<Paper>, Date)> {
        let numbered = self.slots.iter().zip(self.base..);
        numbered
            .filter_map(|(slot, id)| slot.as_ref().map(|slot| (DocumentId(id), &slot.paper, slot.announced)))
    }

    /// The memory that the index holds beside the papers, estimated in bytes: postings, words, and texts that differ
    /// from those of the papers.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let vocabularies = self.words.iter().chain([&self.names, &self.facets]);
        let texts: usize =
            self.slots.iter().flatten().filter_map(|slot| slot.texts.as_deref()).map(Texts::bytes).sum();
        vocabularies.map(Vocabulary::memory_bytes).sum::<usize>()
            + texts
            + self.slots.capacity() * size_of::<Option<Slot>>()
    }

    fn slot_number(&self, id: DocumentId) -> Option<usize> {
        id.0.checked_sub(self.base).and_then(|number| usize::try_from(number).ok())
    }

    pub(super) fn slot(&self, id: u32) -> Option<&Slot> {
        self.slots.get(self.slot_number(DocumentId(id))?)?.as_ref()
    }
}

pub(super) fn facet(place: Place, subject: &str) -> String {
    let place = if place == Place::Primary { "primary:" } else { "cross:" };
    [place, subject].concat()
}
