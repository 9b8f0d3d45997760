//! How a command fails: a message on standard error and an exit code.

use std::process::ExitCode;

/// The exit codes, for the help.
pub(super) const EXIT_CODES: &str = "Exit codes: 0 success; 1 the command failed; 2 invalid arguments, settings or rules; 3 a page is not a complete listing.";

/// The exit codes, for the manual.
pub(super) const EXIT_STATUS: [(&str, &str); 4] = [
    ("0", "Success."),
    ("1", "The command failed; for fetch, refresh and export also: not every subject could be read."),
    ("2", "Invalid arguments, settings or rules."),
    ("3", "A page is not a complete listing (convert and fetch)."),
];

/// The command failed.
const RUNNING: u8 = 1;

/// Invalid arguments or settings; the argument parser uses the same code.
const WRONG: u8 = 2;

/// A page is not a complete listing.
const NOT_WHOLE: u8 = 3;

/// Why a command failed: the message and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    pub(super) fn running(message: impl Into<String>) -> Self {
        Self { code: RUNNING, message: message.into() }
    }

    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self { code: WRONG, message: message.into() }
    }

    pub(super) fn not_whole(message: impl Into<String>) -> Self {
        Self { code: NOT_WHOLE, message: message.into() }
    }

    /// The argument parser's error on one line.
    pub(super) fn arguments(error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let lines = rendered.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
        let message: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with("For more information"))
            .map(|line| line.trim_start_matches("error: "))
            .collect();
        Self::wrong(format!("{}; see crosslist --help", message.join("; ").replace(":; ", ": ")))
    }

    /// Prints the message on standard error.
    pub(super) fn report(self) -> ExitCode {
        let message = self.message.trim_end();
        if !message.is_empty() {
            eprintln!("crosslist: {message}");
        }
        ExitCode::from(self.code)
    }
}

/// An error and its causes.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        Self::running(causes.join(": "))
    }
}
