//! Explains a verdict: each part of a rule with its own verdict and the words that matched.

use crate::domain::announcement::AnnounceType;
use crate::domain::excerpt::excerpt;
use crate::text::typeable;

use super::canonical;
use super::document::TokenizedPaper;
use super::error::Warning;
use super::fields::{PaperPart, Place};
use super::index::{DocumentId, Index};
use super::matcher;
use super::query::Query;
use super::span::Span;
use super::subjects;
use super::syntax::{Expr, Leaf, Node};
use super::words::{Kind, Words};

/// A part of a rule with its verdict on one paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Where the part stands in the rule as written; the parts of a named list have places of their own rule.
    pub span: Span,
    /// `AND`, `OR`, `NOT`, or the test in canonical form.
    pub label: String,
    pub holds: bool,
    /// What in the paper made a test true, as the paper has it; empty where there is nothing to show.
    pub matched: Vec<String>,
    pub parts: Vec<Explanation>,
}

/// How many documents pass one test of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafCount {
    pub span: Span,
    /// The test in canonical form.
    pub label: String,
    pub hits: usize,
    pub of: usize,
}

/// The most words or matches that are shown for one test.
const MATCHED_MAX: usize = 8;

/// The longest match that is shown in full, in characters.
const MATCHED_CHARACTERS_MAX: usize = 80;

/// The tree of the rule as written, with true or false at every part.
#[must_use]
pub fn explain(query: &Query, document: &TokenizedPaper, announce_type: AnnounceType) -> Explanation {
    explained(query.as_written(), document, announce_type)
}

fn explained(expr: &Expr, document: &TokenizedPaper, kind: AnnounceType) -> Explanation {
    let holds = matcher::matches(expr, document, kind);
    let each = |parts: &[Expr]| parts.iter().map(|part| explained(part, document, kind)).collect();
    let (label, matched, parts): (_, _, Vec<Explanation>) = match &expr.node {
        Node::And(parts) => ("AND".to_owned(), Vec::new(), each(parts)),
        Node::Or(parts) => ("OR".to_owned(), Vec::new(), each(parts)),
        Node::Not(inner) => ("NOT".to_owned(), Vec::new(), each(std::slice::from_ref(inner))),
        Node::Leaf(leaf) => {
            let parts = match leaf {
                Leaf::List { rule, .. } => each(std::slice::from_ref(rule)),
                _ => Vec::new(),
            };
            let mut matched = if holds { matched(leaf, document, kind) } else { Vec::new() };
            matched.dedup();
            matched.truncate(MATCHED_MAX);
            (canonical::written(leaf), matched.iter().map(|text| shortened(text)).collect(), parts)
        }
    };
    Explanation { span: expr.span, label, holds, matched, parts }
}

fn matched(leaf: &Leaf, document: &TokenizedPaper, kind: AnnounceType) -> Vec<String> {
    let paper = &document.paper;
    match leaf {
        Leaf::Words { field, words } => {
            let mut found = Vec::new();
            for part in field.parts() {
                if words_are_in(words, *part, document) {
                    found.extend(exact_words(words, *part, document));
                }
            }
            found
        }
        Leaf::Regex { field, pattern } => {
            let mut found = Vec::new();
            for part in field.parts() {
                document.texts.each(paper, *part, |text| {
                    let in_typeable =
                        || typeable(text).and_then(|text| pattern.find(&text).map(str::to_owned));
                    found.extend(pattern.find(text).map(str::to_owned).or_else(in_typeable));
                });
            }
            found
        }
        Leaf::Author(pattern) => {
            let names = document.names.iter().zip(&paper.authors.names);
            names.filter(|(name, _)| pattern.matches(name)).map(|(_, written)| written.clone()).collect()
        }
        Leaf::Subject { place, subjects: wanted } => {
            let is_wanted = |id: &str| subjects::containing(id).iter().any(|id| wanted.contains(id));
            let own = paper.subjects.iter().enumerate().filter(|(index, subject)| {
                let is_in_place = match place {
                    Place::Any => true,
                    Place::Primary => *index == 0,
                    Place::Cross => *index > 0,
                };
                is_in_place && is_wanted(&subject.id)
            });
            own.map(|(_, subject)| subject.id.to_string()).collect()
        }
        Leaf::Type(_) => vec![kind.to_string()],
        Leaf::Id(_) => vec![paper.id.to_string()],
        Leaf::Announced { .. } => vec![document.announced.to_string()],
        Leaf::Has(features) => {
            let own = features.iter().filter(|feature| document.features.contains(feature));
            own.map(|feature| feature.as_str().to_owned()).collect()
        }
        Leaf::Doi { doi, is_prefix } => {
            document.dois.iter().filter(|own| matcher::is_doi(own, doi, *is_prefix)).cloned().collect()
        }
        Leaf::Dated { .. } | Leaf::List { .. } => Vec::new(),
    }
}

fn words_are_in(words: &Words, part: PaperPart, document: &TokenizedPaper) -> bool {
    words.are_in(|term| document.occurrences(term, part).into())
}

/// The words as the paper has them, each spelling once; a word joined of parts shows its parts.
fn exact_words(words: &Words, part: PaperPart, document: &TokenizedPaper) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for term in words.terms() {
        for place in document.places(term, part) {
            let spelled = document.exact(place).unwrap_or_else(|| document.folded(place)).to_owned();
            if !found.contains(&spelled) && found.len() < MATCHED_MAX {
                found.push(spelled);
            }
        }
    }
    if words.kind == Kind::Exact {
        found.truncate(words.items.len());
    }
    found
}

fn shortened(text: &str) -> String {
    excerpt(text, MATCHED_CHARACTERS_MAX).into_owned()
}

impl LeafCount {
    /// How many of so many documents pass a test, which is a rule of its own.
    #[must_use]
    pub fn of(test: &Query, hits: usize, of: usize) -> Self {
        Self { span: test.as_written().span, label: test.canonical().to_owned(), hits, of }
    }
}

impl Query {
    /// Each test of the rule as a rule of its own, in the order of the rule as written.
    #[must_use]
    pub fn tests(&self) -> Vec<Self> {
        let mut tests = Vec::new();
        self.as_written().each_leaf(&mut |expr, leaf| {
            tests.push(Self::new(Expr { span: expr.span, node: Node::Leaf(leaf.clone()) }, Vec::new()));
        });
        tests
    }

    /// The warnings of the rule, and one for each test that every document passes, or none.
    #[must_use]
    pub fn warnings_for(&self, counts: &[LeafCount]) -> Vec<Warning> {
        let mut warnings = self.warnings().to_vec();
        for LeafCount { span, label, hits, of } in counts {
            let message = match hits {
                _ if *of == 0 => continue,
                0 => format!("`{label}` matches none of {of} papers"),
                hits if hits == of => format!("`{label}` matches all of {of} papers"),
                _ => continue,
            };
            warnings.push(Warning { position: span.start, length: span.length, message });
        }
        warnings
    }
}

impl Index {
    /// How many documents pass each test of a rule by itself, in the order of the rule as written; what has no type is
    /// not counted at all.
    #[must_use]
    pub fn leaf_counts(
        &self,
        query: &Query,
        type_of: impl Fn(DocumentId) -> Option<AnnounceType>,
    ) -> Vec<LeafCount> {
        let of = self.documents().filter(|(id, _, _)| type_of(*id).is_some()).count();
        let count = |test: &Query| LeafCount::of(test, self.search(test, &type_of).len(), of);
        query.tests().iter().map(count).collect()
    }

    /// The warnings of a rule over all documents that have a type.
    #[must_use]
    pub fn warnings(
        &self,
        query: &Query,
        type_of: impl Fn(DocumentId) -> Option<AnnounceType>,
    ) -> Vec<Warning> {
        query.warnings_for(&self.leaf_counts(query, type_of))
    }
}
