//! How does a store of an earlier version become one of today?
//!
//! Migrations are part of the program and only go forward; a file's text never changes once it was released.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{SqlStr, SqlitePool};

use super::StoreError;
use super::failure::open_failure;

/// Version, what it does, and the statements.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "events, memberships, days, reads, requests", include_str!("0001_first.sql")),
    (2, "rules of feeds", include_str!("0002_rules.sql")),
];

/// Brings the schema up to date; a schema that is newer than this program is refused and left alone.
pub(super) async fn run(pool: &SqlitePool, path: &str) -> Result<(), StoreError> {
    let migration = |(version, what, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, what.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    let migrator = Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect());
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    migrator.run(pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(found) => StoreError::Newer { path: path.to_owned(), found, known },
        MigrateError::Execute(error) => open_failure(path, &error),
        other => StoreError::Open { path: path.to_owned(), reason: other.to_string() },
    })
}
