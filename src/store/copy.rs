//! How does everything that is kept move into another store?
//!
//! Row by row, as it is: ids, dates and what was read when stay what they were.
//! The source is seen at one moment, and the target gets all of it or nothing.

mod rows;
mod tables;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{Connection, PgConnection, SqliteConnection};

use super::failure::{failed, open_failure, postgres_failure};
use super::{Address, Options, Postgres, Replicas, Role, Sqlite, StoreError};

use rows::Side;
use tables::Table;

pub(super) use tables::TABLES;

/// Hears how many rows of how many have been copied.
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
    let upstream = upstream
        .ok_or_else(|| StoreError::Failed(format!("`{from}` holds nothing: no service has opened it yet")))?;
    let (mut target, held) = open_target(to, &upstream).await?;
    let copied = all_tables(&mut source, &mut target, (from, to), progress).await;
    if let Some(held) = held {
        held.resign().await;
        held.close().await;
    }
    source.close().await;
    let copied = copied?;
    target.close().await;
    Ok(copied)
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
    // Under another name until it is whole, so that no half of a backup is ever taken for one.
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let left_over = std::fs::remove_file(&partial);
    if let Err(error) = left_over.or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }) {
        return Err(refuse(format!("`{}` is in the way: {error}", partial.display())));
    }
    let written = match from {
        Options::Sqlite(path) => vacuum_into(path, &partial).await,
        Options::Postgres(_) => copy(from, &Options::Sqlite(partial.clone()), progress).await.map(drop),
    };
    let placed = written.and_then(|()| {
        let synced = std::fs::File::open(&partial).and_then(|file| file.sync_all());
        synced.and_then(|()| std::fs::rename(&partial, file)).map_err(|error| refuse(error.to_string()))
    });
    if placed.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    placed
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
        StoreError::Failed(_) => open_failure(&file.display().to_string(), &error),
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
async fn open_target(to: &Options, upstream: &str) -> Result<(Side, Option<Postgres>), StoreError> {
    let (opened, held) = match to {
        Options::Sqlite(path) => {
            Sqlite::open(path, upstream).await?.close().await;
            (connect_sqlite(path, "BEGIN IMMEDIATE").await, None)
        }
        Options::Postgres(address) => {
            let store = Postgres::open(address, upstream).await?;
            if store.lead(Duration::ZERO).await? == Role::Follows {
                return Err(StoreError::Failed(format!("a service is running on `{to}`; stop it first")));
            }
            (connect_postgres(address, "BEGIN").await, Some(store))
        }
    };
    let mut target = opened.map_err(|error| fail(to, &error))?;
    for table in &TABLES {
        if target.count(table).await.map_err(|error| fail(to, &error))? > 0 {
            let reason = format!("`{to}` holds something already; name an empty store");
            return Err(StoreError::Failed(reason));
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
            after = Some(table.key_of(last));
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
            return Err(StoreError::Failed(reason));
        }
    }
    target.commit().await.map_err(|error| fail(to, &error))?;
    Ok(counts.into_iter().map(|(table, count)| (table.name, count)).collect())
}

async fn connect_sqlite(path: &Path, begin: &'static str) -> Result<Side, sqlx::Error> {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(path).busy_timeout(super::sqlite::BUSY_TIMEOUT);
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
