//! What a listing says of a paper.

use std::sync::Arc;

use super::arxiv_id::ArxivId;
use super::prose::Prose;

/// A paper as one listing page showed it.
///
/// Every text is as the page has it, TeX included, on one line, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Paper {
    pub id: ArxivId,
    /// Never empty.
    pub title: String,
    pub authors: Authors,
    pub comments: Option<Prose>,
    pub journal_ref: Option<String>,
    /// Never empty: the primary subject, then the others in arXiv's order.
    pub subjects: Vec<Subject>,
    /// Absent on pages that carry no abstracts, and where the author gave none.
    pub abstract_text: Option<Prose>,
    /// The rendering by arXiv; its address is the only place of a listing that shows a version.
    pub html_url: Option<String>,
    /// The version, where the page gave it away.
    pub version: Option<u32>,
}

/// The authors in their order, one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Authors {
    /// People and collaborations; empty where arXiv says that the list is unavailable.
    pub names: Vec<String>,
    /// The list goes on: the page stopped at its limit, or the authors wrote "et al."
    pub et_al: bool,
}

/// A subject as the page prints it: `Distributed, Parallel, and Cluster Computing (cs.DC)`.
///
/// Not bound to the known taxonomy, so that a category which arXiv opens tomorrow comes through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    pub id: Arc<str>,
    pub name: Arc<str>,
}

impl Paper {
    /// The primary subject.
    #[must_use]
    pub fn primary(&self) -> &Subject {
        &self.subjects[0]
    }
}
