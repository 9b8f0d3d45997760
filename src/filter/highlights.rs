//! The stretches of a shown text that made a rule match.

use std::ops::Range;

use crate::text::fold::{self, Role};
use crate::text::{typeable, typed_at};

use super::authors::Name;
use super::fields::{PaperPart, Place};
use super::query::Query;
use super::subjects;
use super::syntax::{Expr, Leaf, Node};
use super::words::{BaseForm, Item, Kind, Term, Words};

/// The tests of a rule whose matches are worth showing: those that no NOT turns around.
#[derive(Clone, Debug)]
pub struct Highlights<'a>(Vec<&'a Leaf>);

/// A word of a text: where it stands in words and in bytes, and what it is compared by.
struct Word {
    position: u32,
    length: u32,
    bytes: Range<usize>,
    /// None for a word that has no spelling of its own.
    exact: Option<String>,
    forms: Vec<String>,
}

impl<'a> Highlights<'a> {
    #[must_use]
    pub fn of(query: &'a Query) -> Self {
        let mut leaves = Vec::new();
        collect(query.as_written(), &mut leaves);
        Self(leaves)
    }

    /// The stretches of a text without TeX that match, in bytes, in their order and apart from each other.
    #[must_use]
    pub fn in_text(&self, part: PaperPart, text: &str) -> Vec<Range<usize>> {
        let mut words = None;
        let mut found = Vec::new();
        for leaf in &self.0 {
            match leaf {
                Leaf::Words { field, words: wanted } if field.parts().contains(&part) => {
                    stretches(wanted, words.get_or_insert_with(|| words_of(text)), &mut found);
                }
                Leaf::Regex { field, pattern } if field.parts().contains(&part) => {
                    let shown = pattern.find_all(text);
                    if shown.is_empty()
                        && let Some(typed) = typeable(text)
                    {
                        found.extend(pattern.find_all(&typed).iter().map(|range| typed_at(text, range)));
                    }
                    found.extend(shown);
                }
                _ => {}
            }
        }
        joined(found)
    }

    /// Is an author of this name one that the rule looks for?
    #[must_use]
    pub fn has_author(&self, name: &str) -> bool {
        let read = Name::read(name);
        let by_name =
            self.0.iter().any(|leaf| matches!(leaf, Leaf::Author(pattern) if pattern.matches(&read)));
        by_name || !self.in_text(PaperPart::Authors, name).is_empty()
    }

    /// Is this subject of a paper one that the rule looks for?
    #[must_use]
    pub fn has_subject(&self, id: &str, is_primary: bool) -> bool {
        self.0.iter().any(|leaf| match leaf {
            Leaf::Subject { place, subjects: wanted } => {
                let is_in_place = match place {
                    Place::Any => true,
                    Place::Primary => is_primary,
                    Place::Cross => !is_primary,
                };
                is_in_place && subjects::containing(id).iter().any(|id| wanted.contains(id))
            }
            _ => false,
        })
    }
}

fn collect<'a>(expr: &'a Expr, leaves: &mut Vec<&'a Leaf>) {
    match &expr.node {
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| collect(part, leaves)),
        Node::Not(_) => {}
        Node::Leaf(Leaf::List { rule, .. }) => collect(rule, leaves),
        Node::Leaf(leaf) => leaves.push(leaf),
    }
}

fn words_of(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    fold::each_token(text, |token| {
        let bytes = if token.role == Role::Compound {
            let parts = || words.iter().rev().take_while(|word| word.position >= token.position);
            let start = parts().map(|word| word.bytes.start).min();
            let end = parts().map(|word| word.bytes.end).max();
            start.unwrap_or(text.len())..end.unwrap_or(usize::MAX)
        } else {
            // The word is a slice of the text, unless one character was folded into several words.
            let start = (token.exact.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
            start..start.saturating_add(token.exact.len())
        };
        if bytes.end > text.len() {
            return;
        }
        words.push(Word {
            position: token.position,
            length: token.length,
            bytes,
            exact: (token.role == Role::Word).then(|| token.exact.to_owned()),
            forms: token.forms.to_vec(),
        });
    });
    words.sort_by_key(|word| word.position);
    words
}

/// The words from a position up to another.
fn between(words: &[Word], start: u32, end: u32) -> &[Word] {
    let at = |position: u32| words.partition_point(|word| word.position < position);
    &words[at(start)..at(end)]
}

fn stretches(wanted: &Words, words: &[Word], found: &mut Vec<Range<usize>>) {
    if let Kind::Near(_) = wanted.kind {
        let is_wanted = |word: &&Word| wanted.terms().any(|term| is(term, word));
        found.extend(words.iter().filter(is_wanted).map(|word| word.bytes.clone()));
        return;
    }
    for word in words {
        if let Some(end) = reach(&wanted.items, words, word.position)
            && end > word.position
        {
            let inside = between(words, word.position, end).iter();
            let whole = inside.filter(|other| other.position + other.length <= end);
            if let Some(last) = whole.map(|other| other.bytes.end).max() {
                found.push(word.bytes.start..last);
            }
        }
    }
}

/// Behind which position the items end that begin at a position, if they stand there one behind the other.
fn reach(items: &[Item], words: &[Word], position: u32) -> Option<u32> {
    let Some((item, rest)) = items.split_first() else { return Some(position) };
    let ends = |term: &Term, position: u32| -> Vec<u32> {
        let here = between(words, position, position + 1).iter().filter(|word| is(term, word));
        here.map(|word| word.position + word.length).collect()
    };
    let mut reached = item.joined.as_ref().map(|joined| ends(joined, position)).unwrap_or_default();
    let mut through = vec![position];
    for part in &item.parts {
        through = through.into_iter().flat_map(|position| ends(part, position)).collect();
    }
    reached.extend(through);
    // A hyphenated word ends where its parts do: without this each would double the ways.
    reached.sort_unstable();
    reached.dedup();
    reached.into_iter().find_map(|position| reach(rest, words, position))
}

fn is(term: &Term, word: &Word) -> bool {
    let has_base = |bases: &[BaseForm]| bases.iter().any(|base| word.forms.contains(&base.text));
    match term {
        Term::Word { bases, .. } => has_base(bases),
        Term::Exact { exact, .. } => word.exact.as_deref() == Some(exact),
        Term::Prefix { plain, bases } => {
            word.forms.iter().any(|form| form.starts_with(plain.as_str())) || has_base(bases)
        }
    }
}

/// In their order, those that touch as one.
fn joined(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.retain(|range| !range.is_empty());
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::super::{Context, Dialect, Limits, Lists, parse};
    use super::*;

    fn query(rule: &str) -> Query {
        let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
        parse(rule, &Limits::URL, &context).expect(rule)
    }

    fn check(rule: &str, text: &str, expected: &[&str]) {
        let query = query(rule);
        let found = Highlights::of(&query).in_text(PaperPart::Title, text);
        let found: Vec<&str> = found.into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{rule} in {text}");
    }

    #[test]
    fn the_words_of_a_rule_are_marked_as_the_text_has_them() {
        check("ti:gpu", "GPUs beat CPUs: one GPU", &["GPUs", "GPU"]);
        check("ti:(gpu OR cpu)", "GPUs beat CPUs", &["GPUs", "CPUs"]);
        check("ti:schedul*", "Schedulers schedule", &["Schedulers", "schedule"]);
        check("ti:\"leader election\"", "A leader: leader election by leaders", &["leader election"]);
        check("ti:=GPU", "GPU GPUs gpu", &["GPU"]);
        check("ti:multiagent", "Multi-agent systems", &["Multi-agent"]);
        check("ti:\"multi agent system\"", "Multi-agent systems", &["Multi-agent systems"]);
        check("ti:gasieniec", "On Gąsieniec’s rumour", &["Gąsieniec"]);
        check("ti:/all-?reduce/i", "All-Reduce, allreduce", &["All-Reduce", "allreduce"]);
        check("ti:\"a c\"~3", "a b c d", &["a", "c"]);
        check("ti:half", "½ ¼ half", &["half"]);
    }

    #[test]
    fn nothing_is_marked_that_did_not_make_the_rule_match() {
        check("abs:gpu", "GPU", &[]);
        check("-ti:gpu ti:tpu", "GPU and TPU", &["TPU"]);
        check("type:new", "new", &[]);
        check("ti:gpu", "", &[]);
    }

    #[test]
    fn authors_and_subjects_are_told_as_the_rule_means_them() {
        let by_author = query("au:del_maestro_a");
        assert!(Highlights::of(&by_author).has_author("Adrian Del Maestro"));
        assert!(!Highlights::of(&by_author).has_author("Ada Lovelace"));
        let by_subject = query("cross:cs.DC");
        assert!(Highlights::of(&by_subject).has_subject("cs.DC", false));
        assert!(!Highlights::of(&by_subject).has_subject("cs.DC", true));
    }
}
