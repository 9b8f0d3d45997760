//! `crosslist serve`: runs the service until a signal stops it.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

use crate::startup::{Keep, Service, Signals};

use super::failure::Failure;
use super::global::{GlobalArguments, load, start_log};
use super::runtime::runtime;
use super::upstream::UpstreamArguments;

#[derive(clap::Args, Debug, Default)]
pub(super) struct Arguments {
    /// Address and port to listen on, such as 127.0.0.1:8080
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,

    /// The store, such as sqlite:data/crosslist.db or the address of a PostgreSQL database; with --replay and without --store, announcements are in memory only
    #[arg(long, value_name = "URL")]
    store: Option<String>,

    #[command(flatten)]
    upstream: UpstreamArguments,
}

/// Settings of the allocator of the GNU C library, which reads them once, when a program starts; changing them later takes
/// `unsafe` code.
///
/// - `MALLOC_ARENA_MAX`: by default the allocator makes a heap ("arena") for each thread, up to 8 per core, and memory that
///   is free in one is not used for another. With two arenas the service takes 167 MB instead of 202 MB after it has read
///   25,000 papers, a month of all of arXiv (`benches/all.sh`).
/// - `MALLOC_MMAP_THRESHOLD_`: a block of 1 MiB or more is returned to the system when it is freed. By default the allocator
///   raises this limit to the size of the largest block that was freed, up to 32 MiB, and keeps smaller blocks: after 60
///   feeds of 2,000 items the service had grown by 300 MB, with a fixed limit by 120 MB.
const ALLOCATOR_SETTINGS: [(&str, &str); 2] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "1048576")];

/// Replaces the process by itself with those allocator settings that the environment lacks. If that fails, the service
/// runs all the same and takes more memory.
fn restart_with_allocator_settings() {
    let lacking: Vec<_> =
        ALLOCATOR_SETTINGS.into_iter().filter(|(name, _)| env::var_os(name).is_none()).collect();
    if lacking.is_empty() || !cfg!(target_env = "gnu") {
        return;
    }
    let mut arguments = env::args_os();
    let (name, program) = (arguments.next(), env::current_exe());
    if let (Some(name), Ok(program)) = (name, program) {
        // `exec` returns only if it fails.
        let _error = Command::new(program).arg0(name).args(arguments).envs(lacking).exec();
    }
}

pub(super) fn run(global: &GlobalArguments, arguments: &Arguments) -> Result<(), Failure> {
    restart_with_allocator_settings();
    let sources = global.sources(&[
        ("--listen", "server.listen", arguments.listen.as_ref()),
        ("--store", "store.url", arguments.store.as_ref()),
    ]);
    let settings = load(&sources)?;
    start_log(&settings);
    let (upstream, clock) = arguments.upstream.open(&settings)?;
    let keep = if arguments.upstream.replay.is_some() && arguments.store.is_none() {
        Keep::InMemory
    } else {
        settings.store.options.clone().into()
    };
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let service = tokio::select! {
            started = Service::start(&settings, upstream, keep, Arc::new(clock)) => started?,
            _ = signals.next() => return Ok(()),
        };
        let reloads = service.reloads(&sources);
        let service = service.following(&reloads);
        let handle = service.handle();
        tokio::spawn(async move {
            let signal = signals.next().await.name();
            tracing::info!(signal, "stopping");
            drop(handle.stop(true));
            signals.next().await.end_process();
        });
        Ok(service.run().await?)
    });
    // Does not wait for threads that resolve a name or parse a page.
    runtime.shutdown_background();
    ended
}
