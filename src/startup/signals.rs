//! The signals that end the process: SIGTERM, SIGINT and SIGQUIT.
//!
//! The first process of a container ignores signals without a handler, so that every command installs one there.

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Receives the signals that end the process, from when it is made.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
}

/// A signal that ends the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndSignal {
    Terminate,
    Interrupt,
    Quit,
}

impl Signals {
    /// Installs handlers, so that the signals do not end the process.
    ///
    /// # Errors
    /// The system refuses a handler.
    pub fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot receive signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            quit: listen(SignalKind::quit())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> EndSignal {
        tokio::select! {
            _ = self.terminate.recv() => EndSignal::Terminate,
            _ = self.interrupt.recv() => EndSignal::Interrupt,
            _ = self.quit.recv() => EndSignal::Quit,
        }
    }

    /// Ends the process at the first signal, if the system would not; for commands that can be interrupted at any moment.
    pub fn end_first_process() {
        if std::process::id() != 1 {
            return;
        }
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                if let Ok(mut signals) = Self::listen() {
                    signals.next().await.end_process();
                }
            });
        });
    }
}

impl EndSignal {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
            Self::Quit => "SIGQUIT",
        }
    }

    /// Ends the process at once, with the exit code that shells use for the signal.
    pub fn end_process(self) -> ! {
        std::process::exit(match self {
            Self::Terminate => 128 + 15,
            Self::Interrupt => 128 + 2,
            Self::Quit => 128 + 3,
        })
    }
}
