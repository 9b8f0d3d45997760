//! How the processes that share a store divide the work: one leads, which asks the upstream and writes; the others read
//! what it has written.
//!
//! A process that has its store for itself always leads. What was written is the record; a notification only says when
//! to look, so that nothing is lost with one.

use std::future::pending;
use std::time::Duration;

use crate::domain::event::ChangedDay;
use crate::domain::verdict::Verdict;

use super::changes;
use super::contents::{Contents, PendingRead, Role};
use super::error::StoreError;
use super::handle::{Database, LOAD_MAX, Store};
use super::operations::Operation;
use super::session::run;

impl Store {
    /// Goes on leading, takes the lead when nobody has it, or says that another replica leads.
    ///
    /// `rest` is how long the upstream is to be left alone from now on, which the next leader keeps to.
    ///
    /// # Errors
    /// It cannot be told; then this replica does not lead.
    pub async fn lead(&self, rest: Duration) -> Result<Role, StoreError> {
        match &*self.database {
            Database::Memory(_) => Ok(Role::Leads),
            Database::Sqlite(sqlite) => sqlite.lead(rest).await,
            Database::Postgres(postgres) => {
                self.operations.counted(Operation::Lead, postgres.lead(rest)).await
            }
        }
    }

    /// Makes sure that this replica leads at this very moment.
    ///
    /// # Errors
    /// It does not, or that cannot be told.
    pub async fn confirm(&self) -> Result<(), StoreError> {
        match &*self.database {
            Database::Memory(_) => Ok(()),
            Database::Sqlite(sqlite) => sqlite.confirm(),
            Database::Postgres(postgres) => postgres.confirm().await,
        }
    }

    /// Waits until this replica leads no longer.
    pub async fn lost(&self) {
        match &*self.database {
            Database::Memory(_) => pending().await,
            Database::Sqlite(sqlite) => sqlite.displacement().await,
            Database::Postgres(postgres) => postgres.lost().await,
        }
    }

    /// Gives up the lead, with no request under way, and closes the connection that had it.
    pub async fn resign(&self) {
        match &*self.database {
            Database::Memory(_) => {}
            Database::Sqlite(sqlite) => sqlite.leave(),
            Database::Postgres(postgres) => postgres.resign().await,
        }
    }

    /// Gives the lead up for another replica, with no request under way; false where there is no other.
    pub async fn yield_lead(&self) -> bool {
        match &*self.database {
            Database::Memory(_) | Database::Sqlite(_) => false,
            Database::Postgres(postgres) => postgres.yield_lead().await,
        }
    }

    /// Waits until [`Self::changes`] may return something.
    pub async fn changed(&self) {
        match &*self.database {
            Database::Memory(_) => pending().await,
            Database::Sqlite(sqlite) => sqlite.changed().await,
            Database::Postgres(postgres) => postgres.changed().await,
        }
    }

    /// What others have written since this process loaded the store or last asked, and every read that is waited for.
    ///
    /// Others are replicas; of a file it is the contents of another file that has come to its path.
    ///
    /// # Errors
    /// It could not be read; the next call returns it as well.
    pub async fn changes(&self) -> Result<Contents, StoreError> {
        match &*self.database {
            Database::Memory(_) => Ok(Contents::default()),
            Database::Sqlite(sqlite) => {
                if !sqlite.take_new_file() {
                    return Ok(Contents::default());
                }
                let loaded = self.load(self.window_days()).await;
                if loaded.is_err() {
                    sqlite.put_back_new_file();
                }
                loaded.map(with_quiet_days)
            }
            Database::Postgres(postgres) => {
                let seen = postgres.seen();
                let work = async { run!(self, Any, LOAD_MAX, |c| changes::since(c, seen)) };
                let (contents, seen) = self.operations.counted(Operation::News, work).await?;
                postgres.set_seen(seen);
                Ok(contents)
            }
        }
    }

    /// Writes down for the leader that a reader waits for a read, and returns its id; the `id` of `read` plays no part.
    ///
    /// # Errors
    /// It was not written, or nothing can be written at present.
    pub async fn request_read(&self, read: PendingRead) -> Result<i64, StoreError> {
        match &*self.database {
            Database::Memory(_) => Ok(read.id),
            Database::Sqlite(sqlite) => sqlite.can_write().map(|()| read.id),
            Database::Postgres(_) => run!(self, Any, |c| changes::add_read(c, read)),
        }
    }

    /// Removes reads that have ended, so that those who wait for them see it.
    ///
    /// # Errors
    /// They are still there.
    pub async fn finish_reads(&self, ids: &[i64]) -> Result<(), StoreError> {
        match &*self.database {
            Database::Memory(_) | Database::Sqlite(_) => Ok(()),
            Database::Postgres(_) => run!(self, Any, |c| changes::remove_reads(c, ids)),
        }
    }
}

/// A quiet day is known by its having no events.
fn with_quiet_days(mut contents: Contents) -> Contents {
    let quiet = contents.days.iter().filter(|day| day.verdict == Verdict::Quiet);
    let quiet = quiet.map(|day| ChangedDay {
        subject: day.subject,
        listing_date: day.date,
        events: Vec::new(),
        added: 0,
    });
    contents.changes.extend(quiet);
    contents
}
