//! A paper as rules see it: its words, names, subjects and other facts, tokenized once.

mod texts;

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::paper::Paper;
use crate::domain::prose::{Prose, Span};
use crate::domain::taxonomy::SubjectId;
use crate::text::fold::{self, Role};
use crate::text::tex;

use super::authors::Name;
use super::fields::{Feature, PaperPart};
use super::limits::PROXIMITY_MAX;
use super::words::{self, Occurrence, Term};
use super::{links, subjects};
pub(super) use texts::Texts;
use texts::in_one_piece;

/// A paper as one mailing announced it, ready to be matched; serves every feed that the paper is in.
///
/// Takes several times the room of its text: meant for what is new, while an [`super::Index`] holds the window.
#[derive(Clone, Debug)]
pub struct TokenizedPaper {
    pub paper: Arc<Paper>,
    /// The listing date.
    pub announced: Date,
    pub(super) texts: Texts,
    /// Sorted by key, then by part and position.
    words: Vec<Word>,
    /// The folded words, one behind the other.
    arena: String,
    /// The exact words that differ from their folded form.
    exacts: String,
    pub(super) names: Vec<Name>,
    pub(super) primary: Vec<SubjectId>,
    pub(super) cross: Vec<SubjectId>,
    pub(super) features: Vec<Feature>,
    pub(super) dois: Vec<String>,
    pub(super) id: String,
}

/// A word at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub key: u64,
    pub part: PaperPart,
    pub occurrence: Occurrence,
    folded: (u32, u32),
    /// None for a hyphenated word as a whole.
    exact: Option<(u32, u32)>,
}

/// Positions left free between authors and subjects, so that no phrase or proximity reaches across.
const GAP: u32 = PROXIMITY_MAX + 1;

impl TokenizedPaper {
    /// Reads TeX, folds and tokenizes.
    #[must_use]
    pub fn new(paper: Arc<Paper>, announced: Date) -> Self {
        let (primary, cross) = subjects::of_paper(&paper.subjects);
        let mut builder = Builder::default();
        for part in PaperPart::ALL {
            builder.part(&paper, part);
        }
        builder.words.sort_unstable_by_key(|word| (word.key, word.part, word.occurrence));
        let dois = dois(&paper);
        Self {
            announced,
            texts: builder.texts,
            words: builder.words,
            arena: builder.arena,
            exacts: builder.exacts,
            names: paper.authors.names.iter().map(|name| Name::read(name)).collect(),
            primary,
            cross,
            features: features(&paper, &dois),
            dois,
            id: links::id_key(&paper.id),
            paper,
        }
    }

    /// Each distinct word, with all its places.
    pub(super) fn words(&self) -> impl Iterator<Item = &[Word]> {
        self.words.chunk_by(|left, right| left.key == right.key && self.folded(left) == self.folded(right))
    }

    pub(super) fn folded(&self, word: &Word) -> &str {
        slice(&self.arena, word.folded)
    }

    /// As written; none for a hyphenated word as a whole.
    pub(super) fn exact(&self, word: &Word) -> Option<&str> {
        word.exact.map(|exact| if exact.1 == 0 { self.folded(word) } else { slice(&self.exacts, exact) })
    }

    /// Where a word stands in one part, in order.
    pub(super) fn occurrences(&self, term: &Term, part: PaperPart) -> Vec<Occurrence> {
        let mut found: Vec<Occurrence> = self.places(term, part).map(|word| word.occurrence).collect();
        // Those of a prefix come word by word, and those of a word form by form.
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Is a word in any of the parts?
    pub(super) fn holds(&self, term: &Term, parts: &[PaperPart]) -> bool {
        if matches!(term, Term::Prefix { .. }) {
            return parts.iter().any(|part| self.places(term, *part).next().is_some());
        }
        term.bases().iter().any(|base| {
            let start = self.words.partition_point(|word| word.key < base.key);
            let same = self.words[start..].iter().take_while(|word| word.key == base.key);
            same.into_iter().any(|word| parts.contains(&word.part) && self.is(word, term))
        })
    }

    /// The places of a word in one part; those of a prefix word by word, those of a word form by form.
    pub(super) fn places<'a>(&'a self, term: &'a Term, part: PaperPart) -> impl Iterator<Item = &'a Word> {
        let is_prefix = matches!(term, Term::Prefix { .. });
        let beginnings = if is_prefix { &self.words[..] } else { &[] };
        let bases = if is_prefix { &[] } else { term.bases() };
        let by_base = bases.iter().flat_map(move |base| {
            let start = self.words.partition_point(|word| (word.key, word.part) < (base.key, part));
            self.words[start..].iter().take_while(move |word| (word.key, word.part) == (base.key, part))
        });
        beginnings.iter().chain(by_base).filter(move |word| word.part == part && self.is(word, term))
    }

    /// The places of a word, which is no beginning, that begin at one position.
    pub(super) fn places_at<'a>(
        &'a self,
        term: &'a Term,
        part: PaperPart,
        position: u32,
    ) -> impl Iterator<Item = &'a Word> {
        let place = |word: &Word| (word.key, word.part, word.occurrence.position);
        let by_base = term.bases().iter().flat_map(move |base| {
            let wanted = (base.key, part, position);
            let start = self.words.partition_point(|word| place(word) < wanted);
            self.words[start..].iter().take_while(move |word| place(word) == wanted)
        });
        by_base.filter(|word| self.is(word, term))
    }

    fn is(&self, word: &Word, term: &Term) -> bool {
        let own = self.folded(word);
        match term {
            Term::Word { bases, .. } => bases.iter().any(|base| base.text == own),
            Term::Exact { exact, base } => base.text == own && self.exact(word) == Some(exact.as_str()),
            Term::Prefix { plain, bases } => {
                own.starts_with(plain.as_str()) || bases.iter().any(|base| base.text == own)
            }
        }
    }
}

#[derive(Default)]
struct Builder {
    texts: Texts,
    words: Vec<Word>,
    arena: String,
    exacts: String,
}

impl Builder {
    fn part(&mut self, paper: &Paper, part: PaperPart) {
        let mut position = 0;
        match part {
            PaperPart::Authors => {
                for name in &paper.authors.names {
                    position = self.segment(&tex::to_unicode(name), part, position);
                }
            }
            PaperPart::Subjects => {
                for subject in &paper.subjects {
                    position = self.segment(&subject.name, part, position);
                }
            }
            PaperPart::Title => self.lone(part, &paper.title),
            PaperPart::Journal => self.lone(part, paper.journal_ref.as_deref().unwrap_or_default()),
            PaperPart::Abstract => self.prose(part, paper.abstract_text.as_ref()),
            PaperPart::Comments => self.prose(part, paper.comments.as_ref()),
        }
    }

    fn lone(&mut self, part: PaperPart, text: &str) {
        let readable = tex::to_unicode(text);
        self.segment(&readable, part, 0);
        if let Cow::Owned(readable) = &readable {
            self.texts.set(part, text, readable);
        }
    }

    fn prose(&mut self, part: PaperPart, prose: Option<&Prose>) {
        let Some(prose) = prose else { return };
        if let Some(text) = in_one_piece(Some(prose)) {
            return self.lone(part, text);
        }
        let text = prose.to_plain_text();
        let paragraphs: Vec<Cow<'_, str>> = text.split("\n\n").map(tex::to_unicode).collect();
        // arXiv breaks a line in mid-sentence too, so a phrase may reach from one paragraph into the next.
        let mut position = 0;
        for paragraph in &paragraphs {
            position = self.segment(paragraph, part, position).saturating_sub(GAP);
        }
        self.texts.set(part, "", &paragraphs.join("\n\n"));
    }

    /// Adds the words of a text from a position on; the answer is where the next text begins.
    fn segment(&mut self, text: &str, part: PaperPart, start: u32) -> u32 {
        let count = fold::each_token(text, |token| {
            let position = start.saturating_add(token.position);
            let occurrence = Occurrence { position, length: token.length };
            for form in token.forms {
                let folded = push(&mut self.arena, form);
                let exact = (token.role == Role::Word)
                    .then(|| if token.exact == form { (0, 0) } else { push(&mut self.exacts, token.exact) });
                self.words.push(Word { key: words::key(form), part, occurrence, folded, exact });
            }
        });
        start.saturating_add(count).saturating_add(GAP)
    }
}

/// Where the word lies; empty where the arena is full, which texts under 4 GiB never reach.
fn push(arena: &mut String, word: &str) -> (u32, u32) {
    let place = (u32::try_from(arena.len()), u32::try_from(word.len()));
    match place {
        (Ok(start), Ok(length)) if start.checked_add(length).is_some() => {
            arena.push_str(word);
            (start, length)
        }
        _ => (0, 0),
    }
}

fn slice(arena: &str, (start, length): (u32, u32)) -> &str {
    let start = usize::try_from(start).unwrap_or_default();
    arena.get(start..start + usize::try_from(length).unwrap_or_default()).unwrap_or_default()
}

fn dois(paper: &Paper) -> Vec<String> {
    let mut found = Vec::new();
    for span in paper.comments.iter().flat_map(|prose| prose.paragraphs.iter().flatten()) {
        if let Span::Link { href, .. } = span {
            links::dois(href, &mut found);
        }
    }
    if let Some(comments) = &paper.comments {
        links::dois(&comments.to_plain_text(), &mut found);
    }
    links::dois(paper.journal_ref.as_deref().unwrap_or_default(), &mut found);
    found
}

fn features(paper: &Paper, dois: &[String]) -> Vec<Feature> {
    let says = |prose: &Option<Prose>| prose.as_ref().is_some_and(|prose| !prose.is_empty());
    let has = |feature| match feature {
        Feature::Code => [&paper.abstract_text, &paper.comments].into_iter().flatten().any(links::has_code),
        Feature::Comments => says(&paper.comments),
        Feature::Doi => !dois.is_empty(),
        Feature::Html => paper.html_url.is_some(),
        Feature::JournalRef => paper.journal_ref.as_ref().is_some_and(|text| !text.trim().is_empty()),
        Feature::Pdf => true,
    };
    Feature::ALL.into_iter().filter(|feature| has(*feature)).collect()
}
