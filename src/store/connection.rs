//! One connection to either database: it runs statements whose text is the same for both.
//!
//! Both databases hold texts and integers and nothing else: a date is a text such as `2026-03-02`, a moment is a number
//! of seconds since 1970. Placeholders are written `$1`, which both understand.

use std::borrow::Cow;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _, SqlSafeStr, Sqlite, SqliteConnection};

use crate::domain::taxonomy::SubjectId;

/// How many rows one statement adds: enough to save round trips, and few enough for the 32,766 values that SQLite takes
/// and for the cache of prepared statements.
const ROWS_PER_STATEMENT: usize = 250;

/// A connection that is in use.
///
/// Whoever lends it closes it after an error or when the work is dropped, so that no half of a transaction stays open.
#[derive(Debug)]
pub(super) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A value that goes into a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'v> {
    Text(Option<Cow<'v, str>>),
    Integer(Option<i64>),
}

/// A row that a statement returns.
#[derive(Debug)]
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// The values of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$(crate::store::connection::Value::from($value)),*] };
}
pub(super) use values;

/// A statement of one database with its values.
macro_rules! query {
    ($database:ty, $sql:expr, $values:expr, $text:expr) => {{
        let mut query = sqlx::query::<$database>($sql);
        for value in $values {
            query = match value {
                Value::Text(text) => query.bind(text.as_deref().map($text)),
                Value::Integer(integer) => query.bind(*integer),
            };
        }
        query
    }};
}

/// A statement of one database that adds rows.
macro_rules! insert {
    ($database:ty, $into:expr, $rows:expr, $rest:expr, $text:expr) => {{
        let mut insert = QueryBuilder::<$database>::new($into);
        insert.push_values($rows, |mut row, values| {
            for value in values {
                match value {
                    Value::Text(text) => row.push_bind(text.as_deref().map($text)),
                    Value::Integer(integer) => row.push_bind(*integer),
                };
            }
        });
        insert.push($rest);
        insert
    }};
}

impl Connection<'_> {
    /// Begins a transaction that writes.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match self {
            // At once, or another process may write between the first look and the first change.
            Self::Sqlite(_) => self.execute("BEGIN IMMEDIATE", &[]).await,
            Self::Postgres(_) => self.execute("BEGIN", &[]).await,
        }
    }

    /// Begins a transaction in which every statement sees the same moment of the database.
    pub(super) async fn begin_reading(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(_) => self.execute("BEGIN", &[]).await,
            Self::Postgres(_) => self.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", &[]).await,
        }
    }

    pub(super) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        self.execute("COMMIT", &[]).await
    }

    /// Runs a statement that returns nothing.
    pub(super) async fn execute(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<(), sqlx::Error> {
        let sql = sql.into_sql_str();
        match self {
            Self::Sqlite(connection) => {
                query!(Sqlite, sql, values, as_it_is).execute(&mut **connection).await.map(drop)
            }
            Self::Postgres(connection) => {
                query!(Postgres, sql, values, without_nul).execute(&mut **connection).await.map(drop)
            }
        }
    }

    /// The rows that a statement returns.
    pub(super) async fn rows(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, sqlx::Error> {
        let sql = sql.into_sql_str();
        Ok(match self {
            Self::Sqlite(connection) => {
                let rows = query!(Sqlite, sql, values, as_it_is).fetch_all(&mut **connection).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(connection) => {
                let rows = query!(Postgres, sql, values, without_nul).fetch_all(&mut **connection).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The rows that a statement returns, as what they stand for.
    pub(super) async fn read<T>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
        decode: impl Fn(&Row) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, sqlx::Error> {
        self.rows(sql, values).await?.iter().map(decode).collect()
    }

    /// The first row that a statement returns.
    pub(super) async fn row(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, sqlx::Error> {
        let sql = sql.into_sql_str();
        Ok(match self {
            Self::Sqlite(connection) => {
                let row = query!(Sqlite, sql, values, as_it_is).fetch_optional(&mut **connection);
                row.await?.map(Row::Sqlite)
            }
            Self::Postgres(connection) => {
                let row = query!(Postgres, sql, values, without_nul).fetch_optional(&mut **connection);
                row.await?.map(Row::Postgres)
            }
        })
    }

    /// The number in the column `name` of the only row that a statement returns.
    pub(super) async fn number(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
        name: &str,
    ) -> Result<i64, sqlx::Error> {
        self.row(sql, values).await?.ok_or(sqlx::Error::RowNotFound)?.integer(name)
    }

    /// Hands the rows of a statement over one by one: all of them together take as much memory again.
    pub(super) async fn each_row(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
        mut take: impl FnMut(&Row) -> Result<(), sqlx::Error>,
    ) -> Result<(), sqlx::Error> {
        let sql = sql.into_sql_str();
        match self {
            Self::Sqlite(connection) => {
                let mut rows = query!(Sqlite, sql, values, as_it_is).fetch(&mut **connection);
                while let Some(row) = rows.try_next().await? {
                    take(&Row::Sqlite(row))?;
                }
            }
            Self::Postgres(connection) => {
                let mut rows = query!(Postgres, sql, values, without_nul).fetch(&mut **connection);
                while let Some(row) = rows.try_next().await? {
                    take(&Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    /// Adds rows; `into` names the table and its columns, `returning` is the rest of the statement or empty.
    pub(super) async fn insert(
        &mut self,
        into: &str,
        rows: &[Vec<Value<'_>>],
        returning: &str,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let into = format!("INSERT INTO {into} ");
        let mut returned = Vec::new();
        for rows in rows.chunks(ROWS_PER_STATEMENT) {
            match self {
                Self::Sqlite(connection) => {
                    let mut insert = insert!(Sqlite, &into, rows, returning, as_it_is);
                    let rows = insert.build().fetch_all(&mut **connection).await?;
                    returned.extend(rows.into_iter().map(Row::Sqlite));
                }
                Self::Postgres(connection) => {
                    let mut insert = insert!(Postgres, &into, rows, returning, without_nul);
                    let rows = insert.build().fetch_all(&mut **connection).await?;
                    returned.extend(rows.into_iter().map(Row::Postgres));
                }
            }
        }
        Ok(returned)
    }

    /// The SQL for the date that is a number of days before another; both are expressions of SQL.
    ///
    /// The arithmetic of dates is the one thing that our statements write differently for each database.
    pub(super) fn days_before(&self, date: &str, days: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("date({date}, '-' || {days} || ' days')"),
            Self::Postgres(_) => format!("to_char({date}::date - {days}::int, 'YYYY-MM-DD')"),
        }
    }
}

impl Row {
    pub(super) fn text(&self, name: &str) -> Result<&str, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(name),
            Self::Postgres(row) => row.try_get(name),
        }
    }

    pub(super) fn text_or_none(&self, name: &str) -> Result<Option<&str>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(name),
            Self::Postgres(row) => row.try_get(name),
        }
    }

    pub(super) fn integer(&self, name: &str) -> Result<i64, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(name),
            Self::Postgres(row) => row.try_get(name),
        }
    }

    pub(super) fn integer_or_none(&self, name: &str) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(name),
            Self::Postgres(row) => row.try_get(name),
        }
    }
}

fn as_it_is(text: &str) -> &str {
    text
}

/// PostgreSQL keeps every character but U+0000.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "").into() } else { text.into() }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'v> From<Option<&'v str>> for Value<'v> {
    fn from(text: Option<&'v str>) -> Self {
        Self::Text(text.map(Cow::from))
    }
}

impl From<SubjectId> for Value<'_> {
    fn from(subject: SubjectId) -> Self {
        Self::from(subject.as_str())
    }
}

impl From<Date> for Value<'_> {
    fn from(date: Date) -> Self {
        Self::from(date.to_string())
    }
}

impl From<i64> for Value<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(Some(integer))
    }
}

impl From<u32> for Value<'_> {
    fn from(integer: u32) -> Self {
        Self::from(i64::from(integer))
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        Self::from(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(moment: Timestamp) -> Self {
        Self::from(moment.as_second())
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(moment: Option<Timestamp>) -> Self {
        Self::Integer(moment.map(Timestamp::as_second))
    }
}
