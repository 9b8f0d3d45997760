//! The section `[lists]`.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::file::FeedsFile;
use super::keys::is_list_name;
use super::rules;
use crate::filter::{DiagnosticCode, Limits, ListDiagnostic, Lists, compile_lists};
use crate::settings::raw_value::RawValue;

/// Each list by its name: the place of the name, and its rules.
type RawLists = BTreeMap<String, (Range<usize>, Vec<RawValue>)>;

/// The lists. If one of them is invalid, each is a stand-in, so that its name is known to the rules that use it.
pub(super) fn read(file: &mut FeedsFile<'_>, table: &DeTable<'_>) -> Lists {
    let Some(value) = table.get("lists") else { return Lists::default() };
    let DeValue::Table(table) = value.get_ref() else {
        let advice = "it is a section: write [lists] and below it a name = ['a rule', 'another']";
        file.wrong_type("lists", value, advice);
        return Lists::default();
    };
    let mut raw_lists = RawLists::new();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if !is_list_name(name) {
            let advice = "write letters, digits, - and _ alone";
            file.error(&key.span(), format!("`{name}` is not a name for a list; {advice}"));
        }
        let raw = file.raw(value);
        raw_lists.insert(name.to_owned(), (key.span(), rules::strings(file, name, &raw)));
    }
    let rules = raw_lists.iter().enumerate().map(|(number, (name, (_, rules)))| {
        let rules: Vec<String> = rules.iter().filter_map(RawValue::text).map(str::to_owned).collect();
        (name.clone(), if rules.is_empty() { stand_in(number) } else { rules })
    });
    let rules: BTreeMap<String, Vec<String>> = rules.collect();
    compile_lists(&rules, &Limits::CONFIG).unwrap_or_else(|diagnostics| {
        for diagnostic in &diagnostics {
            report(file, &raw_lists, diagnostic);
        }
        let names = rules.keys().enumerate();
        let stand_ins = names.map(|(number, name)| (name.clone(), stand_in(number))).collect();
        compile_lists(&stand_ins, &Limits::CONFIG).unwrap_or_default()
    })
}

fn report(file: &mut FeedsFile<'_>, lists: &RawLists, diagnostic: &ListDiagnostic) {
    let Some((name, rules)) = lists.get(&diagnostic.list) else { return };
    let found = diagnostic.diagnostics.as_slice();
    // A list that uses itself is reported at its name, whichever of its rules is named.
    let is_cycle = found.iter().any(|found| found.length == 0 && found.code == DiagnosticCode::ListCycle);
    match rules.get(diagnostic.index).filter(|_| !is_cycle) {
        Some(rule) => rules::report(file, rule, &diagnostic.diagnostics),
        None => found.iter().for_each(|found| file.error(name, found.to_string())),
    }
}

/// The rules of a stand-in; different for each list, so that no two lists are taken for the same.
fn stand_in(number: usize) -> Vec<String> {
    vec![format!("standin{number}")]
}
