//! What a store on PostgreSQL survives and refuses, and how replicas share it.

use std::time::Duration;

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::outcome::ReadOutcome;
use crosslist::domain::verdict::Verdict;
use crosslist::store::{Address, PendingRead, Role, Store, StoreError};

use crate::support::database::Database;
use crate::support::sample::{MONDAY, TUESDAY, announcement, lines, outcome, subject, time};
use crate::support::store::open_database;

async fn open(database: &Database) -> Store {
    open_database(&database.address(), "a test").await.expect("a store")
}

async fn leader(database: &Database) -> Store {
    let store = open(database).await;
    let role = store.lead(Duration::ZERO).await.expect("a role");
    assert!(matches!(role, Role::TookOver { .. }), "{role:?}");
    store
}

#[tokio::test]
async fn ids_and_dates_are_the_same_after_a_restart_without_a_proper_end() {
    let Some(database) = Database::make().await else { return };
    let monday = announcement(MONDAY, "cs.DC");
    let store = leader(&database).await;
    let before = store.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    database.end_sessions_that_hold_a_lock().await;
    let store = leader(&database).await;
    assert_eq!(store.load(None).await.expect("read back").changes[0].events, before.events);
    let again = store.record(&monday, &outcome(&monday), time("2026-03-09T02:00:00Z")).await.expect("kept");
    assert_eq!(lines(&again), lines(&before));
}

#[tokio::test]
async fn a_store_of_another_upstream_is_refused() {
    let Some(database) = Database::make().await else { return };
    open(&database).await.close().await;
    let error = open_database(&database.address(), "a replay").await.expect_err("filled from elsewhere");
    let said = error.to_string();
    assert!(said.contains("was filled from a test and this is a replay"), "{said}");
}

#[tokio::test]
async fn a_schema_that_only_adds_is_used_and_one_that_does_more_is_refused() {
    let Some(database) = Database::make().await else { return };
    let old = leader(&database).await;
    let reader = open(&database).await;
    let monday = announcement(MONDAY, "cs.DC");
    old.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    reader.load(None).await.expect("read");
    // What a later crosslist does while this one runs on.
    database
        .execute(
            "ALTER TABLE events ADD COLUMN extra TEXT; ALTER TABLE days ADD COLUMN extra BIGINT NOT NULL DEFAULT 0; \
             ALTER TABLE reads ADD COLUMN extra TEXT; ALTER TABLE memberships ADD COLUMN extra TEXT; \
             ALTER TABLE requests ADD COLUMN extra TEXT; ALTER TABLE wishes ADD COLUMN extra TEXT; \
             INSERT INTO _sqlx_migrations SELECT 9000, 'later', installed_on, success, checksum, 0 FROM _sqlx_migrations LIMIT 1",
        )
        .await;
    let tuesday = announcement(TUESDAY, "cs.DC");
    old.record(&tuesday, &outcome(&tuesday), time("2026-03-03T02:00:00Z")).await.expect("kept");
    assert_eq!(reader.changes().await.expect("read").changes.len(), 1);
    assert_eq!(open(&database).await.load(None).await.expect("read").changes.len(), 2);
    database.execute("UPDATE compatibility SET oldest = 9000").await;
    let error = open_database(&database.address(), "a test").await.expect_err("too new");
    assert!(matches!(error, StoreError::Newer { found: 9000, known: 5, .. }), "{error}");
}

#[tokio::test]
async fn a_store_of_an_earlier_schema_keeps_every_id_and_date() {
    let Some(database) = Database::make().await else { return };
    let monday = announcement(MONDAY, "cs.DC");
    let store = leader(&database).await;
    let before = store.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    store.resign().await;
    store.close().await;
    database
        .execute(
            "ALTER TABLE memberships DROP COLUMN first_type; DELETE FROM _sqlx_migrations WHERE version = 5",
        )
        .await;
    let store = leader(&database).await;
    assert_eq!(store.load(None).await.expect("read back").changes[0].events, before.events);
    let mut entry = monday.entries[0].clone();
    entry.announce_type = AnnounceType::Replace;
    let changes = store.correct(monday.subject, monday.date, &[entry], time("2026-03-02T05:00:00Z")).await;
    let event = &changes.expect("corrected")[0].events[0];
    assert_eq!((event.announce_type, event.id_suffix()), (AnnounceType::Replace, String::new()));
    assert_eq!(event.published, before.events[0].published);
}

#[tokio::test]
async fn a_schema_that_is_half_made_is_named() {
    let Some(database) = Database::make().await else { return };
    open(&database).await.close().await;
    database.execute("ALTER TABLE revised_days RENAME TO gone").await;
    let said =
        open_database(&database.address(), "a test").await.expect_err("a table is missing").to_string();
    assert!(said.contains("the table `revised_days` is missing; restore a backup"), "{said}");
    database.execute("UPDATE _sqlx_migrations SET success = FALSE").await;
    let said = open_database(&database.address(), "a test").await.expect_err("half migrated").to_string();
    assert!(said.contains("half migrated at version 1"), "{said}");
}

#[tokio::test]
async fn what_keeps_a_database_from_being_opened_is_said_with_what_would_help() {
    let Some(database) = Database::make().await else { return };
    database
        .execute("CREATE ROLE crosslist_test_guest LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        .await;
    let with = |name: &str, user: &str| {
        let mut url: url::Url = database.url().parse().expect("an address");
        url.set_path(name);
        url.set_username(user).expect("a user");
        url.as_str().parse::<Address>().expect("an address")
    };
    let own: url::Url = database.url().parse().expect("an address");
    let (name, user) = (own.path().to_owned(), own.username().to_owned());
    let mut nobody: url::Url = "postgres://ann:s3cret@127.0.0.1/feeds".parse().expect("an address");
    nobody.set_port(Some(closed_port())).expect("a port");
    for (address, said) in [
        (with("/no_such_database", &user), "\"no_such_database\" does not exist; make it with createdb"),
        (with(&name, "no_such_user"), "check the user and `sslmode` in `store.url`"),
        (with(&name, "crosslist_test_guest"), "make this user the owner of the database"),
        (nobody.as_str().parse().expect("an address"), "no PostgreSQL answers there"),
    ] {
        let error = open_database(&address, "a test").await.expect_err(said).to_string();
        assert!(error.contains(said) && !error.contains("s3cret"), "{error}");
    }
    database.execute("DROP ROLE crosslist_test_guest").await;
}

/// A port that nothing listens on.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[tokio::test]
async fn replicas_that_open_an_empty_database_at_once_all_find_it_made() {
    let Some(database) = Database::make().await else { return };
    let opened = futures_util::future::join_all((0..6).map(|_| open(&database))).await;
    let mut leaders = 0;
    for store in &opened {
        leaders += u32::from(store.lead(Duration::ZERO).await.expect("a role") != Role::Follows);
    }
    assert_eq!(leaders, 1);
}

#[tokio::test]
async fn one_leads_at_a_time_and_only_that_one_writes() {
    let Some(database) = Database::make().await else { return };
    let monday = announcement(MONDAY, "cs.DC");
    let seen = time("2026-03-02T02:00:00Z");
    let first = leader(&database).await;
    let second = open(&database).await;
    assert_eq!(second.lead(Duration::ZERO).await, Ok(Role::Follows));
    assert_eq!(second.confirm().await, Err(StoreError::NotLeading));
    assert_eq!(second.record(&monday, &outcome(&monday), seen).await, Err(StoreError::NotLeading));
    assert_eq!(first.lead(Duration::from_secs(100)).await, Ok(Role::Leads));
    first.resign().await;
    assert_eq!(first.record(&monday, &outcome(&monday), seen).await, Err(StoreError::NotLeading));
    let role = second.lead(Duration::ZERO).await.expect("a role");
    let Role::TookOver { rest, ended_well: true } = role else { panic!("{role:?}") };
    assert!(rest > Duration::from_secs(90), "{rest:?}");
    second.record(&monday, &outcome(&monday), seen).await.expect("kept");
}

#[tokio::test]
async fn a_leader_whose_session_was_ended_writes_nothing_more_and_hears_of_it() {
    let Some(database) = Database::make().await else { return };
    let monday = announcement(MONDAY, "cs.DC");
    let seen = time("2026-03-02T02:00:00Z");
    let first = leader(&database).await;
    let second = open(&database).await;
    database.end_sessions_that_hold_a_lock().await;
    let role = second.lead(Duration::ZERO).await.expect("a role");
    let Role::TookOver { rest, ended_well: false } = role else { panic!("{role:?}") };
    assert!(rest >= Duration::from_secs(8), "{rest:?}");
    // The heartbeat finds it without anyone's asking.
    first.lost().await;
    assert!(first.confirm().await.is_err());
    assert_eq!(first.record(&monday, &outcome(&monday), seen).await, Err(StoreError::NotLeading));
    assert_eq!(first.lead(Duration::ZERO).await, Ok(Role::Follows));
}

#[tokio::test]
async fn a_store_that_is_closed_while_its_leader_is_busy_ends_suddenly_for_the_next_one() {
    let Some(database) = Database::make().await else { return };
    leader(&database).await.close().await;
    let role = open(&database).await.lead(Duration::ZERO).await.expect("a role");
    assert!(matches!(role, Role::TookOver { ended_well: false, .. }), "{role:?}");
}

#[tokio::test]
async fn what_one_writes_is_news_to_the_others_once() {
    let Some(database) = Database::make().await else { return };
    let (writer, reader) = (leader(&database).await, open(&database).await);
    reader.load(Some(30)).await.expect("read");
    let monday = announcement(MONDAY, "cs.DC");
    let kept = writer.record(&monday, &outcome(&monday), time("2026-03-02T02:00:00Z")).await.expect("kept");
    let failed = ReadOutcome { verdict: Verdict::Unreachable, date: None, ..outcome(&monday) };
    writer.note(&failed, time("2026-03-02T03:00:00Z")).await.expect("kept");
    writer.request(subject("cs.LG"), time("2026-03-02T03:00:00Z")).await.expect("kept");
    reader.changed().await;
    let news = reader.changes().await.expect("read");
    assert_eq!(news.changes[0].events, kept.events);
    assert_eq!(news.days[0].verdict, Verdict::Complete);
    let verdicts: Vec<Verdict> = news.reads.iter().map(|(outcome, _)| outcome.verdict).collect();
    assert_eq!(verdicts, [Verdict::Complete, Verdict::Unreachable]);
    assert_eq!(news.requests, [(subject("cs.LG"), time("2026-03-02T03:00:00Z"))]);
    for store in [&reader, &writer] {
        let again = store.changes().await.expect("read");
        assert!(again.changes.is_empty() && again.reads.is_empty(), "{again:?}");
    }
}

#[tokio::test]
async fn a_version_that_is_caught_up_is_news_of_the_replacement_also_to_the_one_that_writes() {
    let Some(database) = Database::make().await else { return };
    let (writer, reader) = (leader(&database).await, open(&database).await);
    let mut tuesday = announcement(TUESDAY, "cs.DC");
    tuesday.entries.truncate(1);
    tuesday.entries[0].announce_type = AnnounceType::Replace;
    let mut monday = announcement(MONDAY, "cs.LG");
    monday.entries.truncate(1);
    monday.entries[0].paper = tuesday.entries[0].paper.clone();
    for day in [&tuesday, &monday] {
        writer.record(day, &outcome(day), time("2026-03-20T00:00:00Z")).await.expect("kept");
    }
    let fresh = open(&database).await.load(None).await.expect("read").changes;
    assert!(fresh.iter().any(|change| change.events[0].earlier.is_some()));
    for store in [&reader, &writer] {
        let news = store.changes().await.expect("read").changes;
        let replaced =
            news.iter().rfind(|change| change.subject == tuesday.subject).expect("news of Tuesday");
        assert!(fresh.contains(replaced), "{replaced:?}");
    }
    writer.prune(monday.date.tomorrow().expect("a day")).await.expect("forgotten");
    for store in [&reader, &writer] {
        let news = store.changes().await.expect("read").changes;
        assert_eq!(news.len(), 1);
        assert_eq!(news[0].events[0].earlier, None);
    }
}

#[tokio::test]
async fn a_wish_is_open_until_it_is_granted() {
    let Some(database) = Database::make().await else { return };
    let (leading, asking) = (leader(&database).await, open(&database).await);
    let wish = PendingRead { id: 0, subject: subject("cs.LG"), again: false, filled: true };
    let id = asking.request_read(wish).await.expect("wished");
    let wishes = leading.changes().await.expect("read").pending_reads;
    assert_eq!(wishes, [PendingRead { id, ..wish }]);
    leading.finish_reads(&[id]).await.expect("granted");
    assert!(asking.changes().await.expect("read").pending_reads.is_empty());
}

#[tokio::test]
async fn a_backup_that_is_restored_under_a_running_replica_is_read_again() {
    let Some(database) = Database::make().await else { return };
    let (writer, reader) = (leader(&database).await, open(&database).await);
    for file in [MONDAY, TUESDAY] {
        let day = announcement(file, "cs.DC");
        writer.record(&day, &outcome(&day), time("2026-03-20T00:00:00Z")).await.expect("kept");
    }
    reader.changes().await.expect("read");
    database
        .execute(
            "DELETE FROM reads WHERE listing_date = '2026-03-03'; DELETE FROM events WHERE listing_date = '2026-03-03'; \
             DELETE FROM days WHERE listing_date = '2026-03-03'; DELETE FROM revised_days WHERE listing_date = '2026-03-03'",
        )
        .await;
    assert_eq!(reader.changes().await.expect("read").changes.len(), 1);
}
