//! Parses one entry, a `dt` with its `dd`, into a paper.

use std::sync::Arc;

use scraper::{ElementRef, Node};

use crate::domain::announcement::{AnnounceType, ListingEntry};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::paper::{Authors, Paper, Subject};
use crate::domain::prose::Prose;

use super::characters::{Folded, is_blank, line};
use super::listing::{Remark, SectionHeading, UnreadableEntry};
use super::selectors::{Field, attribute, elements, field_of, gather, line_of};
use super::subjects::{Subjects, cross_list_from};
use super::{authors, running_text};

/// The origin of arXiv's HTML renderings.
const HTML_BASE: &str = "https://arxiv.org";

/// The title of an entry whose title could not be decoded at all.
const LOST_TITLE: &str = "(unreadable title)";

/// A parsed entry with its remarks.
#[derive(Debug)]
pub(super) struct ReadEntry {
    pub announced: ListingEntry,
    pub remarks: Vec<Remark>,
}

/// Reads the entries of one page.
#[derive(Debug)]
pub(super) struct EntryReader {
    subjects: Subjects,
    /// The encoding of the page, if some bytes do not fit it.
    broken_encoding: Option<&'static str>,
}

/// Why an entry could not be parsed.
#[derive(Debug)]
pub(super) struct EntryError {
    pub unreadable: UnreadableEntry,
    /// The part that is missing altogether, which suggests that arXiv changed its layout.
    pub absent: Option<&'static str>,
}

/// The content of a `dt`.
#[derive(Default)]
struct Term<'a> {
    position: Option<u32>,
    /// The text in the place of the identifier, and the last part of the abstract's address.
    id: Option<&'a str>,
    href_id: Option<&'a str>,
    html_href: Option<&'a str>,
    mark: String,
}

/// The content of a `dd`.
#[derive(Default)]
struct Draft {
    title: Option<String>,
    authors: Option<Authors>,
    comments: Option<Prose>,
    journal_ref: Option<String>,
    subjects: Option<Vec<Subject>>,
    has_malformed_primary: bool,
    abstract_text: Option<Prose>,
    /// The first field with an undecodable character.
    damaged: Option<&'static str>,
}

impl EntryReader {
    pub(super) fn new(broken_encoding: Option<&'static str>) -> Self {
        Self { subjects: Subjects::default(), broken_encoding }
    }

    /// Parses an entry; the section's `heading` gives its type where its mark is damaged.
    pub(super) fn read(
        &mut self,
        term: ElementRef<'_>,
        description: ElementRef<'_>,
        heading: SectionHeading,
    ) -> Result<ReadEntry, EntryError> {
        let term = term_of(term);
        let entry_error = |reason: String, absent| entry_error(term.position, &reason, absent);
        let Some(position) = term.position else {
            return Err(entry_error("no number".into(), Some("number")));
        };
        let Some((id, version)) = term.identifier().map_err(|reason| entry_error(reason, None))? else {
            return Err(entry_error("no identifier".into(), Some("identifier")));
        };
        let draft = self.draft(description);
        let remarks = self.remarks(&term, &draft);
        let Some(mut title) = draft.title else { return Err(entry_error("no title".into(), Some("title"))) };
        if is_blank(&title) && draft.damaged == Some("title") && self.broken_encoding.is_some() {
            LOST_TITLE.clone_into(&mut title);
        }
        if is_blank(&title) {
            return Err(entry_error("no title".into(), None));
        }
        let Some(subjects) = draft.subjects else {
            return Err(entry_error("no subjects".into(), Some("subjects")));
        };
        if subjects.is_empty() {
            return Err(entry_error("no subjects".into(), None));
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
        let announce_type = marked_type(&term.mark, heading);
        let announced = ListingEntry { position, announce_type, cross_list_from, paper: Arc::new(paper) };
        Ok(ReadEntry { announced, remarks })
    }

    fn remarks(&self, term: &Term<'_>, draft: &Draft) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let damaged = draft.damaged.or(term.is_damaged().then_some("line of its identifier"));
        if let (Some(encoding), Some(field)) = (self.broken_encoding, damaged) {
            remarks.push(Remark::Undecodable { field, encoding });
        }
        if draft.has_malformed_primary {
            remarks.push(Remark::MalformedPrimary);
        }
        remarks
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
                let read = running_text::read(element, nested);
                draft.comments = (!read.prose.is_empty()).then_some(read.prose);
                read.has_replacement.then_some("comments")
            }
            Some(Field::JournalRef) if draft.journal_ref.is_none() => {
                let (journal_ref, is_damaged) = line_with_nested(element, nested);
                draft.journal_ref = (!is_blank(&journal_ref)).then_some(journal_ref);
                is_damaged.then_some("journal reference")
            }
            Some(Field::Subjects) if draft.subjects.is_none() => {
                let read = self.subjects.read(element, nested);
                draft.subjects = Some(read.subjects);
                draft.has_malformed_primary = read.has_malformed_primary;
                read.has_replacement.then_some("subjects")
            }
            Some(Field::Abstract) if draft.abstract_text.is_none() => {
                let read = running_text::read(element, nested);
                draft.abstract_text = (!read.prose.is_empty()).then_some(read.prose);
                read.has_replacement.then_some("abstract")
            }
            _ => None,
        };
        draft.damaged = draft.damaged.or(is_damaged);
    }
}

/// An entry that cannot be read, named by its number.
pub(super) fn entry_error(position: Option<u32>, reason: &str, absent: Option<&'static str>) -> EntryError {
    let reason = match position {
        Some(position) => format!("item {position}: {reason}"),
        None => format!("an item without a number: {reason}"),
    };
    EntryError { unreadable: UnreadableEntry { position, reason, is_foreign: false }, absent }
}

/// The number of an entry, where its `dt` has one.
pub(super) fn position_of(term: ElementRef<'_>) -> Option<u32> {
    elements(term).find_map(numbered)
}

/// The number of `<a name='item7'>[7]</a>`, by the name or else by the words.
fn numbered(link: ElementRef<'_>) -> Option<u32> {
    let name = attribute(link, "name")?;
    let by_name = name.strip_prefix("item").and_then(|number| number.parse().ok());
    by_name.or_else(|| line_of(link).strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

impl Term<'_> {
    /// The identifier and the version behind it; of the two places that name it one may be damaged.
    fn identifier(&self) -> Result<Option<(ArxivId, Option<u32>)>, String> {
        let Some(text) = self.id.or(self.href_id) else { return Ok(None) };
        let by_address = self.href_id.and_then(|text| ArxivId::parse(text).ok());
        match (ArxivId::parse(text), by_address) {
            (Ok((id, _)), Some((other, _))) if id != other => {
                Err(format!("two identifiers, {id} and {other}"))
            }
            (Ok(found), _) | (Err(_), Some(found)) => Ok(Some(found)),
            (Err(error), None) => Err(line(&error.to_string())),
        }
    }

    fn is_damaged(&self) -> bool {
        [self.id, self.href_id, Some(self.mark.as_str())]
            .into_iter()
            .flatten()
            .any(|text| text.contains(char::REPLACEMENT_CHARACTER))
    }
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
        if found.position.is_none() {
            found.position = numbered(link);
        }
        let (mut href, mut id, mut title) = (None, None, None);
        for (name, value) in link.value().attrs() {
            match name {
                "href" => href = Some(value),
                "id" => id = Some(value),
                "title" => title = Some(value),
                _ => {}
            }
        }
        match title {
            Some("Abstract") if found.id.is_none() => {
                found.href_id = href.and_then(|href| href.rsplit_once("/abs/")).map(|(_, id)| id);
                found.id = id.or(found.href_id);
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

/// The address of arXiv's HTML rendering of this paper, and the version in it.
fn html_link(href: &str, id: &ArxivId) -> Option<(String, Option<u32>)> {
    let path = href.strip_prefix(HTML_BASE).unwrap_or(href);
    let (found, version) = ArxivId::parse(path.strip_prefix("/html/")?).ok()?;
    (found == *id).then(|| (format!("{HTML_BASE}{path}"), version))
}

/// The type by the mark after an identifier.
///
/// The mark belongs to the entry even where entries are under the wrong heading; the proof checks that marks and headings
/// agree in number. The heading decides where the mark has undecodable bytes.
fn marked_type(mark: &str, heading: SectionHeading) -> AnnounceType {
    if mark.contains("(replaced)") {
        return AnnounceType::Replace;
    }
    if mark.contains("(cross-list from ") {
        return AnnounceType::Cross;
    }
    match heading {
        SectionHeading::Cross if mark.contains(char::REPLACEMENT_CHARACTER) => AnnounceType::Cross,
        SectionHeading::Replacement if mark.contains(char::REPLACEMENT_CHARACTER) => AnnounceType::Replace,
        _ => AnnounceType::New,
    }
}

#[cfg(test)]
mod tests;
