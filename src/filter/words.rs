//! Words and phrases of a rule, and whether a text has them.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::text::fold::{self, Role, Token};
use crate::text::tex;

/// One or several words that a text must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    pub kind: Kind,
    /// Never empty.
    pub items: Vec<Item>,
}

/// How the words must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Next to each other, folded.
    Phrase,
    /// Next to each other, with their case, accents and endings.
    Exact,
    /// Next to each other, the last one only as a beginning.
    Prefix,
    /// In any order, with at most so many words between them.
    Near(u32),
}

/// A word, or a hyphenated one with its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub parts: Vec<Term>,
    /// The parts as one word; none for a single part.
    pub joined: Option<Term>,
}

/// What is looked up in a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A word that shares a base form.
    Word {
        /// Its base forms, never empty.
        bases: Vec<BaseForm>,
        /// As a canonical rule has it: its only base form, or the word itself where it has several or is a part of a
        /// hyphenated word, whose joined form depends on it.
        plain: String,
    },
    /// The word in this spelling.
    Exact { exact: String, base: BaseForm },
    /// Every word that begins so, and words that share a base form: `news*` finds `news`.
    Prefix { plain: String, bases: Vec<BaseForm> },
}

/// A base form and the number that stands for it in look-up tables.
#[derive(Clone, Debug, PartialEq)]
pub struct BaseForm {
    pub text: String,
    pub key: u64,
}

/// A place of a word in a text: its position, and how many positions it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    pub position: u32,
    pub length: u32,
}

impl Occurrence {
    /// The position behind it.
    pub(super) fn end(self) -> u32 {
        self.position.saturating_add(self.length)
    }
}

/// The number that stands for a folded word in look-up tables.
///
/// The same in every run; words that share one are told apart by their letters.
#[must_use]
pub fn key(folded: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    folded.hash(&mut hasher);
    hasher.finish()
}

impl Words {
    /// The words of a text as typed; none when it holds neither letter nor digit.
    pub(super) fn read(text: &str, kind: Kind) -> Option<Self> {
        let text = tex::to_unicode(text);
        let mut items: Vec<Item> = Vec::new();
        // The words as they were before they lost a plural, as far as they may still be joined.
        let mut plains: Vec<String> = Vec::new();
        let mut last_plain = String::new();
        fold::each_token(&text, |token| match token.role {
            Role::Word | Role::Piece => {
                let term = match kind {
                    Kind::Exact => Term::exact(&token),
                    _ => Term::word(&token),
                };
                token.plain.clone_into(&mut last_plain);
                plains.push(last_plain.clone());
                items.push(Item { parts: vec![term], joined: None });
            }
            Role::Pieces if kind == Kind::Exact => {
                items.truncate(items.len().saturating_sub(2));
                items.push(Item { parts: vec![Term::part(&token)], joined: None });
            }
            Role::Compound if kind != Kind::Exact => {
                let count = usize::try_from(token.length).unwrap_or(usize::MAX).min(items.len());
                let parts = items.split_off(items.len() - count);
                let parts = parts.into_iter().flat_map(|item| item.parts);
                let plains = plains.split_off(plains.len().saturating_sub(count));
                let parts = parts.zip(plains).map(|(part, plain)| part.with_plain(plain)).collect();
                items.push(Item { parts, joined: Some(Term::part(&token)) });
            }
            Role::Pieces | Role::Compound => {}
        });
        if kind == Kind::Prefix
            && let Some(last) = items.last_mut()
        {
            last.joined = last.joined.take().map(Term::into_prefix);
            if let Some(part) = last.parts.pop() {
                last.parts.push(part.with_plain(last_plain).into_prefix());
            }
        }
        (!items.is_empty()).then_some(Self { kind, items })
    }

    /// Every word that is looked up, whether as a part or joined.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.items.iter().flat_map(|item| item.parts.iter().chain(&item.joined))
    }

    /// The only word, where there is no more to it than being there.
    pub fn single(&self) -> Option<&Term> {
        match self.items.as_slice() {
            [Item { parts, joined: None }] if parts.len() == 1 => parts.first(),
            _ => None,
        }
    }

    /// The words one by one, where they have to stand next to each other and none is hyphenated or a beginning.
    pub(super) fn plain_phrase<'a>(&'a self) -> Option<Vec<&'a Term>> {
        let plain = |item: &'a Item| match (item.parts.as_slice(), &item.joined) {
            ([Term::Prefix { .. }], _) | (_, Some(_)) => None,
            ([term], None) => Some(term),
            _ => None,
        };
        if !matches!(self.kind, Kind::Phrase | Kind::Exact) {
            return None;
        }
        self.items.iter().map(plain).collect()
    }

    /// Is every word there, or its joined form?
    pub fn may_be_in(&self, holds: impl Fn(&Term) -> bool) -> bool {
        self.items
            .iter()
            .all(|item| item.parts.iter().all(&holds) || item.joined.as_ref().is_some_and(&holds))
    }

    /// Does one text hold the words? `occurrences` says where in it a word is, in order of position.
    pub fn are_in<'a>(&self, mut occurrences: impl FnMut(&Term) -> Cow<'a, [Occurrence]>) -> bool {
        if let Kind::Near(distance) = self.kind {
            return self.are_near(distance, occurrences);
        }
        let mut reached: Option<Vec<u32>> = None;
        for item in &self.items {
            let mut next = Vec::new();
            if let Some(joined) = &item.joined {
                next = step(reached.as_deref(), &occurrences(joined));
            }
            let mut through: Option<Vec<u32>> = reached;
            for part in &item.parts {
                let found = step(through.as_deref(), &occurrences(part));
                let is_lost = found.is_empty();
                through = Some(found);
                if is_lost {
                    break;
                }
            }
            next.extend(through.unwrap_or_default());
            if next.is_empty() {
                return false;
            }
            next.sort_unstable();
            next.dedup();
            reached = Some(next);
        }
        true
    }

    /// Is there a window that holds every word, each at a place of its own, with few enough other words?
    fn are_near<'a>(
        &self,
        distance: u32,
        mut occurrences: impl FnMut(&Term) -> Cow<'a, [Occurrence]>,
    ) -> bool {
        let terms: Vec<&Term> = self.items.iter().flat_map(|item| &item.parts).collect();
        let mut distinct: Vec<(&Term, usize)> = Vec::new();
        for term in &terms {
            match distinct.iter_mut().find(|(known, _)| known == term) {
                Some((_, count)) => *count += 1,
                None => distinct.push((term, 1)),
            }
        }
        let mut places: Vec<(u32, usize)> = Vec::new();
        for (index, (term, count)) in distinct.iter().enumerate() {
            let found = occurrences(term);
            let before = places.len();
            places
                .extend(found.iter().filter(|found| found.length == 1).map(|found| (found.position, index)));
            if places.len() - before < *count {
                return false;
            }
        }
        places.sort_unstable();
        let width = u64::from(distance) + terms.len() as u64;
        let mut missing: Vec<isize> =
            distinct.iter().map(|(_, count)| isize::try_from(*count).unwrap_or(isize::MAX)).collect();
        let mut lacking = distinct.len();
        let mut first = 0;
        for &(position, index) in &places {
            missing[index] -= 1;
            lacking -= usize::from(missing[index] == 0);
            while u64::from(position - places[first].0) >= width {
                let left = places[first].1;
                missing[left] += 1;
                lacking += usize::from(missing[left] == 1);
                first += 1;
            }
            if lacking == 0 {
                return true;
            }
        }
        false
    }
}

/// Where one can be after the word: behind each place of it that begins where one stands, or behind any.
fn step(reached: Option<&[u32]>, found: &[Occurrence]) -> Vec<u32> {
    let stands = |occurrence: &&Occurrence| {
        reached.is_none_or(|reached| reached.binary_search(&occurrence.position).is_ok())
    };
    let mut next: Vec<u32> =
        found.iter().filter(stands).map(|found| found.position.saturating_add(found.length)).collect();
    next.sort_unstable();
    next
}

impl BaseForm {
    fn of(text: &str) -> Self {
        Self { text: text.to_owned(), key: key(text) }
    }
}

impl Term {
    fn word(token: &Token<'_>) -> Self {
        let bases: Vec<BaseForm> = token.forms[..token.bases].iter().map(|form| BaseForm::of(form)).collect();
        let plain = match bases.as_slice() {
            [only] => only.text.clone(),
            _ => token.plain.to_owned(),
        };
        Self::Word { bases, plain }
    }

    fn part(token: &Token<'_>) -> Self {
        Self::word(token).with_plain(token.plain.to_owned())
    }

    fn exact(token: &Token<'_>) -> Self {
        Self::Exact { exact: token.exact.to_owned(), base: BaseForm::of(&token.forms[0]) }
    }

    fn with_plain(self, plain: String) -> Self {
        match self {
            Self::Word { bases, .. } => Self::Word { bases, plain },
            other => other,
        }
    }

    fn into_prefix(self) -> Self {
        match self {
            Self::Word { bases, plain } => Self::Prefix { plain, bases },
            other => other,
        }
    }

    /// The base forms; of a prefix, those of the word that it may also be as a whole.
    #[must_use]
    pub fn bases(&self) -> &[BaseForm] {
        match self {
            Self::Word { bases, .. } | Self::Prefix { bases, .. } => bases,
            Self::Exact { base, .. } => std::slice::from_ref(base),
        }
    }

    /// As a canonical rule has it.
    #[must_use]
    pub fn plain(&self) -> &str {
        match self {
            Self::Word { plain, .. } | Self::Prefix { plain, .. } => plain,
            Self::Exact { exact, .. } => exact,
        }
    }
}
