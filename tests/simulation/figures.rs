//! How often arXiv is asked: requests per subject and day on which nothing is wrong.

use std::collections::BTreeMap;

use crosslist::domain::mailing;
use crosslist::domain::taxonomy::SubjectId;
use jiff::SignedDuration;
use jiff::civil::Date;

use crate::upstream::Arxiv;
use crate::world::PAGE_SIZE;

/// After the last trouble, what was missed is read, and quiet days are asked for a last time, for so long.
const AFTERMATH: SignedDuration = SignedDuration::from_hours(9 * 24);

/// How many subject-days took how many requests.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub mailings: usize,
    pub requests: usize,
    days: BTreeMap<usize, usize>,
    /// The plan of the day that took the most.
    worst: Option<(usize, u64, SubjectId, Date)>,
}

impl Figures {
    pub fn of(arxiv: &Arxiv) -> Self {
        let requests = arxiv.requests();
        let calm = arxiv.plan.calm_from() + AFTERMATH;
        let (first, last) = (mailing::newest_due(calm), arxiv.world.mailings.last().expect("mailings").date);
        let mut by_day: BTreeMap<(SubjectId, Date), usize> = BTreeMap::new();
        for subject in arxiv.plan.watch() {
            let dates = arxiv.world.mailings.iter().map(|mailing| mailing.date);
            // The day after a mailing that was left out has that one's checks as well, and is no normal one; nor is a
            // day that looks like an earlier one, nor the one after, on which that is settled.
            let is_normal = |date: &Date| {
                let before = mailing::before(*date);
                let is_clear = |date| !arxiv.world.looks_repeated(date, subject);
                let is_preceded = arxiv.world.mailing(before).is_some();
                *date > first && *date < last && is_preceded && is_clear(*date) && is_clear(before)
            };
            by_day.extend(dates.filter(is_normal).map(|date| ((subject, date), 0)));
        }
        // A listing in parts takes a request for each, which arXiv's own size of a page spares all but the largest days.
        if arxiv.plan.page_size < PAGE_SIZE {
            by_day.clear();
        }
        for request in &requests {
            if let Some(count) = by_day.get_mut(&(request.subject, mailing::newest_due(request.at))) {
                *count += 1;
            }
        }
        let mut figures = Self { mailings: arxiv.plan.mailings, requests: requests.len(), ..Self::default() };
        for ((subject, date), count) in by_day {
            *figures.days.entry(count).or_default() += 1;
            figures.worst = figures.worst.max(Some((count, arxiv.plan.seed, subject, date)));
        }
        figures
    }

    pub fn add(&mut self, other: &Self) {
        self.mailings += other.mailings;
        self.requests += other.requests;
        self.worst = self.worst.max(other.worst);
        for (count, days) in &other.days {
            *self.days.entry(*count).or_default() += days;
        }
    }

    pub fn most(&self) -> usize {
        self.days.keys().next_back().copied().unwrap_or_default()
    }

    /// Which day of which plan took the most.
    pub fn worst(&self) -> String {
        self.worst.map_or_else(String::new, |(count, seed, subject, date)| {
            format!("{count} requests for {subject} on the normal day {date} of the plan of seed {seed}")
        })
    }

    pub fn worst_seed(&self) -> u64 {
        self.worst.map_or(0, |(_, seed, ..)| seed)
    }

    pub fn median(&self) -> usize {
        let half = self.days.values().sum::<usize>() / 2;
        let mut seen = 0;
        let middle = self.days.iter().find(|(_, days)| {
            seen += **days;
            seen > half
        });
        middle.map_or(0, |(count, _)| *count)
    }

    /// Each number of requests with the number of days that took so many.
    pub fn spread(&self) -> String {
        let spread: Vec<String> = self.days.iter().map(|(count, days)| format!("{count}: {days}")).collect();
        spread.join(", ")
    }
}
