//! Where do log lines go, and what do they look like?

use std::io::IsTerminal;
use std::sync::OnceLock;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

/// The filter of the log that was started.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Where actix-http says `error` of every request that it cannot read.
const OF_CLIENTS: &str = "actix_http::h1::dispatcher=off";

/// The look of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// For people on a terminal, for machines otherwise.
    Auto,
    Human,
    Json,
}

/// Sends the log to standard error from now on; a second call changes nothing.
///
/// `filter` is a level or a filter of `tracing_subscriber`; one that cannot be read means `info`.
pub fn start(look: Look, filter: &str) {
    let filter = quiet(EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info")));
    let terminal = std::io::stderr().is_terminal();
    let (filter, handle) = reload::Layer::new(filter);
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let is_json = look == Look::Json || look == Look::Auto && !terminal;
    let lines =
        if is_json { lines.json().flatten_event(true).boxed() } else { lines.with_ansi(terminal).boxed() };
    // Only a program that holds this one, a test, has a log of its own already.
    if tracing_subscriber::registry().with(filter).with(lines).try_init().is_err() {
        return;
    }
    drop(FILTER.set(handle));
    if is_json {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            tracing::error!(
                panic.place = place,
                panic = panic.payload_as_str(),
                "a part of the program stopped"
            );
        }));
    }
}

/// Goes by another filter from now on; one that cannot be read changes nothing.
pub fn change_filter(filter: &str) {
    if let (Some(handle), Ok(filter)) = (FILTER.get(), EnvFilter::try_new(filter).map(quiet))
        && let Err(error) = handle.reload(filter)
    {
        tracing::warn!(%error, "the level of the log could not be changed");
    }
}

/// Leaves out what the server calls an error and what is none of ours: a client that sent what is not HTTP.
fn quiet(filter: EnvFilter) -> EnvFilter {
    match OF_CLIENTS.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_of_clients_are_no_errors_of_ours() {
        let filter = quiet(EnvFilter::new("debug")).to_string();
        assert!(filter.contains(OF_CLIENTS) && filter.contains("debug"), "{filter}");
    }
}
