//! What a day comes to in the end: lies of pages that add up, clocks that are wrong, restarts in between.

use crosslist::domain::outcome::{Day, EntryCounts};
use crosslist::domain::taxonomy::SubjectId;
use crosslist::domain::verdict::Verdict;
use crosslist::settings::Sources;
use crosslist::startup::Keep;
use jiff::civil::date;
use serde_json::Value;

use crate::support::service::{Arxiv, Running, page};
use crate::support::store::open_file;

/// Two hours after the mailings of that week.
const MONDAY: &str = "2026-03-02T03:00:00Z";
const TUESDAY: &str = "2026-03-03T03:00:00Z";
const FRIDAY: &str = "2026-03-06T03:00:00Z";

const DAYS: [(&str, &str, &str); 5] = [
    ("2026-03-02", "Monday, 2 March 2026", "cs.DC-new-2026-03-02.html"),
    ("2026-03-03", "Tuesday, 3 March 2026", "cs.DC-new-2026-03-03.html"),
    ("2026-03-04", "Wednesday, 4 March 2026", "cs.DC-new-2026-03-04-empty.html"),
    ("2026-03-05", "Thursday, 5 March 2026", "cs.DC-new-2026-03-05-only-rep.html"),
    ("2026-03-06", "Friday, 6 March 2026", "cs.DC-new-2026-03-06.html"),
];

/// An arXiv and a file that one service after the other uses.
struct World {
    arxiv: Arxiv,
    folder: tempfile::TempDir,
    sources: Sources,
}

impl World {
    async fn new(watch: &str, fill_days: &str) -> Self {
        let sources = Sources::default().with_override("test", "subjects.watch", watch).with_override(
            "test",
            "subjects.fill_days",
            fill_days,
        );
        Self { arxiv: Arxiv::start().await, folder: tempfile::tempdir().expect("a folder"), sources }
    }

    /// The mailing that `/new` shows; the days up to it can be caught up.
    fn mail(&self, newest: &str) {
        for (day, _, file) in DAYS.iter().filter(|(day, ..)| *day <= newest) {
            self.arxiv.page(&format!("/catchup/cs.DC/{day}?abs=True"), file);
            self.arxiv.page("/list/cs.DC/new", file);
        }
    }

    fn catch_up(&self, day: &str, body: &str) {
        self.arxiv.answer(&format!("/catchup/cs.DC/{day}?abs=True"), 200, body);
    }

    fn caught_up(&self, day: &str) -> usize {
        self.arxiv.asked(&format!("/catchup/cs.DC/{day}?abs=True"))
    }

    async fn at(&self, now: &str) -> Running {
        let keep = Keep::InFile(self.folder.path().join("crosslist.db"));
        let service = Running::over_with(&self.arxiv, self.sources.clone(), keep, now).await;
        service.ask(reqwest::Method::POST, "/admin/refresh", &[]).await;
        service
    }

    /// The items that a service which starts now has in the end.
    async fn items(&self, now: &str) -> Vec<Value> {
        let service = self.at(now).await;
        let items = items(&service, "/subjects/cs.DC.json").await;
        service.stop().await;
        items
    }

    async fn verdict(&self, now: &str, day: &str) -> Value {
        let service = self.at(now).await;
        let status = service.feed("/status.json").await;
        service.stop().await;
        let days = status["subjects"][0]["days"].as_array().expect("days").clone();
        days.into_iter().find(|known| known["date"] == day).map_or(Value::Null, |day| day["verdict"].clone())
    }
}

async fn items(service: &Running, path: &str) -> Vec<Value> {
    service.feed(path).await["items"].as_array().expect("items").clone()
}

fn ids_and_dates(items: &[Value]) -> Vec<(String, String)> {
    let text = |item: &Value, name: &str| item[name].as_str().expect("text").to_owned();
    items.iter().map(|item| (text(item, "id"), text(item, "date_published"))).collect()
}

/// A page under another date.
fn dated(file: &str, day: &str) -> String {
    let (_, shown, _) = DAYS.iter().find(|(_, _, name)| *name == file).expect("a day");
    let (_, other, _) = DAYS.iter().find(|(date, ..)| *date == day).expect("a day");
    page(file).replace(shown, other)
}

/// A page of a day on which nothing was announced.
fn empty(day: &str) -> String {
    dated("cs.DC-new-2026-03-04-empty.html", day)
}

#[tokio::test]
async fn a_clock_that_is_months_ahead_loses_no_day() {
    let world = World::new("cs.DC", "7").await;
    world.mail("2026-03-06");
    assert_eq!(world.items("2026-07-06T12:00:00Z").await.len(), 37);
    let service = world.at(FRIDAY).await;
    assert_eq!(items(&service, "/subjects/cs.DC.json").await.len(), 37);
    assert_eq!(service.feed("/status.json").await["subjects"][0]["gaps"], serde_json::json!([]));
    // What is due by the right clock alone is asked for: once more, for the days that the other one has read.
    assert_eq!(world.caught_up("2026-03-03"), 2);
    service.stop().await;
}

#[tokio::test]
async fn a_gap_that_a_wrong_clock_has_marked_is_read_after_all() {
    let world = World::new("cs.DC", "0").await;
    world.mail("2026-03-06");
    let path = world.folder.path().join("crosslist.db");
    let store = open_file(&path, &world.arxiv.base).await.expect("a store");
    for day in 2..=5 {
        let (subject, read) = (SubjectId::example(), "2026-07-06T12:00:00Z".parse().expect("a time"));
        let (date, counts) = (date(2026, 3, day), EntryCounts::default());
        let gap = Day { subject, date, verdict: Verdict::Gap, counts, missing: 0, read, checks: 0 };
        store.mark(&gap).await.expect("kept");
    }
    store.close().await;
    assert_eq!(world.items(FRIDAY).await.len(), 37);
}

#[tokio::test]
async fn a_catch_up_that_is_quiet_is_asked_again_after_hours_and_after_a_day_over_restarts() {
    let world = World::new("cs.DC", "4").await;
    world.mail("2026-03-06");
    world.catch_up("2026-03-03", &empty("2026-03-03"));
    assert_eq!(world.items(FRIDAY).await.len(), 28);
    assert_eq!(world.verdict("2026-03-06T04:00:00Z", "2026-03-03").await, "quiet");
    assert_eq!(world.caught_up("2026-03-03"), 1);
    assert_eq!(world.items("2026-03-06T09:30:00Z").await.len(), 28);
    assert_eq!(world.caught_up("2026-03-03"), 2);
    world.mail("2026-03-06");
    let found = world.items("2026-03-07T04:00:00Z").await;
    assert_eq!((found.len(), world.caught_up("2026-03-03")), (37, 3));
    // In its own mailing, a date for each.
    let dates: Vec<&str> =
        found[9..18].iter().map(|item| item["date_published"].as_str().expect("a date")).collect();
    assert!(dates.windows(2).all(|pair| pair[0] > pair[1]), "{dates:?}");
    assert!(dates[0] <= "2026-03-03T01:00:00Z" && dates[8] > "2026-03-03T00:00:00Z", "{dates:?}");
}

#[tokio::test]
async fn a_quiet_day_of_which_other_subjects_have_papers_is_not_quiet() {
    let world = World::new("cs.DC,cs.PF", "4").await;
    // What cs.PF shows on Tuesday is what cs.DC has.
    let other = |day: &str, body: &str| {
        let body = body.replace("/cs.DC/", "/cs.PF/").replace("recent-cs.DC", "recent-cs.PF");
        let (home, away) = ("Distributed, Parallel, and Cluster Computing (cs.DC)", "Performance (cs.PF)");
        let body = body.replace(&format!("{home}</span>"), &format!("{away}</span>; {home}"));
        let body = body.replace(&format!("; {home}"), &format!("; {away}; {home}"));
        let body = body.replace("Distributed, Parallel, and Cluster Computing</h1>", "Performance</h1>");
        world.arxiv.answer(&format!("/catchup/cs.PF/{day}?abs=True"), 200, &body);
        world.arxiv.answer("/list/cs.PF/new", 200, &body);
    };
    world.mail("2026-03-06");
    for (day, ..) in &DAYS {
        other(day, &empty(day));
    }
    other("2026-03-03", &page("cs.DC-new-2026-03-03.html"));
    other("2026-03-06", &empty("2026-03-06"));
    world.catch_up("2026-03-03", &empty("2026-03-03"));
    assert_eq!(world.items(FRIDAY).await.len(), 28);
    for (now, day) in [("2026-03-06T10:00:00Z", "2026-03-03"), ("2026-03-20T10:00:00Z", "2026-03-03")] {
        assert_ne!(world.verdict(now, day).await, "quiet");
    }
    world.mail("2026-03-06");
    assert_eq!(world.items("2026-03-20T11:00:00Z").await.len(), 37);
}

#[tokio::test]
async fn what_new_shows_short_all_day_comes_with_one_catch_up_on_the_next_day() {
    for lie in [empty("2026-03-02"), {
        // The replacements alone, with their own counts.
        let whole = page("cs.DC-new-2026-03-02.html");
        let start = whole.find("<dl id='articles'>").expect("a list");
        let end = whole.rfind("<dl id='articles'>").expect("the last list");
        let (mut short, rest) = (whole[..start].to_owned(), &whole[end..]);
        short.push_str(rest);
        for (position, before) in (1..=7).zip(13..=19) {
            short = short.replace(
                &format!("name='item{before}'>[{before}]"),
                &format!("name='item{position}'>[{position}]"),
            );
        }
        short.replace("Total of 19 entries", "Total of 7 entries")
    }] {
        let world = World::new("cs.DC", "0").await;
        world.mail("2026-03-02");
        world.arxiv.answer("/list/cs.DC/new", 200, &lie);
        let before = world.items(MONDAY).await;
        assert!(before.len() < 19);
        assert_eq!(world.items("2026-03-02T13:05:00Z").await.len(), before.len());
        world.mail("2026-03-03");
        let after = world.items(TUESDAY).await;
        assert_eq!(after.len(), 28);
        let kept = ids_and_dates(&after);
        assert!(ids_and_dates(&before).iter().all(|item| kept.contains(item)));
        // It is settled then, but for an empty one, which is asked for a last time.
        assert_eq!(world.items("2026-03-03T23:00:00Z").await, after);
        assert!(world.caught_up("2026-03-02") <= 2, "{}", world.caught_up("2026-03-02"));
    }
}

#[tokio::test]
async fn a_title_that_arxiv_corrects_is_taken_over_and_one_of_a_later_version_is_not() {
    let world = World::new("cs.DC", "0").await;
    world.mail("2026-03-02");
    let before = world.items(MONDAY).await;
    let titled = |body: String, number: usize, title: &str| {
        let mut parts = body.splitn(number + 1, "Title:</span>");
        let head: Vec<&str> = parts.by_ref().take(number).collect();
        let rest = parts.next().expect("a title");
        format!(
            "{}Title:</span>{title}{}",
            head.join("Title:</span>"),
            &rest[rest.find("</div>").expect("its end")..]
        )
    };
    world.arxiv.answer(
        "/list/cs.DC/new",
        200,
        &titled(page("cs.DC-new-2026-03-02.html"), 1, "Corrected at noon"),
    );
    let service = world.at("2026-03-02T12:00:00Z").await;
    let noon = items(&service, "/subjects/cs.DC.json").await;
    assert_eq!(noon[0]["title"], "Corrected at noon");
    assert_eq!(ids_and_dates(&noon), ids_and_dates(&before));
    assert_eq!(items(&service, "/search.json?q=ti:%22at%20noon%22&subjects=cs.DC").await.len(), 1);
    service.stop().await;
    // The catch-up of the next day shows both as they are now: the first was replaced on that day.
    world.mail("2026-03-03");
    let later = titled(page("cs.DC-new-2026-03-02.html"), 1, "The second version");
    world.catch_up("2026-03-02", &titled(later, 2, "Corrected at night"));
    let after = world.items(TUESDAY).await;
    let title = |id: &Value| after.iter().find(|item| item["id"] == *id).expect("the item")["title"].clone();
    assert_eq!(title(&before[0]["id"]), "Corrected at noon");
    assert_eq!(title(&before[1]["id"]), "Corrected at night");
    assert_eq!(ids_and_dates(&after)[9..], ids_and_dates(&before)[..]);
}

#[tokio::test]
async fn yesterdays_entries_under_todays_date_are_not_believed_and_nothing_is_lost() {
    for file in ["cs.DC-new-2026-03-02.html", "cs.DC-new-2026-03-03.html"] {
        let world = World::new("cs.DC", "0").await;
        world.mail("2026-03-02");
        if file.contains("03-03") {
            world.mail("2026-03-03");
        }
        let (now, next) = if file.contains("03-03") { ("2026-03-04", 28) } else { ("2026-03-03", 19) };
        let before = world
            .items(&format!("{}T03:00:00Z", DAYS.iter().find(|day| day.2 == file).expect("a day").0))
            .await;
        assert_eq!(before.len(), if next == 28 { 9 } else { 19 });
        world.arxiv.answer("/list/cs.DC/new", 200, &dated(file, now));
        assert_eq!(world.items(&format!("{now}T03:00:00Z")).await, before);
        world.mail("2026-03-06");
        let after = world.items(FRIDAY).await;
        let all: usize = if next == 28 { 18 } else { 37 };
        assert_eq!(after.len(), all);
    }
}

#[tokio::test]
async fn one_paper_that_really_is_replaced_on_two_days_in_a_row_comes_twice_in_the_end() {
    let world = World::new("cs.DC", "0").await;
    world.mail("2026-03-05");
    assert_eq!(world.items("2026-03-05T03:00:00Z").await.len(), 2);
    let friday = dated("cs.DC-new-2026-03-05-only-rep.html", "2026-03-06");
    world.arxiv.answer("/list/cs.DC/new", 200, &friday);
    assert_eq!(world.items(FRIDAY).await.len(), 2);
    // On Monday it is a past day, and its catch-up says the same again and again.
    let monday = page("cs.DC-new-2026-03-02.html").replace("Monday, 2 March 2026", "Monday, 9 March 2026");
    world.arxiv.answer("/list/cs.DC/new", 200, &monday);
    world.catch_up("2026-03-06", &friday);
    for (now, count) in [
        ("2026-03-09T03:00:00Z", 21),
        ("2026-03-09T10:00:00Z", 21),
        ("2026-03-09T17:00:00Z", 23),
        ("2026-03-11T17:00:00Z", 23),
    ] {
        assert_eq!(world.items(now).await.len(), count, "{now}");
    }
}
