//! Can a page be right beside what is known already?

use crate::domain::outcome::Outcome;
use crate::domain::verdict::Verdict;

use super::status::{Known, Subjects};

/// What is wrong with a page of the newest mailing in the light of what is known; none where nothing is.
pub(super) fn contradiction(subjects: &Subjects, outcome: &Outcome) -> Option<(Verdict, String)> {
    let date = outcome.date?;
    let known = subjects.get(outcome.subject);
    if let Some(newest) = known.and_then(Known::newest).filter(|newest| date < *newest) {
        let reason = format!("the page shows the mailing of {date}, that of {newest} is known already");
        return Some((Verdict::Stale, reason));
    }
    if let Some(shown) = subjects.newest_shown().filter(|shown| date < *shown) {
        let reason = format!("the page shows the mailing of {date}, another subject's that of {shown}");
        return Some((Verdict::Stale, reason));
    }
    is_emptied(subjects, outcome).then(|| {
        (
            Verdict::Incomplete,
            "the page says that nothing was announced, though entries are known already".to_owned(),
        )
    })
}

/// Does a page say that nothing was announced on a day of which entries are known?
pub(super) fn is_emptied(subjects: &Subjects, outcome: &Outcome) -> bool {
    let day = outcome.date.and_then(|date| subjects.get(outcome.subject)?.days.get(&date));
    outcome.verdict == Verdict::Quiet && day.is_some_and(|day| day.counts.total() > 0 || day.missing > 0)
}
