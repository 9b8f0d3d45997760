//! Compares a replacement with the version before it: title, authors, comments and abstract.
//!
//! Titles, comments and abstracts are compared word by word, authors one by one, all as the reader sees them: another
//! spelling of the same letter is no change.

use jiff::civil::Date;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::domain::event::{Earlier, Event};
use crate::domain::excerpt::beginning;
use crate::domain::paper::Paper;
use crate::domain::presentation::TextMode;
use crate::domain::prose::Prose;
use crate::text;

/// Texts whose words, multiplied, are more than this are not compared word by word: one of the two was rewritten, or
/// either is no abstract.
const PAIRS_MAX: usize = 1 << 20;

/// The most words that may be gone or new; what changes more than that is better read than compared.
const WORDS_MAX: usize = 240;

/// How many words are shown around a change.
const AROUND: usize = 5;

/// How much is shown of a text that was, where there is no markup, in characters.
const SHOWN_CHARACTERS: usize = 200;

/// How a replacement differs from the version before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changes {
    since: Date,
    fields: Vec<Field>,
}

#[derive(Debug, PartialEq, Eq)]
struct Field {
    name: &'static str,
    /// All of it, as it was.
    before: String,
    kind: Kind,
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Read as a whole.
    Line,
    /// Of interest where it changes.
    Text,
    /// Each by itself.
    List,
}

/// Words or names that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Run {
    Same(Vec<String>),
    Gone(Vec<String>),
    New(Vec<String>),
    Rewritten,
}

/// The differences between an event and the version before it; none for an event that is no replacement, or whose earlier
/// version is not known.
pub(super) fn changes(event: &Event, mode: TextMode) -> Option<Changes> {
    let Earlier { listing_date, paper: before } =
        event.earlier.as_ref().filter(|_| event.announce_type.is_replacement())?;
    let after = &event.paper;
    let words = |text: String| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let prose = |prose: &Option<Prose>| {
        words(prose.as_ref().map(|prose| text::prose(prose, mode)).unwrap_or_default())
    };
    let names = |paper: &Paper| -> Vec<String> {
        let names = paper.authors.names.iter().map(|name| text::one_line(&text::inline(name, mode)));
        names.chain(paper.authors.et_al.then(|| "et al.".to_owned())).collect()
    };
    let mut fields = vec![
        field("title", Kind::Line, &words(text::title(before, mode)), &words(text::title(after, mode))),
        field("authors", Kind::List, &names(before), &names(after)),
        field("comments", Kind::Line, &prose(&before.comments), &prose(&after.comments)),
    ];
    // Some listings have no abstracts, or empty ones; that is no change.
    let abstracts = (prose(&before.abstract_text), prose(&after.abstract_text));
    if !abstracts.0.is_empty() && !abstracts.1.is_empty() {
        fields.push(field("abstract", Kind::Text, &abstracts.0, &abstracts.1));
    }
    Some(Changes { since: *listing_date, fields: fields.into_iter().flatten().collect() })
}

/// What a replacement changed, as HTML for a page; none for an event that is no replacement or whose earlier version is
/// not known.
#[must_use]
pub fn changes_html(event: &Event, mode: TextMode) -> Option<String> {
    changes(event, mode).map(|changes| changes.html())
}

impl Changes {
    /// A paragraph, and what changed, `del` for what is gone and `ins` for what is new.
    pub(super) fn html(&self) -> String {
        if self.fields.is_empty() {
            return format!("<p>{}</p>", self.names());
        }
        let items =
            self.fields.iter().map(|field| format!("<li>{}: {}</li>", capitalized(field.name), field.html()));
        format!("<p><strong>{}</strong></p><ul>{}</ul>", self.names(), items.collect::<String>())
    }

    /// What changed, and how short texts were before, on one line.
    pub(super) fn plain(&self) -> String {
        let fields: Vec<String> = self.fields.iter().map(Field::plain).collect();
        if fields.is_empty() { self.names() } else { format!("{}: {}.", self.head(), fields.join("; ")) }
    }

    /// What changed, in a few words: `Changed since 2 March 2026: title, abstract.`
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        if names.is_empty() {
            let date = day(self.since);
            return format!("Title, authors, comments and abstract are as they were on {date}.");
        }
        format!("{}: {}.", self.head(), names.join(", "))
    }

    fn head(&self) -> String {
        format!("Changed since {}", day(self.since))
    }
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

fn capitalized(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

/// What became of a text; none when it is as it was.
fn field(name: &'static str, kind: Kind, before: &[String], after: &[String]) -> Option<Field> {
    if before == after {
        return None;
    }
    let separator = if kind == Kind::List { ", " } else { " " };
    Some(Field { name, before: before.join(separator), kind, runs: runs(before, after) })
}

fn runs(before: &[String], after: &[String]) -> Vec<Run> {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let ends = before[start..].iter().rev().zip(after[start..].iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[start..before.len() - end], &after[start..after.len() - end]);
    if old.len().saturating_mul(new.len()) > PAIRS_MAX || old.len().max(new.len()) > PAIRS_MAX {
        return vec![Run::Rewritten];
    }
    let mut runs = vec![Run::Same(before[..start].to_vec())];
    let mut changed = 0;
    for operation in capture_diff_slices(Algorithm::Myers, old, new) {
        let (gone, come) = (&old[operation.old_range()], &new[operation.new_range()]);
        if let DiffOp::Equal { .. } = operation {
            runs.push(Run::Same(gone.to_vec()));
            continue;
        }
        changed += gone.len() + come.len();
        runs.extend([Run::Gone(gone.to_vec()), Run::New(come.to_vec())]);
    }
    if changed > WORDS_MAX {
        return vec![Run::Rewritten];
    }
    runs.push(Run::Same(before[before.len() - end..].to_vec()));
    runs.retain(
        |run| !matches!(run, Run::Same(words) | Run::Gone(words) | Run::New(words) if words.is_empty()),
    );
    runs
}

impl Field {
    fn html(&self) -> String {
        let separator = if self.kind == Kind::List { ", " } else { " " };
        let last = self.runs.len().saturating_sub(1);
        let shown = self.runs.iter().enumerate().filter_map(|(at, run)| match run {
            Run::Rewritten => Some("rewritten".to_owned()),
            Run::Same(words) => {
                let (first, last) = (at == 0, at == last);
                Some(match self.kind {
                    Kind::List => return None,
                    Kind::Line => text::escape(&words.join(" ")).into_owned(),
                    Kind::Text => text::escape(&around(words, first, last)).into_owned(),
                })
            }
            Run::Gone(words) => Some(format!("<del>{}</del>", text::escape(&words.join(separator)))),
            Run::New(words) => Some(format!("<ins>{}</ins>", text::escape(&words.join(separator)))),
        });
        shown.collect::<Vec<_>>().join(separator)
    }

    fn plain(&self) -> String {
        let gone = self.runs.iter().filter_map(|run| if let Run::Gone(all) = run { Some(all) } else { None });
        let come = self.runs.iter().filter_map(|run| if let Run::New(all) = run { Some(all) } else { None });
        let of = |names: Vec<&str>, what: &str| {
            (!names.is_empty()).then(|| format!("{what} {}", shortened(&names.join(", "))))
        };
        match self.kind {
            Kind::Text => self.name.to_owned(),
            Kind::Line if self.before.is_empty() => format!("{} (none before)", self.name),
            Kind::Line => format!("{} (was: {})", self.name, shortened(&self.before)),
            Kind::List => {
                let gone: Vec<&str> = gone.flatten().map(String::as_str).collect();
                let come: Vec<&str> = come.flatten().map(String::as_str).collect();
                let parts = [of(only(&come, &gone), "with"), of(only(&gone, &come), "without")];
                match parts.into_iter().flatten().collect::<Vec<_>>().join(", ") {
                    // The same names in another order.
                    parts if parts.is_empty() => self.name.to_owned(),
                    parts => format!("{} ({parts})", self.name),
                }
            }
        }
    }
}

fn only<'a>(names: &[&'a str], others: &[&str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| !others.contains(name)).collect()
}

/// The words next to a change.
fn around(words: &[String], is_first: bool, is_last: bool) -> String {
    let (before, after) = (if is_first { 0 } else { AROUND }, if is_last { 0 } else { AROUND });
    if words.len() <= before + after + 2 {
        return words.join(" ");
    }
    let mut shown = words[..before].to_vec();
    shown.push("…".to_owned());
    shown.extend_from_slice(&words[words.len() - after..]);
    shown.join(" ")
}

fn shortened(text: &str) -> String {
    let shown = beginning(text, SHOWN_CHARACTERS);
    if shown.len() == text.len() { text.to_owned() } else { format!("{}…", shown.trim_end()) }
}

#[cfg(test)]
#[path = "changes/tests.rs"]
mod tests;
