//! Starts the log, which is written to standard error, and changes its level.

use std::io::IsTerminal;
use std::sync::OnceLock;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

/// The filter of the log, once it is started.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// The module in which actix-http logs an error for every malformed request.
const MALFORMED_REQUESTS_OFF: &str = "actix_http::h1::dispatcher=off";

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogOutput {
    /// `Human` on a terminal, else `Json`.
    Auto,
    Human,
    Json,
}

/// Starts the log; a second call changes nothing.
///
/// `filter` is a level or a filter of `tracing_subscriber`; an invalid one means `info`.
pub fn start(format: LogOutput, filter: &str) {
    let filter = without_client_errors(EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info")));
    let terminal = std::io::stderr().is_terminal();
    let (filter, handle) = reload::Layer::new(filter);
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let is_json = format == LogOutput::Json || format == LogOutput::Auto && !terminal;
    let lines =
        if is_json { lines.json().flatten_event(true).boxed() } else { lines.with_ansi(terminal).boxed() };
    // Fails in a test that has a log of its own.
    if tracing_subscriber::registry().with(filter).with(lines).try_init().is_err() {
        return;
    }
    drop(FILTER.set(handle));
    if is_json {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            tracing::error!(panic.place = place, panic = panic.payload_as_str(), "a thread panicked");
        }));
    }
}

/// Changes the filter; an invalid one changes nothing.
pub fn change_filter(filter: &str) {
    if let (Some(handle), Ok(filter)) = (FILTER.get(), EnvFilter::try_new(filter).map(without_client_errors))
        && let Err(error) = handle.reload(filter)
    {
        tracing::warn!(%error, "the log level could not be changed");
    }
}

/// Omits what the server logs as an error for a client that does not send HTTP.
fn without_client_errors(filter: EnvFilter) -> EnvFilter {
    match MALFORMED_REQUESTS_OFF.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_requests_are_not_logged_as_errors() {
        let filter = without_client_errors(EnvFilter::new("debug")).to_string();
        assert!(filter.contains(MALFORMED_REQUESTS_OFF) && filter.contains("debug"), "{filter}");
    }
}
