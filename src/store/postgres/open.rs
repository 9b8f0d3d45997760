//! Opens and closes a PostgreSQL store.

use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;

use crate::store::address::Address;
use crate::store::error::StoreError;
use crate::store::failure::{at_opening, postgres_failure};
use crate::store::migrations;

use super::connection_slot::ConnectionSlot;
use super::lead::SchemaKey;
use super::shared::Shared;
use super::{server, watch};

/// How long opening may take, migrations included.
const OPEN_MAX: Duration = Duration::from_mins(5);

/// How long the leader may take to give the lead up before its connection is closed.
const RESIGN_MAX: Duration = Duration::from_millis(500);

/// A PostgreSQL database that is open.
#[derive(Debug)]
pub(in crate::store) struct Postgres {
    pub(super) shared: Arc<Shared>,
}

impl Postgres {
    /// See [`crate::store::Store::open_as`].
    pub(in crate::store) async fn open(address: &Address, upstream: &str) -> Result<Self, StoreError> {
        Self::open_with(address, Some(upstream)).await
    }

    /// See [`crate::store::Store::open_to_read`].
    pub(in crate::store) async fn open_to_read(address: &Address) -> Result<Self, StoreError> {
        Self::open_with(address, None).await
    }

    async fn open_with(address: &Address, upstream: Option<&str>) -> Result<Self, StoreError> {
        let path: Arc<str> = address.to_string().into();
        let options = address.connect_options().map_err(|error| postgres_failure(&path, &error))?;
        let options = options.disable_statement_logging();
        let [reading, writing] = [(); 2].map(|()| ConnectionSlot::new(options.clone(), path.clone()));
        let mut lent = reading.take().await?;
        let connection = &mut lent.open.connection;
        let opening = async {
            server::check(connection, &path).await?;
            if upstream.is_some() {
                let mut other = writing.take().await?;
                let apart = server::refuse_shared_sessions(connection, &mut other.open.connection, &path);
                let apart = apart.await;
                other.give_back(apart)?;
            }
            migrations::run_postgres(connection, &path).await?;
            if let Some(upstream) = upstream {
                server::claim(connection, &path, upstream).await?;
            }
            SchemaKey::find(connection).await.map_err(|error| postgres_failure(&path, &error))
        };
        let opened = tokio::time::timeout(OPEN_MAX, opening).await.unwrap_or_else(|_| {
            let reason = "another program keeps it locked".to_owned();
            Err(StoreError::Open { path: path.to_string(), reason })
        });
        let key = lent.give_back(opened).map_err(|error| at_opening(&path, error))?;
        let shared = Arc::new(Shared::new(writing, reading, key));
        if upstream.is_some() {
            watch::start(&shared, options);
        }
        Ok(Self { shared })
    }

    /// Closes every connection; the lead is free for another replica.
    ///
    /// The leader gives the lead up first; where the database does not answer to that, the next leader takes it for one
    /// that has gone suddenly.
    pub(in crate::store) async fn close(&self) {
        if tokio::time::timeout(RESIGN_MAX, self.lost()).await.is_err() {
            tracing::debug!("stopped before the lead was given up");
        }
        self.shared.set_leads(false);
        self.shared.writing.close().await;
        self.shared.reading.close().await;
    }

    /// Waits until this replica leads no longer; not at all where it does not lead.
    pub(in crate::store) async fn lost(&self) {
        let lost = self.shared.lost.notified();
        if self.shared.leads() {
            lost.await;
        }
    }
}
