//! How does a row of a database become what it stands for?

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Row;

use crate::domain::back_off::BackOff;
use crate::domain::event::{Earlier, Event};
use crate::domain::excerpt::beginning;
use crate::domain::outcome::{Day, EntryCounts, ReadOutcome};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;

use super::stored_paper;

/// A row of either database; there are texts and integers, and nothing else.
pub(super) trait Columns {
    fn text(&self, name: &str) -> Result<&str, sqlx::Error>;
    fn text_or_none(&self, name: &str) -> Result<Option<&str>, sqlx::Error>;
    fn integer(&self, name: &str) -> Result<i64, sqlx::Error>;
    fn integer_or_none(&self, name: &str) -> Result<Option<i64>, sqlx::Error>;
}

macro_rules! columns_of {
    ($row:ty) => {
        impl Columns for $row {
            fn text(&self, name: &str) -> Result<&str, sqlx::Error> {
                self.try_get(name)
            }

            fn text_or_none(&self, name: &str) -> Result<Option<&str>, sqlx::Error> {
                self.try_get(name)
            }

            fn integer(&self, name: &str) -> Result<i64, sqlx::Error> {
                self.try_get(name)
            }

            fn integer_or_none(&self, name: &str) -> Result<Option<i64>, sqlx::Error> {
                self.try_get(name)
            }
        }
    };
}

columns_of!(sqlx::sqlite::SqliteRow);
columns_of!(sqlx::postgres::PgRow);

/// An event with its paper, which it shares with the same paper's events in other subjects.
pub(super) fn event(row: &impl Columns, papers: &mut HashMap<i64, Arc<Paper>>) -> Result<Event, sqlx::Error> {
    let sequence = row.integer("sequence")?;
    let paper = if let Some(paper) = papers.get(&sequence) {
        paper.clone()
    } else {
        let paper = Arc::new(parsed(row, "paper", stored_paper::read)?);
        papers.insert(sequence, paper.clone());
        paper
    };
    let announce_type = parsed(row, "announce_type", |kind| kind.parse().ok())?;
    Ok(Event {
        subject: subject(row)?,
        listing_date: parsed(row, "listing_date", |date| date.parse().ok())?,
        announce_type,
        first_type: match row.text_or_none("first_type")? {
            Some(_) => parsed(row, "first_type", |kind| kind.parse().ok())?,
            None => announce_type,
        },
        cross_list_from: row.text_or_none("cross_list_from")?.map(str::to_owned),
        earlier: earlier(row)?,
        published: moment(row, "published")?,
        added: moment(row, "added_at")?,
        paper,
    })
}

/// The version before, from its date and its paper, a blank between them.
fn earlier(row: &impl Columns) -> Result<Option<Earlier>, sqlx::Error> {
    if row.text_or_none("earlier")?.is_none() {
        return Ok(None);
    }
    let read = |text: &str| {
        let (date, paper) = text.split_once(' ')?;
        Some(Earlier { listing_date: date.parse().ok()?, paper: Arc::new(stored_paper::read(paper)?) })
    };
    parsed(row, "earlier", read).map(Some)
}

pub(super) fn day(row: &impl Columns) -> Result<Day, sqlx::Error> {
    Ok(Day {
        subject: subject(row)?,
        date: parsed(row, "listing_date", |date| date.parse().ok())?,
        verdict: parsed(row, "verdict", |verdict| verdict.parse().ok())?,
        counts: counts(row)?,
        missing: missing(row)?,
        read: moment(row, "read_at")?,
        checks: checks(row)?,
    })
}

pub(super) fn read(row: &impl Columns) -> Result<(ReadOutcome, Timestamp), sqlx::Error> {
    let outcome = ReadOutcome {
        subject: subject(row)?,
        verdict: parsed(row, "verdict", |verdict| verdict.parse().ok())?,
        date: row.text_or_none("listing_date")?.and_then(|date| date.parse::<Date>().ok()),
        reason: row.text("reason")?.to_owned(),
        counts: counts(row)?,
        missing: missing(row)?,
        pages: 0,
        page_hash: row.text_or_none("page_hash")?.and_then(|hash| u64::from_str_radix(hash, 16).ok()),
        checks: 0,
    };
    Ok((outcome, moment(row, "read_at")?))
}

pub(super) fn first_read(row: &impl Columns) -> Result<(SubjectId, Timestamp), sqlx::Error> {
    Ok((subject(row)?, moment(row, "read_at")?))
}

pub(super) fn request(row: &impl Columns) -> Result<(SubjectId, Timestamp), sqlx::Error> {
    Ok((subject(row)?, moment(row, "requested_at")?))
}

/// What is left of a back-off at `now`.
pub(super) fn back_off(row: &impl Columns, now: Timestamp) -> Result<Option<BackOff>, sqlx::Error> {
    let (since, until) = (row.integer("since_at")?, row.integer("until_at")?);
    // A clock that was ahead when it was written makes it no longer than it was.
    let seconds = until.saturating_sub(now.as_second()).min(until.saturating_sub(since));
    let Some(seconds) = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0) else { return Ok(None) };
    Ok(Some(BackOff {
        wait: Duration::from_secs(seconds),
        cause: parsed(row, "cause", |cause| cause.parse().ok())?,
        times: u32::try_from(row.integer("times")?).unwrap_or(1),
        reason: row.text_or_none("reason")?.map(str::to_owned),
    }))
}

/// The second at which a back-off is over that begins now.
pub(super) fn until(back_off: &BackOff, now: i64) -> i64 {
    now.saturating_add(i64::try_from(back_off.wait.as_secs()).unwrap_or(i64::MAX)).saturating_add(1)
}

pub(super) fn subject(row: &impl Columns) -> Result<SubjectId, sqlx::Error> {
    parsed(row, "subject", |id| SubjectId::parse(id).ok())
}

fn counts(row: &impl Columns) -> Result<EntryCounts, sqlx::Error> {
    let count = |name| row.integer(name).map(|count| usize::try_from(count).unwrap_or(0));
    Ok(EntryCounts {
        new: count("new_count")?,
        cross: count("cross_count")?,
        replace: count("replace_count")?,
    })
}

fn checks(row: &impl Columns) -> Result<u32, sqlx::Error> {
    row.integer("checks").map(|checks| u32::try_from(checks).unwrap_or(0))
}

fn missing(row: &impl Columns) -> Result<u32, sqlx::Error> {
    row.integer("missing").map(|missing| u32::try_from(missing).unwrap_or(0))
}

/// A column's text as what it stands for; text that stands for nothing is damage.
pub(super) fn parsed<T>(
    row: &impl Columns,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, sqlx::Error> {
    let text = row.text(name)?;
    parse(text).ok_or_else(|| {
        let shown = beginning(text, 40);
        sqlx::Error::Decode(format!("the column `{name}` holds `{shown}`").into())
    })
}

pub(super) fn moment(row: &impl Columns, name: &str) -> Result<Timestamp, sqlx::Error> {
    let seconds = row.integer(name)?;
    Timestamp::from_second(seconds).map_err(|error| sqlx::Error::Decode(error.into()))
}

pub(super) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
