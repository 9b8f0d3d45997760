//! Tests one paper against a rule.

use std::borrow::Cow;

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;
use crate::text::typeable;

use super::document::TokenizedPaper;
use super::fields::{PaperPart, Place, Text};
use super::syntax::{Expr, Leaf, Node};
use super::words::{Term, Words};

pub(super) fn matches(expr: &Expr, document: &TokenizedPaper, announce_type: AnnounceType) -> bool {
    match &expr.node {
        Node::And(parts) => parts.iter().all(|part| matches(part, document, announce_type)),
        Node::Or(parts) => parts.iter().any(|part| matches(part, document, announce_type)),
        Node::Not(inner) => !matches(inner, document, announce_type),
        Node::Leaf(leaf) => leaf_matches(leaf, document, announce_type),
    }
}

fn leaf_matches(leaf: &Leaf, document: &TokenizedPaper, announce_type: AnnounceType) -> bool {
    match leaf {
        Leaf::Words { field, words } => words_match(words, *field, document),
        Leaf::Regex { field, pattern } => field.parts().iter().any(|part| {
            let mut found = false;
            document.texts.each(&document.paper, *part, |text| {
                let is_match = |text: String| pattern.is_match(&text);
                found = found || pattern.is_match(text) || typeable(text).is_some_and(is_match);
            });
            found
        }),
        Leaf::Author(pattern) => document.names.iter().any(|name| pattern.matches(name)),
        Leaf::Subject { place, subjects } => {
            let is_in = |own: &[SubjectId]| own.iter().any(|id| subjects.contains(id));
            match place {
                Place::Any => is_in(&document.primary) || is_in(&document.cross),
                Place::Primary => is_in(&document.primary),
                Place::Cross => is_in(&document.cross),
            }
        }
        Leaf::Type(types) => types.contains(&announce_type),
        Leaf::Id(ids) => ids.contains(&document.id),
        Leaf::Announced { from, to } => {
            from.is_none_or(|from| from <= document.announced) && to.is_none_or(|to| document.announced <= to)
        }
        // The dates of other announcements are not known here: see `Query::with_dates`.
        Leaf::Dated { .. } => false,
        Leaf::Has(features) => features.iter().any(|feature| document.features.contains(feature)),
        Leaf::Doi { doi, is_prefix } => document.dois.iter().any(|own| is_doi(own, doi, *is_prefix)),
        Leaf::List { rule, .. } => matches(rule, document, announce_type),
    }
}

pub(super) fn is_doi(own: &str, wanted: &str, is_prefix: bool) -> bool {
    if is_prefix { own.starts_with(wanted) } else { own == wanted }
}

fn words_match(words: &Words, field: Text, document: &TokenizedPaper) -> bool {
    let mut parts = field.parts().iter();
    if let Some(term) = words.single() {
        return document.holds(term, field.parts());
    }
    // Most papers lack one of the words, and that is seen without looking at places.
    if !words.may_be_in(|term| document.holds(term, field.parts())) {
        return false;
    }
    if let Some(terms) = words.plain_phrase()
        && let Some((first, rest)) = terms.split_first()
    {
        let begins = |part| document.places(first, part).map(|word| word.occurrence.end());
        return parts.any(|part| begins(*part).any(|end| follow(rest, document, *part, end)));
    }
    parts.any(|part| words.are_in(|term| Cow::Owned(document.occurrences(term, *part))))
}

/// Do the words stand one behind the other from a position on?
fn follow(terms: &[&Term], document: &TokenizedPaper, part: PaperPart, position: u32) -> bool {
    let Some((first, rest)) = terms.split_first() else { return true };
    document.places_at(first, part, position).any(|word| follow(rest, document, part, word.occurrence.end()))
}
