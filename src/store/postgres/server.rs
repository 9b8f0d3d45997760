//! Is this a PostgreSQL that can be used, and one that holds what we are about to add to?

use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::failure::postgres_failure;

/// The oldest PostgreSQL that is taken, as its number.
const VERSION_MIN: u32 = 13;

/// Is this a server that can be used?
pub(super) async fn check(connection: &mut PgConnection, path: &str) -> Result<(), StoreError> {
    let asked = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
         current_setting('server_encoding'), pg_is_in_recovery()",
    );
    let (number, version, encoding, is_standby): (i32, String, String, bool) =
        asked.fetch_one(connection).await.map_err(|error| postgres_failure(path, &error))?;
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
    Ok(())
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
