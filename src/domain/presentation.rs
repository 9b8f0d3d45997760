//! How a reader wants a feed's items shown; nothing here decides which items there are.

/// One of the few words that a parameter or a setting takes.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every choice, the usual one first.
    const ALL: &'static [Self];

    fn as_str(self) -> &'static str;

    /// The choice of that name, spelled as [`Choice::as_str`] spells it.
    #[must_use]
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.as_str() == name)
    }

    /// All names, for a message: `unicode, tex, mathml`.
    #[must_use]
    fn names() -> String {
        Self::ALL.iter().map(|choice| choice.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// What becomes of TeX in titles, abstracts, authors, comments and journal references.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextMode {
    /// Unicode as far as it goes, the rest readable on one line.
    #[default]
    Unicode,
    /// As the page has it.
    Tex,
    /// MathML in HTML content, Unicode wherever there is no markup.
    Mathml,
}

/// How much of an abstract stands where markup is stripped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Summary {
    #[default]
    Full,
    /// Its beginning, up to the end of a sentence.
    Short,
    None,
}

/// Whose habits a feed is written for.
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

/// What stands first in a feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// The newest.
    #[default]
    Date,
    /// What scores most by the rules of a feed of the configuration; what scores alike, the newest first.
    Score,
}

/// How many mailings share one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    Daily,
    Weekly,
}

/// All that a reader chooses of how items look.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Presentation {
    pub text: TextMode,
    pub summary: Summary,
    /// The most characters of a plain text that then stands in place of all content; RSSHub's parameter.
    pub brief: Option<u32>,
    pub profile: Profile,
    /// One item for each mailing or week in place of one for each paper.
    pub digest: Option<Digest>,
    /// Whether a replacement says what differs from the version before.
    pub changes: bool,
    /// Whether the pdf is an enclosure.
    pub pdf: bool,
}

impl Profile {
    /// How much of an abstract its readers usually get: chats show little of it, and some cut it in mid-word.
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
    fn every_choice_goes_by_its_name() {
        check::<TextMode>();
        check::<Summary>();
        check::<Profile>();
        check::<Sort>();
        check::<Digest>();
        assert_eq!(TextMode::names(), "unicode, tex, mathml");
    }

    #[test]
    fn the_usual_choice_stands_first() {
        let usual = Presentation::default();
        assert_eq!((usual.text, usual.summary), (TextMode::ALL[0], Summary::ALL[0]));
        assert_eq!(usual.profile, Profile::ALL[0]);
    }
}
