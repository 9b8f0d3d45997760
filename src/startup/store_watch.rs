//! Checks while the service runs that the file of the store is still there, and restores it from memory if not.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::event::ChangedDay;
use crate::serve::{CurrentState, State};
use crate::store::{Contents, Store};

/// The time between two checks while nothing is written, so that a deleted file is noticed within a minute.
const CHECK_EVERY: Duration = Duration::from_secs(10);

/// Runs as long as the service does.
pub(super) async fn watch(store: Store, current: CurrentState) {
    loop {
        // The store logs the error, and the collector reports it in the status.
        let is_well = store.check(&|| remembered(&current.state())).await.is_ok();
        tokio::select! {
            () = tokio::time::sleep(CHECK_EVERY) => {}
            () = store.displacement(), if is_well => {}
        }
    }
}

/// The contents of the store as far as the memory of the service has them.
pub(super) fn remembered(state: &State) -> Contents {
    let mut contents = state.collector.remembered();
    for subject in state.working_set.subjects() {
        for events in state.working_set.days(&[subject]) {
            let Some(first) = events.first() else { continue };
            let listing_date = first.listing_date;
            contents.changes.push(ChangedDay { subject, listing_date, events: events.to_vec(), added: 0 });
        }
    }
    let rules = state.options.named.iter();
    let rules = rules.filter_map(|feed| Some((feed.slug.clone(), feed.rules(), feed.since?)));
    contents.rules = rules.collect::<Vec<(String, String, Timestamp)>>();
    contents
}
