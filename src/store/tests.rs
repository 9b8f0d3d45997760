//! What a file survives that can be brought about from the inside only, and what memory leaves behind.

use std::path::Path;

use jiff::Timestamp;

use super::session::{Access, Session};
use super::{Options, Store};
use crate::domain::outcome::{EntryCounts, ReadOutcome};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

async fn open(path: &Path) -> Store {
    Store::open(&Options::Sqlite(path.to_owned()), "a test").await.expect("a store")
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_the_next_write_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let page = include_bytes!("../../demo/cs.DC-new-2026-03-02.html");
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
    let store = open(&path).await;
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
async fn done(store: &Store, statement: &'static str) {
    let mut session = store.session(Access::Leading).await.expect("the file");
    let done = session.connection().expect("open").execute(statement, &[]).await;
    session.settle(done).await.expect(statement);
}

async fn number(store: &Store, statement: &'static str, name: &str) -> i64 {
    let mut session = store.session(Access::Leading).await.expect("the file");
    let number = session.connection().expect("open").number(statement, &[], name).await;
    session.settle(number).await.expect(statement)
}

#[tokio::test]
async fn what_is_kept_waits_for_the_disk_in_a_new_file_as_in_one_that_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    for _ in 0..2 {
        let store = open(&path).await;
        assert_eq!(number(&store, "PRAGMA synchronous", "synchronous").await, 2, "FULL");
        store.close().await;
    }
}

#[tokio::test]
async fn a_store_in_memory_has_no_file_and_survives_a_failure() {
    let store = Store::in_memory().expect("memory");
    let mut session = store.session(Access::Leading).await.expect("memory");
    let files = session
        .connection()
        .expect("open")
        .rows("SELECT file FROM pragma_database_list", &[])
        .await
        .expect("a list");
    assert!(files.iter().all(|row| row.text("file").expect("a text").is_empty()), "{files:?}");
    assert!(matches!(session, Session::Memory(_)));
    session.settle(Ok(())).await.expect("given back");
    assert_eq!(number(&store, "PRAGMA temp_store", "temp_store").await, 2, "MEMORY");
    let now: Timestamp = "2026-03-02T02:00:00Z".parse().expect("a time");
    store.request(SubjectId::example(), now).await.expect("kept");
    let mut session = store.session(Access::Leading).await.expect("memory");
    session.connection().expect("open").begin().await.expect("begun");
    session.connection().expect("open").execute("DELETE FROM requests", &[]).await.expect("deleted");
    let failed = session.connection().expect("open").execute("SELECT nothing", &[]).await;
    session.settle(failed).await.expect_err("no such column");
    assert_eq!(store.load(None).await.expect("read back").requests.len(), 1, "the transaction was ended");
}

#[tokio::test]
async fn work_that_is_dropped_leaves_nothing_and_a_store_that_is_closed_has_no_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let store = open(&path).await;
    let mut session = store.session(Access::Leading).await.expect("the file");
    session.connection().expect("open").begin().await.expect("begun");
    let insert = "INSERT INTO requests (subject, requested_at) VALUES ('cs.DC', 1)";
    session.connection().expect("open").execute(insert, &[]).await.expect("written");
    drop(session);
    assert!(store.load(None).await.expect("read back").requests.is_empty());
    let mut session = store.session(Access::Leading).await.expect("the file");
    session.connection().expect("open").begin().await.expect("begun");
    drop(session);
    store.close().await;
    assert!(!folder.path().join("crosslist.db-wal").exists());
}
