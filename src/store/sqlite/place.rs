//! The one connection to a store's file, and whether the file at its place is still the one that was opened.
//!
//! A file that was removed or replaced is held open as it was by the connection, and what is written there is lost.
//! So before each use the file at the place is compared with the one that is open: two looks at a folder.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sqlx::{Connection, SqliteConnection};
use tokio::sync::MutexGuard;

use super::{Shared, connect, merge, migrations, prepare};
use crate::store::StoreError;
use crate::store::failure::{failed, open_failure};

/// What SQLite puts beside the file while it is open.
pub(super) const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// A file as a folder shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    id: (u64, u64),
    bytes: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
}

/// Where the connection lies.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) open: Option<SqliteConnection>,
    /// The file as this process has left it.
    pub(super) known: Stamp,
    /// The files beside it, as they were found when it was opened.
    companions: [Option<Stamp>; 2],
    /// Why it cannot be used: the file is another.
    pub(super) trouble: Option<StoreError>,
    /// The log says so.
    pub(super) is_told: bool,
    pub(super) is_closed: bool,
}

/// The connection in use; dropped without [`Taken::settle`] it is closed, for nobody knows what state it is in.
pub(super) struct Taken<'a> {
    slot: MutexGuard<'a, Slot>,
    connection: SqliteConnection,
    shared: &'a Shared,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|found| Self::from(&found))
    }

    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl From<&Metadata> for Stamp {
    fn from(found: &Metadata) -> Self {
        Self {
            id: (found.dev(), found.ino()),
            bytes: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
        }
    }
}

impl Slot {
    /// Opens the file at the place, makes it where there is none and `may_change`, and takes in what was salvaged of
    /// one that stood there before.
    pub(super) async fn open(
        path: &Path,
        shown: &str,
        upstream: Option<&str>,
        may_change: bool,
    ) -> Result<Self, StoreError> {
        refuse_other_kinds(path, shown)?;
        if may_change {
            merge::place_salvaged(path, shown)?;
        }
        let is_made = may_change && upstream.is_some();
        let connected = connect(path, is_made).await;
        let mut connection = connected.map_err(|error| open_failure(shown, &error))?;
        let prepared = async {
            if may_change {
                prepare(&mut connection, shown, upstream).await?;
                merge::take_in_salvaged(&mut connection, path, shown).await?;
            } else {
                migrations::run_sqlite(&mut connection, shown).await?;
                if upstream.is_some() {
                    prepare(&mut connection, shown, upstream).await?;
                }
            }
            let gone = || StoreError::Displaced { path: shown.to_owned(), what: "was removed" };
            Stamp::of(path).ok_or_else(gone)
        };
        match prepared.await {
            Ok(known) => {
                let companions = COMPANIONS.map(|ending| Stamp::of(&beside(path, ending)));
                Ok(Self {
                    open: Some(connection),
                    known,
                    companions,
                    trouble: None,
                    is_told: false,
                    is_closed: false,
                })
            }
            Err(error) => {
                drop(connection.close().await);
                Err(error)
            }
        }
    }

    /// What has become of the file, if it is not the one that this process has left.
    pub(super) fn change(&self, path: &Path) -> Option<&'static str> {
        match Stamp::of(path) {
            None => Some("was removed or moved"),
            Some(found) if !found.is_same_file(&self.known) => Some("was replaced by another file"),
            // Without a connection it is as the last one left it when it was closed, which may have been just now.
            Some(found) if self.open.is_some() && found != self.known => {
                Some("was written to by another program")
            }
            Some(_) => None,
        }
    }

    /// Is a file that SQLite keeps beside it another, or gone?
    pub(super) fn has_lost_a_companion(&self, path: &Path) -> bool {
        self.open.is_some()
            && self.companions.iter().zip(COMPANIONS).any(|(known, ending)| {
                let found = Stamp::of(&beside(path, ending));
                known.is_some_and(|known| !found.is_some_and(|found| found.is_same_file(&known)))
            })
    }

    /// Removes the files beside another file that belong to the one that was open.
    ///
    /// SQLite would take them for that one's own, and a log that is another's damages it.
    pub(super) fn remove_companions(&self, path: &Path) {
        for (known, ending) in self.companions.iter().zip(COMPANIONS) {
            let place = beside(path, ending);
            let found = Stamp::of(&place);
            if known.is_some_and(|known| found.is_some_and(|found| found.is_same_file(&known)))
                && let Err(error) = std::fs::remove_file(&place)
            {
                tracing::warn!(%error, "`{}` belongs to a file that is gone", place.display());
            }
        }
    }

    pub(super) async fn close(&mut self) {
        self.is_closed = true;
        close(self.open.take()).await;
    }
}

impl<'a> Taken<'a> {
    pub(super) async fn of(shared: &'a Shared) -> Result<Self, StoreError> {
        let Shared { path, shown, .. } = shared;
        let mut slot = shared.slot.lock().await;
        if slot.is_closed {
            let reason = "it was closed".to_owned();
            return Err(StoreError::Failed { path: shown.to_string(), reason });
        }
        if let Some(trouble) = &slot.trouble {
            return Err(trouble.clone());
        }
        if let Some(what) = slot.change(path) {
            let trouble = StoreError::Displaced { path: shown.to_string(), what };
            slot.trouble = Some(trouble.clone());
            return Err(trouble);
        }
        if let Some(connection) = slot.open.take() {
            return Ok(Self { slot, connection, shared });
        }
        let connection = connect(path, false).await.map_err(|error| failed(shown, &error))?;
        slot.note_own_change(path);
        slot.companions = COMPANIONS.map(|ending| Stamp::of(&beside(path, ending)));
        Ok(Self { slot, connection, shared })
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Gives the connection back; after an error it is closed instead.
    ///
    /// A full disk makes SQLite end a transaction by itself, and the connection would count it as open for ever.
    pub(super) async fn settle<T>(self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let Self { mut slot, connection, shared } = self;
        if result.is_ok() {
            slot.open = Some(connection);
        } else {
            close(Some(connection)).await;
        }
        slot.note_own_change(&shared.path);
        result.map_err(|error| failed(&shared.shown, &error))
    }
}

impl Slot {
    /// What the file is like now is this process's doing, if it is still the same.
    pub(super) fn note_own_change(&mut self, path: &Path) {
        if let Some(found) = Stamp::of(path).filter(|found| found.is_same_file(&self.known)) {
            self.known = found;
        }
    }
}

pub(super) async fn close(connection: Option<SqliteConnection>) {
    let Some(connection) = connection else { return };
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "a connection to the store did not end well");
    }
}

/// Is there a file whose schema is up to date?
pub(super) async fn is_current(path: &Path, shown: &str) -> Result<bool, StoreError> {
    refuse_other_kinds(path, shown)?;
    if !path.exists() {
        return Ok(false);
    }
    let mut connection = connect(path, false).await.map_err(|error| open_failure(shown, &error))?;
    let is_current = migrations::is_current_sqlite(&mut connection).await;
    close(Some(connection)).await;
    Ok(is_current)
}

/// A folder is no database, and a pipe or a device would keep SQLite waiting.
fn refuse_other_kinds(path: &Path, shown: &str) -> Result<(), StoreError> {
    let kind = match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => "a folder",
        Ok(found) if !found.is_file() => "a pipe, a socket or a device",
        _ => return Ok(()),
    };
    let reason = format!("it is {kind}; name a file");
    Err(StoreError::Open { path: shown.to_owned(), reason })
}

pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
