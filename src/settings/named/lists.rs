//! Which lists does `feeds.toml` define?

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::File;
use super::keys::is_list_name;
use crate::filter::{DiagnosticCode, Limits, Lists, compile_lists};
use crate::settings::reader::Fault;
use crate::settings::value::Given;

impl File<'_> {
    pub(super) fn lists(&mut self, table: &DeTable<'_>) -> Lists {
        let Some(value) = table.get("lists") else { return Lists::default() };
        let DeValue::Table(table) = value.get_ref() else {
            let advice = "it is a section: write [lists] and below it a name = ['a rule', 'another']";
            let given = self.given(value);
            self.faults.extend(Fault::WrongType(advice.to_owned()).said("lists", &given));
            return Lists::default();
        };
        let mut given = BTreeMap::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !is_list_name(name) {
                let advice = "letters, digits, - and _ make the name of a list";
                self.fault(&key.span(), format!("`{name}` cannot be written behind list:; {advice}"));
            }
            let value = self.given(value);
            let rules = self.strings(name, &value);
            given.insert(name.to_owned(), (key.span(), rules));
        }
        let rules = given.iter().filter(|(_, (_, rules))| !rules.is_empty());
        let mut rules: BTreeMap<String, Vec<String>> = rules
            .map(|(name, (_, rules))| {
                (name.clone(), rules.iter().filter_map(Given::text).map(str::to_owned).collect())
            })
            .collect();
        // A list that could not be read is known all the same to those that use it.
        for (number, name) in given.keys().enumerate() {
            rules.entry(name.clone()).or_insert_with(|| vec![stand_in(number)]);
        }
        match compile_lists(&rules, &Limits::CONFIG) {
            Ok(lists) => lists,
            Err(mistakes) => {
                for mistake in &mistakes {
                    let Some((key, rules)) = given.get(&mistake.list) else { continue };
                    // A list that leads back to itself does so as a whole, whichever of its rules is named.
                    let is_whole = mistake
                        .diagnostics
                        .as_slice()
                        .iter()
                        .any(|found| found.length == 0 && found.code == DiagnosticCode::ListCycle);
                    match rules.get(mistake.index).filter(|_| !is_whole) {
                        Some(rule) => self.refuse_rule(rule, &mistake.diagnostics),
                        None => mistake
                            .diagnostics
                            .as_slice()
                            .iter()
                            .for_each(|found| self.fault(key, found.to_string())),
                    }
                }
                let names = rules.keys().enumerate();
                let stand_ins = names.map(|(number, name)| (name.clone(), vec![stand_in(number)])).collect();
                compile_lists(&stand_ins, &Limits::CONFIG).unwrap_or_default()
            }
        }
    }
}

/// A rule in the place of a list that has a mistake; each list has another, so that no two seem alike.
fn stand_in(number: usize) -> String {
    format!("standin{number}")
}
