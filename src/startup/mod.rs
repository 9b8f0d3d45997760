//! How is everything built, and run until it is told to stop?

mod clock;
mod holder;
mod keeper;
mod listener;
pub mod operator_token;
mod outward;
mod reload;
mod service;
mod signals;
mod state;
mod still;
mod watch;

use std::path::Path;

use jiff::Timestamp;

use crate::fetch::{self, Replay, Upstream, UpstreamClient};

pub use self::clock::SystemClock;
pub use self::holder::holder;
pub use self::reload::{Ending, Reloads};
pub use self::service::{Keep, Service};
pub use self::signals::Signals;
pub use self::still::{at_rest, catch_up};

/// arXiv or a folder in its place, and the clock that goes with it.
///
/// # Errors
/// The folder cannot be read or holds no page, or the client cannot be built.
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
