//! The collector against a simulated arXiv that lies, breaks and throttles by seed, in virtual time, with the truth as judge.
//!
//! `CROSSLIST_SIMULATION_MAILINGS` says how many mailings are simulated, `CROSSLIST_SIMULATION_SEED` with which seed they
//! begin, and `CROSSLIST_SIMULATION_WITHOUT` which kinds of trouble are left out, by the names of the faults, `skews`,
//! `corrections`, `long` and `start`. `CROSSLIST_SIMULATION_PLAN` names a file with one plan to run, as a failure prints
//! it, and every request is printed.

#![allow(clippy::print_stdout)] // What a run has found is what it is for.

mod faults;
mod figures;
mod kept;
mod oracle;
mod page;
mod plan;
mod random;
mod service;
mod upstream;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crosslist::store::Store;
use futures_util::FutureExt;

use figures::Figures;
use plan::Plan;
use upstream::Arxiv;

/// As many as continuous integration has the time for.
const MAILINGS: usize = 5_000;

/// How many plans that fail are made simpler and shown.
const SHOWN_MAX: usize = 5;
const RUNS_MAX: usize = 60;

/// What arXiv is asked for on a normal day, per subject.
const REQUESTS_MAX: usize = 12;
const REQUESTS_MEDIAN_MAX: usize = 6;

/// Runs one plan and judges what came of it.
fn simulate(plan: Plan) -> (Vec<String>, Arc<Arxiv>) {
    let arxiv = Arxiv::new(plan.world(), plan);
    let store = Store::in_memory().expect("memory");
    service::run(&arxiv, &store);
    let contents = store.load(None).now_or_never().expect("a store in memory").expect("contents");
    (oracle::complaints(&arxiv, &contents), arxiv)
}

/// Leaves out of a plan that fails whatever it fails without, as far as so many runs lead.
fn simplest(mut plan: Plan, mut runs: usize) -> Plan {
    'simpler: loop {
        for simpler in plan.simpler() {
            if runs == 0 {
                return plan;
            }
            runs -= 1;
            if !simulate(simpler.clone()).0.is_empty() {
                plan = simpler;
                continue 'simpler;
            }
        }
        return plan;
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

#[test]
fn nothing_is_lost_doubled_or_redated_whatever_arxiv_does() {
    let mailings = setting("CROSSLIST_SIMULATION_MAILINGS")
        .map_or(MAILINGS, |mailings| usize::try_from(mailings).expect("a number of mailings"));
    let next = AtomicU64::new(setting("CROSSLIST_SIMULATION_SEED").unwrap_or(0));
    let total = Mutex::new((Figures::default(), Vec::new()));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while total.lock().unwrap_or_else(PoisonError::into_inner).0.mailings < mailings {
                    let plan = Plan::of(next.fetch_add(1, Ordering::Relaxed));
                    let (complaints, arxiv) = simulate(plan.clone());
                    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                    total.0.add(&Figures::of(&arxiv));
                    if !complaints.is_empty() {
                        total.1.push((plan, complaints));
                    }
                }
            });
        }
    });
    let (figures, failed) = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{} mailings, {} requests", figures.mailings, figures.requests);
    println!("requests per subject and normal day, and days that took so many: {}", figures.spread());
    for (plan, _) in failed.iter().take(SHOWN_MAX) {
        let plan = simplest(plan.clone(), RUNS_MAX);
        println!("\n{plan}\n  {}", simulate(plan.clone()).0.join("\n  "));
    }
    let seeds: Vec<u64> = failed.iter().map(|(plan, _)| plan.seed).collect();
    assert!(failed.is_empty(), "{} plans fail, of the seeds {seeds:?}", failed.len());
    assert!(figures.most() <= REQUESTS_MAX, "{}\n{}", figures.worst(), Plan::of(figures.worst_seed()));
    assert!(figures.median() <= REQUESTS_MEDIAN_MAX, "a median of {} requests", figures.median());
}

#[test]
#[ignore = "runs the plan that CROSSLIST_SIMULATION_PLAN names"]
fn the_plan_that_is_named_holds() {
    let file = std::env::var("CROSSLIST_SIMULATION_PLAN").expect("CROSSLIST_SIMULATION_PLAN");
    let plan: Plan = std::fs::read_to_string(file).expect("a file").parse().expect("a plan");
    let (complaints, arxiv) = simulate(plan);
    for noted in arxiv.requests() {
        println!("{} {} {:?} {}", noted.at, noted.subject, noted.asked, noted.fault.unwrap_or_default());
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_plan_is_the_same_after_it_was_written_down() {
    for seed in 0..64 {
        let plan = Plan::of(seed);
        assert_eq!(plan.to_string().parse(), Ok(plan));
    }
}

#[test]
fn every_fault_has_a_name_of_its_own_and_comes_up() {
    let mut names: Vec<&str> = faults::all().map(|fault| fault.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    let plans: Vec<Plan> = (0..2000).map(Plan::of).collect();
    let met: Vec<&str> =
        plans.iter().flat_map(|plan| &plan.troubles).map(|trouble| trouble.fault.name).collect();
    let unmet: Vec<&str> =
        names.into_iter().filter(|name| !met.contains(name) && !plan::without(name)).collect();
    assert!(unmet.is_empty(), "{unmet:?}");
}
