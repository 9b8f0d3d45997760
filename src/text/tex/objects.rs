//! What does a text hold that is more than characters: links, and formulas with markup of their own?
//!
//! One character of a private plane stands for each of them while the text is read, so that a macro may have a link as
//! its argument.

use std::borrow::Cow;

use super::{Reader, name, symbols};

/// The first characters of the ranges; each is as long as there are numbers in [`NUMBERS`].
const LINKS: u32 = 0xF_0000;
const OPENINGS: u32 = 0xF_8000;
const FORMULAS: u32 = 0x10_0000;
const CLOSING: u32 = 0x10_8000;
const NUMBERS: u32 = 0x7000;

/// What a character stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Sign {
    /// A link of the text, by its number.
    Link(usize),
    /// What follows leads to [`Objects::addresses`] of this number.
    Opens(usize),
    Closes,
    /// [`Objects::formulas`] of this number.
    Formula(usize),
}

/// How a formula is written in markup: its source, whether it stands on a line of its own, and how it reads.
pub(in crate::text) type Markup = fn(&str, bool, &str) -> Option<String>;

/// What was found while a text was read.
#[derive(Debug, Default)]
pub(in crate::text) struct Objects {
    /// What makes markup of a formula; without it, formulas are text.
    pub(in crate::text) markup: Option<Markup>,
    pub(in crate::text) formulas: Vec<String>,
    pub(in crate::text) addresses: Vec<String>,
}

impl Sign {
    pub(in crate::text) fn of(character: char) -> Option<Self> {
        let code = u32::from(character);
        let number = |first: u32| usize::try_from(code - first).unwrap_or(usize::MAX);
        match code {
            CLOSING => Some(Self::Closes),
            FORMULAS.. => Some(Self::Formula(number(FORMULAS))),
            OPENINGS.. => Some(Self::Opens(number(OPENINGS))),
            LINKS.. => Some(Self::Link(number(LINKS))),
            _ => None,
        }
    }

    /// Whether a text may hold any: all of them begin with the last bytes of UTF-8.
    pub(in crate::text) fn may_be_in(text: &str) -> bool {
        text.bytes().max().is_some_and(|byte| byte >= 0xF3)
    }

    /// None when there are more of them than characters.
    pub(in crate::text) fn character(self) -> Option<char> {
        let (first, number) = match self {
            Self::Link(number) => (LINKS, number),
            Self::Opens(number) => (OPENINGS, number),
            Self::Formula(number) => (FORMULAS, number),
            Self::Closes => (CLOSING, 0),
        };
        let number = u32::try_from(number).ok().filter(|number| *number < NUMBERS)?;
        char::from_u32(first + number)
    }
}

/// Reads a text like [`super::to_unicode`], with signs for what is more than text.
pub(in crate::text) fn read_with(text: &str, objects: &mut Objects) -> String {
    let mut reader = Reader::new(text);
    reader.objects = Some(objects);
    reader.read()
}

impl Reader<'_> {
    /// A formula that was read from `start` of the output on becomes markup, where that can be had.
    pub(super) fn mark_formula(&mut self, source: &str, is_display: bool, start: usize) {
        let Some(objects) = self.objects.as_deref_mut() else { return };
        let (Some(markup), Some(sign)) = (objects.markup, Sign::Formula(objects.formulas.len()).character())
        else {
            return;
        };
        // What reads as plain letters and digits needs no markup.
        let Some(formula) = markup(&undoubled(source), is_display, self.out[start..].trim()) else { return };
        self.out.truncate(start);
        self.out.push(sign);
        objects.formulas.push(formula);
    }

    /// Words that lead to an address: a link where there is markup, `words (address)` elsewhere.
    pub(super) fn link(&mut self, address: &str, words: &str) {
        if words.is_empty() && address.starts_with(|c| Sign::of(c).is_some()) {
            self.append(address);
        } else if words.is_empty() || words == address {
            let sign = self.opening(address);
            self.append_link(sign, address);
        } else if let Some(sign) = self.opening(address) {
            self.append_link(Some(sign), words);
        } else {
            self.append(&format!("{words} ({address})"));
        }
    }

    fn append_link(&mut self, opening: Option<char>, words: &str) {
        let closing = opening.and_then(|_| Sign::Closes.character());
        self.out.extend(opening);
        self.append(words);
        self.out.extend(closing);
    }

    fn opening(&mut self, address: &str) -> Option<char> {
        let is_sign = address.chars().any(|c| Sign::of(c).is_some());
        let objects = self.objects.as_deref_mut()?;
        let is_address = is_sign && address.chars().nth(1).is_none() || is_web(address);
        let sign = Sign::Opens(objects.addresses.len()).character().filter(|_| is_address)?;
        objects.addresses.push(address.to_owned());
        Some(sign)
    }
}

/// `$\\omega$` with the backslash that some program doubled; to a library it were a new line and five letters.
fn undoubled(source: &str) -> Cow<'_, str> {
    if !source.contains("\\\\") {
        return Cow::Borrowed(source);
    }
    let mut single = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("\\\\") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let name = name(after);
        single.push_str(before);
        single.push_str(if name.len() > 1 && symbols::is_known(name) { "\\" } else { "\\\\" });
        rest = after;
    }
    single.push_str(rest);
    Cow::Owned(single)
}

fn is_web(address: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        address.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme))
    })
}
