//! Links and formulas of a text while it is read: signs that stand for them, and what they stand for.
//!
//! One character of a private plane stands for each of them while the text is read, so that a macro may have a link as
//! its argument.

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
