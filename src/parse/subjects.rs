//! Parses the subjects of a paper, the primary subject first.

use std::collections::HashMap;
use std::sync::Arc;

use scraper::{ElementRef, Node};

use crate::domain::paper::Subject;

use super::characters::{Folded, line};
use super::selectors::{field_of, has_class, is_descriptor, is_silent};

/// The longest accepted category id, in bytes; arXiv's longest has 18.
const CATEGORY_BYTES_MAX: usize = 32;

/// The parsed subjects of one paper.
#[derive(Debug, Default)]
pub(super) struct ReadSubjects {
    pub subjects: Vec<Subject>,
    /// True if the text in the place of the primary subject is not a category, so that another subject is first.
    pub has_malformed_primary: bool,
    /// True if there is an undecodable character.
    pub has_replacement: bool,
}

/// The subjects of one page; equal ones share memory.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    known: HashMap<String, Option<Subject>>,
}

impl Subjects {
    /// Parses the field of subjects; fields inside it go to `nested`, and subjects with a malformed id are left out.
    pub(super) fn read<'a>(
        &mut self,
        element: ElementRef<'a>,
        nested: &mut Vec<ElementRef<'a>>,
    ) -> ReadSubjects {
        let (mut primary, mut others) = (Folded::default(), Folded::default());
        walk(element, &mut primary, &mut others, nested);
        let has_replacement = primary.has_replacement || others.has_replacement;
        let (primary, others) = (primary.take(), others.take());
        let has_malformed_primary = !primary.is_empty() && self.subject(primary.trim()).is_none();
        let mut subjects: Vec<Subject> = Vec::new();
        for text in std::iter::once(&*primary).chain(others.split(';')) {
            if let Some(subject) = self.subject(text.trim())
                && subjects.iter().all(|listed| listed.id != subject.id)
            {
                subjects.push(subject);
            }
        }
        ReadSubjects { subjects, has_malformed_primary, has_replacement }
    }

    fn subject(&mut self, text: &str) -> Option<Subject> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let subject = subject_of(text);
        self.known.insert(text.to_owned(), subject.clone());
        subject
    }
}

fn walk<'a>(
    parent: ElementRef<'a>,
    primary: &mut Folded,
    others: &mut Folded,
    nested: &mut Vec<ElementRef<'a>>,
) {
    for child in parent.children() {
        match child.value() {
            Node::Text(words) => others.push(words),
            Node::Element(_) => {
                let Some(child) = ElementRef::wrap(child) else { continue };
                if has_class(child, "primary-subject") && primary.is_empty() {
                    super::selectors::gather(child, primary, nested);
                } else if field_of(child).is_some() {
                    nested.push(child);
                } else if !is_silent(child) && !is_descriptor(child) {
                    walk(child, primary, others, nested);
                }
            }
            _ => {}
        }
    }
}

/// Parses `Distributed, Parallel, and Cluster Computing (cs.DC)`: the id is the last parenthesis.
fn subject_of(text: &str) -> Option<Subject> {
    let (name, rest) = text.rsplit_once('(')?;
    let id = rest.strip_suffix(')')?;
    let name = name.trim();
    is_category(id)
        .then(|| Subject { id: Arc::from(id), name: Arc::from(if name.is_empty() { id } else { name }) })
}

/// True for letters, digits, dots and hyphens as in every category of arXiv, known or not.
pub(super) fn is_category(id: &str) -> bool {
    id.len() <= CATEGORY_BYTES_MAX
        && id.starts_with(|first: char| first.is_ascii_alphabetic())
        && id.ends_with(|last: char| last.is_ascii_alphanumeric())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && !id.contains("..")
}

/// The primary subject in the mark of a cross-list: `(cross-list from astro-ph.HE)`.
pub(super) fn cross_list_from(mark: &str) -> Option<String> {
    let (_, rest) = mark.split_once("(cross-list from ")?;
    let (home, _) = rest.split_once(')')?;
    let home = line(home);
    is_category(&home).then_some(home)
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    fn subjects_of(markup: &str) -> Vec<Subject> {
        let page = Html::parse_fragment(&format!("<div>{markup}</div>"));
        Subjects::default().read(page.root_element(), &mut Vec::new()).subjects
    }

    fn check(markup: &str, expected: &[(&str, &str)]) {
        let subjects = subjects_of(markup);
        let found: Vec<(&str, &str)> =
            subjects.iter().map(|subject| (&*subject.id, &*subject.name)).collect();
        assert_eq!(found, expected, "{markup}");
    }

    #[test]
    fn the_primary_comes_first_and_the_id_is_the_last_parenthesis() {
        check(
            "<span class='descriptor'>Subjects:</span>\n <span class=\"primary-subject\">High Energy Physics - Theory (hep-th)</span>; Names (and more) (math.AG)\n",
            &[("hep-th", "High Energy Physics - Theory"), ("math.AG", "Names (and more)")],
        );
        check(
            "B (cs.PF); <span class=primary-subject>A, B, and C (cs.DC)</span>",
            &[("cs.DC", "A, B, and C"), ("cs.PF", "B")],
        );
    }

    #[test]
    fn an_unknown_category_is_kept_and_a_malformed_one_is_removed() {
        check(
            "<span class=primary-subject>Quantum Basket Weaving (cs.QW)</span>; Underwater Logic (aqua.UL)",
            &[("cs.QW", "Quantum Basket Weaving"), ("aqua.UL", "Underwater Logic")],
        );
        check(
            "<span class=primary-subject>X (../../etc)</span>; Y (<b>cs.DC</b>); Z (a b); (cs.PF); (cs.PF)",
            &[("cs.DC", "Y"), ("cs.PF", "cs.PF")],
        );
        check("no parenthesis", &[]);
    }

    #[test]
    fn equal_subjects_share_their_memory() {
        let page = Html::parse_fragment("<div>A (cs.DC)</div>");
        let mut subjects = Subjects::default();
        let mut read = || subjects.read(page.root_element(), &mut Vec::new()).subjects;
        assert!(Arc::ptr_eq(&read()[0].name, &read()[0].name));
    }

    #[test]
    fn the_mark_names_the_primary_subject_as_stored() {
        assert_eq!(cross_list_from("\n (cross-list from cs.SY)\n [").as_deref(), Some("cs.SY"));
        assert_eq!(cross_list_from("(replaced)"), None);
        assert_eq!(cross_list_from("(cross-list from ../x)"), None);
    }
}
