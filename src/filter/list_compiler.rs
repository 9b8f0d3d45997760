//! Reads the named lists of the configuration; a list may use others.

use std::collections::BTreeMap;

use super::context::{Context, Dialect};
use super::error::{DiagnosticCode, RuleDiagnostic, RuleDiagnostics};
use super::limits::Limits;
use super::lists::Lists;
use super::query::parse;
use super::span::Span;
use super::syntax::{Expr, Node};

/// A rule of a list that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListDiagnostic {
    pub list: String,
    /// Which of its rules, from 0.
    pub index: usize,
    pub diagnostics: RuleDiagnostics,
}

/// Reads every list; a list may use others, in any order, but not itself.
///
/// # Errors
/// Every rule with a diagnostic. An empty list is one too: it would match nothing.
pub fn compile_lists(
    lists: &BTreeMap<String, Vec<String>>,
    limits: &Limits,
) -> Result<Lists, Vec<ListDiagnostic>> {
    let mut found = Lists::default();
    let mut waiting: Vec<&String> = lists.keys().collect();
    let mut diagnostics = Vec::new();
    loop {
        let before = waiting.len();
        waiting.retain(|name| {
            // A list that uses itself waits for ever, as one does that leads back to itself through others.
            let is_open = |used: &String| lists.contains_key(used) && found.get(used).is_none();
            if uses(&lists[*name]).iter().any(is_open) {
                return true;
            }
            let rule = compile_one(&found, name, &lists[*name], limits, &mut diagnostics);
            found.insert(name, rule);
            false
        });
        if waiting.is_empty() || waiting.len() == before {
            break;
        }
    }
    for name in waiting {
        diagnostics.push(lone(name, DiagnosticCode::ListCycle, format!("list:{name} leads back to itself")));
    }
    if diagnostics.is_empty() { Ok(found) } else { Err(diagnostics) }
}

fn compile_one(
    known: &Lists,
    name: &str,
    rules: &[String],
    limits: &Limits,
    diagnostics: &mut Vec<ListDiagnostic>,
) -> Expr {
    if rules.is_empty() {
        diagnostics.push(lone(name, DiagnosticCode::EmptyGroup, format!("list {name} holds no rule")));
    }
    let context = Context { lists: known, dialect: Dialect::Native };
    let mut parts = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        match parse(rule, limits, &context) {
            Ok(query) => parts.push(query.as_written().clone()),
            Err(found) => {
                diagnostics.push(ListDiagnostic { list: name.to_owned(), index, diagnostics: found });
            }
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

fn lone(list: &str, code: DiagnosticCode, message: String) -> ListDiagnostic {
    let diagnostics = RuleDiagnostics::new(vec![RuleDiagnostic::at(Span::default(), code, message, "")]);
    ListDiagnostic { list: list.to_owned(), index: 0, diagnostics }
}
