//! The named lists of the configuration, compiled.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::canonical;
use super::syntax::{Expr, Leaf};

/// The named lists of the configuration, ready for `list:`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {
    rules: BTreeMap<String, Arc<Expr>>,
}

impl Lists {
    pub(super) fn insert(&mut self, name: &str, rule: Expr) {
        self.rules.insert(name.to_owned(), Arc::new(rule));
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
