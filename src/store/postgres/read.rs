//! How is what PostgreSQL keeps read back, all of it or what is news?

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, Row};

use crate::domain::event::{ChangedDay, Event};
use crate::domain::outcome::Day;
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::store::columns::{self, Columns};
use crate::store::rows::{FIRST_READS, LAST_READS};
use crate::store::{Contents, Wish};

/// What all questions of a reading see: one moment of the database.
const ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A day's verdict and counts; named, for a later schema may have more.
const DAY: &str =
    "subject, listing_date, verdict, new_count, cross_count, replace_count, missing, read_at, checks";

/// How a read ended.
const READ: &str = "sequence, subject, read_at, verdict, listing_date, reason, \
                    new_count, cross_count, replace_count, missing, page_hash";

/// An event, from the two tables that make it, and the version before a replacement, no further back than
/// `COMPARED_DAYS`.
const EVENT: &str = "subject, listing_date, announce_type, first_type, cross_list_from, published, added_at, sequence, \
     paper, \
     CASE WHEN announce_type IN ('replace', 'replace-cross') THEN \
     (SELECT earlier.listing_date || ' ' || earlier.paper FROM events AS earlier \
     WHERE earlier.paper_id = events.paper_id AND earlier.listing_date < events.listing_date \
     AND earlier.listing_date >= to_char(events.listing_date::date - 300, 'YYYY-MM-DD') \
     ORDER BY earlier.listing_date DESC LIMIT 1) END AS earlier \
     FROM events JOIN memberships ON event = sequence";

/// How far a replica has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) revision: i64,
    pub(super) read: i64,
}

pub(super) async fn load(
    connection: &mut PgConnection,
    window_days: Option<u32>,
) -> Result<(Contents, Seen), sqlx::Error> {
    let mut transaction = connection.begin_with(ONE_MOMENT).await?;
    let mut papers: HashMap<i64, Arc<Paper>> = HashMap::new();
    let mut days: BTreeMap<(SubjectId, Date), Vec<Event>> = BTreeMap::new();
    let query = format!(
        "{EVENT} JOIN (SELECT subject, max(listing_date) AS newest FROM days GROUP BY subject) AS last USING (subject) \
         WHERE $1::int IS NULL OR listing_date >= to_char(newest::date - $1::int, 'YYYY-MM-DD') \
         ORDER BY subject, position"
    );
    let window_days = window_days.and_then(|days| i32::try_from(days).ok());
    let mut found = select(&query).bind(window_days).fetch(&mut *transaction);
    // Row by row: all of them together would take as much room again.
    while let Some(row) = found.try_next().await? {
        let event = columns::event(&row, &mut papers)?;
        days.entry((event.subject, event.listing_date)).or_default().push(event);
    }
    drop(found);
    let change = |((subject, listing_date), events)| ChangedDay { subject, listing_date, events, added: 0 };
    let changes = days.into_iter().map(change).collect();
    let days = select(&format!("{DAY} FROM days ORDER BY subject, listing_date"))
        .fetch_all(&mut *transaction)
        .await?;
    let reads = select(&format!("{READ} FROM reads WHERE {LAST_READS} ORDER BY subject"));
    let reads = reads.fetch_all(&mut *transaction).await?;
    let first_reads = sqlx::query(FIRST_READS).fetch_all(&mut *transaction).await?;
    let contents = Contents {
        changes,
        days: days.iter().map(columns::day).collect::<Result<_, _>>()?,
        reads: reads.iter().map(columns::read).collect::<Result<_, _>>()?,
        first_reads: first_reads.iter().map(columns::first_read).collect::<Result<_, _>>()?,
        ..asked(&mut transaction).await?
    };
    let seen = newest(&mut transaction).await?;
    transaction.commit().await?;
    Ok((contents, seen))
}

/// What was written since, in the order in which it was written.
pub(super) async fn news(connection: &mut PgConnection, seen: Seen) -> Result<(Contents, Seen), sqlx::Error> {
    let mut transaction = connection.begin_with(ONE_MOMENT).await?;
    let newest = newest(&mut transaction).await?;
    // Numbers that are lower than those that were seen: a backup was restored, and everything in it is news.
    let seen = if newest.read < seen.read { Seen::default() } else { seen };
    let mut contents = asked(&mut transaction).await?;
    if newest.revision > seen.revision {
        revised(&mut transaction, seen.revision, &mut contents).await?;
    }
    if newest.read > seen.read {
        let reads = select(&format!("{READ} FROM reads WHERE sequence > $1 ORDER BY sequence"));
        let reads = reads.bind(seen.read).fetch_all(&mut *transaction).await?;
        contents.reads = reads.iter().map(columns::read).collect::<Result<_, _>>()?;
    }
    transaction.commit().await?;
    Ok((contents, newest))
}

/// The days that have a later revision, each as it stands.
async fn revised(
    connection: &mut PgConnection,
    seen: i64,
    contents: &mut Contents,
) -> Result<(), sqlx::Error> {
    let days: Vec<(String, String)> = sqlx::query_as(
        "SELECT subject, listing_date FROM revised_days WHERE revision > $1 ORDER BY revision",
    )
    .bind(seen)
    .fetch_all(&mut *connection)
    .await?;
    for (subject, date) in days {
        let day = select(&format!("{DAY} FROM days WHERE subject = $1 AND listing_date = $2"));
        let Some(row) = day.bind(subject).bind(date).fetch_optional(&mut *connection).await? else {
            continue;
        };
        let day: Day = columns::day(&row)?;
        let events = day_events(connection, day.subject, day.date).await?;
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

/// A subject's day, in the page's order.
pub(super) async fn day_events(
    connection: &mut PgConnection,
    subject: SubjectId,
    date: Date,
) -> Result<Vec<Event>, sqlx::Error> {
    let found =
        select(&format!("{EVENT} WHERE listing_date = $1 AND subject = $2 ORDER BY position, sequence"));
    let found = found.bind(date.to_string()).bind(subject.as_str()).fetch_all(connection).await?;
    let mut papers = HashMap::new();
    found.iter().map(|row| columns::event(row, &mut papers)).collect()
}

/// [`crate::store::Store::events`]
pub(super) async fn events(
    connection: &mut PgConnection,
    subject: Option<SubjectId>,
    from: Date,
    to: Date,
) -> Result<Vec<Event>, sqlx::Error> {
    let found = select(&format!(
        "{EVENT} WHERE listing_date BETWEEN $1 AND $2 AND ($3::text IS NULL OR subject = $3) \
         ORDER BY listing_date, position"
    ));
    let found = found.bind(from.to_string()).bind(to.to_string()).bind(subject.map(SubjectId::as_str));
    let mut papers = HashMap::new();
    found.fetch_all(connection).await?.iter().map(|row| columns::event(row, &mut papers)).collect()
}

/// What readers ask for: subjects, and reads that they wait for.
async fn asked(connection: &mut PgConnection) -> Result<Contents, sqlx::Error> {
    let requests = sqlx::query("SELECT subject, requested_at FROM requests ORDER BY subject")
        .fetch_all(&mut *connection)
        .await?;
    let wishes = sqlx::query("SELECT id, subject, again, filled FROM wishes ORDER BY id")
        .fetch_all(connection)
        .await?;
    Ok(Contents {
        requests: requests.iter().map(columns::request).collect::<Result<_, _>>()?,
        wishes: wishes.iter().map(wish).collect::<Result<_, _>>()?,
        ..Contents::default()
    })
}

fn wish(row: &PgRow) -> Result<Wish, sqlx::Error> {
    Ok(Wish {
        id: row.integer("id")?,
        subject: columns::subject(row)?,
        again: row.try_get("again")?,
        filled: row.try_get("filled")?,
    })
}

async fn newest(connection: &mut PgConnection) -> Result<Seen, sqlx::Error> {
    let (revision, read) = sqlx::query_as(
        "SELECT (SELECT coalesce(max(revision), 0) FROM revised_days), (SELECT coalesce(max(sequence), 0) FROM reads)",
    )
    .fetch_one(connection)
    .await?;
    Ok(Seen { revision, read })
}

/// A question that is put together from the constants above and nothing that came from outside.
fn select<'q>(what: &str) -> sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments> {
    sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {what}")))
}
