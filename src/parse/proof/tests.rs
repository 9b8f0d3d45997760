//! Every way in which a listing can be incomplete, by the smallest listing.

use std::sync::Arc;

use jiff::civil::date;

use super::*;
use crate::domain::announcement::{AnnounceType, ListingEntry};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::paper::{Authors, Paper, Subject};
use crate::parse::UnreadableEntry;

fn announced(position: u32) -> ListingEntry {
    let (id, _) = ArxivId::parse(&format!("2602.{position:05}")).expect("an id");
    let paper = Paper {
        id,
        title: "Title".into(),
        authors: Authors::default(),
        comments: None,
        journal_ref: None,
        subjects: vec![Subject { id: "cs.DC".into(), name: "Distributed".into() }],
        abstract_text: None,
        html_url: None,
        version: None,
    };
    ListingEntry { position, announce_type: AnnounceType::New, cross_list_from: None, paper: Arc::new(paper) }
}

/// A section that shows as many entries as it holds.
fn section(heading: SectionHeading, of: u32, positions: impl IntoIterator<Item = u32>) -> ListingSection {
    let announce_type = match heading {
        SectionHeading::Cross => AnnounceType::Cross,
        SectionHeading::Replacement => AnnounceType::Replace,
        _ => AnnounceType::New,
    };
    let entry = |position| ListingEntry { announce_type, ..announced(position) };
    let entries: Vec<ListingEntry> = positions.into_iter().map(entry).collect();
    let found = u32::try_from(entries.len()).expect("few");
    ListingSection {
        heading,
        shown: Some(found),
        of: Some(of),
        found,
        entries,
        unreadable: Vec::new(),
        notes: Vec::new(),
    }
}

fn page(total: Option<u32>, sections: Vec<ListingSection>) -> Listing {
    Listing {
        kind: ListingKind::New(date(2026, 3, 2)),
        name: "Distributed".into(),
        subject: None,
        total,
        page_size: total.map(|_| 2000),
        says_no_updates: false,
        days: Vec::new(),
        sections,
    }
}

fn month(total: u32, positions: impl IntoIterator<Item = u32>) -> Listing {
    let list = section(SectionHeading::None, 0, positions);
    let list = ListingSection { shown: None, of: None, ..list };
    Listing {
        kind: ListingKind::Month { year: 2026, month: 2 },
        page_size: Some(50),
        ..page(Some(total), vec![list])
    }
}

fn check(pages: &[Listing], verdict: Verdict, missing: u32, counts_hold: bool, errors: &[&str]) {
    let proof = prove(pages);
    assert_eq!(proof.errors, errors);
    assert_eq!((proof.verdict, proof.missing, proof.counts_hold), (verdict, missing, counts_hold));
}

fn check_whole(pages: &[Listing]) {
    check(pages, Verdict::Complete, 0, true, &[]);
}

fn check_short(pages: &[Listing], missing: u32, errors: &[&str]) {
    check(pages, Verdict::Incomplete, missing, false, errors);
}

#[test]
fn sections_that_add_up_are_a_whole_listing() {
    check_whole(&[page(
        Some(3),
        vec![section(SectionHeading::New, 2, [1, 2]), section(SectionHeading::Cross, 1, [3])],
    )]);
    check_whole(&[page(Some(3), vec![section(SectionHeading::New, 3, [3, 1, 2])])]);
    check_whole(&[
        page(Some(3), vec![section(SectionHeading::New, 3, [1, 2])]),
        page(Some(3), vec![section(SectionHeading::New, 3, [3])]),
    ]);
}

#[test]
fn a_quiet_day_says_so_and_counts_nothing() {
    let quiet = |total| Listing { says_no_updates: true, ..page(total, Vec::new()) };
    check(&[quiet(None)], Verdict::Quiet, 0, true, &[]);
    check(&[quiet(Some(0))], Verdict::Quiet, 0, true, &[]);
    check_short(&[quiet(Some(1))], 1, &["«No updates» and a total of 1 entries"]);
    check_short(&[page(Some(0), Vec::new())], 0, &["a total of 0 entries without «No updates»"]);
    check_short(&[page(None, Vec::new())], 0, &["no «Total of … entries»"]);
    check_short(&[], 0, &["no page was read"]);
}

#[test]
fn a_section_must_have_as_many_entries_as_it_says() {
    let mut high = section(SectionHeading::New, 3, [2, 3]);
    high.shown = Some(3);
    check_short(
        &[page(Some(3), vec![high])],
        1,
        &["New submissions: says 3 entries, holds 2", "1 of 3 entries are not on the page"],
    );
    let mut low = section(SectionHeading::New, 1, [1, 2]);
    low.shown = Some(1);
    check_short(
        &[page(Some(2), vec![low])],
        0,
        &["New submissions: says 1 entries, holds 2", "the sections count 1 entries, the listing 2"],
    );
    let huge = section(SectionHeading::New, u32::MAX, [1]);
    check_short(
        &[page(Some(2), vec![huge, section(SectionHeading::Cross, u32::MAX, [2])])],
        0,
        &[
            "New submissions: shows 1 of 4294967295 entries",
            "Cross submissions: shows 1 of 4294967295 entries",
            "the sections count 8589934590 entries, the listing 2",
        ],
    );
}

#[test]
fn entries_that_a_lagging_replica_lost_are_missing() {
    check_short(
        &[page(Some(19), vec![section(SectionHeading::Replacement, 7, 1..=7)])],
        12,
        &["12 of 19 entries are not on the page"],
    );
    check_short(
        &[page(Some(3), vec![section(SectionHeading::New, 3, [1, 2])])],
        1,
        &["1 of 3 entries are not on the page"],
    );
}

#[test]
fn pages_that_were_not_read_are_missing() {
    let first = page(Some(2028), vec![section(SectionHeading::New, 2028, 1..=2000)]);
    check_short(std::slice::from_ref(&first), 28, &["28 of 2028 entries are on other pages"]);
    let second = page(Some(2028), vec![section(SectionHeading::New, 2028, 2001..=2028)]);
    check_short(std::slice::from_ref(&second), 2000, &["2000 of 2028 entries are on other pages"]);
    check_whole(&[first.clone(), second]);
    let gap = page(Some(2028), vec![section(SectionHeading::New, 2028, 2010..=2028)]);
    check_short(&[first], 28, &["28 of 2028 entries are on other pages"]);
    check_short(&[gap], 2009, &["2009 of 2028 entries are on other pages"]);
}

#[test]
fn pages_must_be_of_the_same_listing() {
    let first = page(Some(2), vec![section(SectionHeading::New, 2, [1])]);
    let second = page(Some(2), vec![section(SectionHeading::New, 2, [2])]);
    let other_day = Listing { kind: ListingKind::New(date(2026, 3, 3)), ..second.clone() };
    check_short(
        &[first.clone(), other_day],
        0,
        &["page 2 is of another listing, Distributed of 2026-03-03 instead of Distributed of 2026-03-02"],
    );
    let other_total = Listing { total: Some(3), ..second };
    check_short(&[first.clone(), other_total], 0, &["page 2 has a total of 3, the first a total of 2"]);
    let other_claim = page(Some(2), vec![section(SectionHeading::New, 1, [2])]);
    check_short(&[first, other_claim], 0, &["New submissions: 2 entries on one page, 1 on another"]);
}

#[test]
fn entries_that_repeat_themselves_count_once() {
    let mut doubled = section(SectionHeading::New, 4, [1, 1, 2, 2]);
    doubled.of = Some(4);
    check_whole(&[page(Some(2), vec![doubled])]);
    let mut contested = section(SectionHeading::New, 2, [1, 2]);
    contested.entries[1].position = 1;
    let proof = prove(&[page(Some(2), vec![contested])]);
    assert_eq!(proof.verdict, Verdict::Incomplete);
    assert_eq!(proof.errors[0], "two entries are numbered 1");
}

#[test]
fn entries_that_cannot_be_read_leave_the_counts_sound() {
    let mut broken = section(SectionHeading::New, 3, [1, 3]);
    broken.shown = Some(3);
    broken.found = 3;
    broken.unreadable =
        vec![UnreadableEntry { position: Some(2), reason: "item 2: no title".into(), is_foreign: false }];
    check(&[page(Some(3), vec![broken.clone()])], Verdict::Incomplete, 1, true, &["item 2: no title"]);
    broken.unreadable[0].position = None;
    check(&[page(Some(3), vec![broken])], Verdict::Incomplete, 1, true, &["item 2: no title"]);
}

#[test]
fn missing_numbers_leave_the_other_entries_trusted() {
    check(
        &[page(
            Some(4),
            vec![section(SectionHeading::New, 2, [1, 3]), section(SectionHeading::Cross, 1, [4])],
        )],
        Verdict::Incomplete,
        1,
        true,
        &["no entries numbered 2"],
    );
    check(
        &[page(Some(3), vec![section(SectionHeading::New, 2, [2, 3])])],
        Verdict::Incomplete,
        1,
        true,
        &["1 of 3 entries are not on the page"],
    );
}

#[test]
fn a_month_may_lack_what_arxiv_deleted() {
    check(&[month(22, 1..=21)], Verdict::Complete, 1, true, &[]);
    check(&[month(60, 1..=49), month(60, 51..=60)], Verdict::Complete, 1, true, &[]);
    check_short(&[month(22, 1..=19)], 3, &["3 of 22 entries are not on the page"]);
    check_short(&[month(52, 1..=50)], 2, &["2 of 52 entries are on other pages"]);
    check_short(&[month(1300, 1..=50)], 1250, &["1250 of 1300 entries are on other pages"]);
}

#[test]
fn many_faults_are_cut_short() {
    let mut broken = section(SectionHeading::New, 100, []);
    broken.found = 100;
    broken.shown = Some(100);
    let unreadable = |position| UnreadableEntry {
        position: Some(position),
        reason: format!("item {position}: no title"),
        is_foreign: false,
    };
    broken.unreadable = (1..=100).map(unreadable).collect();
    let proof = prove(&[page(Some(100), vec![broken])]);
    assert_eq!((proof.errors.len(), proof.missing, proof.counts_hold), (ERRORS_MAX + 1, 100, true));
    assert_eq!(proof.errors.last().map(String::as_str), Some("and 80 more"));
}

#[test]
fn entries_under_another_heading_are_complete_if_the_marks_agree() {
    let mut new = section(SectionHeading::New, 2, [3, 2]);
    let mut cross = section(SectionHeading::Cross, 1, [1]);
    std::mem::swap(&mut new.entries[0], &mut cross.entries[0]);
    check_whole(&[page(Some(3), vec![new.clone(), cross.clone()])]);
    cross.entries[0].announce_type = AnnounceType::Cross;
    check_short(
        &[page(Some(3), vec![new, cross])],
        0,
        &[
            "New submissions: heads 2 entries, 1 are marked so",
            "Cross submissions: heads 1 entries, 2 are marked so",
        ],
    );
}

#[test]
fn a_paper_under_two_numbers_counts_once() {
    let mut new = section(SectionHeading::New, 3, [1, 2, 3]);
    new.entries[1].paper = Arc::clone(&new.entries[0].paper);
    check(
        &[page(Some(3), vec![new.clone()])],
        Verdict::Incomplete,
        1,
        true,
        &["items 1 and 2 are the same paper, 2602.00001"],
    );
    // Also under another heading: no listing of arXiv has a paper twice.
    let mut replaced = section(SectionHeading::Replacement, 1, [4]);
    replaced.entries[0].paper = Arc::clone(&new.entries[2].paper);
    let proof = prove(&[page(Some(4), vec![new, replaced])]);
    assert_eq!((proof.verdict, proof.missing), (Verdict::Incomplete, 2));
}

#[test]
fn a_listing_that_changed_between_its_pages_is_incomplete() {
    let listing = |positions| page(Some(2802), vec![section(SectionHeading::New, 2802, positions)]);
    let first = listing(1..=2000);
    let mut second = listing(2001..=2802);
    check_whole(&[first.clone(), second.clone()]);
    // Three entries went forward after the first page was read: its last three come again.
    for index in 0..3 {
        second.sections[0].entries[index].paper = Arc::clone(&first.sections[0].entries[1997 + index].paper);
    }
    check(
        &[first, second],
        Verdict::Incomplete,
        3,
        true,
        &[
            "items 1998 and 2001 are the same paper, 2602.01998",
            "items 1999 and 2002 are the same paper, 2602.01999",
            "items 2000 and 2003 are the same paper, 2602.02000",
        ],
    );
}

#[test]
fn a_page_with_many_foreign_entries_is_not_trusted() {
    let foreign = |count: u32| {
        let mut new = section(SectionHeading::New, 20, count + 1..=20);
        (new.shown, new.found) = (Some(20), 20);
        let unreadable = |position| UnreadableEntry {
            position: Some(position),
            reason: format!("item {position}: elsewhere"),
            is_foreign: true,
        };
        new.unreadable = (1..=count).map(unreadable).collect();
        prove(&[page(Some(20), vec![new])])
    };
    let few = foreign(2);
    assert_eq!((few.verdict, few.missing, few.counts_hold), (Verdict::Incomplete, 2, true));
    let many = foreign(3);
    assert_eq!((few.is_elsewhere, many.is_elsewhere), (false, true));
    assert_eq!((many.verdict, many.missing, many.counts_hold), (Verdict::Incomplete, 3, false));
    assert_eq!(many.errors[0], "3 of 20 entries cannot be of this listing, Distributed of 2026-03-02");
}

#[test]
fn a_full_page_of_a_paged_listing_says_which_part_it_is() {
    let part = |pages: &[Listing]| prove(pages).part.map(|part| part.to_string());
    let full = |first: u32, last: u32| Listing { page_size: Some(50), ..month(130, first..=last) };
    assert_eq!(part(&[full(51, 100)]).as_deref(), Some("entries 51–100 of 130"));
    assert_eq!(part(&[full(1, 50), full(101, 130)]).as_deref(), Some("entries 1–50 and 101–130 of 130"));
    assert_eq!(part(&[full(1, 50), full(51, 100)]).as_deref(), Some("entries 1–100 of 130"));
    assert_eq!(part(&[full(1, 50), full(51, 100), full(101, 130)]), None, "whole");
    assert_eq!(part(&[full(101, 129)]), None, "the last page lacks one");
    assert_eq!(part(&[full(1, 49)]), None, "the first page lacks one");
    let mut lagging = page(Some(19), vec![section(SectionHeading::Replacement, 7, 1..=7)]);
    assert_eq!(part(std::slice::from_ref(&lagging)), None, "lost entries are on no page");
    lagging.page_size = Some(7);
    assert!(part(&[lagging]).is_some());
}

#[test]
fn a_page_of_recent_days_has_the_days_of_its_head() {
    let day = date(2026, 3, 2);
    let recent = |days: Vec<jiff::civil::Date>| Listing {
        kind: ListingKind::Recent,
        days,
        ..page(Some(1), vec![section(SectionHeading::Day(day), 1, [1])])
    };
    check_whole(&[recent(vec![day])]);
    check_whole(&[recent(Vec::new())]);
    check_short(
        &[recent(vec![date(2026, 3, 3)])],
        0,
        &["2026-03-02: a day that the head of the page does not name"],
    );
}
