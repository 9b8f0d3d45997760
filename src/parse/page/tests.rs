//! Pages that are hard to parse, each in its smallest form.

use super::*;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

const DAY: &str = "<h3>Showing new listings for Monday, 2 March 2026</h3>";
const TOTAL: &str = "<div class='paging'>Total of 1 entries \n</div>\
    <div class='morefewer'>Showing up to 2000 entries per page:</div>";

fn entry(position: u32) -> String {
    let id = format!("2602.{position:05}");
    format!(
        "<dt><a name='item{position}'>[{position}]</a> <a href =\"/abs/{id}\" title=\"Abstract\" id=\"{id}\">arXiv:{id}</a></dt>\
         <dd><div class='meta'><div class='list-title mathjax'>Title</div><div class='list-authors'>A. B.</div>\
         <div class='list-subjects'><span class=\"primary-subject\">Distributed (cs.DC)</span></div></div></dd>"
    )
}

fn list(heading: &str, inside: &str) -> String {
    format!("<dl id='articles'><h3>{heading}</h3>{inside}</dl>")
}

fn page(inside: &str) -> Result<Listing, PageError> {
    let page = format!("<html><body><div id='dlpage'><h1>Machine Learning</h1>{inside}</div></body></html>");
    listing(page.as_bytes(), None)
}

fn sound() -> String {
    format!("{DAY}{TOTAL}{}{TOTAL}", list("New submissions (showing 1 of 1 entries)", &entry(1)))
}

fn check_refused(inside: &str, found: &str) {
    let refusal = page(inside).expect_err(inside);
    assert_eq!((refusal.verdict, refusal.found.as_str()), (Verdict::Unrecognized, found));
}

#[test]
fn a_sound_page_is_read_in_full() {
    let listing = page(&sound()).expect("a listing");
    assert_eq!(listing.kind, ListingKind::New(jiff::civil::date(2026, 3, 2)));
    assert_eq!((listing.name.as_str(), listing.subject), ("Machine Learning", None));
    assert_eq!((listing.total, listing.page_size, listing.entries_found()), (Some(1), Some(2000), 1));
    assert_eq!(
        (listing.first_position(), listing.last_position(), listing.next_skip()),
        (Some(1), Some(1), None)
    );
}

#[test]
fn the_subject_comes_from_a_link_of_the_page() {
    for link in [
        "<p>See <a id=\"recent-stat.ML\" href=\"/x\">recent</a></p>",
        "<p><a id=\"new-stat.ML\">new</a></p>",
        "<div class='paging'><a href=/list/stat.ML/new?skip=0&amp;show=2000>1-2000</a></div>",
        "<ul><li><a href=\"/catchup/stat.ML/2026-03-02?page=1#item1\">New</a></li></ul>",
    ] {
        let listing = page(&format!("{link}{}", sound())).expect(link);
        assert_eq!(listing.subject.map(SubjectId::as_str), Some("stat.ML"), "{link}");
    }
}

#[test]
fn a_unique_name_gives_the_subject_unless_the_papers_have_other_primaries() {
    let named = |name: &str| {
        let page = format!(
            "<html><div id=dlpage><h1>Catchup results for {name} on Mon, 02 Mar 2026</h1><div>\n Total of 1 entries for Mon</div>{}</div></html>",
            list("New submissions (showing 1 of 1 entries)", &entry(1))
        );
        listing(page.as_bytes(), None).expect(name).subject.map(SubjectId::as_str)
    };
    assert_eq!(named("Distributed, Parallel, and Cluster Computing"), Some("cs.DC"));
    assert_eq!(named("Physics"), None);
}

#[test]
fn a_list_outside_of_the_listing_is_ignored() {
    let banner = "<dl id='articles'><dt>hi</dt><dd>there</dd></dl>";
    let page = format!(
        "<html>{banner}<script>'<dt>'</script><div id=dlpage><h1>X</h1>{}</div>{banner}</html>",
        sound()
    );
    assert_eq!(listing(page.as_bytes(), None).expect("a listing").entries_found(), 1);
}

#[test]
fn an_empty_day_must_be_said() {
    let quiet = page(&format!("{DAY}<p>No updates today.</p>")).expect("a quiet day");
    assert!(quiet.says_no_updates && quiet.total.is_none());
    check_refused(DAY, "neither entries nor «No updates»");
    check_refused(&format!("{DAY}{TOTAL}"), "a total of 1 entries and no `dl#articles`");
}

#[test]
fn one_empty_day_among_recent_ones_is_not_an_empty_page() {
    let empty = list("Thu, 26 Feb 2026", "<p>No updates for this time period.</p>");
    let recent = "<h2>Authors and titles for recent submissions</h2>";
    let days = list("Fri, 27 Feb 2026 (showing 1 of 1 entries )", &entry(1)) + &empty;
    assert!(!page(&format!("{recent}{TOTAL}{days}")).expect("a listing").says_no_updates);
    assert!(page(&format!("{recent}{empty}{empty}")).expect("a listing").says_no_updates);
    check_refused(
        &format!("{recent}{}", list("Thu, 26 Feb 2026", "")).replace("Thu, 26 Feb 2026", "26 Feb"),
        "a section that is none of ours, headed «26 Feb»",
    );
}

#[test]
fn an_unknown_day_or_heading_is_named() {
    check_refused(
        &sound().replace(DAY, ""),
        "no line «Showing new listings for …» or «Authors and titles for …»",
    );
    check_refused(
        &sound().replace("2 March", "31 February"),
        "a day that is none, headed «Showing new listings for Monday, 31 February 2026»",
    );
    check_refused(
        &sound().replace("Monday", "Sunday"),
        "a day that is none, headed «Showing new listings for Sunday, 2 March 2026»",
    );
    check_refused(
        &sound().replace("New sub", "Neue Sub"),
        "a section that is none of ours, headed «Neue Submissions (showing 1 of 1 entries)»",
    );
}

#[test]
fn renamed_markup_is_never_an_empty_day() {
    check_refused(
        &sound().replace("'articles'", "'papers'"),
        "a total of 1 entries and no `dl#articles`; instead a list without the id `articles`",
    );
    check_refused(
        &sound()
            .replace("<dl", "<div")
            .replace("</dl", "</div")
            .replace("<dt", "<div")
            .replace("<dd", "<div"),
        "a total of 1 entries and no `dl#articles`; instead the heading «New submissions (showing 1 of 1 entries)»",
    );
    check_refused(
        &sound().replace("list-", "paper-"),
        "a listing of 1 entries, none with its title where we look",
    );
    let perl = "<h2>Authors and titles for recent submissions</h2><h3>Fri, 9 Oct 2020</h3><dl><dt><span class=\"list-identifier\">x</span></dt></dl>";
    check_refused(perl, page_error::OLD_FORMAT);
}

#[test]
fn a_truncated_page_is_refused_even_if_its_counts_agree() {
    let page = format!("<html><div id=dlpage><h1>X</h1>{}</div>", sound());
    let refusal = listing(page.as_bytes(), None).expect_err("cut");
    assert_eq!(refusal.found, "a page that is cut off: it does not end in `</html>`");
}

#[test]
fn a_lone_dt_or_dd_is_reported_and_not_counted() {
    let lone = format!("{}<dt><a name='item2'>[2]</a></dt>{}<dd>x</dd>", entry(1), entry(3));
    let listing = page(&format!("{DAY}{TOTAL}{}", list("New submissions (showing 3 of 3 entries)", &lone)))
        .expect("a listing");
    let section = &listing.sections[0];
    assert_eq!((section.found, section.entries.len()), (2, 2));
    let reasons: Vec<&str> = section.unreadable.iter().map(|entry| entry.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["item 2: a `dt` without its `dd`", "an item without a number: a `dd` without its `dt`"]
    );
}

#[test]
fn limits_have_names() {
    let many: String = (1..=ENTRIES_MAX + 1).map(entry).collect();
    check_refused(
        &format!("{DAY}{TOTAL}{}", list("New submissions (showing 1 of 1 entries)", &many)),
        "a page of more than 5000 entries",
    );
    let refusal = listing(&vec![b' '; PAGE_BYTES_MAX + 1], None).expect_err("too large");
    assert_eq!(refusal.found, "a page of 33554433 bytes, more than 33554432");
    check_refused(&"<div>".repeat(NESTING), "elements nested deeper than 256");
}

const NESTING: usize = guard::NESTING_MAX + 1;

#[test]
fn two_totals_are_one_too_many() {
    check_refused(&format!("{}{}", sound(), TOTAL.replace('1', "2")), "two totals on one page, 1 and 2");
}
