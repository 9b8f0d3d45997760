//! Builds the stages from the settings, runs the service, reloads its settings and stops it.

mod clock;
mod holder;
mod listener;
mod one_shot;
pub mod operator_token;
mod push;
mod reload;
mod service;
mod signals;
mod state;
mod store_watch;
mod watch;

use std::path::Path;

use jiff::Timestamp;

use crate::fetch::{self, Replay, Upstream, UpstreamClient};

pub use self::clock::SystemClock;
pub use self::holder::holder;
pub use self::one_shot::{at_rest, catch_up};
pub use self::reload::{Ending, Reloads};
pub use self::service::{Keep, Service};
pub use self::signals::Signals;

/// arXiv, or a folder of saved pages in its place, and the clock that belongs to it.
///
/// # Errors
/// The folder cannot be read or contains no page, or the client cannot be built.
pub fn upstream(
    options: &fetch::UpstreamOptions,
    replay: Option<&Path>,
    now: Option<Timestamp>,
) -> anyhow::Result<(Upstream, SystemClock)> {
    let Some(folder) = replay else {
        return Ok((Upstream::Live(Box::new(UpstreamClient::new(options)?)), SystemClock::starting_at(now)));
    };
    let replay = Replay::open(folder, options.page_bytes_max)?;
    let start = now.unwrap_or_else(|| replay.start_time());
    Ok((Upstream::Replay(replay), SystemClock::starting_at(Some(start))))
}
