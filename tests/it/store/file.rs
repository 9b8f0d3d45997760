//! What the SQLite file survives, and what it refuses.

use crosslist::domain::announcement::AnnounceType;
use crosslist::store::{Store, StoreError};

use crate::support::sample::{MONDAY, announcement, lines, outcome, time};
use crate::support::store::{file, open_file};

/// Takes back what the last migration did.
const EARLIER_SCHEMA: [&str; 2] =
    ["ALTER TABLE memberships DROP COLUMN first_type", "DELETE FROM _sqlx_migrations WHERE version = 6"];

#[tokio::test]
async fn ids_and_dates_are_the_same_after_a_restart_without_a_proper_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let monday = announcement(MONDAY, "cs.DC");
    let store = open_file(&path, "a test").await.expect("a store");
    let before = store.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    std::mem::forget(store);
    // The lock of a store that was not closed ends with its process, which is this one.
    let store = Store::open_beside(&file(&path), "a test", "").await.expect("the same store");
    let contents = store.load(None).await.expect("read back");
    assert_eq!(contents.changes[0].events, before.events);
    let again = store.record(&monday, &outcome(&monday), time("2026-03-09T02:00:00Z")).await.expect("kept");
    assert_eq!(lines(&again), lines(&before));
}

#[tokio::test]
async fn a_store_of_another_upstream_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    open_file(&path, "https://arxiv.org").await.expect("a store").close().await;
    let error = open_file(&path, "a replay").await.expect_err("filled from arXiv");
    let said = error.to_string();
    assert!(said.contains("was filled from https://arxiv.org and this is a replay"), "{said}");
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    open_file(&path, "a test").await.expect("a store").close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.expect("the file");
    sqlx::query("INSERT INTO _sqlx_migrations SELECT 9000, 'later', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1")
        .execute(&pool)
        .await
        .expect("a later migration");
    pool.close().await;
    let before = std::fs::read(&path).expect("the file");
    let error = open_file(&path, "a test").await.expect_err("a newer schema");
    assert!(matches!(error, StoreError::Newer { found: 9000, known: 6, .. }), "{error}");
    assert_eq!(std::fs::read(&path).expect("the file"), before);
}

#[tokio::test]
async fn a_store_of_an_earlier_schema_keeps_every_id_and_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let monday = announcement(MONDAY, "cs.DC");
    let store = open_file(&path, "a test").await.expect("a store");
    let before = store.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    store.close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.expect("the file");
    for statement in EARLIER_SCHEMA {
        sqlx::query(statement).execute(&pool).await.expect(statement);
    }
    pool.close().await;
    let store = open_file(&path, "a test").await.expect("upgraded");
    assert_eq!(store.load(None).await.expect("read back").changes[0].events, before.events);
    let mut entry = monday.entries[0].clone();
    entry.announce_type = AnnounceType::Replace;
    let changes = store.correct(monday.subject, monday.date, &[entry], time("2026-03-02T05:00:00Z")).await;
    let event = &changes.expect("corrected")[0].events[0];
    assert_eq!((event.announce_type, event.id_suffix()), (AnnounceType::Replace, String::new()));
    assert_eq!(event.published, before.events[0].published);
}

#[tokio::test]
async fn a_damaged_file_is_reported_with_the_way_out_and_not_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let rubbish = b"this is no database, though it is long enough to be looked at as one ".repeat(200);
    std::fs::write(&path, &rubbish).expect("a file");
    let error = open_file(&path, "a test").await.expect_err("no database");
    let said = error.to_string();
    assert!(matches!(error, StoreError::Damaged { .. }), "{said}");
    assert!(said.contains("crosslist store set-aside"), "{said}");
    assert_eq!(std::fs::read(&path).expect("the file"), rubbish);
}

#[tokio::test]
async fn a_row_that_means_nothing_is_damage_and_not_a_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let monday = announcement(MONDAY, "cs.DC");
    let store = open_file(&path, "a test").await.expect("a store");
    store.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.expect("the file");
    sqlx::query("UPDATE events SET paper = '{}'").execute(&pool).await.expect("changed");
    let error = store.load(None).await.expect_err("no paper");
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("file"), "").expect("a file");
    let error =
        open_file(&folder.path().join("file/crosslist.db"), "a test").await.expect_err("under a file");
    assert!(matches!(error, StoreError::Open { .. }), "{error}");
    let folder_as_file = open_file(folder.path(), "a test").await.expect_err("a folder");
    assert!(matches!(folder_as_file, StoreError::Open { .. }), "{folder_as_file}");
}
