//! Which papers make a feed, in which order, and what is it called?

mod assemble;
mod shelf;
mod subject;

pub use assemble::{Limit, Selection, assemble};
pub use shelf::Shelf;
pub use subject::{FEED_TITLE_CHARACTERS_MAX, feed, query, title};
