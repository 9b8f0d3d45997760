//! The service under test: the collector over the whole of `fetch`, run after run on one store, in virtual time.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crosslist::collect::{self, Collector};
use crosslist::domain::clock::Clock;
use crosslist::domain::event::ChangedDay;
use crosslist::domain::taxonomy::SubjectId;
use crosslist::fetch::{Upstream, UpstreamClient, UpstreamOptions};
use crosslist::store::Store;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Builder;
use tokio::time::Instant;

use crate::plan::{Plan, Skew};
use crate::upstream::{Arxiv, Line};

/// The least time between two requests.
pub const PAUSE: SignedDuration = SignedDuration::from_secs(15);
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);
pub const TOTAL_TIMEOUT: Duration = Duration::from_mins(2);
/// Far above every page here, and far below arXiv's largest.
pub const PAGE_BYTES_MAX: usize = 1 << 20;

/// How many calendar days before its first read a subject is filled with.
pub const FILL_DAYS: u32 = 4;

/// For how long the clock of a run is steady at most.
const STEADY_MAX: Duration = Duration::from_hours(1);

/// How often the clock is looked at in one moment at most.
const LOOKS_MAX: usize = 10_000;

/// True time during one run of the service.
#[derive(Clone, Copy, Debug)]
pub struct Passage {
    from: Timestamp,
    since: Instant,
}

impl Passage {
    pub fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.since.elapsed()).expect("a run ends some time");
        self.from + elapsed
    }
}

/// The clock that the service sees: true time, and what the plan makes of it.
#[derive(Debug)]
struct SkewedClock {
    arxiv: Arc<Arxiv>,
    passage: Passage,
    skews: Vec<Skew>,
    /// The last moment that was asked for, and how often.
    looks: Mutex<(Timestamp, usize)>,
}

impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        let now = self.passage.now();
        self.count(now);
        let skew = self.skews.iter().find(|skew| skew.from <= now && now < skew.until);
        skew.map_or(now, |skew| now + skew.by)
    }

    fn steady_for(&self) -> Duration {
        let now = self.passage.now();
        let changes = self.skews.iter().flat_map(|skew| [skew.from, skew.until]);
        let next = changes.filter(|change| *change > now).min();
        let until = next.and_then(|next| Duration::try_from(next.duration_since(now)).ok());
        until.map_or(STEADY_MAX, |until| (until + Duration::from_secs(1)).min(STEADY_MAX))
    }
}

impl SkewedClock {
    /// A service that goes round and round while nothing happens never ends.
    fn count(&self, now: Timestamp) {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        *looks = if looks.0 == now { (now, looks.1 + 1) } else { (now, 1) };
        if looks.1 == LOOKS_MAX {
            self.arxiv.complain(now, "the service does not come to rest");
        }
        assert!(looks.1 <= LOOKS_MAX, "the service does not come to rest");
    }
}

/// What readers were shown, over all runs: dates that must not change.
#[derive(Debug, Default)]
pub struct Shown {
    dates: HashMap<(String, Date), Timestamp>,
    owners: HashMap<Timestamp, (String, Date)>,
    events: HashMap<(SubjectId, Date), BTreeSet<String>>,
}

/// Lets the service run through its plan; what it has kept is in the store.
pub fn run(arxiv: &Arc<Arxiv>, store: &Store) {
    let plan = &arxiv.plan;
    let shown = Arc::new(Mutex::new(Shown::default()));
    let last = arxiv.world.mailings.last().expect("mailings");
    let end = last.out + SignedDuration::from_hours(20);
    for (number, (from, until, is_killed)) in runs(plan, end).into_iter().enumerate() {
        // A runtime of its own for each run: what is dropped with it is killed wherever it was.
        let runtime =
            Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(async {
            let passage = Passage { from, since: Instant::now() };
            let collector = start(arxiv, store, passage, number, &shown).await;
            let length = Duration::try_from(until.duration_since(from)).unwrap_or_default();
            tokio::time::sleep_until(passage.since + length).await;
            if !is_killed {
                collector.stop().await;
            }
        });
    }
}

/// The spans in which the service runs, and whether each ends with a kill.
fn runs(plan: &Plan, end: Timestamp) -> Vec<(Timestamp, Timestamp, bool)> {
    let mut outages = plan.outages.clone();
    outages.sort_by_key(|outage| outage.from);
    let mut runs = Vec::new();
    let mut from = plan.start;
    for outage in outages {
        if outage.from > from {
            runs.push((from, outage.from, outage.is_killed));
        }
        from = from.max(outage.until);
    }
    runs.push((from, end, true));
    runs
}

async fn start(
    arxiv: &Arc<Arxiv>,
    store: &Store,
    passage: Passage,
    run: usize,
    shown: &Arc<Mutex<Shown>>,
) -> Collector {
    let plan = &arxiv.plan;
    let options = UpstreamOptions {
        base_url: "https://arxiv.org".parse().expect("an address"),
        contact: String::new(),
        pause: PAUSE.unsigned_abs(),
        connect_timeout: Duration::from_secs(10),
        read_timeout: READ_TIMEOUT,
        total_timeout: TOTAL_TIMEOUT,
        page_bytes_max: PAGE_BYTES_MAX,
    };
    let line = Arc::new(Line { arxiv: arxiv.clone(), passage, run });
    let seed = plan.seed.wrapping_add(u64::try_from(run).expect("few runs") << 32);
    let upstream =
        Upstream::Live(Box::new(UpstreamClient::over(line, &options, seed).expect("valid options")));
    let contents = store.load(None).await.expect("a store in memory");
    for change in &contents.changes {
        shown.lock().unwrap_or_else(PoisonError::into_inner).see(change, arxiv, passage.now());
    }
    let clock = Arc::new(SkewedClock {
        arxiv: arxiv.clone(),
        passage,
        skews: plan.skews.clone(),
        looks: Mutex::new((passage.now(), 0)),
    });
    let options = collect::CollectorOptions {
        watch: plan.watch(),
        on_demand: false,
        on_demand_max: 0,
        fill_days: FILL_DAYS,
        retention_days: 0,
    };
    let sink = {
        let (arxiv, shown) = (arxiv.clone(), shown.clone());
        move |change: &ChangedDay| {
            shown.lock().unwrap_or_else(PoisonError::into_inner).see(change, &arxiv, passage.now());
        }
    };
    Collector::start(upstream, store.clone(), &contents, clock, options, Box::new(sink))
}

impl Shown {
    /// What was shown stays, under its date; no two papers or days share one.
    fn see(&mut self, change: &ChangedDay, arxiv: &Arxiv, now: Timestamp) {
        let (subject, date) = (change.subject, change.listing_date);
        let mut papers = BTreeSet::new();
        for event in &change.events {
            let paper = event.paper.id.as_str().to_owned();
            let key = (paper.clone(), date);
            let first = *self.dates.entry(key.clone()).or_insert(event.published);
            if first != event.published {
                arxiv.complain(
                    now,
                    &format!("{subject} {date} {paper} went from {first} to {}", event.published),
                );
            }
            let owner = self.owners.entry(event.published).or_insert_with(|| key.clone());
            if *owner != key {
                arxiv.complain(now, &format!("{} is the date of {owner:?} and of {key:?}", event.published));
            }
            if !papers.insert(paper.clone()) {
                arxiv.complain(now, &format!("{subject} {date} shows {paper} twice"));
            }
        }
        let before = self.events.insert((subject, date), papers.clone()).unwrap_or_default();
        for gone in before.difference(&papers) {
            arxiv.complain(now, &format!("{subject} {date} shows {gone} no longer"));
        }
        arxiv.holds(subject, date, papers);
    }
}
