//! Reads rows of either database as papers, events, days, reads and a back-off.
//!
//! A text that stands for nothing is an error of decoding, by which the store is known to be damaged.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::back_off::BackOff;
use crate::domain::event::{Earlier, Event};
use crate::domain::excerpt::beginning;
use crate::domain::outcome::{Day, EntryCounts, ReadOutcome};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;

use super::connection::Row;
use super::stored_paper;

/// An event; its paper is shared with the events of the same paper in other subjects, by its sequence.
pub(super) fn event(row: &Row, papers: &mut HashMap<i64, Arc<Paper>>) -> Result<Event, sqlx::Error> {
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
        listing_date: date(row)?,
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

/// The version before a replacement: its date and its paper, with a space between them.
fn earlier(row: &Row) -> Result<Option<Earlier>, sqlx::Error> {
    if row.text_or_none("earlier")?.is_none() {
        return Ok(None);
    }
    let read = |text: &str| {
        let (date, paper) = text.split_once(' ')?;
        Some(Earlier { listing_date: date.parse().ok()?, paper: Arc::new(stored_paper::read(paper)?) })
    };
    parsed(row, "earlier", read).map(Some)
}

pub(super) fn day(row: &Row) -> Result<Day, sqlx::Error> {
    Ok(Day {
        subject: subject(row)?,
        date: date(row)?,
        verdict: parsed(row, "verdict", |verdict| verdict.parse().ok())?,
        counts: counts(row)?,
        missing: number(row, "missing")?,
        read: moment(row, "read_at")?,
        checks: number(row, "checks")?,
    })
}

pub(super) fn read(row: &Row) -> Result<(ReadOutcome, Timestamp), sqlx::Error> {
    let outcome = ReadOutcome {
        subject: subject(row)?,
        verdict: parsed(row, "verdict", |verdict| verdict.parse().ok())?,
        date: row.text_or_none("listing_date")?.and_then(|date| date.parse::<Date>().ok()),
        reason: row.text("reason")?.to_owned(),
        counts: counts(row)?,
        missing: number(row, "missing")?,
        pages: 0,
        page_hash: row.text_or_none("page_hash")?.and_then(|hash| u64::from_str_radix(hash, 16).ok()),
        checks: 0,
    };
    Ok((outcome, moment(row, "read_at")?))
}

pub(super) fn first_read(row: &Row) -> Result<(SubjectId, Timestamp), sqlx::Error> {
    Ok((subject(row)?, moment(row, "read_at")?))
}

pub(super) fn request(row: &Row) -> Result<(SubjectId, Timestamp), sqlx::Error> {
    Ok((subject(row)?, moment(row, "requested_at")?))
}

/// What is left of a back-off at `now`.
pub(super) fn back_off(row: &Row, now: Timestamp) -> Result<Option<BackOff>, sqlx::Error> {
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

pub(super) fn subject(row: &Row) -> Result<SubjectId, sqlx::Error> {
    parsed(row, "subject", |id| SubjectId::parse(id).ok())
}

pub(super) fn date(row: &Row) -> Result<Date, sqlx::Error> {
    parsed(row, "listing_date", |date| date.parse().ok())
}

pub(super) fn moment(row: &Row, name: &str) -> Result<Timestamp, sqlx::Error> {
    let seconds = row.integer(name)?;
    Timestamp::from_second(seconds).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// The text of a column as what it stands for.
pub(super) fn parsed<T>(row: &Row, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    let text = row.text(name)?;
    parse(text).ok_or_else(|| {
        let shown = beginning(text, 40);
        sqlx::Error::Decode(format!("the column `{name}` holds `{shown}`").into())
    })
}

fn counts(row: &Row) -> Result<EntryCounts, sqlx::Error> {
    let count = |name| row.integer(name).map(|count| usize::try_from(count).unwrap_or(0));
    Ok(EntryCounts {
        new: count("new_count")?,
        cross: count("cross_count")?,
        replace: count("replace_count")?,
    })
}

fn number(row: &Row, name: &str) -> Result<u32, sqlx::Error> {
    row.integer(name).map(|number| u32::try_from(number).unwrap_or(0))
}
