//! A budget for the evaluation of one rule, counted in steps that depend on rule and papers alone.
//!
//! The same rule over the same papers takes the same steps on every machine, so that a rule which is refused for them is
//! refused everywhere. A step is about a nanosecond. A watch behind it, which the caller brings, is the last resort.

use std::cell::Cell;

use super::error::{DiagnosticCode, RuleDiagnostic};
use super::span::Span;

/// A rule takes more steps than it may, or longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuchWork {
    /// The steps that it may take; none where the time was over first.
    pub steps_max: Option<usize>,
}

/// Steps that may still be taken.
pub struct Work<'a> {
    steps_max: usize,
    left: Cell<usize>,
    /// The steps that are left when the time is looked at next.
    look_at: Cell<usize>,
    is_time_over: &'a dyn Fn() -> bool,
}

/// How many steps go by between two looks at the time.
const STEPS_BETWEEN_LOOKS: usize = 1 << 20;

impl<'a> Work<'a> {
    /// At most that many steps, for as long as the time is not over.
    pub fn of(steps_max: usize, is_time_over: &'a dyn Fn() -> bool) -> Self {
        Self { steps_max, left: Cell::new(steps_max), look_at: Cell::new(steps_max), is_time_over }
    }

    /// Takes steps before they are done.
    ///
    /// # Errors
    /// That many are not left, or the time is over; nothing can be taken from then on.
    pub fn take(&self, steps: usize) -> Result<(), TooMuchWork> {
        let left = self.left.get();
        if steps > left {
            self.left.set(0);
            return Err(TooMuchWork { steps_max: Some(self.steps_max) });
        }
        let left = left - steps;
        self.left.set(left);
        if left < self.look_at.get() {
            self.look_at.set(left.saturating_sub(STEPS_BETWEEN_LOOKS));
            if (self.is_time_over)() {
                self.left.set(0);
                return Err(TooMuchWork { steps_max: None });
            }
        }
        Ok(())
    }
}

impl Work<'static> {
    /// For rules of the settings, and for a single paper.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::of(usize::MAX, &|| false)
    }
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("left", &self.left).finish_non_exhaustive()
    }
}

impl std::fmt::Display for TooMuchWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.steps_max {
            Some(steps) => {
                write!(f, "the rule takes more than {steps} steps over the papers that it is tried on")
            }
            None => f.write_str("the rule takes too long over the papers that it is tried on"),
        }
    }
}

impl std::error::Error for TooMuchWork {}

impl TooMuchWork {
    /// The same as a diagnostic of the whole rule, with what would work.
    #[must_use]
    pub fn diagnostic(self, rule: &str) -> RuleDiagnostic {
        let hint = "narrow it by cat: or a word that must be there, or take fewer and shorter regular expressions; \
                    a feed of feeds.toml may take more";
        RuleDiagnostic::at(
            Span::new(0, rule.chars().count()),
            DiagnosticCode::TooMuchWork,
            self.to_string(),
            hint,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_taken_than_there_is() {
        let work = Work::of(10, &|| false);
        assert_eq!((work.take(4), work.take(6)), (Ok(()), Ok(())));
        assert_eq!(work.take(1), Err(TooMuchWork { steps_max: Some(10) }));
        let work = Work::of(10, &|| false);
        assert!(work.take(11).is_err() && work.take(1).is_err());
        assert_eq!(Work::unlimited().take(usize::MAX), Ok(()));
    }

    #[test]
    fn the_time_is_looked_at_now_and_then() {
        let looks = Cell::new(0);
        let is_time_over = || {
            looks.set(looks.get() + 1);
            looks.get() == 3
        };
        let work = Work::of(100 * STEPS_BETWEEN_LOOKS, &is_time_over);
        let taken = (0..100).take_while(|_| work.take(STEPS_BETWEEN_LOOKS / 2).is_ok()).count();
        assert!((3..10).contains(&taken), "{taken}");
        assert!(work.take(1).is_err());
    }
}
