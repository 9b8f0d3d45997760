//! Diagnostics of a rule: what is wrong, where, and what would work.

use std::fmt;

use super::carets::Carets;
use super::limits::DIAGNOSTICS_MAX;
use super::span::Span;

macro_rules! codes {
    ($($name:ident $code:literal,)*) => {
        /// A kind of diagnostic; the names are part of the service's answers and do not change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum DiagnosticCode {
            $($name,)*
        }

        impl DiagnosticCode {
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

/// One diagnostic in a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDiagnostic {
    pub code: DiagnosticCode,
    /// Where it begins, in Unicode scalar values from 0; the length of the rule where something is missing at its end.
    pub position: usize,
    /// How far it goes, in Unicode scalar values; 0 where something is missing.
    pub length: usize,
    /// What is wrong, with the value; lowercase, without a period.
    pub message: String,
    /// What would work; empty where the message says all.
    pub hint: String,
}

impl RuleDiagnostic {
    pub(super) fn at(
        span: Span,
        code: DiagnosticCode,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { code, position: span.start, length: span.length, message: message.into(), hint: hint.into() }
    }

    /// The rule and under it a caret line, then the message and the hint:
    ///
    /// ```text
    /// cat:cs.DK gpu
    ///     ^^^^^ unknown category `cs.DK`; near: cs.DB, cs.DC
    /// ```
    ///
    /// Long rules are shown around the diagnostic, control characters as spaces.
    #[must_use]
    pub fn with_caret(&self, rule: &str) -> String {
        let carets = Carets::under(rule, self.position, self.length);
        format!("{}\n{} {self}", carets.line, carets.drawn(0))
    }
}

impl fmt::Display for RuleDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

/// Every diagnostic of a rule, in the order of their places; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDiagnostics(Vec<RuleDiagnostic>);

impl RuleDiagnostics {
    /// Sorts them; beyond a limit the last ones are left out.
    pub(super) fn new(mut diagnostics: Vec<RuleDiagnostic>) -> Self {
        diagnostics.sort_by_key(|diagnostic| diagnostic.position);
        diagnostics.dedup();
        diagnostics.truncate(DIAGNOSTICS_MAX);
        Self(diagnostics)
    }

    #[must_use]
    pub fn as_slice(&self) -> &[RuleDiagnostic] {
        &self.0
    }

    /// Each diagnostic with the rule and a caret line.
    #[must_use]
    pub fn with_carets(&self, rule: &str) -> String {
        self.0.iter().map(|diagnostic| diagnostic.with_caret(rule)).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for RuleDiagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}at {}: {diagnostic}", diagnostic.position)?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleDiagnostics {}

/// Something in a rule that is allowed and probably not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// In Unicode scalar values.
    pub position: usize,
    pub length: usize,
    pub message: String,
}
