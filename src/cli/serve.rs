//! `crosslist serve`: the service until it is told to stop.

use std::sync::Arc;

use crate::startup::{Keep, Service};

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

pub(super) fn run(global: &super::Arguments, arguments: &Arguments) -> Result<(), Failure> {
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
    runtime()?.block_on(async {
        let service = Service::start(&settings, upstream, keep, Arc::new(clock)).await?;
        let reloads = service.reloads(&sources);
        Ok(service.following(&reloads).run().await?)
    })
}
