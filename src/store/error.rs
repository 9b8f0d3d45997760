//! The errors of a store.

/// Why a store could not do what it was asked to do.
///
/// `path` is the file or the address as it may be shown: without a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the store `{path}`: {reason}")]
    Open { path: String, reason: String },
    #[error(
        "the store `{path}` was written by a newer crosslist (schema {found}, this one knows {known}); start that one, or name another store"
    )]
    Newer { path: String, found: i64, known: i64 },
    #[error(
        "the store `{path}` is damaged: {reason}; restore a backup, or move it aside with `crosslist store set-aside`"
    )]
    Damaged { path: String, reason: String },
    #[error(
        "the store `{path}` was filled from {filled_from} and this is {upstream}; name another store with --store"
    )]
    OtherUpstream { path: String, filled_from: String, upstream: String },
    #[error("the PostgreSQL of `{path}` is version {found}; crosslist needs {least} or newer")]
    TooOld { path: String, found: String, least: u32 },
    #[error("the store `{path}` is in use by {holder}; stop that, or name another store with --store")]
    InUse { path: String, holder: String },
    /// The file at the path is not the one that was opened.
    #[error("the store `{path}` {what} while it was in use")]
    Displaced { path: String, what: &'static str },
    #[error("another replica asks the upstream and writes to the store now")]
    NotLeading,
    #[error("the store `{path}` failed: {reason}")]
    Failed { path: String, reason: String },
    /// These stores cannot be copied in this way; the message names them.
    #[error("{0}")]
    Impossible(String),
}
