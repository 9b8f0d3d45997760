//! Copies a store into another, of the same kind of database or not, and writes backups.
//!
//! Rows are copied as they are, so that ids, dates and moments stay. The source is read at one moment, and the target gets
//! all of it or nothing.

mod rows;

use std::path::Path;
use std::time::Duration;

use sqlx::{Connection, PgConnection, SqliteConnection};

use super::address::Address;
use super::connection::Value;
use super::contents::Role;
use super::error::StoreError;
use super::failure::{failed, open_failure, postgres_failure};
use super::lock::Lock;
use super::options::Options;
use super::postgres::Postgres;
use super::schema::{TABLES, Table};
use super::sqlite::{self, Sqlite};

use rows::Side;

/// Called with how many rows of how many have been copied.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Copies a store into an empty one, and returns how many rows each table has.
///
/// # Errors
/// One of them cannot be used, the target holds something or is in use, or it was filled from elsewhere.
pub async fn copy(
    from: &Options,
    to: &Options,
    progress: Progress<'_>,
) -> Result<Vec<(&'static str, u64)>, StoreError> {
    let mut source = open_source(from).await?;
    let upstream = source.upstream().await.map_err(|error| fail(from, &error))?;
    let upstream = upstream.ok_or_else(|| {
        StoreError::Impossible(format!("`{from}` holds nothing: no service has opened it yet"))
    })?;
    let (mut target, held) = match open_target(to, &upstream).await {
        Ok(opened) => opened,
        Err(error) => {
            // Or its log would be left beside it.
            source.close().await;
            return Err(error);
        }
    };
    let copied = all_tables(&mut source, &mut target, (from, to), progress).await;
    source.close().await;
    target.close().await;
    held.free().await;
    copied
}

/// Keeps others from a target while it is written.
enum HeldTarget {
    File(Box<Sqlite>),
    Database(Postgres),
}

impl HeldTarget {
    async fn free(self) {
        match self {
            Self::File(store) => store.close().await,
            Self::Database(store) => {
                store.resign().await;
                store.close().await;
            }
        }
    }
}

/// Writes a copy of a store into a file that is not there yet; the store may be in use.
///
/// # Errors
/// The store cannot be read, or the file cannot be written or is there already.
pub async fn backup(from: &Options, file: &Path, progress: Progress<'_>) -> Result<(), StoreError> {
    let refuse = |reason: String| StoreError::Open { path: file.display().to_string(), reason };
    if file.exists() {
        return Err(refuse("there is such a file already, and a backup replaces none".to_owned()));
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(refuse(format!("there is no folder `{}`", folder.display())));
    }
    clear_unfinished(file)
        .map_err(|error| refuse(format!("what an earlier backup left is in the way: {error}")))?;
    // Under another name until it is whole, so that no half of a backup is ever taken for one.
    let partial = sqlite::beside(file, UNFINISHED);
    let written = match from {
        Options::Sqlite(path) => {
            let _own = Lock::take(&partial, "`crosslist store backup`")?;
            vacuum_into(path, &partial).await
        }
        Options::Postgres(_) => copy(from, &Options::Sqlite(partial.clone()), progress).await.map(drop),
    };
    let placed = written.and_then(|()| {
        let synced = std::fs::File::open(&partial).and_then(|file| file.sync_all());
        synced.and_then(|()| std::fs::rename(&partial, file)).map_err(|error| refuse(error.to_string()))
    });
    remove_unfinished(&partial);
    placed
}

/// What is put behind the name of a backup until it is whole.
const UNFINISHED: &str = ".crosslist-partial";

/// What may lie beside it.
const COMPANIONS: [&str; 5] = ["", "-journal", "-wal", "-shm", ".lock"];

/// Removes what backups into the same folder have left that were killed; one that is at work keeps its lock.
fn clear_unfinished(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let left = name.to_str().and_then(|name| Some(&name[..name.find(UNFINISHED)? + UNFINISHED.len()]));
        if let Some(partial) = left.map(|left| folder.join(left))
            && Lock::take(&partial, "`crosslist store backup`").is_ok()
        {
            remove_unfinished(&partial);
        }
    }
    Ok(())
}

fn remove_unfinished(partial: &Path) {
    for ending in COMPANIONS {
        // What is not there need not be removed, and what cannot be is in the way of the next, which says so.
        drop(std::fs::remove_file(sqlite::beside(partial, ending)));
    }
}

async fn vacuum_into(path: &Path, file: &Path) -> Result<(), StoreError> {
    let options = Options::Sqlite(path.to_owned());
    let Side::Sqlite(mut connection) = open_source(&options).await? else { return Ok(()) };
    let vacuumed = async {
        sqlx::query("COMMIT").execute(&mut connection).await?;
        // What goes wrong from here on, the new file's disk is the likeliest cause of.
        sqlx::query("VACUUM INTO ?").bind(file.display().to_string()).execute(&mut connection).await?;
        connection.close().await
    };
    vacuumed.await.map_err(|error| match failed(&path.display().to_string(), &error) {
        StoreError::Failed { .. } => open_failure(&file.display().to_string(), &error),
        damaged => damaged,
    })
}

/// Opens a store, brings its schema up to date, and stays at this moment.
async fn open_source(from: &Options) -> Result<Side, StoreError> {
    let opened = match from {
        Options::Sqlite(path) => {
            Sqlite::open_to_read(path).await?.close().await;
            connect_sqlite(path, "BEGIN").await
        }
        Options::Postgres(address) => {
            Postgres::open_to_read(address).await?.close().await;
            connect_postgres(address, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
        }
    };
    opened.map_err(|error| fail(from, &error))
}

/// Opens an empty store and begins to write; what keeps others from it meanwhile is held beside it.
async fn open_target(to: &Options, upstream: &str) -> Result<(Side, HeldTarget), StoreError> {
    let (opened, held) = match to {
        Options::Sqlite(path) => {
            let store = Sqlite::open_as(path, upstream, "`crosslist store copy`").await?;
            (connect_sqlite(path, "BEGIN IMMEDIATE").await, HeldTarget::File(Box::new(store)))
        }
        Options::Postgres(address) => {
            let store = Postgres::open(address, upstream).await?;
            if store.lead(Duration::ZERO).await? == Role::Follows {
                return Err(StoreError::Impossible(format!("a service is running on `{to}`; stop it first")));
            }
            (connect_postgres(address, "BEGIN").await, HeldTarget::Database(store))
        }
    };
    let mut target = opened.map_err(|error| fail(to, &error))?;
    for table in &TABLES {
        if target.count(table).await.map_err(|error| fail(to, &error))? > 0 {
            let reason = format!("`{to}` holds something already; name an empty store");
            return Err(StoreError::Impossible(reason));
        }
    }
    Ok((target, held))
}

async fn all_tables(
    source: &mut Side,
    target: &mut Side,
    (from, to): (&Options, &Options),
    progress: Progress<'_>,
) -> Result<Vec<(&'static str, u64)>, StoreError> {
    let mut counts: Vec<(&Table, u64)> = Vec::new();
    for table in &TABLES {
        counts.push((table, source.count(table).await.map_err(|error| fail(from, &error))?));
    }
    let total = counts.iter().map(|(_, count)| count).sum();
    let mut done = 0;
    for (table, _) in &counts {
        let mut after = None;
        loop {
            let rows = source.read(table, after.as_deref()).await.map_err(|error| fail(from, &error))?;
            let Some(last) = rows.last() else { break };
            after = Some(key_of(table, last));
            target.write(table, &rows).await.map_err(|error| fail(to, &error))?;
            done += rows.len() as u64;
            progress(done, total);
        }
    }
    target.finish().await.map_err(|error| fail(to, &error))?;
    for (table, count) in &counts {
        let found = target.count(table).await.map_err(|error| fail(to, &error))?;
        if found != *count {
            let name = table.name;
            let reason =
                format!("`{name}` has {count} rows in `{from}` and {found} in `{to}`; nothing was copied");
            return Err(StoreError::Impossible(reason));
        }
    }
    target.commit().await.map_err(|error| fail(to, &error))?;
    Ok(counts.into_iter().map(|(table, count)| (table.name, count)).collect())
}

/// The values of a row by which it is ordered.
fn key_of(table: &Table, row: &[Value<'static>]) -> Vec<Value<'static>> {
    table.key.iter().map(|index| row[*index].clone()).collect()
}

async fn connect_sqlite(path: &Path, begin: &'static str) -> Result<Side, sqlx::Error> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).busy_timeout(sqlite::BUSY_TIMEOUT);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::query(begin).execute(&mut connection).await?;
    Ok(Side::Sqlite(connection))
}

async fn connect_postgres(address: &Address, begin: &'static str) -> Result<Side, sqlx::Error> {
    let mut connection = PgConnection::connect_with(&address.connect_options()?).await?;
    sqlx::query(begin).execute(&mut connection).await?;
    Ok(Side::Postgres(connection))
}

fn fail(options: &Options, error: &sqlx::Error) -> StoreError {
    match options {
        Options::Sqlite(path) => failed(&path.display().to_string(), error),
        Options::Postgres(address) => postgres_failure(&address.to_string(), error),
    }
}
