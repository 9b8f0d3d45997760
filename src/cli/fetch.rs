//! `crosslist fetch`: one polite round, proved and reported.

use std::time::Duration;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use indicatif::{ProgressBar, ProgressStyle};

use crate::collect;
use crate::domain::clock::Clock;
use crate::domain::mailing;
use crate::domain::outcome::ReadOutcome;
use crate::domain::verdict::Verdict;
use crate::fetch::{RequestGuard, Upstream};
use crate::startup;
use crate::store::{self, AnyStore, Replicas, Role, Store, StoreError};

use super::{Failure, UpstreamArguments, load, print, runtime, start_log, subjects};

/// How often the progress bar moves while a page is waited for.
pub(super) const TICK: Duration = Duration::from_millis(120);

/// What to do beside a service.
const REFRESH: &str = "`crosslist refresh` beside a service asks it for a round";

#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Subjects such as cs.DC, quant-ph or cs
    #[arg(value_name = "SUBJECT", required = true)]
    subjects: Vec<String>,

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
    let settings = load(&sources)?;
    start_log(&settings, true);
    let UpstreamArguments { replay, now } = &arguments.upstream;
    let (mut upstream, clock) = super::upstream(&settings, replay.as_deref(), *now)?;
    let subjects = subjects(&arguments.subjects)?;

    // Drawn on a terminal only; elsewhere the table is all that is printed.
    let bar = ProgressBar::new(subjects.len() as u64);
    bar.set_style(
        ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(TICK);
    let outcomes = runtime()?.block_on(async {
        let store = match &arguments.store {
            None if replay.is_some() => None,
            _ => Some(open(&settings.store.options, &upstream).await?),
        };
        if let Some(store) = &store {
            lead(store, &mut upstream).await?;
            if let Some(back_off) = store.back_off(clock.now()).await? {
                upstream.resume(&back_off);
            }
        }
        let mut outcomes = Vec::new();
        for subject in subjects {
            bar.set_message(format!("{subject} from {}", upstream.describe()));
            let due = mailing::newest_due(clock.now());
            let reading = collect::read_new(&upstream, subject, due).await;
            outcomes.push(match &store {
                Some(store) => {
                    let outcome = collect::keep(store, reading, clock.now()).await?;
                    store.keep_back_off(upstream.back_off().as_ref(), clock.now()).await?;
                    outcome
                }
                None => reading.outcome,
            });
            bar.inc(1);
        }
        if let Some(store) = store {
            store.lead(upstream.wait_estimate()).await?;
            store.resign().await;
            store.close().await;
        }
        anyhow::Ok(outcomes)
    });
    bar.finish_and_clear();
    let outcomes = outcomes?;
    print(&format!("{}\n", table(&outcomes)))?;
    end(&outcomes)
}

/// Opens the store, unless a service has it, which has its own pace.
async fn open(options: &store::Options, upstream: &Upstream) -> anyhow::Result<AnyStore> {
    let opened = AnyStore::open_as(options, &upstream.identity(), &startup::holder("fetch", None)).await;
    match opened {
        Err(error @ StoreError::InUse { .. }) => anyhow::bail!("{error}; {REFRESH}"),
        opened => Ok(opened?),
    }
}

/// Only one process asks arXiv for all that share a store.
async fn lead(store: &AnyStore, upstream: &mut Upstream) -> anyhow::Result<()> {
    match store.lead(Duration::ZERO).await? {
        Role::Follows => anyhow::bail!("a service that shares this store reads arXiv; {REFRESH}"),
        Role::TookOver { rest, ended_well } => {
            // One that was killed may have asked until that moment.
            upstream.rest(rest + if ended_well { Duration::ZERO } else { upstream.pause() });
        }
        Role::Leads => {}
    }
    let sharing = store.clone();
    upstream.guard_with(RequestGuard::new(move || {
        let store = sharing.clone();
        async move { store.confirm().await.map_err(|error| error.to_string()) }
    }));
    Ok(())
}

pub(super) fn table(outcomes: &[ReadOutcome]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header([
        "subject",
        "verdict",
        "listing",
        "pages",
        "new",
        "cross",
        "replaced",
        "missing",
        "what was found",
    ]);
    for outcome in outcomes {
        table.add_row([
            outcome.subject.to_string(),
            outcome.verdict.to_string(),
            outcome.date.map_or_else(|| "-".to_owned(), |date| date.to_string()),
            outcome.pages.to_string(),
            outcome.counts.new.to_string(),
            outcome.counts.cross.to_string(),
            outcome.counts.replace.to_string(),
            outcome.missing.to_string(),
            outcome.reason.clone(),
        ]);
    }
    table.trim_fmt()
}

/// A page that is no whole listing weighs more than an arXiv that does not answer.
fn end(outcomes: &[ReadOutcome]) -> Result<(), Failure> {
    let named = |wanted: fn(&ReadOutcome) -> bool| {
        let names = outcomes.iter().filter(|outcome| wanted(outcome)).map(|outcome| outcome.subject.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let broken = named(|outcome| {
        outcome.pages > 0 && matches!(outcome.verdict, Verdict::Incomplete | Verdict::Unrecognized)
    });
    let unread = named(|outcome| !outcome.verdict.is_proved());
    if !broken.is_empty() {
        Err(Failure::not_whole(format!("not a whole listing: {broken}")))
    } else if !unread.is_empty() {
        Err(Failure::running(format!("could not be read: {unread}")))
    } else {
        Ok(())
    }
}
