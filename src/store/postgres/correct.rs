//! Corrections of a day that PostgreSQL keeps: types and texts, never ids and dates.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{Connection, PgConnection};

use crate::domain::announcement::ListingEntry;
use crate::domain::event::ChangedDay;
use crate::domain::taxonomy::SubjectId;
use crate::store::stored_paper;

use super::read;
use super::write::{self, Written};

/// [`crate::store::Store::correct`]
pub(super) async fn correct(
    connection: &mut PgConnection,
    channel: &str,
    subject: SubjectId,
    date: Date,
    entries: &[ListingEntry],
    at: Timestamp,
) -> Result<(Vec<ChangedDay>, Written), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let at = write::no_later_than_now(&mut transaction, at).await?;
    let mut changed: BTreeSet<SubjectId> = BTreeSet::new();
    for entry in entries {
        let event = "SELECT sequence, paper FROM events JOIN memberships ON event = sequence \
                     WHERE paper_id = $1 AND listing_date = $2 AND subject = $3";
        let event: Option<(i64, String)> = sqlx::query_as(event)
            .bind(entry.paper.id.as_str())
            .bind(date.to_string())
            .bind(subject.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some((sequence, known)) = event else { continue };
        let update = "UPDATE memberships SET first_type = coalesce(first_type, announce_type), \
                      announce_type = $1, cross_list_from = $2, added_at = $3 \
                      WHERE subject = $4 AND event = $5";
        sqlx::query(update)
            .bind(entry.announce_type.as_str())
            .bind(entry.cross_list_from.as_deref().map(write::plain))
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
        sqlx::query("UPDATE events SET paper = $1 WHERE sequence = $2")
            .bind(paper)
            .bind(sequence)
            .execute(&mut *transaction)
            .await?;
        let others = "UPDATE memberships SET added_at = $1 WHERE event = $2 RETURNING subject";
        let others: Vec<String> = sqlx::query_scalar(others)
            .bind(at.as_second())
            .bind(sequence)
            .fetch_all(&mut *transaction)
            .await?;
        changed.extend(others.iter().filter_map(|subject| SubjectId::parse(subject).ok()));
    }
    let mut written = Written::default();
    let mut days = Vec::with_capacity(changed.len());
    for subject in changed {
        written.revision = write::revise(&mut transaction, subject, date).await?;
        let events = read::day_events(&mut transaction, subject, date).await?;
        days.push(ChangedDay { subject, listing_date: date, events, added: 0 });
    }
    let papers: Vec<&str> = entries.iter().map(|entry| entry.paper.id.as_str()).collect();
    write::revise_compared(&mut transaction, &papers, date, None).await?;
    write::notify(&mut transaction, channel).await?;
    transaction.commit().await?;
    Ok((days, written))
}
