//! Escapes titles and summaries for the markup of chats.
//!
//! Bots insert titles and summaries into the markup of their chat unchanged, so that `[0,1)` breaks a link and `f_i*g_i*h`
//! turns italic. The rules follow the source code of each bot. Ids, dates, links and names are the same in all profiles.

use crate::domain::presentation::Profile;
use crate::text::escape;

/// Breaks up a mention or the name of an emoji, invisibly.
///
/// Not a zero-width space, since `MonitoRSS` replaces that with a blank.
const WORD_JOINER: char = '\u{2060}';

/// The longest recognised name of an emoji, in characters.
const EMOJI_NAME_MAX: usize = 64;

/// The most digits in the number of a list item.
const LIST_DIGITS_MAX: usize = 9;

/// The longest web address that stays unescaped, in characters.
const ADDRESS_MAX: usize = 2_048;

/// True if the client is a chat, which shows title, link and summary, and would post the content of an item in full.
pub(super) fn is_chat(profile: Profile) -> bool {
    profile != Profile::Reader
}

/// A title, escaped for the client.
pub(super) fn title(text: &str, profile: Profile) -> String {
    match profile {
        // markdown-it and Mattermost read `&lt;`, and `MonitoRSS` takes every text for HTML.
        Profile::Matrix | Profile::Mattermost | Profile::Discord => {
            escape(&summary(text, profile)).into_owned()
        }
        Profile::Reader | Profile::Slack | Profile::Zulip => summary(text, profile),
    }
}

/// The title of a feed; on Zulip a topic, which has no markup and at most 60 characters.
pub(super) fn feed_title(text: &str, profile: Profile) -> String {
    if profile == Profile::Zulip { text.to_owned() } else { title(text, profile) }
}

/// A summary, escaped for the client's markup; `<` and `&` are not yet escaped for HTML.
pub(super) fn summary(text: &str, profile: Profile) -> String {
    if profile == Profile::Reader {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut written = String::with_capacity(text.len() + text.len() / 8);
    for (at, c) in chars.iter().copied().enumerate() {
        match treatment(&chars, at, profile) {
            Treatment::Unchanged => written.push(c),
            Treatment::Backslash => written.extend(['\\', c]),
            Treatment::Reference => written.push_str(&["&#", &u32::from(c).to_string(), ";"].concat()),
            Treatment::Broken => written.extend([c, WORD_JOINER]),
        }
    }
    written
}

/// How a character is written.
enum Treatment {
    Unchanged,
    Backslash,
    /// `&#42;`: Zulip knows no backslash.
    Reference,
    /// A word joiner follows.
    Broken,
}

fn treatment(chars: &[char], at: usize, profile: Profile) -> Treatment {
    use Treatment::{Backslash, Broken, Reference, Unchanged};
    let c = chars[at];
    // Clients link an unescaped address; hookshot links none.
    if profile != Profile::Matrix && c.is_ascii_punctuation() && is_in_address(chars, at) {
        return if profile == Profile::Zulip && "&*".contains(c) { Reference } else { Unchanged };
    }
    let is_marker = begins_block(chars, at);
    match profile {
        // Slack reads no markup in feeds except the names of emoji.
        Profile::Slack | Profile::Mattermost if c == ':' && begins_emoji(chars, at) => Broken,
        Profile::Zulip => {
            let is_mathematics = c == '$' && at > 0 && chars[at - 1] == '$';
            let is_emoji = c == ':' && begins_emoji(chars, at);
            let is_special = "`*~[]|#@<&".contains(c) || is_marker || is_mathematics || is_emoji;
            if is_special { Reference } else { Unchanged }
        }
        Profile::Matrix | Profile::Mattermost | Profile::Discord if c == '@' && begins_mention(chars, at) => {
            Broken
        }
        // CommonMark, of which hookshot uses the inline part.
        Profile::Matrix if "\\`*_[]~".contains(c) || is_marker => Backslash,
        // Mattermost's fork of marked: no other backslash escapes, and `\` itself only where no word follows.
        Profile::Mattermost if "`*_[]~|#".contains(c) || is_marker => Backslash,
        Profile::Mattermost if c == '\\' => {
            let is_before_word = chars.get(at + 1).is_some_and(char::is_ascii_alphanumeric);
            if is_before_word { Unchanged } else { Backslash }
        }
        Profile::Discord if "\\`*_[]~|<>#".contains(c) || is_marker => Backslash,
        Profile::Discord if c == ':' && begins_emoji(chars, at) => Backslash,
        _ => Unchanged,
    }
}

/// True if the character would start a heading, a quote or a list item.
fn begins_block(chars: &[char], at: usize) -> bool {
    let is_start = |at: usize| at == 0 || chars[at - 1] == '\n';
    let is_blank = |at: usize| chars.get(at).is_none_or(|c| c.is_whitespace());
    match chars[at] {
        '#' | '>' => is_start(at),
        '-' | '+' => is_start(at) && is_blank(at + 1),
        '.' | ')' if is_blank(at + 1) => {
            let before = &chars[at.saturating_sub(LIST_DIGITS_MAX)..at];
            let digits = before.iter().rev().take_while(|c| c.is_ascii_digit()).count();
            digits > 0 && is_start(at - digits)
        }
        _ => false,
    }
}

/// True for the `@` of `@here`, not for that of a mail address.
fn begins_mention(chars: &[char], at: usize) -> bool {
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    is_word(chars.get(at + 1)) && !(at > 0 && is_word(chars.get(at - 1)))
}

/// True for the first colon of `:smile:`.
fn begins_emoji(chars: &[char], at: usize) -> bool {
    let rest = &chars[at + 1..chars.len().min(at + 2 + EMOJI_NAME_MAX)];
    let name =
        rest.iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(**c, '_' | '-' | '+')).count();
    name > 0 && rest.get(name) == Some(&':')
}

/// True if the character is part of a web address.
fn is_in_address(chars: &[char], at: usize) -> bool {
    let before = &chars[at.saturating_sub(ADDRESS_MAX)..at];
    let length = before.iter().rev().take_while(|c| !c.is_whitespace()).count();
    let word: String = chars[at - length..].iter().take(16).collect();
    let word = word.trim_start_matches(['(', '<', '[', '"']);
    word.starts_with("https://") || word.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every profile makes of a title.
    fn check(given: &str, profile: Profile, expected: &str) {
        assert_eq!(title(given, profile), expected, "{profile:?}");
    }

    const HARD: &str = "[0,1) x<y f_i*g_i*h `t` | #1 @here :smile: \\log a&b";

    #[test]
    fn a_title_is_escaped_for_each_client() {
        check(HARD, Profile::Reader, HARD);
        check(HARD, Profile::Slack, &HARD.replace(":smile", ":\u{2060}smile"));
        check(
            HARD,
            Profile::Matrix,
            "\\[0,1) x&lt;y f\\_i\\*g\\_i\\*h \\`t\\` | #1 @\u{2060}here :smile: \\\\log a&amp;b",
        );
        check(
            HARD,
            Profile::Mattermost,
            "\\[0,1) x&lt;y f\\_i\\*g\\_i\\*h \\`t\\` \\| \\#1 @\u{2060}here :\u{2060}smile: \\log a&amp;b",
        );
        check(
            HARD,
            Profile::Discord,
            "\\[0,1) x\\&lt;y f\\_i\\*g\\_i\\*h \\`t\\` \\| \\#1 @\u{2060}here \\:smile: \\\\log a&amp;b",
        );
        check(
            HARD,
            Profile::Zulip,
            "&#91;0,1) x&#60;y f_i&#42;g_i&#42;h &#96;t&#96; &#124; &#35;1 &#64;here &#58;smile: \\log a&#38;b",
        );
    }

    #[test]
    fn headings_quotes_and_lists_are_escaped() {
        check("# a", Profile::Matrix, "\\# a");
        check("2. a 2. b", Profile::Mattermost, "2\\. a 2. b");
        check("- a - b", Profile::Discord, "\\- a - b");
        check("> a", Profile::Zulip, "&#62; a");
        check("2.5 a", Profile::Mattermost, "2.5 a");
        assert_eq!(summary("a\n+ b", Profile::Zulip), "a\n&#43; b");
    }

    #[test]
    fn addresses_and_times_stay_whole() {
        let text = "see (https://e.org/a_b#c~d) or me@e.org at 10:30";
        for profile in [Profile::Mattermost, Profile::Discord, Profile::Zulip, Profile::Slack] {
            let written = summary(text, profile).replace("&#64;", "@");
            assert_eq!(written, text, "{profile:?}");
        }
    }

    #[test]
    fn a_backslash_appears_once_in_mattermost() {
        check("a \\ b", Profile::Mattermost, "a \\\\ b");
        check("a \\* b", Profile::Mattermost, "a \\\\\\* b");
    }

    #[test]
    fn a_topic_is_never_longer_for_its_markup() {
        assert_eq!(feed_title("cs.DC: ti:/a*/", Profile::Zulip), "cs.DC: ti:/a*/");
        assert_eq!(feed_title("cs.DC: ti:/a*/", Profile::Matrix), "cs.DC: ti:/a\\*/");
    }
}
