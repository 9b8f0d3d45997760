//! Which layer decides a key, and which keys does nobody know?

use std::ops::Range;

use super::layer::{Entry, Layer, Source};
use super::mistake::Mistake;
use super::near::near;
use super::value::{Given, Value};

/// Takes known keys out of the layers and collects what is wrong with them.
pub(super) struct Reader<'a> {
    /// The lowest first.
    layers: &'a [Layer],
    known: Vec<&'static str>,
    mistakes: Vec<Mistake>,
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) enum Fault {
    /// The value is not what the key takes; says what to write.
    Instead(String),
    /// The value is of another type; says what to write.
    WrongType(String),
    /// Parts of the value are wrong: where, and a whole message each.
    Parts(Vec<(Range<usize>, String)>),
}

impl Fault {
    /// What is said of the value of a key, and where.
    pub(super) fn said(self, name: &str, given: &Given) -> Vec<(Range<usize>, String)> {
        let span = given.span.clone();
        match self {
            Self::Instead(advice) => vec![(span, format!("`{name}` is {}; {advice}", given.shown))],
            Self::WrongType(advice) => {
                vec![(span, format!("`{name}` is {}, {}; {advice}", given.shown, given.value.kind()))]
            }
            Self::Parts(parts) => parts,
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(layers: &'a [Layer]) -> Self {
        Self { layers, known: Vec::new(), mistakes: Vec::new() }
    }

    /// The value of the highest layer that gives the key, when it can be read; every layer's value is checked.
    pub(super) fn take<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&Given) -> Result<T, Fault>,
    ) -> Option<T> {
        self.known.push(key);
        let mut taken = None;
        let layers = self.layers;
        for (index, layer) in layers.iter().enumerate() {
            let Some(entry) = layer.entry(key) else { continue };
            if entry.is_broken {
                taken = None;
                continue;
            }
            taken = match read(&entry.given) {
                Ok(value) => Some(value),
                Err(fault) => {
                    self.report_fault(index, entry, fault);
                    None
                }
            };
        }
        taken
    }

    /// The same for a value that is not to be seen: what is wrong is told, and where, without the line.
    pub(super) fn take_secret<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&Given) -> Result<T, Fault>,
    ) -> Option<T> {
        let before = self.mistakes.len();
        let taken = self.take(key, read);
        self.mistakes[before..].iter_mut().for_each(Mistake::hide_line);
        taken
    }

    /// Which layer decides the key; 0 is the lowest.
    pub(super) fn layer_of(&self, key: &str) -> usize {
        self.layers.iter().rposition(|layer| layer.entry(key).is_some()).unwrap_or(0)
    }

    /// Says that the deciding value of a key, though readable, cannot stay.
    pub(super) fn refuse(&mut self, key: &str, why: &str) {
        let index = self.layer_of(key);
        let layers = self.layers;
        if let Some(entry) = layers.get(index).and_then(|layer| layer.entry(key)) {
            let message = format!("`{}` is {}; {why}", leaf(key), entry.given.shown);
            self.report(index, &entry.given.span, message);
        }
    }

    /// Every mistake, those about keys that were never taken included.
    pub(super) fn finish(mut self) -> Vec<Mistake> {
        let layers = self.layers;
        for (index, layer) in layers.iter().enumerate() {
            for entry in layer.entries.iter().filter(|entry| !entry.is_broken) {
                if let Some(message) = self.unknown(layer, entry) {
                    self.report(index, &entry.key_span, message);
                }
            }
        }
        self.mistakes
    }

    /// The sections, in the order in which their keys were taken.
    fn sections(&self) -> Vec<&'static str> {
        let mut sections: Vec<&str> = self.known.iter().map(|key| section(key)).collect();
        sections.dedup();
        sections
    }

    /// What to say of an entry that was never taken; nothing for a section, and for what a wrong section holds.
    fn unknown(&self, layer: &Layer, entry: &Entry) -> Option<String> {
        let key = entry.key.as_str();
        let sections = self.sections();
        let is_table = matches!(entry.given.value, Value::Table);
        let is_of_file = matches!(layer.source, Source::File { .. });
        if self.known.contains(&key) || (is_table && sections.contains(&key)) {
            None
        } else if sections.contains(&key) {
            Some(format!("`{key}` is {}; it is a section: write [{key}]", entry.given.shown))
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

    /// Known keys with a like name in the same section, else those of the same name in another.
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

    fn report_fault(&mut self, layer: usize, entry: &Entry, fault: Fault) {
        for (span, message) in fault.said(leaf(&entry.key), &entry.given) {
            self.report(layer, &span, message);
        }
    }

    fn report(&mut self, layer: usize, span: &Range<usize>, message: String) {
        if let Some(source) = self.layers.get(layer) {
            self.mistakes.push(source.mistake(span, message));
        }
    }
}

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
