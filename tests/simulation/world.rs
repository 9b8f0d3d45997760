//! What arXiv announces in truth: papers, mailings, and what each subject's listing holds at each moment.

use std::collections::{BTreeMap, BTreeSet};

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::mailing;
use crosslist::domain::taxonomy::SubjectId;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::random::Random;

/// The subjects of this arXiv; the first ones are watched, the others are there to be mistaken for them.
pub const SUBJECTS: [&str; 4] = ["cs.DC", "math.NT", "cs.LG", "hep-ex"];

/// How many mailings lie before the first one that a service can read.
pub const PAST_MAILINGS: usize = 8;

/// How many entries arXiv puts on a page.
pub const PAGE_SIZE: usize = 2_000;

/// How many calendar days back arXiv gives a catch-up.
pub const CATCHUP_DAYS: i64 = 90;

/// The Monday of the first mailing.
const FIRST: Date = jiff::civil::date(2026, 1, 5);

/// Titles in which markup, TeX and odd characters meet every stage between the page and the store.
const ODD_TITLES: [&str; 12] = [
    "<script>alert(1)</script>Evil",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "a ]]&gt; b <!-- hidden --> c",
    "&nbsp;caf&eacute; &hearts; &lol9; &amp;amp; AT&T",
    "a&#0;b&#x0B;c&#xD800;d&#x110000;e",
    "$O(n\\log n) < \\mathbb{F}_2$ 100\\% ``q'' {\\'E}tude",
    "H<sub>2</sub>O and <i>E. coli</i>",
    "العربية \u{202e}gpj.exe \u{2066}x",
    "Z\u{301}\u{489}\u{301}algo 👩‍👩‍👧‍👦",
    "One\n   Two\t\tThree\r\n Four",
    "Robert'); DROP TABLE papers;-- {{7*7}} ${jndi:ldap://x}",
    "x\u{fffe}y\u{2028}z\u{feff}",
];

#[derive(Clone, Debug)]
pub struct Paper {
    pub id: String,
    /// The primary subject first.
    pub subjects: Vec<&'static str>,
    /// Each version's title as HTML, and the listing date from which it is shown.
    titles: Vec<(Date, String)>,
    /// The page gives the id with a version, as `2602.99999v3`.
    pub is_versioned: bool,
    /// The title is markup or text that does not come through as it is written.
    pub is_odd: bool,
}

/// A paper in one subject's listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub paper: usize,
    pub announce_type: AnnounceType,
    /// As HTML.
    pub title: String,
}

/// What arXiv puts right in a listing after it came out.
#[derive(Clone, Debug)]
struct Correction {
    at: Timestamp,
    subject: &'static str,
    before: Vec<Entry>,
}

#[derive(Debug)]
pub struct Mailing {
    pub date: Date,
    /// When the pages show it.
    pub out: Timestamp,
    listings: BTreeMap<&'static str, Vec<Entry>>,
    corrections: Vec<Correction>,
}

/// Everything that is announced, from the past mailings to the last one.
#[derive(Debug)]
pub struct World {
    pub papers: Vec<Paper>,
    pub mailings: Vec<Mailing>,
    last_id: usize,
    /// Some listings are put right after they came out.
    corrects: bool,
}

impl Mailing {
    /// A subject's listing as the page of the day shows it at `now`.
    pub fn listing(&self, subject: &str, now: Timestamp) -> Vec<Entry> {
        let is_early = |correction: &&Correction| correction.subject == subject && now < correction.at;
        match self.corrections.iter().find(is_early) {
            Some(correction) => correction.before.clone(),
            None => self.listings.get(subject).cloned().unwrap_or_default(),
        }
    }
}

impl World {
    /// `mailings` of them after the past ones; with `corrects` some are put right after they came out.
    pub fn new(seed: u64, mailings: usize, corrects: bool) -> Self {
        let mut random = Random::new(seed, "world");
        let mut world = Self { papers: Vec::new(), mailings: Vec::new(), last_id: 0, corrects };
        let busy = random.between(1, 4);
        let mut date = FIRST;
        while world.mailings.len() < PAST_MAILINGS + mailings {
            let is_holiday = random.percent(3);
            if mailing::has_mailing(date) && !is_holiday {
                world.announce(date, busy, &mut random);
            }
            date = date.checked_add(1.day()).expect("a date within the calendar");
        }
        world
    }

    fn announce(&mut self, date: Date, busy: i64, random: &mut Random) {
        // Most pages flip at once, some take as long as arXiv has ever taken.
        let delay = if random.percent(70) { random.between(0, 10) } else { random.between(10, 90) };
        let out = mailing::moment(date) + SignedDuration::from_mins(delay);
        let mut listings: BTreeMap<&'static str, Vec<Entry>> =
            SUBJECTS.iter().map(|subject| (*subject, Vec::new())).collect();
        let is_quiet = |random: &mut Random| random.percent(15);
        for primary in SUBJECTS {
            let count = if is_quiet(random) { 0 } else { random.between(0, busy) };
            for _ in 0..count {
                let paper = self.submit(date, primary, random);
                for subject in &self.papers[paper].subjects {
                    let announce_type =
                        if *subject == primary { AnnounceType::New } else { AnnounceType::Cross };
                    listings.get_mut(subject).expect("a subject").push(self.entry(
                        paper,
                        announce_type,
                        date,
                    ));
                }
            }
        }
        self.replace(date, busy, &mut listings, random);
        for listing in listings.values_mut() {
            self.sort(listing);
        }
        let corrections = self.correct(date, out, &mut listings, random);
        self.mailings.push(Mailing { date, out, listings, corrections });
    }

    fn submit(&mut self, date: Date, primary: &'static str, random: &mut Random) -> usize {
        self.last_id += 1;
        let others = SUBJECTS.iter().filter(|subject| **subject != primary);
        let crossed: Vec<&'static str> = others.copied().filter(|_| random.percent(20)).collect();
        let is_odd = random.percent(4);
        let title = if is_odd {
            format!("{} {}", random.pick(&ODD_TITLES), self.last_id)
        } else {
            format!("On the matter of {}", self.last_id)
        };
        let id = if random.percent(2) {
            format!("hep-th/9901{:03}", self.last_id % 1000)
        } else {
            format!("{:02}{:02}.{:05}", date.year() % 100, date.month(), self.last_id)
        };
        let id = if self.papers.iter().any(|paper| paper.id == id) {
            format!("2512.{:05}", self.last_id)
        } else {
            id
        };
        self.papers.push(Paper {
            id,
            subjects: std::iter::once(primary).chain(crossed).collect(),
            titles: vec![(date, title)],
            is_versioned: random.percent(2),
            is_odd,
        });
        self.papers.len() - 1
    }

    /// New versions of papers of earlier mailings, some under another title.
    fn replace(
        &mut self,
        date: Date,
        busy: i64,
        listings: &mut BTreeMap<&'static str, Vec<Entry>>,
        random: &mut Random,
    ) {
        let earlier = self.papers.iter().filter(|paper| paper.titles[0].0 < date).count();
        for _ in 0..random.between(0, busy).min(i64::try_from(earlier).unwrap_or(0)) {
            let paper = earlier - 1 - random.below(earlier.min(60));
            let has_new_version = self.papers[paper].titles.last().is_some_and(|(since, _)| *since < date);
            if !has_new_version {
                continue;
            }
            let old = self.papers[paper].titles.last().expect("a title").1.clone();
            let title = if random.percent(30) { format!("{old}, revised") } else { old };
            self.papers[paper].titles.push((date, title));
            for subject in self.papers[paper].subjects.clone() {
                let announce_type = self.replacement_type(paper, subject);
                listings.get_mut(subject).expect("a subject").push(self.entry(paper, announce_type, date));
            }
        }
    }

    fn replacement_type(&self, paper: usize, subject: &str) -> AnnounceType {
        if self.papers[paper].subjects[0] == subject {
            AnnounceType::Replace
        } else {
            AnnounceType::ReplaceCross
        }
    }

    fn entry(&self, paper: usize, announce_type: AnnounceType, date: Date) -> Entry {
        Entry { paper, announce_type, title: self.title(paper, date).to_owned() }
    }

    /// The title that pages show on a day.
    fn title(&self, paper: usize, on: Date) -> &str {
        let titles = &self.papers[paper].titles;
        let shown = titles.iter().rev().find(|(since, _)| *since <= on);
        &shown.unwrap_or(&titles[0]).1
    }

    /// In arXiv's order: new, cross-lists, replacements, own before others, each by id.
    fn sort(&self, listing: &mut [Entry]) {
        listing.sort_by(|a, b| {
            (a.announce_type, &self.papers[a.paper].id).cmp(&(b.announce_type, &self.papers[b.paper].id))
        });
    }

    /// Some days come out with a wrong title, a wrong type or an entry too few, and are put right the same day.
    fn correct(
        &self,
        date: Date,
        out: Timestamp,
        listings: &mut BTreeMap<&'static str, Vec<Entry>>,
        random: &mut Random,
    ) -> Vec<Correction> {
        let mut corrections = Vec::new();
        for (subject, listing) in listings.iter() {
            if listing.is_empty() || !random.percent(6) || !self.corrects {
                continue;
            }
            let at = out + SignedDuration::from_mins(random.between(20, 16 * 60));
            let mut before = listing.clone();
            let index = random.below(before.len());
            match random.below(3) {
                0 => before[index].title = format!("A slip of {}", before[index].title),
                1 => {
                    before.remove(index);
                }
                _ => {
                    // A paper that is at home here is announced as a replacement, or the other way round.
                    let paper = before[index].paper;
                    before[index].announce_type = match before[index].announce_type {
                        AnnounceType::New => AnnounceType::Replace,
                        AnnounceType::Replace => AnnounceType::New,
                        AnnounceType::Cross => AnnounceType::ReplaceCross,
                        AnnounceType::ReplaceCross => AnnounceType::Cross,
                    };
                    debug_assert!(self.papers[paper].subjects.contains(subject), "{date}");
                    self.sort(&mut before);
                }
            }
            corrections.push(Correction { at, subject, before });
        }
        corrections
    }

    /// The same as the catch-up shows it: with the papers' data as they are on `today`.
    pub fn past_listing(&self, mailing: &Mailing, subject: &str, now: Timestamp) -> Vec<Entry> {
        let mut listing = mailing.listing(subject, now);
        let Some(newest) = self.newest(now) else { return listing };
        for entry in &mut listing {
            let current = self.title(entry.paper, newest.date);
            if current != self.title(entry.paper, mailing.date) {
                current.clone_into(&mut entry.title);
            }
        }
        listing
    }

    /// What was announced in truth, every correction made.
    pub fn truth(&self, date: Date, subject: SubjectId) -> &[Entry] {
        let mailing = self.mailing(date);
        mailing.and_then(|mailing| mailing.listings.get(subject.as_str())).map_or(&[], Vec::as_slice)
    }

    /// May an entry of that day bear this title: the right one of the day, or a later version's?
    pub fn is_title_of(&self, entry: &Entry, date: Date, title: &str) -> bool {
        let paper = &self.papers[entry.paper];
        let later = paper.titles.iter().filter(|(since, _)| *since > date).map(|(_, title)| title.as_str());
        paper.is_odd || entry.title == title || later.into_iter().any(|later| later == title)
    }

    /// Has the day nothing but replacements, and the same ones as a day of the week before?
    pub fn looks_repeated(&self, date: Date, subject: SubjectId) -> bool {
        let replaced = |date: Date| -> BTreeSet<usize> {
            let entries = self.truth(date, subject).iter();
            entries.filter(|entry| entry.announce_type.is_replacement()).map(|entry| entry.paper).collect()
        };
        let (own, since) = (replaced(date), date.saturating_sub(7.days()));
        let mut before = self.mailings.iter().map(|mailing| mailing.date);
        !own.is_empty()
            && own.len() == self.truth(date, subject).len()
            && before.any(|other| since <= other && other < date && replaced(other) == own)
    }

    /// When arXiv put right a wrong title of an entry, and that title.
    pub fn slip(&self, entry: &Entry, date: Date, subject: SubjectId) -> Option<(Timestamp, &str)> {
        let corrections = self.mailing(date)?.corrections.iter();
        let mut own = corrections.filter(|correction| correction.subject == subject.as_str());
        let is_slip = |before: &&Entry| before.paper == entry.paper && before.title != entry.title;
        own.find_map(|correction| {
            Some((correction.at, correction.before.iter().find(is_slip)?.title.as_str()))
        })
    }

    /// Does the mailing of that day, or a later one that is out before `until`, replace the paper of an entry?
    pub fn is_replaced(&self, entry: &Entry, after: Date, until: Timestamp) -> bool {
        let newest = self.newest(until).map_or(after, |mailing| mailing.date);
        self.papers[entry.paper].titles.iter().any(|(since, _)| *since > after && *since <= newest)
    }

    pub fn mailing(&self, date: Date) -> Option<&Mailing> {
        let index = self.mailings.binary_search_by_key(&date, |mailing| mailing.date).ok()?;
        Some(&self.mailings[index])
    }

    /// The newest mailing that is out.
    pub fn newest(&self, now: Timestamp) -> Option<&Mailing> {
        let out = self.mailings.partition_point(|mailing| mailing.out <= now);
        out.checked_sub(1).map(|index| &self.mailings[index])
    }

    /// The one before it.
    pub fn newest_but_one(&self, now: Timestamp) -> Option<&Mailing> {
        let out = self.mailings.partition_point(|mailing| mailing.out <= now);
        out.checked_sub(2).map(|index| &self.mailings[index])
    }
}
