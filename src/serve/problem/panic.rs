//! The message of a panic that was caught.

use std::any::Any;

/// The message that a panic was raised with; panics of other types than text have none.
pub(in crate::serve) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason was given")
}
