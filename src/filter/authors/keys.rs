//! Keys by which the index finds names.

use super::name::{group_name, short_group_name, squashed, squashed_spellings};
use super::{AuthorPattern, Form, Name, Order};

impl AuthorPattern {
    /// Keys of which every author that matches has at least one; none where only the beginning of a word is known.
    pub(in crate::filter) fn keys(&self) -> Option<Vec<String>> {
        let is_surname_prefix = self.is_prefix
            && !matches!(&self.form, Form::Full { given, order: Order::SurnameFirst, .. } if !given.is_empty());
        if is_surname_prefix {
            return None;
        }
        Some(match &self.form {
            Form::Part(word) => {
                word.spellings().flat_map(|word| [part_key(word), squashed(word).collect()]).collect()
            }
            Form::Group(words) => vec![group_key(&group_name(words.iter()))],
            Form::Full { surname, given, order } => {
                let initials: Vec<char> = given
                    .first()
                    .map(|first| first.spellings().filter_map(|word| word.chars().next()).collect())
                    .unwrap_or_default();
                let mut keys = Vec::new();
                keys.extend(
                    (*order != Order::SurnameFirst)
                        .then(|| group_key(&group_name(given.iter().chain(surname)))),
                );
                // `Van Nguyen` is also `Nguyen` with another given name.
                let readings = (0..surname.len()).map(|start| &surname[start..]);
                let readings = readings.take(if *order == Order::SurnameFirst { 1 } else { surname.len() });
                for surname in readings.flat_map(squashed_spellings) {
                    match initials.as_slice() {
                        [] => keys.push(surname_key(&surname)),
                        initials => {
                            keys.extend(initials.iter().map(|initial| initial_key(&surname, *initial)));
                        }
                    }
                }
                if *order == Order::Open {
                    let all = [&given[..], surname].concat();
                    keys.extend(squashed_spellings(&all).map(|surname| surname_key(&surname)));
                }
                keys
            }
        })
    }

    /// The beginnings that a key of every matching author has, where [`Self::keys`] has none.
    pub(in crate::filter) fn key_prefixes(&self) -> Vec<String> {
        match &self.form {
            Form::Part(word) => word
                .spellings()
                .map(part_key)
                .chain(word.spellings().map(|w| squashed(w).collect()))
                .collect(),
            Form::Group(words) => vec![group_key(&group_name(words.iter()))],
            Form::Full { surname, given, order } => {
                let mut keys: Vec<String> =
                    squashed_spellings(surname).map(|surname| surname_key(&surname)).collect();
                keys.extend(
                    (*order != Order::SurnameFirst)
                        .then(|| group_key(&group_name(given.iter().chain(surname)))),
                );
                if *order == Order::Open {
                    let all = [&given[..], surname].concat();
                    keys.extend(squashed_spellings(&all).map(|surname| surname_key(&surname)));
                }
                keys
            }
        }
    }

    /// Does having one of the keys say it all?
    pub(in crate::filter) fn is_decided_by_keys(&self) -> bool {
        !self.is_exact
            && match &self.form {
                Form::Part(word) => {
                    !word.folded.contains(' ') && word.spelled.as_ref().is_none_or(|w| !w.contains(' '))
                }
                Form::Group(_) => true,
                Form::Full { given, .. } => given.is_empty(),
            }
    }
}

/// Every key of a name, as [`AuthorPattern::keys`] asks for them.
pub(in crate::filter) fn keys(name: &Name, mut visit: impl FnMut(&str)) {
    let mut found: Vec<String> = name.parts().into_iter().map(str::to_owned).collect();
    for word in &name.words {
        found.extend(word.spellings().filter(|word| word.contains(' ')).map(|word| squashed(word).collect()));
    }
    if name.is_group() {
        found.extend(
            [group_name(name.words.iter()), short_group_name(&name.words)].map(|name| group_key(&name)),
        );
    } else {
        for start in name.tails() {
            for surname in squashed_spellings(&name.words[start..]) {
                found.extend(name.initials(start).map(|initial| initial_key(&surname, initial)));
                found.push(surname_key(&surname));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    for found in &found {
        visit(found);
    }
}

/// `jean pierre` is looked for by its first part.
fn part_key(word: &str) -> String {
    word.split(' ').next().unwrap_or(word).to_owned()
}

fn group_key(name: &str) -> String {
    format!("~{name}")
}

fn surname_key(surname: &str) -> String {
    format!("={surname}")
}

fn initial_key(surname: &str, initial: char) -> String {
    format!("={surname},{initial}")
}
