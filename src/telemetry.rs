//! Where do log lines go, and what do they look like?

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

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
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let terminal = std::io::stderr().is_terminal();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let is_json = look == Look::Json || look == Look::Auto && !terminal;
    let started = match look {
        Look::Auto if !terminal => log.json().flatten_event(true).try_init(),
        Look::Json => log.json().flatten_event(true).try_init(),
        Look::Auto | Look::Human => log.with_ansi(terminal).try_init(),
    };
    // Only a program that holds this one, a test, has a log of its own already.
    if started.is_ok() && is_json {
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
