//! Finds documents that have words next to each other, or near each other.

use std::borrow::Cow;

use super::super::words::{Occurrence, Term, Words};
use super::super::work::{TooMuchWork, Work};
use super::bits::Bits;
use super::postings::{Documents, Postings, places};
use super::vocabulary::Vocabulary;

/// Adds the documents that have the words in one part next to each other, or near.
///
/// # Errors
/// The work is used up.
pub(super) fn phrase(
    words: &Words,
    vocabulary: &Vocabulary,
    within: &Bits,
    found: &mut Bits,
    work: &Work<'_>,
) -> Result<(), TooMuchWork> {
    let mut each = Vec::new();
    for term in words.terms() {
        let lists = lists(vocabulary, term, work)?;
        // Every list is gone through once, and every place in it is looked at.
        work.take(lists.iter().map(|list| steps(list)).sum())?;
        each.push((term, lists));
    }
    let lists: Vec<(&Term, Vec<&Postings>)> = each;
    if let Some(plain) = plain_lists(words, &lists) {
        let shortest = plain.iter().map(|(_, list)| list.documents()).min().unwrap_or_default();
        work.take(shortest * plain.len() * plain.len())?;
        phrase_of_plain_words(words, &plain, within, found);
        return Ok(());
    }
    let Some(candidates) = candidates(words, &lists, within) else { return Ok(()) };
    // In each of them every word looks for its lists, and asks each.
    let cursors: usize = lists.iter().map(|(_, lists)| STEPS_PER_CURSOR * lists.len() + lists.len()).sum();
    work.take(candidates.iter().count() * (cursors + lists.len() * lists.len()))?;
    let mut cursors: Vec<(&Term, Vec<Cursor<'_>>)> = lists
        .iter()
        .map(|(term, lists)| (*term, lists.iter().filter_map(|list| Cursor::new(list, term)).collect()))
        .collect();
    for id in candidates.iter() {
        let is_in = words.are_in(|wanted| {
            let cursors = cursors.iter_mut().find(|(term, _)| std::ptr::eq(*term, wanted) || *term == wanted);
            let mut places = Vec::new();
            if let Some((_, cursors)) = cursors {
                for cursor in cursors.iter_mut() {
                    cursor.places(id, &mut places);
                }
                if cursors.len() > 1 {
                    places.sort_unstable();
                    places.dedup();
                }
            }
            Cow::Owned(places)
        });
        if is_in {
            found.insert(id);
        }
    }
    Ok(())
}

/// The steps of asking one list for its places in one document.
const STEPS_PER_CURSOR: usize = 8;

/// The steps of going through a list with all its places.
pub(super) fn steps(list: &Postings) -> usize {
    4 * list.documents() + 2 * list.bytes()
}

/// The postings of a word, or of every word that begins so.
///
/// # Errors
/// The work is used up.
pub(super) fn lists<'a>(
    vocabulary: &'a Vocabulary,
    term: &'a Term,
    work: &Work<'_>,
) -> Result<Vec<&'a Postings>, TooMuchWork> {
    match term {
        Term::Prefix { plain, bases } => {
            work.take(vocabulary.unsorted())?;
            let mut found: Vec<&Postings> = vocabulary.beginning(plain).collect();
            work.take(found.len() * STEPS_PER_WORD)?;
            let others = bases.iter().filter(|base| !base.text.starts_with(plain.as_str()));
            found.extend(others.filter_map(|base| vocabulary.get(&base.text)));
            Ok(found)
        }
        term => Ok(term.bases().iter().filter_map(|base| vocabulary.get(&base.text)).collect()),
    }
}

/// The steps of looking at one word among those that begin alike.
const STEPS_PER_WORD: usize = 32;

/// A list for each word, where no word is hyphenated or a beginning; empty where a word is nowhere.
fn plain_lists<'a>(
    words: &Words,
    lists: &[(&'a Term, Vec<&'a Postings>)],
) -> Option<Vec<(&'a Term, &'a Postings)>> {
    let is_plain = words.items.iter().all(|item| item.joined.is_none() && item.parts.len() == 1)
        && lists.iter().all(|(term, lists)| lists.len() <= 1 && !matches!(term, Term::Prefix { .. }));
    if !is_plain {
        return None;
    }
    let first = |(term, lists): &(&'a Term, Vec<&'a Postings>)| lists.first().map(|list| (*term, *list));
    Some(lists.iter().map(first).collect::<Option<Vec<_>>>().unwrap_or_default())
}

/// Goes along the shortest list, and looks at places only in documents that have every word.
fn phrase_of_plain_words(words: &Words, lists: &[(&Term, &Postings)], within: &Bits, found: &mut Bits) {
    let Some((_, shortest)) = lists.iter().min_by_key(|(_, list)| list.documents()) else { return };
    let mut cursors: Vec<(&Term, Cursor<'_>)> = Vec::with_capacity(lists.len());
    for (term, list) in lists {
        let Some(cursor) = Cursor::new(list, term) else { return };
        cursors.push((term, cursor));
    }
    let is_in_order = words.plain_phrase().is_some();
    let mut texts: Vec<Vec<Occurrence>> = vec![Vec::new(); cursors.len()];
    for (id, _) in shortest.iter() {
        if !within.contains(id) || !cursors.iter_mut().all(|(_, cursor)| cursor.reaches(id)) {
            continue;
        }
        for ((_, cursor), places) in cursors.iter_mut().zip(&mut texts) {
            places.clear();
            cursor.places(id, places);
        }
        let is_in = if is_in_order {
            texts
                .split_first()
                .is_some_and(|(first, rest)| first.iter().any(|place| follow(rest, place.end())))
        } else {
            words.are_in(|wanted| {
                let places = cursors.iter().zip(&texts).find(|((term, _), _)| *term == wanted);
                Cow::Borrowed(places.map_or(&[][..], |(_, places)| places))
            })
        };
        if is_in {
            found.insert(id);
        }
    }
}

/// Do the words stand one behind the other from a position on? Their places are in order.
fn follow(texts: &[Vec<Occurrence>], position: u32) -> bool {
    let Some((places, rest)) = texts.split_first() else { return true };
    let start = places.partition_point(|place| place.position < position);
    let here = places[start..].iter().take_while(|place| place.position == position);
    here.into_iter().any(|place| follow(rest, place.end()))
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
    list: Documents<'a>,
    current: Option<(u32, &'a [u8])>,
    spelling: Spelling,
}

impl<'a> Cursor<'a> {
    /// None where no document has the word spelled as wanted.
    fn new(list: &'a Postings, term: &Term) -> Option<Self> {
        let spelling = match term {
            Term::Exact { exact, base } => Spelling::Only(list.wanted(exact, &base.text).ok()?),
            _ => Spelling::Any,
        };
        let mut list = list.iter();
        let current = list.next();
        Some(Self { list, current, spelling })
    }

    /// Does the list have the document?
    fn reaches(&mut self, wanted: u32) -> bool {
        while self.current.is_some_and(|(id, _)| id < wanted) {
            self.current = self.list.next();
        }
        self.current.is_some_and(|(id, _)| id == wanted)
    }

    fn places(&mut self, wanted: u32, found: &mut Vec<Occurrence>) {
        self.reaches(wanted);
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
