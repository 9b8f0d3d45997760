//! What the file survives that only the inside can bring about.

use super::*;
use crate::domain::outcome::EntryCounts;
use crate::domain::verdict::Verdict;

#[tokio::test]
async fn a_full_disk_loses_nothing_and_the_next_write_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let page = include_bytes!("../../../demo/cs.DC-new-2026-03-02.html");
    let listing = crate::parse::listing(page, None).expect("a listing");
    let monday = crate::parse::announcements(vec![listing], SubjectId::example()).remove(0);
    let mut first = monday.clone();
    first.entries.truncate(2);
    let outcome = ReadOutcome {
        subject: monday.subject,
        verdict: Verdict::Complete,
        date: Some(monday.date),
        reason: String::new(),
        counts: EntryCounts::of(&monday),
        missing: 0,
        pages: 1,
        page_hash: None,
        checks: 0,
    };
    let seen: Timestamp = "2026-03-02T02:00:00Z".parse().expect("a time");
    let store = Sqlite::open(&path, "a test").await.expect("a store");
    let kept = store.record(&first, &outcome, seen).await.expect("kept");
    // A full disk makes SQLite end the transaction by itself; so does this.
    let trigger =
        "CREATE TRIGGER full BEFORE INSERT ON days BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END";
    done(&store, trigger).await;
    for _ in 0..3 {
        let error = store.record(&monday, &outcome, seen).await.expect_err("full");
        assert!(error.to_string().contains("disk is full"), "{error}");
    }
    assert_eq!(store.load(None).await.expect("read back").changes[0].events, kept.events);
    done(&store, "DROP TRIGGER full").await;
    let healed = store.record(&monday, &outcome, seen).await.expect("kept");
    assert_eq!(healed.events.len(), 19);
    assert_eq!(healed.events[..2], kept.events[..]);
}

/// Does something behind the store's back.
async fn done(store: &Sqlite, statement: &'static str) {
    let mut taken = store.take().await.expect("the file");
    let done = sqlx::query(statement).execute(taken.connection()).await;
    store.settle(taken, done).await.expect(statement);
}

#[tokio::test]
async fn what_is_kept_waits_for_the_disk_in_a_new_file_as_in_one_that_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    for _ in 0..2 {
        let store = Sqlite::open(&path, "a test").await.expect("a store");
        let mut taken = store.take().await.expect("the file");
        let synchronous: Result<i64, _> =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(taken.connection()).await;
        let synchronous = store.settle(taken, synchronous).await.expect("a level");
        assert_eq!(synchronous, 2, "FULL");
        store.close().await;
    }
}
