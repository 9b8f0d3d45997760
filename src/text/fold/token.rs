//! The words that the tokenizer finds.

/// What a token is in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A word as it stands.
    Word,
    /// The letters or the digits of a word such as `CVPR2026`.
    Piece,
    /// A word such as `CVPR2026` as a whole, behind its pieces; its only form is `=` and its spelling.
    Pieces,
    /// A hyphenated word as a whole, behind its parts.
    Compound,
}

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub role: Role,
    /// As it is written; empty for a compound.
    pub exact: &'a str,
    /// Without case, accents, compatibility forms and an acronym's plural; Greek letters by their names.
    pub plain: &'a str,
    /// Every form under which a text is found by this word, never empty: base forms first, in an order that depends on
    /// the word alone.
    pub forms: &'a [String],
    /// How many of `forms` are base forms, at least one; a rule looks for these.
    pub bases: usize,
    /// How many words come before it.
    pub position: u32,
    /// How many positions it takes: the number of its parts for a compound or a word of pieces, else 1.
    pub length: u32,
}
