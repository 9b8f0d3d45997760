//! The elements of an entry in arXiv's namespace.
//!
//! Names and namespace are those of arXiv's API (<https://info.arxiv.org/help/api/user-manual.html>) and, for
//! `announce_type`, of its feeds, so that scripts which read those read these.

use std::collections::BTreeMap;

use crate::domain::feed::FeedEntry;

/// The namespace of the elements, and the scheme of arXiv's categories.
pub(super) const NAMESPACE: &str = "http://arxiv.org/schemas/atom";

pub(super) const PREFIX: &str = "arxiv";

/// An element, independent of the libraries for RSS and Atom.
pub(super) struct Element {
    /// With the prefix.
    pub(super) name: &'static str,
    /// Empty for an element with attributes alone.
    pub(super) text: String,
    /// Not escaped.
    pub(super) attributes: BTreeMap<String, String>,
}

/// The elements of an entry, each at most once.
pub(super) fn elements(entry: &mut FeedEntry) -> impl Iterator<Item = Element> {
    // A digest has papers of several types and subjects.
    let announce_type = entry.announce_type;
    let primary = entry.subjects.first().filter(|_| announce_type.is_some()).map(|primary| Element {
        name: "arxiv:primary_category",
        text: String::new(),
        attributes: BTreeMap::from([
            ("scheme".to_owned(), NAMESPACE.to_owned()),
            ("term".to_owned(), primary.id.to_string()),
        ]),
    });
    let announce_type = announce_type.map(|kind| with_text("arxiv:announce_type", kind.as_str().to_owned()));
    let comment = entry.comments.take().map(|text| with_text("arxiv:comment", text));
    let journal_ref = entry.journal_ref.take().map(|text| with_text("arxiv:journal_ref", text));
    [announce_type, primary, comment, journal_ref].into_iter().flatten()
}

fn with_text(name: &'static str, text: String) -> Element {
    Element { name, text, attributes: BTreeMap::new() }
}
