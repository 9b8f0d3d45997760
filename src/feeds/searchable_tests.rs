//! Tests that a search finds every paper of the working set and none that was removed.

use jiff::civil::{Date, date};

use super::super::working_set::INDEXED_AT_ONCE;
use super::super::{Budget, WorkingSet};
use super::*;
use crate::domain::announcement::AnnounceType;
use crate::domain::event::ChangedDay;
use crate::domain::mailing;
use crate::domain::paper::{Authors, Subject};
use crate::domain::taxonomy::SubjectId;
use crate::filter::{self, Context, Dialect, Limits, Lists, Work};

const DAY: Date = date(2026, 3, 2);

fn subject() -> SubjectId {
    SubjectId::parse("cs.DC").expect("a subject")
}

fn event(id: &str, title: &str) -> Event {
    Event {
        subject: subject(),
        listing_date: DAY,
        announce_type: AnnounceType::New,
        first_type: AnnounceType::New,
        cross_list_from: None,
        published: mailing::moment(DAY),
        added: mailing::moment(DAY),
        paper: Arc::new(Paper {
            id: ArxivId::parse(id).expect("an id").0,
            title: title.to_owned(),
            authors: Authors::default(),
            comments: None,
            journal_ref: None,
            subjects: vec![Subject { id: "cs.DC".into(), name: "Distributed Computing".into() }],
            abstract_text: None,
            html_url: None,
            version: None,
        }),
        earlier: None,
    }
}

fn apply(working_set: &WorkingSet, events: &[Event]) {
    let events = events.to_vec();
    working_set.apply(&ChangedDay { subject: subject(), listing_date: DAY, added: events.len(), events });
}

/// The ids of what a rule finds among all that is held.
fn found(working_set: &WorkingSet, rule: &str) -> Vec<String> {
    let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
    let rule = filter::parse(rule, &Limits::URL, &context).expect("a rule");
    let events = working_set.days(&[subject()]).iter().flat_map(|day| day.to_vec()).collect();
    working_set
        .matching(events, &rule, &Budget::unlimited())
        .expect("enough work")
        .iter()
        .map(|event| event.paper.id.to_string())
        .collect()
}

#[test]
fn a_search_finds_what_came_in_a_moment_ago_and_what_was_indexed_before() {
    let working_set = WorkingSet::keeping(30);
    apply(&working_set, &[event("2603.00001", "Paxos")]);
    assert_eq!(found(&working_set, "ti:paxos"), ["2603.00001"]);
    apply(&working_set, &[event("2603.00001", "Paxos"), event("2603.00002", "Paxos again")]);
    assert_eq!(found(&working_set, "ti:paxos"), ["2603.00001", "2603.00002"]);
    working_set.index();
    assert_eq!(found(&working_set, "ti:paxos"), ["2603.00001", "2603.00002"]);
    assert_eq!(found(&working_set, "-ti:again"), ["2603.00001"]);
}

#[test]
fn a_rule_is_tried_on_the_papers_of_its_feed_alone_and_within_its_budget() {
    let working_set = WorkingSet::keeping(30);
    let events: Vec<Event> = (1..=50).map(|n| event(&format!("2603.{n:05}"), "Paxos made live")).collect();
    apply(&working_set, &events);
    let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
    let rule = filter::parse("-ti:/raft/", &Limits::URL, &context).expect("a rule");
    let of = |steps| Budget { index: Work::of(steps, &|| false), texts: Work::of(steps, &|| false) };
    let found =
        |events: &[Event]| working_set.matching(events.to_vec(), &rule, &of(8_000)).map(|found| found.len());
    assert_eq!(found(&events[..5]), Ok(5));
    assert_eq!(found(&events).expect_err("too much").steps_max, Some(8_000));
    assert!(working_set.measured(&events, &rule, &of(8_000)).is_err());
    assert!(working_set.measured(&events, &rule, &Budget::unlimited()).is_ok());
}

#[test]
fn more_papers_than_are_indexed_at_once_are_all_found() {
    let working_set = WorkingSet::keeping(30);
    let count = 2 * INDEXED_AT_ONCE + 1;
    let events: Vec<Event> = (1..=count).map(|n| event(&format!("2603.{n:05}"), "Raft")).collect();
    apply(&working_set, &events);
    assert_eq!(found(&working_set, "ti:raft").len(), count);
}

#[test]
fn what_goes_and_comes_again_before_it_is_indexed_is_found_by_its_new_words_alone() {
    let working_set = WorkingSet::keeping(30);
    apply(&working_set, &[event("2603.00001", "Paxos")]);
    apply(&working_set, &[event("2603.00002", "Raft")]);
    apply(&working_set, &[event("2603.00001", "Gossip")]);
    assert_eq!(found(&working_set, "ti:gossip"), ["2603.00001"]);
    assert_eq!(found(&working_set, "ti:paxos OR ti:raft"), [""; 0]);
}

#[test]
fn what_goes_while_it_is_being_indexed_is_not_taken_in_by_its_old_words() {
    let mut searchable = Searchable::default();
    let (old, new) = (event("2603.00001", "Paxos"), event("2603.00001", "Gossip"));
    searchable.insert(&old);
    let folded = searchable.next(10).expect("one that waits").fold();
    searchable.remove(&old);
    searchable.insert(&new);
    searchable.index(folded);
    assert_eq!(searchable.id(&key(&new)), None);
    let folded = searchable.next(10).expect("the same with other words").fold();
    searchable.index(folded);
    assert!(searchable.id(&key(&new)).is_some() && searchable.is_indexed());
}

#[test]
fn a_paper_is_found_by_its_corrected_words_alone() {
    let working_set = WorkingSet::keeping(30);
    apply(&working_set, &[event("2603.00001", "Paxso")]);
    assert_eq!(found(&working_set, "Paxso"), ["2603.00001"]);
    apply(&working_set, &[event("2603.00001", "Paxos")]);
    apply(&working_set, &[event("2603.00001", "Paxos made simple")]);
    assert_eq!(found(&working_set, "simple"), ["2603.00001"]);
    assert!(found(&working_set, "Paxso").is_empty());
}
