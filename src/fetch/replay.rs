//! A folder of saved pages in place of arXiv, for demonstrations and tests.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::failure::FetchError;
use super::foreign_text::{plain, shown};
use super::page::{ListingUrl, Page};
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// The most files of a folder (forty subjects for a year), so that a wrong folder is noticed early.
pub const FILES_MAX: usize = 20_000;

/// The most subjects that an error lists.
const SUBJECTS_NAMED_MAX: usize = 8;

/// A replay starts this many hours after the mailing of its newest page.
/// On arXiv an announcement takes up to an hour and a half, but a saved page exists already.
const START_AFTER_MAILING_HOURS: i64 = 1;

/// A folder of saved pages named `SUBJECT-KIND-YYYY-MM-DD*.html`; other files are ignored.
#[derive(Debug)]
pub struct Replay {
    folder: PathBuf,
    pages: BTreeMap<Key, String>,
    newest_date: Date,
    page_bytes_max: usize,
}

/// The folder cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("the replay folder `{folder}` cannot be read: {reason}")]
    Unreadable { folder: String, reason: String },
    #[error(
        "the replay folder `{folder}` has more than {FILES_MAX} files; name one that holds saved pages only"
    )]
    TooMany { folder: String },
    #[error(
        "`{first}` and `{second}` in the replay folder `{folder}` are the same page of the same day; keep one"
    )]
    Twice { folder: String, first: String, second: String },
    #[error(
        "the replay folder `{folder}` holds no page; names are such as `cs.DC-new-2026-03-02.html` or `cs.DC-catchup-2026-03-02.html`"
    )]
    Empty { folder: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    New,
    /// Accepted by name so that duplicates are noticed; crosslist itself never requests it.
    Recent,
    Catchup,
}

/// The date is last, so that the end of a range is the newest.
type Key = (SubjectId, Kind, Date);

impl Replay {
    /// Reads the file names of the folder; pages are read on request.
    ///
    /// # Errors
    /// The folder is missing, unreadable or without a page, or two files are one page.
    pub fn open(folder: impl Into<PathBuf>, page_bytes_max: usize) -> Result<Self, ReplayError> {
        let folder = folder.into();
        let name = shown(&folder.to_string_lossy());
        let mut names = file_names(&folder)
            .map_err(|error| ReplayError::Unreadable { folder: name.clone(), reason: reason(&error) })?;
        if names.len() > FILES_MAX {
            return Err(ReplayError::TooMany { folder: name });
        }
        // The order of a directory is not defined; sorted, the error names the same file first each time.
        names.sort_unstable();
        let mut pages = BTreeMap::new();
        for file in names {
            let Some(key) = page_of(&file) else { continue };
            match pages.entry(key) {
                Entry::Vacant(place) => place.insert(file),
                Entry::Occupied(first) => {
                    let (first, second) = (shown(first.get()), shown(&file));
                    return Err(ReplayError::Twice { folder: name, first, second });
                }
            };
        }
        let dates = pages.keys().filter(|(_, kind, _)| *kind != Kind::Recent).map(|(_, _, date)| *date);
        let Some(newest_date) = dates.max() else { return Err(ReplayError::Empty { folder: name }) };
        tracing::info!(page.count = pages.len(), newest_date = %newest_date, "opened a replay of `{name}`");
        Ok(Self { folder, pages, newest_date, page_bytes_max })
    }

    /// The listing date of the newest page.
    #[must_use]
    pub fn newest_date(&self) -> Date {
        self.newest_date
    }

    /// The default start of the clock: an hour after the mailing of the newest page, 21:00 in New York on the day before.
    ///
    /// That mailing is then the newest due, if the date has one.
    #[must_use]
    pub fn start_time(&self) -> Timestamp {
        let mailed = mailing::moment(self.newest_date);
        mailed.checked_add(START_AFTER_MAILING_HOURS.hours()).unwrap_or(mailed)
    }

    #[must_use]
    pub fn describe(&self) -> String {
        format!("replay of `{}`", shown(&self.folder.to_string_lossy()))
    }

    /// Responds as arXiv would with `listing_date` as its newest mailing.
    ///
    /// `/new` is the newest page not after that date; later parts (`skip`) are never saved.
    /// Without a saved catchup page, the same day's `/new` takes its place: it is the same announcement.
    ///
    /// # Errors
    /// The folder has no such page, or the file cannot be read.
    pub async fn get(&self, url: &ListingUrl, listing_date: Date) -> Result<Page, FetchError> {
        let path = url.path();
        let Some(name) = self.find(url, listing_date) else { return Err(self.missing(url, listing_date)) };
        let file = self.folder.join(name);
        let bytes_max = self.page_bytes_max;
        let read = tokio::task::spawn_blocking(move || read(&file, bytes_max)).await;
        match read.map_err(io::Error::other).flatten() {
            Ok(bytes) if bytes.len() > bytes_max => Err(failed(
                Verdict::Unrecognized,
                format!(
                    "`{path}` has more than {bytes_max} bytes in `{}`, the most that a page may have",
                    shown(name)
                ),
            )),
            Ok(bytes) => {
                tracing::debug!(
                    page.path = path,
                    page.bytes = bytes.len(),
                    page.file = name,
                    "read a saved page"
                );
                Ok(Page { url: path, bytes, charset: None })
            }
            Err(error) => Err(failed(
                Verdict::Unreachable,
                format!("`{path}` could not be read from `{}`: {}", shown(name), reason(&error)),
            )),
        }
    }

    fn find(&self, url: &ListingUrl, listing_date: Date) -> Option<&str> {
        let name = match *url {
            ListingUrl::New { subject, skip: 0 } => {
                let days = (subject, Kind::New, Date::MIN)..=(subject, Kind::New, listing_date);
                self.pages.range(days).next_back().map(|(_, name)| name)
            }
            ListingUrl::Catchup { subject, date, page: 0 | 1 } if date <= listing_date => {
                let saved = |kind| self.pages.get(&(subject, kind, date));
                saved(Kind::Catchup).or_else(|| saved(Kind::New))
            }
            ListingUrl::New { .. } | ListingUrl::Catchup { .. } => None,
        };
        name.map(String::as_str)
    }

    fn missing(&self, url: &ListingUrl, listing_date: Date) -> FetchError {
        let mut subjects: Vec<&str> = self.pages.keys().map(|(subject, ..)| subject.as_str()).collect();
        subjects.dedup();
        let more = if subjects.len() > SUBJECTS_NAMED_MAX { " and others" } else { "" };
        subjects.truncate(SUBJECTS_NAMED_MAX);
        failed(
            Verdict::Unrecognized,
            format!(
                "no saved page for `{}` on {listing_date} in `{}`; it holds {}{more}, up to {}",
                url.path(),
                shown(&self.folder.to_string_lossy()),
                subjects.join(", "),
                self.newest_date
            ),
        )
    }
}

fn failed(verdict: Verdict, reason: String) -> FetchError {
    FetchError { verdict, reason, retry_after: None }
}

/// The names of the files, at most one more than [`FILES_MAX`].
fn file_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.path().is_file() {
            names.push(name);
        }
        if names.len() > FILES_MAX {
            break;
        }
    }
    Ok(names)
}

/// Reads at most one byte more than the limit, which shows that the file is too long.
fn read(file: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The page that a file name stands for: `SUBJECT-KIND-YYYY-MM-DD*.html`.
///
/// Subject ids have dashes themselves (`hep-th`), but none has a kind between two dashes.
fn page_of(name: &str) -> Option<Key> {
    let stem = name.strip_suffix(".html")?;
    [("-new-", Kind::New), ("-recent-", Kind::Recent), ("-catchup-", Kind::Catchup)].into_iter().find_map(
        |(separator, kind)| {
            let (subject, rest) = stem.split_once(separator)?;
            let (date, note) = rest.split_at_checked("YYYY-MM-DD".len())?;
            if note.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            Some((SubjectId::parse(subject).ok()?, kind, date.parse().ok()?))
        },
    )
}

fn reason(error: &io::Error) -> String {
    plain(&error.to_string())
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
