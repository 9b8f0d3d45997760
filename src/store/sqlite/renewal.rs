//! A file that was removed, moved, replaced or written over while it was in use.
//!
//! What this process holds is salvaged first: from the old file, which its connection still reads, or else from memory.
//! Then it becomes the new file, or is merged into the store at the path, and the ids and dates that readers have seen
//! stay. While something at the path is no store, it is left alone, nothing is asked and nothing is written.

use std::pin::Pin;

use crate::store::contents::Contents;
use crate::store::error::StoreError;
use crate::store::failure::failed;
use crate::store::lock::Lock;

use super::file::{self, Stamp, make_folder};
use super::open::Sqlite;
use super::salvage;
use super::slot::Slot;

/// Returns what a process knows without its store.
pub type Known<'a> = &'a (dyn Fn() -> Contents + Send + Sync);

/// A look at the file. Without the box the compiler cannot tell that it may change threads.
pub type Check<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

impl Sqlite {
    /// See [`crate::store::Store::check`].
    pub(in crate::store) fn check<'a>(&'a self, known: Known<'a>) -> Check<'a> {
        Box::pin(self.look_after(known))
    }

    async fn look_after(&self, known: Known<'_>) -> Result<(), StoreError> {
        let mut slot = self.slot.lock().await;
        slot.close_abandoned(&self.path).await;
        if slot.is_closed {
            return Ok(());
        }
        if slot.displaced.is_none() {
            let Some(what) = look(self, &slot) else {
                drop(slot);
                return self.refresh().await;
            };
            slot.displaced = Some(StoreError::Displaced { path: self.shown.to_string(), what });
        }
        self.is_displaced.send_replace(true);
        if !std::mem::replace(&mut slot.is_logged, true) {
            let error = slot.displaced.as_ref().map(ToString::to_string).unwrap_or_default();
            tracing::error!("{error}; nothing is asked and written until that is put right");
        }
        let renewed = renew(self, &mut slot, known).await;
        match &renewed {
            Ok(()) => {
                slot.displaced = None;
                let mut state = self.state();
                (state.failing, state.has_new_file) = (None, true);
                drop(state);
                self.is_displaced.send_replace(false);
                tracing::info!("the store `{}` holds everything again that was known here", self.shown);
            }
            Err(error) => {
                if slot.displaced.as_ref() != Some(error) {
                    tracing::error!(
                        %error,
                        "the store cannot be put right; once its file is moved away, what is known here takes its place"
                    );
                    slot.displaced = Some(error.clone());
                }
            }
        }
        self.changed.notify_one();
        renewed
    }

    /// See [`crate::store::Store::displacement`].
    pub(in crate::store) async fn displacement(&self) {
        let mut displaced = self.is_displaced.subscribe();
        while !*displaced.borrow_and_update() {
            if displaced.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Copies the log into the file, and tries whether it takes writes again where one has failed.
    async fn refresh(&self) -> Result<(), StoreError> {
        let is_failing = self.state().failing.is_some();
        let is_written_to = self.lock().is_some();
        if !is_written_to {
            return Ok(());
        }
        let mut session = self.session().await?;
        let connection = session.connection()?;
        let worked = async {
            if is_failing {
                sqlx::query("UPDATE identity SET upstream = upstream").execute(&mut *connection).await?;
            }
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(connection).await
        };
        let worked = worked.await;
        session.settle(worked).await?;
        if is_failing {
            self.state().failing = None;
            self.changed.notify_one();
        }
        Ok(())
    }
}

/// What is wrong with the file, the log beside it, or the lock.
fn look(sqlite: &Sqlite, slot: &Slot) -> Option<&'static str> {
    let has_lost_its_lock =
        || sqlite.lock().as_ref().is_some_and(|lock| !lock.is_in_place() || !lock.is_of(&sqlite.path));
    slot.change(&sqlite.path)
        .or_else(|| slot.has_lost_a_companion(&sqlite.path).then_some("has lost its write-ahead log"))
        .or_else(|| has_lost_its_lock().then_some("has lost its lock file"))
}

async fn renew(sqlite: &Sqlite, slot: &mut Slot, known: Known<'_>) -> Result<(), StoreError> {
    let Sqlite { path, shown, .. } = sqlite;
    make_folder(path)?;
    take_lock(sqlite)?;
    if slot.change(path).is_some() {
        let is_elsewhere = Stamp::of(path).is_none_or(|found| !found.is_same_file(&slot.known));
        if !salvage::is_salvaged(path) {
            salvage_known(sqlite, slot, is_elsewhere, known).await?;
        }
        if is_elsewhere {
            slot.remove_companions(path);
        }
    } else if let Some(connection) = &mut slot.open {
        // The file itself is the same: what is in the log that was removed is copied into it.
        let copied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await;
        copied.map_err(|error| failed(shown, &error))?;
    }
    file::close(slot.open.take()).await;
    *slot = Slot::open(path, shown, sqlite.upstream.as_deref(), true).await?;
    Ok(())
}

/// Writes down what is known here, beside the place: of the old file, or what memory holds where that is written over or
/// cannot be read.
async fn salvage_known(
    sqlite: &Sqlite,
    slot: &mut Slot,
    is_elsewhere: bool,
    known: Known<'_>,
) -> Result<(), StoreError> {
    if let Some(connection) = slot.open.as_mut().filter(|_| is_elsewhere) {
        match salvage::salvage(connection, &sqlite.path).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "the old file cannot be read, and what memory holds is all there is");
            }
        }
    }
    salvage::salvage_memory(&sqlite.path, &sqlite.shown, sqlite.upstream.as_deref(), &known()).await
}

/// Has the lock of the file that is at the place now.
fn take_lock(sqlite: &Sqlite) -> Result<(), StoreError> {
    let mut lock = sqlite.lock();
    let is_right = lock.as_ref().is_some_and(|lock| lock.is_in_place() && lock.is_of(&sqlite.path));
    if !is_right {
        let taken = Lock::take(&sqlite.path, &sqlite.holder)?;
        *lock = Some(taken);
    }
    Ok(())
}
