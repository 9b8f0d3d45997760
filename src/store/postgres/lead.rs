//! The statements about the lead, which one replica of all has.
//!
//! The lead is an advisory lock, which a session holds until it ends, and the session's connection is the one that
//! writes: what has lost the lock can write nothing.
//! A heartbeat notices within [`LEASE`] that the server has ended the session, and when the previous leader did not stop
//! by itself, the next one leaves the upstream alone for as long before its first request.

use std::time::Duration;

use sqlx::PgConnection;

use crate::store::connection::Connection;
use crate::store::contents::Role;
use crate::store::numbering;

/// How often the session is asked whether it still has the lock.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(2);

/// How long it may take to say so.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A leader that has lost its session has noticed after this time, and has given up the request that was under way.
const LEASE: Duration = Duration::from_secs(8);

/// A leader that has said nothing for so long hangs, and its session is ended; it speaks at every heartbeat.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// How long a wish is of interest; nobody waits longer for a read.
const WISH_KEPT: &str = "1 hour";

/// The first half of the lock's number, so that it is no other program's: the letters `xlst`.
const LOCK_CLASS: i64 = 0x786c_7374;

/// The lock and the channel of one schema of a database, told apart by a table's own number.
#[derive(Clone, Debug)]
pub(super) struct SchemaKey {
    pub(super) lock: i64,
    pub(super) channel: String,
}

impl SchemaKey {
    pub(super) async fn find(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let table: i64 =
            sqlx::query_scalar("SELECT 'leadership'::regclass::oid::bigint").fetch_one(connection).await?;
        Ok(Self { lock: LOCK_CLASS << 32 | table, channel: format!("crosslist_{table}") })
    }
}

/// Takes the lock when it is free.
pub(super) async fn take(connection: &mut PgConnection, key: &SchemaKey) -> Result<Role, sqlx::Error> {
    // A network that has gone is noticed by the server too, so that the lock comes free; not sooner than by us.
    for set in
        ["SET tcp_keepalives_idle = 15", "SET tcp_keepalives_interval = 5", "SET tcp_keepalives_count = 3"]
    {
        sqlx::query(set).execute(&mut *connection).await?;
    }
    let is_free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(key.lock)
        .fetch_one(&mut *connection)
        .await?;
    if !is_free {
        end_silent(connection, key).await?;
        return Ok(Role::Follows);
    }
    sqlx::query("DELETE FROM wishes WHERE wished_at < clock_timestamp() - $1::interval")
        .bind(WISH_KEPT)
        .execute(&mut *connection)
        .await?;
    let (ended_well, rest): (bool, f64) = sqlx::query_as(
        "UPDATE leadership AS now SET ended_well = FALSE FROM leadership AS before RETURNING before.ended_well, \
         greatest(0, extract(epoch FROM before.rest_until - clock_timestamp()))::float8",
    )
    .fetch_one(connection)
    .await?;
    let rest = Duration::try_from_secs_f64(rest).unwrap_or_default();
    Ok(Role::TookOver { rest: if ended_well { rest } else { rest.max(LEASE) }, ended_well })
}

/// Ends the session that has the lock when its process lives, so that the server does not free it, but does nothing.
async fn end_silent(connection: &mut PgConnection, key: &SchemaKey) -> Result<(), sqlx::Error> {
    let ended = sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) \
         WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = $1 \
         AND datname = current_database() AND database = datid \
         AND state <> 'active' AND state_change < clock_timestamp() - make_interval(secs => $2)",
    )
    .bind(key.lock)
    .bind(SILENT_MAX.as_secs_f64())
    .execute(connection)
    .await?;
    if ended.rows_affected() > 0 {
        tracing::warn!(silent_seconds_max = SILENT_MAX.as_secs(), "ended the session of a leader that hangs");
    }
    Ok(())
}

/// Asks the session itself; a pooler that shares sessions out is found out as well.
pub(super) async fn confirm(connection: &mut PgConnection, key: &SchemaKey) -> Result<(), sqlx::Error> {
    let is_held: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() \
         AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = $1)",
    )
    .bind(key.lock)
    .fetch_one(connection)
    .await?;
    if is_held { Ok(()) } else { Err(sqlx::Error::Protocol("the session has lost the lock".to_owned())) }
}

/// Remembers for the next leader for how long the upstream is to be left alone.
pub(super) async fn rest(connection: &mut PgConnection, rest: Duration) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE leadership SET rest_until = clock_timestamp() + make_interval(secs => $1)")
        .bind(rest.as_secs_f64())
        .execute(connection)
        .await
        .map(drop)
}

/// Is there a replica besides this one? Each has one session that listens.
pub(super) async fn is_shared(connection: &mut PgConnection, key: &SchemaKey) -> Result<bool, sqlx::Error> {
    let select =
        "SELECT count(*) > 1 FROM pg_stat_activity WHERE datname = current_database() AND query = $1";
    sqlx::query_scalar(select).bind(format!("LISTEN \"{}\"", key.channel)).fetch_one(connection).await
}

/// Leaves the lead to others.
pub(super) async fn release(connection: &mut PgConnection, key: &SchemaKey) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE leadership SET ended_well = TRUE").execute(&mut *connection).await?;
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(key.lock).execute(&mut *connection).await?;
    numbering::notify(&mut Connection::Postgres(connection)).await
}
