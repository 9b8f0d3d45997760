//! The one connection to a store's file, and whether the file at its path is still the one that was opened.
//!
//! A file that was removed or replaced is held open as it was by the connection, and what is written there is lost.
//! So before each use the file at the path is compared with the one that is open: two looks at a folder.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use crate::store::error::StoreError;
use crate::store::failure::open_failure;
use crate::store::migrations;

use super::file::{COMPANIONS, Stamp, beside, close, connect, prepare, refuse_other_kinds};
use super::salvage;

/// The connection, and the file that it is open on.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) open: Option<SqliteConnection>,
    /// Somebody uses the connection, or has dropped the work for which it was lent.
    pub(super) is_lent: bool,
    /// The file as this process has left it.
    pub(super) known: Stamp,
    /// The files beside it, as they were found when it was opened.
    companions: [Option<Stamp>; 2],
    /// Why it cannot be used: the file is another.
    pub(super) displaced: Option<StoreError>,
    /// The log says so already.
    pub(super) is_logged: bool,
    pub(super) is_closed: bool,
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
            salvage::place(path, shown)?;
        }
        let is_made = may_change && upstream.is_some();
        let connected = connect(path, is_made).await;
        let mut connection = connected.map_err(|error| open_failure(shown, &error))?;
        let prepared = async {
            if may_change {
                prepare(&mut connection, shown, upstream).await?;
                salvage::merge_salvaged(&mut connection, path, shown).await?;
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
                    is_lent: false,
                    known,
                    companions,
                    displaced: None,
                    is_logged: false,
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

    /// Closes a connection in whose work its user was interrupted: its state is unknown.
    ///
    /// It is waited for, so that a store which is closed leaves no log beside its file.
    pub(super) async fn close_abandoned(&mut self, path: &Path) {
        if std::mem::take(&mut self.is_lent) {
            close(self.open.take()).await;
            self.note_own_change(path);
        }
    }

    /// Notes what a new connection has found and put beside the file.
    pub(super) fn note_opened(&mut self, path: &Path) {
        self.note_own_change(path);
        self.companions = COMPANIONS.map(|ending| Stamp::of(&beside(path, ending)));
    }

    pub(super) async fn close(&mut self) {
        self.is_closed = true;
        close(self.open.take()).await;
    }

    /// What the file is like now is this process's doing, if it is still the same.
    pub(super) fn note_own_change(&mut self, path: &Path) {
        if let Some(found) = Stamp::of(path).filter(|found| found.is_same_file(&self.known)) {
            self.known = found;
        }
    }
}
