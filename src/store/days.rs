//! Writes and reads what is known of days, how reads ended, when readers asked, rules and the back-off.
//!
//! The statements are the same for both databases.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sqlx::AssertSqlSafe;

use crate::domain::back_off::BackOff;
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;

use super::columns;
use super::connection::{Connection, values};
use super::contents::Contents;
use super::numbering::{self, Numbers};

/// What [`columns::day`] reads; by name, for a later schema may have more.
pub(super) const DAY_COLUMNS: &str =
    "subject, listing_date, verdict, new_count, cross_count, replace_count, missing, read_at, checks";

/// What [`columns::read`] reads.
pub(super) const READ_COLUMNS: &str = "sequence, subject, read_at, verdict, listing_date, reason, \
     new_count, cross_count, replace_count, missing, page_hash";

/// The last read of each subject's newest listing: a past day that was caught up later says nothing of it.
///
/// A page that was found to be stale is no past day, whatever its date.
const LAST_READS: &str = "sequence IN (SELECT max(sequence) FROM reads LEFT JOIN \
     (SELECT subject, max(listing_date) AS newest FROM days GROUP BY subject) AS known USING (subject) \
     WHERE verdict = 'stale' OR listing_date IS NULL OR newest IS NULL OR listing_date >= newest GROUP BY subject)";

/// The earliest read of each subject, as [`columns::first_read`] reads it. By the clock, not by the order: the first reads may
/// be of a clock that was ahead.
const FIRST_READS: &str =
    "SELECT subject, min(read_at) AS read_at FROM reads GROUP BY subject ORDER BY subject";

/// What happens to a day that is known already: the rule of [`Day::supersedes`].
pub(super) const ON_KNOWN_DAY: &str = "ON CONFLICT (subject, listing_date) DO UPDATE SET \
     verdict = excluded.verdict, new_count = excluded.new_count, cross_count = excluded.cross_count, \
     replace_count = excluded.replace_count, missing = excluded.missing, read_at = excluded.read_at, \
     checks = excluded.checks \
     WHERE CASE excluded.verdict WHEN 'complete' THEN TRUE \
     WHEN 'quiet' THEN days.new_count + days.cross_count + days.replace_count + days.missing = 0 \
     WHEN 'incomplete' THEN days.verdict <> 'complete' ELSE days.verdict NOT IN ('complete', 'quiet') END";

/// Days, the last and the first read of each subject, and requests.
pub(super) async fn read_all(c: &mut Connection<'_>) -> Result<Contents, sqlx::Error> {
    let days = format!("SELECT {DAY_COLUMNS} FROM days ORDER BY subject, listing_date");
    let reads = format!("SELECT {READ_COLUMNS} FROM reads WHERE {LAST_READS} ORDER BY subject");
    Ok(Contents {
        days: c.read(AssertSqlSafe(days), &[], columns::day).await?,
        reads: c.read(AssertSqlSafe(reads), &[], columns::read).await?,
        first_reads: c.read(FIRST_READS, &[], columns::first_read).await?,
        requests: requests(c).await?,
        ..Contents::default()
    })
}

pub(super) async fn requests(c: &mut Connection<'_>) -> Result<Vec<(SubjectId, Timestamp)>, sqlx::Error> {
    let select = "SELECT subject, requested_at FROM requests ORDER BY subject";
    c.read(select, &[], columns::request).await
}

/// [`super::Store::mark`], with the numbers that were written.
pub(super) async fn mark(c: &mut Connection<'_>, day: &Day) -> Result<Numbers, sqlx::Error> {
    c.begin().await?;
    write_day(c, day).await?;
    let revision = numbering::number_day(c, day.subject, day.date).await?;
    numbering::notify(c).await?;
    c.commit().await?;
    Ok(Numbers { revision, read: 0 })
}

/// [`super::Store::note`], with the numbers that were written.
pub(super) async fn note(
    c: &mut Connection<'_>,
    outcome: &ReadOutcome,
    at: Timestamp,
) -> Result<Numbers, sqlx::Error> {
    let at = numbering::no_later_than_now(c, at).await?;
    let read = write_read(c, outcome, at).await?;
    numbering::notify(c).await?;
    Ok(Numbers { revision: 0, read })
}

/// [`super::Store::prune`]
pub(super) async fn prune(
    c: &mut Connection<'_>,
    before: Date,
    window_days: Option<u32>,
) -> Result<(), sqlx::Error> {
    c.begin().await?;
    numbering::prune(c, before, window_days).await?;
    c.execute("DELETE FROM events WHERE listing_date < $1", &values![before]).await?;
    c.execute("DELETE FROM days WHERE listing_date < $1", &values![before]).await?;
    let midnight = before.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |zoned| zoned.timestamp());
    c.execute("DELETE FROM reads WHERE read_at < $1", &values![midnight]).await?;
    c.commit().await
}

pub(super) async fn write_day(c: &mut Connection<'_>, day: &Day) -> Result<(), sqlx::Error> {
    let insert = format!(
        "INSERT INTO days ({DAY_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) {ON_KNOWN_DAY}"
    );
    let Day { subject, date, verdict, counts, missing, read, checks } = day;
    let values = values![
        *subject,
        *date,
        verdict.as_str(),
        counts.new,
        counts.cross,
        counts.replace,
        *missing,
        *read,
        *checks,
    ];
    c.execute(AssertSqlSafe(insert), &values).await
}

/// Writes how a read ended, and returns its number.
pub(super) async fn write_read(
    c: &mut Connection<'_>,
    outcome: &ReadOutcome,
    at: Timestamp,
) -> Result<i64, sqlx::Error> {
    let insert = "INSERT INTO reads (subject, read_at, verdict, listing_date, reason, new_count, cross_count, \
                  replace_count, missing, page_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                  RETURNING sequence";
    let date = outcome.date.map(|date| date.to_string());
    let page_hash = outcome.page_hash.map(|hash| format!("{hash:016x}"));
    let values = values![
        outcome.subject,
        at,
        outcome.verdict.as_str(),
        date.as_deref(),
        &outcome.reason,
        outcome.counts.new,
        outcome.counts.cross,
        outcome.counts.replace,
        outcome.missing,
        page_hash.as_deref(),
    ];
    c.number(insert, &values, "sequence").await
}

/// [`super::Store::request`]
pub(super) async fn write_request(
    c: &mut Connection<'_>,
    subject: SubjectId,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let at = numbering::no_later_than_now(c, at).await?;
    let insert = match c {
        Connection::Sqlite(_) => {
            "INSERT INTO requests (subject, requested_at) VALUES ($1, $2) ON CONFLICT (subject) \
             DO UPDATE SET requested_at = excluded.requested_at"
        }
        // Replicas are asked by different readers; the last one counts.
        Connection::Postgres(_) => {
            "INSERT INTO requests (subject, requested_at) VALUES ($1, $2) ON CONFLICT (subject) \
             DO UPDATE SET requested_at = greatest(requests.requested_at, excluded.requested_at)"
        }
    };
    c.execute(insert, &values![subject, at]).await
}

/// [`super::Store::in_force_since`]
pub(super) async fn in_force_since(
    c: &mut Connection<'_>,
    feed: &str,
    rules: &str,
    now: Timestamp,
) -> Result<Timestamp, sqlx::Error> {
    let insert = "INSERT INTO rules (feed, rules, since) VALUES ($1, $2, $3) ON CONFLICT (feed) DO UPDATE \
                  SET since = CASE rules.rules WHEN $2 THEN rules.since ELSE $3 END, rules = $2 RETURNING since";
    let row = c.row(insert, &values![feed, rules, now]).await?.ok_or(sqlx::Error::RowNotFound)?;
    columns::moment(&row, "since")
}

/// [`super::Store::keep_back_off`]
pub(super) async fn write_back_off(
    c: &mut Connection<'_>,
    back_off: Option<&BackOff>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let Some(back_off) = back_off else {
        return c.execute("DELETE FROM back_off", &[]).await;
    };
    let now = numbering::now(c, now).await?.as_second();
    // The moments are whole seconds; one more, so that it is over no sooner.
    let wait = i64::try_from(back_off.wait.as_secs()).unwrap_or(i64::MAX);
    let until = now.saturating_add(wait).saturating_add(1);
    let insert = "INSERT INTO back_off (id, cause, times, reason, since_at, until_at) \
                  VALUES (1, $1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET cause = excluded.cause, \
                  times = excluded.times, reason = excluded.reason, since_at = excluded.since_at, \
                  until_at = excluded.until_at";
    let cause = back_off.cause.as_str();
    c.execute(insert, &values![cause, back_off.times, back_off.reason.as_deref(), now, until]).await
}

/// [`super::Store::back_off`]
pub(super) async fn read_back_off(
    c: &mut Connection<'_>,
    now: Timestamp,
) -> Result<Option<BackOff>, sqlx::Error> {
    let row = c.row("SELECT cause, times, reason, since_at, until_at FROM back_off", &[]).await?;
    let Some(row) = row else { return Ok(None) };
    columns::back_off(&row, numbering::now(c, now).await?)
}
