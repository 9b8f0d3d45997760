//! Feeds: which papers one has, in which order, under which title, address and ids.
//!
//! The working set holds the announcements in memory. A [`FeedSpec`] says what a feed is; [`choose`] gives its events,
//! [`feed`] its entries. Everything is a function of these: the same spec and working set give the same feed.

mod address;
mod assemble;
mod brief;
mod budget;
mod changes;
mod choose;
mod digest;
mod entries;
mod explained;
mod lookup;
mod matching;
mod options;
mod preview;
mod searchable;
mod section;
mod spec;
mod title;
mod working_set;

pub use address::{Bases, url};
pub use assemble::{Limit, Selection, assemble};
pub use budget::Budget;
pub use changes::changes_html;
pub use choose::choose;
pub use entries::{feed, updated};
pub use explained::{Explained, explained, tree_lines};
pub use lookup::{PaperQuery, QueryOrder, QueryResults, in_official_order, look_up};
pub use options::NamedOptions;
pub use preview::preview;
pub use section::section;
pub use spec::{FeedSpec, Scope, keyword_rule};
pub use title::{FEED_TITLE_CHARACTERS_MAX, title};
pub use working_set::WorkingSet;
