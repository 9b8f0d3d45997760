//! Opens and closes the file of a store, and lends its connection.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use sqlx::SqliteConnection;
use tokio::sync::{Notify, watch};

use crate::store::error::StoreError;
use crate::store::failure::failed;
use crate::store::lock::{Left, Lock};

use super::file::{close, connect, is_current, make_folder};
use super::slot::Slot;

/// A SQLite file that is open.
#[derive(Debug)]
pub(in crate::store) struct Sqlite {
    pub(super) path: PathBuf,
    /// The path in messages.
    pub(super) shown: Arc<str>,
    /// Where it is filled from; none where it was opened to look into it.
    pub(super) upstream: Option<String>,
    /// Names this process to others that want the file.
    pub(super) holder: String,
    pub(super) slot: tokio::sync::Mutex<Slot>,
    /// The lock of the file; none beside another process that has it.
    lock: Mutex<Option<Lock>>,
    state: Mutex<State>,
    /// The file is not the one that was opened.
    pub(super) is_displaced: watch::Sender<bool>,
    /// Something may have changed.
    pub(super) changed: Notify,
}

/// What this process knows of its part among the processes that want the file.
#[derive(Debug)]
pub(super) struct State {
    /// What the process before has left, until this one begins.
    pub(super) left: Option<Left>,
    /// When the upstream may be asked again, as last reported.
    pub(super) rests_until: Option<Instant>,
    /// The same, as it is written down; none while requests may be under way.
    pub(super) written: Option<Instant>,
    pub(super) is_asking: bool,
    /// Why the last write failed, until one goes well.
    pub(super) failing: Option<StoreError>,
    /// The file is another, with contents that nobody here has seen.
    pub(super) has_new_file: bool,
}

/// Who else may have the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sharing {
    /// Nobody: this process writes to it.
    Alone,
    /// Another process writes to it; this one looks into it.
    Beside,
}

/// The connection in use; dropped without [`SqliteSession::settle`] its state is unknown, and the next user of the slot
/// closes it.
pub(in crate::store) struct SqliteSession<'s> {
    sqlite: &'s Sqlite,
    slot: tokio::sync::MutexGuard<'s, Slot>,
}

impl Sqlite {
    /// See [`crate::store::Store::open_as`].
    pub(in crate::store) async fn open_as(
        path: &Path,
        upstream: &str,
        holder: &str,
    ) -> Result<Self, StoreError> {
        make_folder(path)?;
        Self::open_with(path, Some(upstream), holder, Sharing::Alone).await
    }

    /// See [`crate::store::Store::open_beside`].
    pub(in crate::store) async fn open_beside(
        path: &Path,
        upstream: &str,
        holder: &str,
    ) -> Result<Self, StoreError> {
        make_folder(path)?;
        Self::open_with(path, Some(upstream), holder, Sharing::Beside).await
    }

    /// See [`crate::store::Store::open_to_read`].
    pub(in crate::store) async fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            let reason = "there is no such file; `crosslist serve` or `crosslist fetch` makes it".to_owned();
            return Err(StoreError::Open { path: path.display().to_string(), reason });
        }
        Self::open_with(path, None, "", Sharing::Beside).await
    }

    async fn open_with(
        path: &Path,
        upstream: Option<&str>,
        holder: &str,
        sharing: Sharing,
    ) -> Result<Self, StoreError> {
        let shown: Arc<str> = path.display().to_string().into();
        // Beside another, that one brings the schema up to date; else it is for this one to do, if only for that.
        let is_alone = sharing == Sharing::Alone || !is_current(path, &shown).await?;
        let mut lock = if is_alone { Some(Lock::take(path, holder)?) } else { None };
        let slot = Slot::open(path, &shown, upstream, lock.is_some()).await?;
        if lock.as_ref().is_some_and(|lock| !lock.is_of(path)) {
            // A link led to a file that was not there yet.
            lock = Some(Lock::take(path, holder)?);
        }
        let state = State {
            left: lock.as_ref().map(|lock| lock.left),
            rests_until: None,
            written: None,
            is_asking: false,
            failing: None,
            has_new_file: false,
        };
        Ok(Self {
            path: path.to_owned(),
            shown,
            upstream: upstream.map(str::to_owned),
            holder: holder.to_owned(),
            slot: tokio::sync::Mutex::new(slot),
            lock: Mutex::new(lock.filter(|_| sharing == Sharing::Alone)),
            state: Mutex::new(state),
            is_displaced: watch::Sender::new(false),
            changed: Notify::new(),
        })
    }

    /// Ends with everything written into the one file, which is free for another process then.
    pub(in crate::store) async fn close(&self) {
        self.slot.lock().await.close().await;
        self.leave();
        *self.lock() = None;
    }

    /// Leaves to the next process for how long the upstream is to be left alone.
    pub(in crate::store) fn leave(&self) {
        let mut state = self.state();
        if !state.is_asking {
            return;
        }
        let rest = state.rests_until.map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(lock) = &*self.lock() {
            lock.note_rest(rest.unwrap_or_default());
        }
        state.is_asking = false;
    }

    /// Lends the connection.
    pub(in crate::store) async fn session(&self) -> Result<SqliteSession<'_>, StoreError> {
        let mut slot = self.slot.lock().await;
        slot.close_abandoned(&self.path).await;
        if slot.is_closed {
            return Err(self.closed());
        }
        if slot.displaced.is_none()
            && let Some(what) = slot.change(&self.path)
        {
            slot.displaced = Some(StoreError::Displaced { path: self.shown.to_string(), what });
        }
        if let Some(error) = slot.displaced.clone() {
            self.is_displaced.send_replace(true);
            return Err(error);
        }
        if slot.open.is_none() {
            let connection = connect(&self.path, false).await;
            slot.open = Some(connection.map_err(|error| failed(&self.shown, &error))?);
            slot.note_opened(&self.path);
        }
        slot.is_lent = true;
        Ok(SqliteSession { sqlite: self, slot })
    }

    fn closed(&self) -> StoreError {
        StoreError::Failed { path: self.shown.to_string(), reason: "it was closed".to_owned() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Option<Lock>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SqliteSession<'_> {
    /// # Errors
    /// The store was closed.
    pub(in crate::store) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.slot.open.as_mut().ok_or_else(|| self.sqlite.closed())
    }

    /// Gives the connection back; after an error it is closed instead.
    ///
    /// A full disk makes SQLite end a transaction by itself, and the connection would count it as open for ever.
    pub(in crate::store) async fn settle<T>(
        mut self,
        result: Result<T, sqlx::Error>,
    ) -> Result<T, StoreError> {
        if result.is_err() {
            close(self.slot.open.take()).await;
        }
        self.slot.is_lent = false;
        self.slot.note_own_change(&self.sqlite.path);
        let settled = result.map_err(|error| failed(&self.sqlite.shown, &error));
        if let Err(error) = &settled {
            self.sqlite.state().failing = Some(error.clone());
        }
        settled
    }
}
