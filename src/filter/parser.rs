//! Builds the syntax tree of a rule from its tokens.

use super::context::{Context, Dialect};
use super::error::{DiagnosticCode, RuleDiagnostic, RuleDiagnostics, Warning};
use super::fields::{self, Field};
use super::lexer::{self, FieldName, Raw, RawForm, Token, TokenKind};
use super::limits::Limits;
use super::span::Span;
use super::syntax::{Expr, Leaf, Node, combined, negated};
use super::values::{self, Reader};

/// Reads a rule.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn parse(
    text: &str,
    limits: &Limits,
    context: &Context<'_>,
) -> Result<(Expr, Vec<Warning>), RuleDiagnostics> {
    if text.len() > limits.query_bytes_max {
        return Err(RuleDiagnostics::new(vec![too_long(text, limits.query_bytes_max)]));
    }
    if text.trim().is_empty() {
        let span = Span::default();
        return Err(RuleDiagnostics::new(vec![RuleDiagnostic::at(
            span,
            DiagnosticCode::EmptyQuery,
            "empty query",
            "",
        )]));
    }
    let (tokens, diagnostics) = lexer::tokens(text, context);
    let mut parser = Parser {
        end: text.trim_end().chars().count(),
        tokens: tokens.into_iter().peekable(),
        reader: Reader::new(limits, context),
        diagnostics,
        depth: 0,
        depth_max: limits.depth_max,
        is_compat: context.dialect == Dialect::Compat,
        warnings: Vec::new(),
    };
    let found = parser.whole();
    parser.diagnostics.append(&mut parser.reader.diagnostics);
    match found {
        Some(expr) if parser.diagnostics.is_empty() => Ok((expr, parser.warnings)),
        _ if parser.diagnostics.is_empty() => Err(RuleDiagnostics::new(vec![RuleDiagnostic::at(
            Span::default(),
            DiagnosticCode::EmptyQuery,
            "empty query",
            "",
        )])),
        _ => Err(RuleDiagnostics::new(parser.diagnostics)),
    }
}

fn too_long(text: &str, bytes_max: usize) -> RuleDiagnostic {
    let fits = text.char_indices().take_while(|(start, c)| start + c.len_utf8() <= bytes_max).count();
    let span = Span::new(fits, text.chars().count());
    let message = format!("a query of {} bytes; at most {bytes_max} are read", text.len());
    RuleDiagnostic::at(span, DiagnosticCode::TooLong, message, "")
}

struct Parser<'a> {
    /// Where the rule ends, in Unicode scalar values.
    end: usize,
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    reader: Reader<'a>,
    diagnostics: Vec<RuleDiagnostic>,
    depth: usize,
    depth_max: usize,
    is_compat: bool,
    warnings: Vec<Warning>,
}

impl Parser<'_> {
    fn diagnostic(&mut self, span: Span, code: DiagnosticCode, message: impl Into<String>, hint: &str) {
        self.diagnostics.push(RuleDiagnostic::at(span, code, message, hint));
    }

    fn whole(&mut self) -> Option<Expr> {
        let mut found = None;
        while self.tokens.peek().is_some() {
            let part = self.or(None);
            found = found.or(part);
            // Only a closing parenthesis stops before the end.
            if let Some(token) = self.tokens.next() {
                self.diagnostic(token.span, DiagnosticCode::UnopenedGroup, "`)` closes nothing", "");
            }
        }
        found
    }

    fn or(&mut self, field: Option<&FieldName>) -> Option<Expr> {
        let mut parts = vec![self.and(field)];
        loop {
            match self.tokens.peek().map(|token| &token.kind) {
                Some(TokenKind::Or) => {
                    self.tokens.next();
                }
                None | Some(TokenKind::Close) => break,
                // Side by side: arXiv's reading is OR; in ours that was taken in by `and`.
                Some(_) => {}
            }
            parts.push(self.and(field));
        }
        combined(parts, Node::Or)
    }

    fn and(&mut self, field: Option<&FieldName>) -> Option<Expr> {
        let mut parts = vec![self.not(field)];
        loop {
            let is_negated = match self.tokens.peek().map(|token| &token.kind) {
                Some(TokenKind::And) => {
                    self.tokens.next();
                    false
                }
                Some(TokenKind::AndNot) => true,
                // arXiv reads an infix NOT as ANDNOT.
                Some(TokenKind::Not) if self.is_compat => false,
                None | Some(TokenKind::Close | TokenKind::Or) => break,
                Some(_) if self.is_compat => break,
                Some(_) => false,
            };
            let part = if is_negated {
                let span = self.tokens.next().map(|token| token.span).unwrap_or_default();
                self.not(field).map(|inner| negated(span, inner))
            } else {
                self.not(field)
            };
            parts.push(part);
        }
        combined(parts, Node::And)
    }

    fn not(&mut self, field: Option<&FieldName>) -> Option<Expr> {
        let mut sign: Option<Span> = None;
        let mut is_negated = false;
        while let Some(token) = self.tokens.next_if(|token| token.kind == TokenKind::Not) {
            sign = sign.or(Some(token.span));
            is_negated = !is_negated;
        }
        let inner = self.atom(field)?;
        Some(match sign {
            Some(sign) if is_negated => negated(sign, inner),
            Some(sign) => Expr { span: sign.to(inner.span), ..inner },
            None => inner,
        })
    }

    fn atom(&mut self, field: Option<&FieldName>) -> Option<Expr> {
        let Some(token) = self.tokens.peek() else {
            let end = Span::new(self.end, self.end);
            // A lexical diagnostic at the end has said it already.
            if self.diagnostics.iter().all(|diagnostic| diagnostic.position + diagnostic.length < self.end) {
                self.diagnostic(
                    end,
                    DiagnosticCode::TermExpected,
                    "query ends where a term was expected",
                    "",
                );
            }
            return None;
        };
        let span = token.span;
        match &token.kind {
            TokenKind::Close => {
                let is_told = self
                    .diagnostics
                    .iter()
                    .any(|diagnostic| diagnostic.position + diagnostic.length == span.start);
                if !is_told && self.depth > 0 {
                    self.diagnostic(
                        span,
                        DiagnosticCode::TermExpected,
                        "the group ends where a term was expected",
                        "",
                    );
                }
                None
            }
            TokenKind::And | TokenKind::Or | TokenKind::AndNot => {
                // A lowercase operator has been told already.
                if self.diagnostics.iter().all(|diagnostic| diagnostic.position != span.start) {
                    let message = "an operator where a term was expected";
                    self.diagnostic(
                        span,
                        DiagnosticCode::UnexpectedOperator,
                        message,
                        "quote it if you mean the word",
                    );
                }
                // A leading AND is dropped here; OR is left for the caller, who goes on behind it.
                if matches!(token_kind(&mut self.tokens), Some(TokenKind::And | TokenKind::AndNot)) {
                    self.tokens.next();
                    return self.not(field);
                }
                None
            }
            TokenKind::Not => None,
            TokenKind::Open => {
                self.tokens.next();
                self.group(span, field)
            }
            TokenKind::Field(_) | TokenKind::Value(..) => self.term(field),
        }
    }

    fn term(&mut self, outer: Option<&FieldName>) -> Option<Expr> {
        let token = self.tokens.next()?;
        let (own, raw) = match token.kind {
            TokenKind::Field(own) => (Some(own), None),
            TokenKind::Value(own, raw) => (own, Some(raw)),
            _ => return None,
        };
        if let (Some(own), Some(outer)) = (&own, outer) {
            let message = format!("{}: inside {}:( )", own.name, outer.name);
            self.diagnostic(
                own.span,
                DiagnosticCode::NestedField,
                message,
                "a field covers one value or one group",
            );
        }
        let name = own.as_ref().or(outer);
        let field = match name {
            None => Some(None),
            // An outer field that is wrong has been told at its group.
            Some(name) => self.known(name, own.is_some()).map(Some),
        };
        match raw {
            None => {
                let open = self.tokens.next().map_or(token.span, |open| open.span);
                let name = name.filter(|_| field.is_some());
                self.group(open, name.cloned().as_ref())
                    .map(|inner| Expr { span: token.span.to(inner.span), ..inner })
            }
            Some(raw) => {
                let field = field?;
                let has_prefix = own.is_some();
                self.value(&raw, token.span, field, name, has_prefix)
            }
        }
    }

    fn value(
        &mut self,
        raw: &Raw,
        span: Span,
        field: Option<Field>,
        name: Option<&FieldName>,
        has_prefix: bool,
    ) -> Option<Expr> {
        let leaf: Leaf = self.reader.leaf(raw, field, name.map(|name| &*name.name))?;
        if has_prefix && matches!(field, Some(Field::Text(_))) && raw.form == RawForm::Word {
            self.warn_of_a_bare_word(name, raw, span);
        }
        Some(Expr::leaf(span, leaf))
    }

    /// `ti:quantum computing` looks for `computing` everywhere.
    fn warn_of_a_bare_word(&mut self, name: Option<&FieldName>, raw: &Raw, span: Span) {
        let (Some(name), Some(Token { kind: TokenKind::Value(None, next), .. })) = (name, self.tokens.peek())
        else {
            return;
        };
        if next.form != RawForm::Word || values::is_subject_or_id(&next.text) {
            return;
        }
        let (field, first, second) = (&name.name, &raw.text, &next.text);
        let message = format!(
            "{field}: covers `{first}` alone and `{second}` may be anywhere; write {field}:({first} {second}) or \
             {field}:\"{first} {second}\" if you mean both"
        );
        self.warnings.push(Warning { position: span.start, length: span.to(next.span).length, message });
    }

    fn known(&mut self, name: &FieldName, is_told_here: bool) -> Option<Field> {
        let diagnostic = match fields::named(&name.name) {
            Some(Field::Unsupported(why)) => {
                (DiagnosticCode::UnsupportedField, format!("{}: {why}", name.name), String::new())
            }
            Some(Field::Dated(_)) if !self.is_compat => {
                let message = format!("{}: {}", name.name, fields::NO_SUBMISSION_DATE);
                (DiagnosticCode::UnsupportedField, message, String::new())
            }
            Some(field) => return Some(field),
            None => {
                let hint =
                    fields::near(&name.name).map(|near| format!("near: {near}:; ")).unwrap_or_default();
                let hint = format!("{hint}known: {}; quote the text if you mean a colon", fields::KNOWN);
                (DiagnosticCode::UnknownField, format!("unknown field `{}`", name.name), hint)
            }
        };
        if is_told_here {
            self.diagnostic(name.span, diagnostic.0, diagnostic.1, &diagnostic.2);
        }
        None
    }

    /// What stands behind an opening parenthesis, up to its closing one.
    fn group(&mut self, open: Span, field: Option<&FieldName>) -> Option<Expr> {
        if self.depth >= self.depth_max {
            let message = format!("groups deeper than {}", self.depth_max);
            self.diagnostic(open, DiagnosticCode::TooDeep, message, "");
            self.skip_group();
            return None;
        }
        if let Some(close) = self.tokens.next_if(|token| token.kind == TokenKind::Close) {
            self.diagnostic(
                open.to(close.span),
                DiagnosticCode::EmptyGroup,
                "nothing stands in the parentheses",
                "",
            );
            return None;
        }
        self.depth += 1;
        let inner = self.or(field);
        let close = self.tokens.next();
        self.depth -= 1;
        if close.is_none() {
            self.diagnostic(open, DiagnosticCode::UnclosedGroup, "`(` is never closed", "");
        }
        let end = close.map_or(open, |close| close.span);
        inner.map(|inner| Expr { span: open.to(end), ..inner })
    }

    /// Passes over a group that is too deep, however deep it goes.
    fn skip_group(&mut self) {
        let mut open = 1_usize;
        while open > 0 {
            match self.tokens.next().map(|token| token.kind) {
                Some(TokenKind::Open) => open += 1,
                Some(TokenKind::Close) => open -= 1,
                Some(_) => {}
                None => return,
            }
        }
    }
}

fn token_kind(tokens: &mut std::iter::Peekable<std::vec::IntoIter<Token>>) -> Option<&TokenKind> {
    tokens.peek().map(|token| &token.kind)
}
