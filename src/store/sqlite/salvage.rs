//! A salvaged store: written beside the place of the store, and taken into the file that stands there.
//!
//! It stays until that is done, also over a restart. What readers were told comes from it, so that in a contradiction
//! its ids and dates stand.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::store::connection::{Connection as Lent, values};
use crate::store::contents::Contents;
use crate::store::error::StoreError;
use crate::store::failure::{failed, open_failure};
use crate::store::schema::TABLES;
use crate::store::{days, stored_paper};

use super::file::{COMPANIONS, beside, close, connect, prepare};

/// What is put behind the name of the store's file.
const ENDING: &str = ".salvaged";

/// The same while it is not whole.
const UNFINISHED: &str = ".salvaged.partial";

/// Events that have a date which the other side gave to another, or another date than there; they make room.
const MAKE_ROOM: &str = "CREATE TEMP TABLE moved AS SELECT sequence, published FROM main.events AS own \
    WHERE EXISTS (SELECT 1 FROM salvaged.events AS other WHERE other.published = own.published \
    AND (other.paper_id, other.listing_date) <> (own.paper_id, own.listing_date)) \
    OR EXISTS (SELECT 1 FROM salvaged.events AS other WHERE other.paper_id = own.paper_id \
    AND other.listing_date = own.listing_date AND other.published <> own.published); \
    UPDATE main.events SET published = -sequence WHERE sequence IN (SELECT sequence FROM moved)";

/// Events and where they stand.
const TAKE_IN_EVENTS: &str = "UPDATE main.events SET published = other.published FROM salvaged.events AS other \
    WHERE other.paper_id = events.paper_id AND other.listing_date = events.listing_date; \
    INSERT INTO main.events (paper_id, listing_date, published, paper) \
    SELECT paper_id, listing_date, published, paper FROM salvaged.events AS other WHERE NOT EXISTS \
    (SELECT 1 FROM main.events AS own WHERE own.paper_id = other.paper_id AND own.listing_date = other.listing_date) \
    ORDER BY sequence; \
    INSERT INTO main.memberships (subject, event, position, announce_type, first_type, cross_list_from, added_at) \
    SELECT subject, own.sequence, position, announce_type, first_type, cross_list_from, added_at \
    FROM salvaged.memberships JOIN salvaged.events AS other ON event = other.sequence \
    JOIN main.events AS own ON own.paper_id = other.paper_id AND own.listing_date = other.listing_date WHERE TRUE \
    ON CONFLICT (subject, event) DO UPDATE SET position = excluded.position, \
    announce_type = excluded.announce_type, first_type = coalesce(excluded.first_type, excluded.announce_type), \
    cross_list_from = excluded.cross_list_from, added_at = excluded.added_at";

/// The greatest second before another that is free.
const FREE_SECOND: &str = "SELECT own.published - 1 FROM main.events AS own WHERE own.published <= ? AND NOT EXISTS \
    (SELECT 1 FROM main.events AS next WHERE next.published = own.published - 1) \
    ORDER BY own.published DESC LIMIT 1";

/// Everything else but the days.
const TAKE_IN_THE_REST: &str = "INSERT INTO main.requests (subject, requested_at) \
    SELECT subject, requested_at FROM salvaged.requests WHERE TRUE ON CONFLICT (subject) \
    DO UPDATE SET requested_at = max(requested_at, excluded.requested_at); \
    INSERT INTO main.rules (feed, rules, since) SELECT feed, rules, since FROM salvaged.rules WHERE TRUE \
    ON CONFLICT (feed) DO UPDATE SET rules = excluded.rules, since = excluded.since; \
    INSERT OR REPLACE INTO main.subscriptions SELECT * FROM salvaged.subscriptions; \
    INSERT OR REPLACE INTO main.intents SELECT * FROM salvaged.intents; \
    INSERT OR IGNORE INTO main.announced SELECT * FROM salvaged.announced; \
    DELETE FROM main.deliveries WHERE EXISTS (SELECT 1 FROM salvaged.announced AS known \
    WHERE known.feed = deliveries.feed AND known.target = deliveries.target); \
    INSERT INTO main.deliveries (feed, target, event, body, made_at, attempts, next_at) \
    SELECT feed, target, event, body, made_at, attempts, next_at FROM salvaged.deliveries ORDER BY sequence";

/// Is there something that waits to be taken in?
pub(super) fn is_salvaged(path: &Path) -> bool {
    beside(path, ENDING).exists()
}

/// Writes everything that an open file has beside its place.
pub(super) async fn salvage(connection: &mut SqliteConnection, path: &Path) -> Result<(), sqlx::Error> {
    let partial = unfinished(path)?;
    sqlx::query("VACUUM INTO ?").bind(partial.display().to_string()).execute(connection).await?;
    finish(path, &partial)?;
    Ok(())
}

/// Writes what a process remembers, where there is no file to read.
pub(super) async fn salvage_memory(
    path: &Path,
    shown: &str,
    upstream: Option<&str>,
    memory: &Contents,
) -> Result<(), StoreError> {
    let fail = |error: sqlx::Error| failed(shown, &error);
    let partial = unfinished(path).map_err(|error| fail(error.into()))?;
    let mut connection = connect(&partial, true).await.map_err(fail)?;
    let written = async {
        prepare(&mut connection, &partial.display().to_string(), upstream).await?;
        write(&mut connection, memory).await.map_err(fail)
    };
    let written = written.await;
    close(Some(connection)).await;
    written?;
    finish(path, &partial).map_err(|error| fail(error.into()))
}

/// Puts what was salvaged into the place of the store where that is empty.
pub(super) fn place(path: &Path, shown: &str) -> Result<(), StoreError> {
    let salvaged = beside(path, ENDING);
    // A link that leads nowhere is a place as well.
    if !salvaged.exists() || path.exists() {
        return Ok(());
    }
    for ending in COMPANIONS {
        // Of a file that is gone; what it held was salvaged.
        drop(std::fs::remove_file(beside(path, ending)));
    }
    // Unlike a renaming, a link replaces nothing that was put there meanwhile.
    let placed = match std::fs::hard_link(&salvaged, path) {
        Ok(()) => std::fs::remove_file(&salvaged),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(_) => std::fs::rename(&salvaged, path),
    };
    placed.map_err(|error| StoreError::Open {
        path: shown.to_owned(),
        reason: format!("`{}` cannot be put in its place: {error}", salvaged.display()),
    })
}

/// Takes what was salvaged into the store, all of it or nothing, and forgets it then.
pub(super) async fn merge_salvaged(
    connection: &mut SqliteConnection,
    path: &Path,
    shown: &str,
) -> Result<(), StoreError> {
    let salvaged = beside(path, ENDING);
    if !salvaged.exists() {
        return Ok(());
    }
    let fail = |error| open_failure(shown, &error);
    let own: Option<String> = sqlx::query_scalar("SELECT upstream FROM identity")
        .fetch_optional(&mut *connection)
        .await
        .map_err(fail)?;
    let name = salvaged.display().to_string();
    let mut other = connect(&salvaged, false).await.map_err(|error| open_failure(&name, &error))?;
    let prepared = prepare(&mut other, &name, own.as_deref()).await;
    close(Some(other)).await;
    prepared?;
    sqlx::query("ATTACH ? AS salvaged").bind(&name).execute(&mut *connection).await.map_err(fail)?;
    let merged = merge(connection).await;
    let detached = sqlx::query("DETACH salvaged").execute(&mut *connection).await;
    merged.and(detached.map(drop)).map_err(fail)?;
    tracing::info!("`{name}` was taken into the store `{shown}`");
    std::fs::remove_file(&salvaged).map_err(|error| fail(error.into()))
}

async fn merge(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(MAKE_ROOM).execute(&mut *transaction).await?;
    sqlx::query(TAKE_IN_EVENTS).execute(&mut *transaction).await?;
    let moved = "SELECT moved.sequence, moved.published FROM moved JOIN main.events USING (sequence) \
                 WHERE events.published < 0 ORDER BY moved.published DESC";
    let moved: Vec<(i64, i64)> = sqlx::query_as(moved).fetch_all(&mut *transaction).await?;
    for (sequence, published) in moved {
        let free: i64 = sqlx::query_scalar(FREE_SECOND).bind(published).fetch_one(&mut *transaction).await?;
        let update = "UPDATE main.events SET published = ? WHERE sequence = ?";
        sqlx::query(update).bind(free).bind(sequence).execute(&mut *transaction).await?;
    }
    for name in ["days", "reads"] {
        let Some(table) = TABLES.iter().find(|table| table.name == name) else { continue };
        let columns = table.columns.iter().map(|(column, _)| *column).filter(|column| *column != "sequence");
        let columns: Vec<&str> = columns.collect();
        let columns = columns.join(", ");
        let rest = if name == "days" {
            format!("WHERE TRUE {}", days::ON_KNOWN_DAY)
        } else {
            "AS other WHERE NOT EXISTS (SELECT 1 FROM main.reads AS own WHERE own.subject = other.subject \
             AND own.read_at = other.read_at AND own.verdict = other.verdict) ORDER BY sequence"
                .to_owned()
        };
        let insert =
            format!("INSERT INTO main.{name} ({columns}) SELECT {columns} FROM salvaged.{name} {rest}");
        sqlx::query(AssertSqlSafe(insert)).execute(&mut *transaction).await?;
    }
    sqlx::query(TAKE_IN_THE_REST).execute(&mut *transaction).await?;
    sqlx::query("DROP TABLE moved").execute(&mut *transaction).await?;
    transaction.commit().await
}

/// Writes what memory holds into an empty store.
async fn write(connection: &mut SqliteConnection, memory: &Contents) -> Result<(), sqlx::Error> {
    let c = &mut Lent::Sqlite(connection);
    c.begin().await?;
    for event in memory.changes.iter().flat_map(|change| &change.events) {
        let insert = "INSERT INTO events (paper_id, listing_date, published, paper) VALUES ($1, $2, $3, $4) \
                      ON CONFLICT DO NOTHING";
        let paper = stored_paper::write(&event.paper);
        let id = event.paper.id.as_str();
        c.execute(insert, &values![id, event.listing_date, event.published, paper]).await?;
    }
    for change in &memory.changes {
        for (position, event) in (1_i64..).zip(&change.events) {
            let insert = "INSERT INTO memberships \
                          (subject, event, position, announce_type, first_type, cross_list_from, added_at) \
                          SELECT $1, sequence, $2, $3, $4, $5, $6 FROM events \
                          WHERE paper_id = $7 AND listing_date = $8 ON CONFLICT DO NOTHING";
            let values = values![
                change.subject,
                position,
                event.announce_type.as_str(),
                event.first_type.as_str(),
                event.cross_list_from.as_deref(),
                event.added,
                event.paper.id.as_str(),
                event.listing_date,
            ];
            c.execute(insert, &values).await?;
        }
    }
    for day in &memory.days {
        days::write_day(c, day).await?;
    }
    for (outcome, at) in &memory.reads {
        days::write_read(c, outcome, *at).await?;
    }
    for (subject, at) in &memory.requests {
        days::write_request(c, *subject, *at).await?;
    }
    for (feed, rules, since) in &memory.rules {
        let _since: Timestamp = days::in_force_since(c, feed, rules, *since).await?;
    }
    c.commit().await
}

/// The name under which it is written; what was left there is half of something.
fn unfinished(path: &Path) -> io::Result<PathBuf> {
    let partial = beside(path, UNFINISHED);
    for ending in ["", "-journal"].into_iter().chain(COMPANIONS) {
        match std::fs::remove_file(beside(&partial, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(partial)
}

/// It is whole and on the disk.
fn finish(path: &Path, partial: &Path) -> io::Result<()> {
    std::fs::File::open(partial)?.sync_all()?;
    std::fs::rename(partial, beside(path, ENDING))
}
