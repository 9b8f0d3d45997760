//! A folder responds as arXiv would.

use super::*;
use jiff::civil::date;

const BYTES_MAX: usize = 1000;

/// A folder whose files hold their own names.
fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in names {
        std::fs::write(folder.path().join(name), name).expect("a file");
    }
    folder
}

fn subject(text: &str) -> SubjectId {
    SubjectId::parse(text).expect("a known subject")
}

fn new(text: &str) -> ListingUrl {
    ListingUrl::New { subject: subject(text), skip: 0 }
}

fn catchup(text: &str, date: Date) -> ListingUrl {
    ListingUrl::Catchup { subject: subject(text), date, page: 1 }
}

async fn check(replay: &Replay, url: &ListingUrl, listing_date: Date, expected: Option<&str>) {
    match replay.get(url, listing_date).await {
        Ok(page) => {
            assert_eq!(Some(String::from_utf8_lossy(&page.bytes).as_ref()), expected, "{url:?}");
            assert_eq!(page.url, url.path());
        }
        Err(error) => {
            assert_eq!(None, expected, "{url:?}: {error}");
            assert_eq!(error.verdict, Verdict::Unrecognized);
        }
    }
}

#[test]
fn a_name_says_which_page_a_file_is() {
    let check = |name: &str, expected: Option<(&str, Kind)>| {
        let found = page_of(name);
        let found = found.map(|(subject, kind, day)| {
            assert_eq!(day, date(2026, 3, 2), "{name}");
            (subject.as_str(), kind)
        });
        assert_eq!(found, expected, "{name}");
    };
    check("cs.DC-new-2026-03-02.html", Some(("cs.DC", Kind::New)));
    check("hep-th-new-2026-03-02.html", Some(("hep-th", Kind::New)));
    check("CS.dc-new-2026-03-02-evening.html", Some(("cs.DC", Kind::New)));
    check("cs.SY-recent-2026-03-02.jun2026-skin.html", Some(("eess.SY", Kind::Recent)));
    check("cond-mat.mtrl-sci-catchup-2026-03-02-abs.html", Some(("cond-mat.mtrl-sci", Kind::Catchup)));
    for name in [
        "cs.DC-new.html",
        "cs.DC-new-2026-03-021.html",
        "cs.DC-new-2026-13-02.html",
        "cs.DC-new-2026-3-2.html",
        "cs.DC-new-2026-03-0€.html",
        "cs.DC-new-2026-03-02.htm",
        "cs.DC-new-2026-03-02.html.gz",
        "cs.DC-2026-03-02.html",
        "cs.XX-new-2026-03-02.html",
        "copy of cs.DC-new-2026-03-02.html",
        ".html",
    ] {
        check(name, None);
    }
}

#[tokio::test]
async fn new_is_the_newest_page_that_was_announced() {
    let folder = folder(&[
        "cs.DC-new-2026-02-27.html",
        "cs.DC-new-2026-03-02.html",
        "cs.DC-new-2026-03-03.html",
        "cs.PF-new-2026-03-01.html",
        "cs.DC-catchup-2026-02-25.html",
        "README.md",
    ]);
    let replay = Replay::open(folder.path(), BYTES_MAX).expect("a replay");
    check(&replay, &new("cs.DC"), date(2026, 3, 3), Some("cs.DC-new-2026-03-03.html")).await;
    check(&replay, &new("cs.DC"), date(2026, 3, 2), Some("cs.DC-new-2026-03-02.html")).await;
    check(&replay, &new("cs.DC"), date(2026, 2, 28), Some("cs.DC-new-2026-02-27.html")).await;
    check(&replay, &new("cs.DC"), date(2026, 2, 26), None).await;
    check(&replay, &new("cs.DC"), date(2030, 1, 1), Some("cs.DC-new-2026-03-03.html")).await;
    check(&replay, &new("cs.LG"), date(2026, 3, 3), None).await;
    let second = ListingUrl::New { subject: subject("cs.DC"), skip: 2000 };
    check(&replay, &second, date(2026, 3, 3), None).await;
}

#[tokio::test]
async fn a_catch_up_is_its_own_page_or_the_page_of_the_day_and_never_ahead_of_the_clock() {
    let folder = folder(&[
        "cs.DC-catchup-2026-02-27-abs.html",
        "cs.DC-new-2026-02-27.html",
        "cs.DC-new-2026-03-02.html",
        "cs.DC-new-2026-03-04.html",
    ]);
    let replay = Replay::open(folder.path(), BYTES_MAX).expect("a replay");
    let today = date(2026, 3, 3);
    check(&replay, &catchup("cs.DC", date(2026, 2, 27)), today, Some("cs.DC-catchup-2026-02-27-abs.html"))
        .await;
    check(&replay, &catchup("cs.DC", date(2026, 3, 2)), today, Some("cs.DC-new-2026-03-02.html")).await;
    check(&replay, &catchup("cs.DC", date(2026, 3, 3)), today, None).await;
    check(&replay, &catchup("cs.DC", date(2026, 3, 4)), today, None).await;
    let second = ListingUrl::Catchup { subject: subject("cs.DC"), date: date(2026, 2, 27), page: 2 };
    check(&replay, &second, today, None).await;
}

#[tokio::test]
async fn an_error_for_a_missing_page_names_the_saved_ones() {
    let folder = folder(&["cs.DC-new-2026-03-02.html", "hep-th-new-2026-02-27.html"]);
    let replay = Replay::open(folder.path(), BYTES_MAX).expect("a replay");
    let error = replay.get(&new("cs.LG"), date(2026, 3, 2)).await.expect_err("no such page");
    assert_eq!(
        error.reason,
        format!(
            "no saved page for `/list/cs.LG/new` on 2026-03-02 in `{}`; it holds cs.DC, hep-th, up to 2026-03-02",
            shown(&folder.path().to_string_lossy())
        )
    );
}

#[tokio::test]
async fn a_file_above_the_limit_or_gone_since_is_an_error() {
    let folder = folder(&["cs.DC-new-2026-03-02.html", "cs.PF-new-2026-03-02.html"]);
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("cs.DC-new-2026-03-02.html"), vec![b'x'; BYTES_MAX + 1]).expect("a file");
    let replay = Replay::open(folder.path(), BYTES_MAX).expect("a replay");
    let error = replay.get(&new("cs.DC"), date(2026, 3, 2)).await.expect_err("too long");
    assert_eq!(error.verdict, Verdict::Unrecognized);
    std::fs::remove_file(file("cs.PF-new-2026-03-02.html")).expect("removed");
    let error = replay.get(&new("cs.PF"), date(2026, 3, 2)).await.expect_err("gone");
    assert_eq!(
        error.reason,
        "`/list/cs.PF/new` could not be read from `cs.PF-new-2026-03-02.html`: no such file or directory"
    );
    assert_eq!(error.verdict, Verdict::Unreachable);
}

#[test]
fn the_clock_starts_when_the_newest_page_is_due() {
    let folder = folder(&[
        "cs.DC-new-2026-03-05.html",
        "cs.PF-catchup-2026-03-06.html",
        "cs.LG-recent-2026-04-01.html",
    ]);
    std::fs::create_dir(folder.path().join("cs.DC-new-2026-05-01.html")).expect("a folder");
    let replay = Replay::open(folder.path(), BYTES_MAX).expect("a replay");
    assert_eq!(replay.newest_date(), date(2026, 3, 6));
    assert_eq!(replay.start_time().to_string(), "2026-03-06T02:00:00Z");
    assert_eq!(mailing::newest_due(replay.start_time()), replay.newest_date());
}

#[test]
fn a_folder_that_cannot_be_replayed_is_an_error_with_a_reason() {
    let error = |folder: &Path| Replay::open(folder, BYTES_MAX).expect_err("no replay").to_string();
    let missing = folder(&[]).path().join("demo");
    assert!(
        error(&missing).ends_with("/demo` cannot be read: no such file or directory"),
        "{}",
        error(&missing)
    );
    for names in [vec![], vec!["notes.html"], vec!["cs.DC-recent-2026-03-02.html"]] {
        let folder = folder(&names);
        assert!(error(folder.path()).contains("` holds no page; names are such as"), "{names:?}");
    }
    let doublets = folder(&["eess.SY-new-2026-03-02.html", "cs.SY-new-2026-03-02-b.html"]);
    let error = error(doublets.path());
    assert!(
        error.starts_with("`cs.SY-new-2026-03-02-b.html` and `eess.SY-new-2026-03-02.html` in"),
        "{error}"
    );
}
