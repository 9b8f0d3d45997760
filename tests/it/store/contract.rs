//! What holds for every store; each claim is tried on all of them.

use std::collections::HashSet;
use std::time::Duration;

use crosslist::domain::announcement::{AnnounceType, Announcement};
use crosslist::domain::arxiv_id::ArxivId;
use crosslist::domain::back_off::{BackOff, BackOffCause};
use crosslist::domain::event::Event;
use crosslist::domain::outcome::{Day, ReadOutcome};
use crosslist::domain::verdict::Verdict;
use crosslist::store::Store;
use jiff::civil::{Date, date};

use super::outgoing::{
    a_subscription_is_renewed_where_it_is_and_ends,
    an_intent_is_open_until_it_is_settled_and_a_later_one_replaces_it,
    messages_wait_in_their_order_and_papers_are_announced_once,
};
use crate::support::database::Database;
use crate::support::sample::{MONDAY, TUESDAY, WEDNESDAY_QUIET, announcement, lines, outcome, subject, time};
use crate::support::store::{open_database, open_file};

/// Runs a claim on a store of each kind.
macro_rules! on_every_store {
    ($($(#[$doc:meta])* $claim:ident)*) => { $(
        mod $claim {
                        #[tokio::test]
            async fn in_memory() {
                super::$claim(crosslist::store::Store::in_memory().expect("memory")).await;
            }

            #[tokio::test]
            async fn in_sqlite() {
                let folder = tempfile::tempdir().expect("a folder");
                let store = super::open_file(&folder.path().join("a/b.db"), "a test").await;
                super::$claim(store.expect("a store")).await;
            }

            #[tokio::test]
            async fn in_postgres() {
                let Some(database) = crate::support::database::Database::make().await else { return };
                let store = super::open_database(&database.address(), "a test").await.expect("a store");
                store.lead(std::time::Duration::ZERO).await.expect("the only one");
                super::$claim(store.clone()).await;
                store.resign().await;
                store.close().await;
            }
        }
    )* };
}

on_every_store! {
    a_day_is_kept_as_it_was_announced
    a_paper_of_two_subjects_has_one_date_and_no_two_papers_share_one
    a_second_read_adds_what_is_new_and_keeps_what_is_gone
    a_correction_changes_types_and_texts_and_no_id_and_date
    a_corrected_type_is_kept_beside_the_first_one
    it_is_known_when_a_subject_was_first_asked_for
    a_quiet_day_is_known
    what_was_proved_stays_so
    reads_and_requests_are_remembered
    a_past_day_that_is_caught_up_is_not_how_the_newest_listing_was_read
    old_days_are_forgotten_and_others_are_not
    a_back_off_is_kept_until_it_is_over_and_never_grows
    rules_are_in_force_since_they_were_first_seen
    a_replacement_comes_with_the_newest_version_before_it
    nothing_that_a_page_can_hold_is_too_much
    an_intent_is_open_until_it_is_settled_and_a_later_one_replaces_it
    a_subscription_is_renewed_where_it_is_and_ends
    messages_wait_in_their_order_and_papers_are_announced_once
}

async fn a_day_is_kept_as_it_was_announced(store: Store) {
    let monday = announcement(MONDAY, "cs.DC");
    let change = store.record(&monday, &outcome(&monday), time("2026-03-05T00:00:00Z")).await.expect("kept");
    assert_eq!((change.events.len(), change.added), (19, 19));
    for (event, entry) in change.events.iter().zip(&monday.entries) {
        assert_eq!(event.paper, entry.paper);
        assert_eq!(event.announce_type, entry.announce_type);
        assert_eq!(event.cross_list_from, entry.cross_list_from);
    }
    assert_eq!(change.events[0].published.to_string(), "2026-03-02T00:59:59Z");
    assert_eq!(change.events[18].published.to_string(), "2026-03-02T00:59:41Z");
    let contents = store.load(None).await.expect("read back");
    assert_eq!(contents.changes.len(), 1);
    assert_eq!(contents.changes[0].events, change.events);
    let tuesday = announcement(TUESDAY, "cs.DC");
    store.record(&tuesday, &outcome(&tuesday), time("2026-03-05T00:00:00Z")).await.expect("kept");
    let window = store.load(Some(0)).await.expect("read back");
    assert_eq!(window.changes.len(), 1);
    assert_eq!(window.changes[0].listing_date, date(2026, 3, 3));
    assert_eq!(store.load(Some(1)).await.expect("read back").changes.len(), 2);
}

async fn a_paper_of_two_subjects_has_one_date_and_no_two_papers_share_one(store: Store) {
    let seen = time("2026-03-20T00:00:00Z");
    let own = announcement(MONDAY, "cs.DC");
    let mut other = announcement(MONDAY, "cs.PF");
    other.entries.reverse();
    other.entries.truncate(12);
    let own = store.record(&own, &outcome(&own), seen).await.expect("kept");
    let other = store.record(&other, &outcome(&other), seen).await.expect("kept");
    for event in &other.events {
        let same = own.events.iter().find(|own| own.paper.id == event.paper.id).expect("in both");
        assert_eq!(same.published, event.published);
    }
    let tuesday = announcement(TUESDAY, "cs.DC");
    let tuesday = store.record(&tuesday, &outcome(&tuesday), seen).await.expect("kept");
    let dates: HashSet<_> = own.events.iter().chain(&tuesday.events).map(|event| event.published).collect();
    assert_eq!(dates.len(), 28);
}

async fn a_second_read_adds_what_is_new_and_keeps_what_is_gone(store: Store) {
    let seen = time("2026-03-20T00:00:00Z");
    let whole = announcement(MONDAY, "cs.DC");
    let mut first = whole.clone();
    first.entries.truncate(10);
    let first = store.record(&first, &outcome(&first), seen).await.expect("kept");
    let mut second = whole.clone();
    second.entries.drain(..5);
    let change = store.record(&second, &outcome(&second), seen).await.expect("kept");
    assert_eq!(change.added, 9);
    assert_eq!(change.events.len(), 19);
    for line in lines(&first) {
        assert!(lines(&change).contains(&line), "{line}");
    }
    let again = store.record(&whole, &outcome(&whole), time("2026-03-21T00:00:00Z")).await.expect("kept");
    assert_eq!(again.added, 0);
    assert_eq!(lines(&again), lines(&change));
}

async fn a_correction_changes_types_and_texts_and_no_id_and_date(store: Store) {
    let seen = time("2026-03-20T00:00:00Z");
    for of in ["cs.DC", "cs.PF"] {
        let day = announcement(MONDAY, of);
        store.record(&day, &outcome(&day), seen).await.expect("kept");
    }
    let tuesday = announcement(TUESDAY, "cs.DC");
    store.record(&tuesday, &outcome(&tuesday), seen).await.expect("kept");
    let monday = announcement(MONDAY, "cs.DC");
    let before = store.events(Some(subject("cs.DC")), monday.date, monday.date).await.expect("read back");
    let mut corrected = monday.entries[..2].to_vec();
    let mut paper = (*corrected[0].paper).clone();
    "Corrected".clone_into(&mut paper.title);
    corrected[0].paper = paper.into();
    corrected[1].announce_type = AnnounceType::Cross;
    corrected[1].cross_list_from = Some("cs.LG".to_owned());
    // One that the day does not hold.
    corrected.push(tuesday.entries[0].clone());
    let changes = store.correct(subject("cs.DC"), monday.date, &corrected, seen).await.expect("corrected");
    // The text is that of the day in every subject, the type is the subject's own.
    let of: Vec<&str> = changes.iter().map(|change| change.subject.as_str()).collect();
    assert_eq!(of, ["cs.DC", "cs.PF"]);
    assert!(changes.iter().all(|change| change.events[0].paper.title == "Corrected"));
    assert_eq!(changes[0].events[1].announce_type, AnnounceType::Cross);
    assert_eq!(changes[0].events[1].cross_list_from.as_deref(), Some("cs.LG"));
    assert_eq!(changes[1].events[1].announce_type, before[1].announce_type);
    let kept = store.events(Some(subject("cs.DC")), monday.date, monday.date).await.expect("read back");
    assert_eq!(kept, changes[0].events);
    let places = |events: &[Event]| -> Vec<_> {
        events.iter().map(|event| (event.paper.id.clone(), event.published)).collect()
    };
    assert_eq!(places(&kept), places(&before));
    let all = store.events(None, monday.date, tuesday.date).await.expect("read back");
    assert_eq!(all.len(), 19 + 19 + 9);
}

async fn a_corrected_type_is_kept_beside_the_first_one(store: Store) {
    let seen = time("2026-03-02T02:00:00Z");
    let monday = announcement(MONDAY, "cs.DC");
    let change = store.record(&monday, &outcome(&monday), seen).await.expect("kept");
    assert!(change.events.iter().all(|event| event.first_type == event.announce_type));
    let first = change.events[0].clone();
    assert_eq!(first.announce_type, AnnounceType::New);
    let mut entry = monday.entries[0].clone();
    for corrected in [AnnounceType::Replace, AnnounceType::Cross, AnnounceType::New, AnnounceType::Replace] {
        entry.announce_type = corrected;
        let changes =
            store.correct(monday.subject, monday.date, &[entry.clone()], seen).await.expect("corrected");
        let expected = Event { announce_type: corrected, ..first.clone() };
        assert_eq!(Event { added: first.added, earlier: None, ..changes[0].events[0].clone() }, expected);
    }
    let kept = store.load(None).await.expect("read back");
    let event = &kept.changes[0].events[0];
    assert_eq!((event.first_type, event.announce_type), (AnnounceType::New, AnnounceType::Replace));
    assert_eq!(event.id_suffix(), "");
    // A later read of the page that came first changes nothing.
    let again = store.record(&monday, &outcome(&monday), seen).await.expect("kept");
    assert_eq!(again.events, kept.changes[0].events);
}

async fn it_is_known_when_a_subject_was_first_asked_for(store: Store) {
    let monday = announcement(MONDAY, "cs.DC");
    let mut failed = outcome(&monday);
    (failed.verdict, failed.date, failed.reason) = (Verdict::Unreachable, None, "no answer".to_owned());
    for at in ["2026-02-24T02:00:00Z", "2026-02-25T02:00:00Z"] {
        store.note(&failed, time(at)).await.expect("kept");
    }
    store.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    let other = announcement(MONDAY, "cs.PF");
    store.record(&other, &outcome(&other), time("2026-03-02T03:00:00Z")).await.expect("kept");
    let first_reads = store.load(None).await.expect("read back").first_reads;
    let expected = [("cs.DC", "2026-02-24T02:00:00Z"), ("cs.PF", "2026-03-02T03:00:00Z")];
    assert_eq!(first_reads, expected.map(|(of, at)| (subject(of), time(at))));
}

async fn a_quiet_day_is_known(store: Store) {
    let quiet = announcement(WEDNESDAY_QUIET, "cs.DC");
    let change = store.record(&quiet, &outcome(&quiet), time("2026-03-04T02:00:00Z")).await.expect("kept");
    assert!(change.events.is_empty());
    let days = store.load(None).await.expect("read back").days;
    assert_eq!(days.len(), 1);
    assert_eq!((days[0].date, days[0].verdict), (date(2026, 3, 4), Verdict::Quiet));
}

async fn what_was_proved_stays_so(store: Store) {
    let seen = time("2026-03-02T02:00:00Z");
    let monday = announcement(MONDAY, "cs.DC");
    let proved = outcome(&monday);
    store.record(&monday, &proved, seen).await.expect("kept");
    let mut short = monday.clone();
    short.entries.truncate(3);
    let mut incomplete = outcome(&short);
    (incomplete.verdict, incomplete.missing) = (Verdict::Incomplete, 16);
    store.record(&short, &incomplete, seen).await.expect("kept");
    let contents = store.load(None).await.expect("read back");
    assert_eq!(contents.days[0].verdict, Verdict::Complete);
    assert_eq!(contents.days[0].counts, proved.counts);
    assert_eq!(contents.reads[0].0.verdict, Verdict::Incomplete);
    assert_eq!(contents.changes[0].events.len(), 19);
}

async fn reads_and_requests_are_remembered(store: Store) {
    let monday = announcement(MONDAY, "cs.DC");
    store.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    let mut failed = outcome(&monday);
    (failed.verdict, failed.date, failed.reason) = (Verdict::Unreachable, None, "no answer".to_owned());
    store.note(&failed, time("2026-03-02T03:00:00Z")).await.expect("kept");
    store.request(subject("cs.LG"), time("2026-03-01T00:00:00Z")).await.expect("kept");
    store.request(subject("cs.LG"), time("2026-03-02T00:00:00Z")).await.expect("kept");
    let contents = store.load(None).await.expect("read back");
    let (read, at) = &contents.reads[0];
    assert_eq!((read.verdict, read.reason.as_str()), (Verdict::Unreachable, "no answer"));
    assert_eq!(*at, time("2026-03-02T03:00:00Z"));
    assert_eq!(contents.requests, [(subject("cs.LG"), time("2026-03-02T00:00:00Z"))]);
}

async fn a_past_day_that_is_caught_up_is_not_how_the_newest_listing_was_read(store: Store) {
    let [monday, tuesday] = [MONDAY, TUESDAY].map(|file| announcement(file, "cs.DC"));
    let seen = time("2026-03-03T02:00:00Z");
    store.record(&tuesday, &outcome(&tuesday), seen).await.expect("kept");
    store.record(&monday, &outcome(&monday), time("2026-03-03T02:01:00Z")).await.expect("kept");
    let reads = store.load(None).await.expect("read back").reads;
    assert_eq!(
        reads.iter().map(|(read, at)| (read.date, *at)).collect::<Vec<_>>(),
        [(Some(tuesday.date), seen)]
    );
    // A page of Monday that comes in place of Tuesday's does.
    let stale = ReadOutcome { verdict: Verdict::Stale, ..outcome(&monday) };
    store.note(&stale, time("2026-03-03T03:00:00Z")).await.expect("kept");
    let reads = store.load(None).await.expect("read back").reads;
    assert_eq!(reads[0].0.verdict, Verdict::Stale);
}

async fn old_days_are_forgotten_and_others_are_not(store: Store) {
    let seen = time("2026-03-20T00:00:00Z");
    for file in [MONDAY, TUESDAY] {
        let day = announcement(file, "cs.DC");
        store.record(&day, &outcome(&day), seen).await.expect("kept");
    }
    let gap = Day {
        subject: subject("cs.DC"),
        date: date(2026, 2, 2),
        verdict: Verdict::Gap,
        counts: outcome(&announcement(MONDAY, "cs.DC")).counts,
        missing: 0,
        read: seen,
        checks: 0,
    };
    store.mark(&gap).await.expect("kept");
    assert_eq!(store.load(None).await.expect("read back").days.len(), 3);
    store.prune(date(2026, 3, 3)).await.expect("pruned");
    let contents = store.load(None).await.expect("read back");
    let dates: Vec<Date> = contents.changes.iter().map(|change| change.listing_date).collect();
    assert_eq!(dates, [date(2026, 3, 3)]);
    assert_eq!(contents.days.len(), 1);
}

async fn rules_are_in_force_since_they_were_first_seen(store: Store) {
    let [monday, tuesday, wednesday] =
        ["2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z"].map(time);
    let since =
        async |feed: &str, rules: &str, now| store.in_force_since(feed, rules, now).await.expect("kept");
    assert_eq!(since("gpu", "ti:gpu", monday).await, monday);
    assert_eq!(since("gpu", "ti:gpu", tuesday).await, monday);
    assert_eq!(since("other", "ti:gpu", tuesday).await, tuesday);
    assert_eq!(since("gpu", "ti:tpu", tuesday).await, tuesday);
    assert_eq!(since("gpu", "ti:gpu", wednesday).await, wednesday);
}

async fn nothing_that_a_page_can_hold_is_too_much(store: Store) {
    let mut monday = announcement(MONDAY, "cs.DC");
    let mut paper = monday.entries[0].paper.as_ref().clone();
    paper.title.push_str("a\0b \u{1F600} \\u0000 \u{FFFE} '; DROP TABLE events; --");
    monday.entries[0].paper = paper.into();
    monday.entries[0].cross_list_from = Some("cs.\0SY".to_owned());
    let mut outcome = outcome(&monday);
    outcome.reason.push_str("a page with \0 in it");
    let kept = store.record(&monday, &outcome, time("2026-03-05T00:00:00Z")).await.expect("kept");
    store.note(&outcome, time("2026-03-05T00:00:01Z")).await.expect("kept");
    assert_eq!(kept.events[0].paper, monday.entries[0].paper);
    assert_eq!(store.load(None).await.expect("read back").changes[0].events, kept.events);
}

#[tokio::test]
async fn a_fresh_reading_is_dated_by_its_moment_and_never_in_the_future() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open_file(&folder.path().join("s.db"), "a test").await.expect("a store");
    dates_by_the_moment(store).await;
    let monday = announcement(MONDAY, "cs.DC");
    // A store in memory gives the same dates at every run instead.
    let seen = time("2026-03-02T01:41:07.9Z");
    let memory =
        Store::in_memory().expect("memory").record(&monday, &outcome(&monday), seen).await.expect("kept");
    assert_eq!(memory.events[0].published.to_string(), "2026-03-02T00:59:59Z");
    let Some(database) = Database::make().await else { return };
    let store = open_database(&database.address(), "a test").await.expect("a store");
    store.lead(Duration::ZERO).await.expect("the only one");
    dates_by_the_moment(store).await;
}

async fn dates_by_the_moment(store: Store) {
    let monday = announcement(MONDAY, "cs.DC");
    let seen = time("2026-03-02T01:41:07.9Z");
    let change = store.record(&monday, &outcome(&monday), seen).await.expect("kept");
    assert_eq!(change.events[0].published.to_string(), "2026-03-02T01:41:06Z");
    assert!(change.events.windows(2).all(|pair| pair[0].published > pair[1].published));
    assert!(change.events.iter().all(|event| event.published < seen));
}

async fn a_replacement_comes_with_the_newest_version_before_it(store: Store) {
    let seen = time("2026-03-20T00:00:00Z");
    let day = |file: &str, of: &str, day: Date, kind: AnnounceType, title: &str| {
        let mut announcement = announcement(file, of);
        announcement.date = day;
        announcement.entries.truncate(1);
        announcement.entries[0].announce_type = kind;
        let mut paper = (*announcement.entries[0].paper).clone();
        paper.id = ArxivId::parse("2602.23598").expect("an id").0;
        title.clone_into(&mut paper.title);
        announcement.entries[0].paper = paper.into();
        announcement
    };
    let keep = async |announcement: Announcement| {
        store.record(&announcement, &outcome(&announcement), seen).await.expect("kept").events.remove(0)
    };
    let friday = day(MONDAY, "cs.DC", date(2026, 3, 6), AnnounceType::Replace, "third");
    assert_eq!(keep(friday.clone()).await.earlier, None);
    // What is caught up counts, of whatever subject; what came later, or long before, does not.
    for (of, date, title) in [
        ("cs.LG", date(2026, 3, 3), "second"),
        ("cs.DC", date(2026, 3, 2), "first"),
        ("cs.DC", date(2026, 3, 9), "fourth"),
        ("cs.PF", date(2025, 3, 3), "of old"),
    ] {
        assert_eq!(keep(day(TUESDAY, of, date, AnnounceType::New, title)).await.earlier, None);
    }
    let event = keep(friday).await;
    let earlier = event.earlier.clone().expect("a version before");
    assert_eq!((earlier.listing_date, earlier.paper.title.as_str()), (date(2026, 3, 3), "second"));
    let contents = store.load(None).await.expect("read back");
    let mut loaded = contents.changes.iter().flat_map(|change| &change.events);
    assert_eq!(loaded.find(|loaded| loaded.listing_date == event.listing_date), Some(&event));
    assert!(
        contents.changes.iter().flat_map(|change| &change.events).filter(|one| one.earlier.is_some()).count()
            == 1
    );
    store.prune(date(2026, 3, 4)).await.expect("forgotten");
    let contents = store.load(None).await.expect("read back");
    assert!(contents.changes.iter().flat_map(|change| &change.events).all(|event| event.earlier.is_none()));
}

async fn a_back_off_is_kept_until_it_is_over_and_never_grows(store: Store) {
    // PostgreSQL goes by its own clock, so that nothing here may depend on ours.
    let now = time("2026-03-02T02:00:00Z");
    assert_eq!(store.back_off(now).await.expect("read"), None);
    let back_off = BackOff {
        wait: Duration::from_hours(5),
        cause: BackOffCause::Throttle,
        times: 3,
        reason: Some("`x` answered 429 Too Many Requests".to_owned()),
    };
    store.keep_back_off(Some(&back_off), now).await.expect("kept");
    let left = store.back_off(now).await.expect("read").expect("a back-off");
    let about = Duration::from_mins(4 * 60 + 50)..=Duration::from_secs(5 * 60 * 60 + 1);
    assert!(about.contains(&left.wait), "{left:?}");
    assert_eq!(BackOff { wait: back_off.wait, ..left }, back_off);
    // By a clock that was ahead when it was kept, or is set back.
    let earlier = time("2025-12-02T02:00:00Z");
    let left = store.back_off(earlier).await.expect("read").expect("a back-off");
    assert!(about.contains(&left.wait), "{left:?}");
    let over = BackOff { wait: Duration::ZERO, reason: None, cause: BackOffCause::Trouble, ..back_off };
    store.keep_back_off(Some(&over), now).await.expect("kept");
    let left = store.back_off(now).await.expect("read");
    assert!(
        left.is_none_or(|left| left.wait <= Duration::from_secs(1) && left.cause == BackOffCause::Trouble)
    );
    store.keep_back_off(None, now).await.expect("kept");
    assert_eq!(store.back_off(now).await.expect("read"), None);
}
