//! How does a command that failed say so?

use std::process::ExitCode;

use crate::settings::Mistakes;

/// It failed while running.
const RUNNING: u8 = 1;

/// Wrong arguments or settings; also what the argument parser exits with.
const WRONG: u8 = 2;

/// A page is not a whole listing.
const NOT_WHOLE: u8 = 3;

/// Why a command failed: what is printed, and the exit code.
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

    /// The argument parser's error on one line: what is wrong, what would work, and where to read on.
    pub(super) fn arguments(error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let lines = rendered.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
        let said: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with("For more information"))
            .map(|line| line.trim_start_matches("error: "))
            .collect();
        Self::wrong(format!("{}; see crosslist --help", said.join("; ").replace(":; ", ": ")))
    }

    pub(super) fn settings(mistakes: &Mistakes) -> Self {
        Self::wrong(mistakes.to_string())
    }

    /// Says it on standard error.
    pub(super) fn report(self) -> ExitCode {
        let message = self.message.trim_end();
        if !message.is_empty() {
            eprintln!("crosslist: {message}");
        }
        ExitCode::from(self.code)
    }
}

/// An error with what led to it, each said once.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        Self::running(causes.join(": "))
    }
}
