//! The text of a paper, as HTML and without markup.
//!
//! Everything here takes text as the page has it, TeX included, and a [`TextMode`] that says what becomes of the TeX.
//!
//! [`TextMode`]: crate::domain::presentation::TextMode

mod bidi;
mod doi;
mod escape;
pub mod fold;
mod html;
mod links;
mod mathml;
mod passage;
mod plain;
mod short;
pub mod tex;
mod typeable;

pub use doi::{doi_at, dois};
pub use escape::escape;
pub use html::{item_html, prose_html};
pub use plain::{announcement, inline, one_line, prose, prose_in_tex, summary, title};
pub use short::short;
pub use typeable::{typeable, typed_at};
