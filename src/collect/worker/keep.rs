//! Keeps what a read has brought: announcements, corrections, verdicts of days and doubts.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::collect::reading::Reading;
use crate::collect::validate::{self, Baseline, Doubt, Validated};
use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::event::{ChangedDay, Event};
use crate::domain::outcome::{Day, EntryCounts, ReadOutcome};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::store::StoreError;

use super::Worker;

/// After how long a page that comes back short in the same way is kept as it is, its verdict `incomplete`.
const SHORT_KEPT_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// How long after a doubt another one of the same day counts as another.
pub(super) const DOUBTED_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(6);

/// After how many doubts, hours apart, a page is taken for all that there is.
const DOUBTS_MAX: u32 = 2;

impl Worker {
    /// Checks what a read of the newest mailing has brought against what is known, and keeps it.
    pub(super) async fn keep(&mut self, reading: Reading) -> ReadOutcome {
        let baseline = Baseline::of(&self.shared.subjects(), &reading.outcome);
        let read = reading.outcome.clone();
        let validated = match validate::validate(&self.store, &baseline, reading).await {
            Ok(judged) => judged,
            Err(error) => return self.note(not_kept(read, &error)).await,
        };
        let Validated { shown, kept, announcement, doubt } = validated;
        if let (Some(_), Some(date)) = (doubt, read.date) {
            self.shared.learn(|subjects| subjects.doubt(read.subject, date));
        }
        let Some(announcement) = announcement else {
            if let (Some(Doubt::Listed(_)), Some(day)) = (doubt, &baseline.day) {
                self.put_down_doubt(day.subject, day.date, Some(day)).await;
            }
            return self.note(shown).await;
        };
        let Some(kept) = kept.or_else(|| self.is_short_for_long(&shown).then(|| shown.clone())) else {
            return self.note(shown).await;
        };
        let (kept, change) = self.record(&announcement, kept).await;
        let Some(change) = change else { return kept };
        if baseline.has_changed(&kept) {
            self.correct(announcement, &change, |_, _| true).await;
        }
        if shown.verdict == Verdict::Stale { shown } else { kept }
    }

    /// Whether this page has come back short in the same way for so long that its entries are better than none.
    pub(super) fn is_short_for_long(&mut self, outcome: &ReadOutcome) -> bool {
        let (Verdict::Incomplete, Some(hash)) = (outcome.verdict, outcome.page_hash) else { return false };
        let now = self.shared.clock.now();
        let page = (outcome.subject, outcome.date);
        let (before, since) = *self.short.entry(page).or_insert((hash, now));
        if before != hash {
            self.short.insert(page, (hash, now));
        }
        before == hash && now.duration_since(since) >= SHORT_KEPT_AFTER
    }

    /// Writes an announcement down; only what is written is shown.
    pub(super) async fn record(
        &mut self,
        announcement: &Announcement,
        outcome: ReadOutcome,
    ) -> (ReadOutcome, Option<ChangedDay>) {
        let now = self.shared.clock.now();
        match self.store.record(announcement, &outcome, now).await {
            Ok(change) => {
                tracing::info!(
                    subject.code = %change.subject,
                    listing.date = %change.listing_date,
                    verdict = %outcome.verdict,
                    paper.count = change.events.len(),
                    paper.added = change.added,
                    "recorded an announcement"
                );
                if let Some(day) = Day::kept(&outcome, now, change.added) {
                    self.shared.learn(|subjects| subjects.set_day(day));
                }
                (self.sink)(&change);
                (outcome, Some(change))
            }
            Err(error) => (not_kept(outcome, &error), None),
        }
    }

    /// Takes over what a later page of a day says otherwise of papers that are known.
    pub(super) async fn correct(
        &mut self,
        announcement: Announcement,
        change: &ChangedDay,
        has_text: impl Fn(&ListingEntry, &Event) -> bool,
    ) {
        let (subject, date) = (announcement.subject, announcement.date);
        let corrected = validate::corrections(announcement, &change.events, has_text);
        if corrected.is_empty() {
            return;
        }
        match self.store.correct(subject, date, &corrected, self.shared.clock.now()).await {
            Ok(changes) => {
                let count = corrected.len();
                tracing::info!(subject.code = %subject, listing.date = %date, paper.count = count, "corrected papers");
                for change in &changes {
                    (self.sink)(change);
                }
            }
            Err(error) => {
                tracing::error!(subject.code = %subject, %error, "could not correct an announcement");
            }
        }
    }

    pub(super) async fn note(&mut self, outcome: ReadOutcome) -> ReadOutcome {
        if let Err(error) = self.store.note(&outcome, self.shared.clock.now()).await {
            tracing::error!(subject.code = %outcome.subject, %error, "could not keep how a read ended");
        }
        outcome
    }

    /// Keeps that the page of a day was not believed; the day's checks count how often.
    pub(super) async fn put_down_doubt(&mut self, subject: SubjectId, date: Date, known: Option<&Day>) {
        let now = self.shared.clock.now();
        let day = match known {
            Some(known) if known.verdict == Verdict::Complete => return,
            Some(known) if known.verdict == Verdict::Incomplete => {
                if now.duration_since(known.read).abs() < DOUBTED_AGAIN_AFTER {
                    return;
                }
                Day { checks: known.checks.saturating_add(1), read: now, ..known.clone() }
            }
            _ => Day {
                subject,
                date,
                verdict: Verdict::Incomplete,
                counts: EntryCounts::default(),
                missing: 0,
                read: now,
                checks: 1,
            },
        };
        match self.store.mark(&day).await {
            Ok(()) => self.shared.learn(|subjects| subjects.set_day(day)),
            Err(error) => tracing::error!(subject.code = %subject, %error, "could not keep a doubt"),
        }
    }
}

/// The outcome of a read that the store failed to keep.
fn not_kept(mut outcome: ReadOutcome, error: &StoreError) -> ReadOutcome {
    tracing::error!(subject.code = %outcome.subject, %error, "could not keep an announcement");
    outcome.verdict = Verdict::Unread;
    outcome.reason = format!("read, but not kept: {error}");
    outcome
}

/// Whether a page that was doubted before is believed now.
pub(super) fn is_doubted_for_long(known: Option<&Day>, now: Timestamp) -> bool {
    known.is_some_and(|day| {
        day.verdict == Verdict::Incomplete
            && day.checks >= DOUBTS_MAX
            && now.duration_since(day.read).abs() >= DOUBTED_AGAIN_AFTER
    })
}
