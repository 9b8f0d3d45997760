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
