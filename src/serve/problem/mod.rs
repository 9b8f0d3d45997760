//! Errors as HTTP answers (RFC 9457), as JSON, as a page and as plain text.

pub mod details;
pub mod panic;
pub mod parameter_diagnostic;
pub mod plain_text;
pub mod response;
pub mod size;
pub mod suggestions;
pub mod types;
