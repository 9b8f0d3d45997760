//! What does one entry, a `dt` with its `dd`, say of a paper?

use std::sync::Arc;

use scraper::{ElementRef, Node};

use crate::domain::announcement::{AnnounceType, Announced};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::paper::{Authors, Paper, Subject};
use crate::domain::prose::Prose;

use super::characters::{Folded, is_blank, line};
use super::selectors::{Field, attribute, elements, field_of, gather};
use super::subjects::{Subjects, cross_list_from};
use super::{Unreadable, authors, prose};

/// Where arXiv keeps its HTML renderings.
const HTML_BASE: &str = "https://arxiv.org";

/// Reads the entries of one page.
#[derive(Debug)]
pub(super) struct Reader {
    subjects: Subjects,
    /// The encoding that some bytes of the page did not fit.
    broken_encoding: Option<&'static str>,
}

/// Why an entry could not be read.
#[derive(Debug)]
pub(super) struct Trouble {
    pub unreadable: Unreadable,
    /// The part that is not there at all, which a change of arXiv's layout would explain.
    pub absent: Option<&'static str>,
}

/// What a `dt` says.
#[derive(Default)]
struct Term<'a> {
    position: Option<u32>,
    /// What stands where an identifier should.
    id: Option<&'a str>,
    html_href: Option<&'a str>,
    mark: String,
}

/// What a `dd` says.
#[derive(Default)]
struct Draft {
    title: Option<String>,
    authors: Option<Authors>,
    comments: Option<Prose>,
    journal_ref: Option<String>,
    subjects: Option<Vec<Subject>>,
    abstract_text: Option<Prose>,
    /// The first field with a character that could not be decoded.
    damaged: Option<&'static str>,
}

impl Reader {
    pub(super) fn new(broken_encoding: Option<&'static str>) -> Self {
        Self { subjects: Subjects::default(), broken_encoding }
    }

    /// Reads an entry.
    pub(super) fn read(
        &mut self,
        term: ElementRef<'_>,
        description: ElementRef<'_>,
    ) -> Result<Announced, Trouble> {
        let term = term_of(term);
        let trouble = |reason: String, absent| trouble(term.position, &reason, absent);
        let Some(position) = term.position else { return Err(trouble("no number".into(), Some("number"))) };
        let Some(id_text) = term.id else { return Err(trouble("no identifier".into(), Some("identifier"))) };
        let (id, version) =
            ArxivId::parse(id_text).map_err(|error| trouble(line(&error.to_string()), None))?;
        let draft = self.draft(description);
        if let (Some(encoding), Some(field)) = (self.broken_encoding, draft.damaged) {
            return Err(trouble(format!("bytes that are not {encoding} in the {field}"), None));
        }
        let Some(title) = draft.title else { return Err(trouble("no title".into(), Some("title"))) };
        if is_blank(&title) {
            return Err(trouble("no title".into(), None));
        }
        let Some(subjects) = draft.subjects else {
            return Err(trouble("no subjects".into(), Some("subjects")));
        };
        if subjects.is_empty() {
            return Err(trouble("no subjects".into(), None));
        }
        let cross_list_from = cross_list_from(&term.mark);
        let html = term.html_href.and_then(|href| html_link(href, &id));
        let paper = Paper {
            title,
            authors: draft.authors.unwrap_or_default(),
            comments: draft.comments,
            journal_ref: draft.journal_ref,
            subjects,
            abstract_text: draft.abstract_text,
            version: version.or(html.as_ref().and_then(|(_, version)| *version)),
            html_url: html.map(|(url, _)| url),
            id,
        };
        let announce_type = marked_type(&term.mark);
        Ok(Announced { position, announce_type, cross_list_from, paper: Arc::new(paper) })
    }

    fn draft(&mut self, description: ElementRef<'_>) -> Draft {
        let mut draft = Draft::default();
        let mut fields = fields_below(description);
        let mut next = 0;
        while let Some(&element) = fields.get(next) {
            next += 1;
            self.field(element, &mut draft, &mut fields);
        }
        draft
    }

    /// Reads a field; of two that are alike the first holds.
    fn field<'a>(&mut self, element: ElementRef<'a>, draft: &mut Draft, nested: &mut Vec<ElementRef<'a>>) {
        let is_damaged = match field_of(element) {
            Some(Field::Title) if draft.title.is_none() => {
                let (title, is_damaged) = line_with_nested(element, nested);
                draft.title = Some(title);
                is_damaged.then_some("title")
            }
            Some(Field::Authors) if draft.authors.is_none() => {
                let (authors, is_damaged) = authors::read(element, nested);
                draft.authors = Some(authors);
                is_damaged.then_some("authors")
            }
            Some(Field::Comments) if draft.comments.is_none() => {
                let read = prose::read(element, nested);
                draft.comments = (!read.prose.is_empty()).then_some(read.prose);
                read.has_replacement.then_some("comments")
            }
            Some(Field::JournalRef) if draft.journal_ref.is_none() => {
                let (journal_ref, is_damaged) = line_with_nested(element, nested);
                draft.journal_ref = (!is_blank(&journal_ref)).then_some(journal_ref);
                is_damaged.then_some("journal reference")
            }
            Some(Field::Subjects) if draft.subjects.is_none() => {
                let (subjects, is_damaged) = self.subjects.read(element, nested);
                draft.subjects = Some(subjects);
                is_damaged.then_some("subjects")
            }
            Some(Field::Abstract) if draft.abstract_text.is_none() => {
                let read = prose::read(element, nested);
                draft.abstract_text = (!read.prose.is_empty()).then_some(read.prose);
                read.has_replacement.then_some("abstract")
            }
            _ => None,
        };
        draft.damaged = draft.damaged.or(is_damaged);
    }
}

/// An entry that cannot be read, named by its number.
pub(super) fn trouble(position: Option<u32>, reason: &str, absent: Option<&'static str>) -> Trouble {
    let reason = match position {
        Some(position) => format!("item {position}: {reason}"),
        None => format!("an item without a number: {reason}"),
    };
    Trouble { unreadable: Unreadable { position, reason }, absent }
}

/// The number of an entry, where its `dt` has one.
pub(super) fn position_of(term: ElementRef<'_>) -> Option<u32> {
    elements(term).find_map(|link| attribute(link, "name")?.strip_prefix("item")?.parse().ok())
}

fn term_of(term: ElementRef<'_>) -> Term<'_> {
    let mut found = Term::default();
    for child in term.children() {
        if let Node::Text(words) = child.value() {
            found.mark.push_str(words);
            continue;
        }
        let Some(link) = ElementRef::wrap(child).filter(|child| child.value().name() == "a") else {
            continue;
        };
        let (mut href, mut id, mut title) = (None, None, None);
        for (name, value) in link.value().attrs() {
            match name {
                "name" => {
                    found.position = found.position.or_else(|| value.strip_prefix("item")?.parse().ok());
                }
                "href" => href = Some(value),
                "id" => id = Some(value),
                "title" => title = Some(value),
                _ => {}
            }
        }
        match title {
            Some("Abstract") if found.id.is_none() => {
                let from_href = href.and_then(|href| href.rsplit_once("/abs/")).map(|(_, id)| id);
                found.id = id.or(from_href);
            }
            Some("View HTML") => found.html_href = href,
            _ => {}
        }
    }
    found
}

/// The fields of an entry: children of the `dd` or of the `div.meta` in it.
fn fields_below(description: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let mut fields = Vec::with_capacity(6);
    for child in elements(description) {
        if field_of(child).is_some() {
            fields.push(child);
        } else {
            fields.extend(elements(child).filter(|field| field_of(*field).is_some()));
        }
    }
    fields
}

fn line_with_nested<'a>(element: ElementRef<'a>, nested: &mut Vec<ElementRef<'a>>) -> (String, bool) {
    let mut text = Folded::default();
    gather(element, &mut text, nested);
    let has_replacement = text.has_replacement;
    (text.take(), has_replacement)
}

/// The address of the HTML rendering and the version in it, if it is arXiv's own and of this paper.
fn html_link(href: &str, id: &ArxivId) -> Option<(String, Option<u32>)> {
    let path = href.strip_prefix(HTML_BASE).unwrap_or(href);
    let (found, version) = ArxivId::parse(path.strip_prefix("/html/")?).ok()?;
    (found == *id).then(|| (format!("{HTML_BASE}{path}"), version))
}

/// The type that the mark behind an identifier tells.
///
/// It says the same as the section's heading, but goes with the entry when entries stand under the wrong heading;
/// that the two agree in number is a part of the proof.
fn marked_type(mark: &str) -> AnnounceType {
    if mark.contains("(replaced)") {
        AnnounceType::Replace
    } else if mark.contains("(cross-list from ") {
        AnnounceType::Cross
    } else {
        AnnounceType::New
    }
}

#[cfg(test)]
mod tests;
