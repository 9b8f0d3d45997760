//! Which entries each kind of listing may have, by the smallest page.

use super::super::listing;
use super::*;

/// One entry of its section: the mark behind the identifier, the identifier and the subjects, the primary first.
struct Entry(&'static str, &'static str, &'static str);

fn page(subject: &str, top: &str, heading: Option<&str>, entries: &[Entry]) -> Listing {
    let rows: Vec<String> = entries
        .iter()
        .zip(1..)
        .map(|(Entry(mark, id, subjects), number)| {
            let (primary, others) = subjects.split_once(';').unwrap_or((subjects, ""));
            format!(
                "<dt><a name='item{number}'></a><a title=\"Abstract\" id=\"{id}\">x</a> {mark}</dt><dd>\
                 <div class='list-title'>T</div><div class='list-subjects'>\
                 <span class=\"primary-subject\">X ({primary})</span>;{others}</div></dd>"
            )
        })
        .collect();
    let heading = heading.map(|heading| format!("<h3>{heading}</h3>")).unwrap_or_default();
    let page = format!(
        "<html><div id=dlpage><h1>Some name</h1><a id=\"recent-{subject}\"></a>{top}\
         <dl id='articles'>{heading}{}</dl></div></html>",
        rows.concat()
    );
    listing(page.as_bytes(), None).expect("a listing")
}

fn reasons(listing: &Listing) -> Vec<&str> {
    listing.sections[0].unreadable.iter().map(|entry| entry.reason.as_str()).collect()
}

const DAY: &str = "<h3>Showing new listings for Monday, 2 March 2026</h3>";
const NEW: &str = "New submissions (showing 1 of 1 entries)";
const CROSS: &str = "Cross submissions (showing 1 of 1 entries)";
const REPLACED: &str = "Replacement submissions (showing 1 of 1 entries)";

fn check(subject: &str, heading: &str, subjects: &'static str, expected: Option<&str>) {
    let mark = match heading {
        CROSS => "(cross-list from x)",
        REPLACED => "(replaced)",
        _ => "",
    };
    let listing = page(subject, DAY, Some(heading), &[Entry(mark, "2602.00001", subjects)]);
    let expected: Vec<String> = expected.iter().map(|why| format!("item 1: {why}")).collect();
    assert_eq!(reasons(&listing), expected, "{subject}: {heading}: {subjects}");
    assert_eq!(listing.sections[0].entries.len(), 1 - expected.len());
}

#[test]
fn a_new_entry_has_the_subject_as_primary() {
    check("cs.DC", NEW, "cs.DC; Y (cs.PF)", None);
    check("cs", NEW, "cs.DC", None);
    check("quant-ph", NEW, "quant-ph", None);
    check("astro-ph", NEW, "astro-ph", None);
    let other = "a new submission of cs.DC whose primary subject is cs.PF";
    check("cs.DC", NEW, "cs.PF; Y (cs.DC)", Some(other));
    check("cs", NEW, "stat.ML; Y (cs.LG)", Some("a new submission of cs whose primary subject is stat.ML"));
}

#[test]
fn a_cross_list_has_the_subject_among_the_others() {
    check("cs.DC", CROSS, "cs.PF; Y (cs.DC)", None);
    check("cs", CROSS, "stat.ML; Y (cs.LG)", None);
    let own = "a cross-list to cs.DC whose primary subject is cs.DC";
    check("cs.DC", CROSS, "cs.DC; Y (cs.PF)", Some(own));
    let not = "an entry of cs.DC that is in hep-ex, hep-ph and not in it";
    check("cs.DC", CROSS, "hep-ex; Y (hep-ph)", Some(not));
}

#[test]
fn a_replacement_has_the_subject_anywhere() {
    check("cs.DC", REPLACED, "cs.DC", None);
    check("cs.DC", REPLACED, "cs.PF; Y (cs.DC)", None);
    check("cs.DC", REPLACED, "cs.PF", Some("an entry of cs.DC that is in cs.PF and not in it"));
    let many = "an entry of cs.DC that is in cs.A1, cs.LG, cs.AI, cs.CV, cs.CL, … and not in it";
    let listed = "cs.PF; B (cs.LG); C (cs.AI); D (cs.CV); E (cs.CL); F (cs.CR)";
    check("cs.DC", REPLACED, listed, Some(&many.replace("cs.A1", "cs.PF")));
}

#[test]
fn aliases_and_subsumed_archives_equal_their_canonical_ids() {
    for (subject, primary) in [
        ("math-ph", "math.MP"),
        ("math-ph", "math-ph"),
        ("math.MP", "math-ph"),
        ("math", "math-ph"),
        ("math", "cs.IT"),
        ("cs.IT", "math.IT"),
        ("math.IT", "cs.IT"),
        ("cs.SY", "eess.SY"),
        ("eess.SY", "cs.SY"),
        ("cs", "eess.SY"),
        ("cs", "math.NA"),
        ("cs.NA", "math.NA"),
        ("math.NA", "cs.NA"),
        ("stat.TH", "math.ST"),
        ("stat", "math.ST"),
        ("q-fin.EC", "econ.GN"),
        ("q-fin", "econ.GN"),
        ("cmp-lg", "cs.CL"),
        ("cs.CL", "cmp-lg"),
        ("math", "alg-geom"),
        ("cond-mat", "supr-con"),
    ] {
        check(subject, NEW, primary, None);
        check(subject, REPLACED, primary, None);
    }
    check("math-ph", NEW, "math.AG", Some("a new submission of math-ph whose primary subject is math.AG"));
}

#[test]
fn an_unknown_category_does_not_rule_an_entry_out() {
    check("cs.DC", NEW, "cs.QW; Y (aqua.UL)", None);
    check("cs.DC", CROSS, "cs.PF; Y (eess.QW)", None);
    check("cs.DC", REPLACED, "cs.QW", None);
    // What stands in the place of the primary is no category: the next one is not it.
    let listing = page("cs.DC", DAY, Some(NEW), &[Entry("", "2602.00001", "../../etc; Y (cs.PF)")]);
    assert_eq!((listing.sections[0].entries.len(), listing.sections[0].notes.len()), (1, 1));
}

#[test]
fn recent_days_and_months_contain_entries_that_list_the_subject() {
    let recent = "<h2>Authors and titles for recent submissions</h2>";
    let day = Some("Mon, 2 Mar 2026 (showing 3 of 3 entries )");
    let entries = [
        Entry("", "2602.00001", "cs.DC"),
        Entry("", "2602.00002", "cs.PF; Y (cs.DC)"),
        Entry("", "2602.00003", "cs.PF"),
    ];
    let listing = page("cs.DC", recent, day, &entries);
    let types: Vec<AnnounceType> =
        listing.sections[0].entries.iter().map(|entry| entry.announce_type).collect();
    // arXiv's listing files of 2023 mark no cross-lists.
    assert_eq!(types, [AnnounceType::New, AnnounceType::Cross]);
    assert_eq!(reasons(&listing), ["item 3: an entry of cs.DC that is in cs.PF and not in it"]);
}

#[test]
fn an_identifier_is_not_younger_than_its_day() {
    let ids = [Entry("", "2603.00001", "cs.DC"), Entry("", "2604.00001", "cs.DC")];
    let listing = page("cs.DC", DAY, Some(NEW), &ids);
    assert_eq!(reasons(&listing), ["item 2: 2604.00001 was not given out yet on 2026-03-02"]);
    let month = "<h2>Authors and titles for March 2026 </h2>";
    let listing = page("cs.DC", month, None, &ids);
    assert_eq!(reasons(&listing), ["item 2: 2604.00001 is not of 2026-03"]);
    let year = "<h2>Authors and titles for 1999 </h2>";
    let listing =
        page("cs.DC", year, None, &[Entry("", "cs/9905001", "cs.DC"), Entry("", "cs/0005001", "cs.DC")]);
    assert_eq!(reasons(&listing), ["item 2: cs/0005001 is not of 1999"]);
}

#[test]
fn one_new_paper_may_have_waited_for_years_but_not_all() {
    let old = |id| Entry("", id, "cs.DC");
    let listing = page("cs.DC", DAY, Some(NEW), &[old("0906.0001"), old("2402.00001")]);
    assert_eq!(reasons(&listing), Vec::<&str>::new());
    let listing = page("cs.DC", DAY, Some(NEW), &[old("0906.0001"), old("2402.00001"), old("2602.00001")]);
    assert_eq!(reasons(&listing), Vec::<&str>::new());
    let listing = page("cs.DC", DAY, Some(NEW), &[old("0906.0001"), old("2402.00001"), old("2402.00002")]);
    assert_eq!(listing.sections[0].unreadable.len(), 3);
}
