//! `crosslist export`: writes every configured feed as files, for static hosting.

mod complete_file;
mod folder;
mod manifest;

use std::path::PathBuf;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::outcome::ReadOutcome;
use crate::render::Format;
use crate::serve::{self, ExportSummary, ExportedFile, State};
use crate::settings::Settings;
use crate::startup::{self, Keep};
use crate::store::StoreError;

use super::failure::Failure;
use super::fetch;
use super::global::{GlobalArguments, start_quiet_log};
use super::output::{self, print};
use super::runtime::runtime;
use super::upstream::UpstreamArguments;
use folder::{Done, Folder};

#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// The folder to write to; files that this command did not write are never changed
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    #[arg(
        long,
        value_name = "URL",
        help = "The address at which the files will be served, such as https://user.github.io/papers/ [default: `server.base_url`]"
    )]
    base_url: Option<String>,

    /// Send no request to arXiv; write what is stored
    #[arg(long)]
    no_fetch: bool,

    /// Write compressed copies of each file too, as .gz and .br
    #[arg(long)]
    precompress: bool,

    /// The store, such as sqlite:data/crosslist.db or the address of a PostgreSQL database; with --replay and without --store, nothing is stored
    #[arg(long, value_name = "URL")]
    store: Option<String>,

    #[command(flatten)]
    upstream: UpstreamArguments,
}

pub(super) fn run(global: &GlobalArguments, arguments: &Arguments) -> Result<(), Failure> {
    let settings = global.settings(&[
        ("--store", "store.url", arguments.store.as_ref()),
        ("--base-url", "server.base_url", arguments.base_url.as_ref()),
    ])?;
    start_quiet_log(&settings);
    let base = base(&settings)?;
    if settings.subjects.watch.is_empty() && settings.named.feeds.is_empty() {
        let message = "no feed is configured: add subjects to `subjects.watch` or feeds to config/feeds.toml";
        return Err(Failure::wrong(message));
    }
    // Before any request to arXiv, so that of two exports that start together one sends none.
    let mut folder = Folder::open(&arguments.out)?;
    let (outcomes, state) = runtime()?.block_on(state(&settings, arguments))?;
    let export = |take: &mut dyn FnMut(ExportedFile) -> Result<(), Failure>,
                  was_written: &dyn Fn(&str) -> bool| {
        let mut with_compressed = |file: ExportedFile| {
            let compressed = if arguments.precompress { file.compressed() } else { Vec::new() };
            std::iter::once(file).chain(compressed).try_for_each(&mut *take)
        };
        serve::export(&state, &base, was_written, &mut with_compressed)
    };

    // Renders everything twice: foreign files are found before any is written, and one file is in memory at a time.
    let was_written = folder.listed();
    let was_written = |path: &str| was_written.contains(path);
    let mut compare = |file: ExportedFile| {
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

/// The public address of the files, without a slash at the end.
fn base(settings: &Settings) -> Result<String, Failure> {
    let base = settings.server.base_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    base.ok_or_else(|| {
        Failure::wrong(
            "feeds contain their own address: give --base-url such as https://user.github.io/papers/, or set `server.base_url`",
        )
    })
}

/// Reads what is missing, and then loads everything from the store, so that a later export with `--no-fetch` is the same.
async fn state(settings: &Settings, arguments: &Arguments) -> Result<(Vec<ReadOutcome>, State), Failure> {
    let (upstream, clock) = arguments.upstream.open(settings)?;
    let keep = match &arguments.store {
        None if arguments.upstream.replay.is_some() => Keep::InMemory,
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
        let hint = if hint { "; `--no-fetch` writes what the service has stored" } else { "" };
        Failure::running(format!("{error}{hint}"))
    })?;
    let mut outcomes = Vec::new();
    if !arguments.no_fetch {
        // Drawn on a terminal only.
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
    let (upstream, _) = arguments.upstream.open(settings)?;
    let state = startup::at_rest(settings, upstream, store.clone(), Arc::new(clock)).await?;
    store.close().await;
    Ok((outcomes, state))
}

/// Returns whether `path` is a file of the feed: in any format or coding, or one of its pages.
fn is_of(path: &str, stem: &str) -> bool {
    let Some(rest) = path.strip_prefix(stem) else { return false };
    let ending = rest.strip_prefix('.').and_then(|rest| rest.split('.').next());
    rest.starts_with('/') || Format::ALL.iter().any(|format| ending == Some(format.extension()))
}

fn table(written: &Done) -> String {
    let row = [
        written.written.to_string(),
        written.unchanged.to_string(),
        written.removed.to_string(),
        written.left.len().to_string(),
        written.folder.display().to_string(),
    ];
    let mut text = output::table(["written", "unchanged", "removed", "left", "folder"], [row]);
    for path in &written.left {
        text.push_str("\nleft, because it was changed after the export: ");
        text.push_str(path);
    }
    text
}

/// Names the subjects that could not be read and the feeds that are missing for it; everything else is written.
fn end(outcomes: &[ReadOutcome], exported: &ExportSummary) -> Result<(), Failure> {
    let unread = outcomes.iter().filter(|outcome| !outcome.verdict.is_proved());
    let unread: Vec<&str> = unread.map(|outcome| outcome.subject.as_str()).collect();
    let mut messages = Vec::new();
    if !unread.is_empty() {
        messages.push(format!("could not be read: {}", unread.join(", ")));
    }
    if !exported.unread.is_empty() {
        messages.push(format!("no data yet, so nothing new was written: {}", exported.unread.join(", ")));
    }
    if messages.is_empty() { Ok(()) } else { Err(Failure::running(messages.join("; "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_one_feed() {
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
