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

pub use contents::{ContentsEntry, contents, not_there};
pub use explain_page::{ExplainPage, RulePart, explain_page};
pub use feed_links::{BuildResult, BuiltFeed};
pub use help::help;
pub use html_view::{HtmlView, Notice, html_view, pages};
pub use layout::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, SCRIPT, STYLE};
pub use problem::problem;
pub use site::{Site, leaf_folder, page_file};
pub use start_page::{FieldDiagnostic, Fields, StartPage, start_page};
pub use status::{SettingsStatus, StatusPage, SubjectStatus, status};
