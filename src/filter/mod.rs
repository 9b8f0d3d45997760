//! The rule language: reading rules and finding the papers that match them.
//!
//! A rule is text (`ti:GPU type:new -cat:cs.AI`). [`parse`] turns it into a [`Query`], or reports every diagnostic with its
//! place. A [`TokenizedPaper`] is a paper whose words are folded once. A query matches one document or searches an [`Index`] of
//! many. A query that parses never fails at match time; it can only exceed a [`Work`] budget.
//!
//! `docs/rules.md` describes the language for those who write rules.

mod aliases;
mod authors;
mod canonical;
mod carets;
mod context;
mod dated;
mod document;
mod error;
mod explain;
mod fields;
mod form;
mod highlights;
mod impossible;
mod index;
mod lexer;
mod limits;
mod links;
mod list_compiler;
mod lists;
mod matcher;
mod parser;
mod pattern;
mod program;
mod query;
mod span;
mod subjects;
mod syntax;
mod typed;
mod values;
mod varint;
mod weight;
mod words;
mod work;

pub use aliases::Aliases;
pub use authors::{AuthorPattern, Form, Name, NameWord};
pub use carets::Carets;
pub use context::{Context, Dialect};
pub use dated::{Dated, Period};
pub use document::TokenizedPaper;
pub use error::{DiagnosticCode, RuleDiagnostic, RuleDiagnostics, Warning};
pub use explain::{Explanation, LeafCount, explain};
pub use fields::{Feature, PaperPart, Place, Text};
pub use form::{PLACES, RuleForm};
pub use highlights::Highlights;
pub use index::{DocumentId, Index, Pending};
pub use limits::{INDEX_STEPS_MAX, Limits, PROGRAMS_BYTES_MAX, TEXT_STEPS_MAX};
pub use links::paper_id;
pub use list_compiler::{ListDiagnostic, compile_lists};
pub use lists::Lists;
pub use pattern::Pattern;
pub use program::cached_programs;
pub use query::{Query, parse};
pub use span::Span;
pub use syntax::{Expr, Leaf, Node};
pub use words::{BaseForm, Item, Kind, Occurrence, Term, Words};
pub use work::{TooMuchWork, Work};
