//! Pages whose counts agree and whose content is wrong: each gets the right verdict and reason.

use std::fmt::Write;

use crosslist::domain::taxonomy::SubjectId;
use crosslist::domain::verdict::Verdict;
use crosslist::parse::{self, Proof, announcements, prove};

use super::bytes_of;

const MONDAY: &str = "cs.DC-new-2026-03-02.html";

fn text_of(file: &str) -> String {
    String::from_utf8(bytes_of(file)).expect("UTF-8")
}

/// The entries of a page, each from its `dt` to the end of its `dd`.
fn entries_of(page: &str) -> Vec<&str> {
    page.match_indices("<dt>")
        .map(|(at, _)| &page[at..at + page[at..].find("</dd>").expect("an end") + 5])
        .collect()
}

fn judged(page: &[u8]) -> Result<(Proof, usize), String> {
    let listing = parse::listing(page, None).map_err(|refusal| refusal.found)?;
    let proof = prove(std::slice::from_ref(&listing));
    let subject = listing.subject.unwrap_or_else(SubjectId::example);
    Ok((proof, announcements(vec![listing], subject).iter().map(|day| day.entries.len()).sum()))
}

/// Not proved, and the reason says this; returns whether the rest is trusted, what is missing, and what is delivered.
fn check(page: &str, says: &str) -> Option<(bool, u32, usize)> {
    match judged(page.as_bytes()) {
        Err(found) => {
            assert!(found.contains(says), "{found}");
            None
        }
        Ok((proof, delivered)) => {
            assert_eq!(proof.verdict, Verdict::Incomplete, "{says}");
            assert!(proof.errors.iter().any(|fault| fault.contains(says)), "{:?}", proof.errors);
            Some((proof.counts_hold, proof.missing, delivered))
        }
    }
}

fn check_whole(page: &[u8], count: usize) {
    let (proof, delivered) = judged(page).expect("a listing");
    assert_eq!((proof.errors, delivered), (Vec::new(), count));
}

#[test]
fn an_item_in_the_place_of_another_is_missed() {
    let page = text_of(MONDAY);
    let entries = entries_of(&page);
    let twice = entries[0].replace("'item1'>[1]", "'item2'>[2]");
    let told = check(&page.replace(entries[1], &twice), "items 1 and 2 are the same paper, 2602.23598");
    assert_eq!(told, Some((true, 1, 18)));
}

#[test]
fn a_listing_under_another_heading_gives_no_entries() {
    let page = text_of("hep-ex-new.html").replace("recent-hep-ex", "recent-cs.DC");
    let page = page.replace("/list/hep-ex/", "/list/cs.DC/");
    let name = SubjectId::example().name();
    let told = check(
        &page.replace("High Energy Physics - Experiment</h1>", &format!("{name}</h1>")),
        "cannot be of this listing",
    );
    assert_eq!(told.map(|(is_trusted, ..)| is_trusted), Some(false));
    check(&page, "a listing headed «High Energy Physics - Experiment» whose links are those of cs.DC");
    let half = text_of("hep-ex-new.html").replace("id=\"recent-hep-ex\"", "id=\"recent-cs.DC\"");
    check(&half, "links to the listings of");
}

#[test]
fn an_item_of_another_subject_is_left_out_and_reported() {
    let page = text_of(MONDAY);
    let entries = entries_of(&page);
    let foreign = entries[2].replace("(cs.DC)", "(hep-ex)");
    let says = "item 3: a new submission of cs.DC whose primary subject is hep-ex";
    assert_eq!(check(&page.replace(entries[2], &foreign), says), Some((true, 1, 18)));
    let foreign = entries[18].replace("(cs.DC)", "(hep-ex)");
    assert_eq!(
        check(&page.replace(entries[18], &foreign), "item 19: an entry of cs.DC"),
        Some((true, 1, 18))
    );
}

#[test]
fn swapped_headings_of_sections_are_detected() {
    let page = text_of(MONDAY);
    let swapped = page
        .replace("<h3>New sub", "<h3>X")
        .replace("<h3>Cross sub", "<h3>New sub")
        .replace("<h3>X", "<h3>Replacement sub");
    check(&swapped, "are marked so");
    let unmarked = page.replace("<h3>Cross sub", "<h3>New sub");
    let mut stripped = String::new();
    for line in unmarked.lines().filter(|line| !line.contains("(cross-list from ")) {
        writeln!(stripped, "{line}").expect("a line");
    }
    check(&stripped, "a new submission of cs.DC whose primary subject is");
}

#[test]
fn the_day_of_another_year_is_detected() {
    let page = text_of(MONDAY);
    let told = check(
        &page.replace("Monday, 2 March 2026", "Monday, 3 March 2025"),
        "was not given out yet on 2025-03-03",
    );
    assert_eq!(told.map(|(is_trusted, ..)| is_trusted), Some(false));
    check(
        &page.replace("Monday, 2 March 2026", "Monday, 1 March 2027"),
        "was given out long before 2027-03-01",
    );
    let recent = text_of("cs.DC-recent.html");
    check(
        &recent.replace("<h3>Mon, 2 Mar 2026", "<h3>Tue, 3 Mar 2026"),
        "a day that the head of the page does not name",
    );
}

#[test]
fn a_list_that_is_there_twice_does_not_add_up() {
    let page = text_of(MONDAY);
    let start = page.find("<dl id='articles'>").expect("a list");
    let list = &page[start..start + page[start..].find("</dl>").expect("an end") + 5];
    check(&page.replace(list, &list.repeat(2)), "shows 12 of 6 entries");
}

#[test]
fn an_item_that_is_cut_out_is_missed_whatever_the_numbers_say() {
    let page = text_of(MONDAY);
    let mut cut = page.replace(entries_of(&page)[2], "");
    for number in 4..=19 {
        let renumbered = format!("'item{}'>[{}]", number - 1, number - 1);
        cut = cut.replace(&format!("'item{number}'>[{number}]"), &renumbered);
    }
    check(&cut, "New submissions: says 6 entries, holds 5");
    check(&cut.replace("showing 6 of 6", "showing 5 of 5"), "entries");
    check(&cut.replacen("showing 6 of 6", "showing 5 of 5", 1), "1 of 19 entries are not on the page");
}

#[test]
fn a_page_inside_a_comment_is_not_a_page() {
    let page = text_of(MONDAY);
    check(&format!("<html><body><!--{page}--></body></html>"), "");
    let inside = page.replacen(
        "<dl id='articles'>",
        "<!-- <dl id='articles'><h3>New submissions (showing 1 of 1 entries)</h3></dl> --><dl id='articles'>",
        1,
    );
    check_whole(inside.as_bytes(), 19);
}

#[test]
fn two_listings_on_one_page_are_refused() {
    let (monday, tuesday) = (text_of(MONDAY), text_of("cs.DC-new-2026-03-03.html"));
    check(&format!("{monday}{tuesday}"), "two listings on one page");
    check(&monday.repeat(2), "two listings on one page");
    let day = "<h3>Showing new listings for Tuesday, 3 March 2026</h3>";
    check(
        &monday.replacen("<dl id='articles'>", &format!("{day}<dl id='articles'>"), 1),
        "two listings on one page",
    );
    let name = "<h1>Performance</h1>";
    check(
        &monday.replacen("<dl id='articles'>", &format!("{name}<dl id='articles'>"), 1),
        "two listings on one page",
    );
}

#[test]
fn markup_of_an_item_in_an_abstract_is_text_or_one_too_many() {
    let page = text_of(MONDAY);
    let entry = entries_of(&page)[0];
    let forged = entry.replace("2602.23598", "2602.99999").replace("'item1'>[1]", "'item20'>[20]");
    let escaped = forged.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let with = |text: &str| {
        page.replace(entry, &entry.replacen("<p class='mathjax'>", &format!("<p class='mathjax'>{text}"), 1))
    };
    check_whole(with(&escaped).as_bytes(), 19);
    check(&with(&forged), "New submissions: says 6 entries, holds");
}

#[test]
fn nested_lists_are_incomplete() {
    let page = text_of(MONDAY);
    check(&page.replacen("</dl>", "", 1), "");
    check(&page.replace("<dl id='articles'>", "<dl id='articles'><div>"), "");
    let entry = entries_of(&page)[0];
    check(&page.replace(entry, &format!("<dd>{entry}</dd>")), "");
}

#[test]
fn an_entry_with_two_papers_is_unreadable() {
    let page = text_of(MONDAY);
    let told = check(
        &page.replacen("/abs/2602.23598\"", "/abs/2602.23599\"", 1),
        "item 1: two identifiers, 2602.23598 and 2602.23599",
    );
    assert_eq!(told, Some((true, 1, 18)));
}

/// Issue 15, item 7: a byte that is no UTF-8 keeps no paper out, wherever in an entry's words it stands.
#[test]
fn a_byte_that_is_no_utf_8_keeps_no_paper_out() {
    const STEP: usize = 23;
    let page = text_of(MONDAY);
    let start = page.find("<dt>").expect("an entry");
    let end = start + entries_of(&page)[0].len();
    let mut is_text = false;
    let mut noted = 0;
    for at in start..end {
        match page.as_bytes()[at] {
            b'>' => is_text = true,
            b'<' => is_text = false,
            byte if is_text && byte.is_ascii_alphanumeric() && at % STEP == 0 => {
                for byte in [&b"\xff"[..], b"\xe4\xbd", b"\xed\xa0\x80", b"\0"] {
                    let damaged = [&page.as_bytes()[..at], byte, &page.as_bytes()[at..]].concat();
                    let (proof, delivered) = judged(&damaged).expect("a listing");
                    assert_eq!(
                        (proof.verdict, delivered),
                        (Verdict::Complete, 19),
                        "{at}: {:?}",
                        proof.errors
                    );
                    assert!(proof.notes.len() <= 1, "{:?}", proof.notes);
                    noted += proof.notes.len();
                }
            }
            _ => {}
        }
    }
    assert!(noted > 20, "{noted}");
}

#[test]
fn a_damaged_place_of_an_entry_gives_way_to_another() {
    let page = text_of(MONDAY);
    let damage = |from: &str, to: &[u8]| {
        let at = page.find(from).expect(from);
        [&page.as_bytes()[..at], to, &page.as_bytes()[at + from.len()..]].concat()
    };
    check_whole(&damage("id=\"2602.23598\"", b"id=\"2602.2\xff598\""), 19);
    check_whole(&damage("/abs/2602.23598\"", b"/abs/2602.2\xff598\""), 19);
    check_whole(&damage("name='item1'", b"name='it\xffm1'"), 19);
    check_whole(&damage("(cross-list from ", b"(cros\xff-list from "), 19);
    check_whole(&damage("(replaced)", b"(repl\xffced)"), 19);
    check_whole(&[page.trim_end().as_bytes(), b"\xc3\n"].concat(), 19);
    let lost = damage("QoSFlow", b"\xff\xfe");
    check_whole(&lost, 19);
}

#[test]
fn a_page_that_ends_inside_a_character_is_truncated() {
    let page = bytes_of(MONDAY);
    let cut = [&page[..page.len() / 2], &b"\xe4\xbd"[..]].concat();
    assert!(judged(&cut).expect_err("cut").contains("cut off"));
    let utf16: Vec<u8> = text_of(MONDAY).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [&b"\xff\xfe"[..], &utf16].concat();
    check_whole(&utf16, 19);
    assert!(judged(&utf16[..(utf16.len() / 2) | 1]).expect_err("cut").contains("cut off"));
    let latin = parse::listing(&[&b"\xfc"[..], &page].concat(), Some("windows-1252")).expect("a listing");
    assert_eq!(prove(&[latin]).notes, Vec::<String>::new());
}
