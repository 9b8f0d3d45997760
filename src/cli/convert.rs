//! `crosslist convert`: makes one feed of saved pages, of any days and subjects.

use std::cmp::Reverse;
use std::fs::File;
use std::io::{self, ErrorKind, Read};

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use crate::domain::announcement::{AnnounceType, Announcement, ListingEntry};
use crate::domain::outcome::{EntryCounts, ReadOutcome};
use crate::domain::presentation::{Choice, Presentation, Profile, TextMode};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::feeds::{self, Budget, FeedSpec, Limit, Scope, Selection, WorkingSet};
use crate::parse::{self, Listing, ListingKind, PAGE_BYTES_MAX, Proof};
use crate::render::{self, Format};
use crate::settings;
use crate::store::{Store, StoreError};

use super::failure::Failure;
use super::output::print;
use super::runtime::runtime;
use super::values::rule;

/// The file name that means standard input.
const STANDARD_INPUT: &str = "-";

/// A feed of saved pages contains everything on them, however old.
const DAYS_KEPT: u32 = u32::MAX;

#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Saved listing pages, or - for standard input
    #[arg(value_name = "PAGE", required = true)]
    pages: Vec<String>,

    /// rss, atom or json
    #[arg(long, default_value = "atom")]
    format: Format,

    /// Only papers that match this rule, such as ti:GPU
    #[arg(short = 'q', long = "q", value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,

    /// Only these announcement types, separated by commas: new, cross, replace, replace-cross
    #[arg(long = "type", value_name = "LIST", value_delimiter = ',')]
    types: Vec<AnnounceType>,

    /// At most this many items, the newest first [default: all]
    #[arg(long, value_name = "N", value_parser = limit, allow_hyphen_values = true)]
    limit: Option<usize>,

    /// Accept complete pages of a listing whose other pages are missing, and name them
    #[arg(long)]
    partial: bool,

    /// How TeX is shown: unicode, tex or mathml
    #[arg(long, value_name = "MODE", default_value = "unicode", value_parser = choice::<TextMode>)]
    text: TextMode,

    /// The target client: reader, slack, matrix, zulip, mattermost or discord
    #[arg(long, value_name = "P", default_value = "reader", value_parser = choice::<Profile>)]
    profile: Profile,

    /// The public address of the service, for the links in the feed
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", value_parser = base_url)]
    base_url: Url,
}

/// Pages of one listing, with their file names.
struct Group {
    names: Vec<String>,
    pages: Vec<Listing>,
    proof: Proof,
}

impl Group {
    fn of(name: &str, page: Listing) -> Self {
        let pages = vec![page];
        Self { names: vec![name.to_owned()], proof: parse::prove(&pages), pages }
    }

    fn entries(&self) -> impl Iterator<Item = &ListingEntry> {
        self.pages.iter().flat_map(|page| &page.sections).flat_map(|section| &section.entries)
    }

    /// Pages that are applied first take precedence: the listing of the day itself, then pages with abstracts, then pages
    /// with more entries.
    fn rank(&self) -> (u8, Reverse<usize>) {
        let has_abstracts = || self.entries().any(|entry| entry.paper.abstract_text.is_some());
        let rank = match self.pages[0].kind {
            ListingKind::New(_) => 0,
            ListingKind::Catchup(_) if has_abstracts() => 1,
            ListingKind::Catchup(_) => 2,
            ListingKind::Recent => 3,
            ListingKind::Month { .. } => 4,
            ListingKind::Year { .. } => 5,
        };
        (rank, Reverse(self.entries().count()))
    }

    /// Adds a page of the same listing; gives the page back if it is of another one, or if the group is complete.
    fn add(&mut self, name: &str, page: Listing) -> Result<(), Listing> {
        let first = &self.pages[0];
        let is_same = (first.kind, &first.name, first.subject, first.total, &first.days)
            == (page.kind, &page.name, page.subject, page.total, &page.days);
        if !is_same || self.proof.verdict.is_proved() && self.pages.len() == 1 {
            return Err(page);
        }
        self.names.push(name.to_owned());
        self.pages.push(page);
        Ok(())
    }

    fn name_of(&self, page: &Listing) -> Option<&str> {
        self.names.iter().zip(&self.pages).find(|(_, known)| *known == page).map(|(name, _)| &**name)
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut groups = groups(&arguments.pages)?;
    groups.sort_by_key(Group::rank);
    let working_set = WorkingSet::keeping(DAYS_KEPT);
    let mut subjects: Vec<SubjectId> = Vec::new();
    let mut announcements: Vec<Announcement> = Vec::new();
    for group in groups {
        let subject = validate(&group, arguments.partial)?;
        subjects.push(subject);
        announcements.extend(parse::announcements(group.pages, subject));
    }
    subjects.sort_unstable();
    subjects.dedup();
    let recorded = runtime()?.block_on(record(&announcements, &working_set));
    recorded.map_err(|error| Failure::running(error.to_string()))?;
    print(&feed(&subjects, &working_set, arguments)?)
}

/// Sets the dates of papers, in a store that ends with this call.
async fn record(announcements: &[Announcement], working_set: &WorkingSet) -> Result<(), StoreError> {
    let store = Store::in_memory()?;
    for announcement in announcements {
        let outcome = ReadOutcome {
            subject: announcement.subject,
            verdict: Verdict::Complete,
            date: Some(announcement.date),
            reason: String::new(),
            counts: EntryCounts::of(announcement),
            missing: 0,
            pages: 1,
            page_hash: None,
            checks: 0,
        };
        working_set.apply(&store.record(announcement, &outcome, Timestamp::UNIX_EPOCH).await?);
    }
    Ok(())
}

/// Reads the pages, and groups those that are parts of one listing: of one day, or of the same recent days.
fn groups(names: &[String]) -> Result<Vec<Group>, Failure> {
    let mut groups: Vec<Group> = Vec::new();
    for name in names {
        let page = listing(name)?;
        if let Some(known) = groups.iter().find_map(|group| group.name_of(&page)) {
            return Err(Failure::wrong(format!("`{known}` and `{name}` are the same page; name it once")));
        }
        let alone = Group::of(name, page.clone());
        let mut left = Some(page);
        if !alone.proof.verdict.is_proved() {
            for group in &mut groups {
                left = left.and_then(|page| group.add(name, page).err());
            }
        }
        if left.is_some() {
            groups.push(alone);
        }
    }
    for group in groups.iter_mut().filter(|group| group.pages.len() > 1) {
        group.pages.sort_by_key(Listing::first_position);
        group.proof = parse::prove(&group.pages);
    }
    Ok(groups)
}

/// The subject of a group; an error if the group is neither complete nor an acceptable part.
fn validate(group: &Group, accepts_parts: bool) -> Result<SubjectId, Failure> {
    let Group { names, pages, proof } = group;
    let (names, first) = (names.join("`, `"), &pages[0]);
    match &proof.part {
        _ if proof.verdict.is_proved() => {}
        Some(part) if accepts_parts => {
            eprintln!("crosslist: `{names}`: the other pages of the listing are missing; here are {part}");
        }
        Some(part) => {
            return Err(Failure::not_whole(format!(
                "`{names}`: {}: here are {part}; name the other pages too, or accept this part with --partial",
                proof.verdict
            )));
        }
        None => {
            let mut message = format!("`{names}`: {}: {}", proof.verdict, proof.errors.join("; "));
            if accepts_parts {
                message
                    .push_str("; --partial is for complete pages of a listing whose other pages are missing");
            }
            return Err(Failure::not_whole(message));
        }
    }
    for note in &proof.notes {
        eprintln!("crosslist: `{names}`: {note}");
    }
    if let ListingKind::Month { .. } | ListingKind::Year { .. } = first.kind {
        eprintln!("crosslist: `{names}`: the page has no mailing dates; its first day is used instead");
    }
    first.subject.ok_or_else(|| {
        let listing = &first.name;
        Failure::not_whole(format!("`{names}`: the listing `{listing}` is not of one subject or archive"))
    })
}

fn feed(subjects: &[SubjectId], working_set: &WorkingSet, arguments: &Arguments) -> Result<String, Failure> {
    let mut selection = Selection::of(&AnnounceType::ALL, DAYS_KEPT, Limit::Default(usize::MAX));
    let default = (selection.clone(), Presentation::default());
    if !arguments.types.is_empty() {
        selection.types.clone_from(&arguments.types);
        selection.types.sort_unstable();
        selection.types.dedup();
    }
    if let Some(limit) = arguments.limit {
        selection.limit = Limit::Chosen(limit);
    }
    selection.query = arguments.query.as_deref().map(rule).transpose()?;
    let presentation = Presentation {
        text: arguments.text,
        profile: arguments.profile,
        summary: arguments.profile.summary(),
        ..Presentation::default()
    };
    let newest = working_set.newest(subjects).unwrap_or(Date::ZERO);
    let asked = FeedSpec { scope: Scope::Subjects(subjects.to_vec()), selection, presentation, default };
    let events = feeds::choose(working_set, subjects, &asked, &Budget::unlimited())
        .map_err(|why| Failure::running(why.to_string()))?;
    let base = arguments.base_url.as_str().trim_end_matches('/');
    Ok(render::feed(&feeds::feed(&asked, &events, base, newest), arguments.format))
}

fn listing(name: &str) -> Result<Listing, Failure> {
    let shown = name.escape_debug();
    let bytes = read(name).map_err(|error| {
        let message = format!("`{shown}`: {}", describe(&error));
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::IsADirectory => Failure::wrong(message),
            _ => Failure::running(message),
        }
    })?;
    parse::listing(&bytes, None)
        .map_err(|refusal| Failure::not_whole(format!("`{shown}`: {}: {}", refusal.verdict, refusal.found)))
}

/// Reads one byte more than the limit, so that the parser reports a page that is too large.
fn read(name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = PAGE_BYTES_MAX as u64 + 1;
    if name == STANDARD_INPUT {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    } else {
        File::open(name)?.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn describe(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file".to_owned(),
        ErrorKind::IsADirectory => "is a folder; name the pages in it".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn choice<T: Choice>(text: &str) -> Result<T, String> {
    T::named(text).ok_or_else(|| format!("choose from {}", T::names()))
}

fn limit(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| "write a number from 1".to_owned())
}

fn base_url(text: &str) -> Result<Url, String> {
    settings::web_address(text)
        .ok_or_else(|| "write an http or https address such as https://feeds.example.org".to_owned())
}
