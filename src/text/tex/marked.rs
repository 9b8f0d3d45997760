//! Reads TeX into text with signs for links and formulas, which markup replaces later.

use std::borrow::Cow;

use super::objects::{Objects, Sign};
use super::reader::{Reader, name};
use super::symbols;

/// Reads a text as [`super::to_unicode`] does, with signs for what is more than text.
pub(in crate::text) fn read_with(text: &str, objects: &mut Objects) -> String {
    let mut reader = Reader::new(text);
    reader.objects = Some(objects);
    reader.read()
}

impl Reader<'_> {
    /// A formula that was read from `start` of the output on becomes markup, where that can be had.
    pub(super) fn mark_formula(&mut self, source: &str, is_display: bool, start: usize) {
        let Some(objects) = self.objects.as_deref_mut() else { return };
        let (Some(markup), Some(sign)) = (objects.markup, Sign::Formula(objects.formulas.len()).character())
        else {
            return;
        };
        // What reads as plain letters and digits needs no markup.
        let Some(formula) = markup(&undoubled(source), is_display, self.out[start..].trim()) else { return };
        self.out.truncate(start);
        self.out.push(sign);
        objects.formulas.push(formula);
    }

    /// Words that lead to an address: a link where there is markup, `words (address)` elsewhere.
    pub(super) fn link(&mut self, address: &str, words: &str) {
        if words.is_empty() && address.starts_with(|c| Sign::of(c).is_some()) {
            self.append(address);
        } else if words.is_empty() || words == address {
            let sign = self.opening(address);
            self.append_link(sign, address);
        } else if let Some(sign) = self.opening(address) {
            self.append_link(Some(sign), words);
        } else {
            self.append(&format!("{words} ({address})"));
        }
    }

    fn append_link(&mut self, opening: Option<char>, words: &str) {
        let closing = opening.and_then(|_| Sign::Closes.character());
        self.out.extend(opening);
        self.append(words);
        self.out.extend(closing);
    }

    fn opening(&mut self, address: &str) -> Option<char> {
        let is_sign = address.chars().any(|c| Sign::of(c).is_some());
        let objects = self.objects.as_deref_mut()?;
        let is_address = is_sign && address.chars().nth(1).is_none() || is_web(address);
        let sign = Sign::Opens(objects.addresses.len()).character().filter(|_| is_address)?;
        objects.addresses.push(address.to_owned());
        Some(sign)
    }
}

/// `$\\omega$` with the backslash that some program doubled; to a library it were a new line and five letters.
fn undoubled(source: &str) -> Cow<'_, str> {
    if !source.contains("\\\\") {
        return Cow::Borrowed(source);
    }
    let mut single = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("\\\\") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let name = name(after);
        single.push_str(before);
        single.push_str(if name.len() > 1 && symbols::is_known(name) { "\\" } else { "\\\\" });
        rest = after;
    }
    single.push_str(rest);
    Cow::Owned(single)
}

fn is_web(address: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        address.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme))
    })
}
