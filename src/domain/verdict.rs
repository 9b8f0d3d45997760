//! The verdict on a read of a listing; logs, metrics, pages and the store use the same words.

use std::fmt;

use super::excerpt::beginning;

/// How the read of one subject for one day ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Proved complete by the page's own counts.
    Complete,
    /// Proved: no announcements in this subject on that day.
    Quiet,
    /// The page's counts and entries disagree.
    Incomplete,
    /// The page still shows an older mailing.
    Stale,
    /// The response is not a listing in a known layout.
    Unrecognized,
    /// arXiv refuses requests: 403, 406, 429, a captcha.
    Refused,
    /// No response, or one that reports a failure of arXiv.
    Unreachable,
    /// Never read.
    Unread,
    /// A past day that arXiv no longer provides.
    Gap,
}

/// The text names no verdict; it holds the first 64 characters of the text.
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

    /// True if the listing was proved complete, with or without entries.
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
