//! What is copied is the same in another store, and no store is written over.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crosslist::domain::back_off::{BackOff, BackOffCause};
use crosslist::store::{self, Contents, Options, Store};

use super::outgoing::{fill, outgoing};
use crate::support::database::Database;
use crate::support::sample::{MONDAY, TUESDAY, WEDNESDAY_QUIET, announcement, outcome, subject, time};
use crate::support::store::{open_database, open_file};

const UPSTREAM: &str = "a test";

/// A file with two days, one of them of two subjects, a quiet day, a failed read, a request and a rule.
async fn filled(path: &Path) -> Options {
    let store = open_file(path, UPSTREAM).await.expect("a store");
    for (file, of) in [(MONDAY, "cs.DC"), (MONDAY, "cs.PF"), (TUESDAY, "cs.DC"), (WEDNESDAY_QUIET, "cs.DC")] {
        let day = announcement(file, of);
        store.record(&day, &outcome(&day), time("2026-03-05T00:00:00Z")).await.expect("kept");
    }
    let mut failed = outcome(&announcement(MONDAY, "cs.DC"));
    (failed.date, failed.page_hash) = (None, None);
    failed.reason.push_str(" and a \0");
    store.note(&failed, time("2026-03-05T01:00:00Z")).await.expect("kept");
    store.request(subject("cs.LG"), time("2026-03-05T02:00:00Z")).await.expect("kept");
    store.in_force_since("gpu", "ti:gpu", time("2026-03-01T00:00:00Z")).await.expect("kept");
    let refused = BackOff {
        wait: Duration::from_hours(5),
        cause: BackOffCause::Refusal,
        times: 2,
        reason: Some("`x` answered 403 Forbidden".to_owned()),
    };
    // The clocks of databases are the system's.
    store.keep_back_off(Some(&refused), jiff::Timestamp::now()).await.expect("kept");
    fill(&store).await;
    store.close().await;
    Options::Sqlite(path.to_owned())
}

async fn contents(options: &Options) -> Contents {
    let store = Store::open_to_read(options).await.expect("a store");
    let contents = store.load(None).await.expect("read back");
    // What nothing was copied into has none.
    if contents.changes.is_empty() {
        store.close().await;
        return contents;
    }
    let back_off = store.back_off(jiff::Timestamp::now()).await.expect("read").expect("a back-off");
    assert!(back_off.wait > Duration::from_hours(4) && back_off.times == 2, "{back_off:?}");
    store.close().await;
    contents
}

#[track_caller]
fn same(found: &Contents, expected: &Contents) {
    assert_eq!(found.changes, expected.changes);
    assert_eq!(found.days, expected.days);
    let reads = |contents: &Contents| -> Vec<_> {
        let plain = |text: &str| text.replace('\0', "");
        let reads = contents.reads.iter();
        reads.map(|(outcome, at)| (outcome.subject, outcome.verdict, plain(&outcome.reason), *at)).collect()
    };
    assert_eq!(reads(found), reads(expected));
    assert_eq!(found.requests, expected.requests);
}

async fn copied(from: &Options, to: &Options) -> Result<u64, String> {
    let mut last = 0;
    let mut progress = |done, total| {
        assert!(last < done && done <= total);
        last = done;
    };
    let counts = store::copy(from, to, &mut progress).await.map_err(|error| error.to_string())?;
    assert_eq!(last, counts.iter().map(|(_, count)| count).sum::<u64>());
    Ok(last)
}

#[tokio::test]
async fn a_store_goes_to_postgresql_and_back_as_it_was_and_goes_on_there() {
    let Some(database) = Database::make().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let from = filled(&folder.path().join("from.db")).await;
    let middle = Options::Postgres(database.address());
    let to = Options::Sqlite(folder.path().join("to.db"));
    let count = copied(&from, &middle).await.expect("copied");
    assert_eq!(copied(&middle, &to).await, Ok(count));
    let before = contents(&from).await;
    same(&contents(&middle).await, &before);
    same(&contents(&to).await, &before);
    let goes_out = outgoing(&from).await;
    assert_eq!(outgoing(&middle).await, goes_out);
    assert_eq!(outgoing(&to).await, goes_out);
    for options in [&middle, &to] {
        let store = Store::open(options, UPSTREAM).await.expect("a store");
        store.lead(std::time::Duration::ZERO).await.expect("the only one");
        let again = announcement(MONDAY, "cs.DC");
        let change =
            store.record(&again, &outcome(&again), time("2026-03-09T00:00:00Z")).await.expect("kept");
        assert_eq!((change.added, change.events.len()), (0, 19));
        let more = announcement(TUESDAY, "cs.PF");
        let change = store.record(&more, &outcome(&more), time("2026-03-09T00:00:00Z")).await.expect("kept");
        assert_eq!(change.added, 9);
        let since = store.in_force_since("gpu", "ti:gpu", time("2026-03-09T00:00:00Z")).await.expect("known");
        assert_eq!(since, time("2026-03-01T00:00:00Z"));
        let message = ("another".to_owned(), "{}".to_owned());
        store.enqueue("gpu", "one", &[], &[message], time("2026-03-09T00:00:00Z")).await.expect("kept");
        let waiting = store.deliveries().await.expect("read back");
        assert!(waiting[waiting.len() - 2].sequence < waiting[waiting.len() - 1].sequence);
        store.resign().await;
        store.close().await;
    }
}

#[tokio::test]
async fn a_store_that_holds_something_is_not_copied_into() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = filled(&folder.path().join("from.db")).await;
    let own = copied(&from, &from).await.expect_err("the same");
    assert!(own.contains("holds something already; name an empty store"), "{own}");
    let path = folder.path().join("other.db");
    open_file(&path, "https://arxiv.org").await.expect("a store").close().await;
    let other = copied(&from, &Options::Sqlite(path)).await.expect_err("of another upstream");
    assert!(other.contains("was filled from https://arxiv.org and this is a test"), "{other}");
    let missing = Options::Sqlite(folder.path().join("missing.db"));
    assert!(copied(&missing, &from).await.expect_err("no file").contains("there is no such file"));
    // An empty store of the same upstream is what a service leaves that was started and stopped.
    let path = folder.path().join("empty.db");
    open_file(&path, UPSTREAM).await.expect("a store").close().await;
    assert!(copied(&from, &Options::Sqlite(path)).await.is_ok());
}

#[tokio::test]
async fn a_database_that_a_service_runs_on_is_not_copied_into() {
    let Some(database) = Database::make().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let from = filled(&folder.path().join("from.db")).await;
    let service = open_database(&database.address(), UPSTREAM).await.expect("a store");
    service.lead(std::time::Duration::ZERO).await.expect("the only one");
    let said = copied(&from, &Options::Postgres(database.address())).await.expect_err("in use");
    assert!(said.contains("a service is running on"), "{said}");
    assert!(contents(&Options::Postgres(database.address())).await.changes.is_empty());
}

#[tokio::test]
async fn a_backup_of_a_store_in_use_is_whole_and_replaces_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = filled(&folder.path().join("from.db")).await;
    check_backup(&from, folder.path().join("sqlite.db")).await;
    let Some(database) = Database::make().await else { return };
    let from = filled(&folder.path().join("another.db")).await;
    let from_postgres = Options::Postgres(database.address());
    copied(&from, &from_postgres).await.expect("copied");
    check_backup(&from_postgres, folder.path().join("postgres.db")).await;
}

async fn check_backup(from: &Options, file: PathBuf) {
    let service = Store::open(from, UPSTREAM).await.expect("a store");
    service.lead(std::time::Duration::ZERO).await.expect("the only one");
    let mut partial = file.clone().into_os_string();
    partial.push(".crosslist-partial");
    std::fs::write(&partial, "half of an earlier one").expect("a file");
    store::backup(from, &file, &mut |_, _| ()).await.expect("written");
    assert!(!Path::new(&partial).exists());
    let more = announcement(TUESDAY, "cs.PF");
    service.record(&more, &outcome(&more), time("2026-03-09T00:00:00Z")).await.expect("goes on");
    service.close().await;
    let backed_up = contents(&Options::Sqlite(file.clone())).await;
    assert_eq!(backed_up.changes.len() + 1, contents(from).await.changes.len());
    let before = std::fs::read(&file).expect("the file");
    let error = store::backup(from, &file, &mut |_, _| ()).await.expect_err("there already").to_string();
    assert!(error.contains("a backup replaces none"), "{error}");
    assert_eq!(std::fs::read(&file).expect("the file"), before);
    let error =
        store::backup(from, Path::new("/no/such/folder/b.db"), &mut |_, _| ()).await.expect_err("no folder");
    assert!(error.to_string().contains("/no/such/folder"), "{error}");
}
