//! Reads values that are not text: subjects, types, days, identifiers.

use jiff::civil::Date;

use super::super::dated::{Dated, Period};
use super::super::error::DiagnosticCode;
use super::super::fields::{Feature, Place};
use super::super::lexer::{Raw, RawForm};
use super::super::span::Span;
use super::super::syntax::Leaf;
use super::super::{links, subjects};
use super::Reader;
use crate::domain::announcement::AnnounceType;
use crate::domain::excerpt::beginning;

impl Reader<'_> {
    /// Fields of names and numbers take words, at most in quotes.
    pub(super) fn plain_only(&mut self, raw: &Raw, name: &str) -> Option<()> {
        let what = match raw.form {
            RawForm::Regex { .. } => "a regular expression",
            RawForm::Range => "a range",
            RawForm::Phrase { near: Some(_), .. } => "~",
            RawForm::Phrase { is_prefix: true, .. } => "*",
            _ if raw.is_exact => "=",
            _ => return Some(()),
        };
        self.not_here(raw, &format!("{what} has no meaning in {name}:"))
    }

    /// Each item of a comma list with its place.
    fn items<T>(
        &mut self,
        raw: &Raw,
        mut read: impl FnMut(&mut Self, &str, Span) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut start = raw.span.start + usize::from(raw.form != RawForm::Word);
        let mut found = Vec::new();
        let mut count = 0;
        for item in raw.text.split(',') {
            let length = item.chars().count();
            let span = Span::new(start, start + length);
            start += length + 1;
            count += 1;
            if item.trim().is_empty() {
                self.diagnostic(
                    span,
                    DiagnosticCode::EmptyValue,
                    "an empty item in the list",
                    "no comma at the end, no space behind a comma",
                );
            } else {
                found.extend(read(self, item.trim(), span));
            }
        }
        (found.len() == count).then_some(found)
    }

    pub(super) fn subjects(&mut self, raw: &Raw, place: Place) -> Option<Leaf> {
        let found = self.items(raw, |reader, item, span| match subjects::read_all(item) {
            Ok(subjects) => Some(subjects),
            Err(near) => {
                let near =
                    if near.is_empty() { String::new() } else { format!(" (near: {})", near.join(", ")) };
                let shown = beginning(item, 64);
                let message = format!("unknown category '{shown}'{near}");
                reader.diagnostic(span, DiagnosticCode::UnknownCategory, message, "");
                None
            }
        })?;
        let mut subjects = found.concat();
        subjects.sort_unstable();
        subjects.dedup();
        Some(Leaf::Subject { place, subjects })
    }

    pub(super) fn types(&mut self, raw: &Raw) -> Option<Leaf> {
        let mut found = self.items(raw, |reader, item, span| {
            let known: Option<AnnounceType> = item.to_ascii_lowercase().parse().ok();
            if known.is_none() {
                let message = format!("unknown type '{item}'");
                reader.diagnostic(
                    span,
                    DiagnosticCode::UnknownType,
                    message,
                    "choose from new, cross, replace, replace-cross",
                );
            }
            known
        })?;
        found.sort_unstable();
        found.dedup();
        Some(Leaf::Type(found))
    }

    pub(super) fn ids(&mut self, raw: &Raw) -> Option<Leaf> {
        let mut found = self.items(raw, |reader, item, span| {
            let id = links::paper_id(item);
            if id.is_none() {
                let message = format!("'{item}' is not an arXiv identifier");
                reader.diagnostic(
                    span,
                    DiagnosticCode::BadId,
                    message,
                    "2602.23598, hep-th/9901001, or a link to the paper",
                );
            }
            id
        })?;
        found.sort_unstable();
        found.dedup();
        Some(Leaf::Id(found))
    }

    pub(super) fn features(&mut self, raw: &Raw) -> Option<Leaf> {
        let mut found = self.items(raw, |reader, item, span| {
            let known = Feature::ALL.into_iter().find(|feature| feature.as_str().eq_ignore_ascii_case(item));
            if known.is_none() {
                let choices = Feature::ALL.map(Feature::as_str).join(", ");
                let message = format!("unknown feature '{item}'");
                reader.diagnostic(
                    span,
                    DiagnosticCode::UnknownFeature,
                    message,
                    &format!("choose from {choices}"),
                );
            }
            known
        })?;
        found.sort_unstable();
        found.dedup();
        Some(Leaf::Has(found))
    }

    pub(super) fn doi(&mut self, raw: &Raw) -> Option<Leaf> {
        let (text, is_prefix) = match raw.text.strip_suffix('*') {
            Some(text) => (text, true),
            None => (raw.text.as_str(), false),
        };
        let doi = links::doi(text, is_prefix);
        if doi.is_none() {
            self.diagnostic(
                raw.span,
                DiagnosticCode::BadId,
                format!("'{text}' is not a DOI"),
                "10.1145/3292500, or 10.1145/* for a publisher",
            );
        }
        doi.map(|doi| Leaf::Doi { doi, is_prefix })
    }

    pub(super) fn list(&mut self, raw: &Raw) -> Option<Leaf> {
        if let Some(rule) = self.context.lists.get(&raw.text) {
            Some(Leaf::List { name: raw.text.clone(), rule })
        } else {
            let known = self.context.lists.names().collect::<Vec<_>>().join(", ");
            let hint = if known.is_empty() {
                "no lists are configured".to_owned()
            } else {
                format!("known: {known}")
            };
            self.diagnostic(
                raw.span,
                DiagnosticCode::UnknownList,
                format!("unknown list '{}'", raw.text),
                &hint,
            );
            None
        }
    }

    pub(super) fn announced(&mut self, raw: &Raw) -> Option<Leaf> {
        let (from, to) = match raw.form {
            RawForm::Range => {
                let mut ends = raw.text.split_whitespace();
                if let (Some(first), Some("TO"), Some(last), None) =
                    (ends.next(), ends.next(), ends.next(), ends.next())
                {
                    let (mut from, mut to) = (None, None);
                    self.end(raw, first, &mut from)?;
                    self.end(raw, last, &mut to)?;
                    (from, to)
                } else {
                    self.diagnostic(
                        raw.span,
                        DiagnosticCode::BadDate,
                        "a range is two dates with TO between them",
                        "[2026-03-02 TO *]",
                    );
                    return None;
                }
            }
            RawForm::Word | RawForm::Phrase { near: None, is_prefix: false } if !raw.is_exact => {
                let day = self.date(raw, raw.text.trim())?;
                (Some(day), Some(day))
            }
            _ => return self.not_here(raw, "announced: takes a day or a range of days"),
        };
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            self.diagnostic(
                raw.span,
                DiagnosticCode::Impossible,
                format!("no day is from {from} and up to {to}"),
                "the earlier day comes first",
            );
            return None;
        }
        Some(Leaf::Announced { from, to })
    }

    /// A period in which a paper was announced first or last, as arXiv's API takes it.
    pub(super) fn dated(&mut self, raw: &Raw, of: Dated) -> Option<Leaf> {
        let period = match raw.form {
            RawForm::Range => Period::of_range(&raw.text),
            _ => Period::of_word(&raw.text),
        };
        let hint = format!("{}:[202603020000 TO 202603022359], in GMT", of.field());
        let Some(period) = period else {
            self.diagnostic(
                raw.span,
                DiagnosticCode::BadDate,
                format!("'{}' is no range of dates", raw.text),
                &hint,
            );
            return None;
        };
        if period.is_empty() {
            let message = format!("no time is in {}", period.written());
            self.diagnostic(raw.span, DiagnosticCode::Impossible, message, "the earlier end comes first");
            return None;
        }
        Some(Leaf::Dated { of, period })
    }

    /// One end of a range; `*` is open. None for a diagnostic.
    fn end(&mut self, raw: &Raw, text: &str, end: &mut Option<Date>) -> Option<()> {
        if text != "*" {
            *end = Some(self.date(raw, text)?);
        }
        Some(())
    }

    fn date(&mut self, raw: &Raw, text: &str) -> Option<Date> {
        let date = read_date(text);
        if date.is_none() {
            self.diagnostic(
                raw.span,
                DiagnosticCode::BadDate,
                format!("'{text}' is not a day"),
                "20260302 or 2026-03-02",
            );
        }
        date
    }
}

/// `20260302` or `2026-03-02`.
fn read_date(text: &str) -> Option<Date> {
    let digits = match text.as_bytes() {
        [_, _, _, _, b'-', _, _, b'-', _, _] => text.replace('-', ""),
        [_, _, _, _, _, _, _, _] => text.to_owned(),
        _ => return None,
    };
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| digits[range].parse::<i16>().ok();
    let month = i8::try_from(number(4..6)?).ok()?;
    let day = i8::try_from(number(6..8)?).ok()?;
    Date::new(number(0..4)?, month, day).ok()
}
