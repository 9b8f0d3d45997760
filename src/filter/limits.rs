//! How much may a rule ask for?

/// The limits of one rule; each is checked when the rule is read, and what is over it is refused, never cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole rule, decoded, in bytes.
    pub query_bytes_max: usize,
    /// Terms, phrases and other tests in the rule; a comma list is one, a named list is one.
    pub leaves_max: usize,
    /// Parentheses inside each other.
    pub depth_max: usize,
    /// One regular expression as written, in bytes.
    pub regex_bytes_max: usize,
    /// One regular expression compiled, in bytes, and again its table of states while it runs.
    pub regex_compiled_bytes_max: usize,
    /// Groups and repetitions inside each other in a regular expression.
    pub regex_nesting_max: u32,
    /// Regular expressions in the rule: each may take the full size above, and time when it runs.
    pub regexes_max: usize,
}

impl Limits {
    /// For rules from a URL: anyone may send them.
    pub const URL: Self = Self {
        query_bytes_max: 1_024,
        leaves_max: 64,
        depth_max: 16,
        regex_bytes_max: 200,
        regex_compiled_bytes_max: 1 << 20,
        regex_nesting_max: 32,
        regexes_max: 16,
    };

    /// For rules from the configuration: ten times as much.
    pub const CONFIG: Self = Self {
        query_bytes_max: 10 * Self::URL.query_bytes_max,
        leaves_max: 10 * Self::URL.leaves_max,
        depth_max: 10 * Self::URL.depth_max,
        regex_bytes_max: 10 * Self::URL.regex_bytes_max,
        regex_compiled_bytes_max: 10 * Self::URL.regex_compiled_bytes_max,
        regex_nesting_max: 10 * Self::URL.regex_nesting_max,
        regexes_max: 10 * Self::URL.regexes_max,
    };
}

/// The most words between the words of a proximity search: about a paragraph.
pub(super) const PROXIMITY_MAX: u32 = 100;

/// The shortest beginning that `*` may follow, in characters: one letter would match a tenth of all words.
pub(super) const PREFIX_CHARACTERS_MIN: usize = 2;

/// The most mistakes that are told of one rule: after that many it is not a rule.
pub(super) const MISTAKES_MAX: usize = 32;
