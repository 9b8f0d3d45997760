//! The fields of the rule language and what they look at.

use super::dated::Dated;

/// A part of a paper that holds text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaperPart {
    Title,
    Abstract,
    Comments,
    Journal,
    Subjects,
    Authors,
}

impl PaperPart {
    /// In the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Title, Self::Abstract, Self::Comments, Self::Journal, Self::Subjects, Self::Authors];
}

/// A field that is searched as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Text {
    Title,
    Abstract,
    TitleAbstract,
    Comments,
    Journal,
    SubjectNames,
    /// Regular expressions over single names; everything else in `au:` is an author pattern.
    Authors,
    All,
}

impl Text {
    /// What is looked at.
    #[must_use]
    pub fn parts(self) -> &'static [PaperPart] {
        match self {
            Self::Title => &[PaperPart::Title],
            Self::Abstract => &[PaperPart::Abstract],
            Self::TitleAbstract => &[PaperPart::Title, PaperPart::Abstract],
            Self::Comments => &[PaperPart::Comments],
            Self::Journal => &[PaperPart::Journal],
            Self::SubjectNames => &[PaperPart::Subjects],
            Self::Authors => &[PaperPart::Authors],
            Self::All => &[
                PaperPart::Title,
                PaperPart::Abstract,
                PaperPart::Authors,
                PaperPart::Comments,
                PaperPart::Journal,
            ],
        }
    }

    /// In front of a value in a canonical rule; nothing for all fields.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Title => "ti:",
            Self::Abstract => "abs:",
            Self::TitleAbstract => "tiabs:",
            Self::Comments => "co:",
            Self::Journal => "jr:",
            Self::SubjectNames => "subj:",
            Self::Authors => "au:",
            Self::All => "",
        }
    }
}

/// Which of a paper's subjects count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    Any,
    Primary,
    /// After the first.
    Cross,
}

impl Place {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Any => "cat:",
            Self::Primary => "primary:",
            Self::Cross => "cross:",
        }
    }
}

/// Something that a paper may have or lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// A link to a code host in abstract or comments.
    Code,
    Comments,
    /// A DOI linked or named in comments or journal reference.
    Doi,
    Html,
    JournalRef,
    /// Every listed paper has one.
    Pdf,
}

impl Feature {
    pub const ALL: [Self; 6] =
        [Self::Code, Self::Comments, Self::Doi, Self::Html, Self::JournalRef, Self::Pdf];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Comments => "comments",
            Self::Doi => "doi",
            Self::Html => "html",
            Self::JournalRef => "jr",
            Self::Pdf => "pdf",
        }
    }
}

/// A field as it may be named in a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Text(Text),
    Author,
    Subject(Place),
    Type,
    Id,
    Announced,
    /// In arXiv's reading; [`NO_SUBMISSION_DATE`] says why in no other.
    Dated(Dated),
    Has,
    Doi,
    List,
    /// Known from arXiv, but listing pages do not carry what it asks for; the text says so.
    Unsupported(&'static str),
}

/// Why the native language has none of the fields of [`Dated`].
pub(super) const NO_SUBMISSION_DATE: &str = "listing pages carry no submission date; use announced:[…]";

/// The names as an answer lists them.
pub(super) const KNOWN: &str =
    "ti abs tiabs au co jr cat primary cross subj type id doi announced has list all";

/// Every name, in any case; the first of several for a field is the canonical one.
const NAMES: &[(&str, Field)] = &[
    ("ti", Field::Text(Text::Title)),
    ("title", Field::Text(Text::Title)),
    ("abs", Field::Text(Text::Abstract)),
    ("abstract", Field::Text(Text::Abstract)),
    ("tiabs", Field::Text(Text::TitleAbstract)),
    ("au", Field::Author),
    ("author", Field::Author),
    ("co", Field::Text(Text::Comments)),
    ("jr", Field::Text(Text::Journal)),
    ("subj", Field::Text(Text::SubjectNames)),
    ("all", Field::Text(Text::All)),
    ("cat", Field::Subject(Place::Any)),
    ("primary", Field::Subject(Place::Primary)),
    ("prim", Field::Subject(Place::Primary)),
    ("cross", Field::Subject(Place::Cross)),
    ("type", Field::Type),
    ("id", Field::Id),
    ("doi", Field::Doi),
    ("announced", Field::Announced),
    ("date", Field::Announced),
    ("has", Field::Has),
    ("list", Field::List),
    ("rn", Field::Unsupported("listing pages carry no report number")),
    ("submittedDate", Field::Dated(Dated::First)),
    ("lastUpdatedDate", Field::Dated(Dated::Last)),
];

pub(super) fn named(name: &str) -> Option<Field> {
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
}

/// A field whose name shares the beginning with what was typed.
pub(super) fn near(name: &str) -> Option<&'static str> {
    let typed = name.to_ascii_lowercase();
    let beginning = typed.get(..2)?;
    let shares = |known: &&str| known.starts_with(beginning) && known.len().abs_diff(typed.len()) <= 6;
    NAMES.iter().map(|(known, _)| *known).find(shares)
}
