//! `crosslist fetch`: reads subjects once, at the polite pace, and reports a verdict for each.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::collect;
use crate::domain::clock::Clock;
use crate::domain::mailing;
use crate::domain::outcome::ReadOutcome;
use crate::domain::verdict::Verdict;
use crate::fetch::{RequestGuard, Upstream};
use crate::startup;
use crate::store::{self, Role, Store, StoreError};

use super::failure::Failure;
use super::global::{GlobalArguments, start_quiet_log};
use super::output::{self, print};
use super::runtime::runtime;
use super::upstream::UpstreamArguments;
use super::values::subjects;

/// How often the progress bar moves while it waits for a page.
pub(super) const TICK: Duration = Duration::from_millis(120);

/// What to do while a service uses the store.
const REFRESH: &str = "`crosslist refresh` makes that service read now";

#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Subjects such as cs.DC, quant-ph or cs
    #[arg(value_name = "SUBJECT", required = true)]
    subjects: Vec<String>,

    /// The store, such as sqlite:data/crosslist.db or the address of a PostgreSQL database; with --replay and without --store, nothing is stored
    #[arg(long, value_name = "URL")]
    store: Option<String>,

    #[command(flatten)]
    upstream: UpstreamArguments,
}

pub(super) fn run(global: &GlobalArguments, arguments: &Arguments) -> Result<(), Failure> {
    let settings = global.settings(&[("--store", "store.url", arguments.store.as_ref())])?;
    start_quiet_log(&settings);
    let (mut upstream, clock) = arguments.upstream.open(&settings)?;
    let subjects = subjects(&arguments.subjects)?;

    // Drawn on a terminal only.
    let bar = ProgressBar::new(subjects.len() as u64);
    bar.set_style(
        ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(TICK);
    let outcomes = runtime()?.block_on(async {
        let store = match &arguments.store {
            None if arguments.upstream.replay.is_some() => None,
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

/// Opens the store, unless a service has it, which paces requests itself.
async fn open(options: &store::Options, upstream: &Upstream) -> anyhow::Result<Store> {
    let opened = Store::open_as(options, &upstream.identity(), &startup::holder("fetch", None)).await;
    match opened {
        Err(error @ StoreError::InUse { .. }) => anyhow::bail!("{error}; {REFRESH}"),
        opened => Ok(opened?),
    }
}

/// Takes the lead: of all processes that share a store, only the leader sends requests to arXiv.
async fn lead(store: &Store, upstream: &mut Upstream) -> anyhow::Result<()> {
    match store.lead(Duration::ZERO).await? {
        Role::Follows => anyhow::bail!("a service that shares this store reads arXiv already; {REFRESH}"),
        Role::TookOver { rest, ended_well } => {
            // A leader that was killed may have sent a request just before.
            upstream.hold_off(rest + if ended_well { Duration::ZERO } else { upstream.pause() });
        }
        Role::Leads => {}
    }
    let sharing = store.clone();
    upstream.set_guard(RequestGuard::new(move || {
        let store = sharing.clone();
        async move { store.confirm().await.map_err(|error| error.to_string()) }
    }));
    Ok(())
}

pub(super) fn table(outcomes: &[ReadOutcome]) -> String {
    let headings =
        ["subject", "verdict", "listing", "pages", "new", "cross", "replaced", "missing", "reason"];
    let row = |outcome: &ReadOutcome| {
        [
            outcome.subject.to_string(),
            outcome.verdict.to_string(),
            outcome.date.map_or_else(|| "-".to_owned(), |date| date.to_string()),
            outcome.pages.to_string(),
            outcome.counts.new.to_string(),
            outcome.counts.cross.to_string(),
            outcome.counts.replace.to_string(),
            outcome.missing.to_string(),
            outcome.reason.clone(),
        ]
    };
    output::table(headings, outcomes.iter().map(row))
}

/// An incomplete page is a worse failure than an upstream that does not answer.
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
        Err(Failure::not_whole(format!("not a complete listing: {broken}")))
    } else if !unread.is_empty() {
        Err(Failure::running(format!("could not be read: {unread}")))
    } else {
        Ok(())
    }
}
