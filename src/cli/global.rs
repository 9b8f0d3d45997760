//! The arguments of all commands, and the settings that follow from them.

use std::path::PathBuf;

use super::failure::Failure;
use crate::settings::{self, LogFormat, Settings, Sources};
use crate::telemetry::{self, LogOutput};

#[derive(clap::Args, Debug)]
pub(super) struct GlobalArguments {
    /// Settings file [default: config/crosslist.toml if it exists, else the built-in defaults]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Log level: error, warn, info, debug, trace, or a filter such as crosslist=debug
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,
}

/// A flag in place of a setting: its name, the key of the setting, and its value if it is given.
pub(super) type Flag<'a> = (&'a str, &'a str, Option<&'a String>);

impl GlobalArguments {
    /// The settings file, the environment and the flags of the command.
    pub(super) fn sources(&self, flags: &[Flag<'_>]) -> Sources {
        let sources = Sources::new(self.config.clone(), std::env::vars_os());
        let log = ("--log", "log.level", self.log.as_ref());
        std::iter::once(&log).chain(flags).fold(sources, |sources, (flag, key, value)| match value {
            Some(value) => sources.with_override(flag, key, value),
            None => sources,
        })
    }

    pub(super) fn settings(&self, flags: &[Flag<'_>]) -> Result<Settings, Failure> {
        load(&self.sources(flags))
    }
}

pub(super) fn load(sources: &Sources) -> Result<Settings, Failure> {
    settings::load(sources).map_err(|diagnostics| Failure::wrong(diagnostics.to_string()))
}

/// Starts the log of the service.
pub(super) fn start_log(settings: &Settings) {
    let output = match settings.log.format {
        LogFormat::Auto => LogOutput::Auto,
        LogFormat::Human => LogOutput::Human,
        LogFormat::Json => LogOutput::Json,
    };
    telemetry::start(output, &settings.log.level);
}

/// Starts the log of a command that prints a result: errors alone, unless another level is set.
pub(super) fn start_quiet_log(settings: &Settings) {
    let output = if settings.log.format == LogFormat::Json { LogOutput::Json } else { LogOutput::Human };
    let level = if settings.log.level == "info" { "error" } else { &settings.log.level };
    telemetry::start(output, level);
}
