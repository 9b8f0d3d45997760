//! Takes the value of each key from the layers, and reports invalid values and unknown keys.

use std::collections::BTreeSet;
use std::ops::Range;

use super::diagnostic::SettingsDiagnostic;
use super::layer::{Entry, Layer, Source};
use super::near::near;
use super::raw_value::Value;
use super::value_kind::{Form, ValueKind};

pub(super) struct Reader<'a> {
    /// The lowest first.
    layers: &'a [Layer],
    known: Vec<&'static str>,
    /// Keys whose value in the highest layer is not valid.
    invalid: BTreeSet<&'static str>,
    diagnostics: Vec<SettingsDiagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(layers: &'a [Layer]) -> Self {
        Self { layers, known: Vec::new(), invalid: BTreeSet::new(), diagnostics: Vec::new() }
    }

    /// The value of a key in the highest layer where it is valid; the values of all layers are checked.
    pub(super) fn take<T: 'static>(&mut self, key: &'static str, kind: &ValueKind<T>) -> Option<T> {
        self.known.push(key);
        let mut taken = None;
        let layers = self.layers;
        for (index, layer) in layers.iter().enumerate() {
            let Some(entry) = layer.entry(key) else { continue };
            let value = if entry.is_broken { None } else { self.read(index, entry, kind) };
            if value.is_some() {
                self.invalid.remove(key);
                taken = value;
            } else {
                self.invalid.insert(key);
            }
        }
        taken
    }

    fn read<T: 'static>(&mut self, layer: usize, entry: &Entry, kind: &ValueKind<T>) -> Option<T> {
        let error = match kind.read(&entry.raw) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let before = self.diagnostics.len();
        for (span, message) in error.messages(leaf(&entry.key), &entry.raw) {
            self.report(layer, &span, message);
        }
        if matches!(kind.form, Form::Secrets(_)) {
            self.diagnostics[before..].iter_mut().for_each(SettingsDiagnostic::hide_line);
        }
        None
    }

    /// Returns whether the highest layer with this key has a valid value.
    pub(super) fn is_valid(&self, key: &str) -> bool {
        !self.invalid.contains(key)
    }

    /// Reports the value of the first key, unless the relation between the keys holds or one of them is not valid.
    pub(super) fn require(&mut self, holds: bool, keys: &[&'static str], why: impl FnOnce() -> String) {
        if holds || !keys.iter().all(|key| self.is_valid(key)) {
            return;
        }
        let key = keys[0];
        self.invalid.insert(key);
        let (index, layers) = (self.layer_of(key), self.layers);
        if let Some(entry) = layers[index].entry(key) {
            let message = format!("`{}` is {}; {}", leaf(key), entry.raw.shown, why());
            self.report(index, &entry.raw.span, message);
        }
    }

    /// The highest layer with this key; 0 is the lowest.
    pub(super) fn layer_of(&self, key: &str) -> usize {
        self.layers.iter().rposition(|layer| layer.entry(key).is_some()).unwrap_or(0)
    }

    /// Every diagnostic, including those about keys that were never taken.
    pub(super) fn finish(mut self) -> Vec<SettingsDiagnostic> {
        let layers = self.layers;
        for (index, layer) in layers.iter().enumerate() {
            for entry in layer.entries.iter().filter(|entry| !entry.is_broken) {
                if let Some(message) = self.unknown(layer, entry) {
                    self.report(index, &entry.key_span, message);
                }
            }
        }
        self.diagnostics
    }

    /// The sections, in the order in which their keys were taken.
    fn sections(&self) -> Vec<&'static str> {
        let mut sections: Vec<&str> = self.known.iter().map(|key| section(key)).collect();
        sections.dedup();
        sections
    }

    /// The message about an entry that was never taken; none for a section, and for the keys of an unknown section.
    fn unknown(&self, layer: &Layer, entry: &Entry) -> Option<String> {
        let key = entry.key.as_str();
        let sections = self.sections();
        let is_table = matches!(entry.raw.value, Value::Table);
        let is_of_file = matches!(layer.source, Source::File { .. });
        if self.known.contains(&key) || (is_table && sections.contains(&key)) {
            None
        } else if sections.contains(&key) {
            Some(format!("`{key}` is {}; it is a section: write [{key}]", entry.raw.shown))
        } else if is_of_file && !section(key).is_empty() && !sections.contains(&section(key)) {
            None
        } else if is_of_file && is_table && section(key).is_empty() {
            let near = near(key, sections.iter().copied());
            Some(format!("unknown section `{key}`; {}", hint(&near, &sections)))
        } else {
            let near = self.near_keys(key);
            let siblings: Vec<&str> =
                self.known.iter().copied().filter(|known| section(known) == section(key)).collect();
            let named = |keys: &[&str]| keys.iter().map(|known| layer.name_of(known, section(key))).collect();
            let (near, siblings): (Vec<String>, Vec<String>) = (named(&near), named(&siblings));
            let shown = layer.name_of(key, section(key));
            let hint = if siblings.is_empty() { hint(&near, &sections) } else { hint(&near, &siblings) };
            Some(format!("unknown key `{shown}`; {hint}"))
        }
    }

    /// Known keys with a similar name in the same section, else those of the same name in another section.
    fn near_keys(&self, key: &str) -> Vec<&'static str> {
        let (siblings, others): (Vec<&'static str>, Vec<&'static str>) =
            self.known.iter().copied().partition(|known| section(known) == section(key));
        let names = near(leaf(key), siblings.iter().map(|known| leaf(known)));
        let mut found: Vec<&'static str> = names
            .iter()
            .filter_map(|name| siblings.iter().copied().find(|known| leaf(known) == *name))
            .collect();
        if found.is_empty() {
            found.extend(others.into_iter().filter(|known| leaf(known) == leaf(key)));
        }
        if found.is_empty() && siblings.is_empty() {
            found = near(key, self.known.iter().copied());
        }
        found
    }

    fn report(&mut self, layer: usize, span: &Range<usize>, message: String) {
        if let Some(source) = self.layers.get(layer) {
            self.diagnostics.push(source.diagnostic(span, message));
        }
    }
}

/// What to write in place of an unknown name: similar names, or else all.
pub(super) fn hint(near: &[impl AsRef<str>], all: &[impl AsRef<str>]) -> String {
    if near.is_empty() {
        return format!("choose from {}", joined(all));
    }
    format!("near: {}", joined(near))
}

fn joined(names: &[impl AsRef<str>]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ")
}

fn section(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(section, _)| section)
}

fn leaf(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, leaf)| leaf)
}
