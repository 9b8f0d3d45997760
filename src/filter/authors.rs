//! Does a name in a rule mean this author?

use super::words::key;
use crate::text::{fold, tex};

/// Words before a surname that belong to it.
const PARTICLES: [&str; 36] = [
    "af", "al", "am", "av", "bin", "bint", "da", "dal", "de", "degli", "dei", "del", "della", "dem", "den",
    "der", "di", "do", "dos", "du", "el", "ibn", "la", "las", "le", "los", "op", "ten", "ter", "te", "van",
    "vom", "von", "zu", "zum", "zur",
];

/// Words after a surname that do not belong to it.
const SUFFIXES: [&str; 5] = ["jr", "sr", "ii", "iii", "iv"];

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
}

/// What an author must be like.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorPattern {
    /// As it stands in a canonical rule, without quotes.
    pub written: String,
    pub is_exact: bool,
    /// The last word is a beginning.
    pub is_prefix: bool,
    pub form: Form,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// Any part of the name.
    Part(NameWord),
    /// The whole surname, and given names or initials in their order.
    Full { surname: Vec<NameWord>, given: Vec<NameWord>, order: Order },
}

/// In which order a full name is written, where that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `Del Maestro, Adrian`: a beginning is that of the last given name, if there is one.
    SurnameFirst,
    /// `Adrian Del Maes*`: a beginning is that of the surname.
    GivenFirst,
    /// `Del Maestro`, `Bin Yang`: what comes first may also be a part of the surname.
    Open,
}

impl Name {
    /// Reads a name as a listing has it, given names first.
    #[must_use]
    pub fn read(name: &str) -> Self {
        Self::of_words(words(&tex::to_unicode(name)))
    }

    fn of_words(mut words: Vec<NameWord>) -> Self {
        while words.len() > 2 && words.last().is_some_and(|last| SUFFIXES.contains(&&*last.folded)) {
            words.pop();
        }
        let mut surname = words.len().saturating_sub(1);
        while surname > 1 && PARTICLES.contains(&&*words[surname - 1].folded) {
            surname -= 1;
        }
        Self { words, surname }
    }

    /// The surname as one word, in its one or two spellings.
    pub fn surnames(&self) -> impl Iterator<Item = String> + '_ {
        squashed_spellings(&self.words[self.surname..])
    }

    /// Every word and part of a word that a search for any part of the name may ask for.
    pub fn parts(&self) -> Vec<&str> {
        let spellings = self.words.iter().flat_map(NameWord::spellings);
        let mut parts: Vec<&str> = spellings.flat_map(|word| word.split(' ')).collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// The first letters of the given names.
    pub fn initials(&self) -> impl Iterator<Item = char> + '_ {
        let given = &self.words[..self.surname];
        given.iter().flat_map(NameWord::spellings).filter_map(|word| word.chars().next())
    }
}

impl NameWord {
    fn read(word: &str) -> Option<Self> {
        let folded = spaced(&fold::casefold(word));
        let spelled = fold::umlaut_spelled_out(word).map(|word| spaced(&fold::casefold(&word)));
        (!folded.is_empty()).then(|| Self { exact: word.to_owned(), folded, spelled })
    }

    fn spellings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.folded).chain(self.spelled.as_deref())
    }

    fn is(&self, other: &Self) -> bool {
        self.spellings().any(|left| other.spellings().any(|right| squashed(left).eq(squashed(right))))
    }

    fn begins(&self, other: &Self) -> bool {
        let starts = |whole: &str, start: &str| {
            let mut whole = squashed(whole);
            squashed(start).all(|c| whole.next() == Some(c))
        };
        self.spellings().any(|start| other.spellings().any(|whole| starts(whole, start)))
    }

    /// Is one the initials of the other, or the same?
    fn fits(&self, other: &Self) -> bool {
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
        self.is(other)
            || self.spellings().any(|left| {
                other.spellings().any(|right| {
                    let single = is_initial(left) || is_initial(right);
                    (single || left.split(' ').count() == right.split(' ').count()) && by_parts(left, right)
                })
            })
    }
}

impl AuthorPattern {
    /// Reads what stands behind `au:`; none when there is no letter in it.
    pub(super) fn read(text: &str, is_exact: bool, is_prefix: bool) -> Option<Self> {
        let text = tex::to_unicode(text);
        let form = if let Some((surname, given)) = text.split_once(',') {
            full(comma_form(words(surname), words(given)), Order::SurnameFirst)?
        } else if text.contains('_') && !text.contains(char::is_whitespace) {
            full(underscore_form(&text), Order::SurnameFirst)?
        } else {
            let name = Name::of_words(words(&text));
            match name.words.len() {
                0 => return None,
                1 => Form::Part(name.words.into_iter().next()?),
                _ => {
                    let mut given = name.words;
                    let surname = given.split_off(name.surname);
                    let is_open = given.iter().all(|word| PARTICLES.contains(&&*word.folded));
                    let order = match is_prefix {
                        _ if is_open => Order::Open,
                        true => Order::GivenFirst,
                        false => Order::SurnameFirst,
                    };
                    full(comma_form(surname, given), order)?
                }
            }
        };
        let form = if is_exact { form } else { form.without_case() };
        Some(Self { written: form.written(), is_exact, is_prefix, form })
    }

    #[must_use]
    pub fn matches(&self, name: &Name) -> bool {
        match &self.form {
            Form::Part(word) => name.words.iter().any(|own| self.is_part(word, own)),
            Form::Full { surname, given, order } => {
                let own = &name.words[name.surname..];
                let is_last = given.is_empty() || *order != Order::SurnameFirst;
                self.has_surname(surname, own, is_last)
                    && self.has_given(given, &name.words[..name.surname], *order)
                    || *order == Order::Open && self.has_surname(&[&given[..], surname].concat(), own, true)
            }
        }
    }

    fn is_part(&self, word: &NameWord, own: &NameWord) -> bool {
        if self.is_exact {
            return word.exact == own.exact
                || own.exact.split(|c: char| !c.is_alphanumeric()).any(|p| p == word.exact);
        }
        let among_parts = |test: &dyn Fn(&str, &str) -> bool| {
            word.spellings()
                .any(|left| own.spellings().any(|right| right.split(' ').any(|part| test(left, part))))
        };
        if self.is_prefix {
            word.begins(own) || among_parts(&|start, part| part.starts_with(start))
        } else {
            word.is(own) || among_parts(&|left, part| left == part)
        }
    }

    fn has_surname(&self, wanted: &[NameWord], own: &[NameWord], is_last: bool) -> bool {
        if self.is_exact {
            return wanted.iter().map(|word| &word.exact).eq(own.iter().map(|word| &word.exact));
        }
        let is_beginning = self.is_prefix && is_last;
        squashed_spellings(wanted).any(|wanted| {
            squashed_spellings(own)
                .any(|own| if is_beginning { own.starts_with(&wanted) } else { own == wanted })
        })
    }

    /// The given names in their order; others may stand between them.
    fn has_given(&self, wanted: &[NameWord], own: &[NameWord], order: Order) -> bool {
        let mut own = own.iter();
        wanted.iter().enumerate().all(|(index, word)| {
            let is_beginning = self.is_prefix && order == Order::SurnameFirst && index + 1 == wanted.len();
            own.any(|own| match (self.is_exact, is_beginning) {
                (true, _) => word.exact == own.exact,
                (_, true) => word.begins(own) || word.fits(own),
                (_, false) => word.fits(own),
            })
        })
    }

    /// Keys of which every author that matches has at least one; none where only the beginning of a word is known.
    pub(super) fn keys(&self) -> Option<Vec<String>> {
        let is_surname_prefix = self.is_prefix
            && !matches!(&self.form, Form::Full { given, order: Order::SurnameFirst, .. } if !given.is_empty());
        if is_surname_prefix {
            return None;
        }
        Some(match &self.form {
            Form::Part(word) => {
                word.spellings().flat_map(|word| [part_key(word), squashed(word).collect()]).collect()
            }
            Form::Full { surname, given, order } => {
                let initials: Vec<char> = given
                    .first()
                    .map(|first| first.spellings().filter_map(|word| word.chars().next()).collect())
                    .unwrap_or_default();
                let mut keys = Vec::new();
                for surname in squashed_spellings(surname) {
                    match initials.as_slice() {
                        [] => keys.push(surname_key(&surname)),
                        initials => {
                            keys.extend(initials.iter().map(|initial| initial_key(&surname, *initial)))
                        }
                    }
                }
                if *order == Order::Open {
                    let all = [&given[..], surname].concat();
                    keys.extend(squashed_spellings(&all).map(|surname| surname_key(&surname)));
                }
                keys
            }
        })
    }

    /// The beginnings that a key of every matching author has, where [`Self::keys`] has none.
    pub(super) fn key_prefixes(&self) -> Vec<String> {
        match &self.form {
            Form::Part(word) => word
                .spellings()
                .map(part_key)
                .chain(word.spellings().map(|w| squashed(w).collect()))
                .collect(),
            Form::Full { surname, given, order } => {
                let mut keys: Vec<String> =
                    squashed_spellings(surname).map(|surname| surname_key(&surname)).collect();
                if *order == Order::Open {
                    let all = [&given[..], surname].concat();
                    keys.extend(squashed_spellings(&all).map(|surname| surname_key(&surname)));
                }
                keys
            }
        }
    }

    /// Does having one of the keys say it all?
    pub(super) fn is_decided_by_keys(&self) -> bool {
        !self.is_exact
            && match &self.form {
                Form::Part(word) => {
                    !word.folded.contains(' ') && word.spelled.as_ref().is_none_or(|w| !w.contains(' '))
                }
                Form::Full { given, .. } => given.is_empty(),
            }
    }
}

impl Form {
    /// Spelled so that patterns which mean the same are equal.
    fn without_case(mut self) -> Self {
        let words: Vec<&mut NameWord> = match &mut self {
            Self::Part(word) => vec![word],
            Self::Full { surname, given, .. } => surname.iter_mut().chain(given).collect(),
        };
        for word in words {
            word.exact = match &word.spelled {
                // The accent is part of the meaning here: `ö` also means `oe`.
                Some(_) => word.exact.to_lowercase(),
                None => word.folded.replace(' ', "-"),
            };
        }
        self
    }

    fn written(&self) -> String {
        let text = |words: &[NameWord]| words.iter().map(|word| &*word.exact).collect::<Vec<_>>().join(" ");
        match self {
            Self::Part(word) => text(std::slice::from_ref(word)),
            Self::Full { surname, given, order: Order::SurnameFirst } => {
                format!("{}, {}", text(surname), text(given)).trim_end().to_owned()
            }
            Self::Full { surname, given, .. } => format!("{} {}", text(given), text(surname)),
        }
    }
}

/// Every key of a name, as [`AuthorPattern::keys`] asks for them.
pub(super) fn keys(name: &Name, mut visit: impl FnMut(&str)) {
    let mut found: Vec<String> = name.parts().into_iter().map(str::to_owned).collect();
    for word in &name.words {
        found.extend(word.spellings().filter(|word| word.contains(' ')).map(|word| squashed(word).collect()));
    }
    for surname in name.surnames() {
        found.extend(name.initials().map(|initial| initial_key(&surname, initial)));
        found.push(surname_key(&surname));
    }
    found.sort_unstable();
    found.dedup();
    found.iter().for_each(|found| visit(found));
}

/// The number of a key; apart from those of words.
pub(super) fn number(author_key: &str) -> u64 {
    key(author_key).rotate_left(1) ^ 0x61_75
}

/// `jean pierre` is looked for by its first part.
fn part_key(word: &str) -> String {
    word.split(' ').next().unwrap_or(word).to_owned()
}

fn surname_key(surname: &str) -> String {
    format!("={surname}")
}

fn initial_key(surname: &str, initial: char) -> String {
    format!("={surname},{initial}")
}

fn full((surname, given): (Vec<NameWord>, Vec<NameWord>), order: Order) -> Option<Form> {
    (!surname.is_empty()).then_some(Form::Full { surname, given, order })
}

/// `Beethoven, Ludwig van`: particles at the end go before the surname.
fn comma_form(mut surname: Vec<NameWord>, mut given: Vec<NameWord>) -> (Vec<NameWord>, Vec<NameWord>) {
    if given.iter().any(|word| !SUFFIXES.contains(&&*word.folded)) {
        given.retain(|word| !SUFFIXES.contains(&&*word.folded));
    }
    while given.len() > 1 && given.last().is_some_and(|last| PARTICLES.contains(&&*last.folded)) {
        surname.splice(0..0, given.pop());
    }
    (surname, given)
}

/// `del_maestro_a`: one-letter parts at the end are initials.
fn underscore_form(text: &str) -> (Vec<NameWord>, Vec<NameWord>) {
    let mut surname: Vec<NameWord> = text.split('_').flat_map(words).collect();
    let initials = surname.iter().rev().take_while(|word| is_initial(&word.folded)).count();
    let first = surname.len() - initials;
    let given = surname.split_off(first.max(usize::from(initials == surname.len())));
    (surname, given)
}

fn words(name: &str) -> Vec<NameWord> {
    // `J.-P.` is one word of two parts, as `Jean-Pierre` is.
    name.replace(".-", "-")
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '_' | ';'))
        .filter_map(NameWord::read)
        .collect()
}

fn spaced(folded: &str) -> String {
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some() && chars.next().is_none()
}

fn squashed(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().filter(|c| *c != ' ')
}

/// The words as one, all in the first spelling, and all in the second where any has it.
fn squashed_spellings(words: &[NameWord]) -> impl Iterator<Item = String> + '_ {
    let first = words.iter().flat_map(|word| squashed(&word.folded)).collect();
    let second = words.iter().any(|word| word.spelled.is_some()).then(|| {
        words.iter().flat_map(|word| squashed(word.spelled.as_deref().unwrap_or(&word.folded))).collect()
    });
    std::iter::once(first).chain(second)
}
