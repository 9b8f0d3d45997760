//! Writes and reads announcements: papers by listing date, and the subjects in which they appear.
//!
//! The statements are the same for both databases.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::event::{COMPARED_DAYS, ChangedDay, Event};
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;

use super::connection::{Connection, Value, values};
use super::dates::{self, Dates};
use super::numbering::{self, Numbers};
use super::{columns, days, stored_paper};

/// Papers by the sequence of their event.
pub(super) type Papers = HashMap<i64, Arc<Paper>>;

/// Which moment the date of a paper is counted from, see [`dates`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dating {
    /// The moment at which its page was read, when that is soon after the mailing.
    ByReading,
    /// The moment of the mailing, whenever its page was read.
    ByMailing,
}

/// How an announcement is written down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recording {
    pub(super) seen: Timestamp,
    pub(super) dating: Dating,
    /// How many days of each subject replicas hold.
    pub(super) window_days: Option<u32>,
}

/// Sequence and date of an event.
type Known = (i64, Timestamp);

/// [`super::Store::record`], with the numbers that were written.
pub(super) async fn record(
    c: &mut Connection<'_>,
    announcement: &Announcement,
    outcome: &ReadOutcome,
    recording: Recording,
) -> Result<(ChangedDay, Numbers), sqlx::Error> {
    c.begin().await?;
    let Announcement { subject, date, entries } = announcement;
    let Recording { dating, window_days, .. } = recording;
    let seen = numbering::no_later_than_now(c, recording.seen).await?;
    let members = members(c, *subject, *date).await?;
    let fresh: Vec<&ListingEntry> =
        entries.iter().filter(|entry| !members.contains(entry.paper.id.as_str())).collect();
    let read = (dating == Dating::ByReading).then_some(seen);
    let (known, papers) = add_events(c, *date, &fresh, read).await?;
    let memberships: Vec<Vec<Value<'_>>> = fresh
        .iter()
        .map(|entry| {
            let (sequence, published) = known[entry.paper.id.as_str()];
            let added = read.unwrap_or(published);
            let kind = entry.announce_type.as_str();
            let from = entry.cross_list_from.as_deref();
            values![*subject, sequence, entry.position, kind, from, added].to_vec()
        })
        .collect();
    let into = "memberships (subject, event, position, announce_type, cross_list_from, added_at)";
    c.insert(into, &memberships, "").await?;
    if let Some(day) = Day::kept(outcome, seen, fresh.len()) {
        days::write_day(c, &day).await?;
    }
    let written = Numbers {
        revision: numbering::number_day(c, *subject, *date).await?,
        read: days::write_read(c, outcome, seen).await?,
    };
    let ids: Vec<&str> = fresh.iter().map(|entry| entry.paper.id.as_str()).collect();
    numbering::number_compared_days(c, &ids, *date, window_days).await?;
    let events = of_day(c, *subject, *date, papers).await?;
    numbering::notify(c).await?;
    c.commit().await?;
    Ok((ChangedDay { subject: *subject, listing_date: *date, events, added: fresh.len() }, written))
}

/// [`super::Store::correct`], with the numbers that were written.
pub(super) async fn correct(
    c: &mut Connection<'_>,
    subject: SubjectId,
    date: Date,
    entries: &[ListingEntry],
    at: Timestamp,
) -> Result<(Vec<ChangedDay>, Numbers), sqlx::Error> {
    c.begin().await?;
    let at = numbering::no_later_than_now(c, at).await?;
    let mut subjects: BTreeSet<SubjectId> = BTreeSet::new();
    for entry in entries {
        let event = "SELECT sequence, paper FROM events JOIN memberships ON event = sequence \
                     WHERE paper_id = $1 AND listing_date = $2 AND subject = $3";
        let event = c.row(event, &values![entry.paper.id.as_str(), date, subject]).await?;
        let Some(event) = event else { continue };
        let (sequence, known) = (event.integer("sequence")?, event.text("paper")?);
        let update = "UPDATE memberships SET first_type = coalesce(first_type, announce_type), \
                      announce_type = $3, cross_list_from = $4, added_at = $5 \
                      WHERE subject = $1 AND event = $2";
        let kind = entry.announce_type.as_str();
        let from = entry.cross_list_from.as_deref();
        c.execute(update, &values![subject, sequence, kind, from, at]).await?;
        subjects.insert(subject);
        let paper = stored_paper::write(&entry.paper);
        if paper == known {
            continue;
        }
        c.execute("UPDATE events SET paper = $2 WHERE sequence = $1", &values![sequence, paper]).await?;
        let others = "UPDATE memberships SET added_at = $2 WHERE event = $1 RETURNING subject";
        for row in c.rows(others, &values![sequence, at]).await? {
            subjects.insert(columns::subject(&row)?);
        }
    }
    let mut written = Numbers::default();
    let mut changes = Vec::with_capacity(subjects.len());
    for subject in subjects {
        written.revision = numbering::number_day(c, subject, date).await?;
        let events = of_day(c, subject, date, Papers::new()).await?;
        changes.push(ChangedDay { subject, listing_date: date, events, added: 0 });
    }
    let papers: Vec<&str> = entries.iter().map(|entry| entry.paper.id.as_str()).collect();
    numbering::number_compared_days(c, &papers, date, None).await?;
    numbering::notify(c).await?;
    c.commit().await?;
    Ok((changes, written))
}

/// [`super::Store::events`]
pub(super) async fn between(
    c: &mut Connection<'_>,
    subject: Option<SubjectId>,
    from: Date,
    to: Date,
) -> Result<Vec<Event>, sqlx::Error> {
    let rest = "WHERE listing_date BETWEEN $1 AND $2 AND ($3 = '' OR subject = $3) \
                ORDER BY listing_date, position";
    let select = select(c, "paper", rest);
    let rows = c.rows(select, &values![from, to, subject.map_or("", SubjectId::as_str)]).await?;
    let mut papers = Papers::new();
    rows.iter().map(|row| columns::event(row, &mut papers)).collect()
}

/// The events of the last days of each subject, counted from its newest day.
pub(super) async fn of_window(
    c: &mut Connection<'_>,
    window_days: u32,
) -> Result<Vec<ChangedDay>, sqlx::Error> {
    let rest = format!(
        "JOIN (SELECT subject, max(listing_date) AS newest FROM days GROUP BY subject) AS last USING (subject) \
         WHERE listing_date >= {} ORDER BY subject, position",
        c.days_before("newest", "$1")
    );
    let select = select(c, "paper", &rest);
    let mut papers = Papers::new();
    let mut found: BTreeMap<(SubjectId, Date), Vec<Event>> = BTreeMap::new();
    let take = |row: &_| {
        let event = columns::event(row, &mut papers)?;
        found.entry((event.subject, event.listing_date)).or_default().push(event);
        Ok(())
    };
    c.each_row(select, &values![window_days], take).await?;
    let change = |((subject, listing_date), events)| ChangedDay { subject, listing_date, events, added: 0 };
    Ok(found.into_iter().map(change).collect())
}

/// The events of a day of a subject, in the page's order; `written` are papers that need not be read again.
pub(super) async fn of_day(
    c: &mut Connection<'_>,
    subject: SubjectId,
    date: Date,
    written: Papers,
) -> Result<Vec<Event>, sqlx::Error> {
    let rest = "WHERE listing_date = $2 AND subject = $3 ORDER BY position, sequence";
    let select = select(c, "CASE WHEN sequence < $1 THEN paper END AS paper", rest);
    // Sequences only grow.
    let first_written = written.keys().min().copied().unwrap_or(i64::MAX);
    let rows = c.rows(select, &values![first_written, date, subject]).await?;
    let mut papers = written;
    rows.iter().map(|row| columns::event(row, &mut papers)).collect()
}

/// What [`columns::event`] reads; `earlier` is the date and the paper of the version before a replacement, with a space
/// between them, at most [`COMPARED_DAYS`] old.
fn select(c: &Connection<'_>, paper: &str, rest: &str) -> AssertSqlSafe<String> {
    let oldest = c.days_before("events.listing_date", &COMPARED_DAYS.to_string());
    AssertSqlSafe(format!(
        "SELECT subject, listing_date, announce_type, first_type, cross_list_from, published, added_at, sequence, \
         {paper}, \
         CASE WHEN announce_type IN ('replace', 'replace-cross') THEN \
         (SELECT earlier.listing_date || ' ' || earlier.paper FROM events AS earlier \
         WHERE earlier.paper_id = events.paper_id AND earlier.listing_date < events.listing_date \
         AND earlier.listing_date >= {oldest} ORDER BY earlier.listing_date DESC LIMIT 1) END AS earlier \
         FROM events JOIN memberships ON event = sequence {rest}"
    ))
}

/// The ids of the papers of a subject's day.
async fn members(
    c: &mut Connection<'_>,
    subject: SubjectId,
    date: Date,
) -> Result<HashSet<String>, sqlx::Error> {
    let select = "SELECT paper_id FROM events JOIN memberships ON event = sequence \
                  WHERE listing_date = $1 AND subject = $2";
    let ids = c.read(select, &values![date, subject], |row| row.text("paper_id").map(str::to_owned)).await?;
    Ok(ids.into_iter().collect())
}

/// Adds the events that a date lacks; returns every event of the date by its paper's id, and the papers that were added.
async fn add_events(
    c: &mut Connection<'_>,
    date: Date,
    entries: &[&ListingEntry],
    read: Option<Timestamp>,
) -> Result<(HashMap<String, Known>, Papers), sqlx::Error> {
    let select = "SELECT paper_id, sequence, published FROM events WHERE listing_date = $1";
    let known = |row: &_| {
        let published = columns::moment(row, "published")?;
        Ok((row.text("paper_id")?.to_owned(), (row.integer("sequence")?, published)))
    };
    let mut events: HashMap<String, Known> =
        c.read(select, &values![date], known).await?.into_iter().collect();
    let mut taken = taken(c, date, read).await?;
    let mut dates = Dates::new(date, read, &mut taken);
    let missing: Vec<&&ListingEntry> =
        entries.iter().filter(|entry| !events.contains_key(entry.paper.id.as_str())).collect();
    let rows: Vec<Vec<Value<'_>>> = missing
        .iter()
        .map(|entry| {
            let (id, paper) = (entry.paper.id.as_str(), stored_paper::write(&entry.paper));
            values![id, date, dates.next(entry.position), paper].to_vec()
        })
        .collect();
    let into = "events (paper_id, listing_date, published, paper)";
    let added = c.insert(into, &rows, " RETURNING paper_id, sequence, published").await?;
    events.extend(added.iter().map(known).collect::<Result<Vec<_>, sqlx::Error>>()?);
    let papers = missing.iter().map(|entry| (events[entry.paper.id.as_str()].0, entry.paper.clone()));
    let papers = papers.collect();
    Ok((events, papers))
}

/// The seconds around a listing date that other events have.
async fn taken(
    c: &mut Connection<'_>,
    date: Date,
    read: Option<Timestamp>,
) -> Result<HashSet<Timestamp>, sqlx::Error> {
    let base = dates::base(date, read);
    let select = "SELECT published FROM events WHERE published BETWEEN $1 AND $2";
    let values = values![base - dates::SPREAD, base];
    let seconds = c.read(select, &values, |row| columns::moment(row, "published")).await?;
    Ok(seconds.into_iter().collect())
}
