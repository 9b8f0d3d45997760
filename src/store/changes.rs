//! What other replicas have written to a PostgreSQL since this one last looked, and the reads that their readers wait for.

use sqlx::{AssertSqlSafe, Row as _};

use crate::domain::event::ChangedDay;
use crate::domain::verdict::Verdict;

use super::columns;
use super::connection::{Connection, Row, values};
use super::contents::{Contents, PendingRead};
use super::days::{self, DAY_COLUMNS, READ_COLUMNS};
use super::events;
use super::numbering::{self, Numbers};

/// What was written after the numbers that were seen, in the order in which it was written, and the new numbers.
pub(super) async fn since(c: &mut Connection<'_>, seen: Numbers) -> Result<(Contents, Numbers), sqlx::Error> {
    c.begin_reading().await?;
    let highest = numbering::highest(c).await?;
    // Lower numbers than those that were seen: a backup was restored, and everything in it is a change.
    let seen = if highest.read < seen.read { Numbers::default() } else { seen };
    let mut contents = Contents {
        requests: days::requests(c).await?,
        pending_reads: pending_reads(c).await?,
        ..Contents::default()
    };
    if highest.revision > seen.revision {
        days_since(c, seen.revision, &mut contents).await?;
    }
    if highest.read > seen.read {
        let select = format!("SELECT {READ_COLUMNS} FROM reads WHERE sequence > $1 ORDER BY sequence");
        contents.reads = c.read(AssertSqlSafe(select), &values![seen.read], columns::read).await?;
    }
    c.commit().await?;
    Ok((contents, highest))
}

/// The days that have a later number, each as it is now.
async fn days_since(
    c: &mut Connection<'_>,
    revision: i64,
    contents: &mut Contents,
) -> Result<(), sqlx::Error> {
    let select = format!(
        "SELECT {DAY_COLUMNS} FROM revised_days JOIN days USING (subject, listing_date) \
         WHERE revision > $1 ORDER BY revision"
    );
    for row in c.rows(AssertSqlSafe(select), &values![revision]).await? {
        let day = columns::day(&row)?;
        let events = events::of_day(c, day.subject, day.date, events::Papers::default()).await?;
        if day.verdict != Verdict::Gap || !events.is_empty() {
            contents.changes.push(ChangedDay {
                subject: day.subject,
                listing_date: day.date,
                events,
                added: 0,
            });
        }
        contents.days.push(day);
    }
    Ok(())
}

/// The reads that readers of all replicas wait for.
pub(super) async fn pending_reads(c: &mut Connection<'_>) -> Result<Vec<PendingRead>, sqlx::Error> {
    let Connection::Postgres(_) = c else { return Ok(Vec::new()) };
    let read = |row: &Row| {
        let flag = |name| match row {
            Row::Postgres(row) => row.try_get(name),
            Row::Sqlite(_) => Ok(false),
        };
        Ok(PendingRead {
            id: row.integer("id")?,
            subject: columns::subject(row)?,
            again: flag("again")?,
            filled: flag("filled")?,
        })
    };
    c.read("SELECT id, subject, again, filled FROM wishes ORDER BY id", &[], read).await
}

/// Writes down a read that a reader of this replica waits for, and returns its id; 0 for a file.
pub(super) async fn add_read(c: &mut Connection<'_>, read: PendingRead) -> Result<i64, sqlx::Error> {
    let Connection::Postgres(connection) = c else { return Ok(0) };
    let insert = "INSERT INTO wishes (subject, again, filled) VALUES ($1, $2, $3) RETURNING id";
    let insert = sqlx::query_scalar(insert).bind(read.subject.as_str()).bind(read.again).bind(read.filled);
    let id = insert.fetch_one(&mut **connection).await?;
    numbering::notify(c).await?;
    Ok(id)
}

/// Removes reads that have ended.
pub(super) async fn remove_reads(c: &mut Connection<'_>, ids: &[i64]) -> Result<(), sqlx::Error> {
    let Connection::Postgres(connection) = c else { return Ok(()) };
    sqlx::query("DELETE FROM wishes WHERE id = ANY($1)").bind(ids).execute(&mut **connection).await?;
    numbering::notify(c).await
}
