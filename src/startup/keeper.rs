//! Looks after the file of the store while the service runs.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::event::ChangedDay;
use crate::serve::{CurrentState, State};
use crate::store::{Contents, Store};

/// How often the file is looked at when nothing is written: a deleted one is noticed well within a minute.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Looks for as long as the service runs.
pub(super) async fn keep(store: Store, current: CurrentState) {
    loop {
        // What is wrong is in the log, and the collector shows it.
        let is_well = store.check(&|| remembered(&current.state())).await.is_ok();
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = store.displacement(), if is_well => {}
        }
    }
}

/// What the service knows without its store.
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
