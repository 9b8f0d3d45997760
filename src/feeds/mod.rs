//! Which papers make a feed, in which order, and what is it called?

mod asked;
mod assemble;
mod named;
mod shelf;

pub use asked::{Asked, FEED_TITLE_CHARACTERS_MAX, Scope, feed, keyword_rule, title, url};
pub use assemble::{Limit, Selection, assemble};
pub use named::{NamedOptions, choose};
pub use shelf::Shelf;
