//! Reads a past day, checks its page against what is known, and keeps or gives up the day.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::Receiver;

use crate::collect::past_days::PastDays;
use crate::collect::reading::{self, Reading};
use crate::collect::shared::RefreshRequest;
use crate::collect::validate::{self, Doubt};
use crate::domain::mailing;
use crate::domain::outcome::{Day, EntryCounts, ReadOutcome};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

use super::Worker;
use super::keep::{DOUBTED_AGAIN_AFTER, is_doubted_for_long};

/// How old a day is when no cache can have kept an empty page of it any more that was made before its mailing.
const CACHED_DAYS_MAX: SignedDuration = SignedDuration::from_hours(9 * 24);

/// How often a page with fewer entries than are known is asked for again before it counts as arXiv's last word.
const LESS_MAX: u32 = 2;

/// How often a day that arXiv probably does not give any more is asked for where no answer comes.
const LOST_ATTEMPTS_MAX: u32 = 8;

/// The checks of a day that is not asked for again.
const SETTLED: u32 = 3;

/// What a read of a past day leaves of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Settled,
    /// To be read again.
    Open,
    /// The same, for its page was not believed.
    Doubted,
}

impl Worker {
    pub(super) async fn read_past_day(
        &mut self,
        subject: SubjectId,
        date: Date,
        now: Timestamp,
        inbox: &mut Receiver<RefreshRequest>,
    ) {
        let due = mailing::newest_due(now);
        let shared = self.shared.clone();
        let round = reading::read_day(&shared.upstream, subject, date, due);
        let Some(reading) = self.finish(round, None, inbox).await else { return };
        let (outcome, ending) = self.keep_past(subject, date, reading).await;
        self.shared.counters.add(outcome.verdict, outcome.pages);
        let now = self.shared.clock.now();
        if ending == Ending::Settled {
            self.past_days.settled(subject, date);
            self.plan(subject);
        } else if self.is_lost(&outcome, date) {
            self.give_up(subject, date, now).await;
        } else {
            tracing::warn!(
                subject.code = %subject,
                listing.date = %date,
                verdict = %outcome.verdict,
                reason = outcome.reason,
                "a past day could not be read"
            );
            self.past_days.failed(subject, date, now);
            if ending == Ending::Doubted {
                // A doubt that is repeated sooner does not count as another.
                self.past_days.put_off(subject, date, now, DOUBTED_AGAIN_AFTER);
            }
        }
        self.answer_if_filled(subject);
    }

    /// Keeps what a catch-up has brought, and says what is left of the day.
    async fn keep_past(&mut self, subject: SubjectId, date: Date, reading: Reading) -> (ReadOutcome, Ending) {
        let Reading { mut outcome, announcement, is_trusted, .. } = reading;
        let Some(announcement) = announcement else { return (outcome, Ending::Open) };
        let known = self.shared.subjects().get(subject).and_then(|known| known.days.get(&date).cloned());
        let known = known.as_ref();
        if validate::is_emptied(known, &outcome) {
            outcome.verdict = Verdict::Incomplete;
            "the page says that nothing was announced, though entries are known already"
                .clone_into(&mut outcome.reason);
            return (outcome, Ending::Open);
        }
        let held = async {
            let around = validate::around(&self.store, &announcement).await?;
            let doubt = validate::doubt(&self.store, &announcement, &around).await?;
            Ok::<_, crate::store::StoreError>((around, doubt))
        };
        let (around, doubt) = match held.await {
            Ok(held) => held,
            Err(error) => {
                (outcome.verdict, outcome.reason) = (Verdict::Unread, format!("read, but not kept: {error}"));
                return (outcome, Ending::Open);
            }
        };
        if let Some(doubt) = doubt
            && !self.is_believed(doubt, date, known)
        {
            self.put_down_doubt(subject, date, known).await;
            (outcome.verdict, outcome.reason) = (Verdict::Incomplete, doubt.to_string());
            return (outcome, Ending::Doubted);
        }
        if !is_trusted && !self.is_short_for_long(&outcome) {
            return (outcome, Ending::Open);
        }
        let is_less = known.is_some_and(|day| {
            day.verdict == Verdict::Complete && outcome.counts.total() < day.counts.total()
        });
        let is_last_word = !is_less || self.past_days.failures(subject, date) >= LESS_MAX;
        outcome.checks = match known {
            _ if doubt.is_some() => SETTLED,
            Some(day) if day.verdict == outcome.verdict => day.checks + u32::from(is_last_word),
            _ => 0,
        };
        if let Some(day) = known.filter(|_| is_less) {
            outcome.counts = day.counts;
        }
        let (outcome, change) = self.record(&announcement, outcome).await;
        let Some(change) = change else { return (outcome, Ending::Open) };
        let is_recent = self.is_followed_closely(subject, date);
        let has_text = |entry: &_, event: &_| is_recent && validate::is_of_the_day(entry, event, &around);
        self.correct(announcement, &change, has_text).await;
        let is_settled = outcome.verdict.is_proved() && is_last_word;
        (outcome, if is_settled { Ending::Settled } else { Ending::Open })
    }

    /// Whether a page is believed that other pages speak against: after doubts that are hours apart, and a quiet one only
    /// after no cache can have kept it.
    fn is_believed(&self, doubt: Doubt, date: Date, known: Option<&Day>) -> bool {
        is_doubted_for_long(known, self.shared.clock.now())
            && match doubt {
                Doubt::Repeats { .. } => true,
                Doubt::Listed(_) => self.newest().duration_since(date) >= CACHED_DAYS_MAX,
            }
    }

    /// Whether the day is the newest mailing or the one before, and every mailing since is proved: then a paper that was
    /// replaced since is known to have been.
    fn is_followed_closely(&self, subject: SubjectId, date: Date) -> bool {
        let subjects = self.shared.subjects();
        let Some(known) = subjects.get(subject) else { return false };
        let since = subjects.newest_out(subject).unwrap_or(Date::MAX);
        let mut days = known.days.range(date..=since).skip(1).map(|(_, day)| day);
        let newest_proved = known.days.get(&since).is_some_and(|day| day.verdict.is_proved());
        newest_proved && mailing::before(since) <= date && days.all(|day| day.verdict.is_proved())
    }

    /// Whether the day is lost, given the answer of this read.
    fn is_lost(&self, outcome: &ReadOutcome, date: Date) -> bool {
        let is_answer = outcome.verdict == Verdict::Unrecognized;
        let is_asked_enough = self.past_days.failures(outcome.subject, date) >= LOST_ATTEMPTS_MAX;
        PastDays::is_lost(date, self.newest()) && (is_answer || is_asked_enough)
    }

    /// A day that arXiv no longer gives is a gap.
    async fn give_up(&mut self, subject: SubjectId, date: Date, now: Timestamp) {
        let gap = Day {
            subject,
            date,
            verdict: Verdict::Gap,
            counts: EntryCounts::default(),
            missing: 0,
            read: now,
            checks: 0,
        };
        tracing::warn!(subject.code = %subject, listing.date = %date, "a past day is lost: arXiv gives 90 days");
        match self.store.mark(&gap).await {
            Ok(()) => {
                self.shared.learn(|subjects| subjects.set_day(gap));
                self.past_days.settled(subject, date);
            }
            Err(error) => {
                tracing::error!(subject.code = %subject, %error, "could not keep a gap");
                self.past_days.failed(subject, date, now);
            }
        }
    }
}
