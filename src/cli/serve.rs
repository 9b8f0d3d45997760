//! `crosslist serve`: the service until it is told to stop.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

use crate::startup::{Keep, Service, Signals};

use super::{Failure, UpstreamArguments, load, runtime, start_log};

#[derive(clap::Args, Debug, Default)]
pub(super) struct Arguments {
    /// Address and port, such as 127.0.0.1:8080
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,

    /// Where announcements are kept, such as sqlite:data/crosslist.db, or the address of a PostgreSQL; a replay keeps them in memory without it
    #[arg(long, value_name = "URL")]
    store: Option<String>,

    #[command(flatten)]
    upstream: UpstreamArguments,
}

/// What the GNU C library reads when a program starts, and nothing can tell it safely later: memory is kept apart for
/// two threads and not for each, and pieces of a megabyte or more go back to the system when they are freed.
///
/// By itself it raises that size to the largest piece that was ever freed, up to 32 MB, and keeps what is smaller:
/// after 60 feeds of 2,000 items the service held 300 MB more than before, and 120 MB more like this.
const MEMORY: [(&str, &str); 2] = [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "1048576")];

/// Starts the program once more in its own place, with what it lacks of that; goes on where that cannot be.
fn start_with_memory_settings() {
    let lacking: Vec<_> = MEMORY.into_iter().filter(|(name, _)| env::var_os(name).is_none()).collect();
    if lacking.is_empty() || !cfg!(target_env = "gnu") {
        return;
    }
    let mut arguments = env::args_os();
    let (name, program) = (arguments.next(), env::current_exe());
    if let (Some(name), Ok(program)) = (name, program) {
        // It returns where it fails, and then all that is lost is memory.
        let _failed = Command::new(program).arg0(name).args(arguments).envs(lacking).exec();
    }
}

pub(super) fn run(global: &super::Arguments, arguments: &Arguments) -> Result<(), Failure> {
    start_with_memory_settings();
    let mut sources = global.sources();
    if let Some(listen) = &arguments.listen {
        sources = sources.with_override("--listen", "server.listen", listen);
    }
    if let Some(store) = &arguments.store {
        sources = sources.with_override("--store", "store.url", store);
    }
    let settings = load(&sources)?;
    start_log(&settings, false);
    let UpstreamArguments { replay, now } = &arguments.upstream;
    let (upstream, clock) = super::upstream(&settings, replay.as_deref(), *now)?;
    let keep = if replay.is_some() && arguments.store.is_none() {
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
    // A name that is looked up, or a page that is parsed, is not waited for.
    runtime.shutdown_background();
    ended
}
