//! The work that the rules of one request may take, in steps over the index and over the texts.

use std::time::{Duration, Instant};

use crate::filter::{INDEX_STEPS_MAX, TEXT_STEPS_MAX, Work};

/// The last resort where steps say too little, such as on a machine that is busy with other things.
const TIME_MAX: Duration = Duration::from_secs(10);

/// The work that is left for the rules of one request.
#[derive(Debug)]
pub struct Budget<'a> {
    /// While the index is held, which new papers wait for.
    pub(super) index: Work<'a>,
    pub(super) texts: Work<'a>,
}

impl Budget<'_> {
    /// Runs `with` under the limits for requests that anyone may make: steps, and ten seconds as a last resort.
    pub fn of_an_address<T>(with: impl FnOnce(&Budget<'_>) -> T) -> T {
        let end = Instant::now() + TIME_MAX;
        let is_over = || Instant::now() >= end;
        with(&Budget {
            index: Work::of(INDEX_STEPS_MAX, &is_over),
            texts: Work::of(TEXT_STEPS_MAX, &is_over),
        })
    }

    /// No limits, for the rules of the operator.
    #[must_use]
    pub fn unlimited() -> Budget<'static> {
        Budget { index: Work::unlimited(), texts: Work::unlimited() }
    }
}
