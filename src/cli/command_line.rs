//! The parser of the command line, and which function runs each command.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use super::failure::{EXIT_CODES, Failure};
use super::global::GlobalArguments;
use super::{check, convert, export, fetch, manual, query, serve, service, store};
use crate::startup::Signals;

/// arXiv's listings as RSS, Atom and JSON feeds.
#[derive(Debug, Parser)]
#[command(name = "crosslist", version, about, after_help = EXIT_CODES)]
pub(super) struct CommandLine {
    #[command(flatten)]
    global: GlobalArguments,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service (the default command)
    Serve(serve::Arguments),
    /// Turn saved listing pages into one feed on standard output, without a network
    Convert(convert::Arguments),
    /// Read subjects once, check that each listing is complete, and report
    Fetch(fetch::Arguments),
    /// Read what is missing and write every configured feed as files, for static hosting
    Export(export::Arguments),
    /// Make the running service read its subjects now, wait until it has, and print the verdicts; uses the first key of `access.admin_keys`, or else the token beside the store
    Refresh(service::RefreshArguments),
    /// Check all settings, named feeds and rules, and list every error
    Check,
    /// Check that the service is running and answers
    Health,
    /// Print the stored papers that match a rule
    Query(query::QueryArguments),
    /// Explain why a stored paper matches a rule or does not
    Explain(query::ExplainArguments),
    /// Back up, copy or set aside the store
    #[command(subcommand)]
    Store(store::Command),
    /// Print a completion script for a shell
    Completions(manual::CompletionsArguments),
    /// Print the manual page
    Man,
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let CommandLine { global, command } = match CommandLine::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return Failure::arguments(&error).report(),
        Err(help) => help.exit(),
    };
    let command = command.unwrap_or_else(|| Command::Serve(serve::Arguments::default()));
    if !matches!(command, Command::Serve(_)) {
        Signals::end_first_process();
    }
    let ended = match &command {
        Command::Serve(arguments) => serve::run(&global, arguments),
        Command::Convert(arguments) => convert::run(arguments),
        Command::Fetch(arguments) => fetch::run(&global, arguments),
        Command::Export(arguments) => export::run(&global, arguments),
        Command::Refresh(arguments) => service::refresh(&global, arguments),
        Command::Check => check::run(&global),
        Command::Health => service::health(&global),
        Command::Query(arguments) => query::query(&global, arguments),
        Command::Explain(arguments) => query::explain(&global, arguments),
        Command::Store(command) => store::run(&global, command),
        Command::Completions(arguments) => manual::completions(arguments, CommandLine::command()),
        Command::Man => manual::man(CommandLine::command()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
