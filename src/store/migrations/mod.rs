//! Brings the schema of a store of an earlier version up to date.
//!
//! Migrations are part of the program and only go forward; a file's text never changes once it was released.

mod found;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection, PgConnection, SqlStr, SqliteConnection};

use super::error::StoreError;
use super::failure::{damaged, open_failure, postgres_failure};

/// Version, what it does, and the statements.
type Statements = (i64, &'static str, &'static str);

const SQLITE: [Statements; 6] = [
    (1, "events, memberships, days, reads, requests", include_str!("sqlite/0001_first.sql")),
    (2, "rules of feeds", include_str!("sqlite/0002_rules.sql")),
    (3, "subscriptions, intents, announced, deliveries", include_str!("sqlite/0003_push.sql")),
    (4, "checks of days", include_str!("sqlite/0004_checks.sql")),
    (5, "back-off", include_str!("sqlite/0005_back_off.sql")),
    (6, "first types", include_str!("sqlite/0006_first_type.sql")),
];

/// One that does more than add raises `compatibility.oldest` to its own version.
const POSTGRES: [Statements; 5] = [
    (
        1,
        "events, memberships, days, reads, requests, rules, replicas",
        include_str!("postgres/0001_first.sql"),
    ),
    (2, "subscriptions, intents, announced, deliveries", include_str!("postgres/0002_push.sql")),
    (3, "checks of days", include_str!("postgres/0003_checks.sql")),
    (4, "back-off", include_str!("postgres/0004_back_off.sql")),
    (5, "first types", include_str!("postgres/0005_first_type.sql")),
];

/// What is there after the migrations.
const POSTGRES_TABLES: [&str; 16] = [
    "identity",
    "compatibility",
    "leadership",
    "events",
    "memberships",
    "days",
    "reads",
    "requests",
    "rules",
    "revised_days",
    "wishes",
    "subscriptions",
    "intents",
    "announced",
    "deliveries",
    "back_off",
];

/// Brings a file's schema up to date; a schema that is newer than this program is refused and left alone.
pub(super) async fn run_sqlite(connection: &mut SqliteConnection, path: &str) -> Result<(), StoreError> {
    found::refuse_foreign_sqlite(connection, path).await?;
    // By this way the compiler can tell that the work may change threads, for which `run` is too general.
    migrator(&SQLITE).run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::VersionMissing(found) => newer(path, found, &SQLITE),
        MigrateError::Dirty(version) => {
            damaged(path, &format!("its schema is half migrated at version {version}"))
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => open_failure(path, &error),
        other => unexpected(path, &other),
    })?;
    found::check_sqlite(connection, path).await
}

/// Is a file's schema up to date? Asked before anything is made, so that one without any is not.
pub(super) async fn is_current_sqlite(connection: &mut SqliteConnection) -> bool {
    let newest = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(connection).await;
    newest.is_ok_and(|newest: Option<i64>| newest >= Some(latest(&SQLITE)))
}

/// Brings a database's schema up to date.
///
/// One that is newer is used as it is where it only adds to what this program knows, so that replicas can be upgraded
/// one after another; else it is refused and left alone.
pub(super) async fn run_postgres(connection: &mut PgConnection, path: &str) -> Result<(), StoreError> {
    found::refuse_foreign_postgres(connection, path, &POSTGRES_TABLES).await?;
    let known = latest(&POSTGRES);
    let found = postgres_version(connection, path).await?;
    if found > known {
        let oldest: Option<i64> = sqlx::query_scalar("SELECT oldest FROM compatibility")
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| postgres_failure(path, &error))?;
        if oldest.is_none_or(|oldest| oldest > known) {
            return Err(newer(path, found, &POSTGRES));
        }
        tracing::warn!(
            schema.found = found,
            schema.known = known,
            "the store was made by a newer crosslist; it can be used by this one until that is upgraded too"
        );
    }
    let mut migrator = migrator(&POSTGRES);
    migrator.set_ignore_missing(true);
    let half = |version: i64| StoreError::Open {
        path: path.to_owned(),
        reason: format!(
            "its schema is half migrated at version {version}; restore a backup, or name another database"
        ),
    };
    migrator.run(&mut *connection).await.map_err(|error| match error {
        MigrateError::Dirty(version) => half(version),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            postgres_failure(path, &error)
        }
        other => unexpected(path, &other),
    })?;
    for table in POSTGRES_TABLES {
        let is_there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
            .bind(table)
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| postgres_failure(path, &error))?;
        if !is_there {
            let reason = format!(
                "its schema says version {}, but the table `{table}` is missing; restore a backup, or name another database",
                known.max(found)
            );
            return Err(StoreError::Open { path: path.to_owned(), reason });
        }
    }
    found::check_postgres(connection, path, known.max(found)).await
}

/// The newest version that was applied; 0 for an empty database.
async fn postgres_version(connection: &mut PgConnection, path: &str) -> Result<i64, StoreError> {
    let read = async {
        let mut transaction = connection.begin().await?;
        let is_new: bool =
            sqlx::query_scalar("SELECT to_regclass(format('%I._sqlx_migrations', current_schema())) IS NULL")
                .fetch_one(&mut *transaction)
                .await?;
        if is_new {
            return Ok(0);
        }
        sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
            .fetch_one(&mut *transaction)
            .await
    };
    read.await.map_err(|error: sqlx::Error| postgres_failure(path, &error))
}

/// What else may go wrong with a migration; the driver's words fit.
fn unexpected(path: &str, error: &MigrateError) -> StoreError {
    let reason = match error {
        MigrateError::VersionMismatch(version) => {
            format!("version {version} of its schema is not this program's; was it made by another build?")
        }
        other => other.to_string(),
    };
    StoreError::Open { path: path.to_owned(), reason }
}

fn migrator(statements: &'static [Statements]) -> Migrator {
    let migration = |(version, what, sql): &Statements| {
        Migration::new(*version, (*what).into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(statements.iter().map(migration).collect())
}

fn latest(statements: &[Statements]) -> i64 {
    statements.iter().map(|(version, ..)| *version).max().unwrap_or_default()
}

fn newer(path: &str, found: i64, statements: &[Statements]) -> StoreError {
    StoreError::Newer { path: path.to_owned(), found, known: latest(statements) }
}
