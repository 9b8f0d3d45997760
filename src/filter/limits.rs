//! Limits on the size of a rule and on the work that it may cause.

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
    /// One regular expression compiled, in bytes.
    pub regex_compiled_bytes_max: usize,
    /// Its table of states while it runs, in bytes; let go after that.
    pub regex_states_bytes_max: usize,
    /// Groups and repetitions inside each other in a regular expression.
    pub regex_nesting_max: u32,
    /// Regular expressions in the rule: each may take the full size above, and time when it runs.
    pub regexes_max: usize,
    /// Whether compiled expressions stay with the rule. Those of others share a cache of [`PROGRAMS_BYTES_MAX`] bytes.
    pub keeps_programs: bool,
}

impl Limits {
    /// For rules from a URL: anyone may send them.
    pub const URL: Self = Self {
        query_bytes_max: 1_024,
        leaves_max: 64,
        depth_max: 16,
        regex_bytes_max: 200,
        // A word of any script, `\w`, takes 20 KB: a dozen of them fit.
        regex_compiled_bytes_max: 1 << 18,
        regex_states_bytes_max: 1 << 20,
        regex_nesting_max: 32,
        // As many as RSSHub has parameters for title, text, author and category, to keep and to leave out.
        regexes_max: 8,
        keeps_programs: false,
    };

    /// For rules from the configuration: ten times as much, and more regular expressions.
    pub const CONFIG: Self = Self {
        query_bytes_max: 10 * Self::URL.query_bytes_max,
        leaves_max: 10 * Self::URL.leaves_max,
        depth_max: 10 * Self::URL.depth_max,
        regex_bytes_max: 10 * Self::URL.regex_bytes_max,
        regex_compiled_bytes_max: 10 * Self::URL.regex_compiled_bytes_max,
        regex_states_bytes_max: 10 * Self::URL.regex_states_bytes_max,
        regex_nesting_max: 10 * Self::URL.regex_nesting_max,
        regexes_max: 20 * Self::URL.regexes_max,
        keeps_programs: true,
    };
}

/// The most words between the words of a proximity search: about a paragraph.
pub(super) const PROXIMITY_MAX: u32 = 100;

/// The shortest beginning that `*` may follow, in characters: one letter would match a tenth of all words.
pub(super) const PREFIX_CHARACTERS_MIN: usize = 2;

/// The most diagnostics that are told of one rule: after that many it is not a rule.
pub(super) const DIAGNOSTICS_MAX: usize = 32;

/// The memory for compiled expressions of addresses, in bytes.
pub const PROGRAMS_BYTES_MAX: u64 = 8 << 20;

/// The steps that a rule of an address may take in the index, where new papers wait for it: a quarter of a second.
pub const INDEX_STEPS_MAX: usize = 250_000_000;

/// The steps that the regular expressions of a rule of an address may take over the texts: a second and a half.
pub const TEXT_STEPS_MAX: usize = 1_500_000_000;
