//! What a regular expression of a rule says, apart from its compiled form.

use std::sync::Arc;

use super::limits::Limits;
use super::program::{Program, Run, Source};
use super::work::Work;

/// A regular expression that was understood; it runs in time proportional to the text. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pattern(Arc<Understood>);

#[derive(Debug)]
struct Understood {
    /// As written, with `\/` for a slash.
    written: String,
    /// Of `i`, `m` and `s`, sorted.
    flags: String,
    limits: Limits,
    /// Kept with rules of the settings; those of addresses share a cache of bounded size.
    kept: Option<Arc<Program>>,
}

/// Equal when written alike.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.written == other.0.written && self.0.flags == other.0.flags
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
        let flags: String = sorted.into_iter().collect();
        let source = source(written, &flags);
        let kept = if limits.keeps_programs {
            Some(Arc::new(Program::compile(&source, limits)?))
        } else {
            Program::cached(&source, limits)?;
            None
        };
        Ok(Self(Arc::new(Understood { written: written.to_owned(), flags, limits: *limits, kept })))
    }

    /// Makes it ready to run; none where it cannot be compiled, which was found out when it was read.
    pub(super) fn run(&self) -> Option<Run> {
        let Understood { written, flags, limits, kept } = &*self.0;
        let program = match kept {
            Some(program) => Some(program.clone()),
            None => Program::cached(&source(written, flags), limits).ok(),
        };
        program.map(Run::new)
    }

    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.run().is_some_and(|mut run| run.is_match(text, &Work::unlimited()) == Ok(true))
    }

    /// The first match.
    #[must_use]
    pub fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.find_all(text).into_iter().next().map(|found| &text[found])
    }

    /// Every match, in bytes.
    #[must_use]
    pub fn find_all(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        self.run().map(|mut run| run.find_all(text)).unwrap_or_default()
    }

    /// As a rule has it: `/colou?r/i`.
    #[must_use]
    pub fn written(&self) -> String {
        format!("/{}/{}", self.0.written, self.0.flags)
    }

    /// What it holds beside itself, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        let kept = self.0.kept.as_ref().map_or(0, |program| program.bytes());
        size_of::<Understood>() + self.0.written.len() + self.0.flags.len() + kept
    }
}

fn source(written: &str, flags: &str) -> Source {
    Source { expression: without_escaped_slashes(written), flags: flags.to_owned() }
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
