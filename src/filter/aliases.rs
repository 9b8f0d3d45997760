//! RSSHub's filter parameters as a rule.
//!
//! For people who switch, with RSSHub's own rules (its documentation of common parameters, and its `parameter.ts`, seen
//! in November 2026): every value is a regular expression, matched with case unless told otherwise; `filter` puts all
//! other `filter_…` out of force; `filterout` looks at title and abstract, and gives way to `filterout_title` and
//! `filterout_description` there; all that is given must hold.

use std::collections::BTreeMap;

use crate::domain::taxonomy::SubjectId;

use super::canonical;
use super::error::{DiagnosticCode, RuleDiagnostic};
use super::fields::{Place, Text};
use super::limits::Limits;
use super::pattern::Pattern;
use super::query::Query;
use super::span::Span;
use super::syntax::{Expr, Leaf, Node};

/// RSSHub's filters, understood.
#[derive(Clone, Debug)]
pub struct Aliases {
    /// What is in force, by the names of the parameters.
    given: BTreeMap<&'static str, String>,
    is_case_sensitive: bool,
    query: Query,
}

/// Equal when the same filters are in force.
impl PartialEq for Aliases {
    fn eq(&self, other: &Self) -> bool {
        (&self.given, self.is_case_sensitive) == (&other.given, other.is_case_sensitive)
    }
}

impl Eq for Aliases {}

impl std::hash::Hash for Aliases {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (&self.given, self.is_case_sensitive).hash(state);
    }
}

/// What a filter looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Title,
    Description,
    Author,
    Category,
}

const EVERY_PART: [Part; 4] = [Part::Title, Part::Description, Part::Author, Part::Category];

impl Aliases {
    /// The parameters with a regular expression, in the order in which they are written.
    pub const NAMES: [&str; 10] = [
        "filter",
        "filter_title",
        "filter_description",
        "filter_author",
        "filter_category",
        "filterout",
        "filterout_title",
        "filterout_description",
        "filterout_author",
        "filterout_category",
    ];

    /// Understands the given values; empty ones count as absent, as they do there. None when nothing is filtered.
    ///
    /// # Errors
    /// Every value that is no regular expression, or one over a limit, with the name of its parameter.
    pub fn read(
        values: &[(&str, &str)],
        is_case_sensitive: bool,
        limits: &Limits,
    ) -> Result<Option<Self>, Vec<(&'static str, RuleDiagnostic)>> {
        let value = |name: &str| values.iter().find(|(given, value)| *given == name && !value.is_empty());
        let mut given: BTreeMap<&'static str, String> = BTreeMap::new();
        for name in Self::NAMES {
            given.extend(value(name).map(|(_, value)| (name, (*value).to_owned())));
        }
        let reader = Reader { is_case_sensitive, limits };
        let read = |(name, written): (&&'static str, &String)| {
            reader.any(written, parts(name)).err().map(|diagnostic| (*name, diagnostic))
        };
        let wrong: Vec<(&'static str, RuleDiagnostic)> = given.iter().filter_map(read).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        given.retain({
            let has_filter = value("filter").is_some();
            move |name, _| !(has_filter && name.starts_with("filter_"))
        });
        let mut all = Vec::new();
        for (name, written) in &given {
            let is_shadowed = |part: &Part| {
                let over = match part {
                    Part::Title => "filterout_title",
                    _ => "filterout_description",
                };
                *name == "filterout" && given.contains_key(over)
            };
            let parts: Vec<Part> = parts(name).iter().copied().filter(|part| !is_shadowed(part)).collect();
            let Ok(Some(any)) = reader.any(written, &parts) else { continue };
            all.push(if name.starts_with("filterout") {
                Expr { span: any.span, node: Node::Not(Box::new(any)) }
            } else {
                any
            });
        }
        let node = match all.len() {
            0 => return Ok(None),
            1 => all.remove(0).node,
            _ => Node::And(all),
        };
        let query = Query::new(Expr { span: Span::default(), node }, Vec::new());
        Ok(Some(Self { given, is_case_sensitive, query }))
    }

    /// The memory that they take beside themselves, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.query.memory_bytes() + self.given.values().map(|value| value.capacity() + 64).sum::<usize>()
    }

    /// The filters as one rule.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The parameters that ask for the same again, in one order.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let insensitive = (!self.is_case_sensitive).then_some(("filter_case_sensitive", "false"));
        self.given.iter().map(|(name, value)| (*name, value.as_str())).chain(insensitive)
    }
}

/// What a parameter looks at.
fn parts(name: &str) -> &'static [Part] {
    match name.split_once('_') {
        None if name == "filter" => &EVERY_PART,
        None => &[Part::Title, Part::Description],
        Some((_, "title")) => &[Part::Title],
        Some((_, "description")) => &[Part::Description],
        Some((_, "author")) => &[Part::Author],
        Some(_) => &[Part::Category],
    }
}

struct Reader<'a> {
    is_case_sensitive: bool,
    limits: &'a Limits,
}

impl Reader<'_> {
    /// Any of the parts matches; none when no part is looked at.
    fn any(&self, written: &str, parts: &[Part]) -> Result<Option<Expr>, RuleDiagnostic> {
        let mut leaves = Vec::new();
        for part in parts {
            let field = match part {
                Part::Title => Text::Title,
                Part::Description => Text::Abstract,
                Part::Author => Text::Authors,
                Part::Category => {
                    let subjects = self.subjects(written)?;
                    let is_alone = parts.len() == 1;
                    if subjects.is_empty() && is_alone {
                        let message = format!("no category's id or name matches `{}`", shown(written));
                        let hint = "such as cs\\.DC, ^math or Machine Learning";
                        return Err(diagnostic(written, DiagnosticCode::Impossible, message, hint));
                    }
                    if !subjects.is_empty() {
                        leaves.push(leaf(Leaf::Subject { place: Place::Any, subjects }));
                    }
                    continue;
                }
            };
            leaves.push(leaf(Leaf::Regex { field, pattern: self.pattern(written)? }));
        }
        let any = leaves.pop().map(|last| {
            if leaves.is_empty() {
                return last;
            }
            leaves.push(last);
            canonical::normalized(&Expr { span: Span::default(), node: Node::Or(leaves) })
        });
        Ok(any)
    }

    fn pattern(&self, written: &str) -> Result<Pattern, RuleDiagnostic> {
        let most = self.limits.regex_bytes_max;
        if written.len() > most {
            let message = format!("{} bytes; at most {most} are read", written.len());
            return Err(diagnostic(written, DiagnosticCode::BadRegex, format!("bad regex: {message}"), ""));
        }
        let flags = if self.is_case_sensitive { "" } else { "i" };
        Pattern::compile(&with_escaped_slashes(written), flags, self.limits)
            .map_err(|why| diagnostic(written, DiagnosticCode::BadRegex, format!("bad regex: {why}"), ""))
    }

    /// The categories whose id or name matches.
    fn subjects(&self, written: &str) -> Result<Vec<SubjectId>, RuleDiagnostic> {
        let pattern = self.pattern(written)?;
        let categories = SubjectId::all().filter(|subject| !subject.is_archive_of_several());
        let mut found: Vec<SubjectId> = categories
            .filter(|subject| pattern.is_match(subject.as_str()) || pattern.is_match(subject.name()))
            .collect();
        found.sort_unstable();
        Ok(found)
    }
}

fn leaf(leaf: Leaf) -> Expr {
    Expr { span: Span::default(), node: Node::Leaf(leaf) }
}

fn diagnostic(written: &str, code: DiagnosticCode, message: String, hint: &str) -> RuleDiagnostic {
    RuleDiagnostic::at(Span::new(0, written.chars().count()), code, message, hint)
}

fn shown(written: &str) -> String {
    written.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// Between the slashes of a rule a slash needs its escape; here it has none.
fn with_escaped_slashes(written: &str) -> String {
    let mut escaped = String::with_capacity(written.len());
    let mut is_escaped = false;
    for c in written.chars() {
        if c == '/' && !is_escaped {
            escaped.push('\\');
        }
        escaped.push(c);
        is_escaped = c == '\\' && !is_escaped;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Aliases {
        Aliases::read(values, true, &Limits::URL).expect("filters").expect("some")
    }

    fn check(values: &[(&str, &str)], rule: &str) {
        assert_eq!(read(values).query().canonical(), rule);
    }

    #[test]
    fn each_filter_looks_where_it_does_in_rsshub() {
        check(&[("filter_title", "GPU|TPU")], "ti:/GPU|TPU/");
        check(&[("filter_description", "a/b")], "abs:/a\\/b/");
        check(&[("filter_author", "Li$")], "au:/Li$/");
        check(&[("filter_category", "^cs\\.D[BC]")], "cat:cs.DB,cs.DC");
        check(&[("filter_category", "Distributed, ")], "cat:cs.DC");
        check(&[("filter", "GPU")], "abs:/GPU/ OR au:/GPU/ OR ti:/GPU/");
        check(&[("filter", "cs.DC")], "abs:/cs.DC/ OR au:/cs.DC/ OR cat:cs.DC OR ti:/cs.DC/");
        check(&[("filterout", "GPU")], "-(abs:/GPU/ OR ti:/GPU/)");
        check(&[("filterout_category", "^cs.AI$")], "-cat:cs.AI");
    }

    #[test]
    fn filter_rules_over_its_parts_and_gives_way_where_filterout_has_parts() {
        let kept = read(&[("filter", "GPU"), ("filter_title", "x"), ("filterout_author", "y")]);
        assert_eq!(kept.query().canonical(), "(abs:/GPU/ OR au:/GPU/ OR ti:/GPU/) -au:/y/");
        assert_eq!(kept.parameters().collect::<Vec<_>>(), [("filter", "GPU"), ("filterout_author", "y")]);
        check(&[("filterout", "a"), ("filterout_title", "b")], "-abs:/a/ -ti:/b/");
        check(
            &[("filterout", "a"), ("filterout_title", "b"), ("filterout_description", "c")],
            "-abs:/c/ -ti:/b/",
        );
    }

    #[test]
    fn all_that_is_given_must_hold_and_case_counts_unless_told_otherwise() {
        let values = [("filter_title", "gpu"), ("filter_author", "li")];
        check(&values, "au:/li/ ti:/gpu/");
        let blind = Aliases::read(&values, false, &Limits::URL).expect("filters").expect("some");
        assert_eq!(blind.query().canonical(), "au:/li/i ti:/gpu/i");
        assert_ne!(blind, read(&values));
        assert_eq!(blind.parameters().last(), Some(("filter_case_sensitive", "false")));
    }

    #[test]
    fn an_empty_filter_is_none() {
        assert_eq!(Aliases::read(&[("filter", ""), ("filterout_title", "")], true, &Limits::URL), Ok(None));
    }

    #[test]
    fn every_mistake_is_told_also_in_what_is_not_in_force() {
        let long = "x".repeat(201);
        let values =
            [("filter", "("), ("filter_title", "["), ("filterout", &long), ("filter_category", "nowhere")];
        let diagnostics = Aliases::read(&values, true, &Limits::URL).expect_err("diagnostics");
        let names: Vec<&str> = diagnostics.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["filter", "filter_category", "filter_title", "filterout"]);
        assert!(diagnostics[0].1.message.contains("unclosed group"), "{:?}", diagnostics[0]);
        assert_eq!((diagnostics[3].1.position, diagnostics[3].1.length), (0, 201));
    }
}
