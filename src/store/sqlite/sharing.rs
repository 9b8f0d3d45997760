//! Between processes: one has the file, asks the upstream, and leaves its pause to the next.

use std::time::{Duration, Instant};

use super::Sqlite;
use crate::domain::event::ChangedDay;
use crate::domain::verdict::Verdict;
use crate::store::lock::Left;
use crate::store::{Contents, Replicas, Role, Store, StoreError, Wish};

/// From which rest on it is written down at once, so that it holds over a sudden end as well.
const REST_WRITTEN_MIN: Duration = Duration::from_mins(1);

/// How much later the end of a rest must be than the one that is written down.
const REST_STEP: Duration = Duration::from_secs(30);

/// What this process knows of its part.
#[derive(Debug)]
pub(super) struct Sharing {
    /// What the process before has left, until this one begins.
    left: Option<Left>,
    /// When the upstream may be asked again, as last heard.
    rests_until: Option<Instant>,
    /// The same, as it is written down; none while requests may be under way.
    written: Option<Instant>,
    is_asking: bool,
    /// Why the last write failed, until one goes well.
    pub(super) failing: Option<StoreError>,
    /// What was loaded at the start.
    pub(super) window_days: Option<u32>,
    /// The file is another, with contents that nobody here has seen.
    pub(super) is_news: bool,
}

impl Sharing {
    pub(super) fn new(left: Option<Left>) -> Self {
        Self {
            left,
            rests_until: None,
            written: None,
            is_asking: false,
            failing: None,
            window_days: None,
            is_news: false,
        }
    }
}

impl Sqlite {
    /// Leaves the rest to the next process.
    pub(super) fn leave(&self) {
        let mut sharing = self.shared.sharing();
        if !sharing.is_asking {
            return;
        }
        let rest = sharing.rests_until.map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(lock) = &*self.shared.lock() {
            lock.note_rest(rest.unwrap_or_default());
        }
        sharing.is_asking = false;
    }

    fn displaced(&self) -> Result<(), StoreError> {
        if *self.shared.is_displaced.borrow() {
            let path = self.shared.shown.to_string();
            return Err(StoreError::Displaced { path, what: "is not the file that was opened" });
        }
        Ok(())
    }
}

impl Replicas for Sqlite {
    async fn lead(&self, rest: Duration) -> Result<Role, StoreError> {
        // The reason itself, where there is one.
        if let Some(trouble) = self.shared.slot.lock().await.trouble.clone() {
            return Err(trouble);
        }
        let mut sharing = self.shared.sharing();
        if let Some(failing) = &sharing.failing {
            return Err(failing.clone());
        }
        let until = Instant::now() + rest;
        sharing.rests_until = Some(until);
        let is_later = sharing.written.is_none_or(|written| until > written + REST_STEP);
        if rest >= REST_WRITTEN_MIN
            && is_later
            && let Some(lock) = &*self.shared.lock()
        {
            lock.note_rest(rest);
            (sharing.written, sharing.is_asking) = (Some(until), false);
        }
        Ok(match sharing.left.take() {
            Some(Left { rest, ended_well }) => Role::TookOver { rest, ended_well },
            None => Role::Leads,
        })
    }

    async fn confirm(&self) -> Result<(), StoreError> {
        self.displaced()?;
        let mut sharing = self.shared.sharing();
        if !sharing.is_asking
            && let Some(lock) = &*self.shared.lock()
        {
            lock.note_asking();
            (sharing.is_asking, sharing.written) = (true, None);
        }
        Ok(())
    }

    async fn lost(&self) {
        self.displacement().await;
    }

    async fn resign(&self) {
        self.leave();
    }

    async fn heard(&self) {
        self.shared.heard.notified().await;
    }

    async fn news(&self) -> Result<Contents, StoreError> {
        let window_days = {
            let mut sharing = self.shared.sharing();
            if !std::mem::take(&mut sharing.is_news) {
                return Ok(Contents::default());
            }
            sharing.window_days
        };
        let loaded = self.load(window_days).await;
        match loaded {
            Ok(mut contents) => {
                // A quiet day is known by its having no events.
                let is_quiet = |verdict| verdict == Verdict::Quiet;
                let quiet = contents.days.iter().filter(|day| is_quiet(day.verdict));
                let quiet = quiet.map(|day| ChangedDay {
                    subject: day.subject,
                    listing_date: day.date,
                    events: Vec::new(),
                    added: 0,
                });
                let quiet: Vec<ChangedDay> = quiet.collect();
                contents.changes.extend(quiet);
                Ok(contents)
            }
            Err(error) => {
                self.shared.sharing().is_news = true;
                Err(error)
            }
        }
    }

    async fn wish(&self, wish: Wish) -> Result<i64, StoreError> {
        self.displaced()?;
        // Readers wait on while nothing can be written down.
        self.shared.sharing().failing.clone().map_or(Ok(wish.id), Err)
    }
}
