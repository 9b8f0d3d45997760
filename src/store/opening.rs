//! Opens, checks and closes a store.

use std::path::Path;

use super::error::StoreError;
use super::handle::{Database, Store};
use super::memory::Memory;
use super::operations::Operations;
use super::options::Options;
use super::postgres::Postgres;
use super::sqlite::{Check, Known, Sqlite};

impl Store {
    /// A store that lasts as long as its handles and writes no file.
    ///
    /// Dates are counted from the mailing, whenever a page was read: another run that reads the same pages in the same
    /// order sets the same dates.
    ///
    /// # Errors
    /// There is no memory or no thread for it.
    pub fn in_memory() -> Result<Self, StoreError> {
        Memory::open().map(|memory| Self::over(Database::Memory(memory), Operations::default()))
    }

    /// [`Self::open_as`] of a process that has no name to give.
    ///
    /// # Errors
    /// As there.
    pub async fn open(options: &Options, upstream: &str) -> Result<Self, StoreError> {
        Self::open_as(options, upstream, "").await
    }

    /// Opens a store, makes it where there is none, and brings its schema up to date.
    ///
    /// `upstream` is where announcements come from; a store takes those of one upstream only.
    /// `holder` names this process to another one that wants the file as well.
    ///
    /// # Errors
    /// A file cannot be opened or written, is in use by another process or is damaged; a database cannot be reached or
    /// used; the schema is newer than this program, or the store was filled from elsewhere.
    pub async fn open_as(options: &Options, upstream: &str, holder: &str) -> Result<Self, StoreError> {
        match options {
            Options::Sqlite(path) => Ok(Self::of_file(path, Sqlite::open_as(path, upstream, holder).await?)),
            Options::Postgres(address) => Ok(Self::of_postgres(Postgres::open(address, upstream).await?)),
        }
    }

    /// The same beside a process that has the file, if there is one; then the upstream is not to be asked.
    ///
    /// # Errors
    /// As [`Self::open_as`], but that another process may have a file whose schema is up to date.
    pub async fn open_beside(options: &Options, upstream: &str, holder: &str) -> Result<Self, StoreError> {
        match options {
            Options::Sqlite(path) => {
                Ok(Self::of_file(path, Sqlite::open_beside(path, upstream, holder).await?))
            }
            Options::Postgres(address) => Ok(Self::of_postgres(Postgres::open(address, upstream).await?)),
        }
    }

    /// Opens a store that exists, whatever it was filled from, to look into it.
    ///
    /// # Errors
    /// There is no such file, or it cannot be opened as [`Self::open_beside`] would.
    pub async fn open_to_read(options: &Options) -> Result<Self, StoreError> {
        match options {
            Options::Sqlite(path) => Ok(Self::of_file(path, Sqlite::open_to_read(path).await?)),
            Options::Postgres(address) => Ok(Self::of_postgres(Postgres::open_to_read(address).await?)),
        }
    }

    /// Ends with everything written and every connection closed.
    pub async fn close(&self) {
        match &*self.database {
            Database::Memory(_) => {}
            Database::Sqlite(sqlite) => sqlite.close().await,
            Database::Postgres(postgres) => postgres.close().await,
        }
    }

    /// Checks that the file is still the one that was opened, and puts it right where it is not; `known` returns what this
    /// process knows without it. Does nothing for a store that is no file.
    ///
    /// The write-ahead log is copied into the file, so that a file which is moved away is whole.
    ///
    /// # Errors
    /// The file cannot be used as it is; the next call tries again.
    pub fn check<'a>(&'a self, known: Known<'a>) -> Check<'a> {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.check(known),
            Database::Memory(_) | Database::Postgres(_) => Box::pin(std::future::ready(Ok(()))),
        }
    }

    /// Waits until the file is found to be another; for ever for a store that is no file.
    pub async fn displacement(&self) {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.displacement().await,
            Database::Memory(_) | Database::Postgres(_) => std::future::pending().await,
        }
    }

    fn of_file(path: &Path, sqlite: Sqlite) -> Self {
        Self::over(Database::Sqlite(Box::new(sqlite)), Operations::of_file(path))
    }

    fn of_postgres(postgres: Postgres) -> Self {
        Self::over(Database::Postgres(postgres), Operations::default())
    }
}
