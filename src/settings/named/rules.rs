//! The rules of feeds and lists.

use toml::de::DeTable;

use super::file::FeedsFile;
use crate::filter::{self, Context, Dialect, Limits, Lists, Query, RuleDiagnostics};
use crate::settings::literal::character_offsets;
use crate::settings::raw_value::{RawValue, Value};
use crate::settings::value_kind::ValueError;

/// A rule, if it is valid.
pub(super) fn rule(file: &mut FeedsFile<'_>, key: &str, raw: &RawValue, lists: &Lists) -> Option<Query> {
    let Value::Text(rule) = &raw.value else {
        let advice = "write a rule in quotes such as 'ti:GPU'".to_owned();
        file.errors.extend(ValueError::WrongType(advice).messages(key, raw));
        return None;
    };
    let context = Context { lists, dialect: Dialect::Native };
    filter::parse(rule, &Limits::CONFIG, &context).map_err(|diagnostics| report(file, raw, &diagnostics)).ok()
}

/// The rules of a list as one rule that matches if any of them does.
pub(super) fn any_of(
    file: &mut FeedsFile<'_>,
    table: &DeTable<'_>,
    key: &str,
    lists: &Lists,
) -> Option<Query> {
    let raw = file.raw(table.get(key)?);
    let rules = strings(file, key, &raw);
    let rules: Vec<Query> = rules.iter().filter_map(|raw| rule(file, key, raw, lists)).collect();
    rules.into_iter().reduce(|any, rule| any.or(&rule))
}

/// The strings of a list, which must not be empty.
pub(super) fn strings(file: &mut FeedsFile<'_>, key: &str, raw: &RawValue) -> Vec<RawValue> {
    let advice = "write a list of rules such as ['ti:GPU', 'abs:\"leader election\"']".to_owned();
    let error = match &raw.value {
        Value::List(items) if items.is_empty() => ValueError::Invalid(advice),
        Value::List(items) if items.iter().all(|item| item.text().is_some()) => return items.clone(),
        _ => ValueError::WrongType(advice),
    };
    file.errors.extend(error.messages(key, raw));
    Vec::new()
}

/// Reports the diagnostics of a rule at their places in the file.
pub(super) fn report(file: &mut FeedsFile<'_>, raw: &RawValue, diagnostics: &RuleDiagnostics) {
    let literal = file.text.get(raw.span.clone()).unwrap_or_default();
    let offsets = character_offsets(literal);
    let is_whole = raw.text().is_some_and(|rule| rule.chars().count() + 1 == offsets.len());
    for diagnostic in diagnostics.as_slice() {
        let offset = |position: usize| offsets.get(position).map(|offset| raw.span.start + offset);
        let span = offset(diagnostic.position).zip(offset(diagnostic.position + diagnostic.length));
        let span = span.filter(|_| is_whole).map_or(raw.span.clone(), |(start, end)| start..end);
        file.error(&span, diagnostic.to_string());
    }
}
