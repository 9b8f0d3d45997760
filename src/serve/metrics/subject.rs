//! Metrics of each subject: verdict, age, gaps.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::collect::{Collector, KnownSubject};
use crate::domain::mailing;
use crate::domain::outcome::Day;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::feeds::WorkingSet;
use crate::serve::metrics::families::{MetricFamilies, flag, float, seconds};

/// The verdicts that a read can end in.
const READ: [Verdict; 8] = [
    Verdict::Complete,
    Verdict::Quiet,
    Verdict::Incomplete,
    Verdict::Stale,
    Verdict::Unrecognized,
    Verdict::Refused,
    Verdict::Unreachable,
    Verdict::Unread,
];

/// What is shown of one subject.
struct SubjectNumbers {
    subject: SubjectId,
    verdict: Verdict,
    proved: Option<Timestamp>,
    newest: Option<Date>,
    is_awaiting: bool,
    gaps: usize,
    missing: u32,
    events: usize,
}

/// Those that are read: as many as are watched and as `subjects.on_demand_max` allows.
pub(in crate::serve) fn add(families: &mut MetricFamilies, collector: &Collector, working_set: &WorkingSet) {
    let subjects = collector.subjects();
    let all: Vec<SubjectNumbers> = subjects
        .into_iter()
        .map(|(subject, known)| standing(subject, &known, collector, working_set))
        .collect();
    let label = |standing: &SubjectNumbers| vec![("subject", standing.subject.as_str())];
    families.gauge(
        "crosslist_subject_verdict",
        "How the last read of a subject ended: 1 for the verdict that it had, 0 for the others.",
        all.iter().flat_map(|standing| {
            READ.iter().map(|verdict| {
                let labels = vec![("subject", standing.subject.as_str()), ("verdict", verdict.as_str())];
                (labels, flag(*verdict == standing.verdict))
            })
        }),
    );
    families.gauge(
        "crosslist_subject_last_good_read_timestamp_seconds",
        "When the last read ended that proved a subject's page whole.",
        all.iter().filter_map(|standing| Some((label(standing), seconds(standing.proved?)))),
    );
    families.gauge(
        "crosslist_subject_newest_mailing_timestamp_seconds",
        "The moment of the newest mailing that is known of a subject.",
        all.iter().filter_map(|standing| Some((label(standing), seconds(mailing::moment(standing.newest?))))),
    );
    families.gauge(
        "crosslist_subject_awaiting",
        "1 while a mailing is due by the calendar that a subject's page has not shown, or past days are being read.",
        all.iter().map(|standing| (label(standing), flag(standing.is_awaiting))),
    );
    families.gauge(
        "crosslist_subject_events",
        "Announcements of a subject that are held in memory.",
        all.iter().map(|standing| (label(standing), float(standing.events as u64))),
    );
    families.gauge(
        "crosslist_subject_gaps",
        "Days of a subject that are lost, for arXiv gives them no more.",
        all.iter().map(|standing| (label(standing), float(standing.gaps as u64))),
    );
    families.gauge(
        "crosslist_subject_missing_entries",
        "Entries of a subject that its pages counted and that could not be read.",
        all.iter().map(|standing| (label(standing), f64::from(standing.missing))),
    );
}

fn standing(
    subject: SubjectId,
    known: &KnownSubject,
    collector: &Collector,
    working_set: &WorkingSet,
) -> SubjectNumbers {
    let status = known.status.as_ref();
    // A page that came back short has no day of its own until it is kept.
    let short = status
        .and_then(|status| Day::of(&status.outcome, status.attempted))
        .filter(|day| day.verdict == Verdict::Incomplete && !known.days.contains_key(&day.date));
    SubjectNumbers {
        subject,
        verdict: status.map_or(Verdict::Unread, |status| status.outcome.verdict),
        proved: status.and_then(|status| status.proved),
        newest: known.newest(),
        is_awaiting: collector.is_awaiting(subject),
        gaps: known.days.values().filter(|day| day.verdict == Verdict::Gap).count(),
        missing: known.days.values().chain(&short).map(|day| day.missing).sum(),
        events: working_set.days(&[subject]).iter().map(|day| day.len()).sum(),
    }
}
