//! Checks that a PostgreSQL can be used, and that it was filled from the same upstream.

use sqlx::{Connection, PgConnection, Row};

use crate::store::error::StoreError;
use crate::store::failure::{postgres_failure, shared_sessions};

/// The oldest PostgreSQL that is taken, as its number.
const VERSION_MIN: u32 = 13;

/// Number, version, encoding, is it a standby, is it read only, has it no schema for us, and where was one looked for.
type Told = (i32, String, String, bool, bool, bool, String);

/// Refuses a server that cannot be used.
///
/// What it says of tables that are there already is not for the log.
pub(super) async fn check(connection: &mut PgConnection, path: &str) -> Result<(), StoreError> {
    let asked = async {
        sqlx::query("SET client_min_messages = warning").execute(&mut *connection).await?;
        sqlx::query_as(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
             current_setting('server_encoding'), pg_is_in_recovery(), \
             current_setting('transaction_read_only')::boolean, current_schema() IS NULL, \
             current_setting('search_path')",
        )
        .fetch_one(connection)
        .await
    };
    let asked: Result<Told, sqlx::Error> = asked.await;
    let (number, version, encoding, is_standby, is_read_only, is_nowhere, search_path) =
        asked.map_err(|error| postgres_failure(path, &error))?;
    let refuse = |reason: String| Err(StoreError::Open { path: path.to_owned(), reason });
    if is_too_old(number) {
        return Err(StoreError::TooOld { path: path.to_owned(), found: version, least: VERSION_MIN });
    }
    if encoding != "UTF8" {
        return refuse(format!(
            "its encoding is {encoding}; make it with createdb --encoding=UTF8 --template=template0"
        ));
    }
    if is_standby {
        return refuse("it is a standby, which takes no writes; name the primary".to_owned());
    }
    if is_read_only {
        return refuse("its transactions are read only; see `default_transaction_read_only`".to_owned());
    }
    if is_nowhere {
        return refuse(format!(
            "its `search_path` is `{search_path}`, and no such schema is there; make it with CREATE SCHEMA"
        ));
    }
    Ok(())
}

/// Makes sure that each of two connections has a session of its own, which a pooler of transactions does not give.
///
/// Such a one lends the session that the first left a moment ago to the second, which then keeps it for a transaction.
pub(super) async fn refuse_shared_sessions(
    first: &mut PgConnection,
    second: &mut PgConnection,
    path: &str,
) -> Result<(), StoreError> {
    let asked = async {
        let before = session(first).await?;
        let mut transaction = second.begin().await?;
        let other = session(&mut transaction).await?;
        let after = session(first).await?;
        transaction.rollback().await?;
        Ok(before == after && before != other)
    };
    let are_apart = asked.await.map_err(|error: sqlx::Error| postgres_failure(path, &error))?;
    if are_apart { Ok(()) } else { Err(shared_sessions(path)) }
}

/// Which session of the server does what this connection asks.
async fn session(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    // Not prepared, for that would belong to the session.
    sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(connection).await?.try_get(0)
}

/// `server_version_num` has four digits behind the major version.
fn is_too_old(number: i32) -> bool {
    u32::try_from(number / 10_000).unwrap_or(0) < VERSION_MIN
}

/// Remembers where the store is filled from, or compares.
pub(super) async fn claim(
    connection: &mut PgConnection,
    path: &str,
    upstream: &str,
) -> Result<(), StoreError> {
    let claimed = async {
        sqlx::query("INSERT INTO identity (id, upstream) VALUES (1, $1) ON CONFLICT DO NOTHING")
            .bind(upstream)
            .execute(&mut *connection)
            .await?;
        sqlx::query_scalar("SELECT upstream FROM identity").fetch_one(connection).await
    };
    let filled_from: String = claimed.await.map_err(|error: sqlx::Error| postgres_failure(path, &error))?;
    if filled_from == upstream {
        return Ok(());
    }
    Err(StoreError::OtherUpstream { path: path.to_owned(), filled_from, upstream: upstream.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postgresql_before_13_is_too_old() {
        assert!(is_too_old(120_022));
        assert!(is_too_old(90_624));
        assert!(!is_too_old(130_000));
        assert!(!is_too_old(180_001));
    }
}
