//! The canonical form of rules: rules that say the same in another order print alike.

use super::fields::Text;
use super::subjects;
use super::syntax::{Expr, Leaf, Node};
use super::words::{Item, Kind, Term, Words};

/// The same rule in one form: groups inside groups of their kind taken apart, double negations gone, comma lists for
/// choices of one field, everything sorted, nothing twice.
pub(super) fn normalized(expr: &Expr) -> Expr {
    let node = match &expr.node {
        Node::Leaf(leaf) => Node::Leaf(leaf.clone()),
        Node::Not(inner) => match normalized(inner).node {
            Node::Not(twice) => twice.node,
            node => Node::Not(Box::new(Expr { span: inner.span, node })),
        },
        Node::And(parts) => {
            let parts = flat(parts, |node| match node {
                Node::And(parts) => Ok(parts),
                other => Err(other),
            });
            only(sorted(parts), Node::And)
        }
        Node::Or(parts) => {
            let parts = flat(parts, |node| match node {
                Node::Or(parts) => Ok(parts),
                other => Err(other),
            });
            only(sorted(merged(parts)), Node::Or)
        }
    };
    Expr { span: expr.span, node }
}

fn flat(parts: &[Expr], open: impl Fn(Node) -> Result<Vec<Expr>, Node>) -> Vec<Expr> {
    let mut found = Vec::new();
    for part in parts {
        let Expr { span, node } = normalized(part);
        match open(node) {
            Ok(inner) => found.extend(inner),
            Err(node) => found.push(Expr { span, node }),
        }
    }
    found
}

/// `type:new OR type:cross` is `type:cross,new`.
fn merged(parts: Vec<Expr>) -> Vec<Expr> {
    let mut found: Vec<Expr> = Vec::new();
    for part in parts {
        let is_merged = found.iter_mut().any(|known| match (&mut known.node, &part.node) {
            (Node::Leaf(known), Node::Leaf(leaf)) => merge(known, leaf),
            _ => false,
        });
        if !is_merged {
            found.push(part);
        }
    }
    found
}

fn merge(known: &mut Leaf, leaf: &Leaf) -> bool {
    match (known, leaf) {
        (Leaf::Type(known), Leaf::Type(more)) => union(known, more),
        (Leaf::Has(known), Leaf::Has(more)) => union(known, more),
        (Leaf::Id(known), Leaf::Id(more)) => union(known, more),
        (Leaf::Subject { place, subjects: known }, Leaf::Subject { place: other, subjects: more })
            if place == other =>
        {
            union(known, more);
        }
        _ => return false,
    }
    true
}

fn union<T: Clone + Ord>(known: &mut Vec<T>, more: &[T]) {
    known.extend_from_slice(more);
    known.sort();
    known.dedup();
}

fn sorted(parts: Vec<Expr>) -> Vec<Expr> {
    let mut parts: Vec<(String, Expr)> = parts.into_iter().map(|part| (printed(&part), part)).collect();
    // What must not be there reads better at the end.
    parts
        .sort_by(|(left, _), (right, _)| (left.starts_with('-'), left).cmp(&(right.starts_with('-'), right)));
    parts.dedup_by(|(left, _), (right, _)| left == right);
    parts.into_iter().map(|(_, part)| part).collect()
}

fn only(mut parts: Vec<Expr>, of: impl FnOnce(Vec<Expr>) -> Node) -> Node {
    match parts.pop() {
        Some(last) if parts.is_empty() => last.node,
        Some(last) => {
            parts.push(last);
            of(parts)
        }
        None => of(parts),
    }
}

/// The rule as text; of a [`normalized`] rule this is its canonical form.
pub(super) fn printed(expr: &Expr) -> String {
    let mut text = String::new();
    print(expr, &mut text);
    text
}

fn print(expr: &Expr, text: &mut String) {
    match &expr.node {
        Node::Leaf(leaf) => text.push_str(&written(leaf)),
        Node::Not(inner) => {
            text.push('-');
            print_inside(inner, text);
        }
        Node::And(parts) => {
            for (index, part) in parts.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { " " });
                print_inside(part, text);
            }
        }
        Node::Or(parts) => {
            for (index, part) in parts.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { " OR " });
                match part.node {
                    Node::Or(_) => print_inside(part, text),
                    _ => print(part, text),
                }
            }
        }
    }
}

fn print_inside(expr: &Expr, text: &mut String) {
    if matches!(expr.node, Node::And(_) | Node::Or(_)) {
        text.push('(');
        print(expr, text);
        text.push(')');
    } else {
        print(expr, text);
    }
}

/// One test as a rule has it.
pub(super) fn written(leaf: &Leaf) -> String {
    let list = |prefix: &str, items: Vec<String>| format!("{prefix}{}", items.join(","));
    match leaf {
        Leaf::Words { field, words } => format!("{}{}", field.prefix(), words_written(words)),
        Leaf::Regex { field, pattern } => format!("{}{}", field.prefix(), pattern.written()),
        Leaf::Author(pattern) => {
            let star = if pattern.is_prefix { "*" } else { "" };
            let sign = if pattern.is_exact { "=" } else { "" };
            let is_word = pattern.written.chars().all(|c| c.is_alphanumeric() || c == '-');
            let quote = if is_word && !pattern.written.starts_with('-') { "" } else { "\"" };
            format!("{}{sign}{quote}{}{star}{quote}", Text::Authors.prefix(), pattern.written)
        }
        Leaf::Subject { place, subjects } => {
            list(place.prefix(), subjects.iter().map(|subject| subjects::written(*subject)).collect())
        }
        Leaf::Type(types) => {
            let mut names: Vec<String> = types.iter().map(ToString::to_string).collect();
            names.sort_unstable();
            list("type:", names)
        }
        Leaf::Id(ids) => list("id:", ids.clone()),
        Leaf::Has(features) => {
            list("has:", features.iter().map(|feature| feature.as_str().to_owned()).collect())
        }
        Leaf::Announced { from, to } if from.is_some() && from == to => {
            format!("announced:{}", from.map(|day| day.to_string()).unwrap_or_default())
        }
        Leaf::Announced { from, to } => {
            let end =
                |day: &Option<jiff::civil::Date>| day.map_or_else(|| "*".to_owned(), |day| day.to_string());
            format!("announced:[{} TO {}]", end(from), end(to))
        }
        Leaf::Dated { of, period } => format!("{}:{}", of.field(), period.written()),
        Leaf::Doi { doi, is_prefix } => format!("doi:\"{doi}{}\"", if *is_prefix { "*" } else { "" }),
        Leaf::List { name, .. } => {
            let is_word = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            if is_word { format!("list:{name}") } else { format!("list:\"{name}\"") }
        }
    }
}

fn words_written(words: &Words) -> String {
    let text = words.items.iter().map(item_written).collect::<Vec<_>>().join(" ");
    let is_bare = words.single().is_some() && !matches!(&*text, "and" | "or" | "not" | "andnot");
    match words.kind {
        Kind::Phrase if is_bare => text,
        Kind::Phrase => format!("\"{text}\""),
        Kind::Exact if words.items.len() == 1 => format!("={text}"),
        Kind::Exact => format!("=\"{text}\""),
        // A star has no meaning in quotes, so the parts stay together by a sign that separates words.
        Kind::Prefix => format!("{}*", text.replace(' ', "/")),
        Kind::Near(distance) => format!("\"{text}\"~{distance}"),
    }
}

/// The words as they were before they lost a plural where they are parts of a hyphenated word: joined, it may not.
fn item_written(item: &Item) -> String {
    item.parts.iter().map(Term::plain).collect::<Vec<_>>().join("-")
}
