//! Refuses values that look like something else: `ti=x`, `ti :x`, `ti:a,b`, `/(i?)x/`.

use super::super::context::Dialect;
use super::super::error::DiagnosticCode;
use super::super::fields::{self, Text};
use super::super::lexer::{Raw, RawForm};
use super::Reader;

impl Reader<'_> {
    /// `ti=x` and `ti :x` look like a field, and are none.
    pub(super) fn looks_like_no_field(&mut self, raw: &Raw) -> Option<()> {
        let (message, hint) =
            if let Some(value) = raw.text.strip_prefix(':').filter(|value| !value.is_empty()) {
                (
                    format!("no space before the colon of `:{value}`"),
                    format!("write field:{value}, such as ti:{value}"),
                )
            } else {
                let Some((name, value)) = raw.text.split_once('=') else { return Some(()) };
                if fields::named(name).is_none() || value.is_empty() {
                    return Some(());
                }
                (
                    format!("`{name}=` is no field"),
                    format!("write {name}:{value}, or {name}:={value} for that spelling alone"),
                )
            };
        self.diagnostic(
            raw.span,
            DiagnosticCode::NotForThisField,
            message,
            &format!("{hint}; quote the text if you mean it"),
        );
        None
    }

    /// `ti:LLM,GPU`: a comma is a list in other fields, and between the digits of `10,000` a part of the number.
    pub(super) fn has_no_comma(&mut self, raw: &Raw, field: Text) -> Option<()> {
        let is_list = raw.text.split_once(',').is_some_and(|(left, right)| {
            let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let is_number = is_digit(left.chars().next_back()) && is_digit(right.chars().next());
            !is_number && !right.trim_matches(',').is_empty()
        });
        let is_native = self.context.dialect == Dialect::Native;
        if raw.form != RawForm::Word || raw.is_exact || field == Text::All || !is_native || !is_list {
            return Some(());
        }
        let prefix = field.prefix();
        let words: Vec<&str> = raw.text.split(',').filter(|word| !word.is_empty()).collect();
        let (any, all) = (words.join(" OR "), words.join(" "));
        let hint =
            format!("write {prefix}({any}) for any of them, {prefix}({all}) for all, or quote the text");
        self.diagnostic(raw.span, DiagnosticCode::NotForThisField, "a comma does not part words here", &hint);
        None
    }
}
