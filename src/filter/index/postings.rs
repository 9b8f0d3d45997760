//! Where one word occurs, compressed.

use super::super::varint::{read, write};
use super::super::words::Occurrence;
use super::bits::Bits;

/// A place of a word, and how it is spelled there; none for a hyphenated word as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub occurrence: Occurrence,
    pub exact: Option<&'a str>,
}

/// Every place of one word.
///
/// For each document: the distance from the last one, shifted by one bit, which says that a single place without more to
/// it follows; else the size of what follows; and the places. A place is the
/// distance from the last one, shifted by two bits: 1 for a length behind it, 2 for the number of a spelling other than
/// the folded one. All numbers take seven bits a byte, low ones first.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    bytes: Vec<u8>,
    last: u32,
    documents: u32,
    /// Spellings other than the folded one, in the order in which they came.
    spellings: Option<Box<Spellings>>,
}

/// Behind a pointer, since most words have none.
#[derive(Clone, Debug, Default)]
struct Spellings {
    known: Vec<Box<str>>,
}

/// The bytes that a document's number takes at most.
const NUMBER_BYTES_MAX: usize = 5;

const HAS_LENGTH: u64 = 1;
const HAS_SPELLING: u64 = 2;

impl Postings {
    pub(super) fn documents(&self) -> usize {
        self.documents as usize
    }

    /// What its places take as they are stored.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let spellings = self.spellings.as_ref().map_or(0, |spellings| {
            let letters: usize = spellings.known.iter().map(|spelling| spelling.len()).sum();
            size_of::<Spellings>() + spellings.known.capacity() * size_of::<Box<str>>() + letters
        });
        self.bytes.capacity() + spellings
    }

    /// Adds a document behind all others, with its places in order.
    pub(super) fn add<'a>(&mut self, folded: &str, id: u32, entries: impl Iterator<Item = Entry<'a>>) {
        let mut places = Vec::with_capacity(8);
        let mut last = 0;
        for Entry { occurrence, exact } in entries {
            let spelling = exact.filter(|exact| *exact != folded).map(|exact| self.spelling(exact));
            let has_length = if occurrence.length == 1 { 0 } else { HAS_LENGTH };
            let has_spelling = if spelling.is_some() { HAS_SPELLING } else { 0 };
            let distance = u64::from(occurrence.position.saturating_sub(last));
            last = occurrence.position;
            write(&mut places, distance << 2 | has_length | has_spelling);
            if occurrence.length != 1 {
                write(&mut places, u64::from(occurrence.length));
            }
            if let Some(spelling) = spelling {
                write(&mut places, spelling as u64);
            }
        }
        self.add_raw(id, &places);
    }

    fn add_raw(&mut self, id: u32, places: &[u8]) {
        let needed = places.len() + 2 * NUMBER_BYTES_MAX;
        if self.bytes.capacity() - self.bytes.len() < needed {
            // A word that came once or twice will hardly come often; a vector's own growth would double what it holds.
            let room = if self.bytes.is_empty() { places.len() + 4 } else { needed + self.bytes.len() / 8 };
            self.bytes.reserve_exact(room);
        }
        let is_one = is_one_plain_place(places);
        write(&mut self.bytes, u64::from(id - self.last) << 1 | u64::from(is_one));
        if !is_one {
            write(&mut self.bytes, places.len() as u64);
        }
        self.bytes.extend_from_slice(places);
        self.last = id;
        self.documents += 1;
    }

    fn spelling(&mut self, exact: &str) -> usize {
        self.spelling_number(exact).unwrap_or_else(|| {
            let spellings = &mut self.spellings.get_or_insert_default().known;
            spellings.push(exact.into());
            spellings.len() - 1
        })
    }

    fn spelling_number(&self, exact: &str) -> Option<usize> {
        self.spellings.as_ref()?.known.iter().position(|known| **known == *exact)
    }

    /// The documents in order, each with its places as they are stored.
    pub(super) fn iter(&self) -> Documents<'_> {
        Documents { rest: &self.bytes, id: 0 }
    }

    /// Adds every document to the set.
    pub(super) fn mark(&self, set: &mut Bits) {
        self.iter().for_each(|(id, _)| set.insert(id));
    }

    /// The number by which places tell a spelling; `Err` when no document has it.
    pub(super) fn wanted(&self, exact: &str, folded: &str) -> Result<Option<usize>, NoSuchSpelling> {
        if exact == folded { Ok(None) } else { self.spelling_number(exact).map(Some).ok_or(NoSuchSpelling) }
    }

    /// Keeps the documents of the set.
    pub(super) fn sweep(&mut self, alive: &Bits) {
        let mut kept = Self { spellings: std::mem::take(&mut self.spellings), ..Self::default() };
        for (id, places) in self.iter() {
            if alive.contains(id) {
                kept.add_raw(id, places);
            }
        }
        kept.bytes.shrink_to_fit();
        *self = kept;
    }
}

/// Is this a single number, a place without length or spelling? Its size then needs no saying.
fn is_one_plain_place(places: &[u8]) -> bool {
    places.first().is_some_and(|first| u64::from(*first) & (HAS_LENGTH | HAS_SPELLING) == 0)
        && number_length(places) == places.len()
}

/// How many bytes the first number takes.
fn number_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte >= 0x80).count() + 1
}

/// The documents of a word, in order.
#[derive(Clone, Debug)]
pub(super) struct Documents<'a> {
    rest: &'a [u8],
    id: u32,
}

impl<'a> Iterator for Documents<'a> {
    type Item = (u32, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let head = read(&mut self.rest);
        self.id += u32::try_from(head >> 1).unwrap_or_default();
        let length = if head & 1 == 0 {
            usize::try_from(read(&mut self.rest)).unwrap_or_default()
        } else {
            number_length(self.rest)
        };
        let (places, behind) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = behind;
        Some((self.id, places))
    }
}

/// No place has the word spelled so.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoSuchSpelling;

/// Reads the places of a document; the second is the number of the spelling, none for the folded one.
pub(super) fn places(mut stored: &[u8]) -> impl Iterator<Item = (Occurrence, Option<usize>)> {
    let mut position = 0_u32;
    std::iter::from_fn(move || {
        if stored.is_empty() {
            return None;
        }
        let head = read(&mut stored);
        position = position.saturating_add(u32::try_from(head >> 2).unwrap_or(u32::MAX));
        let length =
            if head & HAS_LENGTH == 0 { 1 } else { u32::try_from(read(&mut stored)).unwrap_or(u32::MAX) };
        let spelling =
            (head & HAS_SPELLING != 0).then(|| usize::try_from(read(&mut stored)).unwrap_or(usize::MAX));
        Some((Occurrence { position, length }, spelling))
    })
}
