//! Corrections of a day that SQLite keeps: types and texts, never ids and dates.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{Connection, SqliteConnection};

use crate::domain::announcement::ListingEntry;
use crate::domain::event::ChangedDay;
use crate::domain::taxonomy::SubjectId;
use crate::store::stored_paper;

use super::record::day_events;

/// [`crate::store::Store::correct`]
pub(super) async fn correct(
    connection: &mut SqliteConnection,
    subject: SubjectId,
    date: Date,
    entries: &[ListingEntry],
    at: Timestamp,
) -> Result<Vec<ChangedDay>, sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mut changed: BTreeSet<SubjectId> = BTreeSet::new();
    for entry in entries {
        let id = entry.paper.id.as_str();
        let event = "SELECT sequence, paper FROM events JOIN memberships ON event = sequence \
                     WHERE paper_id = ? AND listing_date = ? AND subject = ?";
        let event: Option<(i64, String)> = sqlx::query_as(event)
            .bind(id)
            .bind(date.to_string())
            .bind(subject.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some((sequence, known)) = event else { continue };
        let update = "UPDATE memberships SET first_type = coalesce(first_type, announce_type), \
                      announce_type = ?, cross_list_from = ?, added_at = ? \
                      WHERE subject = ? AND event = ?";
        sqlx::query(update)
            .bind(entry.announce_type.as_str())
            .bind(entry.cross_list_from.as_deref())
            .bind(at.as_second())
            .bind(subject.as_str())
            .bind(sequence)
            .execute(&mut *transaction)
            .await?;
        changed.insert(subject);
        let paper = stored_paper::write(&entry.paper);
        if paper == known {
            continue;
        }
        sqlx::query("UPDATE events SET paper = ? WHERE sequence = ?")
            .bind(paper)
            .bind(sequence)
            .execute(&mut *transaction)
            .await?;
        let others = "UPDATE memberships SET added_at = ? WHERE event = ? RETURNING subject";
        let others: Vec<String> = sqlx::query_scalar(others)
            .bind(at.as_second())
            .bind(sequence)
            .fetch_all(&mut *transaction)
            .await?;
        changed.extend(others.iter().filter_map(|subject| SubjectId::parse(subject).ok()));
    }
    let mut days = Vec::with_capacity(changed.len());
    for subject in changed {
        let events = day_events(&mut transaction, subject, date, HashMap::new()).await?;
        days.push(ChangedDay { subject, listing_date: date, events, added: 0 });
    }
    transaction.commit().await?;
    Ok(days)
}
