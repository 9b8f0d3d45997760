//! What does a replica hear of the others, and how does it notice that it has lost the lead?
//!
//! Two tasks, which end with the store.

use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::Notify;

use super::Shared;
use super::lead::HEARTBEAT;

/// How long to wait before the notifications are asked for again after a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long one connection is listened to: one that has died without a word is replaced by then.
const LISTEN_MAX: Duration = Duration::from_mins(5);

/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

pub(super) fn start(shared: &Arc<Shared>, options: PgConnectOptions) {
    tokio::spawn(listen(Arc::downgrade(&shared.heard), options, shared.place.channel.clone()));
    tokio::spawn(beat(Arc::downgrade(shared)));
}

/// Says that there may be news at every notification, and whenever some may have been missed.
async fn listen(heard: Weak<Notify>, options: PgConnectOptions, channel: String) {
    let pool =
        PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT_MAX).connect_lazy_with(options);
    while heard.strong_count() > 0 {
        let listening = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(&channel).await?;
            loop {
                let Some(heard) = heard.upgrade() else { return Ok(()) };
                heard.notify_one();
                drop(heard);
                if listener.try_recv().await?.is_none() {
                    return Ok::<_, sqlx::Error>(());
                }
            }
        };
        if let Ok(Err(error)) = tokio::time::timeout(LISTEN_MAX, listening).await {
            tracing::debug!(%error, "no notifications from the store");
        }
        tokio::time::sleep(AGAIN_AFTER).await;
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
