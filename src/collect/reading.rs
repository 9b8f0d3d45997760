//! Reads one day of one subject, all pages of its listing, and proves it whole by its own numbers.

use std::hash::{BuildHasher, Hash, Hasher};
use std::time::Duration;

use foldhash::quality::FixedState;
use jiff::civil::Date;

use crate::domain::announcement::Announcement;
use crate::domain::outcome::{EntryCounts, ReadOutcome};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::fetch::{FetchError, ListingUrl, Page, Upstream};
use crate::parse::{self, Listing, ListingKind, PageError};

/// The most pages of one listing: twenty times the largest day that arXiv has had.
const LISTING_PAGES_MAX: usize = 20;

/// How often a page is asked for in one round when no answer comes.
const ATTEMPTS_MAX: u32 = 3;

/// From which wait on a round does not begin: the upstream wants to be left alone, or has failed for a while.
pub(super) const HOLD_OFF_MIN: Duration = Duration::from_mins(3);

/// The longest wait for another attempt in the same round; after that the round ends and a later one goes on.
const RETRY_WAIT_MAX: Duration = Duration::from_secs(90);

/// How many entries a page of a catch-up holds; arXiv gives no choice.
const CATCHUP_PAGE_ENTRIES: u32 = 2_000;

/// An outcome, and what there is to keep of it.
#[derive(Clone, Debug)]
pub struct Reading {
    pub outcome: ReadOutcome,
    /// The mailing that the page showed, whole or not.
    pub announcement: Option<Announcement>,
    /// The listing was proved whole, or only single entries could not be read.
    pub is_trusted: bool,
    /// The page is of a mailing that is not due yet by this machine's clock.
    pub is_ahead: bool,
}

/// Reads the newest mailing of a subject, all its pages.
///
/// `due` is the newest listing date that can exist now: a page of a later day is not believed.
pub async fn read_new(upstream: &Upstream, subject: SubjectId, due: Date) -> Reading {
    let reading = read(upstream, subject, due, |skip| ListingUrl::New { subject, skip }).await;
    match reading.outcome.date {
        Some(date) if date > due => {
            let reason = format!("the page is dated {date}, but no mailing after {due} can be out yet");
            Reading {
                is_ahead: true,
                ..failed(subject, Verdict::Unrecognized, reason, reading.outcome.pages)
            }
        }
        _ => reading,
    }
}

/// Reads a past day of a subject, all its pages.
pub async fn read_day(upstream: &Upstream, subject: SubjectId, date: Date, due: Date) -> Reading {
    let page = |skip| ListingUrl::Catchup { subject, date, page: skip / CATCHUP_PAGE_ENTRIES + 1 };
    let reading = read(upstream, subject, due, page).await;
    match reading.outcome.date {
        Some(shown) if shown != date => {
            let reason = format!("asked for {date}, the page shows {shown}");
            failed(subject, Verdict::Unrecognized, reason, reading.outcome.pages)
        }
        _ => reading,
    }
}

async fn read(
    upstream: &Upstream,
    subject: SubjectId,
    due: Date,
    url: impl Fn(u32) -> ListingUrl,
) -> Reading {
    let mut pages: Vec<Listing> = Vec::new();
    let mut skip = 0;
    loop {
        let page = match get(upstream, &url(skip), due).await {
            Ok(page) => page,
            Err(FetchError { verdict, reason, .. }) => return failed(subject, verdict, reason, pages.len()),
        };
        let address = page.url.clone();
        let mut listing = match parse_apart(page).await {
            Ok(listing) => listing,
            Err(refusal) => {
                let reason = format!("`{address}`: {}", refusal.found);
                if refusal.verdict == Verdict::Refused {
                    upstream.report_refusal(&reason);
                }
                return failed(subject, refusal.verdict, reason, pages.len() + 1);
            }
        };
        if let Some(reason) = mismatch(&listing, subject, pages.first()) {
            let reason = format!("`{address}`: {reason}");
            return failed(subject, Verdict::Unrecognized, reason, pages.len() + 1);
        }
        if listing.subject.is_none() {
            parse::assign_subject(&mut listing, subject);
        }
        let next = listing.next_skip().filter(|next| *next > skip);
        pages.push(listing);
        match next {
            Some(next) if pages.len() < LISTING_PAGES_MAX => skip = next,
            _ => return proved(subject, pages),
        }
    }
}

/// Asks again when no answer came, unless the upstream wants to be left alone for longer.
async fn get(upstream: &Upstream, url: &ListingUrl, due: Date) -> Result<Page, FetchError> {
    let wait = upstream.wait_estimate();
    if wait > HOLD_OFF_MIN {
        let refusal = upstream.refusal();
        let verdict = if refusal.is_some() { Verdict::Refused } else { Verdict::Unreachable };
        let reason = format!(
            "not asked: {} is left alone for another {} minutes{}",
            upstream.describe(),
            wait.as_secs() / 60 + 1,
            refusal.map(|refusal| format!("; {refusal}")).unwrap_or_default()
        );
        return Err(FetchError { verdict, reason, retry_after: Some(wait) });
    }
    let mut attempt = 1;
    loop {
        match upstream.get(url, due).await {
            Err(error)
                if error.verdict == Verdict::Unreachable
                    && attempt < ATTEMPTS_MAX
                    && upstream.wait_estimate() <= RETRY_WAIT_MAX =>
            {
                tracing::debug!(attempt, reason = %error, "asking again");
                attempt += 1;
            }
            answer => return answer,
        }
    }
}

/// Parses away from the threads that answer readers: a large page takes a tenth of a second.
async fn parse_apart(page: Page) -> Result<Listing, PageError> {
    let parsing = tokio::task::spawn_blocking(move || parse::listing(&page.bytes, page.charset.as_deref()));
    parsing.await.unwrap_or_else(|failure| {
        tracing::error!(%failure, "the parser stopped on a page");
        let found = "a page on which the parser stopped".to_owned();
        Err(PageError { verdict: Verdict::Unrecognized, found })
    })
}

/// Why a page is of another listing than the one that was requested; none where it is the same.
fn mismatch(listing: &Listing, subject: SubjectId, first: Option<&Listing>) -> Option<String> {
    if let Some(shown) = listing.subject.filter(|shown| *shown != subject) {
        return Some(format!("asked for {subject}, the page is the listing of {shown}"));
    }
    if !matches!(listing.kind, ListingKind::New(_) | ListingKind::Catchup(_)) {
        return Some("the page is a listing, but not of one mailing".to_owned());
    }
    first.filter(|first| first.kind != listing.kind)?;
    Some("the listing changed from one day to another while its pages were read".to_owned())
}

fn listing_date(kind: ListingKind) -> Option<Date> {
    match kind {
        ListingKind::New(date) | ListingKind::Catchup(date) => Some(date),
        ListingKind::Recent | ListingKind::Month { .. } | ListingKind::Year { .. } => None,
    }
}

fn proved(subject: SubjectId, pages: Vec<Listing>) -> Reading {
    let proof = parse::prove(&pages);
    let date = pages.first().and_then(|page| listing_date(page.kind));
    let page_count = pages.len();
    if proof.is_elsewhere {
        // Not even after hours: what fits would come under a wrong type or day.
        return failed(subject, Verdict::Incomplete, proof.errors.join("; "), page_count);
    }
    let announcement = parse::announcements(pages, subject).into_iter().next();
    let counts = announcement.as_ref().map(EntryCounts::of).unwrap_or_default();
    let reason = match proof.verdict {
        Verdict::Complete => noted(&counts, &proof.notes),
        Verdict::Quiet => "nothing announced in this subject".to_owned(),
        _ => proof.errors.join("; "),
    };
    let page_hash = announcement.as_ref().map(fingerprint);
    let outcome = ReadOutcome {
        subject,
        verdict: proof.verdict,
        date,
        reason,
        counts,
        missing: proof.missing,
        pages: page_count,
        page_hash,
        checks: 0,
    };
    let is_trusted = proof.verdict.is_proved() || proof.counts_hold;
    Reading { outcome, announcement, is_trusted, is_ahead: false }
}

/// The counts, with what was coped with in single entries.
fn noted(counts: &EntryCounts, notes: &[String]) -> String {
    std::iter::once(counts.to_string()).chain(notes.iter().cloned()).collect::<Vec<_>>().join("; ")
}

fn failed(subject: SubjectId, verdict: Verdict, reason: String, pages: usize) -> Reading {
    let counts = EntryCounts::default();
    let outcome = ReadOutcome {
        subject,
        verdict,
        date: None,
        reason,
        counts,
        missing: 0,
        pages,
        page_hash: None,
        checks: 0,
    };
    Reading { outcome, announcement: None, is_trusted: false, is_ahead: false }
}

/// Tells whether two reads found the same; the page itself also holds what changes at every request.
fn fingerprint(announcement: &Announcement) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    announcement.date.hash(&mut hasher);
    for entry in &announcement.entries {
        (entry.position, entry.announce_type, &entry.paper).hash(&mut hasher);
    }
    hasher.finish()
}
