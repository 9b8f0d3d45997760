//! What does a regular expression of a rule match?

use regex::{Regex, RegexBuilder};

use super::limits::Limits;

/// A compiled regular expression; it runs in time proportional to the text.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As written, with `\/` for a slash.
    written: String,
    /// Of `i`, `m` and `s`, sorted.
    flags: String,
    regex: Regex,
}

/// Equal when written alike.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written && self.flags == other.flags
    }
}

impl Pattern {
    /// Compiles what stands between the slashes.
    ///
    /// # Errors
    /// In words, without the expression: a syntax error, or too large.
    pub(super) fn compile(written: &str, flags: &str, limits: &Limits) -> Result<Self, String> {
        let mut sorted: Vec<char> = flags.chars().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let regex = RegexBuilder::new(&without_escaped_slashes(written))
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .dot_matches_new_line(flags.contains('s'))
            .size_limit(limits.regex_compiled_bytes_max)
            .dfa_size_limit(limits.regex_compiled_bytes_max)
            .nest_limit(limits.regex_nesting_max)
            .build()
            .map_err(|error| in_words(&error))?;
        Ok(Self { written: written.to_owned(), flags: sorted.into_iter().collect(), regex })
    }

    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The first match.
    #[must_use]
    pub fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.regex.find(text).map(|found| found.as_str())
    }

    /// Every match, in bytes.
    pub fn find_all<'a>(&'a self, text: &'a str) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.regex.find_iter(text).map(|found| found.range())
    }

    /// As a rule has it: `/colou?r/i`.
    #[must_use]
    pub fn written(&self) -> String {
        format!("/{}/{}", self.written, self.flags)
    }
}

/// In the language of regular expressions `\/` is an escape of nothing, so the slash stands alone there.
fn without_escaped_slashes(written: &str) -> String {
    let mut regex = String::with_capacity(written.len());
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some('/')) => {}
            ('\\', Some(escaped)) => {
                regex.extend(['\\', escaped]);
                chars.next();
            }
            _ => regex.push(c),
        }
    }
    regex
}

pub(super) fn in_words(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => format!("it takes more than {limit} bytes when compiled"),
        // The last line says what; the lines before it draw the place once more.
        regex::Error::Syntax(report) => {
            let last = report.lines().next_back().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
        other => other.to_string(),
    }
}
