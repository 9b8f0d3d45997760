//! Turns errors of the databases into errors that say what the operator can do.

use std::io;
use std::time::Duration;

use super::error::StoreError;

/// Primary result codes of SQLite, <https://www.sqlite.org/rescode.html>.
const SQLITE_BUSY: i32 = 5;
const SQLITE_READONLY: i32 = 8;
const SQLITE_IOERR: i32 = 10;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;

/// What a pooler in between must do.
const POOLER: &str = "a pooler such as PgBouncer must pool sessions: `pool_mode = session` and \
                      `ignore_startup_parameters = extra_float_digits`";

/// An error while the file was opened.
pub(super) fn open_failure(path: &str, error: &sqlx::Error) -> StoreError {
    at_opening(path, failed(path, error))
}

/// An error while the file was used.
pub(super) fn failed(path: &str, error: &sqlx::Error) -> StoreError {
    let code = sqlite_code(error);
    if matches!(code, Some(SQLITE_CORRUPT | SQLITE_NOTADB)) {
        return damaged(path, &plain(error));
    }
    match error {
        sqlx::Error::Decode(error) | sqlx::Error::ColumnDecode { source: error, .. } => {
            damaged(path, &error.to_string())
        }
        other => {
            let reason = format!("{}{}", plain(other), code.map_or("", advice));
            StoreError::Failed { path: path.to_owned(), reason }
        }
    }
}

/// What to do about a primary result code of SQLite.
fn advice(code: i32) -> &'static str {
    match code {
        SQLITE_READONLY | SQLITE_CANTOPEN => {
            "; it and its folder must be there and writable for this user, on a disk that takes writes"
        }
        SQLITE_FULL => "; make room on its disk",
        SQLITE_IOERR => "; is its disk full, read-only or failing?",
        SQLITE_BUSY => "; another program keeps it so",
        _ => "",
    }
}

/// An error while a store is opened: it cannot be opened.
pub(super) fn at_opening(path: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::Failed { reason, .. } => StoreError::Open { path: path.to_owned(), reason },
        known => known,
    }
}

/// The primary result code.
fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    let sqlx::Error::Database(error) = error else { return None };
    Some(error.code()?.parse::<i32>().ok()? & 0xff)
}

/// What the database says, without the driver's words around it.
fn plain(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

pub(super) fn damaged(path: &str, reason: &str) -> StoreError {
    StoreError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}

/// An error of PostgreSQL, with what would help where that is known.
pub(super) fn postgres_failure(path: &str, error: &sqlx::Error) -> StoreError {
    let path = path.to_owned();
    match error {
        sqlx::Error::Database(error) => {
            let (code, message) = (error.code().unwrap_or_default(), error.message());
            match (advice_to_open(&code, message), advice_to_go_on(&code)) {
                (Some(advice), _) => StoreError::Open { path, reason: format!("{message}; {advice}") },
                (None, Some(advice)) => StoreError::Failed { path, reason: format!("{message}; {advice}") },
                (None, None) => StoreError::Failed { path, reason: message.to_owned() },
            }
        }
        sqlx::Error::Decode(error) | sqlx::Error::ColumnDecode { source: error, .. } => {
            StoreError::Failed { path, reason: format!("it is damaged: {error}; restore a backup") }
        }
        // Of `too_late`; a network that gave up has a number of the operating system instead.
        sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut && error.get_ref().is_some() => {
            StoreError::Failed { path, reason: error.to_string() }
        }
        sqlx::Error::Io(error) => StoreError::Open {
            path,
            reason: format!("no PostgreSQL answers there: {error}; is it running, and is the address right?"),
        },
        sqlx::Error::Tls(error) => StoreError::Open {
            path,
            reason: format!(
                "no encrypted connection: {error}; see `sslmode` and `sslrootcert` of the address"
            ),
        },
        other => StoreError::Failed { path, reason: other.to_string() },
    }
}

/// What to do about an SQLSTATE that keeps a session from being of use,
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn advice_to_open(code: &str, message: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" => "check the user and the password in `store.url`, PGPASSWORD or ~/.pgpass",
        "28000" => "check the user and `sslmode` in `store.url`, and pg_hba.conf on the server",
        "3D000" => "make it with createdb, or name another",
        "3F000" => "make the schema that `search_path` names with CREATE SCHEMA",
        "42501" => "make this user the owner of the database and of its tables",
        "25006" => "name a server that takes writes, and see `default_transaction_read_only`",
        "53300" => "a replica needs three connections: raise `max_connections`, or the limit of this user",
        "57P03" => "try again when the server has started",
        // A pooler's own refusal, and statements that were prepared in a session of somebody else.
        "08P01" if message.contains("startup parameter") => POOLER,
        "42P05" | "26000" => POOLER,
        _ => return None,
    })
}

/// What to do about an SQLSTATE that may come at any time.
fn advice_to_go_on(code: &str) -> Option<&'static str> {
    Some(match code {
        "42P07" | "42710" => "it is another program's; name another database",
        "53100" => "make room on the server's disk",
        "57014" => "raise `statement_timeout` for this user",
        _ => return None,
    })
}

/// The error of work that took longer than its limit.
pub(super) fn too_late(limit: Duration) -> sqlx::Error {
    let said = format!("it did not answer within {} seconds", limit.as_secs());
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, said))
}

/// Something in between gives one session to several connections, so that a lock has no owner.
pub(super) fn shared_sessions(path: &str) -> StoreError {
    let reason = format!("its sessions are shared out to several connections; {POOLER}");
    StoreError::Open { path: path.to_owned(), reason }
}
