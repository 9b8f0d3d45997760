//! The words of a name, and which of them are the surname.

use crate::text::{fold, tex};

/// Words before a surname that belong to it.
pub(super) const PARTICLES: [&str; 36] = [
    "af", "al", "am", "av", "bin", "bint", "da", "dal", "de", "degli", "dei", "del", "della", "dem", "den",
    "der", "di", "do", "dos", "du", "el", "ibn", "la", "las", "le", "los", "op", "ten", "ter", "te", "van",
    "vom", "von", "zu", "zum", "zur",
];

/// Words after a surname that do not belong to it.
pub(super) const SUFFIXES: [&str; 10] = ["jr", "sr", "ii", "iii", "iv", "sj", "ofm", "osb", "phd", "md"];

/// Particles that are given names too, as in `Tuan Van Nguyen`: both readings count.
const PARTICLES_OR_GIVEN: [&str; 10] = ["bin", "da", "di", "do", "du", "la", "le", "ten", "van", "vom"];

/// Words that make a name one of several people.
const GROUP_WORDS: [&str; 11] = [
    "alliance",
    "collaboration",
    "collaborations",
    "committee",
    "consortium",
    "experiment",
    "group",
    "groups",
    "initiative",
    "project",
    "team",
];

/// The longest abbreviation of a given name, in letters: `Zh.`, `Alex.`.
const ABBREVIATION_LETTERS_MAX: usize = 4;

/// A name, in words without case and accents.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Name {
    pub words: Vec<NameWord>,
    /// Where the surname begins: the last word and the particles before it.
    pub surname: usize,
}

/// A word of a name; `Jean-Pierre` is one, of two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameWord {
    /// As written.
    pub exact: String,
    /// Folded, the parts apart by a space.
    pub folded: String,
    /// The same with `ö`, `ä` and `ü` as `oe`, `ae` and `ue`, where it has any.
    pub spelled: Option<String>,
    /// Several letters with a full stop behind them, which begin a name: `Th.`, `Yu.`.
    pub is_abbreviated: bool,
}

impl Name {
    /// Reads a name as a listing has it, given names first.
    #[must_use]
    pub fn read(name: &str) -> Self {
        Self::of_words(words(&tex::to_unicode(name)))
    }

    pub(super) fn of_words(mut words: Vec<NameWord>) -> Self {
        while words.len() > 2 && words.last().is_some_and(|last| SUFFIXES.contains(&&*last.folded)) {
            words.pop();
        }
        let mut surname = words.len().saturating_sub(1);
        while surname > 1 && PARTICLES.contains(&&*words[surname - 1].folded) {
            surname -= 1;
        }
        Self { words, surname }
    }

    /// Where a surname may begin: behind each word but the last.
    pub(super) fn tails(&self) -> std::ops::Range<usize> {
        if self.words.len() == 1 { 0..1 } else { 1..self.words.len() }
    }

    /// Where the whole surname may begin: before its particles, or behind those that may be given names.
    pub(super) fn whole_surnames(&self) -> impl Iterator<Item = usize> + '_ {
        let last = self.words.len().saturating_sub(1);
        let is_given = |word: &&NameWord| PARTICLES_OR_GIVEN.contains(&&*word.folded);
        let doubtful = self.words[self.surname..last].iter().take_while(is_given).count();
        self.surname..=self.surname + doubtful
    }

    /// Is it the name of several people, such as a collaboration?
    #[must_use]
    pub fn is_group(&self) -> bool {
        is_group(&self.words)
    }

    /// Every word and part of a word that a search for any part of the name may ask for.
    pub fn parts(&self) -> Vec<&str> {
        let spellings = self.words.iter().flat_map(NameWord::spellings);
        let mut parts: Vec<&str> = spellings.flat_map(|word| word.split(' ')).collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// The first letters of the given names before a surname that begins at a word.
    pub(super) fn initials(&self, surname: usize) -> impl Iterator<Item = char> + '_ {
        let given = &self.words[..surname];
        given.iter().flat_map(NameWord::spellings).filter_map(|word| word.chars().next())
    }
}

impl NameWord {
    fn read(word: &str) -> Option<Self> {
        let folded = spaced(&fold::casefold(word));
        let spelled = fold::umlaut_spelled_out(word).map(|word| spaced(&fold::casefold(&word)));
        (!folded.is_empty()).then(|| Self { exact: word.to_owned(), folded, spelled, is_abbreviated: false })
    }

    pub(super) fn spellings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.folded).chain(self.spelled.as_deref())
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.spellings().any(|left| other.spellings().any(|right| squashed(left).eq(squashed(right))))
    }

    pub(super) fn begins(&self, other: &Self) -> bool {
        let starts = |whole: &str, start: &str| {
            let mut whole = squashed(whole);
            squashed(start).all(|c| whole.next() == Some(c))
        };
        self.spellings().any(|start| other.spellings().any(|whole| starts(whole, start)))
    }

    /// Is one the initials of the other, or the same?
    pub(super) fn fits(&self, other: &Self) -> bool {
        let fits = |left: &str, right: &str| {
            left == right
                || is_initial(left) && right.starts_with(left)
                || is_initial(right) && left.starts_with(right)
        };
        let by_parts = |left: &str, right: &str| {
            let (mut left, mut right) = (left.split(' '), right.split(' '));
            let (mut pairs, mut all) = (0, true);
            loop {
                match (left.next(), right.next()) {
                    (Some(l), Some(r)) => all &= fits(l, r),
                    // A single initial stands for a whole hyphenated name.
                    (None, Some(_)) | (Some(_), None) => break all && pairs == 1,
                    (None, None) => break all,
                }
                pairs += 1;
            }
        };
        let begins = |left: &Self, right: &Self| left.is_abbreviated && left.begins(right);
        self.is(other)
            || begins(self, other)
            || begins(other, self)
            || self.spellings().any(|left| {
                other.spellings().any(|right| {
                    let single = is_initial(left) || is_initial(right);
                    (single || left.split(' ').count() == right.split(' ').count()) && by_parts(left, right)
                })
            })
    }
}

pub(super) fn words(name: &str) -> Vec<NameWord> {
    // `J.-P.` is one word of two parts, as `Jean-Pierre` is.
    let name = name.replace(".-", "-");
    let mut words = Vec::new();
    for piece in name.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '_' | ';')) {
        let is_stopped = piece.ends_with('.');
        let piece = piece.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '_' | ';'));
        words.extend(NameWord::read(piece).map(|word| {
            let letters = word.folded.chars().count();
            let is_short = (2..=ABBREVIATION_LETTERS_MAX).contains(&letters) && !word.folded.contains(' ');
            let is_abbreviated = is_stopped && is_short && !SUFFIXES.contains(&&*word.folded);
            NameWord { is_abbreviated, ..word }
        }));
    }
    words
}

pub(super) fn is_group(words: &[NameWord]) -> bool {
    words.len() > 1 && words.iter().any(|word| GROUP_WORDS.contains(&&*word.folded))
}

/// The name of a group as one word, without `The`.
pub(super) fn group_name<'a>(words: impl Iterator<Item = &'a NameWord>) -> String {
    words.filter(|word| word.folded != "the").flat_map(|word| squashed(&word.folded)).collect()
}

/// The same without what says that it is a group: `Belle II`.
pub(super) fn short_group_name(words: &[NameWord]) -> String {
    group_name(words.iter().filter(|word| !GROUP_WORDS.contains(&&*word.folded)))
}

/// How many of the words stand for a hyphenated one, each for a part of it; none when they do not.
pub(super) fn as_parts_of(whole: &NameWord, words: &[NameWord]) -> Option<usize> {
    let spelled: Vec<&str> = whole.spelled.as_deref().unwrap_or(&whole.folded).split(' ').collect();
    let parts: Vec<NameWord> = (whole.folded.split(' ').enumerate())
        .map(|(index, folded)| NameWord {
            exact: folded.to_owned(),
            folded: folded.to_owned(),
            spelled: spelled.get(index).filter(|part| **part != folded).map(|part| (*part).to_owned()),
            is_abbreviated: false,
        })
        .collect();
    let is_one = parts.len() < 2 || parts.len() > words.len();
    (!is_one && parts.iter().zip(words).all(|(part, word)| part.fits(word))).then_some(parts.len())
}

fn spaced(folded: &str) -> String {
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some() && chars.next().is_none()
}

pub(super) fn squashed(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().filter(|c| *c != ' ')
}

/// The words as one, all in the first spelling, and all in the second where any has it.
pub(super) fn squashed_spellings(words: &[NameWord]) -> impl Iterator<Item = String> + '_ {
    let first = words.iter().flat_map(|word| squashed(&word.folded)).collect();
    let second = words.iter().any(|word| word.spelled.is_some()).then(|| {
        words.iter().flat_map(|word| squashed(word.spelled.as_deref().unwrap_or(&word.folded))).collect()
    });
    std::iter::once(first).chain(second)
}
