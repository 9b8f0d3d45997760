//! Two tasks that end with the store: one listens for notifications of other replicas, one confirms the lead.

use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::Notify;

use super::lead::HEARTBEAT;
use super::shared::Shared;

/// How long to wait before the notifications are asked for again after a failure.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long one connection is listened to: one that has died without a word is replaced by then.
const LISTEN_MAX: Duration = Duration::from_mins(5);

/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

pub(super) fn start(shared: &Arc<Shared>, options: PgConnectOptions) {
    tokio::spawn(listen(Arc::downgrade(&shared.changed), options, shared.key.channel.clone()));
    tokio::spawn(beat(Arc::downgrade(shared)));
}

/// Says that there may be news at every notification, and whenever some may have been missed.
async fn listen(changed: Weak<Notify>, options: PgConnectOptions, channel: String) {
    let pool =
        PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT_MAX).connect_lazy_with(options);
    while changed.strong_count() > 0 {
        let listening = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(&channel).await?;
            loop {
                let Some(changed) = changed.upgrade() else { return Ok(()) };
                changed.notify_one();
                drop(changed);
                if listener.try_recv().await?.is_none() {
                    return Ok::<_, sqlx::Error>(());
                }
            }
        };
        if let Ok(Err(error)) = tokio::time::timeout(LISTEN_MAX, listening).await {
            tracing::debug!(%error, "no notifications from the store");
        }
        tokio::time::sleep(RETRY_AFTER).await;
    }
    pool.close().await;
}

/// Asks again and again whether this replica still leads, and says when it does not.
async fn beat(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let Some(shared) = shared.upgrade() else { return };
        if shared.leads()
            && let Err(error) = shared.confirm().await
        {
            tracing::warn!(%error, "lost the lead: the session that had it is gone");
        }
    }
}
