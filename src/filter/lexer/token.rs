//! The tokens of a rule.

use super::super::span::Span;

/// A piece of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::filter) struct Token {
    pub span: Span,
    pub kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::filter) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    AndNot,
    /// `ti:` directly before a parenthesis.
    Field(FieldName),
    Value(Option<FieldName>, Raw),
}

/// A field as it is written, without its colon.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::filter) struct FieldName {
    pub name: String,
    pub span: Span,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::filter) struct Raw {
    pub span: Span,
    pub text: String,
    pub is_exact: bool,
    pub form: RawForm,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::filter) enum RawForm {
    Word,
    /// In quotes; with `~` and a number behind it, or `*`. A number that is none counts as the greatest.
    Phrase {
        near: Option<u32>,
        is_prefix: bool,
    },
    /// Between slashes; the flags are the last characters of the text, this many.
    Regex {
        flags: usize,
    },
    /// In square brackets.
    Range,
}
