//! The papers of the working set with the index of their words, and the queue of those that are not indexed yet.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::Event;
use crate::domain::paper::Paper;
use crate::filter::{DocumentId, Index, TokenizedPaper};

/// A paper on a day. It is indexed once, however many subjects it stands in, with the text kept for that day.
pub(super) type Key = (ArxivId, Date);

/// The papers of the working set and the index of their words.
///
/// Indexing takes longer than all else that is done with a new paper, and feeds without a rule do without it.
#[derive(Debug, Default)]
pub(super) struct Searchable {
    pub(super) index: Index,
    papers: HashMap<Key, SearchablePaper>,
    /// Those that came in and were not indexed since; what was given up meanwhile may be among them.
    waiting: VecDeque<Key>,
}

#[derive(Debug)]
struct SearchablePaper {
    words: Words,
    /// In how many subjects' days the paper stands.
    uses: u32,
}

#[derive(Debug)]
enum Words {
    Waiting(Arc<Paper>),
    Indexed(DocumentId),
}

/// Papers that are indexed together.
#[derive(Debug)]
pub(super) struct Batch {
    /// How many of those that wait this is, with those that were given up.
    taken: usize,
    papers: Vec<(Arc<Paper>, Date)>,
}

impl Searchable {
    pub(super) fn insert(&mut self, event: &Event) {
        let key = key(event);
        if let Some(known) = self.papers.get_mut(&key) {
            known.uses += 1;
            return;
        }
        self.waiting.push_back(key.clone());
        self.papers.insert(key, SearchablePaper { words: Words::Waiting(event.paper.clone()), uses: 1 });
    }

    /// Has the words of these papers on their days from now on, in place of others.
    pub(super) fn correct(&mut self, papers: &[(Key, Arc<Paper>)]) {
        for (key, paper) in papers {
            let Some(known) = self.papers.get_mut(key) else { continue };
            if let Words::Indexed(id) = std::mem::replace(&mut known.words, Words::Waiting(paper.clone())) {
                self.index.remove(id);
            }
            self.waiting.push_back(key.clone());
        }
    }

    pub(super) fn remove(&mut self, event: &Event) {
        let key = key(event);
        let Some(known) = self.papers.get_mut(&key) else { return };
        known.uses -= 1;
        if known.uses > 0 {
            return;
        }
        if let Some(SearchablePaper { words: Words::Indexed(id), .. }) = self.papers.remove(&key) {
            self.index.remove(id);
        }
    }

    pub(super) fn is_indexed(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Those that have waited longest, at most that many; none once all are indexed.
    pub(super) fn next(&self, papers_max: usize) -> Option<Batch> {
        let taken = self.waiting.len().min(papers_max);
        let paper = |key: &Key| match &self.papers.get(key)?.words {
            Words::Waiting(paper) => Some((paper.clone(), key.1)),
            Words::Indexed(_) => None,
        };
        let papers = self.waiting.iter().take(taken).filter_map(paper).collect();
        (taken > 0).then_some(Batch { taken, papers })
    }

    /// Takes in the words of what was [next](Self::next); nothing else was indexed since.
    pub(super) fn index(&mut self, words: FoldedBatch) {
        self.waiting.drain(..words.taken);
        for document in words.documents {
            let key = (document.paper.id.clone(), document.announced);
            let Some(known) = self.papers.get_mut(&key) else { continue };
            // One that was given up and came again waits for its own turn.
            if matches!(&known.words, Words::Waiting(paper) if Arc::ptr_eq(paper, &document.paper)) {
                known.words = Words::Indexed(self.index.add(&document));
            }
        }
    }

    /// The number in the index; nothing for what is not indexed.
    pub(super) fn id(&self, key: &Key) -> Option<DocumentId> {
        match &self.papers.get(key)?.words {
            Words::Indexed(id) => Some(*id),
            Words::Waiting(_) => None,
        }
    }
}

/// A batch with its words.
#[derive(Debug)]
pub(super) struct FoldedBatch {
    taken: usize,
    documents: Vec<TokenizedPaper>,
}

impl Batch {
    /// Finds the words, which is what takes the time.
    pub(super) fn fold(self) -> FoldedBatch {
        let documents = self.papers.into_iter().map(|(paper, day)| TokenizedPaper::new(paper, day)).collect();
        FoldedBatch { taken: self.taken, documents }
    }
}

pub(super) fn key(event: &Event) -> Key {
    (event.paper.id.clone(), event.listing_date)
}

#[cfg(test)]
#[path = "searchable_tests.rs"]
mod tests;
