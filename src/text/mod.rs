//! How does a paper read, as HTML and where HTML is stripped?
//!
//! Everything here takes text as the page has it, TeX included.

mod html;
mod plain;

pub use html::{escape, item_html};
pub use plain::{announcement, one_line, summary};
