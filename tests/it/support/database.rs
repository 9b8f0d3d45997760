//! A database of a real PostgreSQL for one test.
//!
//! `CROSSLIST_TEST_POSTGRES` names a server by the address of any database on it, with a user who may make others:
//! `postgres://postgres@localhost/postgres?host=/run/postgresql`.
//! Without it these tests are skipped ([`super::tools`]).

use std::sync::atomic::{AtomicU32, Ordering};

use crosslist::store::Address;
use sqlx::{Connection, PgConnection};

use super::tools::skip;

/// A database that is there until the test ends.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes one; none where there is no server.
    pub async fn make() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("CROSSLIST_TEST_POSTGRES") else {
            skip("CROSSLIST_TEST_POSTGRES names no PostgreSQL");
            return None;
        };
        let name = format!("crosslist_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let database = Self { server, name };
        execute(&database.server, &format!("CREATE DATABASE {}", database.name)).await;
        Some(database)
    }

    /// Its address as the settings take it.
    pub fn url(&self) -> String {
        at(&self.server, &self.name)
    }

    pub fn address(&self) -> Address {
        self.url().parse().expect("an address")
    }

    /// Does something behind the store's back.
    pub async fn execute(&self, sql: &str) {
        execute(&self.url(), sql).await;
    }

    /// Ends the sessions whose last statement is like this, as an operator or a failing server would.
    pub async fn end_sessions_that_hold_a_lock(&self) {
        // Told to end is not ended: the lock is free once the session is gone.
        self.execute(
            "DO $$ DECLARE holder integer; BEGIN \
             FOR holder IN SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LOOP \
             PERFORM pg_terminate_backend(holder); \
             WHILE EXISTS (SELECT FROM pg_locks WHERE pid = holder) LOOP PERFORM pg_sleep(0.01); END LOOP; \
             END LOOP; END $$",
        )
        .await;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, drop) = (self.server.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(execute(&server, &drop));
        });
        let _ = dropping.join();
    }
}

/// The address of another database on the same server.
fn at(server: &str, database: &str) -> String {
    let mut url: url::Url = server.parse().expect("an address");
    url.set_path(database);
    url.into()
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.expect("a server");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect(sql);
    connection.close().await.expect("closed");
}
