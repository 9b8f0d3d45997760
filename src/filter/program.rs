//! Compiled regular expressions, what it takes to run one, and the cache of those that come from addresses.
//!
//! An expression runs as a lazily built DFA; where a text is beyond that (a `\b` of Unicode beside other letters than
//! ASCII), as a simulation of its NFA. Both are linear in the text, and both say what they did as [`Work`].

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use moka::sync::Cache;
use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{BuildError, NFA, WhichCaptures};
use regex_automata::util::prefilter::Prefilter;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind};

use super::limits::{Limits, PROGRAMS_BYTES_MAX};
use super::work::{TooMuchWork, Work};

/// What is to be compiled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Source {
    /// In the language of regular expressions.
    pub expression: String,
    /// Of `i`, `m` and `s`.
    pub flags: String,
}

/// A compiled expression; never changes.
#[derive(Debug)]
pub(super) struct Program {
    dfa: DFA,
    /// Finds where a match begins and ends, and stands in for the DFA.
    vm: PikeVM,
    bytes: usize,
}

/// A program with the memory that it needs to run: its states so far, bounded in bytes, and let go with it.
#[derive(Debug)]
pub(super) struct Run {
    program: Arc<Program>,
    states: dfa::Cache,
    threads: Option<pikevm::Cache>,
    /// What the states took when they were looked at last, in bytes, those that were dropped included.
    built_bytes: usize,
}

/// Programs of expressions from addresses, the least used given up first.
///
/// They are kept nowhere else, so that documents hold no more of a rule than its words.
static PROGRAMS: LazyLock<Cache<Source, Arc<Program>>> = LazyLock::new(|| {
    let weigh = |source: &Source, program: &Arc<Program>| {
        let bytes = program.bytes + 2 * (source.expression.len() + source.flags.len()) + ENTRY_BYTES;
        u32::try_from(bytes).unwrap_or(u32::MAX)
    };
    Cache::builder().max_capacity(PROGRAMS_BYTES_MAX).weigher(weigh).build()
});

/// What an entry of the cache takes beside its program and its text, with the DFA's and the NFA's own fields.
const ENTRY_BYTES: usize = 2_048;

/// The steps that one byte of a state stands for which the DFA had to build: a state of 700 bytes takes about 3 µs.
const STEPS_PER_BUILT_BYTE: usize = 4;

/// The steps of the simulation for a byte of text, for each 16 states of the NFA: few of them are alive at once.
const STEPS_PER_SIMULATED_STATES: usize = 16;

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// In words: a syntax error, or too large.
    pub(super) fn compile(source: &Source, limits: &Limits) -> Result<Self, String> {
        let syntax = syntax::Config::new()
            .case_insensitive(source.flags.contains('i'))
            .multi_line(source.flags.contains('m'))
            .dot_matches_new_line(source.flags.contains('s'))
            .nest_limit(limits.regex_nesting_max);
        let parsed =
            syntax::parse_with(&source.expression, &syntax).map_err(|error| last_line(&error.to_string()))?;
        let bytes_max = limits.regex_compiled_bytes_max;
        let too_large = |_: BuildError| format!("it takes more than {bytes_max} bytes when compiled");
        let config = NFA::config().nfa_size_limit(Some(bytes_max)).which_captures(WhichCaptures::Implicit);
        let nfa = NFA::compiler().configure(config).build_from_hir(&parsed).map_err(too_large)?;
        let prefilter = if nfa.is_always_start_anchored() {
            None
        } else {
            Prefilter::from_hir_prefix(MatchKind::LeftmostFirst, &parsed)
        };
        let config = DFA::config()
            .cache_capacity(limits.regex_states_bytes_max)
            .unicode_word_boundary(true)
            .specialize_start_states(prefilter.is_some())
            .prefilter(prefilter.clone());
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa.clone()).map_err(|_| {
            format!("it takes more than {} bytes when it runs", limits.regex_states_bytes_max)
        })?;
        let bytes =
            nfa.memory_usage() + dfa.memory_usage() + prefilter.as_ref().map_or(0, Prefilter::memory_usage);
        let vm = PikeVM::builder()
            .configure(PikeVM::config().prefilter(prefilter))
            .build_from_nfa(nfa)
            .map_err(too_large)?;
        Ok(Self { dfa, vm, bytes })
    }

    /// The same from the cache, or compiled and put there.
    ///
    /// # Errors
    /// As [`Program::compile`].
    pub(super) fn cached(source: &Source, limits: &Limits) -> Result<Arc<Self>, String> {
        if let Some(program) = PROGRAMS.get(source) {
            return Ok(program);
        }
        let program = Arc::new(Self::compile(source, limits)?);
        PROGRAMS.insert(source.clone(), program.clone());
        Ok(program)
    }

    /// What it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// How many expressions from addresses are held compiled, and the bytes that they take.
#[must_use]
pub fn cached_programs() -> (u64, u64) {
    PROGRAMS.run_pending_tasks();
    (PROGRAMS.entry_count(), PROGRAMS.weighted_size())
}

impl Run {
    pub(super) fn new(program: Arc<Program>) -> Self {
        let states = program.dfa.create_cache();
        let built_bytes = states.memory_usage();
        Self { program, states, threads: None, built_bytes }
    }

    /// Does the expression match somewhere in the text?
    ///
    /// # Errors
    /// The work is used up.
    pub(super) fn is_match(&mut self, text: &str, work: &Work<'_>) -> Result<bool, TooMuchWork> {
        work.take(text.len())?;
        let input = Input::new(text).earliest(true);
        let found = self.program.dfa.try_search_fwd(&mut self.states, &input);
        let dropped = self.states.clear_count() * self.program.dfa.get_config().get_cache_capacity();
        let built = dropped + self.states.memory_usage();
        let new = built.saturating_sub(self.built_bytes);
        self.built_bytes = self.built_bytes.max(built);
        work.take(new * STEPS_PER_BUILT_BYTE)?;
        if let Ok(found) = found {
            return Ok(found.is_some());
        }
        let states = self.program.vm.get_nfa().states().len();
        work.take(text.len() * (states / STEPS_PER_SIMULATED_STATES + 1))?;
        let threads = self.threads.get_or_insert_with(|| self.program.vm.create_cache());
        Ok(self.program.vm.is_match(threads, input))
    }

    /// Every match, in bytes.
    pub(super) fn find_all(&mut self, text: &str) -> Vec<Range<usize>> {
        // The DFA says quickly that there is none.
        if !self.is_match(text, &Work::unlimited()).unwrap_or_default() {
            return Vec::new();
        }
        let threads = self.threads.get_or_insert_with(|| self.program.vm.create_cache());
        self.program.vm.find_iter(threads, text).map(|found| found.range()).collect()
    }
}

/// The last line says what is wrong; the lines before it draw the place once more.
fn last_line(report: &str) -> String {
    let last = report.lines().next_back().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
