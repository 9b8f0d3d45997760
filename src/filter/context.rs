//! The named lists that a rule may use, and the dialect in which it is read.

use super::lists::Lists;

/// What a rule may refer to, and whose reading holds.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub lists: &'a Lists,
    pub dialect: Dialect,
}

/// Whose reading of a rule holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Terms side by side are an AND.
    #[default]
    Native,
    /// As arXiv's query API: terms side by side are an OR, every bare word is `all:`, lowercase operators are words,
    /// NOT between terms is ANDNOT, and `-`, `!`, `=`, `/` and `|` are characters like others.
    Compat,
}
