//! What the one process that has the file keeps to: it asks the upstream, and leaves its pause to the next.

use std::time::{Duration, Instant};

use crate::store::contents::Role;
use crate::store::error::StoreError;
use crate::store::lock::Left;

use super::open::Sqlite;

/// From which rest on it is written down at once, so that it holds over a sudden end as well.
const REST_WRITTEN_MIN: Duration = Duration::from_mins(1);

/// How much later the end of a rest must be than the one that is written down.
const REST_STEP: Duration = Duration::from_secs(30);

impl Sqlite {
    /// See [`crate::store::Store::lead`].
    pub(in crate::store) async fn lead(&self, rest: Duration) -> Result<Role, StoreError> {
        // The reason itself, where there is one.
        if let Some(error) = self.slot.lock().await.displaced.clone() {
            return Err(error);
        }
        let mut state = self.state();
        if let Some(failing) = &state.failing {
            return Err(failing.clone());
        }
        let until = Instant::now() + rest;
        state.rests_until = Some(until);
        let is_later = state.written.is_none_or(|written| until > written + REST_STEP);
        if rest >= REST_WRITTEN_MIN
            && is_later
            && let Some(lock) = &*self.lock()
        {
            lock.note_rest(rest);
            (state.written, state.is_asking) = (Some(until), false);
        }
        Ok(match state.left.take() {
            Some(Left { rest, ended_well }) => Role::TookOver { rest, ended_well },
            None => Role::Leads,
        })
    }

    /// See [`crate::store::Store::confirm`].
    pub(in crate::store) fn confirm(&self) -> Result<(), StoreError> {
        self.refuse_displaced()?;
        let mut state = self.state();
        if !state.is_asking
            && let Some(lock) = &*self.lock()
        {
            lock.note_asking();
            (state.is_asking, state.written) = (true, None);
        }
        Ok(())
    }

    /// Waits until something may have changed.
    pub(in crate::store) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Says once whether the file is another, whose contents nobody here has seen.
    pub(in crate::store) fn take_new_file(&self) -> bool {
        std::mem::take(&mut self.state().has_new_file)
    }

    /// Its contents could not be read.
    pub(in crate::store) fn put_back_new_file(&self) {
        self.state().has_new_file = true;
    }

    /// Readers wait on while nothing can be written.
    pub(in crate::store) fn can_write(&self) -> Result<(), StoreError> {
        self.refuse_displaced()?;
        self.state().failing.clone().map_or(Ok(()), Err)
    }

    fn refuse_displaced(&self) -> Result<(), StoreError> {
        if *self.is_displaced.borrow() {
            let path = self.shown.to_string();
            return Err(StoreError::Displaced { path, what: "is not the file that was opened" });
        }
        Ok(())
    }
}
