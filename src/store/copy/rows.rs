//! Reads and adds rows of either database within one transaction.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::store::connection::{Connection, Row, Value};
use crate::store::schema::{ColumnType, Table};

/// How many rows are read at once.
const ROWS_READ: usize = 1_000;

/// One of the two stores, within a transaction.
pub(super) enum Side {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Side {
    fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(connection) => Connection::Sqlite(connection),
            Self::Postgres(connection) => Connection::Postgres(connection),
        }
    }

    /// Where the store was filled from; none where no service has opened it.
    pub(super) async fn upstream(&mut self) -> Result<Option<String>, sqlx::Error> {
        let row = self.connection().row("SELECT upstream FROM identity", &[]).await?;
        row.map(|row| row.text("upstream").map(str::to_owned)).transpose()
    }

    pub(super) async fn count(&mut self, table: &Table) -> Result<u64, sqlx::Error> {
        let select = AssertSqlSafe(format!("SELECT count(*) AS count FROM {}", table.name));
        let count = self.connection().number(select, &[], "count").await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The next rows after a key, or the first.
    pub(super) async fn read(
        &mut self,
        table: &Table,
        after: Option<&[Value<'static>]>,
    ) -> Result<Vec<Vec<Value<'static>>>, sqlx::Error> {
        let (name, columns, key) = (table.name, table.names(), table.key_names());
        let places: Vec<String> = (1..=table.key.len()).map(|number| format!("${number}")).collect();
        let condition = after.map(|_| format!("WHERE ({key}) > ({})", places.join(", "))).unwrap_or_default();
        let select = format!("SELECT {columns} FROM {name} {condition} ORDER BY {key} LIMIT {ROWS_READ}");
        let rows = self.connection().rows(AssertSqlSafe(select), after.unwrap_or_default()).await?;
        rows.iter().map(|row| values_of(table, row)).collect()
    }

    pub(super) async fn write(
        &mut self,
        table: &Table,
        rows: &[Vec<Value<'static>>],
    ) -> Result<(), sqlx::Error> {
        let into = format!("{} ({})", table.name, table.names());
        self.connection().insert(&into, rows, "").await.map(drop)
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
        self.connection().commit().await
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

fn values_of(table: &Table, row: &Row) -> Result<Vec<Value<'static>>, sqlx::Error> {
    let value = |(name, kind): &(&str, ColumnType)| {
        Ok(match kind {
            ColumnType::Text => Value::Text(row.text_or_none(name)?.map(|text| text.to_owned().into())),
            ColumnType::Integer => Value::Integer(row.integer_or_none(name)?),
        })
    };
    table.columns.iter().map(value).collect()
}
