//! Cuts the text of a rule into tokens.

mod token;

use super::context::{Context, Dialect};
use super::error::{DiagnosticCode, RuleDiagnostic};
use super::fields;
use super::links;
use super::span::Span;
use super::typed;

pub(super) use token::{FieldName, Raw, RawForm, Token, TokenKind};

/// Cuts a rule into pieces; what is not understood is told as a diagnostic and left out.
pub(super) fn tokens(text: &str, context: &Context<'_>) -> (Vec<Token>, Vec<RuleDiagnostic>) {
    let mut lexer = Lexer {
        chars: typed::characters(text),
        typed: text.chars().collect(),
        at: 0,
        is_compat: context.dialect == Dialect::Compat,
        tokens: Vec::new(),
        diagnostics: Vec::new(),
    };
    while lexer.at < lexer.chars.len() {
        lexer.token();
    }
    (lexer.tokens, lexer.diagnostics)
}

struct Lexer {
    chars: Vec<char>,
    /// The same places as they were typed, for regular expressions.
    typed: Vec<char>,
    at: usize,
    is_compat: bool,
    tokens: Vec<Token>,
    diagnostics: Vec<RuleDiagnostic>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn text(&self, start: usize, end: usize) -> String {
        self.chars[start..end].iter().collect()
    }

    fn push(&mut self, start: usize, kind: TokenKind) {
        self.tokens.push(Token { span: Span::new(start, self.at), kind });
    }

    fn diagnostic(&mut self, start: usize, end: usize, code: DiagnosticCode, message: String, hint: &str) {
        self.diagnostics.push(RuleDiagnostic::at(Span::new(start, end), code, message, hint));
    }

    fn token(&mut self) {
        let start = self.at;
        let sign = match self.chars[start] {
            c if c.is_whitespace() => {
                self.at += 1;
                return;
            }
            '(' => Some(TokenKind::Open),
            ')' => Some(TokenKind::Close),
            '|' if !self.is_compat => Some(TokenKind::Or),
            '-' | '!' if !self.is_compat => {
                self.not();
                return;
            }
            _ => None,
        };
        match sign {
            Some(sign) => {
                self.at += 1;
                self.push(start, sign);
            }
            None => self.term(),
        }
    }

    fn not(&mut self) {
        let start = self.at;
        let sign = self.chars[start];
        self.at += 1;
        if self.peek(0).is_none_or(|next| next.is_whitespace() || matches!(next, ')' | '|')) {
            let message = format!("`{sign}` stands directly before a term");
            self.diagnostic(
                start,
                self.at,
                DiagnosticCode::MisplacedNot,
                message,
                "no space behind it; quote it if you mean the sign",
            );
        } else {
            self.push(start, TokenKind::Not);
        }
    }

    /// An operator, a field, or a value with or without one.
    fn term(&mut self) {
        let start = self.at;
        if let Some(field) = self.field() {
            return self.field_and_value(field);
        }
        let raw = self.value(None);
        if raw.form == RawForm::Word && !raw.is_exact {
            let operator = match raw.text.as_str() {
                upper @ ("AND" | "OR" | "NOT" | "ANDNOT") => operator(upper),
                word if !self.is_compat => operator(&word.to_ascii_uppercase()).inspect(|_| {
                    let upper = word.to_uppercase();
                    let message = format!(
                        "operators are uppercase: write {upper}, or \"{word}\" in quotes for the word"
                    );
                    self.diagnostics.push(RuleDiagnostic::at(
                        Span::new(start, self.at),
                        DiagnosticCode::LowercaseOperator,
                        message,
                        "",
                    ));
                }),
                _ => None,
            };
            if let Some(operator) = operator {
                return self.push(start, operator);
            }
        }
        self.push(start, TokenKind::Value(None, raw));
    }

    /// A name and a colon; none for a link or a pasted `arXiv:` identifier.
    fn field(&mut self) -> Option<FieldName> {
        let length = self.chars[self.at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
        let colon = self.at + length;
        if !self.chars[self.at].is_alphabetic() || self.chars.get(colon) != Some(&':') {
            return None;
        }
        let name = self.text(self.at, colon);
        let word: String = self.chars[self.at..]
            .iter()
            .take_while(|c| !c.is_whitespace() && !"()\"".contains(**c))
            .collect();
        if fields::named(&name).is_none() && links::paper_id(&word).is_some() {
            return None;
        }
        let span = Span::new(self.at, colon + 1);
        self.at = colon + 1;
        Some(FieldName { name, span })
    }

    fn field_and_value(&mut self, field: FieldName) {
        let start = field.span.start;
        let after = self.at;
        match self.peek(0) {
            Some('(') => return self.push(start, TokenKind::Field(field)),
            Some(c) if c.is_whitespace() => {
                let spaces = self.chars[after..].iter().take_while(|c| c.is_whitespace()).count();
                let next = self.chars.get(after + spaces);
                if next.is_some_and(|next| *next != ')') {
                    // Where the field itself is unknown, that is the diagnostic to tell.
                    if fields::named(&field.name).is_some() {
                        let message = format!("no space after {}:", field.name);
                        self.diagnostic(after, after + spaces, DiagnosticCode::SpaceAfterColon, message, "");
                    }
                    self.at += spaces;
                } else {
                    return self.no_value(&field, after);
                }
            }
            None | Some(')' | '|') => return self.no_value(&field, after),
            Some(_) => {}
        }
        if self.peek(0) == Some('(') {
            return self.push(start, TokenKind::Field(field));
        }
        let raw = self.value(Some(&field.name));
        if raw.form == RawForm::Word && !self.is_compat && operator(&raw.text).is_some() {
            let message = format!("`{}` is an operator, and {}: needs a value", raw.text, field.name);
            let hint = format!("write {} before the field, or quote the word", raw.text);
            return self.diagnostic(
                raw.span.start,
                raw.span.end(),
                DiagnosticCode::UnexpectedOperator,
                message,
                &hint,
            );
        }
        self.push(start, TokenKind::Value(Some(field), raw));
    }

    fn no_value(&mut self, field: &FieldName, position: usize) {
        let message = format!("{}: needs a value", field.name);
        self.diagnostic(position, position, DiagnosticCode::EmptyValue, message, "");
    }

    fn value(&mut self, field: Option<&str>) -> Raw {
        let start = self.at;
        let is_exact =
            !self.is_compat && self.peek(0) == Some('=') && self.peek(1).is_some_and(|c| !c.is_whitespace());
        self.at += usize::from(is_exact);
        let (text, form) = match self.peek(0) {
            Some('"') => self.phrase(),
            Some('/') if !is_exact && !self.is_compat => self.regex(),
            Some('[') if field.is_some_and(has_ranges) => self.range(),
            _ => self.word(field),
        };
        Raw { span: Span::new(start, self.at), text, is_exact, form }
    }

    fn word(&mut self, field: Option<&str>) -> (String, RawForm) {
        let start = self.at;
        let is_letter = |ahead: usize| self.peek(ahead).is_some_and(char::is_alphabetic);
        // `‘t Hooft` has an apostrophe that a word processor turned around.
        if self.peek(0).is_some_and(typed::is_open_quote) && is_letter(1) && is_letter(2) {
            let message = "the quotation mark is never closed".to_owned();
            self.diagnostic(start, start + 1, DiagnosticCode::UnclosedQuote, message, "");
        }
        let holds_brackets = field.is_some_and(|name| name.eq_ignore_ascii_case("doi"));
        let mut open = 0_usize;
        while let Some(c) = self.peek(0) {
            if self.is_accent(self.at) {
                self.at += 2;
                continue;
            }
            let ends = match c {
                '(' if holds_brackets => {
                    open += 1;
                    false
                }
                ')' if holds_brackets && open > 0 => {
                    open -= 1;
                    false
                }
                '(' | ')' | '"' => true,
                '|' => !self.is_compat,
                c => c.is_whitespace(),
            };
            if ends {
                break;
            }
            self.at += 1;
        }
        if self.at == start && self.peek(0).is_some_and(|c| c == '"') {
            return self.phrase();
        }
        (self.text(start, self.at), RawForm::Word)
    }

    /// TeX's `\"o`: the quotation mark belongs to the letter.
    fn is_accent(&self, at: usize) -> bool {
        self.chars[at] == '\\'
            && self.chars.get(at + 1) == Some(&'"')
            && self.chars.get(at + 2).is_some_and(|c| c.is_alphabetic() || matches!(c, '{' | '\\'))
    }

    fn phrase(&mut self) -> (String, RawForm) {
        let start = self.at;
        self.at += 1;
        let closes = |at: &usize| self.chars[*at] == '"' && !self.is_accent(at - 1);
        let Some(length) = (self.at..self.chars.len()).find(closes).map(|end| end - self.at) else {
            self.at = self.chars.len();
            self.diagnostic(
                start,
                self.at,
                DiagnosticCode::UnclosedQuote,
                "the quotation mark is never closed".to_owned(),
                "",
            );
            return (self.text(start + 1, self.at), RawForm::Phrase { near: None, is_prefix: false });
        };
        let text = self.text(self.at, self.at + length);
        self.at += length + 1;
        let mut form = RawForm::Phrase { near: None, is_prefix: false };
        if self.peek(0) == Some('~') {
            self.at += 1;
            let digits = self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit()).count();
            let number = self.text(self.at, self.at + digits);
            self.at += digits;
            form = RawForm::Phrase { near: Some(number.parse().unwrap_or(u32::MAX)), is_prefix: false };
        } else if self.peek(0) == Some('*') {
            self.at += 1;
            form = RawForm::Phrase { near: None, is_prefix: true };
        }
        (text, form)
    }

    fn regex(&mut self) -> (String, RawForm) {
        let start = self.at;
        let mut end = start + 1;
        while let Some(c) = self.chars.get(end).filter(|c| **c != '/') {
            end += if *c == '\\' { 2 } else { 1 };
        }
        if end >= self.chars.len() {
            self.at = self.chars.len();
            let message = "the regular expression is never closed by /".to_owned();
            self.diagnostic(
                start,
                self.at,
                DiagnosticCode::UnclosedRegex,
                message,
                "quote the text if you mean a slash",
            );
            return (String::new(), RawForm::Regex { flags: 0 });
        }
        let mut text: String = self.typed[start + 1..end].iter().collect();
        self.at = end + 1;
        let flags = self.chars[self.at..].iter().take_while(|c| c.is_alphanumeric()).count();
        text.push_str(&self.text(self.at, self.at + flags));
        self.at += flags;
        (text, RawForm::Regex { flags })
    }

    fn range(&mut self) -> (String, RawForm) {
        let start = self.at;
        if let Some(length) = self.chars[start..].iter().position(|c| *c == ']') {
            self.at = start + length + 1;
            (self.text(start + 1, start + length), RawForm::Range)
        } else {
            self.at = self.chars.len();
            self.diagnostic(
                start,
                self.at,
                DiagnosticCode::UnclosedRange,
                "the range is never closed by ]".to_owned(),
                "",
            );
            (self.text(start + 1, self.at), RawForm::Range)
        }
    }
}

fn operator(word: &str) -> Option<TokenKind> {
    match word {
        "AND" => Some(TokenKind::And),
        "OR" => Some(TokenKind::Or),
        "NOT" => Some(TokenKind::Not),
        "ANDNOT" => Some(TokenKind::AndNot),
        _ => None,
    }
}

/// Only behind these fields does a bracket open a range.
fn has_ranges(field: &str) -> bool {
    matches!(
        fields::named(field),
        Some(fields::Field::Announced | fields::Field::Dated(_) | fields::Field::Unsupported(_))
    )
}
