//! How the items of a feed are presented; which items a feed has does not depend on it.

/// A parameter or setting that takes one of a few words.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every choice, the default first.
    const ALL: &'static [Self];

    fn as_str(self) -> &'static str;

    /// The choice with exactly this name; `None` for any other text.
    #[must_use]
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.as_str() == name)
    }

    /// All names for an error message: `unicode, tex, mathml`.
    #[must_use]
    fn names() -> String {
        Self::ALL.iter().map(|choice| choice.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// How TeX in titles, abstracts, authors, comments and journal references is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextMode {
    /// As Unicode where possible, else in readable form on one line.
    #[default]
    Unicode,
    /// Unchanged.
    Tex,
    /// As MathML in HTML content, as Unicode in plain text.
    Mathml,
}

/// How much of the abstract the plain-text summary contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Summary {
    #[default]
    Full,
    /// The beginning, up to the end of a sentence.
    Short,
    None,
}

/// The client for which titles and summaries are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    #[default]
    Reader,
    Slack,
    Matrix,
    Zulip,
    Mattermost,
    Discord,
}

/// The order of a feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Newest first.
    #[default]
    Date,
    /// Highest score first, by the rules of a named feed; newest first among equal scores.
    Score,
}

/// The period that one digest item covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    Daily,
    Weekly,
}

/// The presentation of a feed's items.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Presentation {
    pub text: TextMode,
    pub summary: Summary,
    /// If set, a plain text of at most this many characters replaces all content (RSSHub's parameter `brief`).
    pub brief: Option<u32>,
    pub profile: Profile,
    /// If set, one item per mailing or week instead of one per paper.
    pub digest: Option<Digest>,
    /// True if a replacement shows what differs from the previous version.
    pub changes: bool,
    /// True if the PDF is an enclosure.
    pub pdf: bool,
}

impl Profile {
    /// The default summary for the client: chats show little text, and some cut it inside a word.
    #[must_use]
    pub fn summary(self) -> Summary {
        match self {
            Self::Reader => Summary::Full,
            Self::Slack | Self::Matrix | Self::Zulip | Self::Mattermost | Self::Discord => Summary::Short,
        }
    }
}

impl Default for Presentation {
    fn default() -> Self {
        Self {
            text: TextMode::default(),
            summary: Summary::default(),
            brief: None,
            profile: Profile::default(),
            digest: None,
            changes: true,
            pdf: false,
        }
    }
}

impl Choice for TextMode {
    const ALL: &'static [Self] = &[Self::Unicode, Self::Tex, Self::Mathml];

    fn as_str(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Tex => "tex",
            Self::Mathml => "mathml",
        }
    }
}

impl Choice for Summary {
    const ALL: &'static [Self] = &[Self::Full, Self::Short, Self::None];

    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Short => "short",
            Self::None => "none",
        }
    }
}

impl Choice for Profile {
    const ALL: &'static [Self] =
        &[Self::Reader, Self::Slack, Self::Matrix, Self::Zulip, Self::Mattermost, Self::Discord];

    fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Slack => "slack",
            Self::Matrix => "matrix",
            Self::Zulip => "zulip",
            Self::Mattermost => "mattermost",
            Self::Discord => "discord",
        }
    }
}

impl Choice for Sort {
    const ALL: &'static [Self] = &[Self::Date, Self::Score];

    fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Score => "score",
        }
    }
}

impl Choice for Digest {
    const ALL: &'static [Self] = &[Self::Daily, Self::Weekly];

    fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Choice + std::fmt::Debug>() {
        for choice in T::ALL {
            assert_eq!(T::named(choice.as_str()), Some(*choice));
            assert_eq!(T::named(&choice.as_str().to_uppercase()), None);
        }
    }

    #[test]
    fn every_choice_is_found_by_its_name() {
        check::<TextMode>();
        check::<Summary>();
        check::<Profile>();
        check::<Sort>();
        check::<Digest>();
        assert_eq!(TextMode::names(), "unicode, tex, mathml");
    }

    #[test]
    fn the_default_choice_is_first() {
        let usual = Presentation::default();
        assert_eq!((usual.text, usual.summary), (TextMode::ALL[0], Summary::ALL[0]));
        assert_eq!(usual.profile, Profile::ALL[0]);
    }
}
