//! A paper's metadata as a listing page shows it.

use std::sync::Arc;

use super::arxiv_id::ArxivId;
use super::prose::Prose;

/// A paper as one listing page shows it.
///
/// Texts keep the TeX of the page; each is one line without control characters.
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
    /// `None` on pages without abstracts, and for a paper without one.
    pub abstract_text: Option<Prose>,
    /// arXiv's HTML rendering; its address is the only place on a listing page that shows a version.
    pub html_url: Option<String>,
    /// The version, where the page shows it.
    pub version: Option<u32>,
}

/// The authors in their order, one name per element.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Authors {
    /// People and collaborations; empty where arXiv says «(author list is unavailable)». At most 10,000.
    pub names: Vec<String>,
    /// True if the list is incomplete: the page stopped at its limit, or the authors wrote "et al."
    pub et_al: bool,
}

/// A subject as the page prints it: `Distributed, Parallel, and Cluster Computing (cs.DC)`.
///
/// Not limited to the known taxonomy, so that categories which arXiv adds later are read too.
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
