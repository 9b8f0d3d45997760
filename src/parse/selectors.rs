//! The elements and classes of a listing page, and how to read text from them.
//!
//! The parser walks the page once instead of using CSS selectors: `dl#articles` repeats per section, and matching a
//! selector for each field of 2,000 entries takes longer than the walk.

use scraper::{ElementRef, Node};

use super::characters::Folded;

/// The id of the element that holds the listing.
pub(super) const LISTING_ID: &str = "dlpage";
/// The id of every section's list; it repeats.
pub(super) const ARTICLES_ID: &str = "articles";

/// The fields of a `dd`, by class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Authors,
    Comments,
    JournalRef,
    Subjects,
    Abstract,
}

/// The field that an element is, if any.
pub(super) fn field_of(element: ElementRef<'_>) -> Option<Field> {
    match element.value().name() {
        "div" => classes(element).find_map(|class| match class {
            "list-title" => Some(Field::Title),
            "list-authors" => Some(Field::Authors),
            "list-comments" => Some(Field::Comments),
            "list-journal-ref" => Some(Field::JournalRef),
            "list-subjects" => Some(Field::Subjects),
            _ => None,
        }),
        "p" if has_class(element, "mathjax") => Some(Field::Abstract),
        _ => None,
    }
}

/// True for the label of a field: «Title:».
pub(super) fn is_descriptor(element: ElementRef<'_>) -> bool {
    element.value().name() == "span" && has_class(element, "descriptor")
}

/// True for an element whose content is not text for readers.
pub(super) fn is_silent(element: ElementRef<'_>) -> bool {
    matches!(
        element.value().name(),
        "script" | "style" | "template" | "noscript" | "iframe" | "noembed" | "noframes" | "object" | "xmp"
    )
}

pub(super) fn attribute<'a>(element: ElementRef<'a>, name: &str) -> Option<&'a str> {
    element.value().attrs().find(|(key, _)| *key == name).map(|(_, value)| value)
}

pub(super) fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    classes(element).any(|found| found == class)
}

pub(super) fn elements(parent: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    parent.children().filter_map(ElementRef::wrap)
}

/// The text inside an element, without labels and scripts.
///
/// Fields inside it go to `nested` instead: where a title contains `<![CDATA[`, its end tag is lost and the entry's other
/// fields end up inside it.
pub(super) fn gather<'a>(element: ElementRef<'a>, text: &mut Folded, nested: &mut Vec<ElementRef<'a>>) {
    for child in element.children() {
        match child.value() {
            Node::Text(words) => text.push(words),
            Node::Element(_) => {
                let Some(child) = ElementRef::wrap(child) else { continue };
                if child.value().name() == "br" {
                    text.space();
                } else if field_of(child).is_some() {
                    nested.push(child);
                } else if !is_silent(child) && !is_descriptor(child) {
                    gather(child, text, nested);
                }
            }
            _ => {}
        }
    }
}

/// The text inside an element on one line.
pub(super) fn line_of(element: ElementRef<'_>) -> String {
    let mut text = Folded::default();
    gather(element, &mut text, &mut Vec::new());
    text.take()
}

fn classes(element: ElementRef<'_>) -> impl Iterator<Item = &str> {
    attribute(element, "class").unwrap_or_default().split_ascii_whitespace()
}
