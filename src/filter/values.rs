//! Reads the value of a field into a test of papers.

mod facts;
mod lookalikes;

use super::authors::AuthorPattern;
use super::context::{Context, Dialect};
use super::error::{DiagnosticCode, RuleDiagnostic};
use super::fields::{self, Field, Place, Text};
use super::lexer::{Raw, RawForm};
use super::limits::{Limits, PREFIX_CHARACTERS_MIN, PROXIMITY_MAX};
use super::pattern::Pattern;
use super::span::Span;
use super::syntax::Leaf;
use super::words::{Kind, Words};
use super::{links, subjects};

/// Reads values and counts them.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context<'a>,
    pub diagnostics: Vec<RuleDiagnostic>,
    leaves: usize,
    regexes: usize,
}

/// Is a bare word a category or a paper?
pub(super) fn is_subject_or_id(word: &str) -> bool {
    subjects::looks_like(word) || links::paper_id(word).is_some()
}

impl<'a> Reader<'a> {
    pub(super) fn new(limits: &'a Limits, context: &'a Context<'a>) -> Self {
        Self { limits, context, diagnostics: Vec::new(), leaves: 0, regexes: 0 }
    }

    fn diagnostic(&mut self, span: Span, code: DiagnosticCode, message: impl Into<String>, hint: &str) {
        self.diagnostics.push(RuleDiagnostic::at(span, code, message, hint));
    }

    /// The test that a value stands for; none when it is a diagnostic. `name` is the field as written.
    pub(super) fn leaf(&mut self, raw: &Raw, field: Option<Field>, name: Option<&str>) -> Option<Leaf> {
        self.leaves += 1;
        if self.leaves > self.limits.leaves_max {
            if self.leaves == self.limits.leaves_max + 1 {
                let message = format!("more than {} terms", self.limits.leaves_max);
                self.diagnostic(raw.span, DiagnosticCode::TooManyTerms, message, "");
            }
            return None;
        }
        // Lucene's way to say everything, with a field or without.
        let is_everything = raw.form == RawForm::Word && matches!(raw.text.as_str(), "*" | "*:*");
        if is_everything && self.context.dialect == Dialect::Compat {
            return Some(Leaf::Announced { from: None, to: None });
        }
        match field {
            None => self.bare(raw),
            Some(Field::Text(text)) => self.text(raw, text),
            Some(Field::Author) => self.author(raw),
            Some(Field::Unsupported(_)) => None,
            Some(Field::Announced) => self.announced(raw),
            Some(Field::Dated(of)) => self.dated(raw, of),
            Some(field) => {
                let name = name.unwrap_or_default();
                self.plain_only(raw, name)?;
                match field {
                    Field::Subject(place) => self.subjects(raw, place),
                    Field::Type => self.types(raw),
                    Field::Id => self.ids(raw),
                    Field::Has => self.features(raw),
                    Field::Doi => self.doi(raw),
                    _ => self.list(raw),
                }
            }
        }
    }

    /// A bare value: a category, a paper, else words of any field.
    fn bare(&mut self, raw: &Raw) -> Option<Leaf> {
        if raw.form == RawForm::Word && !raw.is_exact && self.context.dialect == Dialect::Native {
            self.looks_like_no_field(raw)?;
            if let Some(id) = links::paper_id(&raw.text) {
                return Some(Leaf::Id(vec![id]));
            }
            if subjects::looks_like(&raw.text) {
                return self.subjects(raw, Place::Any);
            }
        }
        self.text(raw, Text::All)
    }

    fn text(&mut self, raw: &Raw, field: Text) -> Option<Leaf> {
        self.has_no_comma(raw, field)?;
        let (text, kind) = match raw.form {
            RawForm::Regex { flags } => return self.regex(raw, flags, field),
            RawForm::Range => return self.not_here(raw, "a range in brackets belongs to announced:"),
            RawForm::Phrase { is_prefix: true, .. } => {
                return self.bad_wildcard(Span::new(raw.span.end() - 1, raw.span.end()));
            }
            RawForm::Phrase { .. } if self.context.dialect == Dialect::Native && begins_a_word(&raw.text) => {
                let star = raw.text.trim_end().chars().count() - 1;
                let start = raw.span.start + usize::from(raw.is_exact) + 1 + star;
                return self.bad_wildcard_in_quotes(Span::new(start, start + 1));
            }
            RawForm::Phrase { near: Some(near), .. } => (raw.text.as_str(), self.proximity(raw, near)?),
            RawForm::Phrase { .. } => (raw.text.as_str(), Kind::Phrase),
            RawForm::Word if raw.is_exact && is_no_word(&raw.text) => return self.misplaced_exact(raw),
            RawForm::Word => self.word(raw)?,
        };
        let kind = if raw.is_exact { Kind::Exact } else { kind };
        let Some(words) = Words::read(text, kind) else {
            let message = if text.is_empty() {
                "an empty value".to_owned()
            } else {
                format!("`{text}` has no letter or digit to look for")
            };
            self.diagnostic(raw.span, DiagnosticCode::EmptyValue, message, "leave it out");
            return None;
        };
        // Counted after folding, for some letters are none then.
        let letters: usize =
            words.terms().map(|term| term.plain().chars().filter(|c| c.is_alphanumeric()).count()).sum();
        if kind == Kind::Prefix && letters < PREFIX_CHARACTERS_MIN {
            return self.short_prefix(raw);
        }
        Some(Leaf::Words { field, words })
    }

    /// A word without its `*`.
    fn word<'r>(&mut self, raw: &'r Raw) -> Option<(&'r str, Kind)> {
        let star = raw.text.chars().position(|c| c == '*');
        let Some(star) = star else {
            if raw.text.starts_with(['-', '!'])
                && raw.text.len() > 1
                && self.context.dialect == Dialect::Native
            {
                let message =
                    format!("`{}` stands before the field or a term, not behind the colon", &raw.text[..1]);
                self.diagnostic(
                    raw.span,
                    DiagnosticCode::MisplacedNot,
                    message,
                    "write -ti:word, or quote the text",
                );
                return None;
            }
            return Some((&raw.text, Kind::Phrase));
        };
        let start = raw.span.start + usize::from(raw.is_exact) + star;
        if star + 1 != raw.text.chars().count() {
            return self.bad_wildcard(Span::new(start, start + 1));
        }
        if raw.is_exact {
            self.diagnostic(
                raw.span,
                DiagnosticCode::BadWildcard,
                "= and * do not go together",
                "use /regex/ for an exact beginning",
            );
            return None;
        }
        let word = &raw.text[..raw.text.len() - 1];
        if word.is_empty() {
            return self.short_prefix(raw);
        }
        Some((word, Kind::Prefix))
    }

    fn short_prefix<T>(&mut self, raw: &Raw) -> Option<T> {
        let message = format!("* needs at least {PREFIX_CHARACTERS_MIN} characters before it");
        self.diagnostic(raw.span, DiagnosticCode::BadWildcard, message, "");
        None
    }

    fn bad_wildcard<T>(&mut self, span: Span) -> Option<T> {
        self.diagnostic(
            span,
            DiagnosticCode::BadWildcard,
            "* is allowed at the end of a word only",
            "use /regex/ for more",
        );
        None
    }

    fn bad_wildcard_in_quotes<T>(&mut self, span: Span) -> Option<T> {
        let message = "* has no meaning in quotes";
        self.diagnostic(
            span,
            DiagnosticCode::BadWildcard,
            message,
            "write word* outside of them, or use /regex/",
        );
        None
    }

    /// `=` before what is no word: a field, or a regular expression.
    fn misplaced_exact<T>(&mut self, raw: &Raw) -> Option<T> {
        let message = "= stands directly before a word or a phrase";
        let hint = match raw.text.split_once(':') {
            Some((field, value)) => format!("write {field}:={value}"),
            None => "a regular expression is exact without it".to_owned(),
        };
        self.diagnostic(raw.span, DiagnosticCode::MisplacedExact, message, &hint);
        None
    }

    fn not_here<T>(&mut self, raw: &Raw, message: &str) -> Option<T> {
        self.diagnostic(raw.span, DiagnosticCode::NotForThisField, message, "");
        None
    }

    fn proximity(&mut self, raw: &Raw, near: u32) -> Option<Kind> {
        match Some(near).filter(|near| *near <= PROXIMITY_MAX) {
            Some(_) if raw.is_exact => self.not_here(raw, "= and ~ do not go together"),
            Some(near) => Some(Kind::Near(near)),
            None => {
                let message = format!("~ needs a number from 0 to {PROXIMITY_MAX} behind it");
                self.diagnostic(raw.span, DiagnosticCode::BadProximity, message, "\"load balanced\"~4");
                None
            }
        }
    }

    fn regex(&mut self, raw: &Raw, flags: usize, field: Text) -> Option<Leaf> {
        let cut = raw.text.char_indices().rev().take(flags).last().map_or(raw.text.len(), |(start, _)| start);
        let (written, flags) = raw.text.split_at(cut);
        self.regexes += 1;
        let problem = if written.is_empty() {
            // Unclosed: told already.
            if raw.text.is_empty() && raw.span.length != 2 {
                return None;
            }
            Err("nothing stands between the slashes".to_owned())
        } else if let Some(flags) = optional_flags(written) {
            let rest = &written[flags.len() + 3..];
            Err(format!(
                "({flags}?) is the letter itself, or nothing; write /{rest}/{flags} or /(?{flags}){rest}/"
            ))
        } else if let Some(flag) = flags.chars().find(|flag| !"ims".contains(*flag)) {
            Err(format!("unknown flag `{flag}`; there are i, m and s"))
        } else if written.len() > self.limits.regex_bytes_max {
            Err(format!("{} bytes; at most {} are read", written.len(), self.limits.regex_bytes_max))
        } else if self.regexes > self.limits.regexes_max {
            Err(format!("more than {} of them in one rule", self.limits.regexes_max))
        } else {
            Pattern::compile(written, flags, self.limits)
        };
        match problem {
            Ok(pattern) => Some(Leaf::Regex { field, pattern }),
            Err(why) => {
                self.diagnostic(raw.span, DiagnosticCode::BadRegex, format!("bad regex: {why}"), "");
                None
            }
        }
    }

    fn author(&mut self, raw: &Raw) -> Option<Leaf> {
        let is_prefix = match raw.form {
            RawForm::Regex { flags } => return self.regex(raw, flags, Text::Authors),
            RawForm::Range => return self.not_here(raw, "a range in brackets belongs to announced:"),
            RawForm::Phrase { near: Some(_), .. } => return self.not_here(raw, "~ has no meaning for names"),
            RawForm::Phrase { is_prefix, .. } => is_prefix,
            RawForm::Word => false,
        };
        let text = raw.text.trim();
        let (text, is_prefix) = match text.strip_suffix('*') {
            Some(text) => (text, true),
            None => (text, is_prefix),
        };
        if let Some(star) = raw.text.chars().position(|c| c == '*').filter(|_| text.contains('*')) {
            let quote = usize::from(raw.form != RawForm::Word) + usize::from(raw.is_exact);
            let start = raw.span.start + quote + star;
            return self.bad_wildcard(Span::new(start, start + 1));
        }
        if raw.is_exact && is_prefix {
            self.diagnostic(raw.span, DiagnosticCode::BadWildcard, "= and * do not go together", "");
            return None;
        }
        let pattern = AuthorPattern::read(text, raw.is_exact, is_prefix);
        if pattern.is_none() {
            let message = if text.is_empty() {
                "an empty value".to_owned()
            } else {
                format!("`{text}` has no surname in it")
            };
            self.diagnostic(raw.span, DiagnosticCode::EmptyValue, message, "");
        }
        let pattern = pattern?;
        let letters = pattern.written.chars().filter(|c| c.is_alphanumeric()).count();
        if is_prefix && letters < PREFIX_CHARACTERS_MIN {
            return self.short_prefix(raw);
        }
        Some(Leaf::Author(pattern))
    }
}

/// `balanc*` at the end of a phrase is meant as a beginning; `A*` and `C*` are names of their own.
fn begins_a_word(phrase: &str) -> bool {
    /// The shortest word whose star is more than a part of its name.
    const CHARACTERS_MIN: usize = 3;
    phrase
        .trim_end()
        .strip_suffix('*')
        .is_some_and(|rest| rest.chars().rev().take_while(|c| c.is_alphanumeric()).count() >= CHARACTERS_MIN)
}

/// The letters of `(i?)` at the beginning of an expression, where somebody meant `(?i)`.
fn optional_flags(written: &str) -> Option<&str> {
    let (flags, _) = written.strip_prefix('(')?.split_once("?)")?;
    (!flags.is_empty() && flags.chars().all(|flag| "ims".contains(flag))).then_some(flags)
}

/// A field with its value, or what stands between slashes.
fn is_no_word(text: &str) -> bool {
    text.split_once(':').is_some_and(|(field, value)| fields::named(field).is_some() && !value.is_empty())
        || text.strip_prefix('/').is_some_and(|rest| rest.contains('/'))
}
