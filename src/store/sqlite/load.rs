//! Reads what a file holds, event by event.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::civil::Date;
use sqlx::{Connection, SqliteConnection};

use crate::domain::event::{ChangedDay, Event};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;
use crate::store::{Contents, columns, rows};

/// A window that holds every day there is: SQLite's dates have no years before 0.
const DAYS_MAX: u32 = 700_000;

/// What is kept; of the events those of the last days of each subject, counted from its newest, or all.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    window_days: Option<u32>,
) -> Result<Contents, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let mut papers: HashMap<i64, Arc<Paper>> = HashMap::new();
    let mut days: BTreeMap<(SubjectId, Date), Vec<Event>> = BTreeMap::new();
    let mut found = sqlx::query(concat!(
        rows::select_event!("paper"),
        " JOIN (SELECT subject, max(listing_date) AS newest FROM days GROUP BY subject) USING (subject) \
         WHERE listing_date >= date(newest, ?) ORDER BY subject, position",
    ))
    .bind(format!("-{} days", window_days.unwrap_or(DAYS_MAX).min(DAYS_MAX)))
    .fetch(&mut *transaction);
    // Row by row: all of them together would take as much room again.
    while let Some(row) = found.try_next().await? {
        let event = columns::event(&row, &mut papers)?;
        days.entry((event.subject, event.listing_date)).or_default().push(event);
    }
    drop(found);
    let change = |((subject, listing_date), events)| ChangedDay { subject, listing_date, events, added: 0 };
    let mut contents = rows::read_rest(&mut transaction).await?;
    contents.changes = days.into_iter().map(change).collect();
    Ok(contents)
}
