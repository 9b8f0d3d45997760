//! How does a paper read, as HTML and where HTML is stripped?
//!
//! Everything here takes text as the page has it, TeX included, and a [`TextMode`] that says what becomes of the TeX.
//!
//! [`TextMode`]: crate::domain::presentation::TextMode

pub mod fold;
mod html;
mod plain;
pub mod tex;

pub use html::{escape, item_html};
pub use plain::{announcement, inline, one_line, prose, summary, title};
