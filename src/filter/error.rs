//! What is wrong with a rule, where, and what would work?

use std::fmt;

use super::limits::MISTAKES_MAX;
use super::span::Span;

/// The most characters of a rule that a caret line shows on either side of the mistake.
const CARET_CONTEXT_CHARACTERS: usize = 60;

macro_rules! codes {
    ($($name:ident $code:literal,)*) => {
        /// A kind of mistake; the names are part of the service's answers and do not change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($name,)*
        }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code in an answer: `unknown_category`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

codes! {
    EmptyQuery "empty_query",
    EmptyValue "empty_value",
    EmptyGroup "empty_group",
    TermExpected "term_expected",
    UnexpectedOperator "unexpected_operator",
    LowercaseOperator "lowercase_operator",
    SpaceAfterColon "space_after_colon",
    MisplacedNot "misplaced_not",
    MisplacedExact "misplaced_exact",
    UnclosedGroup "unclosed_group",
    UnopenedGroup "unopened_group",
    UnclosedQuote "unclosed_quote",
    UnclosedRegex "unclosed_regex",
    UnclosedRange "unclosed_range",
    UnknownField "unknown_field",
    UnsupportedField "unsupported_field",
    NestedField "nested_field",
    UnknownCategory "unknown_category",
    UnknownType "unknown_type",
    UnknownFeature "unknown_feature",
    UnknownList "unknown_list",
    ListCycle "list_cycle",
    BadId "bad_id",
    BadDate "bad_date",
    BadRegex "bad_regex",
    BadWildcard "bad_wildcard",
    BadProximity "bad_proximity",
    NotForThisField "not_for_this_field",
    Impossible "impossible",
    TooLong "too_long",
    TooManyTerms "too_many_terms",
    TooDeep "too_deep",
    TooMuchWork "too_much_work",
}

/// One mistake in a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub code: Code,
    /// Where it begins, in Unicode scalar values from 0; the length of the rule where something is missing at its end.
    pub position: usize,
    /// How far it goes, in Unicode scalar values; 0 where something is missing.
    pub length: usize,
    /// What is wrong, with the value; lowercase, without a period.
    pub message: String,
    /// What would work; empty where the message says all.
    pub hint: String,
}

impl Mistake {
    pub(super) fn at(span: Span, code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, position: span.start, length: span.length, message: message.into(), hint: hint.into() }
    }

    /// The rule and under it a caret line, then the message and the hint:
    ///
    /// ```text
    /// cat:cs.DK gpu
    ///     ^^^^^ unknown category `cs.DK`; near: cs.DB, cs.DC
    /// ```
    ///
    /// Long rules are shown around the mistake, control characters as spaces.
    #[must_use]
    pub fn with_caret(&self, rule: &str) -> String {
        let start = self.position.saturating_sub(CARET_CONTEXT_CHARACTERS);
        let shown: String = rule
            .chars()
            .skip(start)
            .take(self.position - start + CARET_CONTEXT_CHARACTERS)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let before = self.position - start;
        let room = shown.chars().count().saturating_sub(before).max(1);
        let carets = "^".repeat(self.length.clamp(1, room));
        format!("{shown}\n{}{carets} {self}", " ".repeat(before))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

/// Every mistake of a rule, in the order of their places; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Sorts them; beyond a limit the last ones are left out.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.position);
        mistakes.dedup();
        mistakes.truncate(MISTAKES_MAX);
        Self(mistakes)
    }

    #[must_use]
    pub fn as_slice(&self) -> &[Mistake] {
        &self.0
    }

    /// Each mistake with the rule and a caret line.
    #[must_use]
    pub fn with_carets(&self, rule: &str) -> String {
        self.0.iter().map(|mistake| mistake.with_caret(rule)).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}at {}: {mistake}", mistake.position)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// Something in a rule that is allowed and probably not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// In Unicode scalar values.
    pub position: usize,
    pub length: usize,
    pub message: String,
}
