//! The words of one part of papers with their postings, found whole or by their beginning.

use indexmap::IndexMap;

use super::super::words::Occurrence;
use super::bits::Bits;
use super::postings::{Entry, Postings};

/// The words of one field with their postings, found by the whole word or by its beginning.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    lists: IndexMap<Box<str>, Postings>,
    /// The numbers of the first words in alphabetical order; the ones behind them came later and are not sorted in yet.
    sorted: Vec<u32>,
}

/// How many words may wait to be sorted in; more where there are more words, so that sorting stays rare.
const UNSORTED_MIN: usize = 1_024;

impl Vocabulary {
    pub(super) fn get(&self, word: &str) -> Option<&Postings> {
        self.lists.get(word)
    }

    pub(super) fn add<'a>(&mut self, word: &str, id: u32, entries: impl Iterator<Item = Entry<'a>>) {
        if let Some(list) = self.lists.get_mut(word) {
            return list.add(word, id, entries);
        }
        let mut list = Postings::default();
        list.add(word, id, entries);
        if self.lists.len() == self.lists.capacity() {
            // An eighth more: doubling would leave half of it empty.
            self.lists.reserve_exact(self.lists.len() / 8 + UNSORTED_MIN);
        }
        self.lists.insert(word.into(), list);
        if self.lists.len() - self.sorted.len() > UNSORTED_MIN.max(self.sorted.len() / 4) {
            self.sort();
        }
    }

    /// Adds one more place in a document; places of one document come one after the other.
    pub(super) fn add_position(&mut self, word: &str, id: u32, position: u32) {
        let entry = Entry { occurrence: Occurrence { position, length: 1 }, exact: None };
        self.add(word, id, std::iter::once(entry));
    }

    fn sort(&mut self) {
        let lists = &self.lists;
        let word = |number: &u32| lists.get_index(*number as usize).map(|(word, _)| word);
        let first = u32::try_from(self.sorted.len()).unwrap_or(u32::MAX);
        let end = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        self.sorted.extend(first..end);
        // Merges the sorted front and the rest; the sort is stable and finds both runs.
        self.sorted.sort_by(|left, right| word(left).cmp(&word(right)));
    }

    /// How many words are looked at one by one for a beginning.
    pub(super) fn unsorted(&self) -> usize {
        self.lists.len() - self.sorted.len()
    }

    /// Every word that begins so.
    pub(super) fn beginning<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Postings> {
        let at = |number: &u32| self.lists.get_index(*number as usize);
        let start =
            self.sorted.partition_point(|number| at(number).is_some_and(|(word, _)| **word < *prefix));
        let sorted =
            self.sorted[start..].iter().map_while(at).take_while(move |(word, _)| word.starts_with(prefix));
        let unsorted =
            self.lists.iter().skip(self.sorted.len()).filter(move |(word, _)| word.starts_with(prefix));
        sorted.chain(unsorted).map(|(_, list)| list)
    }

    pub(super) fn sweep(&mut self, alive: &Bits) {
        self.lists.retain(|_, list| {
            list.sweep(alive);
            list.documents() > 0
        });
        self.lists.shrink_to_fit();
        self.sorted.clear();
        self.sort();
    }

    pub(super) fn memory_bytes(&self) -> usize {
        /// What the map keeps for each word beside word and postings: a hash, and a place in a table.
        const MAP_BYTES: usize = 16;
        let each = size_of::<(Box<str>, Postings)>() + MAP_BYTES;
        let lists: usize = self.lists.iter().map(|(word, list)| word.len() + list.memory_bytes()).sum();
        lists + self.lists.capacity() * each + self.sorted.capacity() * size_of::<u32>()
    }
}
