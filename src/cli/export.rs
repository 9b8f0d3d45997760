//! `crosslist export`: every configured feed as files, for a host that only has files.

mod folder;
mod manifest;
mod whole;

use std::path::PathBuf;
use std::sync::Arc;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::outcome::ReadOutcome;
use crate::render::Format;
use crate::serve::{self, Exported, File, State};
use crate::settings::Settings;
use crate::startup::{self, Keep};
use crate::store::StoreError;

use super::{Failure, UpstreamArguments, fetch, load, print, runtime, start_log};
use folder::{Done, Folder};

#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// The folder for the files; what this command did not write stays, and is never replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    #[arg(
        long,
        value_name = "URL",
        help = "Where the files will be found, such as https://user.github.io/papers/ [default: `server.base_url`]"
    )]
    base_url: Option<String>,

    /// Ask arXiv for nothing, and write what is kept
    #[arg(long)]
    no_fetch: bool,

    /// Write each file compressed beside it as well, as .gz and .br
    #[arg(long)]
    precompress: bool,

    /// Where announcements are kept, such as sqlite:data/crosslist.db, or the address of a PostgreSQL; a replay keeps nothing without it
    #[arg(long, value_name = "URL")]
    store: Option<String>,

    #[command(flatten)]
    upstream: UpstreamArguments,
}

pub(super) fn run(global: &super::Arguments, arguments: &Arguments) -> Result<(), Failure> {
    let mut sources = global.sources();
    if let Some(store) = &arguments.store {
        sources = sources.with_override("--store", "store.url", store);
    }
    if let Some(base_url) = &arguments.base_url {
        sources = sources.with_override("--base-url", "server.base_url", base_url);
    }
    let settings = load(&sources)?;
    start_log(&settings, true);
    let base = base(&settings)?;
    if settings.subjects.watch.is_empty() && settings.named.feeds.is_empty() {
        let said = "no feed is configured: name subjects in `subjects.watch` or feeds in config/feeds.toml";
        return Err(Failure::wrong(said));
    }
    // Before arXiv is asked, so that two that begin at once do not both ask.
    let mut folder = Folder::open(&arguments.out)?;
    let (outcomes, state) = runtime()?.block_on(state(&settings, arguments))?;
    let export = |take: &mut dyn FnMut(File) -> Result<(), Failure>, was_written: &dyn Fn(&str) -> bool| {
        let mut with_compressed = |file: File| {
            let compressed = if arguments.precompress { file.compressed() } else { Vec::new() };
            std::iter::once(file).chain(compressed).try_for_each(&mut *take)
        };
        serve::export(&state, &base, was_written, &mut with_compressed)
    };

    // Twice the same: what is foreign is found before anything is written, and no more than a file is held.
    let was_written = folder.listed();
    let was_written = |path: &str| was_written.contains(path);
    let mut compare = |file: File| {
        folder.compare(&file);
        Ok(())
    };
    let exported = export(&mut compare, &was_written)?;
    if folder.begin()? {
        export(&mut |file| folder.write(&file), &was_written)?;
    }
    let written = folder.finish(|path| exported.unread.iter().any(|stem| is_of(path, stem)))?;

    if !outcomes.is_empty() {
        print(&format!("{}\n\n", fetch::table(&outcomes)))?;
    }
    print(&format!("{}\n", table(&written)))?;
    end(&outcomes, &exported)
}

/// Where the files will be found, without a slash at the end.
fn base(settings: &Settings) -> Result<String, Failure> {
    let base = settings.server.base_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    base.ok_or_else(|| {
        Failure::wrong(
            "feeds name the address that they are found at: give --base-url such as https://user.github.io/papers/, or set `server.base_url`",
        )
    })
}

/// Reads what is behind, and then takes everything from what is kept, so that a later export without a read is the same.
async fn state(settings: &Settings, arguments: &Arguments) -> Result<(Vec<ReadOutcome>, State), Failure> {
    let UpstreamArguments { replay, now } = &arguments.upstream;
    let (upstream, clock) = super::upstream(settings, replay.as_deref(), *now)?;
    let keep = match &arguments.store {
        None if replay.is_some() => Keep::InMemory,
        _ => Keep::from(settings.store.options.clone()),
    };
    let described = upstream.describe();
    let holder = startup::holder("export", None);
    let opened = if arguments.no_fetch {
        keep.open_beside(&upstream, &holder).await
    } else {
        keep.open(&upstream, &holder).await
    };
    let store = opened.map_err(|error| {
        let hint = matches!(error, StoreError::InUse { .. }) && !arguments.no_fetch;
        let hint = if hint { "; `--no-fetch` writes what a service has read" } else { "" };
        Failure::running(format!("{error}{hint}"))
    })?;
    let mut outcomes = Vec::new();
    if !arguments.no_fetch {
        // Drawn on a terminal only; elsewhere the tables are all that is printed.
        let bar = ProgressBar::new(0);
        bar.set_style(
            ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.enable_steady_tick(fetch::TICK);
        bar.set_message(format!("from {described}"));
        let begins = |number| bar.set_length(number as u64);
        let ends = |outcome: &ReadOutcome| {
            bar.inc(1);
            bar.set_message(format!("{}: {}", outcome.subject, outcome.verdict));
        };
        let read = startup::catch_up(settings, upstream, &store, Arc::new(clock), begins, ends).await;
        bar.finish_and_clear();
        outcomes = read?;
    }
    let (upstream, _) = super::upstream(settings, replay.as_deref(), *now)?;
    let state = startup::at_rest(settings, upstream, store.clone(), Arc::new(clock)).await?;
    store.close().await;
    Ok((outcomes, state))
}

/// Is this file one of the feed, in any format or coding, or one of its pages?
fn is_of(path: &str, stem: &str) -> bool {
    let Some(rest) = path.strip_prefix(stem) else { return false };
    let ending = rest.strip_prefix('.').and_then(|rest| rest.split('.').next());
    rest.starts_with('/') || Format::ALL.iter().any(|format| ending == Some(format.extension()))
}

fn table(written: &Done) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["written", "unchanged", "removed", "left", "folder"]);
    let counts = [written.written, written.unchanged, written.removed, written.left.len()];
    let mut row: Vec<String> = counts.iter().map(ToString::to_string).collect();
    row.push(written.folder.display().to_string());
    table.add_row(row);
    let mut text = table.trim_fmt();
    for path in &written.left {
        text.push_str("\nleft, for it is not as it was written: ");
        text.push_str(path);
    }
    text
}

/// What could not be read, and what could not be written for that; everything else is there.
fn end(outcomes: &[ReadOutcome], exported: &Exported) -> Result<(), Failure> {
    let unread = outcomes.iter().filter(|outcome| !outcome.verdict.is_proved());
    let unread: Vec<&str> = unread.map(|outcome| outcome.subject.as_str()).collect();
    let mut said = Vec::new();
    if !unread.is_empty() {
        said.push(format!("could not be read: {}", unread.join(", ")));
    }
    if !exported.unread.is_empty() {
        said.push(format!("never read, so nothing new is written of it: {}", exported.unread.join(", ")));
    }
    if said.is_empty() { Ok(()) } else { Err(Failure::running(said.join("; "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_has_its_files_and_no_other_feeds() {
        for path in
            ["subjects/cs.atom", "subjects/cs.rss.br", "subjects/cs/index.html", "subjects/cs/2/index.html"]
        {
            assert!(is_of(path, "subjects/cs"), "{path}");
        }
        for path in ["subjects/cs.DC.atom", "subjects/cs.DC/index.html", "subjects/csx.atom", "index.html"] {
            assert!(!is_of(path, "subjects/cs"), "{path}");
        }
    }
}
