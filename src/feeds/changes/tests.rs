//! Tests of what a replacement shows as changed.

use std::sync::Arc;

use jiff::civil::date;

use super::*;
use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::mailing;
use crate::domain::paper::{Authors, Subject};
use crate::domain::taxonomy::SubjectId;

fn paper(title: &str, authors: &[&str], comments: &str, abstract_text: &str) -> Arc<Paper> {
    Arc::new(Paper {
        id: ArxivId::parse("2602.23598").expect("an id").0,
        title: title.to_owned(),
        authors: Authors { names: authors.iter().map(|name| (*name).to_owned()).collect(), et_al: false },
        comments: Some(Prose::plain(comments)).filter(|comments| !comments.is_empty()),
        journal_ref: None,
        subjects: vec![Subject { id: "cs.DC".into(), name: "Distributed Computing".into() }],
        abstract_text: Some(Prose::plain(abstract_text)).filter(|text| !text.is_empty()),
        html_url: None,
        version: None,
    })
}

fn replaced(before: Arc<Paper>, after: Arc<Paper>) -> Changes {
    let event = Event {
        subject: SubjectId::example(),
        listing_date: date(2026, 3, 6),
        announce_type: AnnounceType::Replace,
        first_type: AnnounceType::Replace,
        cross_list_from: None,
        published: mailing::moment(date(2026, 3, 6)),
        added: mailing::moment(date(2026, 3, 6)),
        paper: after,
        earlier: Some(Earlier { listing_date: date(2026, 3, 2), paper: before }),
    };
    assert_eq!(
        changes(&Event { announce_type: AnnounceType::Cross, ..event.clone() }, TextMode::Unicode),
        None
    );
    assert_eq!(changes(&Event { earlier: None, ..event.clone() }, TextMode::Unicode), None);
    changes(&event, TextMode::Unicode).expect("a version before")
}

#[test]
fn every_field_says_what_is_gone_and_what_is_new() {
    let found = replaced(
        paper("On a < b", &["A. One", "B. Two"], "12 pages", "We show it. It is slow."),
        paper("On a <= b", &["B. Two", "C. Three"], "", "We show it. It is very slow."),
    );
    assert_eq!(
        found.html(),
        "<p><strong>Changed since 2 March 2026: title, authors, comments, abstract.</strong></p><ul>\
         <li>Title: On a <del>&lt;</del> <ins>&lt;=</ins> b</li>\
         <li>Authors: <del>A. One</del>, <ins>C. Three</ins></li>\
         <li>Comments: <del>12 pages</del></li>\
         <li>Abstract: We show it. It is <ins>very</ins> slow.</li></ul>"
    );
    assert_eq!(
        found.plain(),
        "Changed since 2 March 2026: title (was: On a < b); authors (with C. Three, without A. One); \
         comments (was: 12 pages); abstract."
    );
}

#[test]
fn a_replacement_that_the_listing_does_not_tell_apart_says_so() {
    let same = || paper("Poincar\\'e", &["A"], "", "x");
    let found = replaced(same(), paper("Poincaré", &["A"], "", "x"));
    let words = "Title, authors, comments and abstract are as they were on 2 March 2026.";
    assert_eq!((found.plain(), found.html()), (words.to_owned(), format!("<p>{words}</p>")));
    // A listing without abstracts.
    assert_eq!(replaced(paper("Poincaré", &["A"], "", ""), same()).names(), words);
    // An abstract that is there and holds nothing.
    for blank in ["", " ", "\u{a0}", "$ $"] {
        let empty = Paper { abstract_text: Some(Prose::plain(blank)), ..(*same()).clone() };
        assert_eq!(replaced(Arc::new(empty.clone()), same()).names(), words, "{blank:?}");
        assert_eq!(replaced(same(), Arc::new(empty)).names(), words, "{blank:?}");
    }
}

#[test]
fn long_texts_show_what_is_near_a_change() {
    let words = |from: usize, to: usize| (from..to).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    let before = format!("{} old {}", words(0, 50), words(50, 99));
    let after = format!("{} new {} end", words(0, 50), words(50, 99));
    let found = replaced(paper("t", &[], "", &before), paper("t", &[], "", &after));
    assert!(
        found.html().ends_with(
            "<li>Abstract: … w45 w46 w47 w48 w49 <del>old</del> <ins>new</ins> w50 w51 w52 w53 w54 … \
             w94 w95 w96 w97 w98 <ins>end</ins></li></ul>"
        ),
        "{}",
        found.html()
    );
}

#[test]
fn names_in_another_order_are_no_loss() {
    let found = replaced(paper("t", &["A", "B"], "", "x"), paper("t", &["B", "A"], "", "x"));
    assert_eq!(found.plain(), "Changed since 2 March 2026: authors.");
}

#[test]
fn a_megabyte_that_has_nothing_in_common_is_rewritten_and_one_word_in_it_is_found() {
    let words = |prefix: &str| (0..150_000).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(" ");
    let (one, other) = (words("a"), words("b"));
    let found = replaced(paper("t", &[], "", &one), paper("t", &[], "", &other));
    assert!(found.html().ends_with("<li>Abstract: rewritten</li></ul>"));
    let found = replaced(paper("t", &[], "", &one), paper("t", &[], "", &one.replace(" a700 ", " x700 ")));
    assert!(found.html().contains("a699 <del>a700</del> <ins>x700</ins> a701"));
}
