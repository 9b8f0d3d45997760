//! The syntax tree of a rule.

use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;

use super::authors::AuthorPattern;
use super::dated::{Dated, Period};
use super::fields::{Feature, Place, Text};
use super::pattern::Pattern;
use super::span::Span;
use super::words::Words;

/// A rule or a part of it.
#[derive(Clone, Debug)]
pub struct Expr {
    pub span: Span,
    pub node: Node,
}

/// Equal when they say the same, wherever they stand.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Every one of at least two.
    And(Vec<Expr>),
    /// Any of at least two.
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Leaf(Leaf),
}

/// One test of a paper.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    Words {
        field: Text,
        words: Words,
    },
    Regex {
        field: Text,
        pattern: Pattern,
    },
    Author(AuthorPattern),
    /// Any of the subjects, sorted.
    Subject {
        place: Place,
        subjects: Vec<SubjectId>,
    },
    /// Any of the types, sorted.
    Type(Vec<AnnounceType>),
    /// Any of the papers, sorted; old-style ids without their subject class.
    Id(Vec<String>),
    /// Both ends belong to it; none is open.
    Announced {
        from: Option<Date>,
        to: Option<Date>,
    },
    /// Its first or last announcement is in a period; in arXiv's reading alone.
    Dated {
        of: Dated,
        period: Period,
    },
    /// Any of the features, sorted.
    Has(Vec<Feature>),
    /// A DOI in lowercase.
    Doi {
        doi: String,
        is_prefix: bool,
    },
    /// A named list: any of its rules.
    List {
        name: String,
        rule: Arc<Expr>,
    },
}

impl Expr {
    pub(super) fn leaf(span: Span, leaf: Leaf) -> Self {
        Self { span, node: Node::Leaf(leaf) }
    }

    /// Lets every leaf be replaced; named lists stay as they are.
    pub(super) fn replace_leaves(&mut self, replace: &mut impl FnMut(&mut Leaf)) {
        match &mut self.node {
            Node::And(parts) | Node::Or(parts) => {
                for part in parts {
                    part.replace_leaves(replace);
                }
            }
            Node::Not(inner) => inner.replace_leaves(replace),
            Node::Leaf(leaf) => replace(leaf),
        }
    }

    /// Visits every leaf in the order of the rule, those of named lists included.
    pub fn each_leaf<'a>(&'a self, visit: &mut impl FnMut(&'a Expr, &'a Leaf)) {
        match &self.node {
            Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| part.each_leaf(visit)),
            Node::Not(inner) => inner.each_leaf(visit),
            Node::Leaf(leaf) => {
                visit(self, leaf);
                if let Leaf::List { rule, .. } = leaf {
                    rule.each_leaf(visit);
                }
            }
        }
    }
}

/// The opposite of a rule; `sign` is where its NOT stands.
pub(super) fn negated(sign: Span, inner: Expr) -> Expr {
    Expr { span: sign.to(inner.span), node: Node::Not(Box::new(inner)) }
}

/// Several parts as one; a single part is itself. Parts that could not be read have their diagnostics already.
pub(super) fn combined(parts: Vec<Option<Expr>>, of: impl FnOnce(Vec<Expr>) -> Node) -> Option<Expr> {
    let mut parts: Vec<Expr> = parts.into_iter().flatten().collect();
    if parts.len() > 1 {
        let span = parts[0].span.to(parts[parts.len() - 1].span);
        return Some(Expr { span, node: of(parts) });
    }
    parts.pop()
}
