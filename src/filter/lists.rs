//! Which rules do the named lists hold?

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::error::{Code, Mistake, Mistakes};
use super::limits::Limits;
use super::syntax::{Expr, Leaf, Node, Span};
use super::{Context, Mode, canonical, parse};

/// The named lists of the configuration, ready for `list:`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {
    rules: BTreeMap<String, Arc<Expr>>,
}

/// A rule of a list that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListMistake {
    pub list: String,
    /// Which of its rules, from 0.
    pub index: usize,
    pub mistakes: Mistakes,
}

impl Lists {
    /// Reads every list; a list may use others, in any order, but not itself.
    ///
    /// # Errors
    /// Every rule with a mistake. An empty list is one too: it would match nothing.
    pub fn compile(lists: &BTreeMap<String, Vec<String>>, limits: &Limits) -> Result<Self, Vec<ListMistake>> {
        let mut found = Self::default();
        let mut waiting: Vec<&String> = lists.keys().collect();
        let mut mistakes = Vec::new();
        loop {
            let before = waiting.len();
            waiting.retain(|name| {
                // A list that uses itself waits for ever, as one does that leads back to itself through others.
                let is_open = |used: &String| lists.contains_key(used) && !found.rules.contains_key(used);
                if uses(&lists[*name]).iter().any(is_open) {
                    return true;
                }
                let rule = found.compile_one(name, &lists[*name], limits, &mut mistakes);
                found.rules.insert((*name).clone(), Arc::new(rule));
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
        &self,
        name: &str,
        rules: &[String],
        limits: &Limits,
        mistakes: &mut Vec<ListMistake>,
    ) -> Expr {
        if rules.is_empty() {
            mistakes.push(lone(name, Code::EmptyGroup, format!("list {name} holds no rule")));
        }
        let context = Context { lists: self, mode: Mode::Native };
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

    /// Any of the list's rules.
    pub(super) fn get(&self, name: &str) -> Option<Arc<Expr>> {
        self.rules.get(name).cloned()
    }

    /// In alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
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

/// The names of the lists that a rule uses, directly or through others.
pub(super) fn used_by(expr: &Expr) -> Vec<&str> {
    let mut names = Vec::new();
    expr.each_leaf(&mut |_, leaf| {
        if let Leaf::List { name, .. } = leaf {
            names.push(name.as_str());
        }
    });
    names.sort_unstable();
    names.dedup();
    names
}

/// What the lists hold that a rule uses, as a hash; 0 where it uses none.
///
/// It is compared within one process only, so the standard hasher does.
pub(super) fn meaning(expr: &Expr) -> u64 {
    let mut used = BTreeMap::new();
    expr.each_leaf(&mut |_, leaf| {
        if let Leaf::List { name, rule } = leaf {
            used.entry(name.as_str()).or_insert_with(|| canonical::printed(rule));
        }
    });
    if used.is_empty() {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    used.hash(&mut hasher);
    hasher.finish()
}
