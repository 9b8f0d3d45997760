//! Entries that are hard to parse, each on the smallest page with it.

use scraper::{Html, Selector};

use super::*;

const META: &str = "<div class='list-title mathjax'><span class='descriptor'>Title:</span>\n  A title\n</div>\
    <div class='list-authors'><a href=x>A. Author</a></div>\
    <div class='list-subjects'><span class='descriptor'>Subjects:</span>\n\
    <span class=\"primary-subject\">Distributed (cs.DC)</span>; Performance (cs.PF)</div>";

const TERM: &str = "<a name='item7'>[7]</a> <a href =\"/abs/2602.23598\" title=\"Abstract\" id=\"2602.23598\">\n arXiv:2602.23598</a>";

fn read(term: &str, meta: &str, broken: Option<&'static str>) -> Result<ListingEntry, String> {
    read_whole(term, meta, broken).map(|read| read.announced)
}

fn read_whole(term: &str, meta: &str, broken: Option<&'static str>) -> Result<ReadEntry, String> {
    let page =
        Html::parse_document(&format!("<dl><dt>{term}</dt><dd><div class='meta'>{meta}</div></dd></dl>"));
    let first = |name: &str| page.select(&Selector::parse(name).expect("a selector")).next().expect(name);
    let read = EntryReader::new(broken).read(first("dt"), first("dd"), SectionHeading::New);
    read.map_err(|entry_error| entry_error.unreadable.reason)
}

fn paper(term: &str, meta: &str) -> Paper {
    Arc::unwrap_or_clone(read(term, meta, None).expect("a readable entry").paper)
}

/// The title's own markup in an entry that is otherwise sound.
fn check_title(markup: &str, expected: &str) {
    let meta = META.replace("A title", markup);
    assert_eq!(paper(TERM, &meta).title, expected, "{markup}");
}

fn check_trouble(term: &str, meta: &str, expected: &str) {
    assert_eq!(read(term, meta, None).expect_err("unreadable"), expected);
}

#[test]
fn the_identifier_comes_from_the_term_alone() {
    let meta = format!(
        "{META}<p class='mathjax'>see <a href=\"https://arxiv.org/abs/2401.00001\">arXiv:2401.00001</a></p>"
    );
    assert_eq!(paper(TERM, &meta).id.as_str(), "2602.23598");
    let old = TERM.replace("2602.23598", "math/0510544");
    assert_eq!(paper(&old, META).id.as_str(), "math/0510544");
    let by_address = TERM.replace("id=\"2602.23598\"", "");
    assert_eq!(paper(&by_address, META).id.as_str(), "2602.23598");
}

#[test]
fn a_version_is_split_off_the_identifier() {
    let found = paper(&TERM.replace("2602.23598", "2602.99999v3"), META);
    assert_eq!((found.id.as_str(), found.version), ("2602.99999", Some(3)));
}

#[test]
fn an_invalid_identifier_is_reported() {
    check_trouble(
        &TERM.replace("2602.23598", "../../admin"),
        META,
        "item 7: `../../admin` is not an arXiv identifier such as 2602.23598 or math/0510544",
    );
    check_trouble("<a name='item7'>[7]</a>", META, "item 7: no identifier");
    check_trouble(&TERM.replace("name='item7'", ""), META, "an item without a number: no number");
}

#[test]
fn the_html_link_gives_the_version_if_it_is_arxivs_own() {
    let check = |href: &str, url: Option<&str>, version: Option<u32>| {
        let found = paper(&format!("{TERM} [<a href=\"{href}\" title=\"View HTML\">html</a>]"), META);
        assert_eq!((found.html_url.as_deref(), found.version), (url, version), "{href}");
    };
    let url = Some("https://arxiv.org/html/2602.23598v2");
    check("https://arxiv.org/html/2602.23598v2", url, Some(2));
    check("/html/2602.23598v2", url, Some(2));
    check("https://evil.example/html/2602.23598v2", None, None);
    check("https://arxiv.org.evil.example/html/2602.23598v2", None, None);
    check("https://arxiv.org/html/2602.00001v2", None, None);
    check("https://arxiv.org/pdf/2602.23598v2", None, None);
}

#[test]
fn the_type_comes_from_the_mark_and_stays_with_the_entry() {
    let check = |mark: &str, expected| {
        let found = read(&format!("{TERM} {mark} [pdf]"), META, None).expect("readable");
        assert_eq!(found.announce_type, expected, "{mark}");
    };
    check("", AnnounceType::New);
    check("(cross-list from cs.SY)", AnnounceType::Cross);
    check("(cross-list from ../x)", AnnounceType::Cross);
    check("(replaced)", AnnounceType::Replace);
}

#[test]
fn a_title_is_one_line_of_text() {
    check_title("Multi\n   line\t\ttitle", "Multi line title");
    check_title(
        "A &lt; B &amp; C: &lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;",
        "A < B & C: <script>alert(1)</script> &amp;",
    );
    check_title("<script>alert(1)</script>Evil", "Evil");
    check_title("H<sub>2</sub>O and <i>E. coli</i>", "H2O and E. coli");
    check_title("a <!-- hidden --> b <?xml version='1.0'?> c", "a b c");
    check_title("$\\mathbb{F}_2$ 100\\%", "$\\mathbb{F}_2$ 100\\%");
}

#[test]
fn a_field_that_swallows_its_end_tag_hides_none_of_the_others() {
    let meta = META.replace("A title", "a ]]> b <![CDATA[ c");
    let found = paper(TERM, &meta);
    assert_eq!(found.title, "a ]]> b");
    assert_eq!((found.authors.names.len(), found.subjects.len()), (1, 2));
}

#[test]
fn title_and_subjects_must_be_there_and_the_rest_may_be_missing() {
    check_trouble(TERM, &META.replace("list-title", "x"), "item 7: no title");
    check_trouble(TERM, &META.replace("A title", " \u{200b}\u{a0}\u{200d} "), "item 7: no title");
    check_trouble(TERM, &META.replace("list-subjects", "x"), "item 7: no subjects");
    check_trouble(TERM, &META.replace("(cs.DC)", "").replace("(cs.PF)", ""), "item 7: no subjects");
    let found = paper(TERM, &META.replace("list-authors", "x"));
    assert_eq!((found.authors, found.abstract_text), (Authors::default(), None));
}

#[test]
fn empty_fields_are_absent() {
    let meta = format!(
        "{META}<div class='list-comments'> </div><div class='list-journal-ref'> </div><p class='mathjax'>\n </p>"
    );
    let found = paper(TERM, &meta);
    assert_eq!((found.comments, found.journal_ref, found.abstract_text), (None, None, None));
}

#[test]
fn undecodable_bytes_are_left_out_and_reported() {
    let meta = META.replace("A. Author", "M\u{fffd}ller");
    let damaged = read_whole(TERM, &meta, Some("UTF-8")).expect("readable");
    assert_eq!(damaged.announced.paper.authors.names, ["Mller"]);
    assert_eq!(damaged.remarks, [Remark::Undecodable { field: "authors", encoding: "UTF-8" }]);
    assert_eq!(read_whole(TERM, &meta, None).expect("readable").remarks, []);
    assert_eq!(read_whole(TERM, META, Some("UTF-8")).expect("readable").remarks, []);
    let title = META.replace("A title", "\u{fffd}\u{fffd}");
    assert_eq!(read(TERM, &title, Some("UTF-8")).expect("readable").paper.title, LOST_TITLE);
    check_trouble(TERM, &title, "item 7: no title");
}

#[test]
fn of_two_places_that_name_the_paper_one_may_be_damaged() {
    let damaged = TERM.replace("id=\"2602.23598\"", "id=\"2602.2\u{fffd}598\"");
    assert_eq!(paper(&damaged, META).id.as_str(), "2602.23598");
    let other = TERM.replace("/abs/2602.23598", "/abs/2602.23599");
    check_trouble(&other, META, "item 7: two identifiers, 2602.23598 and 2602.23599");
    let unnamed = TERM.replace("'item7'", "'it\u{fffd}m7'");
    assert_eq!(read(&unnamed, META, None).expect("readable").position, 7);
}

#[test]
fn a_damaged_mark_gives_way_to_the_heading() {
    let check = |mark: &str, heading, expected| {
        let page = Html::parse_document(&format!("<dl><dt>{TERM} {mark}</dt><dd>{META}</dd></dl>"));
        let first = |name: &str| page.select(&Selector::parse(name).expect("a selector")).next().expect(name);
        let found = EntryReader::new(None).read(first("dt"), first("dd"), heading).expect("readable");
        assert_eq!(found.announced.announce_type, expected, "{mark}");
    };
    check("(repl\u{fffd}ced)", SectionHeading::Replacement, AnnounceType::Replace);
    check("(cros\u{fffd}-list from cs.PF)", SectionHeading::Cross, AnnounceType::Cross);
    check("(cross-list from cs.PF)", SectionHeading::Replacement, AnnounceType::Cross);
    check("", SectionHeading::Replacement, AnnounceType::New);
}
