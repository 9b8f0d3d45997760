//! The pages of the service: the start page, feeds to read, the preview, status, help and problems.
//!
//! Each is a function from data to HTML; none needs a script, and none loads anything from elsewhere.

mod contents;
mod explain_page;
mod feed_links;
mod help;
mod html_view;
mod layout;
mod paper;
mod preview;
mod problem;
mod site;
mod start_page;
mod status;
mod subjects;

pub use contents::{Listed, contents, not_there};
pub use explain_page::{Explained, Part, explained};
pub use feed_links::{Made, Result};
pub use help::help;
pub use html_view::{Notice, Reading, pages, reading};
pub use layout::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, SCRIPT, STYLE};
pub use problem::problem;
pub use site::{Site, leaf_folder, page_file};
pub use start_page::{Builder, Fields, Mistake, builder};
pub use status::{SettingsStatus, Status, SubjectStatus, status};
