//! The forms under which a word is found.

use super::number::{Found, singulars};
use super::spelling::american;
use super::token::{Role, Token};

/// The fewest letters of a name that is also found without `++` or `#`: `PointNet++`, but not `C++`.
const SIGNED_LETTERS_MIN: usize = 2;

/// The forms of one word after another, in memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Forms {
    all: Vec<String>,
    used: usize,
    bases: usize,
}

impl Forms {
    /// The forms of a folded word.
    pub(super) fn find(&mut self, plain: &str) {
        self.used = 0;
        let name = plain.trim_end_matches(['+', '#']);
        if name.len() < plain.len() {
            self.add(plain, "");
            self.bases = 1;
            if name.chars().count() >= SIGNED_LETTERS_MIN {
                self.add_bases(name);
            }
            return;
        }
        let begins_otherwise = self.add_bases(plain);
        self.bases = self.used;
        if begins_otherwise {
            // So that its beginning finds it: `behaviou*`, `wom*`.
            self.add(plain, "");
        }
    }

    /// The one form of a word that is looked for as it is spelled.
    pub(super) fn exactly(&mut self, exact: &str) {
        self.used = 0;
        self.add("=", exact);
        self.bases = 1;
    }

    pub(super) fn token<'a>(
        &'a self,
        role: Role,
        exact: &'a str,
        plain: &'a str,
        position: u32,
        length: u32,
    ) -> Token<'a> {
        Token { role, exact, plain, forms: &self.all[..self.used], bases: self.bases, position, length }
    }

    /// Whether a base form may begin otherwise than the word.
    fn add_bases(&mut self, plain: &str) -> bool {
        let mut is_american = false;
        let mut singular = String::new();
        let found = singulars(plain, &mut |stem, ending| {
            singular.clear();
            singular.push_str(stem);
            singular.push_str(ending);
            match american(&singular) {
                Some(american) => {
                    is_american = true;
                    self.add(&american, "");
                }
                None => self.add(&singular, ""),
            }
        });
        is_american || found == Found::InTable
    }

    fn add(&mut self, stem: &str, ending: &str) {
        let is_same = |known: &String| known.strip_prefix(stem).is_some_and(|rest| rest == ending);
        if self.all[..self.used].iter().any(is_same) {
            return;
        }
        if self.used == self.all.len() {
            self.all.push(String::new());
        }
        let form = &mut self.all[self.used];
        form.clear();
        form.push_str(stem);
        form.push_str(ending);
        self.used += 1;
    }
}
