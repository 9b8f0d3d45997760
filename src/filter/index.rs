//! An index of papers, which answers rules without reading every paper.

mod bits;
mod documents;
mod phrase;
mod postings;
mod residue;
mod search;
mod vocabulary;

pub use documents::{DocumentId, Index};
pub use residue::Pending;
