//! What does an error of the database mean to the operator?

use super::StoreError;

/// Primary result codes of SQLite, <https://www.sqlite.org/rescode.html>.
const SQLITE_CORRUPT: &str = "11";
const SQLITE_NOTADB: &str = "26";

/// An error while the file was opened.
pub(super) fn open_failure(path: &str, error: &sqlx::Error) -> StoreError {
    match failed(path, error) {
        StoreError::Failed(reason) => StoreError::Open {
            path: path.to_owned(),
            reason: format!("{reason}; its folder must be there and writable for this user"),
        },
        known => known,
    }
}

/// An error while the file was used.
pub(super) fn failed(path: &str, error: &sqlx::Error) -> StoreError {
    let reason = match error {
        sqlx::Error::Database(error) => {
            let code =
                error.code().and_then(|code| code.parse::<i32>().ok()).map(|code| (code & 0xff).to_string());
            if matches!(code.as_deref(), Some(SQLITE_CORRUPT | SQLITE_NOTADB)) {
                return damaged(path, error.message());
            }
            error.message().to_owned()
        }
        sqlx::Error::Decode(error) | sqlx::Error::ColumnDecode { source: error, .. } => {
            return damaged(path, &error.to_string());
        }
        other => other.to_string(),
    };
    StoreError::Failed(reason)
}

fn damaged(path: &str, reason: &str) -> StoreError {
    StoreError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}

/// An error of PostgreSQL, with what would help where that is known.
pub(super) fn postgres_failure(path: &str, error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            match postgres_advice(&code) {
                Some(advice) => {
                    let reason = format!("{}; {advice}", error.message());
                    StoreError::Open { path: path.to_owned(), reason }
                }
                None => StoreError::Failed(error.message().to_owned()),
            }
        }
        sqlx::Error::Decode(error) | sqlx::Error::ColumnDecode { source: error, .. } => {
            StoreError::Failed(format!("`{path}` is damaged: {error}; restore a backup"))
        }
        sqlx::Error::Io(error) => StoreError::Open {
            path: path.to_owned(),
            reason: format!("no PostgreSQL answers there: {error}; is it running, and is the address right?"),
        },
        sqlx::Error::Tls(error) => StoreError::Open {
            path: path.to_owned(),
            reason: format!(
                "no encrypted connection: {error}; see `sslmode` and `sslrootcert` of the address"
            ),
        },
        other => StoreError::Failed(other.to_string()),
    }
}

/// What to do about an SQLSTATE, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn postgres_advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" => "check the user and the password in `store.url`, PGPASSWORD or ~/.pgpass",
        "28000" => "check the user in `store.url`, and pg_hba.conf on the server",
        "3D000" => "make it with createdb, or name another",
        "42501" => "make this user the owner of the database",
        "53300" => "a replica needs three connections: raise `max_connections`",
        "57P03" => "try again when the server has started",
        _ => return None,
    })
}
