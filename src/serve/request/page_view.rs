//! What the page of a feed shows beside the feed: which page of its items, notices, and where its links lead.

use crate::render::page::{Notice, Site};

/// What a page shows beside the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::serve) struct PageView {
    /// The page of its items, from 1.
    pub(in crate::serve) page: usize,
    /// What readers should know of the subjects.
    pub(in crate::serve) notices: Vec<Notice>,
    pub(in crate::serve) site: Site,
}

impl PageView {
    pub(in crate::serve) fn of_page(page: Option<usize>) -> Option<Box<Self>> {
        page.map(|page| Box::new(Self { page, ..Self::default() }))
    }

    /// The memory that it takes, in bytes.
    pub(in crate::serve) fn memory_bytes(&self) -> usize {
        let words = self.notices.iter().map(|notice| notice.words.len());
        size_of::<Self>() + size_of_val(&*self.notices) + words.sum::<usize>()
    }

    /// A page of an export, where files take the place of the service.
    pub(in crate::serve) fn in_file(page: usize, site: Site) -> Self {
        Self { page, site, notices: Vec::new() }
    }
}
