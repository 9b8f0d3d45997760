//! Tests of which subject is due and which read overrules which.

use super::*;
use crate::domain::outcome::EntryCounts;

fn subject(id: &str) -> SubjectId {
    SubjectId::parse(id).expect("a subject")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn outcome(id: &str, verdict: Verdict, date: Option<&str>) -> ReadOutcome {
    ReadOutcome {
        subject: subject(id),
        verdict,
        date: date.map(|date| date.parse().expect("a date")),
        reason: String::new(),
        counts: EntryCounts::default(),
        missing: 0,
        pages: 1,
        page_hash: None,
        checks: 0,
    }
}

/// Notes a read as the worker does, its day first.
fn read(subjects: &mut Subjects, id: &str, verdict: Verdict, date: Option<&str>, at: &str) {
    let outcome = outcome(id, verdict, date);
    if let Some(day) = Day::of(&outcome, time(at)) {
        subjects.set_day(day);
    }
    subjects.note(&outcome, time(at), time(at));
}

fn watching(ids: &[&str]) -> Subjects {
    let watch: Vec<SubjectId> = ids.iter().map(|id| subject(id)).collect();
    let mut subjects = Subjects::new(&watch, &Contents::default(), time("2026-03-01T12:00:00Z"));
    for id in ids {
        read(&mut subjects, id, Verdict::Complete, Some("2026-02-27"), "2026-03-01T12:00:00Z");
    }
    subjects
}

fn check_due(subjects: &Subjects, now: &str, expected: Option<&str>) {
    assert_eq!(subjects.due(time(now)).0.map(SubjectId::as_str), expected, "{now}");
}

#[test]
fn one_subject_looks_for_a_mailing_and_the_others_follow_when_it_is_out() {
    let mut subjects = watching(&["cs.DC", "cs.LG", "cs.PF"]);
    check_due(&subjects, "2026-03-02T01:01:59Z", None);
    check_due(&subjects, "2026-03-02T01:02:00Z", Some("cs.DC"));
    read(&mut subjects, "cs.DC", Verdict::Complete, Some("2026-02-27"), "2026-03-02T01:02:01Z");
    check_due(&subjects, "2026-03-02T01:06:00Z", None);
    check_due(&subjects, "2026-03-02T01:07:01Z", Some("cs.LG"));
    read(&mut subjects, "cs.LG", Verdict::Complete, Some("2026-03-02"), "2026-03-02T01:07:02Z");
    check_due(&subjects, "2026-03-02T01:07:03Z", Some("cs.DC"));
    read(&mut subjects, "cs.DC", Verdict::Quiet, Some("2026-03-02"), "2026-03-02T01:07:18Z");
    check_due(&subjects, "2026-03-02T01:07:19Z", Some("cs.PF"));
    read(&mut subjects, "cs.PF", Verdict::Complete, Some("2026-03-02"), "2026-03-02T01:07:34Z");
    check_due(&subjects, "2026-03-02T03:59:59Z", None);
}

#[test]
fn a_subject_that_cannot_be_read_does_not_hold_up_the_look_for_a_mailing() {
    let mut subjects = watching(&["cs.DC", "math.NT"]);
    for minute in 0..9 {
        let at = format!("2026-03-02T00:5{minute}:00Z");
        subjects.note(&outcome("math.NT", Verdict::Unrecognized, None), time(&at), time(&at));
    }
    check_due(&subjects, "2026-03-02T01:02:00Z", Some("cs.DC"));
}

#[test]
fn a_clock_that_was_set_back_makes_a_subject_due() {
    let mut subjects = watching(&["cs.DC"]);
    read(&mut subjects, "cs.DC", Verdict::Complete, Some("2026-03-02"), "2026-03-02T02:00:00Z");
    check_due(&subjects, "2026-03-01T02:00:00Z", Some("cs.DC"));
}

#[test]
fn a_day_that_is_read_late_is_looked_at_once_more() {
    let mut subjects = watching(&["cs.DC"]);
    read(&mut subjects, "cs.DC", Verdict::Complete, Some("2026-03-02"), "2026-03-02T14:00:00Z");
    check_due(&subjects, "2026-03-02T16:59:59Z", None);
    check_due(&subjects, "2026-03-02T17:00:00Z", Some("cs.DC"));
    read(&mut subjects, "cs.DC", Verdict::Complete, Some("2026-03-02"), "2026-03-02T17:00:01Z");
    check_due(&subjects, "2026-03-03T01:01:59Z", None);
}

#[test]
fn a_page_that_says_nothing_overrules_no_entries() {
    let mut subjects = watching(&["cs.DC"]);
    let mut day =
        Day::of(&outcome("cs.DC", Verdict::Incomplete, Some("2026-03-02")), time("2026-03-02T02:00:00Z"))
            .expect("a day");
    day.counts.new = 9;
    subjects.set_day(day.clone());
    subjects.set_day(Day { verdict: Verdict::Quiet, counts: EntryCounts::default(), ..day });
    let known = subjects.get(subject("cs.DC")).expect("known");
    assert_eq!(known.days[&"2026-03-02".parse::<Date>().expect("a date")].verdict, Verdict::Incomplete);
}

#[test]
fn the_days_of_an_outage_at_the_first_start_are_filled_also_after_restarts() {
    let (first, last) = (time("2026-03-02T02:00:00Z"), time("2026-03-11T02:00:00Z"));
    let contents = Contents {
        reads: vec![(outcome("cs.DC", Verdict::Unreachable, None), last)],
        first_reads: vec![(subject("cs.DC"), first)],
        ..Contents::default()
    };
    let subjects = Subjects::new(&[subject("cs.DC")], &contents, last);
    let known = subjects.get(subject("cs.DC")).expect("known");
    let fill_days = |retention_days| {
        let options = CollectorOptions {
            watch: Vec::new(),
            on_demand: false,
            on_demand_max: 0,
            fill_days: 4,
            retention_days,
        };
        known.fill_days("2026-03-12".parse().expect("a date"), &options)
    };
    assert_eq!(fill_days(0), 4 + 10);
    assert_eq!(fill_days(12), 12);
    assert_eq!(fill_days(2), 4);
}

#[test]
fn a_subject_that_was_only_put_off_is_due_as_soon_as_the_upstream_may_be_asked() {
    let mut subjects = watching(&["cs.DC"]);
    let refused = outcome("cs.DC", Verdict::Refused, None);
    let mut now = time("2026-03-02T01:02:00Z");
    for _ in 0..12 {
        let allowed = now + SignedDuration::from_mins(30);
        subjects.put_off(&refused, now, allowed);
        assert_eq!(
            subjects.get(subject("cs.DC")).expect("known").status.as_ref().expect("read").next_attempt,
            allowed
        );
        now = allowed;
    }
}
