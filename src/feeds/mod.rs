//! Which papers make a feed, in which order, and what is it called?

mod assemble;
mod budget;
mod changes;
mod digest;
mod entries;
mod explained;
mod lookup;
mod named;
mod preview;
mod searchable;
mod section;
mod spec;
mod working_set;

pub use assemble::{Limit, Selection, assemble};
pub use budget::Budget;
pub use changes::changes_html;
pub use entries::{feed, updated};
pub use explained::{Explained, explained, tree_lines};
pub use lookup::{Found, Question, Sort, in_official_order, look_up};
pub use named::{NamedOptions, choose};
pub use preview::preview;
pub use section::section;
pub use spec::{Asked, Bases, FEED_TITLE_CHARACTERS_MAX, Scope, keyword_rule, title, url};
pub use working_set::Shelf;
