//! How are rows of either database read and written?

use sqlx::{Connection, PgConnection, QueryBuilder, Row, SqliteConnection};

use super::tables::{Kind, Table, Value};

/// How many rows are read or written at once; SQLite takes 32,766 values in a statement.
const ROWS_PER_STATEMENT: usize = 1_000;

/// One of the two stores, within a transaction.
pub(super) enum Side {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// The rows after a key, in order.
macro_rules! read {
    ($database:ty, $connection:expr, $table:expr, $after:expr) => {{
        let (table, after): (&Table, Option<&[Value]>) = ($table, $after);
        let mut select = QueryBuilder::<$database>::new("SELECT ");
        select.push(table.names()).push(" FROM ").push(table.name);
        if let Some(after) = after {
            select.push(" WHERE (").push(table.key_names()).push(") > ");
            select.push_tuples([after], |mut row, values| {
                for value in values {
                    match value {
                        Value::Text(text) => row.push_bind(text.clone()),
                        Value::Integer(integer) => row.push_bind(*integer),
                    };
                }
            });
        }
        select
            .push(" ORDER BY ")
            .push(table.key_names())
            .push(" LIMIT ")
            .push(ROWS_PER_STATEMENT.to_string());
        let mut rows = Vec::new();
        for row in select.build().fetch_all($connection).await? {
            let mut values = Vec::with_capacity(table.columns.len());
            for (name, kind) in table.columns {
                values.push(match kind {
                    Kind::Text => Value::Text(row.try_get(*name)?),
                    Kind::Integer => Value::Integer(row.try_get(*name)?),
                });
            }
            rows.push(values);
        }
        Ok(rows)
    }};
}

/// Adds rows.
macro_rules! write {
    ($database:ty, $connection:expr, $table:expr, $rows:expr, $text:expr) => {{
        let mut insert = QueryBuilder::<$database>::new("INSERT INTO ");
        insert.push($table.name).push(" (").push($table.names()).push(") ");
        insert.push_values($rows, |mut row, values| {
            for value in values {
                match value {
                    Value::Text(text) => row.push_bind(text.as_deref().map($text)),
                    Value::Integer(integer) => row.push_bind(*integer),
                };
            }
        });
        insert.build().execute($connection).await.map(drop)
    }};
}

impl Side {
    /// Where the store was filled from; none where no service has opened it.
    pub(super) async fn upstream(&mut self) -> Result<Option<String>, sqlx::Error> {
        let select = "SELECT upstream FROM identity";
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(select).fetch_optional(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(select).fetch_optional(connection).await,
        }
    }

    pub(super) async fn count(&mut self, table: &Table) -> Result<u64, sqlx::Error> {
        let select = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {}", table.name));
        let count: i64 = match self {
            Self::Sqlite(connection) => sqlx::query_scalar(select).fetch_one(connection).await?,
            Self::Postgres(connection) => sqlx::query_scalar(select).fetch_one(connection).await?,
        };
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The next rows after a key, or the first.
    pub(super) async fn read(
        &mut self,
        table: &Table,
        after: Option<&[Value]>,
    ) -> Result<Vec<Vec<Value>>, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => read!(sqlx::Sqlite, connection, table, after),
            Self::Postgres(connection) => read!(sqlx::Postgres, connection, table, after),
        }
    }

    pub(super) async fn write(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => write!(sqlx::Sqlite, connection, table, rows, str::to_owned),
            // PostgreSQL keeps every character but one.
            Self::Postgres(connection) => {
                write!(sqlx::Postgres, connection, table, rows, |text: &str| text.replace('\0', ""))
            }
        }
    }

    /// Lets what is written from now on be numbered after what was copied.
    pub(super) async fn finish(&mut self) -> Result<(), sqlx::Error> {
        let Self::Postgres(connection) = self else { return Ok(()) };
        for statement in [
            "SELECT setval(pg_get_serial_sequence('events', 'sequence'), coalesce(max(sequence), 0) + 1, FALSE) FROM events",
            "SELECT setval(pg_get_serial_sequence('reads', 'sequence'), coalesce(max(sequence), 0) + 1, FALSE) FROM reads",
            "SELECT setval(pg_get_serial_sequence('deliveries', 'sequence'), coalesce(max(sequence), 0) + 1, FALSE) FROM deliveries",
            "INSERT INTO revised_days SELECT subject, listing_date, nextval('revisions') FROM days",
        ] {
            sqlx::query(statement).execute(&mut *connection).await?;
        }
        Ok(())
    }

    pub(super) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => sqlx::query("COMMIT").execute(connection).await.map(drop),
            Self::Postgres(connection) => sqlx::query("COMMIT").execute(connection).await.map(drop),
        }
    }

    pub(super) async fn close(self) {
        let closed = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "a connection to a store did not end well");
        }
    }
}
