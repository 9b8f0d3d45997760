//! How does a person see whether it is quiet or broken?

use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use super::document;
use crate::domain::outcome::{Counts, Day};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// What the status page tells.
#[derive(Clone, Debug)]
pub struct Status {
    pub upstream: String,
    pub now: Timestamp,
    /// The newest mailing that is due, and when the next one is.
    pub newest_due: Date,
    pub next_mailing: Timestamp,
    pub subjects: Vec<SubjectStatus>,
}

/// What is known of one subject.
#[derive(Clone, Debug)]
pub struct SubjectStatus {
    pub subject: SubjectId,
    /// How the last read ended, in a word and in words.
    pub verdict: Verdict,
    pub reason: String,
    pub counts: Counts,
    pub attempted: Option<Timestamp>,
    /// When a page was last proved whole.
    pub proved: Option<Timestamp>,
    pub next_attempt: Option<Timestamp>,
    /// Calendar days, the oldest first, with what is known of each.
    pub days: Vec<(Date, Option<Day>)>,
    /// Past days that can no longer be had.
    pub gaps: Vec<Date>,
}

/// The status page.
#[must_use]
pub fn status(status: &Status) -> String {
    let broken: Vec<&SubjectStatus> =
        status.subjects.iter().filter(|subject| !is_well(subject.verdict)).collect();
    let body = html! {
        h1 { "Status" }
        p.lead {
            @match (status.subjects.len(), broken.len()) {
                (0, _) => "Nothing is read yet: no subject is watched, and none was asked for.",
                (_, 0) if is_overdue(status) => "arXiv has not shown the mailing that is due by the calendar; what it has announced was read.",
                (_, 0) => "All is well: every subject was read as far as arXiv has announced.",
                (_, 1) => "One subject could not be read; its feed shows what was read before.",
                (_, _) => "Some subjects could not be read; their feeds show what was read before.",
            }
        }
        dl.facts {
            dt { "Read from" } dd { (status.upstream) }
            dt { "Now" } dd { (moment(status.now)) }
            dt { "Newest mailing due" } dd { (status.newest_due) }
            dt { "Next mailing" } dd { (moment(status.next_mailing)) }
        }
        @for subject in &status.subjects { (section(subject)) }
        p { a href="/status.json" { "The same as JSON" } }
    };
    document("Status of crosslist", &html! {}, &body)
}

fn section(subject: &SubjectStatus) -> Markup {
    html! {
        section.subject {
            h2 { a href={ "/subjects/" (subject.subject) } { (subject.subject) } " " (subject.subject.name()) }
            p {
                span class={ "verdict " (subject.verdict) } { (subject.verdict) } ": " (subject.reason)
            }
            ol.days {
                @for (date, day) in &subject.days { (cell(*date, day.as_ref())) }
            }
            p.date {
                "Last read " (optional(subject.attempted)) "; last proved whole " (optional(subject.proved))
                "; next " (optional(subject.next_attempt)) "."
            }
            @if !subject.gaps.is_empty() {
                p { "Lost: " @for gap in &subject.gaps { (gap) " " } }
            }
        }
    }
}

/// One day: a mark, and in words for those who do not see it.
fn cell(date: Date, day: Option<&Day>) -> Markup {
    let weekend = !crate::domain::mailing::has_mailing(date);
    let (class, words) = match day {
        Some(day) if day.verdict == Verdict::Quiet => ("quiet", "quiet: nothing announced".to_owned()),
        Some(day) if day.missing > 0 => {
            (day.verdict.as_str(), format!("{}: {}, {} missing", day.verdict, day.counts, day.missing))
        }
        Some(day) => (day.verdict.as_str(), format!("{}: {}", day.verdict, day.counts)),
        None if weekend => ("weekend", "no mailing on this day".to_owned()),
        None => ("unread", "not read".to_owned()),
    };
    let count = day.map(|day| day.counts.total());
    html! {
        li class={ "day " (class) } title={ (date) ": " (words) } {
            span.numeral { @if let Some(count) = count { (count) } @else { "·" } }
            span.visually-hidden { (date) ": " (words) }
        }
    }
}

/// Has no page shown the mailing that is due? On a holiday that is as it should be.
fn is_overdue(status: &Status) -> bool {
    let newest = |subject: &SubjectStatus| {
        subject.days.iter().filter(|(_, day)| day.is_some()).map(|(date, _)| *date).max()
    };
    status.subjects.iter().filter_map(newest).max().is_none_or(|newest| newest < status.newest_due)
}

fn is_well(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Complete | Verdict::Quiet | Verdict::Unread)
}

fn optional(at: Option<Timestamp>) -> Markup {
    html! { @if let Some(at) = at { (moment(at)) } @else { "never" } }
}

fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (at.strftime("%-d %B %Y, %H:%M UTC")) } }
}
