//! Announcements to keep, read from the demo's pages.

use crosslist::domain::announcement::Announcement;
use crosslist::domain::event::ChangedDay;
use crosslist::domain::outcome::{EntryCounts, ReadOutcome};
use crosslist::domain::taxonomy::SubjectId;
use crosslist::domain::verdict::Verdict;
use crosslist::parse;
use jiff::Timestamp;

pub const MONDAY: &str = "cs.DC-new-2026-03-02.html";
pub const TUESDAY: &str = "cs.DC-new-2026-03-03.html";
pub const WEDNESDAY_QUIET: &str = "cs.DC-new-2026-03-04-empty.html";

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub fn subject(text: &str) -> SubjectId {
    SubjectId::parse(text).expect("a subject")
}

/// A page of the demo, as the announcement of a subject.
pub fn announcement(file: &str, of: &str) -> Announcement {
    let path = format!("{}/demo/{file}", env!("CARGO_MANIFEST_DIR"));
    let listing = parse::listing(&std::fs::read(path).expect("a page"), None).expect("a listing");
    parse::announcements(vec![listing], subject(of)).remove(0)
}

pub fn outcome(announcement: &Announcement) -> ReadOutcome {
    let verdict = if announcement.entries.is_empty() { Verdict::Quiet } else { Verdict::Complete };
    ReadOutcome {
        subject: announcement.subject,
        verdict,
        date: Some(announcement.date),
        reason: "as expected".to_owned(),
        counts: EntryCounts::of(announcement),
        missing: 0,
        pages: 1,
        page_hash: Some(u64::MAX),
        checks: 0,
    }
}

/// Ids, types and dates, for comparison.
pub fn lines(change: &ChangedDay) -> Vec<String> {
    let line = |event: &crosslist::domain::event::Event| {
        format!("{} {} {} {}", event.subject, event.announce_type, event.paper.id, event.published)
    };
    change.events.iter().map(line).collect()
}
