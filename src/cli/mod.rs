//! Which command was given, and how does it end?

mod check;
mod convert;
mod export;
mod failure;
mod fetch;
mod manual;
mod query;
mod serve;
mod service;
mod store;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::taxonomy::SubjectId;
use crate::fetch::{ReplayError, Upstream};
use crate::filter::{self, Context, Dialect, Limits, Lists, Query};
use crate::settings::{self, LogFormat, Settings, Sources};
use crate::startup::{self, Signals, SystemClock};
use crate::telemetry::{self, Look};

use failure::Failure;

/// What the exit codes mean, for the help.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 it failed while running; 2 wrong arguments, settings or rules; 3 a page is not a whole listing.";

/// The same, for the manual.
const EXIT_STATUS: [(&str, &str); 4] = [
    ("0", "Done."),
    ("1", "It failed while running; of fetch, refresh and export also: not every subject could be read."),
    ("2", "Wrong arguments, settings or rules."),
    ("3", "A page is not a whole listing: of convert and fetch."),
];

/// arXiv's listings as RSS, Atom and JSON feeds.
#[derive(Debug, Parser)]
#[command(name = "crosslist", version, about, after_help = EXIT_CODES)]
struct Arguments {
    /// Settings file [default: config/crosslist.toml where there is one, else the built-in defaults]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// error, warn, info, debug, trace, or a filter such as crosslist=debug
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service (also what happens without a command)
    Serve(serve::Arguments),
    /// Turn saved listing pages into one feed on standard output, without a network
    Convert(convert::Arguments),
    /// Read subjects once, politely, prove each listing whole and report
    Fetch(fetch::Arguments),
    /// Read what is behind and write every configured feed as files, for a host that only has files
    Export(export::Arguments),
    /// Ask the running service for a round now, wait for its end and print the verdicts; shows the first admin key of the settings, else the token beside the store
    Refresh(service::RefreshArguments),
    /// Load every setting, named feed and rule, and list every mistake
    Check,
    /// Ask the running service whether it is alive
    Health,
    /// Show the papers that match a rule, among those that are kept
    Query(query::QueryArguments),
    /// Show why a paper matches a rule or not
    Explain(query::ExplainArguments),
    /// Work on the file that keeps what was announced
    #[command(subcommand)]
    Store(store::Command),
    /// Print what a shell needs to complete commands and flags
    Completions(manual::CompletionsArguments),
    /// Print the manual page
    Man,
}

/// Where pages come from and what time it is.
#[derive(Args, Clone, Debug, Default)]
struct UpstreamArguments {
    /// Read saved pages from a folder in place of arXiv
    #[arg(long, value_name = "DIR")]
    replay: Option<PathBuf>,

    /// Start the clock there, such as 2026-03-06T22:00:00Z; a day alone means its noon in UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

/// Runs the command line and says how it ended.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return Failure::arguments(&error).report(),
        Err(help) => help.exit(),
    };
    if !matches!(arguments.command, None | Some(Command::Serve(_))) {
        Signals::end_first_process();
    }
    let ended = match arguments.command.as_ref() {
        None => serve::run(&arguments, &serve::Arguments::default()),
        Some(Command::Serve(command)) => serve::run(&arguments, command),
        Some(Command::Convert(command)) => convert::run(command),
        Some(Command::Fetch(command)) => fetch::run(&arguments, command),
        Some(Command::Export(command)) => export::run(&arguments, command),
        Some(Command::Refresh(command)) => service::refresh(&arguments, command),
        Some(Command::Check) => check::run(&arguments),
        Some(Command::Health) => service::health(&arguments),
        Some(Command::Query(command)) => query::query(&arguments, command),
        Some(Command::Explain(command)) => query::explain(&arguments, command),
        Some(Command::Store(command)) => store::run(&arguments, command),
        Some(Command::Completions(command)) => manual::completions(command),
        Some(Command::Man) => manual::man(),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

impl Arguments {
    /// The settings of the file, the environment and the flags that are common to all commands.
    fn sources(&self) -> Sources {
        let sources = Sources::new(self.config.clone(), std::env::vars_os());
        match &self.log {
            Some(level) => sources.with_override("--log", "log.level", level),
            None => sources,
        }
    }

    fn settings(&self) -> Result<Settings, Failure> {
        load(&self.sources())
    }
}

fn load(sources: &Sources) -> Result<Settings, Failure> {
    settings::load(sources).map_err(|mistakes| Failure::settings(&mistakes))
}

fn upstream(
    settings: &Settings,
    replay: Option<&Path>,
    now: Option<Timestamp>,
) -> Result<(Upstream, SystemClock), Failure> {
    startup::upstream(&settings.upstream, replay, now).map_err(|error| {
        match error.downcast_ref::<ReplayError>() {
            Some(_) => Failure::wrong(error.to_string()),
            None => Failure::from(error),
        }
    })
}

/// Starts the log; `quiet` shows only what went wrong, for commands that print a result.
fn start_log(settings: &Settings, quiet: bool) {
    let look = match settings.log.format {
        LogFormat::Auto if quiet => Look::Human,
        LogFormat::Auto => Look::Auto,
        LogFormat::Human => Look::Human,
        LogFormat::Json => Look::Json,
    };
    let level = if quiet && settings.log.level == "info" { "error" } else { &settings.log.level };
    telemetry::start(look, level);
}

/// Reads a rule of the command line, where there are no named lists.
fn rule(text: &str) -> Result<Query, Failure> {
    let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
    filter::parse(text, &Limits::CONFIG, &context)
        .map_err(|mistakes| Failure::wrong(format!("the rule has mistakes\n{}", mistakes.with_carets(text))))
}

/// Writes a result to standard output; a reader that has gone is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::running(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Threads that read pages: each keeps room for the largest that it has read, and one page comes at a time.
const BLOCKING_THREADS_MAX: usize = 2;

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.enable_all().max_blocking_threads(BLOCKING_THREADS_MAX).build();
    runtime.map_err(|error| Failure::running(format!("cannot start: {error}")))
}

fn time(text: &str) -> Result<Timestamp, String> {
    // A date's own parser passes over a time behind it, which would be another moment.
    let is_day = text.len() == "2026-03-06".len();
    let day = || text.parse::<Date>().ok().filter(|_| is_day);
    let noon = |date: Date| date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse().ok().or_else(|| day().and_then(noon).map(|zoned| zoned.timestamp()));
    moment.ok_or_else(|| {
        "write a time with its offset such as 2026-03-06T22:00:00Z, or a day such as 2026-03-06".to_owned()
    })
}

/// Subjects, one to an argument or joined with `+` or commas; each once, and every mistake at once.
fn subjects(arguments: &[String]) -> Result<Vec<SubjectId>, Failure> {
    let (mut subjects, mut mistakes) = (Vec::new(), Vec::new());
    for name in arguments.iter().flat_map(|argument| argument.split(['+', ',', ' '])) {
        match SubjectId::parse(name) {
            Ok(subject) if subjects.contains(&subject) => {}
            Ok(subject) => subjects.push(subject),
            Err(unknown) => mistakes.push(unknown.to_string()),
        }
    }
    if mistakes.is_empty() { Ok(subjects) } else { Err(Failure::wrong(mistakes.join("; "))) }
}

#[cfg(test)]
mod tests;
