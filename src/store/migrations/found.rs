//! Tells a store of ours from the database of another program, and a whole one from one that lacks tables.
//!
//! It is checked before anything is made, and again when the schema is up to date.

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::store::error::StoreError;
use crate::store::failure::{damaged, open_failure, postgres_failure};
use crate::store::schema::TABLES;

/// Where sqlx writes down which migrations were applied, for whichever program.
const APPLIED: &str = "_sqlx_migrations";

/// Tables by which a store of ours is known.
const MARKS: [&str; 2] = ["identity", "memberships"];

/// What a database of PostgreSQL has besides the tables that are copied, with what is read of it; each has one row.
const POSTGRES_ROWS: [(&str, &str); 3] =
    [("compatibility", "oldest"), ("leadership", "ended_well, rest_until"), ("revisions", "last_value")];

/// SQLSTATEs of a table and of a column that is not there.
const MISSING: [&str; 2] = ["42P01", "42703"];

/// Refuses a database in which another program has what would have a name of ours; `names` are those of all tables.
pub(super) async fn refuse_foreign_postgres(
    connection: &mut PgConnection,
    path: &str,
    names: &[&str],
) -> Result<(), StoreError> {
    let asked = async {
        // One moment, for another replica may be making the tables just now.
        let mut transaction =
            connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let select = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace \
                      AND (relname = ANY($1) OR relname = $2)";
        let found: Vec<String> =
            sqlx::query_scalar(select).bind(names).bind(APPLIED).fetch_all(&mut *transaction).await?;
        let is_applied = found.iter().any(|name| name == APPLIED)
            && sqlx::query_scalar("SELECT EXISTS (SELECT FROM _sqlx_migrations)")
                .fetch_one(&mut *transaction)
                .await?;
        transaction.rollback().await?;
        Ok((found, is_applied))
    };
    let (found, is_applied) = asked.await.map_err(|error: sqlx::Error| postgres_failure(path, &error))?;
    let own = "name another database, or give crosslist a schema of its own with `options=-csearch_path%3Dcrosslist`";
    refuse(path, foreign(&found, is_applied), own)
}

/// Refuses a file of another program.
pub(super) async fn refuse_foreign_sqlite(
    connection: &mut SqliteConnection,
    path: &str,
) -> Result<(), StoreError> {
    let asked = async {
        let mut transaction = connection.begin().await?;
        let mut found: Vec<String> =
            sqlx::query_scalar("SELECT name FROM sqlite_schema").fetch_all(&mut *transaction).await?;
        found.retain(|name| {
            name == APPLIED || MARKS.contains(&name.as_str()) || TABLES.iter().any(|table| table.name == name)
        });
        let is_applied = found.iter().any(|name| name == APPLIED)
            && sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM _sqlx_migrations)")
                .fetch_one(&mut *transaction)
                .await?;
        Ok((found, is_applied))
    };
    let (found, is_applied) = asked.await.map_err(|error: sqlx::Error| open_failure(path, &error))?;
    refuse(path, foreign(&found, is_applied), "name another file")
}

/// Sees to it that a database has every column and every single row that is asked for later.
pub(super) async fn check_postgres(
    connection: &mut PgConnection,
    path: &str,
    version: i64,
) -> Result<(), StoreError> {
    let incomplete = |what: &str| StoreError::Open {
        path: path.to_owned(),
        reason: format!(
            "its schema says version {version}, but {what}; restore a backup, or name another database"
        ),
    };
    let probes = TABLES.iter().map(|table| (table.name, table.names(), "LIMIT 0"));
    let rows = POSTGRES_ROWS.iter().map(|(table, columns)| (*table, (*columns).to_owned(), ""));
    for (table, columns, limit) in probes.chain(rows) {
        let select = AssertSqlSafe(format!("SELECT {columns} FROM {table} {limit}"));
        match sqlx::query(select).fetch_optional(&mut *connection).await {
            Ok(None) if limit.is_empty() => return Err(incomplete(&format!("`{table}` has no row"))),
            Ok(_) => {}
            Err(sqlx::Error::Database(error)) if MISSING.contains(&&*error.code().unwrap_or_default()) => {
                return Err(incomplete(error.message()));
            }
            Err(error) => return Err(postgres_failure(path, &error)),
        }
    }
    Ok(())
}

/// Sees to it that a file has every table and column.
pub(super) async fn check_sqlite(connection: &mut SqliteConnection, path: &str) -> Result<(), StoreError> {
    for table in &TABLES {
        let select = AssertSqlSafe(format!("SELECT {} FROM {} LIMIT 0", table.names(), table.name));
        match sqlx::query(select).fetch_optional(&mut *connection).await {
            Ok(_) => {}
            Err(sqlx::Error::Database(error)) if error.message().starts_with("no such ") => {
                return Err(damaged(path, error.message()));
            }
            Err(error) => return Err(open_failure(path, &error)),
        }
    }
    Ok(())
}

/// The name that is another program's: a table like ours before we made any, or migrations that made none of ours.
fn foreign(found: &[String], is_applied: bool) -> Option<&str> {
    if is_applied {
        let is_ours = found.iter().any(|name| MARKS.contains(&name.as_str()));
        return (!is_ours).then_some(APPLIED);
    }
    found.iter().map(String::as_str).find(|name| *name != APPLIED)
}

fn refuse(path: &str, foreign: Option<&str>, instead: &str) -> Result<(), StoreError> {
    let Some(name) = foreign else { return Ok(()) };
    Err(StoreError::Open {
        path: path.to_owned(),
        reason: format!("there is a table `{name}` of another program; {instead}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &[&str], is_applied: bool, expected: Option<&str>) {
        let found: Vec<String> = found.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(foreign(&found, is_applied), expected, "{found:?}");
    }

    #[test]
    fn a_table_of_another_program_is_told_from_ours() {
        check(&[], false, None);
        check(&[APPLIED], false, None);
        check(&["events"], false, Some("events"));
        check(&[APPLIED, "events"], false, Some("events"));
        check(&[APPLIED, "events"], true, Some(APPLIED));
        check(&[APPLIED], true, Some(APPLIED));
        check(&[APPLIED, "identity", "memberships", "events"], true, None);
        check(&[APPLIED, "memberships"], true, None);
    }
}
