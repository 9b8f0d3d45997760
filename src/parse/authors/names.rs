//! Removes everything but the name from the text of an author, and splits a text with several names.

use crate::parse::characters::is_blank;

/// Words between names that are part of none, at the beginning of a text.
const LEADING_WORDS: [&str; 5] = ["and", "&", "on behalf of", "for the", "the"];

/// The same inside a link, where «The» may be a given name («The Anh Han»).
const LINKED_LEADING_WORDS: [&str; 6] =
    ["and ", "& ", "on behalf of the ", "on behalf of ", "for the ", "with an appendix by "];

/// The words between an author and the group for which they speak.
const SPEAKING_FOR: [&str; 3] = [" for the ", " on behalf of the ", " on behalf of "];

/// Characters around a name that mark an affiliation or are left over from a list.
const MARKS: [char; 12] = ['*', '†', '‡', '§', '¶', '#', ',', ';', ':', '-', '–', '•'];

/// The people and groups of a text.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub names: Vec<String>,
    /// The text ends in "et al." or says that there are others.
    pub et_al: bool,
}

/// Splits the text of one place of the list, which is nearly always a single name.
pub(super) fn split(text: &str) -> Found {
    let mut found = Found::default();
    for text in text.split("; ") {
        let parts = SPEAKING_FOR.iter().find_map(|words| text.split_once(words));
        match parts.filter(|(name, group)| !is_blank(name) && is_collaboration(group)) {
            Some((name, group)) => {
                found.add(name);
                found.add(group);
            }
            None => found.add(text),
        }
    }
    found
}

impl Found {
    fn add(&mut self, text: &str) {
        let mut text = text.trim();
        while let Some(words) = LINKED_LEADING_WORDS.iter().find(|words| starts_with(text, words)) {
            text = text[words.len()..].trim_start();
        }
        if starts_with(text, "for ") && is_collaboration(text) {
            text = text["for ".len()..].trim_start();
        }
        let (text, et_al) = without_et_al(text);
        self.et_al |= et_al;
        let name = without_marks(text);
        // A text without a letter is left over from a mark or a formula.
        if !is_blank(&name) && name.chars().any(char::is_alphabetic) {
            self.names.push(name);
        }
    }
}

/// The group that a parenthesis names: `for the XYZ Collaboration`, `on behalf of the Resolve team`, or just
/// `XYZ Collaboration`; in a list of numbered affiliations the last is one of these.
pub(super) fn group_in(aside: &str) -> Option<&str> {
    let is_numbered = |part: &str| {
        let part = part.trim_start_matches(['(', '[', ' ']);
        part.starts_with(|first: char| first.is_ascii_digit()) && part.contains([')', ']', '.', ' '])
    };
    let has_numbers = aside.split([',', ';']).any(is_numbered);
    aside.split([',', ';']).find_map(|part| {
        let text = part.trim();
        let named = without_leading_words(text);
        let named = if starts_with(named, "for ") { named["for ".len()..].trim_start() } else { named };
        let speaks_for = ["for the ", "on behalf of "].iter().any(|words| starts_with(text, words));
        let is_group = speaks_for || (!has_numbers && is_collaboration(text));
        (is_group && !is_blank(named)).then_some(named)
    })
}

/// A single word between parentheses, as in «Wei (Will) Chen».
pub(super) fn is_nickname(aside: &str) -> bool {
    let is_capitalized = aside.starts_with(char::is_uppercase) && aside.chars().any(char::is_lowercase);
    is_capitalized && aside.chars().all(|c| c.is_alphabetic() || c == '-')
}

/// The text without «and», «the», «on behalf of the» before a name.
///
/// Only for bare text: inside a link «The» is a given name («The Anh Han»).
pub(super) fn without_leading_words(mut text: &str) -> &str {
    while let Some(words) = LEADING_WORDS.iter().find(|words| {
        starts_with(text, words) && matches!(text.as_bytes().get(words.len()), None | Some(b' '))
    }) {
        text = text[words.len()..].trim_start();
    }
    text
}

/// Removes "et al." or "and 84 others"; true if it was there.
fn without_et_al(text: &str) -> (&str, bool) {
    let plain = text.trim_end_matches(['.', ' ', ',']);
    for words in ["et al", "et. al"] {
        if ends_with(plain, words) {
            let before = &plain[..plain.len() - words.len()];
            if before.is_empty() || before.ends_with([' ', ',']) {
                return (before.trim_end_matches([' ', ',']), true);
            }
        }
    }
    let others = plain.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    if others.eq_ignore_ascii_case("others") || others.eq_ignore_ascii_case("other authors") {
        return ("", true);
    }
    (text, false)
}

/// The name without footnote marks (`$^{1,2}$`, `*`), stray punctuation around it and parentheses without a partner.
fn without_marks(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut rest = text;
    // A superscript is a mark; where it has no end, a comma in it has cut it off.
    while let Some(at) = rest.find("$^") {
        name.push_str(&rest[..at]);
        rest = rest[at + 2..].split_once('$').map_or("", |(_, behind)| behind);
    }
    name.push_str(rest);
    let mut text = name.as_str();
    if text.matches('(').count() != text.matches(')').count() {
        text = text.trim_matches(')');
        text = text
            .split_once('(')
            .filter(|(_, behind)| !behind.contains(')'))
            .map_or(text, |(before, _)| before);
    }
    let is_mark = |c: char| MARKS.contains(&c) || c.is_whitespace();
    text.trim_matches(is_mark).trim_start_matches(|c: char| c == '.' || is_mark(c)).to_owned()
}

fn is_collaboration(text: &str) -> bool {
    ends_with(text, "collaboration") || ends_with(text, "collaborations")
}

fn starts_with(text: &str, words: &str) -> bool {
    text.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words))
}

fn ends_with(text: &str, words: &str) -> bool {
    let start = text.len().checked_sub(words.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(words))
}
