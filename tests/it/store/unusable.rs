//! What cannot be a store is refused with what is wrong and what would work, and is left as it is.

use crosslist::store::{Address, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::database::Database;
use crate::support::store::{open_database, open_file};

async fn refused(address: &Address) -> String {
    open_database(address, "a test").await.expect_err("refused").to_string()
}

/// The address of a database in whose sessions our own functions are found before PostgreSQL's.
fn with_search_path(database: &Database, path: &str) -> Address {
    let mut url: url::Url = database.url().parse().expect("an address");
    url.query_pairs_mut().append_pair("options", &format!("-csearch_path={path}"));
    url.as_str().parse().expect("an address")
}

/// As sqlx makes it, for whichever program.
const MIGRATIONS: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, \
    execution_time BIGINT NOT NULL); \
    INSERT INTO _sqlx_migrations VALUES (20240101, 'users', '2024-01-01', TRUE, '', 1);";

#[tokio::test]
async fn a_database_of_another_program_is_named_and_left_alone() {
    for (made, said) in [
        ("CREATE TABLE events (id INTEGER)", "a table `events` of another program"),
        (&MIGRATIONS.replace("BLOB", "BYTEA"), "a table `_sqlx_migrations` of another program"),
    ] {
        let Some(database) = Database::make().await else { return };
        database.execute(made).await;
        let error = refused(&database.address()).await;
        assert!(error.contains(said) && error.contains("a schema of its own"), "{error}");
        // Nothing of ours is there that could be in its way, and in a schema of our own we are welcome.
        database
            .execute("CREATE TABLE leadership (id INTEGER); DROP TABLE leadership; CREATE SCHEMA own")
            .await;
        let own = with_search_path(&database, "own,public");
        open_database(&own, "a test").await.expect("a store").load(None).await.expect("empty");
    }
}

#[tokio::test]
async fn a_migration_that_fails_half_way_leaves_nothing_and_the_next_start_makes_it() {
    let Some(database) = Database::make().await else { return };
    // The last table of the first migration has a type of this name.
    database.execute("CREATE TYPE wishes AS ENUM ('one')").await;
    let error = refused(&database.address()).await;
    assert!(error.contains("\"wishes\" already exists; it is another program's"), "{error}");
    database.execute("DROP TYPE wishes; CREATE TABLE events (id INTEGER); DROP TABLE events").await;
    open_database(&database.address(), "a test").await.expect("a store");
}

#[tokio::test]
async fn a_schema_that_lacks_something_is_named_with_what_it_lacks() {
    for (done, said) in [
        ("ALTER TABLE leadership DROP COLUMN rest_until", "column \"rest_until\" does not exist"),
        ("ALTER TABLE reads DROP COLUMN page_hash", "column \"page_hash\" does not exist"),
        ("DELETE FROM leadership", "`leadership` has no row"),
        ("DROP SEQUENCE revisions", "relation \"revisions\" does not exist"),
    ] {
        let Some(database) = Database::make().await else { return };
        open_database(&database.address(), "a test").await.expect("a store").close().await;
        database.execute(done).await;
        let error = refused(&database.address()).await;
        assert!(error.contains(said) && error.contains("restore a backup"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_refused_before_anything_is_made() {
    let Some(database) = Database::make().await else { return };
    let nowhere = with_search_path(&database, "nosuch");
    let error = refused(&nowhere).await;
    assert!(error.contains("`search_path` is `nosuch`") && error.contains("CREATE SCHEMA"), "{error}");
    // An old server, by what it says of itself.
    database
        .execute(
            "CREATE FUNCTION public.current_setting(text) RETURNS text LANGUAGE sql AS \
             $$ SELECT CASE $1 WHEN 'server_version_num' THEN '120022' WHEN 'server_version' THEN '12.22' \
             ELSE pg_catalog.current_setting($1) END $$",
        )
        .await;
    let old = with_search_path(&database, "public,pg_catalog");
    let error = open_database(&old, "a test").await.expect_err("too old");
    assert!(matches!(&error, StoreError::TooOld { found, least: 13, .. } if found == "12.22"), "{error}");
    // One session for several connections, as a pooler of transactions lends them.
    database
        .execute(
            "DROP FUNCTION public.current_setting(text); \
             CREATE FUNCTION public.pg_backend_pid() RETURNS integer LANGUAGE sql AS 'SELECT 7'",
        )
        .await;
    let error = refused(&old).await;
    assert!(error.contains("sessions are shared out") && error.contains("pool_mode = session"), "{error}");
    let name = database.url().parse::<url::Url>().expect("an address").path().replace('/', "");
    database.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    let error = refused(&database.address()).await;
    assert!(error.contains("its transactions are read only"), "{error}");
    // Of all that nothing was made.
    database
        .execute("BEGIN; SET TRANSACTION READ WRITE; CREATE TABLE _sqlx_migrations (id INTEGER); COMMIT")
        .await;
}

#[tokio::test]
async fn what_is_no_postgresql_is_told_from_one_that_is_not_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut asked = [0; 64];
            let _ = client.read(&mut asked).await;
            let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let address = format!("postgres://ann:s3cret@127.0.0.1:{port}/feeds").parse().expect("an address");
    let error = refused(&address).await;
    assert!(error.contains("does not speak as a PostgreSQL does") && !error.contains("s3cret"), "{error}");
}

#[tokio::test]
async fn a_file_of_another_program_or_without_a_table_is_named_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let fine = folder.path().join("fine.db");
    open_file(&fine, "a test").await.expect("a store").close().await;
    for (is_ours, done, said) in [
        (false, "CREATE TABLE events (id INTEGER)", "a table `events` of another program; name another file"),
        (false, MIGRATIONS, "a table `_sqlx_migrations` of another program"),
        (true, "DROP TABLE days", "is damaged: no such table: days"),
        (true, "ALTER TABLE reads DROP COLUMN page_hash", "is damaged: no such column: page_hash"),
        (true, "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 2", "half migrated at version 2"),
    ] {
        let path = folder.path().join("one.db");
        if is_ours {
            std::fs::copy(&fine, &path).expect("a copy");
        }
        let url = format!("sqlite:{}?mode=rwc", path.display());
        let pool = sqlx::SqlitePool::connect(&url).await.expect("the file");
        sqlx::raw_sql(done).execute(&pool).await.expect(done);
        pool.close().await;
        let before = schema(&path).await;
        let error = open_file(&path, "a test").await.expect_err(said).to_string();
        assert!(error.contains(said) && error.contains("one.db"), "{error}");
        assert_eq!(schema(&path).await, before);
        std::fs::remove_file(&path).expect("removed");
    }
}

async fn schema(path: &std::path::Path) -> Vec<String> {
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.expect("the file");
    let names = sqlx::query_scalar("SELECT name FROM sqlite_schema ORDER BY name").fetch_all(&pool).await;
    pool.close().await;
    names.expect("names")
}
