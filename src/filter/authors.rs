//! Author patterns of rules, and whether a name matches one.

mod keys;
mod name;

use crate::text::tex;

pub(super) use keys::keys;
pub use name::{Name, NameWord};
use name::{PARTICLES, SUFFIXES, is_initial, squashed_spellings, words};

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
    /// Several people under one name, such as a collaboration; `The` does not count.
    Group(Vec<NameWord>),
    /// A surname, and given names or initials in their order.
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

impl AuthorPattern {
    /// Reads what stands behind `au:`; none when there is no letter in it.
    pub(super) fn read(text: &str, is_exact: bool, is_prefix: bool) -> Option<Self> {
        let text = tex::to_unicode(text);
        let form = if let Some((surname, given)) = text.split_once(',') {
            full(comma_form(words(surname), words(given)), Order::SurnameFirst)?
        } else if text.contains('_') && !text.contains(char::is_whitespace) {
            full(underscore_form(&text), Order::SurnameFirst)?
        } else {
            let mut name = Name::of_words(words(&text));
            match name.words.len() {
                0 => return None,
                1 => {
                    let word = name.words.pop()?;
                    Form::Part(NameWord { is_abbreviated: false, ..word })
                }
                _ if name::is_group(&name.words) => Form::Group(name.words),
                _ => {
                    let mut given = name.words;
                    let surname = given.split_off(name.surname);
                    let is_open = given.iter().all(|word| PARTICLES.contains(&&*word.folded));
                    let order = if is_open { Order::Open } else { Order::GivenFirst };
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
            Form::Group(words) => name.is_group() && self.is_group(words.iter(), &name.words),
            Form::Full { order: Order::SurnameFirst, .. } if name.is_group() => false,
            Form::Full { surname, given, .. } if name.is_group() => {
                self.is_group(given.iter().chain(surname), &name.words)
            }
            Form::Full { surname, given, order: Order::SurnameFirst } => name.tails().any(|start| {
                let (own_given, own) = name.words.split_at(start);
                self.has_surname(surname, own, given.is_empty())
                    && self.has_given(given, own_given, Order::SurnameFirst)
            }),
            Form::Full { surname, given, order } => {
                let is_open = *order == Order::Open;
                let whole = || if is_open { [&given[..], surname].concat() } else { Vec::new() };
                self.is_given_first(surname, given, *order, name)
                    || is_open
                        && name.tails().any(|start| self.has_surname(&whole(), &name.words[start..], true))
            }
        }
    }

    /// Given names first, and the surname whole; a word that may be a particle or a given name is read both ways.
    fn is_given_first(&self, surname: &[NameWord], given: &[NameWord], order: Order, name: &Name) -> bool {
        let rule = Name { words: [given, surname].concat(), surname: given.len() };
        rule.whole_surnames().any(|start| {
            let (given, surname) = rule.words.split_at(start);
            name.whole_surnames().any(|start| {
                let (own_given, own) = name.words.split_at(start);
                self.has_surname(surname, own, true) && self.has_given(given, own_given, order)
            })
        })
    }

    fn is_group<'a>(&self, wanted: impl Iterator<Item = &'a NameWord>, own: &[NameWord]) -> bool {
        let wanted = name::group_name(wanted);
        let fits = |own: &str| if self.is_prefix { own.starts_with(&wanted) } else { own == wanted };
        fits(&name::group_name(own.iter())) || fits(&name::short_group_name(own))
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
    ///
    /// A hyphen may stand for a space on either side: `C. L.` is `C.-L.` and `Chun-Liang`, though `Jean` is not
    /// `Jean-Pierre`.
    fn has_given(&self, wanted: &[NameWord], own: &[NameWord], order: Order) -> bool {
        let fits = |index: usize, own: &NameWord| {
            let word = &wanted[index];
            let is_last = index + 1 == wanted.len();
            match (self.is_exact, self.is_prefix && order == Order::SurnameFirst && is_last) {
                (true, _) => word.exact == own.exact,
                (_, true) => word.begins(own) || word.fits(own),
                (_, false) => word.fits(own),
            }
        };
        let mut rest = own.iter();
        if (0..wanted.len()).all(|index| rest.any(|own| fits(index, own))) {
            return true;
        }
        let has_hyphen = |words: &[NameWord]| words.iter().any(|word| word.folded.contains(' '));
        if self.is_exact || !has_hyphen(wanted) && !has_hyphen(own) {
            return false;
        }
        // How many of the wanted words may be found among the first of the own ones, word by word.
        let mut found = vec![vec![false; wanted.len() + 1]; own.len() + 1];
        found[0][0] = true;
        for place in 0..own.len() {
            for index in (0..=wanted.len()).filter(|index| found[place][*index]).collect::<Vec<_>>() {
                found[place + 1][index] = true;
                if index == wanted.len() {
                    continue;
                }
                if fits(index, &own[place]) {
                    found[place + 1][index + 1] = true;
                }
                if let Some(count) = name::as_parts_of(&own[place], &wanted[index..]) {
                    found[place + 1][index + count] = true;
                }
                if let Some(count) = name::as_parts_of(&wanted[index], &own[place..]) {
                    found[place + count][index + 1] = true;
                }
            }
        }
        found[own.len()][wanted.len()]
    }
}

impl Form {
    /// Spelled so that patterns which mean the same are equal.
    fn without_case(mut self) -> Self {
        let words: Vec<&mut NameWord> = match &mut self {
            Self::Part(word) => vec![word],
            Self::Group(words) => words.iter_mut().collect(),
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
        let stopped = |word: &NameWord| {
            if word.is_abbreviated { format!("{}.", word.exact) } else { word.exact.clone() }
        };
        let text = |words: &[NameWord]| words.iter().map(stopped).collect::<Vec<_>>().join(" ");
        match self {
            Self::Group(words) => text(words),
            Self::Part(word) => text(std::slice::from_ref(word)),
            Self::Full { surname, given, order: Order::SurnameFirst } => {
                format!("{}, {}", text(surname), text(given)).trim_end().to_owned()
            }
            Self::Full { surname, given, .. } => format!("{} {}", text(given), text(surname)),
        }
    }
}

fn full((surname, given): (Vec<NameWord>, Vec<NameWord>), order: Order) -> Option<Form> {
    (!surname.is_empty()).then_some(Form::Full { surname, given, order })
}

/// `Beethoven, Ludwig van`: particles at the end go before the surname.
fn comma_form(mut surname: Vec<NameWord>, mut given: Vec<NameWord>) -> (Vec<NameWord>, Vec<NameWord>) {
    if given.iter().any(|word| !SUFFIXES.contains(&&*word.folded)) {
        given.retain(|word| !SUFFIXES.contains(&&*word.folded));
    }
    // `Davis Jr, Sammy`
    while surname.len() > 1 && surname.last().is_some_and(|last| SUFFIXES.contains(&&*last.folded)) {
        surname.pop();
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
    let given = surname.split_off(first.max(1).min(surname.len()));
    (surname, given)
}
