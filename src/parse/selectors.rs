//! Where on a listing page does everything stand?
//!
//! The page is walked once by hand: `dl#articles` repeats per section, and matching a selector for each field of
//! two thousand entries costs more than the walk.

use scraper::{ElementRef, Node};

use super::characters::Folded;

/// The id of the element that holds the listing.
pub(super) const LISTING_ID: &str = "dlpage";
/// The id of every section's list; it repeats.
pub(super) const ARTICLES_ID: &str = "articles";

/// What stands in a `dd`, by its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Authors,
    Comments,
    JournalRef,
    Subjects,
    Abstract,
}

/// The element is this field of an entry.
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

/// The label before a field's text: «Title:».
pub(super) fn is_descriptor(element: ElementRef<'_>) -> bool {
    element.value().name() == "span" && has_class(element, "descriptor")
}

/// An element whose content is no text for people.
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
/// Fields that stand inside it are handed out instead of read: where a title swallows its own end tag
/// (`<![CDATA[`), the entry's other fields end up within it.
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
