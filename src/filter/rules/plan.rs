//! How are many rules tried on one paper, when they ask the same again and again?

use std::collections::HashMap;

use crate::domain::announcement::AnnounceType;

use super::super::document::Document;
use super::super::syntax::{Expr, Leaf, Node};
use super::super::{canonical, matcher};

/// A rule over numbered tests.
#[derive(Debug)]
pub(super) enum Plan {
    And(Box<[Plan]>),
    Or(Box<[Plan]>),
    Not(Box<Plan>),
    Test(u32),
    /// Relative to the feed of the rule, so that no other rule can share the answer.
    Type(Box<[AnnounceType]>),
}

/// The different tests of all rules.
#[derive(Debug, Default)]
pub(super) struct Tests {
    leaves: Vec<Leaf>,
    /// By what the test is as text: two that are written alike are alike.
    numbers: HashMap<String, u32>,
}

impl Tests {
    /// The rule as a plan; what it tests gets numbers.
    pub(super) fn plan(&mut self, rule: &Expr) -> Plan {
        match &rule.node {
            Node::And(parts) => Plan::And(parts.iter().map(|part| self.plan(part)).collect()),
            Node::Or(parts) => Plan::Or(parts.iter().map(|part| self.plan(part)).collect()),
            Node::Not(inner) => Plan::Not(Box::new(self.plan(inner))),
            Node::Leaf(Leaf::List { rule, .. }) => self.plan(rule),
            Node::Leaf(Leaf::Type(types)) => Plan::Type(types.as_slice().into()),
            Node::Leaf(leaf) => {
                let next = u32::try_from(self.leaves.len()).expect("fewer tests than u32 counts");
                let number = *self.numbers.entry(canonical::written(leaf)).or_insert(next);
                if number == next {
                    self.leaves.push(leaf.clone());
                }
                Plan::Test(number)
            }
        }
    }
}

/// What is known of one paper so far.
pub(super) struct Answers<'a> {
    tests: &'a Tests,
    document: &'a Document,
    known: Vec<Option<bool>>,
}

impl<'a> Answers<'a> {
    pub(super) fn of(tests: &'a Tests, document: &'a Document) -> Self {
        Self { tests, document, known: vec![None; tests.leaves.len()] }
    }

    /// Does the paper match, announced in this way in the feed of the rule?
    pub(super) fn holds(&mut self, plan: &Plan, kind: AnnounceType) -> bool {
        match plan {
            Plan::And(parts) => parts.iter().all(|part| self.holds(part, kind)),
            Plan::Or(parts) => parts.iter().any(|part| self.holds(part, kind)),
            Plan::Not(inner) => !self.holds(inner, kind),
            Plan::Type(types) => types.contains(&kind),
            Plan::Test(number) => {
                let number = *number as usize;
                self.known[number].unwrap_or_else(|| {
                    let holds = matcher::leaf_matches(&self.tests.leaves[number], self.document, kind);
                    self.known[number] = Some(holds);
                    holds
                })
            }
        }
    }
}
