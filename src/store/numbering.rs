//! Numbers by which replicas that share a PostgreSQL find what they have not seen: every changed day has one, every read
//! has one.
//!
//! One session at a time writes, so that a higher number was written later. Notifications only say when to look.
//! A SQLite file is read by the process that writes it alone: there these functions do nothing.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::taxonomy::SubjectId;

use super::connection::{Connection, values};

/// The highest numbers that a replica has read, or that one transaction has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// Of a day.
    pub(super) revision: i64,
    /// Of a read.
    pub(super) read: i64,
}

impl Numbers {
    /// What this replica wrote itself is no change to it.
    pub(super) fn advance(&mut self, written: Self) {
        self.revision = self.revision.max(written.revision);
        self.read = self.read.max(written.read);
    }
}

/// The moment by the clock that counts: the server's, which all replicas share, or this machine's for a file.
pub(super) async fn now(c: &mut Connection<'_>, own: Timestamp) -> Result<Timestamp, sqlx::Error> {
    if matches!(c, Connection::Sqlite(_)) {
        return Ok(own);
    }
    let select = "SELECT extract(epoch FROM clock_timestamp())::bigint AS now";
    let seconds = c.number(select, &[], "now").await?;
    Timestamp::from_second(seconds).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// A replica whose clock is ahead writes no moment that is still to come.
pub(super) async fn no_later_than_now(
    c: &mut Connection<'_>,
    at: Timestamp,
) -> Result<Timestamp, sqlx::Error> {
    Ok(now(c, at).await?.min(at))
}

/// Gives a day the next number, which is returned.
pub(super) async fn number_day(
    c: &mut Connection<'_>,
    subject: SubjectId,
    date: Date,
) -> Result<i64, sqlx::Error> {
    if matches!(c, Connection::Sqlite(_)) {
        return Ok(0);
    }
    let insert = "INSERT INTO revised_days (subject, listing_date, revision) \
                  VALUES ($1, $2, nextval('revisions')) ON CONFLICT (subject, listing_date) \
                  DO UPDATE SET revision = excluded.revision RETURNING revision";
    c.number(insert, &values![subject, date], "revision").await
}

/// Gives later days that hold replacements of these papers the next numbers: the version before them has changed.
///
/// That is a change to everyone, also to the one that writes, which has numbered its own day before.
/// Days outside the window, which no replica holds, are left alone.
pub(super) async fn number_compared_days(
    c: &mut Connection<'_>,
    papers: &[&str],
    date: Date,
    window_days: Option<u32>,
) -> Result<(), sqlx::Error> {
    let Connection::Postgres(connection) = c else { return Ok(()) };
    let insert = "INSERT INTO revised_days (subject, listing_date, revision) \
                  SELECT subject, listing_date, nextval('revisions') FROM \
                  (SELECT DISTINCT subject, listing_date FROM events JOIN memberships ON event = sequence \
                  WHERE paper_id = ANY($1) AND listing_date > $2 \
                  AND listing_date <= to_char($2::date + 300, 'YYYY-MM-DD') \
                  AND ($3::int IS NULL OR listing_date >= \
                  (SELECT to_char(max(listing_date)::date - $3::int, 'YYYY-MM-DD') FROM days)) \
                  AND announce_type IN ('replace', 'replace-cross')) AS compared \
                  ON CONFLICT (subject, listing_date) DO UPDATE SET revision = excluded.revision";
    sqlx::query(insert)
        .bind(papers)
        .bind(date.to_string())
        .bind(window_days.map(i64::from))
        .execute(&mut **connection)
        .await
        .map(drop)
}

/// Before days are pruned: replacements that stay lose the version before them.
pub(super) async fn prune(
    c: &mut Connection<'_>,
    before: Date,
    window_days: Option<u32>,
) -> Result<(), sqlx::Error> {
    if matches!(c, Connection::Sqlite(_)) {
        return Ok(());
    }
    let papers =
        c.rows("SELECT DISTINCT paper_id FROM events WHERE listing_date < $1", &values![before]).await?;
    let papers: Vec<&str> = papers.iter().map(|row| row.text("paper_id")).collect::<Result<_, _>>()?;
    number_compared_days(c, &papers, before.yesterday().unwrap_or(before), window_days).await?;
    c.execute("DELETE FROM revised_days WHERE listing_date < $1", &values![before]).await
}

/// Tells every replica that something may have changed, at once or when the transaction is committed.
pub(super) async fn notify(c: &mut Connection<'_>) -> Result<(), sqlx::Error> {
    let Connection::Postgres(_) = c else { return Ok(()) };
    c.execute("SELECT pg_notify('crosslist_' || 'leadership'::regclass::oid::bigint, '')", &[]).await
}

/// The highest numbers that were given.
pub(super) async fn highest(c: &mut Connection<'_>) -> Result<Numbers, sqlx::Error> {
    let Connection::Postgres(_) = c else { return Ok(Numbers::default()) };
    Ok(Numbers {
        revision: c
            .number("SELECT coalesce(max(revision), 0) AS highest FROM revised_days", &[], "highest")
            .await?,
        read: c.number("SELECT coalesce(max(sequence), 0) AS highest FROM reads", &[], "highest").await?,
    })
}
