//! Opens stores for tests.

use std::path::Path;

use crosslist::store::{Address, Options, Store, StoreError};

pub fn file(path: &Path) -> Options {
    Options::Sqlite(path.to_owned())
}

pub async fn open_file(path: &Path, upstream: &str) -> Result<Store, StoreError> {
    Store::open(&file(path), upstream).await
}

pub async fn open_database(address: &Address, upstream: &str) -> Result<Store, StoreError> {
    Store::open(&Options::Postgres(address.clone()), upstream).await
}
