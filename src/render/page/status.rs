//! The status page: the last two weeks of every subject, and whether they were read completely.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::layout::{Place, count, document, moment, plain_date};
use super::site::Site;
use crate::domain::excerpt::beginning;
use crate::domain::mailing;
use crate::domain::outcome::{Day, EntryCounts};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// The dimensions of the sparkline, in its own units: width per day, width for few days, height.
const SPARK_STEP: std::ops::RangeInclusive<usize> = 4..=16;
const SPARK_WIDTH: usize = 96;
const SPARK_HEIGHT: usize = 28;

/// The content of the status page.
#[derive(Clone, Debug)]
pub struct StatusPage {
    pub upstream: String,
    pub now: Timestamp,
    /// The newest mailing due, and the time of the next one.
    pub newest_due: Date,
    pub next_mailing: Timestamp,
    pub settings: SettingsStatus,
    pub subjects: Vec<SubjectStatus>,
    pub site: Site,
}

/// The state of the settings.
#[derive(Clone, Debug)]
pub struct SettingsStatus {
    pub loaded: Timestamp,
    /// When newer settings were rejected, and their errors with places.
    pub refused: Option<(Timestamp, Vec<String>)>,
    /// The settings that changed and need a restart.
    pub needs_restart: Vec<&'static str>,
}

/// The state of one subject.
#[derive(Clone, Debug)]
pub struct SubjectStatus {
    pub subject: SubjectId,
    /// The result of the last read.
    pub verdict: Verdict,
    pub reason: String,
    pub counts: EntryCounts,
    pub attempted: Option<Timestamp>,
    /// When a page was last proved complete.
    pub proved: Option<Timestamp>,
    pub next_attempt: Option<Timestamp>,
    /// Calendar days, oldest first.
    pub days: Vec<(Date, Option<Day>)>,
    /// Past days that arXiv no longer provides.
    pub gaps: Vec<Date>,
    /// The number of entries of each known mailing, oldest first.
    pub history: Vec<(Date, usize)>,
    /// True if the subject has a page.
    pub has_page: bool,
}

/// The status page.
#[must_use]
pub fn status(status: &StatusPage) -> String {
    let site = &status.site;
    let broken: Vec<&SubjectStatus> =
        status.subjects.iter().filter(|subject| !is_well(subject.verdict)).collect();
    let body = html! {
        h1 { "Status" }
        p.lead {
            @match (status.subjects.len(), broken.len()) {
                (0, _) => "No subject has been read: none is watched, and none was requested.",
                (_, 0) if is_overdue(status) => "arXiv has not published the mailing that is due by the calendar; everything it has announced was read.",
                (_, 0) => "All is well: everything that arXiv has announced was read.",
                (_, 1) => "One subject could not be read; its feed shows older entries.",
                (_, _) => "Some subjects could not be read; their feeds show older entries.",
            }
        }
        (settings_notices(&status.settings))
        @if !broken.is_empty() {
            ul.troubles { @for subject in &broken { li { a href={ "#" (subject.subject) } { (subject.subject) } " "
                (verdict(subject.verdict)) " " (meaning(subject.verdict)) } } }
        }
        dl.facts {
            dt { "Next mailing" }
            // A static file cannot show a countdown.
            @if !site.is_service() { dd { (moment(status.next_mailing)) } }
            @else { dd { strong.countdown data-until=(status.next_mailing.strftime("%Y-%m-%dT%H:%M:%SZ")) data-now=(status.now.strftime("%Y-%m-%dT%H:%M:%SZ")) { (until(status.now, status.next_mailing)) }
                " · " (moment(status.next_mailing)) } }
            dt { "Newest mailing due" } dd { (plain_date(status.newest_due)) }
            dt { "Upstream" } dd { (status.upstream) }
            @if site.is_service() { dt { "Settings" } dd { "loaded " (moment(status.settings.loaded)) } }
            dt { @if site.is_service() { "Now" } @else { "As of" } } dd { (moment(status.now)) }
        }
        @if status.subjects.is_empty() && site.is_service() {
            p { "A subject is read when its feed is first requested: " a href=(site.link("/")) { "build one" } "." }
        }
        div.subjects { @for subject in &status.subjects { (section(subject, status)) } }
        @if !status.subjects.is_empty() { (legend()) }
        p.quiet { a href=(site.link("/status.json")) { "JSON" } " · " a href=(site.link("/help/http#verdicts")) { "Verdicts explained" } }
    };
    document(site, "Status of crosslist", Place::Status, &html! {}, &body)
}

/// Settings that are not in force.
fn settings_notices(settings: &SettingsStatus) -> Markup {
    html! {
        @if let Some((at, mistakes)) = &settings.refused {
            div.notice {
                p { "The settings have errors, so those of " (moment(settings.loaded)) " stay in force. Checked " (moment(*at)) "." }
                @for mistake in mistakes { pre.carets tabindex="0" { (mistake) } }
            }
        }
        @if !settings.needs_restart.is_empty() {
            p.notice { "Changed, but applied only after a restart: "
                @for (index, key) in settings.needs_restart.iter().enumerate() { @if index > 0 { ", " } code { (key) } } }
        }
    }
}

fn section(subject: &SubjectStatus, status: &StatusPage) -> Markup {
    html! {
        section.subject id=(subject.subject) {
            div.subjecthead {
                h2 {
                    @if subject.has_page { a href=(status.site.link(&format!("/subjects/{}", subject.subject))) { (subject.subject) } }
                    @else { (subject.subject) }
                    " " span.name { (subject.subject.name()) }
                }
                (spark(&subject.history))
            }
            ol.days aria-label="The last 14 days" {
                @for (date, day) in &subject.days { (cell(*date, day.as_ref())) }
            }
            p.said { (verdict(subject.verdict)) " " bdi { (subject.reason) } }
            p.quiet {
                "Last read " (optional(subject.attempted)) " · last proved complete " (optional(subject.proved))
                @if let Some(next) = subject.next_attempt { " · next read " (until(status.now, next)) }
            }
            @if !subject.gaps.is_empty() {
                p.notice { "Lost, because arXiv no longer provides them: "
                    @for (index, gap) in subject.gaps.iter().enumerate() { @if index > 0 { ", " } (plain_date(*gap)) } }
            }
        }
    }
}

/// The verdict with its own sign, so that colour is not needed.
fn verdict(verdict: Verdict) -> Markup {
    html! { span class={ "verdict " (verdict) } { span aria-hidden="true" { (sign(verdict)) " " } (verdict) } }
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Complete => "●",
        Verdict::Quiet => "○",
        Verdict::Incomplete => "◐",
        Verdict::Stale => "◷",
        Verdict::Unrecognized => "◇",
        Verdict::Refused => "⊘",
        Verdict::Unreachable => "▲",
        Verdict::Unread => "·",
        Verdict::Gap => "✕",
    }
}

/// The meaning of a verdict for the readers of a feed.
fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Complete | Verdict::Quiet | Verdict::Unread => "",
        Verdict::Incomplete => "– the page’s own counts and its entries disagree; it is requested again",
        Verdict::Stale => "– arXiv still shows an older mailing; the page is requested again",
        Verdict::Unrecognized => "– the response is not a listing; the page is requested again",
        Verdict::Refused => "– arXiv refuses the requests; crosslist slows down and retries",
        Verdict::Unreachable => "– arXiv gave no usable response; the page is requested again",
        Verdict::Gap => "– a past day is lost",
    }
}

/// One day: its count or a sign, its weekday, and a text for screen readers.
fn cell(date: Date, day: Option<&Day>) -> Markup {
    let weekend = !mailing::has_mailing(date);
    let (class, words) = match day {
        Some(day) if day.verdict == Verdict::Quiet => ("quiet", "quiet: nothing announced".to_owned()),
        Some(day) if day.missing > 0 => {
            (day.verdict.as_str(), format!("{}: {}, {} missing", day.verdict, day.counts, day.missing))
        }
        Some(day) => (day.verdict.as_str(), format!("{}: {}", day.verdict, day.counts)),
        None if weekend => ("weekend", "no mailing on this day".to_owned()),
        None => ("unread", "not read".to_owned()),
    };
    html! {
        li class={ "day " (class) } title={ (date) ": " (words) } {
            span.numeral aria-hidden="true" {
                @match day {
                    Some(day) if day.verdict == Verdict::Complete => (day.counts.total()),
                    Some(day) if day.verdict == Verdict::Quiet => "0",
                    Some(day) if day.verdict == Verdict::Incomplete => { (day.counts.total()) "!" }
                    Some(day) => (sign(day.verdict)),
                    None if weekend => "",
                    None => "?",
                }
            }
            span.letter aria-hidden="true" { (beginning(&date.strftime("%a").to_string(), 1)) (date.day()) }
            span.visually-hidden { (plain_date(date)) ": " (words) }
        }
    }
}

fn legend() -> Markup {
    let item = |class: &str, sign: &str, words: &str| {
        html! { li { span class={ "day " (class) } aria-hidden="true" { span.numeral { (sign) } } " " (words) } }
    };
    html! {
        h2.visually-hidden { "Legend" }
        ul.legend {
            (item("complete", "12", "complete, with its number of entries"))
            (item("quiet", "0", "quiet: proved that nothing was announced"))
            (item("incomplete", "9!", "incomplete: entries are missing"))
            (item("gap", "✕", "lost"))
            (item("unread", "?", "not read"))
            (item("weekend", "", "weekend, no mailing"))
        }
    }
}

/// The papers per mailing as a line; nothing for fewer than two mailings.
fn spark(history: &[(Date, usize)]) -> Markup {
    let (Some((oldest, _)), Some((newest, latest))) = (history.first(), history.last()) else {
        return html! {};
    };
    let most = history.iter().map(|(_, number)| *number).max().unwrap_or(0);
    let fewest = history.iter().map(|(_, number)| *number).min().unwrap_or(0);
    let step = (SPARK_WIDTH / history.len()).clamp(*SPARK_STEP.start(), *SPARK_STEP.end());
    let width = (history.len() - 1) * step + 8;
    let height = |number: usize| SPARK_HEIGHT - 4 - number * (SPARK_HEIGHT - 8) / most.max(1);
    let points: Vec<String> = history
        .iter()
        .enumerate()
        .map(|(index, (_, number))| format!("{},{}", 4 + index * step, height(*number)))
        .collect();
    let words = format!(
        "Papers per mailing from {} to {}: {fewest} to {most}, last {latest}",
        plain_date(*oldest),
        plain_date(*newest)
    );
    html! {
        @if history.len() > 1 {
            svg.spark viewBox={ "0 0 " (width) " " (SPARK_HEIGHT) } width=(width) height=(SPARK_HEIGHT) role="img" aria-label=(words) {
                polyline points=(points.join(" ")) {}
                circle cx=(width - 4) cy=(height(*latest)) r="2.5" {}
            }
        }
    }
}

/// True if no page shows the mailing that is due, as on a holiday.
fn is_overdue(status: &StatusPage) -> bool {
    let newest = |subject: &SubjectStatus| {
        subject.days.iter().filter(|(_, day)| day.is_some()).map(|(date, _)| *date).max()
    };
    status.subjects.iter().filter_map(newest).max().is_none_or(|newest| newest < status.newest_due)
}

fn is_well(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Complete | Verdict::Quiet | Verdict::Unread)
}

fn optional(at: Option<Timestamp>) -> Markup {
    html! { @if let Some(at) = at { (moment(at)) } @else { "never" } }
}

/// `in 2 hours and 14 minutes`.
fn until(now: Timestamp, then: Timestamp) -> String {
    let minutes = then.duration_since(now).max(SignedDuration::ZERO).as_secs().div_euclid(60);
    let number = |number: i64, one: &str| count(usize::try_from(number).unwrap_or_default(), one);
    match (minutes / (24 * 60), minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => "any moment now".to_owned(),
        (0, 0, minutes) => format!("in {}", number(minutes, "minute")),
        (0, hours, minutes) => format!("in {} and {}", number(hours, "hour"), number(minutes, "minute")),
        (days, hours, _) => format!("in {} and {}", number(days, "day"), number(hours, "hour")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_until_a_mailing_is_written_in_words() {
        let now: Timestamp = "2026-03-06T02:59:30Z".parse().expect("a time");
        let check = |then: &str, words: &str| assert_eq!(until(now, then.parse().expect("a time")), words);
        check("2026-03-09T00:00:00Z", "in 2 days and 21 hours");
        check("2026-03-06T05:14:00Z", "in 2 hours and 14 minutes");
        check("2026-03-06T03:01:00Z", "in 1 minute");
        check("2026-03-06T03:00:00Z", "any moment now");
        check("2026-03-01T00:00:00Z", "any moment now");
    }

    #[test]
    fn a_line_of_papers_stays_inside_its_drawing() {
        let day = |number: i8| jiff::civil::date(2026, 3, number);
        let html = spark(&[(day(2), 0), (day(3), 500), (day(4), 0)]).into_string();
        assert!(html.contains("points=\"4,24 20,4 36,24\""), "{html}");
        assert!(html.contains("2 March 2026 to 4 March 2026: 0 to 500, last 0"), "{html}");
        assert!(!spark(&[(day(2), 0)]).into_string().contains("svg") && spark(&[]).into_string().is_empty());
    }
}
