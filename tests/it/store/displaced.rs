//! The SQLite file is removed, moved, replaced or written over while it is in use.

use std::path::{Path, PathBuf};

use crosslist::domain::event::ChangedDay;
use crosslist::domain::outcome::Day;
use crosslist::store::{Contents, Options, Role, Store, StoreError, backup};

use crate::support::sample::{MONDAY, TUESDAY, announcement, lines, outcome, subject, time};
use crate::support::store::{file, open_file};

/// A store in use, and what was written to it.
struct InUse {
    folder: tempfile::TempDir,
    path: PathBuf,
    store: Store,
    monday: ChangedDay,
}

impl InUse {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data/crosslist.db");
        let store = open_file(&path, "a test").await.expect("a store");
        store.load(Some(30)).await.expect("read");
        let monday = announcement(MONDAY, "cs.DC");
        let seen = time("2026-03-02T02:00:00Z");
        let monday = store.record(&monday, &outcome(&monday), seen).await.expect("kept");
        store.in_force_since("gpu", "ti:gpu", seen).await.expect("kept");
        Self { folder, path, store, monday }
    }

    /// Another store, as a backup or as one of another machine, with its own dates for the same papers.
    async fn another(&self) -> PathBuf {
        let path = self.folder.path().join("another.db");
        let store = open_file(&path, "a test").await.expect("a store");
        // At an hour of its own, and Monday's papers as those of another day that take the seconds which ours have.
        let mut earlier = announcement(TUESDAY, "cs.DC");
        let seen = time("2026-03-02T02:00:00Z");
        earlier.date = "2026-03-02".parse().expect("a date");
        store.record(&earlier, &outcome(&earlier), seen).await.expect("kept");
        let monday = announcement(MONDAY, "cs.DC");
        store.record(&monday, &outcome(&monday), time("2026-03-02T03:30:00Z")).await.expect("kept");
        store.request(subject("cs.LG"), seen).await.expect("kept");
        store.close().await;
        path
    }

    async fn check(&self) -> Result<(), StoreError> {
        let day = Day::of(&outcome(&announcement(MONDAY, "cs.DC")), time("2026-03-02T02:00:00Z"));
        let memory = || Contents {
            changes: vec![self.monday.clone()],
            days: day.iter().cloned().collect(),
            ..Contents::default()
        };
        self.store.check(&memory).await
    }

    /// Everything that was shown stands in the file at the place, with its dates.
    async fn check_kept(&self, says: &str) {
        let file = Store::open_to_read(&file(&self.path)).await.expect(says);
        let contents = file.load(None).await.expect(says);
        file.close().await;
        let kept: Vec<String> = contents.changes.iter().flat_map(lines).collect();
        for line in lines(&self.monday) {
            assert!(kept.contains(&line), "{says}: {line} of {kept:?}");
        }
        let tuesday = announcement(TUESDAY, "cs.DC");
        let seen = time("2026-03-03T02:00:00Z");
        self.store.record(&tuesday, &outcome(&tuesday), seen).await.expect(says);
        let left: Vec<String> = std::fs::read_dir(self.path.parent().expect("a folder"))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
            .filter(|name| name.contains("salvaged"))
            .collect();
        assert!(left.is_empty(), "{says}: {left:?}");
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    format!("{}{ending}", path.display()).into()
}

#[tokio::test]
async fn a_file_that_is_gone_is_written_again_with_everything_that_it_held() {
    for says in ["removed", "removed with its log", "moved", "its folder removed", "its folder moved"] {
        let at = InUse::start().await;
        let folder = at.path.parent().expect("a folder");
        match says {
            "removed" => std::fs::remove_file(&at.path).expect(says),
            "removed with its log" => {
                for ending in ["", "-wal", "-shm", ".lock"] {
                    std::fs::remove_file(beside(&at.path, ending)).expect(says);
                }
            }
            "moved" => std::fs::rename(&at.path, at.folder.path().join("away.db")).expect(says),
            "its folder removed" => std::fs::remove_dir_all(folder).expect(says),
            _ => std::fs::rename(folder, at.folder.path().join("elsewhere")).expect(says),
        }
        // Whoever writes before it is looked at writes nothing into a file that is gone, and is told.
        let error = at.store.request(subject("cs.LG"), time("2026-03-02T02:00:00Z")).await.expect_err(says);
        assert!(
            error.to_string().contains("crosslist.db` was removed or moved while it was in use"),
            "{error}"
        );
        assert!(
            at.store.lead(std::time::Duration::ZERO).await.is_err(),
            "{says}: nothing is asked meanwhile"
        );
        assert!(at.store.confirm().await.is_err(), "{says}");
        at.store.displacement().await;
        at.check().await.expect(says);
        assert!(at.store.confirm().await.is_ok(), "{says}");
        assert!(matches!(
            at.store.lead(std::time::Duration::ZERO).await,
            Ok(Role::TookOver { .. } | Role::Leads)
        ));
        at.check_kept(says).await;
        let since = at.store.in_force_since("gpu", "ti:gpu", time("2026-03-09T00:00:00Z")).await;
        assert_eq!(since.expect("known"), time("2026-03-02T02:00:00Z"), "{says}");
        // The lock of the new file keeps others out.
        assert!(matches!(open_file(&at.path, "a test").await, Err(StoreError::InUse { .. })), "{says}");
    }
}

#[tokio::test]
async fn another_store_in_the_place_is_taken_up_and_what_was_shown_joins_it() {
    for says in ["moved there", "moved there while a log lies beside it", "copied over it"] {
        let at = InUse::start().await;
        let another = at.another().await;
        at.check().await.expect("nothing has happened");
        match says {
            "moved there" => {
                for ending in ["-wal", "-shm"] {
                    std::fs::remove_file(beside(&at.path, ending)).expect(says);
                }
                std::fs::rename(another, &at.path).expect(says);
            }
            "copied over it" => drop(std::fs::copy(another, &at.path).expect(says)),
            _ => std::fs::rename(another, &at.path).expect(says),
        }
        at.check().await.expect(says);
        let news = at.store.changes().await.expect(says);
        assert_eq!(news.requests, [(subject("cs.LG"), time("2026-03-02T02:00:00Z"))], "{says}");
        let there: Vec<String> = news.changes.iter().flat_map(lines).collect();
        for line in lines(&at.monday) {
            assert!(there.contains(&line), "{says}: {line} of {there:?}");
        }
        // Those of the other store have made room: no second is given twice.
        assert_eq!(there.len(), 26, "{says}");
        let mut seconds: Vec<_> =
            news.changes.iter().flat_map(|change| &change.events).map(|event| event.published).collect();
        seconds.sort_unstable();
        seconds.dedup();
        assert_eq!(seconds.len(), 26, "{says}");
        assert!(at.store.changes().await.expect(says).changes.is_empty(), "told once");
        at.check_kept(says).await;
    }
}

#[tokio::test]
async fn what_is_no_store_is_left_alone_until_it_is_taken_away() {
    let rubbish = b"this is no database, though it is long enough to be looked at as one ".repeat(200);
    for says in ["rubbish", "a folder", "another upstream"] {
        let at = InUse::start().await;
        std::fs::remove_file(&at.path).expect(says);
        match says {
            "rubbish" => std::fs::write(&at.path, &rubbish).expect(says),
            "a folder" => std::fs::create_dir(&at.path).expect(says),
            _ => {
                let other = at.folder.path().join("other.db");
                open_file(&other, "elsewhere").await.expect("a store").close().await;
                std::fs::rename(other, &at.path).expect(says);
            }
        }
        for _ in 0..2 {
            let error = at.check().await.expect_err(says).to_string();
            assert!(error.contains("crosslist.db`"), "{error}");
            let led = at.store.lead(std::time::Duration::ZERO).await.expect_err(says).to_string();
            assert_eq!(led, error, "{says}");
        }
        if says == "rubbish" {
            assert_eq!(std::fs::read(&at.path).expect(says), rubbish);
        }
        let away = at.folder.path().join("away");
        std::fs::rename(&at.path, away).expect(says);
        at.check().await.expect(says);
        at.check_kept(says).await;
    }
}

#[tokio::test]
async fn a_file_that_was_written_over_is_made_of_what_memory_holds() {
    let at = InUse::start().await;
    at.check().await.expect("its log is copied into it");
    std::fs::write(&at.path, b"rubbish ".repeat(9_000)).expect("written over");
    at.check().await.expect_err("no store");
    std::fs::remove_file(&at.path).expect("removed");
    at.check().await.expect("made of what memory holds");
    at.check_kept("written over").await;
}

#[tokio::test]
async fn a_log_that_was_removed_loses_nothing() {
    let at = InUse::start().await;
    for ending in ["-wal", "-shm"] {
        std::fs::remove_file(beside(&at.path, ending)).expect("removed");
    }
    at.check().await.expect("copied into the file");
    let copy = at.folder.path().join("copy.db");
    std::fs::copy(&at.path, &copy).expect("a copy");
    at.check_kept("without its log").await;
    let copy = Store::open_to_read(&file(&copy)).await.expect("a store").load(None).await.expect("read");
    assert_eq!(copy.changes.iter().flat_map(lines).count(), 19);
}

#[tokio::test]
async fn what_was_salvaged_is_taken_in_by_the_next_start() {
    let at = InUse::start().await;
    std::fs::remove_file(&at.path).expect("removed");
    std::fs::write(&at.path, b"rubbish ".repeat(9_000)).expect("a file");
    at.check().await.expect_err("no store");
    at.store.close().await;
    std::fs::remove_file(&at.path).expect("removed");
    let store = open_file(&at.path, "a test").await.expect("a store");
    let contents = store.load(None).await.expect("read");
    assert_eq!(contents.changes.iter().flat_map(lines).collect::<Vec<_>>(), lines(&at.monday));
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_file_and_may_look_into_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let first =
        Store::open_as(&file(&path), "a test", "`crosslist serve` at http://127.0.0.1:1, process 7").await;
    let first = first.expect("a store");
    let said = open_file(&path, "a test").await.expect_err("in use").to_string();
    assert!(
        said.contains("crosslist.db` is in use by `crosslist serve` at http://127.0.0.1:1, process 7"),
        "{said}"
    );
    assert!(Store::open_to_read(&file(&path)).await.is_ok());
    assert!(Store::open_beside(&file(&path), "a test", "").await.is_ok());
    first.close().await;
    assert!(open_file(&path, "a test").await.is_ok());
}

#[tokio::test]
async fn the_pause_is_left_to_the_next_process() {
    let hour = std::time::Duration::from_hours(1);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crosslist.db");
    let first = open_file(&path, "a test").await.expect("a store");
    assert_eq!(
        first.lead(std::time::Duration::ZERO).await.expect("leads"),
        Role::TookOver { rest: std::time::Duration::ZERO, ended_well: true }
    );
    first.confirm().await.expect("may ask");
    first.lead(hour / 360).await.expect("leads");
    first.resign().await;
    first.close().await;
    let second = open_file(&path, "a test").await.expect("a store");
    let Role::TookOver { rest, ended_well: true } =
        second.lead(std::time::Duration::ZERO).await.expect("leads")
    else {
        panic!("the first ended well")
    };
    assert!(rest <= hour / 360, "{rest:?}");
    // A long one holds also for one that is killed.
    second.confirm().await.expect("may ask");
    second.lead(hour).await.expect("leads");
    std::mem::forget(second);
    let left = std::fs::read_to_string(beside(&path, ".lock")).expect("the lock file");
    assert_eq!(left.lines().nth(1), Some("3600000"));
}

#[tokio::test]
async fn a_backup_removes_what_killed_ones_left_and_nothing_of_others() {
    let at = InUse::start().await;
    let folder = at.folder.path();
    for name in ["old.db.crosslist-partial", "old.db.crosslist-partial-journal", "mine.partial"] {
        std::fs::write(folder.join(name), "half").expect("a file");
    }
    let working = folder.join("working.db.crosslist-partial");
    std::fs::write(&working, "half").expect("a file");
    let held = crosslist::store::Lock::take(&working, "another backup").expect("free");
    backup(&Options::Sqlite(at.path.clone()), &folder.join("new.db"), &mut |_, _| ()).await.expect("written");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "data",
            "mine.partial",
            "new.db",
            "working.db.crosslist-partial",
            "working.db.crosslist-partial.lock"
        ]
    );
    drop(held);
}
