//! A file that was removed, moved, replaced or written over while it was in use.
//!
//! What this process holds is salvaged first: of the old file, which its connection still reads, or else what memory
//! holds. Then it becomes the new file, or joins the store that stands there, and what readers were told stays: ids and
//! dates. While there is something else in the place that is no store, it is left alone, nothing is asked and nothing is
//! written.

use std::pin::Pin;

use super::{Lock, Shared, Slot, Sqlite, make_folder, merge, place};
use crate::store::failure::failed;
use crate::store::{Contents, StoreError};

/// Gives what a process knows without its store.
pub type Memory<'a> = &'a (dyn Fn() -> Contents + Send + Sync);

/// A look at the file. Without the box the compiler cannot tell that it may change threads.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

impl Sqlite {
    /// Looks whether the file is still the one that was opened, and puts things right where it is not; `memory` gives
    /// what this process knows without it.
    ///
    /// What is in the log is copied into the file, so that a file which is moved away is whole.
    ///
    /// # Errors
    /// The file cannot be used as it is; the next call tries again.
    pub fn check<'a>(&'a self, memory: Memory<'a>) -> Checking<'a> {
        Box::pin(self.look_after(memory))
    }

    async fn look_after(&self, memory: Memory<'_>) -> Result<(), StoreError> {
        let shared = &*self.shared;
        let mut slot = shared.slot.lock().await;
        if slot.is_closed {
            return Ok(());
        }
        if slot.trouble.is_none() {
            let Some(what) = look(shared, &slot) else {
                drop(slot);
                return self.refresh().await;
            };
            slot.trouble = Some(StoreError::Displaced { path: shared.shown.to_string(), what });
        }
        shared.is_displaced.send_replace(true);
        if !std::mem::replace(&mut slot.is_told, true) {
            let error = slot.trouble.as_ref().map(ToString::to_string).unwrap_or_default();
            tracing::error!("{error}; nothing is asked and written until that is put right");
        }
        let renewed = renew(shared, &mut slot, memory).await;
        match &renewed {
            Ok(()) => {
                slot.trouble = None;
                let mut sharing = shared.sharing();
                (sharing.failing, sharing.is_news) = (None, true);
                drop(sharing);
                shared.is_displaced.send_replace(false);
                tracing::info!("the store `{}` holds everything again that was known here", shared.shown);
            }
            Err(error) => {
                if slot.trouble.as_ref() != Some(error) {
                    tracing::error!(
                        %error,
                        "the store cannot be put right; once its file is moved away, what is known here takes its place"
                    );
                    slot.trouble = Some(error.clone());
                }
            }
        }
        shared.heard.notify_one();
        renewed
    }

    /// Waits until the file is found to be another.
    pub async fn displacement(&self) {
        let mut displaced = self.shared.is_displaced.subscribe();
        while !*displaced.borrow_and_update() {
            if displaced.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Copies the log into the file, and tries whether it takes writes again where one has failed.
    async fn refresh(&self) -> Result<(), StoreError> {
        let is_failing = self.shared.sharing().failing.is_some();
        let is_written_to = self.shared.lock().is_some();
        if !is_written_to {
            return Ok(());
        }
        let mut taken = self.take().await?;
        let connection = taken.connection();
        let worked = async {
            if is_failing {
                sqlx::query("UPDATE identity SET upstream = upstream").execute(&mut *connection).await?;
            }
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(connection).await
        };
        let worked = worked.await;
        self.settle(taken, worked).await?;
        if is_failing {
            self.shared.sharing().failing = None;
            self.shared.heard.notify_one();
        }
        Ok(())
    }
}

/// What is wrong with the file, the log beside it, or the lock.
fn look(shared: &Shared, slot: &Slot) -> Option<&'static str> {
    let has_lost_its_lock =
        || shared.lock().as_ref().is_some_and(|lock| !lock.is_in_place() || !lock.is_of(&shared.path));
    slot.change(&shared.path)
        .or_else(|| slot.has_lost_a_companion(&shared.path).then_some("has lost its write-ahead log"))
        .or_else(|| has_lost_its_lock().then_some("has lost its lock file"))
}

async fn renew(shared: &Shared, slot: &mut Slot, memory: Memory<'_>) -> Result<(), StoreError> {
    let Shared { path, shown, .. } = shared;
    make_folder(path)?;
    take_lock(shared)?;
    if slot.change(path).is_some() {
        let is_elsewhere = place::Stamp::of(path).is_none_or(|found| !found.is_same_file(&slot.known));
        if !merge::is_salvaged(path) {
            salvage(shared, slot, is_elsewhere, memory).await?;
        }
        if is_elsewhere {
            slot.remove_companions(path);
        }
    } else if let Some(connection) = &mut slot.open {
        // The file itself is the same: what is in the log that was removed is copied into it.
        let copied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await;
        copied.map_err(|error| failed(shown, &error))?;
    }
    place::close(slot.open.take()).await;
    *slot = Slot::open(path, shown, shared.upstream.as_deref(), true).await?;
    Ok(())
}

/// Writes down what is known here, beside the place: of the old file, or what memory holds where that is written over or
/// cannot be read.
async fn salvage(
    shared: &Shared,
    slot: &mut Slot,
    is_elsewhere: bool,
    memory: Memory<'_>,
) -> Result<(), StoreError> {
    if let Some(connection) = slot.open.as_mut().filter(|_| is_elsewhere) {
        match merge::salvage(connection, &shared.path).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "the old file cannot be read, and what memory holds is all there is");
            }
        }
    }
    merge::salvage_memory(&shared.path, &shared.shown, shared.upstream.as_deref(), &memory()).await
}

/// Has the lock of the file that is at the place now.
fn take_lock(shared: &Shared) -> Result<(), StoreError> {
    let mut lock = shared.lock();
    let is_right = lock.as_ref().is_some_and(|lock| lock.is_in_place() && lock.is_of(&shared.path));
    if !is_right {
        let taken = Lock::take(&shared.path, &shared.holder)?;
        *lock = Some(taken);
    }
    Ok(())
}
