//! What happens to one simulated service: the faults of arXiv, the times when it is down, and the moods of its clock.
//!
//! A plan comes from a seed, can be written down as text, and is read back from it.

use std::fmt;
use std::str::FromStr;

use crosslist::domain::mailing;
use crosslist::domain::taxonomy::SubjectId;
use jiff::{SignedDuration, Timestamp};

use crate::faults::{self, Fault};
use crate::random::Random;
use crate::world::{PAGE_SIZE, PAST_MAILINGS, SUBJECTS, World};

/// How many mailings come after the last trouble: a catch-up that the edge keeps empty for a week is past by then.
pub const CALM_MAILINGS: usize = 12;

/// Faults that only the newest listing may have: on a catch-up page they would be the last word, and nothing tells.
const OF_NEW_ONLY: [&str; 3] = ["withdrawn", "latin1_lie", "invalid_utf8"];

/// A round of requests ends within this time, and then a back-off is kept.
const ROUND_MAX: SignedDuration = SignedDuration::from_mins(30);

/// A fault that dates a page ahead is not told from the truth by a clock that is further ahead.
const AHEAD: &str = "future";

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub seed: u64,
    pub mailings: usize,
    /// How many of the subjects are watched.
    pub watched: usize,
    pub page_size: usize,
    pub gives_tags: bool,
    /// arXiv puts some listings right after they came out.
    pub corrects: bool,
    pub start: Timestamp,
    pub troubles: Vec<Trouble>,
    pub outages: Vec<Outage>,
    pub skews: Vec<Skew>,
}

/// A fault of arXiv for a while.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    pub from: Timestamp,
    pub until: Timestamp,
    pub fault: &'static Fault,
    pub pages: Pages,
    /// Of this subject's pages alone.
    pub subject: Option<SubjectId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    All,
    New,
    Catchup,
}

/// The service does not run; it was killed or stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    pub from: Timestamp,
    pub until: Timestamp,
    pub is_killed: bool,
}

/// The service's clock is wrong by so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    pub from: Timestamp,
    pub until: Timestamp,
    pub by: SignedDuration,
}

impl PartialEq for Trouble {
    fn eq(&self, other: &Self) -> bool {
        (self.from, self.until, self.fault.name, self.pages, self.subject)
            == (other.from, other.until, other.fault.name, other.pages, other.subject)
    }
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut random = Random::new(seed, "plan");
        let is_long = seed % 16 == 7 && !without("long");
        let is_honest = seed.is_multiple_of(8);
        let troubled = if is_long { 95 } else { 28 };
        let mut plan = Self {
            seed,
            mailings: troubled + CALM_MAILINGS,
            watched: if random.percent(30) { 2 } else { 1 },
            page_size: *random.pick(&[PAGE_SIZE, PAGE_SIZE, 3, 2]),
            gives_tags: random.percent(25),
            corrects: random.percent(50) && !without("corrections"),
            start: Timestamp::UNIX_EPOCH,
            troubles: Vec::new(),
            outages: Vec::new(),
            skews: Vec::new(),
        };
        let world = plan.world();
        let moment = |index: usize| mailing::moment(world.mailings[index].date);
        plan.start = moment(PAST_MAILINGS) + SignedDuration::from_mins(random.between(0, 20 * 60));
        if is_honest {
            return plan;
        }
        let start = plan.start;
        let within = |random: &mut Random, of: usize| {
            let near = moment(PAST_MAILINGS + random.below(of));
            // Most of what matters happens in the first hours after a mailing.
            let minutes =
                if random.percent(60) { random.between(-30, 180) } else { random.between(0, 24 * 60) };
            let from = near + SignedDuration::from_mins(minutes);
            if without("start") { from.max(start + SignedDuration::from_hours(24)) } else { from.max(start) }
        };
        let end = moment(PAST_MAILINGS + troubled);
        if is_long {
            let from = moment(PAST_MAILINGS + 4 + random.below(6));
            let until = from + SignedDuration::from_hours(24 * random.between(85, 110));
            plan.long_trouble(from, until.min(end), &mut random);
        }
        if random.percent(60) {
            for _ in 0..random.between(1, 6) {
                let from = within(&mut random, troubled);
                let seconds = *random.pick(&[1, 60, 3600, 5 * 3600, 24 * 3600, 72 * 3600]);
                let until = (from + SignedDuration::from_secs(seconds)).min(end);
                plan.outages.push(Outage { from, until, is_killed: random.percent(70) });
            }
        }
        if random.percent(25) && !without("skews") {
            for _ in 0..random.between(1, 3) {
                let from = within(&mut random, troubled);
                let until = (from + SignedDuration::from_hours(*random.pick(&[1, 6, 24, 72]))).min(end);
                let hours = *random.pick(&[-240, -30, -3, -1, 1, 3, 30, 96, 40 * 24, 120 * 24]);
                plan.skews.push(Skew { from, until, by: SignedDuration::from_hours(hours) });
            }
        }
        let kinds: Vec<&'static Fault> = faults::all().collect();
        for _ in 0..random.between(4, 14) {
            let from = within(&mut random, troubled);
            let minutes = *random.pick(&[20, 60, 5 * 60, 12 * 60, 24 * 60, 72 * 60, 7 * 24 * 60]);
            let until = (from + SignedDuration::from_mins(minutes)).min(end);
            let fault = *random.pick(&kinds);
            if without(fault.name) {
                continue;
            }
            if fault.name == AHEAD && !plan.skews.is_empty() {
                continue;
            }
            plan.troubles.push(Trouble::random(from, until, fault, &mut random));
        }
        plan
    }

    /// The service is away, or arXiv is out of reach, for longer than arXiv gives its catch-up.
    fn long_trouble(&mut self, from: Timestamp, until: Timestamp, random: &mut Random) {
        if random.percent(60) {
            self.outages.push(Outage { from, until, is_killed: true });
        } else {
            let name = *random.pick(&["503", "406", "captcha403", "reset_head", "maintenance", "404"]);
            let fault = faults::named(name).expect("a fault");
            self.troubles.push(Trouble { from, until, fault, pages: Pages::All, subject: None });
        }
    }

    pub fn world(&self) -> World {
        World::new(self.seed, self.mailings, self.corrects)
    }

    pub fn watch(&self) -> Vec<SubjectId> {
        SUBJECTS[..self.watched].iter().map(|id| SubjectId::parse(id).expect("a subject")).collect()
    }

    /// When the last trouble is over.
    pub fn calm_from(&self) -> Timestamp {
        let troubles = self.troubles.iter().map(|trouble| trouble.until);
        let outages = self.outages.iter().map(|outage| outage.until);
        let skews = self.skews.iter().map(|skew| skew.until);
        troubles.chain(outages).chain(skews).max().unwrap_or(self.start).max(self.start)
    }

    /// Was there time to keep what arXiv said at that moment, and is the clock right by which it is kept?
    pub fn is_kept_over_restarts(&self, said: Timestamp) -> bool {
        let kept = said + ROUND_MAX;
        let is_killed = |outage: &Outage| outage.is_killed && outage.from >= said && outage.from < kept;
        self.skews.is_empty() && !self.outages.iter().any(is_killed)
    }

    /// Every plan that lacks one of this one's troubles.
    pub fn simpler(&self) -> Vec<Self> {
        let mut simpler = Vec::new();
        for index in 0..self.troubles.len() {
            let mut plan = self.clone();
            plan.troubles.remove(index);
            simpler.push(plan);
        }
        for index in 0..self.outages.len() {
            let mut plan = self.clone();
            plan.outages.remove(index);
            simpler.push(plan);
        }
        for index in 0..self.skews.len() {
            let mut plan = self.clone();
            plan.skews.remove(index);
            simpler.push(plan);
        }
        if self.watched > 1 {
            simpler.push(Self { watched: 1, ..self.clone() });
        }
        if self.page_size < PAGE_SIZE {
            simpler.push(Self { page_size: PAGE_SIZE, ..self.clone() });
        }
        if self.gives_tags {
            simpler.push(Self { gives_tags: false, ..self.clone() });
        }
        if self.corrects {
            simpler.push(Self { corrects: false, ..self.clone() });
        }
        simpler
    }
}

impl Trouble {
    fn random(from: Timestamp, until: Timestamp, fault: &'static Fault, random: &mut Random) -> Self {
        let pages = match random.below(4) {
            _ if OF_NEW_ONLY.contains(&fault.name) => Pages::New,
            0 => Pages::New,
            1 => Pages::Catchup,
            _ => Pages::All,
        };
        let until = if OF_NEW_ONLY.contains(&fault.name) {
            until.min(from + SignedDuration::from_hours(12))
        } else {
            until
        };
        let subject = random.percent(30).then(|| SubjectId::parse(SUBJECTS[0]).expect("a subject"));
        Self { from, until, fault, pages, subject }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, mailings, watched, page_size, gives_tags, corrects, start, .. } = self;
        write!(f, "{seed} {mailings} {watched} {page_size} {gives_tags} {corrects} {start}")?;
        for Trouble { from, until, fault, pages, subject } in &self.troubles {
            let pages = format!("{pages:?}").to_lowercase();
            let subject = subject.map_or("every", SubjectId::as_str);
            write!(f, "\n{from} {until} fault {} {pages} {subject}", fault.name)?;
        }
        for Outage { from, until, is_killed } in &self.outages {
            write!(f, "\n{from} {until} {}", if *is_killed { "killed" } else { "stopped" })?;
        }
        for Skew { from, until, by } in &self.skews {
            write!(f, "\n{from} {until} clock {}", by.as_secs())?;
        }
        Ok(())
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first: Vec<&str> = lines.next().ok_or("no line")?.split(' ').collect();
        let [seed, mailings, watched, page_size, gives_tags, corrects, start] = first[..] else {
            return Err(format!("{first:?} is no beginning of a plan"));
        };
        let mut plan = Self {
            seed: read(seed)?,
            mailings: read(mailings)?,
            watched: read(watched)?,
            page_size: read(page_size)?,
            gives_tags: read(gives_tags)?,
            corrects: read(corrects)?,
            start: read(start)?,
            troubles: Vec::new(),
            outages: Vec::new(),
            skews: Vec::new(),
        };
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let [from, until, ..] = words[..] else { return Err(format!("{line} is no part of a plan")) };
            let (from, until) = (read(from)?, read(until)?);
            match words[2..] {
                ["fault", name, pages, subject] => {
                    let fault = faults::named(name).ok_or_else(|| format!("no fault is called {name}"))?;
                    let pages = match pages {
                        "all" => Pages::All,
                        "new" => Pages::New,
                        _ => Pages::Catchup,
                    };
                    let subject = SubjectId::parse(subject).ok();
                    plan.troubles.push(Trouble { from, until, fault, pages, subject });
                }
                ["killed"] => plan.outages.push(Outage { from, until, is_killed: true }),
                ["stopped"] => plan.outages.push(Outage { from, until, is_killed: false }),
                ["clock", by] => {
                    plan.skews.push(Skew { from, until, by: SignedDuration::from_secs(read(by)?) });
                }
                _ => return Err(format!("{line} is no part of a plan")),
            }
        }
        Ok(plan)
    }
}

fn read<T: FromStr>(word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("{word} cannot be read"))
}

/// Is this kind of trouble left out?
pub fn without(name: &str) -> bool {
    std::env::var("CROSSLIST_SIMULATION_WITHOUT")
        .is_ok_and(|names| names.split(',').any(|other| other == name))
}
