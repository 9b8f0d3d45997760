//! Real pages, and what is read from them.

mod lies;
mod official;
mod table;

use std::path::{Path, PathBuf};

use crosslist::domain::announcement::{AnnounceType, ListingEntry};
use crosslist::domain::prose::{Prose, Span};
use crosslist::domain::taxonomy::SubjectId;
use crosslist::domain::verdict::Verdict;
use crosslist::parse::{self, Listing, ListingKind, ListingSection, SectionHeading, announcements, prove};

use table::FIXTURES;

fn fixture_path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pages").join(file)
}

fn bytes_of(file: &str) -> Vec<u8> {
    std::fs::read(fixture_path(file)).expect(file)
}

fn listing_of(file: &str) -> Listing {
    parse::listing(&bytes_of(file), Some("utf-8")).expect(file)
}

fn entries(listing: &Listing) -> Vec<&ListingEntry> {
    listing.sections.iter().flat_map(|section| &section.entries).collect()
}

fn entry<'a>(listing: &'a Listing, id: &str) -> &'a ListingEntry {
    entries(listing).into_iter().find(|entry| entry.paper.id.as_str() == id).expect(id)
}

fn kind_in_words(kind: ListingKind) -> String {
    match kind {
        ListingKind::New(date) => format!("new {date}"),
        ListingKind::Catchup(date) => format!("catchup {date}"),
        ListingKind::Recent => "recent".to_owned(),
        ListingKind::Month { year, month } => format!("month {year}-{month:02}"),
        ListingKind::Year { year } => format!("year {year}"),
    }
}

fn section_in_words(section: &ListingSection) -> String {
    let name = match section.heading {
        SectionHeading::Day(date) => date.to_string(),
        SectionHeading::None => "list".to_owned(),
        other => format!("{other:?}"),
    };
    let count = match (section.shown, section.of) {
        (Some(shown), Some(of)) => format!("{shown}/{of}"),
        _ => "-".to_owned(),
    };
    let mut words = format!("{name} {count} {}", section.found);
    if let [first, .., last] | [first @ last] = section.entries.as_slice() {
        words = format!("{words} {} {}", first.paper.id, last.paper.id);
    }
    words
}

#[test]
fn every_fixture_reads_as_it_was_recorded() {
    for fixture in FIXTURES {
        let file = fixture.file;
        let listing = listing_of(file);
        assert_eq!(kind_in_words(listing.kind), fixture.kind, "{file}");
        assert_eq!(listing.subject.map_or("-", SubjectId::as_str), fixture.subject, "{file}");
        assert_eq!(listing.total, fixture.total, "{file}");
        let sections: Vec<String> = listing.sections.iter().map(section_in_words).collect();
        assert_eq!(sections, fixture.sections, "{file}");
        let proof = prove(&[listing]);
        assert_eq!((proof.verdict.as_str(), proof.missing), fixture.verdict, "{file}: {:?}", proof.errors);
        assert_eq!(proof.errors.is_empty(), proof.verdict.is_proved(), "{file}: {:?}", proof.errors);
    }
}

#[test]
fn every_entry_of_every_fixture_is_readable() {
    for fixture in FIXTURES {
        let listing = listing_of(fixture.file);
        for section in &listing.sections {
            assert!(section.unreadable.is_empty(), "{}: {:?}", fixture.file, section.unreadable);
        }
        let carries_abstracts = matches!(listing.kind, ListingKind::New(_))
            || (matches!(listing.kind, ListingKind::Catchup(_))
                && fixture.file != "cs.DC-catchup-2026-03-02.html");
        for entry in entries(&listing) {
            let paper = &entry.paper;
            assert_eq!(paper.title, paper.title.split_whitespace().collect::<Vec<_>>().join(" "));
            // One of them has an empty abstract; arXiv's old listing files have none for replacements.
            let is_without = paper.id.as_str() == "2602.23023"
                || (fixture.file.starts_with("q-fin") && entry.announce_type.is_replacement());
            let has_abstract = paper.abstract_text.is_some() || is_without;
            assert_eq!(has_abstract, carries_abstracts, "{}: {}", fixture.file, paper.id);
        }
    }
}

#[test]
fn a_page_that_is_not_a_listing_is_refused_by_name() {
    let check = |file: &str, verdict: Verdict, found: &str| {
        let refusal = parse::listing(&bytes_of(file), None).expect_err(file);
        assert_eq!((refusal.verdict, refusal.found.as_str()), (verdict, found), "{file}");
    };
    let error = |file: &str, message: &str| {
        check(file, Verdict::Refused, &format!("an error page of arXiv, «{message}»"));
    };
    error("error-400-bad-category.html", "Invalid archive or category: nope.XX");
    error("error-400-wrong-case.html", "Invalid archive or category: cs.dc");
    error("error-400-show.html", "Invalid show value. Valid values: 25, 50, 100, 250, 500, 1000, 2000");
    error(
        "error-400-catchup-too-old.html",
        "Invalid date: 2025-11-01. Catchup only allowed for past 90 days",
    );
    error("error-404-no-period.html", "Not Found");
    error("error-500.html", "Internal Server Error");
    let unknown = |file: &str, found: &str| check(file, Verdict::Unrecognized, found);
    unknown("redirect-yy.html", "a page without `#dlpage`, titled «Redirecting...»");
    unknown("archive-cs.html", "a page without `#dlpage`, titled «Computer Science»");
    unknown("catchup-form.html", "a page without `#dlpage`, titled «Catchup»");
    unknown(
        "abs-2602.23598.html",
        "a page without `#dlpage`, titled «[2602.23598] QoSFlow: Ensuring Service Quality of Distributed \
         Workflows Using Interpretable Sensitivity Models»",
    );
    unknown("redirect-catchup-alias.html", "JSON");
    unknown(
        "error-503-replica-lag.txt",
        "plain text, «This listing is temporarily unavailable; please retry in a few minutes.»",
    );
}

#[test]
fn only_a_page_with_more_behind_it_has_a_next_one() {
    let check = |file: &str, next: Option<u32>| assert_eq!(listing_of(file).next_skip(), next, "{file}");
    check("cs.CV-new-skip690-show25.html", Some(715));
    check("cs.CV-recent-skip1190-show25.html", Some(1215));
    check("cs.CV-2026-02-skip50.html", Some(100));
    check("cs-new-2028-skip2000.html", None);
    check("cs-catchup-2026-03-02-page2.html", None);
    check("cs.DC-new-2026-03-02.html", None);
    check("cs.CV-new-overskip.html", None);
    check("cs.GL-new-empty.html", None);
    // A lagging replica lost the entries; there is no page where they would be.
    check("broken-lag-2026-02-code.html", None);
}

#[test]
fn unusual_author_lists_are_split_into_names() {
    let listing = listing_of("hep-ex-new.html");
    let check = |id: &str, names: &[&str], et_al: bool| {
        let authors = &entry(&listing, id).paper.authors;
        assert_eq!(
            (&authors.names[..], authors.et_al),
            (&names.iter().map(ToString::to_string).collect::<Vec<_>>()[..], et_al),
            "{id}"
        );
    };
    check("2602.23001", &["ATLAS Collaboration"], false);
    check("2602.23002", &["A. Alpha", "B. Beta", "C. Gamma", "XYZ Collaboration"], false);
    check("2602.23005", &["J. Aalbers", "D.S. Akerib", "A. Baker", "LZ Collaboration"], false);
    check("2602.23006", &["Jane Doe", "John Smith Jr.", "María-José de la Cruz"], false);
    check("2602.23007", &[], true);
    check("hep-ex/9901001", &["D0 Collaboration", "B. Abbott"], true);
    let count = |id: &str| {
        let authors = &entry(&listing, id).paper.authors;
        (authors.names.len(), authors.et_al)
    };
    assert_eq!(count("2602.23003"), (100, true), "150 authors, of which the page shows 100");
    assert_eq!(count("2602.23004"), (101, false), "101 authors, all shown");
}

#[test]
fn unusual_texts_stay_text() {
    let listing = listing_of("cs.CY-new.html");
    let paper = |id: &str| &entry(&listing, id).paper;
    assert_eq!(
        paper("2602.23020").title,
        "A < B & C > D: \"quotes\", 'apostrophes', <script>alert(1)</script> &amp; &lt;i&gt;entities&lt;/i&gt;"
    );
    assert_eq!(
        paper("2602.23020").authors.names,
        ["Seán O'Brien", "Bobby <b>Tables</b>", "X Æ A-12", "张伟", "محمد علي", "Ωmega Ψ"]
    );
    assert_eq!(
        paper("2602.23020").journal_ref.as_deref(),
        Some("J. <i>Foo</i> & Bar 1, 2 (2026); doi:10.1000/xyz; https://example.org/x")
    );
    assert_eq!(
        paper("2602.23020").comments.as_ref().map(Prose::to_plain_text).as_deref(),
        Some(
            "Comments with <a href=\"https://evil.example/\">link</a>, e-mail a.b@example.org, \
             ftp://ftp.example.org/x.tar, https://doi.org/10.1145/1234567.1234568, arXiv:2401.12345v2, cs.CY, \
             math.CO & http://www.example.org"
        )
    );
    let links = paper("2602.23020").comments.iter().flat_map(|comments| &comments.paragraphs[0]);
    let hrefs: Vec<&str> = links
        .filter_map(|span| match span {
            Span::Link { href, .. } => Some(href.as_str()),
            Span::Text(_) => None,
        })
        .collect();
    assert_eq!(
        hrefs,
        [
            "ftp://ftp.example.org/x.tar",
            "https://doi.org/10.1145/1234567.1234568",
            "https://arxiv.org/abs/2401.12345v2",
            "http://www.example.org"
        ]
    );
    assert_eq!(paper("2602.23021").authors.names, ["李雷", "韩梅梅"]);
    assert_eq!(paper("2602.23023").abstract_text, None);
    assert!(paper("2602.23024").authors.names.is_empty());
    assert_eq!(paper("2602.23025").title, "Multi line title folded in the database");
    let paragraphs = &paper("2602.23025").abstract_text.as_ref().expect("an abstract").paragraphs;
    assert_eq!(paragraphs.len(), 4);
    assert_eq!(
        paragraphs[0],
        [Span::Text("Line one of the abstract folded without indentation still same paragraph.".into())]
    );
}

#[test]
fn a_subjects_own_replacements_are_distinguished_from_others() {
    let listing = listing_of("cs.DC-new-2026-03-02.html");
    let types: Vec<AnnounceType> = entries(&listing).iter().map(|entry| entry.announce_type).collect();
    let count = |wanted| types.iter().filter(|found| **found == wanted).count();
    assert_eq!((count(AnnounceType::New), count(AnnounceType::Cross)), (6, 6));
    assert_eq!(count(AnnounceType::Replace) + count(AnnounceType::ReplaceCross), 7);
    let first_cross = types.iter().position(|found| *found == AnnounceType::ReplaceCross).expect("one");
    assert!(types[first_cross..].iter().all(|found| *found == AnnounceType::ReplaceCross));
    assert_eq!(entry(&listing, "2602.23434").cross_list_from.as_deref(), Some("astro-ph.HE"));
}

#[test]
fn both_layouts_and_the_catchup_page_give_the_same_entries() {
    let february = listing_of("cs.DC-new-2026-03-02.html");
    let june = listing_of("cs.DC-new-2026-03-02.jun2026-skin.html");
    let catchup = listing_of("cs.DC-catchup-2026-03-02-abs.html");
    let ids = |listing: &Listing| -> Vec<(u32, AnnounceType, String)> {
        entries(listing)
            .iter()
            .map(|entry| (entry.position, entry.announce_type, entry.paper.id.to_string()))
            .collect()
    };
    assert_eq!(ids(&february), ids(&june));
    assert_eq!(ids(&june), ids(&catchup));
    assert_eq!(june.sections, catchup.sections);
}

#[test]
fn a_page_of_recent_days_is_an_announcement_for_each_day_with_entries() {
    let subject = SubjectId::parse("cs.DC").expect("a subject");
    let days = announcements(vec![listing_of("cs.DC-recent-2026-03-06.html")], subject);
    let dates: Vec<(String, usize)> =
        days.iter().map(|day| (day.date.to_string(), day.entries.len())).collect();
    let expected = [("2026-03-06", 6), ("2026-03-03", 7), ("2026-03-02", 12)];
    assert_eq!(dates, expected.map(|(date, count)| (date.to_owned(), count)));
    let quiet = announcements(vec![listing_of("cs.DC-new-2026-03-04-empty.html")], subject);
    assert_eq!((quiet.len(), quiet[0].entries.len()), (1, 0));
}

/// A page cut anywhere is never proved, and never panics.
#[test]
fn a_cut_page_is_never_whole() {
    const STEP: usize = 499;
    for file in [
        "cs.DC-new-2026-03-03.html",
        "hep-th-new.html",
        "cs.DC-catchup-2026-02-28-saturday.html",
        "cs.GL-recent-empty.html",
        "hep-th-1999-01.html",
    ] {
        let bytes = bytes_of(file);
        let end = bytes.trim_ascii_end().len();
        for length in (0..end).step_by(STEP).chain(end - 20..end) {
            if let Ok(listing) = parse::listing(&bytes[..length], None) {
                let proof = prove(&[listing]);
                assert!(!proof.verdict.is_proved(), "{file} cut to {length} bytes");
            }
        }
    }
}

/// Bytes changed at random places change what is read, but never make the parser panic.
#[test]
fn a_damaged_page_never_panics() {
    let bytes = bytes_of("hep-th-new.html");
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % below
    };
    for _ in 0..200 {
        let mut damaged = bytes.clone();
        for _ in 0..=random(20) {
            let at = random(damaged.len());
            damaged[at] = b"<>&\"'=/!-() \n\x00\xff\xed"[random(16)];
        }
        if let Ok(listing) = parse::listing(&damaged, None) {
            let proof = prove(std::slice::from_ref(&listing));
            let subject = SubjectId::parse("hep-th").expect("a subject");
            let delivered: usize =
                announcements(vec![listing], subject).iter().map(|day| day.entries.len()).sum();
            assert!(proof.verdict != Verdict::Complete || delivered == 5);
        }
    }
}

/// Pages too large for the repository: `CROSSLIST_SHARED_PAGES` names a folder that holds them.
#[test]
#[ignore = "reads the folder that CROSSLIST_SHARED_PAGES names"]
fn large_pages_are_complete_together() {
    let folder = std::env::var_os("CROSSLIST_SHARED_PAGES").expect("CROSSLIST_SHARED_PAGES");
    let listing_of = |file: &str| {
        let bytes = std::fs::read(Path::new(&folder).join(file)).expect(file);
        parse::listing(&bytes, Some("utf-8")).expect(file)
    };
    let large = listing_of("large-2000.html");
    let counts: Vec<u32> = large.sections.iter().map(|section| section.found).collect();
    assert_eq!((counts, prove(&[large]).verdict), (vec![700, 500, 800], Verdict::Complete));
    let pages = [listing_of("cs-new-2028-first2000.html"), listing_of("cs-new-2028-skip2000.html")];
    assert_eq!(pages[0].next_skip(), Some(2000));
    assert_eq!(prove(&pages[..1]).errors, ["28 of 2028 entries are on other pages"]);
    assert_eq!(prove(&pages).verdict, Verdict::Complete);
    let real = listing_of("astro-ph-new-2023-03-03.html");
    let pages = std::fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path());
    for path in pages.filter(|path| path.extension().is_some_and(|extension| extension == "html")) {
        let Ok(listing) = parse::listing(&std::fs::read(&path).expect("a page"), None) else { continue };
        let proof = prove(std::slice::from_ref(&listing));
        let told = format!("{}: {:?}", path.display(), proof.errors);
        assert!(listing.sections.iter().all(|section| section.unreadable.is_empty()), "{told}");
        assert!(proof.errors.iter().all(|fault| !fault.contains("the same paper")), "{told}");
        assert_eq!(proof.notes, Vec::<String>::new(), "{told}");
    }
    assert_eq!((real.entries_found(), prove(&[real]).verdict), (97, Verdict::Complete));
}
