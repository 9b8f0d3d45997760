//! What a rule takes: memory while it is kept, and whether it may take long to run.

use super::authors::{AuthorPattern, Form, NameWord};
use super::syntax::{Expr, Leaf, Node};
use super::words::{Item, Term, Words};

/// What the allocator keeps beside each piece of memory, and its smallest piece.
const ALLOCATION_BYTES: usize = 16;
const ALLOCATION_BYTES_MIN: usize = 32;

/// How many tests a rule may have that are more than a look at a list.
const COSTLY_TESTS_MAX: usize = 8;

/// The memory that a rule holds beside itself, in bytes; the rules of lists are not counted, for all share them.
pub(super) fn memory_bytes(expr: &Expr) -> usize {
    match &expr.node {
        Node::And(parts) | Node::Or(parts) => several(parts, memory_bytes),
        Node::Not(inner) => piece(size_of::<Expr>()) + memory_bytes(inner),
        Node::Leaf(leaf) => match leaf {
            Leaf::Words { words, .. } => of_words(words),
            Leaf::Regex { pattern, .. } => piece(pattern.memory_bytes()) + piece(1),
            Leaf::Author(pattern) => of_author(pattern),
            Leaf::Subject { subjects, .. } => piece(size_of_val(&**subjects)),
            Leaf::Type(types) => piece(size_of_val(&**types)),
            Leaf::Id(ids) => several(ids, |id| piece(id.len())),
            Leaf::Has(features) => piece(size_of_val(&**features)),
            Leaf::Doi { doi, .. } => piece(doi.len()),
            Leaf::List { name, .. } => piece(name.len()),
            Leaf::Announced { .. } | Leaf::Dated { .. } => 0,
        },
    }
}

/// May the rule take much longer than one of plain words? It reads texts, or many places of many words.
pub(super) fn is_costly(expr: &Expr) -> bool {
    let (mut reads_texts, mut tests) = (false, 0);
    expr.each_leaf(&mut |_, leaf| match leaf {
        Leaf::Regex { .. } => reads_texts = true,
        Leaf::Words { words, .. } => tests += usize::from(words.single().is_none_or(is_beginning)),
        Leaf::Author(pattern) => tests += usize::from(pattern.is_prefix),
        _ => {}
    });
    reads_texts || tests > COSTLY_TESTS_MAX
}

fn is_beginning(term: &Term) -> bool {
    matches!(term, Term::Prefix { .. })
}

fn piece(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + ALLOCATION_BYTES).max(ALLOCATION_BYTES_MIN) }
}

fn several<T>(parts: &[T], each: impl Fn(&T) -> usize) -> usize {
    piece(size_of_val(parts)) + parts.iter().map(each).sum::<usize>()
}

fn of_words(words: &Words) -> usize {
    several(&words.items, |Item { parts, joined }| {
        several(parts, of_term) + joined.as_ref().map_or(0, of_term)
    })
}

fn of_term(term: &Term) -> usize {
    let bases = match term {
        Term::Exact { base, .. } => piece(base.text.len()),
        term => several(term.bases(), |base| piece(base.text.len())),
    };
    piece(term.plain().len()) + bases
}

fn of_author(pattern: &AuthorPattern) -> usize {
    let words = |words: &[NameWord]| {
        several(words, |word| {
            let spelled = word.spelled.as_ref().map_or(0, |spelled| piece(spelled.len()));
            piece(word.exact.len()) + piece(word.folded.len()) + spelled
        })
    };
    let form = match &pattern.form {
        Form::Part(word) => words(std::slice::from_ref(word)),
        Form::Group(group) => words(group),
        Form::Full { surname, given, .. } => words(surname) + words(given),
    };
    piece(pattern.written.len()) + form
}

#[cfg(test)]
mod tests {
    use super::super::{Context, Dialect, Limits, Lists, Query, parse};

    fn query(rule: &str) -> Query {
        let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
        parse(rule, &Limits::URL, &context).expect(rule)
    }

    #[test]
    fn a_rule_weighs_what_its_words_take_and_not_what_it_is_compiled_to() {
        let phrase = query(&format!("\"{}\"", "a ".repeat(500)));
        // Twice, as written and in canonical order: an item, a part, two words of a letter for each.
        assert!((200_000..600_000).contains(&phrase.memory_bytes()), "{}", phrase.memory_bytes());
        let (short, long) = (query("/a/"), query("/\\w{8}/"));
        assert!(long.memory_bytes() < short.memory_bytes() + 100, "{}", long.memory_bytes());
        let config = parse(
            "/\\w{8}/",
            &Limits::CONFIG,
            &Context { lists: &Lists::default(), dialect: Dialect::Native },
        );
        assert!(config.expect("a rule").memory_bytes() > 100_000);
    }

    #[test]
    fn rules_that_read_texts_or_many_places_are_costly() {
        for rule in ["gpu", "ti:\"leader election\" au:\"Dong Dai\" cat:cs.DC", "schedul* type:new"] {
            assert!(!query(rule).is_costly(), "{rule}");
        }
        let phrases = (0..9).map(|n| format!("\"a b{n}\"")).collect::<Vec<_>>().join(" OR ");
        for rule in ["-ti:/a/", "cat:cs.DC (gpu OR abs:/x/)", &phrases] {
            assert!(query(rule).is_costly(), "{rule}");
        }
    }
}
