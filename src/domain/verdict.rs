//! How a read of a listing ended: one set of words everywhere.

use std::fmt;

use super::excerpt::beginning;

/// The outcome of reading one subject for one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Proved whole by the page's own counts.
    Complete,
    /// Proved: nothing in this subject on that day.
    Quiet,
    /// Counts and entries disagree.
    Incomplete,
    /// The page still shows an older mailing.
    Stale,
    /// Not a listing as we know it.
    Unrecognized,
    /// arXiv will not let us read now: 403, 406, 429, a captcha.
    Refused,
    /// No answer, or an answer that says arXiv is in trouble.
    Unreachable,
    /// Never read.
    Unread,
    /// A past day that can no longer be had.
    Gap,
}

/// A word that is no verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown verdict `{0}`")]
pub struct UnknownVerdict(pub String);

impl std::str::FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(text: &str) -> Result<Self, UnknownVerdict> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or_else(|| UnknownVerdict(beginning(text, 64).to_owned()))
    }
}

impl Verdict {
    pub const ALL: [Self; 9] = [
        Self::Complete,
        Self::Quiet,
        Self::Incomplete,
        Self::Stale,
        Self::Unrecognized,
        Self::Refused,
        Self::Unreachable,
        Self::Unread,
        Self::Gap,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Quiet => "quiet",
            Self::Incomplete => "incomplete",
            Self::Stale => "stale",
            Self::Unrecognized => "unrecognized",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Unread => "unread",
            Self::Gap => "gap",
        }
    }

    /// The listing was read and proved whole, with or without entries.
    #[must_use]
    pub fn is_proved(self) -> bool {
        matches!(self, Self::Complete | Self::Quiet)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
