//! The signals that end the process: SIGTERM, SIGINT and SIGQUIT.
//!
//! A process that is the first of its container ignores each that it does not listen to, so that every command listens
//! there.

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens to the signals that end the process, from when it is made.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
}

/// A signal that ends the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Terminate,
    Interrupt,
    Quit,
}

impl Signals {
    /// Takes the signals over from the system, which would end the process.
    ///
    /// # Errors
    /// The system does not let us listen.
    pub fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot hear of the signals that end the process");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            quit: listen(SignalKind::quit())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> End {
        tokio::select! {
            _ = self.terminate.recv() => End::Terminate,
            _ = self.interrupt.recv() => End::Interrupt,
            _ = self.quit.recv() => End::Quit,
        }
    }

    /// Ends the process at the first signal, where the system would not, for a command whose work is whole at any moment.
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

impl End {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
            Self::Quit => "SIGQUIT",
        }
    }

    /// Ends the process at once, with the exit code that shells give to one that a signal has ended.
    pub fn end_process(self) -> ! {
        std::process::exit(match self {
            Self::Terminate => 128 + 15,
            Self::Interrupt => 128 + 2,
            Self::Quit => 128 + 3,
        })
    }
}
