//! Reads the named lists of the configuration; a list may use others.

use std::collections::BTreeMap;

use super::context::{Context, Mode};
use super::error::{Code, Mistake, Mistakes};
use super::limits::Limits;
use super::lists::Lists;
use super::query::parse;
use super::span::Span;
use super::syntax::{Expr, Node};

/// A rule of a list that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListMistake {
    pub list: String,
    /// Which of its rules, from 0.
    pub index: usize,
    pub mistakes: Mistakes,
}

/// Reads every list; a list may use others, in any order, but not itself.
///
/// # Errors
/// Every rule with a mistake. An empty list is one too: it would match nothing.
pub fn compile_lists(
    lists: &BTreeMap<String, Vec<String>>,
    limits: &Limits,
) -> Result<Lists, Vec<ListMistake>> {
    let mut found = Lists::default();
    let mut waiting: Vec<&String> = lists.keys().collect();
    let mut mistakes = Vec::new();
    loop {
        let before = waiting.len();
        waiting.retain(|name| {
            // A list that uses itself waits for ever, as one does that leads back to itself through others.
            let is_open = |used: &String| lists.contains_key(used) && found.get(used).is_none();
            if uses(&lists[*name]).iter().any(is_open) {
                return true;
            }
            let rule = compile_one(&found, name, &lists[*name], limits, &mut mistakes);
            found.insert(name, rule);
            false
        });
        if waiting.is_empty() || waiting.len() == before {
            break;
        }
    }
    for name in waiting {
        mistakes.push(lone(name, Code::ListCycle, format!("list:{name} leads back to itself")));
    }
    if mistakes.is_empty() { Ok(found) } else { Err(mistakes) }
}

fn compile_one(
    known: &Lists,
    name: &str,
    rules: &[String],
    limits: &Limits,
    mistakes: &mut Vec<ListMistake>,
) -> Expr {
    if rules.is_empty() {
        mistakes.push(lone(name, Code::EmptyGroup, format!("list {name} holds no rule")));
    }
    let context = Context { lists: known, mode: Mode::Native };
    let mut parts = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        match parse(rule, limits, &context) {
            Ok(query) => parts.push(query.as_written().clone()),
            Err(found) => mistakes.push(ListMistake { list: name.to_owned(), index, mistakes: found }),
        }
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => Expr { span: Span::default(), node: Node::Or(parts) },
    }
}

/// The names behind `list:`, found without reading the rules.
fn uses(rules: &[String]) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || "()\"|".contains(c);
    let mut used = Vec::new();
    for rule in rules {
        for (start, found) in rule.match_indices("list:") {
            let name = &rule[start + found.len()..];
            let name = &name[..name.find(ends).unwrap_or(name.len())];
            used.push(name.to_owned());
        }
    }
    used
}

fn lone(list: &str, code: Code, message: String) -> ListMistake {
    let mistakes = Mistakes::new(vec![Mistake::at(Span::default(), code, message, "")]);
    ListMistake { list: list.to_owned(), index: 0, mistakes }
}
